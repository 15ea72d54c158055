//! The positions of a slider: values worth stopping at, evenly spread in the parameter's own sense.

use crate::decimal;
use crate::experiment::{Kind, Scale, Value};

/// The values that a slider stops at, in ascending order, as the texts that set them.
#[derive(Clone, Debug, PartialEq)]
pub struct Notches {
    numbers: Vec<f64>,
    texts: Vec<String>,
    /// The word at the last notch, beyond the numbers.
    word: Option<&'static str>,
}

impl Notches {
    /// Those of what a parameter allows; `None` where there is no slider.
    pub fn of(kind: Kind) -> Option<Self> {
        let (texts, word) = match kind {
            Kind::Integer { min, max, scale, word } => (integers(min, max, scale), word),
            Kind::Real { min, max, scale, word } => (reals(min, max, scale), word),
            Kind::Choice(_) | Kind::Switch => return None,
        };
        if texts.is_empty() {
            return None;
        }
        let mut notches = Self { numbers: Vec::new(), texts: Vec::new(), word };
        for text in texts {
            let number = match kind.parse(&text) {
                Some(Value::Integer(n)) => f64::from(n),
                Some(Value::Real(x)) => x,
                _ => continue,
            };
            notches.numbers.push(number);
            notches.texts.push(text);
        }
        notches.texts.extend(word.map(str::to_owned));
        (notches.texts.len() > 1).then_some(notches)
    }

    /// The position of the last notch.
    pub fn last(&self) -> usize {
        self.texts.len() - 1
    }

    /// The text that sets the value of a notch.
    pub fn text(&self, position: usize) -> &str {
        &self.texts[position.min(self.last())]
    }

    /// The notch nearest to a value.
    pub fn position(&self, value: Value) -> usize {
        let x = match value {
            Value::Integer(n) => f64::from(n),
            Value::Real(x) => x,
            Value::Name(name) if Some(name) == self.word => return self.last(),
            Value::Name(_) | Value::Switch(_) => return 0,
        };
        let above = self.numbers.partition_point(|&number| number < x).min(self.numbers.len().saturating_sub(1));
        let below = above.saturating_sub(1);
        let is_nearer_below = (x - self.numbers[below]).abs() < (self.numbers[above] - x).abs();
        if is_nearer_below { below } else { above }
    }

    /// The text of the next notch above (or below) a value, for the arrow keys.
    pub fn neighbour(&self, value: Value, up: bool) -> &str {
        let position = self.position(value);
        self.text(if up { position + 1 } else { position.saturating_sub(1) })
    }
}

fn integers(min: u32, max: u32, scale: Scale) -> Vec<String> {
    match scale {
        Scale::Linear => {
            let stride = ((max - min) / 200).max(1) as usize;
            (min..=max).step_by(stride).map(|n| n.to_string()).collect()
        }
        Scale::Logarithmic | Scale::LogarithmicFromZero => powers_of_two(min, max),
        // No whole number lies between 0 and 1.
        Scale::NearOne | Scale::NoSlider => Vec::new(),
    }
}

fn reals(min: f64, max: f64, scale: Scale) -> Vec<String> {
    match scale {
        Scale::Linear => hundredths(min, max),
        Scale::Logarithmic => decades(&["1", "1.2", "1.5", "2", "2.5", "3", "4", "5", "6", "8"], min, max),
        Scale::LogarithmicFromZero => {
            std::iter::once("0".to_owned()).chain(decades(&["1", "2", "5"], 1e-6, max)).collect()
        }
        Scale::NearOne => near_one(),
        Scale::NoSlider => Vec::new(),
    }
}

/// 1, 2, 3, 4, 6, 8, 12, …: two to an octave.
fn powers_of_two(min: u32, max: u32) -> Vec<String> {
    let (min, max) = (u64::from(min), u64::from(max));
    // In ascending order, the first one twice.
    let octaves = (0..32).flat_map(|power| [1_u64 << power, (3 << power) >> 1]);
    let inner = octaves.filter(|n| (min + 1..max).contains(n));
    let mut numbers: Vec<u64> = std::iter::once(min).chain(inner).chain([max]).collect();
    numbers.dedup();
    numbers.iter().map(u64::to_string).collect()
}

/// The mantissas in every decade between two numbers, and the two.
fn decades(mantissas: &[&str], min: f64, max: f64) -> Vec<String> {
    let inner = (-18..18).flat_map(|exponent| mantissas.iter().map(move |mantissa| format!("{mantissa}e{exponent}")));
    let inside = |text: &String| decimal::parse(text).is_some_and(|x| x > min && x < max);
    let ends = |x: f64| std::iter::once(x.to_string());
    ends(min).chain(inner.filter(inside)).chain(ends(max)).collect()
}

/// 0, 0.1, …, 0.9, 0.91, …, 0.99, 0.991, …: what matters in a decay is how far it is from 1.
fn near_one() -> Vec<String> {
    let nines = |places: usize| "9".repeat(places);
    let inner = (0..6).flat_map(|places| (1..10).map(move |digit| format!("0.{}{digit}", nines(places))));
    std::iter::once("0".to_owned()).chain(inner).collect()
}

fn hundredths(min: f64, max: f64) -> Vec<String> {
    let first = (min * 100.0).round() as i64;
    let last = (max * 100.0).round() as i64;
    (first..=last).map(|n| format!("{:.2}", n as f64 / 100.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;
    use crate::experiment::Key;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn every_notch_is_allowed_and_finds_itself() {
        for &key in Key::ALL {
            let kind = key.kind();
            let Some(notches) = Notches::of(kind) else {
                continue;
            };
            for position in 0..=notches.last() {
                let value = kind.parse(notches.text(position)).unwrap();
                assert_eq!(notches.position(value), position, "{key:?} {value}");
            }
        }
    }

    #[wasm_bindgen_test]
    fn a_slider_reaches_both_ends() {
        let notches = Notches::of(Key::Lr.kind()).unwrap();
        assert_eq!(notches.text(0).parse(), Ok(1e-6));
        assert_eq!(notches.text(notches.last()).parse(), Ok(10.0));
        let notches = Notches::of(Key::Batch.kind()).unwrap();
        assert_eq!(notches.text(notches.last()), "full");
        assert_eq!(notches.text(notches.last() - 1), "2048");
    }

    #[wasm_bindgen_test]
    fn the_nearest_notch_stands_for_a_typed_value() {
        let notches = Notches::of(Key::Width.kind()).unwrap();
        assert_eq!(notches.text(notches.position(Value::Integer(15))), "16");
        assert_eq!(notches.neighbour(Value::Integer(16), true), "24");
        assert_eq!(notches.neighbour(Value::Integer(1), false), "1");
    }
}
