//! Numbers as text, for axes, readouts, tables and sentences.

use crate::decimal;

/// A number to three significant digits, as a reader expects it: `0.0236`, `2.36×10⁻⁸`, `0`, `∞`, `no number`.
pub fn readable(value: f64) -> String {
    significant(value, 3)
}

/// A number to so many significant digits; as a power of ten where it is far from 1.
pub fn significant(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "no number".into();
    }
    if value == 0.0 {
        return "0".into();
    }
    let sign = if value < 0.0 { "−" } else { "" };
    if value.is_infinite() {
        return format!("{sign}∞");
    }
    let scientific = format!("{:.*e}", digits.saturating_sub(1), value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-3..5).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        let fixed = format!("{:.decimals$}", value.abs());
        let (whole, point) = fixed.split_at(fixed.find('.').unwrap_or(fixed.len()));
        format!("{sign}{}{point}", group(whole))
    } else {
        format!("{sign}{mantissa}×{}", power_of_ten(exponent))
    }
}

/// The number that [`significant`] prints.
pub fn rounded(value: f64, digits: usize) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scientific = format!("{:.*e}", digits.saturating_sub(1), value);
    let exponent = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok()).unwrap_or(0);
    // Of larger numbers than they have digits the digits before the point are all printed.
    let is_whole = (digits as i32 - 1..5).contains(&exponent) && exponent >= -3;
    if is_whole { value.abs().round_ties_even().copysign(value) } else { decimal::parse(&scientific).unwrap_or(value) }
}

/// The factor of one layer of many, to hundredths near 1, and to so many digits more that its power `layers` agrees with
/// `total` to a tenth, where both stand in one sentence.
pub fn factor_of_total(value: f64, total: f64, layers: usize) -> String {
    let least = if (0.995..9.995).contains(&value) { 3 } else { 2 };
    let agrees = |digits: &usize| {
        let printed = decimal::parse(&format!("{value:.*e}", digits - 1)).unwrap_or(value);
        (libm::log(printed / value) * layers as f64).abs() < 0.1
    };
    // Where a gradient is zero or infinite there is nothing to agree with.
    let is_comparable = value > 0.0 && value.is_finite() && total > 0.0 && total.is_finite();
    significant(value, (least..9).find(|digits| !is_comparable || agrees(digits)).unwrap_or(9))
}

/// A rate: whole numbers from 10 on.
pub fn rate(value: f64) -> String {
    if value >= 9.5 { grouped(value.round() as u64) } else { significant(value, 2) }
}

/// A share of 1 in whole percent.
pub fn percent(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

/// A number to its last digit, in the form that JavaScript and most other languages read back as the same number.
pub fn exact(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    format!("{value:?}")
}

/// A number that somebody chose, as short as it is: `10⁻⁸`, `2.5×10⁻⁸`, `0.01`.
pub fn short(value: f64) -> String {
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent) if value.is_finite() && !(-3..5).contains(&exponent) => {
            let power = power_of_ten(exponent);
            if mantissa == "1" { power } else { format!("{mantissa}×{power}") }
        }
        _ => format!("{value}"),
    }
}

/// A number that was counted: whole, and without the decimals of what is measured.
pub fn counted(value: f64) -> String {
    let is_whole = value >= 0.0 && value == value.trunc() && value < 1e15;
    if is_whole { grouped(value as u64) } else { readable(value) }
}

/// A power of ten with its exponent raised: `10⁻⁸`.
pub fn power_of_ten(exponent: i32) -> String {
    let digits = exponent.to_string();
    let raised = digits.chars().map(|c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0'..='9' => char::from_u32('⁰' as u32 + (c as u32 - '0' as u32)).unwrap_or(c),
        other => other,
    });
    "10".chars().chain(raised).collect()
}

/// A whole number with a comma between groups of three digits: `1,000,000`.
pub fn grouped(number: u64) -> String {
    group(&number.to_string())
}

fn group(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        let cases = [
            (0.0, "0"),
            (1.0, "1.00"),
            (0.0236, "0.0236"),
            (-0.5, "−0.500"),
            (1234.5, "1,234"),
            (9999.9, "10,000"),
            (123_456.0, "1.23×10⁵"),
            (2.36e-8, "2.36×10⁻⁸"),
            (1e-63, "1.00×10⁻⁶³"),
            (-4.2e123, "−4.20×10¹²³"),
            (f64::INFINITY, "∞"),
            (f64::NEG_INFINITY, "−∞"),
            (f64::NAN, "no number"),
            (5e-324, "4.94×10⁻³²⁴"),
        ];
        for (value, text) in cases {
            assert_eq!(readable(value), text, "{value}");
        }
    }

    #[test]
    fn factors_near_one_are_told_apart() {
        let cases =
            [(0.0236, "0.024"), (0.236, "0.24"), (0.951, "0.95"), (0.996, "0.996"), (1.051, "1.05"), (12.3, "12")];
        for (value, text) in cases {
            assert_eq!(factor_of_total(value, value, 1), text, "{value}");
        }
        assert_eq!(factor_of_total(0.9999, 0.9999_f64.powi(10_000), 10_000), "0.9999");
    }

    #[test]
    fn a_factor_and_the_total_in_one_sentence_agree() {
        for (total, layers, text) in
            [(1.3e-7, 11, "0.237"), (10.0, 49, "1.05"), (6e-63, 99, "0.235"), (0.9, 2, "0.95"), (5000.0, 99, "1.09")]
        {
            let value = libm::pow(total, 1.0 / layers as f64);
            let printed = factor_of_total(value, total, layers);
            let power = libm::pow(printed.parse().unwrap(), layers as f64);
            assert!((power / total).ln().abs() < 0.1, "{printed} in {layers} layers is {power}, not {total}");
            assert_eq!(printed, text, "{total} in {layers} layers");
        }
        assert_eq!(factor_of_total(0.0, 0.0, 3), "0");
        assert_eq!(factor_of_total(1.0, f64::NAN, 3), "1.00");
    }

    #[test]
    fn sentences_take_fewer_digits() {
        let cases = [(0.2362, "0.24"), (1.28e-7, "1.3×10⁻⁷"), (-0.5, "−0.50"), (1234.6, "1,235"), (9.96, "10")];
        for (value, text) in cases {
            assert_eq!(significant(value, 2), text, "{value}");
        }
        assert_eq!([rate(0.5), rate(9.4), rate(2139.6)], ["0.50", "9.4", "2,140"]);
        assert_eq!(percent(0.666), "67");
    }

    #[test]
    fn exact_numbers_are_read_back_the_same() {
        for value in [0.1, -2.5e-63, 5e-324, f64::MAX, 0.0, 1.0 / 3.0, f64::INFINITY] {
            assert_eq!(exact(value).parse::<f64>().map(f64::to_bits), Ok(value.to_bits()));
        }
        assert_eq!([exact(f64::NAN), exact(f64::NEG_INFINITY), exact(1e-63)], ["NaN", "-Infinity", "1e-63"]);
    }

    #[test]
    fn chosen_numbers_are_short() {
        let cases = [(1e-8, "10⁻⁸"), (2.5e-8, "2.5×10⁻⁸"), (0.01, "0.01"), (1.0, "1"), (0.0, "0"), (f64::NAN, "NaN")];
        for (value, text) in cases {
            assert_eq!(short(value), text);
        }
    }

    #[test]
    fn exponents_are_raised() {
        assert_eq!(power_of_ten(-8), "10⁻⁸");
        assert_eq!(power_of_ten(0), "10⁰");
        assert_eq!(power_of_ten(1234567), "10¹²³⁴⁵⁶⁷");
        assert_eq!(power_of_ten(-90), "10⁻⁹⁰");
    }

    #[test]
    fn a_rounded_number_is_the_one_that_is_printed() {
        let read = |text: &str| -> f64 {
            let digits =
                |c: char| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|raised| raised == c).map_or(c, |d| (b'0' + d as u8) as char);
            let plain: String = text.replace("×10", "e").replace(',', "").chars().map(digits).collect();
            plain.replace(['⁻', '−'], "-").parse().unwrap()
        };
        let mut value = 3.3e-9;
        for step in 0..400 {
            for digits in 1..=9 {
                for value in [value, -value] {
                    let text = significant(value, digits);
                    assert_eq!(rounded(value, digits), read(&text), "{value} to {digits} digits is {text}");
                }
            }
            value *= 1.13 + 0.0001 * f64::from(step);
        }
        for value in [0.0, f64::INFINITY, 0.5, 2.5, 99_999.5, 12_345.0, 0.000_999_96] {
            for digits in 1..=6 {
                assert!(
                    value == 0.0 || value.is_infinite() || rounded(value, digits) == read(&significant(value, digits))
                );
            }
        }
        assert!(rounded(f64::NAN, 3).is_nan());
    }

    #[test]
    fn counts_have_no_decimals() {
        let cases = [(0.0, "0"), (2.0, "2"), (16.0, "16"), (4096.0, "4,096"), (2.5, "2.50"), (f64::NAN, "no number")];
        for (value, text) in cases {
            assert_eq!(counted(value), text);
        }
    }

    #[test]
    fn digits_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
