//! Reading numbers that people write.
//!
//! The standard library's reading of an f64 brings a table of 10 kB that no compression makes smaller; this one reads the
//! same numbers to the last bit with little more than their digits.

use lexical_parse_float::FromLexical;

/// The number that a decimal text writes (`12`, `.5`, `1e-3`), rounded to the nearest f64; `None` of anything
/// else, but for `inf` and `NaN`, as in the standard library.
pub fn parse(text: &str) -> Option<f64> {
    f64::from_lexical(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Random};

    #[test]
    fn it_reads_what_the_standard_library_reads() {
        let texts = [
            "0",
            "-0",
            "1",
            "+1",
            "12",
            "0.1",
            ".5",
            "5.",
            "1e3",
            "1E3",
            "1e+3",
            "1e-3",
            "1.5e-7",
            "00012",
            "0.000",
            "9007199254740993",
            "9007199254740992.9999999",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "2.2250738585072011e-308",
            "1e400",
            "1e-400",
            "0.1000000000000000055511151231257827021181583404541015625",
            "179769313486231580793728971405301e276",
            "",
            " 1",
            "1 ",
            "e",
            "1e",
            "1e+",
            "-",
            "+",
            ".",
            "1.2.3",
            "0x10",
            "1_000",
            "1,5",
            "one",
            "inf",
            "-Infinity",
            "١",
        ];
        for text in texts {
            assert_eq!(parse(text).map(f64::to_bits), text.parse().ok().map(f64::to_bits), "{text:?}");
        }
    }

    #[test]
    fn it_reads_random_numbers_to_the_last_bit() {
        let mut random = Random::new(7, Purpose::Data);
        for _ in 0..100_000 {
            let mut half = || (random.unit() * 2.0_f64.powi(32)) as u64;
            let number = f64::from_bits(half() << 32 | half());
            if !number.is_finite() {
                continue;
            }
            for text in
                [format!("{number:e}"), format!("{number:.16e}"), format!("{number:.2e}"), format!("{number:.30e}")]
            {
                assert_eq!(parse(&text).map(f64::to_bits), text.parse().ok().map(f64::to_bits), "{text}");
            }
        }
    }
}
