//! A linear axis of any numbers, however small: round values, and a power of ten that is written once.

use super::paint::letters_em;
use super::scale::{LinearRange, round_step};

/// The range of a value axis. Numbers that are nearly all the same do not fill it: they are the same.
pub(super) fn value_range(ends: impl Iterator<Item = f64>) -> LinearRange {
    const STEPS: f64 = 10.0;
    let range = LinearRange::fit_in_steps(ends, STEPS);
    let (low, high) = range.ends();
    let least = 1e-3 * low.abs().max(high.abs());
    if high - low >= least {
        return range;
    }
    let middle = low + (high - low) / 2.0;
    LinearRange::fit_in_steps([middle - least / 2.0, middle + least / 2.0], STEPS)
}

/// The power of ten that is written once at an axis, so that its numbers are short.
pub(super) fn power_of(range: LinearRange) -> i32 {
    let (low, high) = range.ends();
    let largest = low.abs().max(high.abs());
    if (0.01..10_000.0).contains(&largest) {
        return 0;
    }
    // Within ±300, where powers of ten are neither zero nor infinite.
    ((largest.log10() + 1e-9).floor() as i32).clamp(-300, 300)
}

/// As many round values as fit on an axis of so many ems, with what is written there.
pub(super) fn value_ticks(range: LinearRange, power: i32, width_em: f64) -> Vec<(f64, String)> {
    let (low, high) = range.ends();
    let place_em = |value: f64| (value - low) / (high - low) * width_em;
    let room_em = |text: &str| 0.58 * text.chars().count() as f64 + 0.6;
    let follows = |before: &(f64, String), next: &(f64, String)| {
        place_em(next.0) - place_em(before.0) >= (room_em(&before.1) + room_em(&next.1)) / 2.0
    };
    for most in (3..=9).rev() {
        let ticks = round_values(range, power, most);
        if ticks.len() > 1 && ticks.windows(2).all(|pair| follows(&pair[0], &pair[1])) {
            return ticks;
        }
    }
    // Where even few touch, the roundest of which two have room.
    let kept = |most| thinned(round_values(range, power, most), |gap| gap / (high - low) * width_em);
    (3..=20).map(kept).find(|kept| kept.len() > 1).unwrap_or_else(|| kept(3))
}

/// Of ticks those that do not touch: the one at zero, or the first, and on both sides what follows it with room between.
fn thinned(mut ticks: Vec<(f64, String)>, to_em: impl Fn(f64) -> f64) -> Vec<(f64, String)> {
    let has_room = |one: &(f64, String), other: &(f64, String)| {
        to_em((one.0 - other.0).abs()) >= (letters_em(&one.1) + letters_em(&other.1)) / 2.0 + 0.25
    };
    let first = ticks.iter().position(|(value, _)| *value == 0.0).unwrap_or(0);
    let mut kept = ticks.split_off(first.min(ticks.len()));
    let after_first = kept.split_off(kept.len().min(1));
    for tick in after_first {
        if kept.last().is_some_and(|before| has_room(before, &tick)) {
            kept.push(tick);
        }
    }
    while let Some(tick) = ticks.pop() {
        if kept.first().is_some_and(|after| has_room(after, &tick)) {
            kept.insert(0, tick);
        }
    }
    kept
}

fn round_values(range: LinearRange, power: i32, most: usize) -> Vec<(f64, String)> {
    let (low, high) = range.ends();
    let step = round_step((high - low) / (most - 1) as f64);
    let unit = 10f64.powi(power);
    let decimals = (-((step / unit).log10() + 1e-6).floor()).clamp(0.0, 9.0) as usize;
    let (first, last) = ((low / step - 1e-6).ceil() as i64, (high / step + 1e-6).floor() as i64);
    // By the choice of the step there are few; a range too narrow for its numbers would have too many.
    let values = (first..=last).take(2 * most).map(|index| index as f64 * step);
    let text = |value: f64| {
        if value == 0.0 { "0".into() } else { format!("{:.decimals$}", value / unit).replace('-', "−") }
    };
    values.map(|value| (value, text(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(low: f64, high: f64, width_em: f64) -> (i32, String) {
        let range = value_range([low, high].into_iter());
        let power = power_of(range);
        let texts: Vec<String> = value_ticks(range, power, width_em).into_iter().map(|(_, text)| text).collect();
        (power, texts.join(" "))
    }

    #[test]
    fn a_power_of_ten_is_written_once() {
        let cases = [
            ((-1.0, 1.0, 12.0), 0, "−1.0 −0.5 0 0.5 1.0"),
            ((-3e-9, 5e-9, 12.0), -9, "−2 0 2 4"),
            ((0.0, 0.25, 12.0), 0, "0 0.1 0.2"),
            ((0.0, 4e7, 8.0), 7, "0 1 2 3 4"),
            ((-3.0, 5.0, 4.5), 0, "0 5"),
            ((-0.7, 0.4, 4.4), 0, "−0.6 0 0.4"),
        ];
        for ((low, high, width_em), power, texts) in cases {
            assert_eq!(axis(low, high, width_em), (power, texts.to_owned()), "{low} to {high} on {width_em} em");
        }
    }

    #[test]
    fn an_axis_has_two_ticks_and_zero_where_it_is_on_it() {
        for low in [-3.0, -0.71, -0.05, 0.0, 0.31] {
            for high in [0.32, 0.4, 0.77, 2.9] {
                for width_em in [4.0, 4.4, 5.0, 7.0, 12.0] {
                    let range = value_range([low, high].into_iter());
                    let (from, to) = range.ends();
                    let ticks = value_ticks(range, power_of(range), width_em);
                    let has_zero = ticks.iter().any(|(value, _)| *value == 0.0);
                    let case = format!("{low} to {high} on {width_em} em: {ticks:?}");
                    assert!(ticks.len() > 1 && has_zero == (from <= 0.0 && 0.0 <= to), "{case}");
                }
            }
        }
    }

    #[test]
    fn every_axis_has_a_tick_and_no_two_touch() {
        let ends = [
            (0.0, 1.0),
            (1.2, 1.9),
            (0.5, 0.5),
            (0.5, 0.5 + 1e-12),
            (-1e-310, 1e-310),
            (0.0, 5e-324),
            (-1e300, 1e300),
            (123_456.0, 123_457.0),
            (-0.04, -0.039),
            (f64::NAN, f64::INFINITY),
        ];
        for (low, high) in ends {
            let range = value_range([low, high].into_iter());
            for width_em in [3.0, 5.0, 10.0, 50.0] {
                let ticks = value_ticks(range, power_of(range), width_em);
                let (from, to) = range.ends();
                assert!(!ticks.is_empty(), "{low} to {high} on {width_em} em");
                for pair in ticks.windows(2) {
                    let apart_em = (pair[1].0 - pair[0].0) / (to - from) * width_em;
                    let room_em = 0.29 * (pair[0].1.chars().count() + pair[1].1.chars().count()) as f64;
                    assert!(apart_em > room_em, "{low} to {high} on {width_em} em: {pair:?}");
                }
            }
        }
    }
}
