//! The recorded bits: what every build must compute, natively, on the page and in a worker.
//!
//! A line of `tests/bits.txt` is a URL fragment, a number of steps, and a digest of every bit of the report after them.

use gradient_lab::experiment::share::from_fragment;
use gradient_lab::run::AnyTrainer;

pub const RECORDED: &str = include_str!("../bits.txt");

/// The digest of an experiment's report after so many steps: FNV-1a over the bits of all its numbers.
pub fn digest(fragment: &str, steps: u64) -> u64 {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    let mut trainer = AnyTrainer::new(&experiment).expect("the experiment is allowed");
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for step in 1..=steps {
        let report = trainer.step().unwrap_or_else(|divergence| panic!("{fragment}: {divergence}"));
        if step == steps {
            for byte in report.row().iter().flat_map(|number| number.to_bits().to_le_bytes()) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    hash
}

/// Checks every recorded line.
#[allow(dead_code, reason = "the native test can also record")]
pub fn check() {
    let mut checked = 0;
    for line in RECORDED.lines() {
        let [fragment, steps, recorded] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let got = format!("{:016x}", digest(fragment, steps.parse().expect("a number of steps")));
        assert_eq!(got, recorded, "{fragment} after {steps} steps");
        checked += 1;
    }
    assert!(checked >= 10, "only {checked} lines are recorded");
}
