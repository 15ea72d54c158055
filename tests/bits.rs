//! Natively, every recorded experiment has its recorded bits. With `RECORD_BITS=1` the record is made anew.

#[path = "support/bits.rs"]
mod bits;

#[test]
fn recorded_bits_are_computed_natively() {
    if std::env::var_os("RECORD_BITS").is_some() {
        let lines = bits::RECORDED.lines().map(|line| {
            let (fragment, rest) = line.split_once(' ').expect("a fragment");
            let steps = rest.split(' ').next().and_then(|steps| steps.parse().ok()).expect("a number of steps");
            format!("{fragment} {steps} {:016x}\n", bits::digest(fragment, steps))
        });
        let text: String = lines.collect();
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bits.txt"), text).expect("the record is writable");
        return;
    }
    bits::check();
}
