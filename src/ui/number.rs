//! How numbers read on the page: `0.24`, `1.3 · 10⁻⁷`, `2,140`.

/// A number with so many significant digits; as a power of ten where it is far from 1.
pub fn significant(x: f64, digits: usize) -> String {
    if x == 0.0 {
        return "0".into();
    }
    if !x.is_finite() {
        return if x.is_nan() { "–".into() } else { sign(x).to_owned() + "∞" };
    }
    let scientific = format!("{:.*e}", digits.saturating_sub(1), x.abs());
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let Ok(exponent) = exponent.parse::<i32>() else {
        return scientific;
    };
    if (-3..5).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        let fixed = format!("{:.*}", decimals, x.abs());
        let (whole, fraction) = fixed.split_once('.').map_or((fixed.as_str(), ""), |(whole, f)| (whole, f));
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{}{}{point}{fraction}", sign(x), group(whole))
    } else {
        format!("{}{mantissa} · 10{}", sign(x), superscript(exponent))
    }
}

/// A count with its thousands apart.
pub fn count(n: u64) -> String {
    group(&n.to_string())
}

/// A rate: whole numbers from 10 on.
pub fn rate(x: f64) -> String {
    if x >= 9.5 { count(x.round() as u64) } else { significant(x, 2) }
}

/// A share of 1 in whole percent.
pub fn percent(x: f64) -> String {
    format!("{:.0}", x * 100.0)
}

/// A whole number as an exponent.
pub fn superscript(n: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    n.to_string().chars().map(|c| c.to_digit(10).map_or('⁻', |digit| DIGITS[digit as usize])).collect()
}

/// A number for a machine to read from an attribute: full precision, in JavaScript's form.
pub fn machine(x: f64) -> String {
    if x.is_infinite() { sign_ascii(x).to_owned() + "Infinity" } else { x.to_string() }
}

fn sign(x: f64) -> &'static str {
    if x < 0.0 { "−" } else { "" }
}

fn sign_ascii(x: f64) -> &'static str {
    if x < 0.0 { "-" } else { "" }
}

fn group(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
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
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn numbers_read_well() {
        for (x, digits, expected) in [
            (0.2362, 2, "0.24"),
            (1.28e-7, 2, "1.3 · 10⁻⁷"),
            (0.0, 2, "0"),
            (-0.5, 2, "−0.50"),
            (1234.6, 2, "1,235"),
            (0.031_23, 3, "0.0312"),
            (9.96, 2, "10"),
            (2.5e63, 2, "2.5 · 10⁶³"),
            (f64::INFINITY, 2, "∞"),
            (f64::NAN, 2, "–"),
        ] {
            assert_eq!(significant(x, digits), expected);
        }
        assert_eq!(count(2_140), "2,140");
        assert_eq!(count(999), "999");
        assert_eq!(rate(0.5), "0.50");
        assert_eq!(machine(f64::NEG_INFINITY), "-Infinity");
    }
}
