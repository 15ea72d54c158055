//! An axis of a map: a parameter and the values that it has along it.

use crate::choice::Choice;
use crate::decimal;
use crate::experiment::{Effect, Experiment, Key, Kind, Scale, Value};

/// A parameter and the values that it has along an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The parameter.
    pub key: Key,
    /// Its values.
    pub points: Points,
}

/// Values along an axis.
#[derive(Clone, Debug, PartialEq)]
pub enum Points {
    /// So many from one number to another, at equal distances; in links `0.5..2*20`. Of a parameter whose slider is
    /// logarithmic the distances are equal factors.
    Range {
        /// The first.
        from: f64,
        /// The last.
        to: f64,
        /// How many, which may be more than any map has.
        count: u64,
    },
    /// These, in this order; in links `sgd,momentum,adam`.
    List(Vec<Value>),
}

/// Why a text is no values of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointsError {
    /// One of them is not allowed, or there is none.
    Value,
    /// There is no such number of points.
    Count,
    /// The parameter has no numbers between which others lie.
    NoRange,
}

/// Up to so many values a list is read: a link can hold any number of them.
const LONGEST_LIST: usize = 256;

impl Axis {
    /// Whether a parameter can be along an axis: it must change a number of the run, and seeds are within each cell.
    pub fn allows(key: Key) -> bool {
        key.changes_numbers() && key.effect() != Effect::Opening && key != Key::Seed
    }

    /// Whether a parameter can have a range of numbers.
    pub fn has_range(key: Key) -> bool {
        matches!(key.kind(), Kind::Integer { .. } | Kind::Real { .. })
    }

    /// An axis of a parameter to begin with, around the value that it has in an experiment.
    pub fn of(key: Key, experiment: &Experiment) -> Self {
        let text = match (key, experiment.allowed(key), experiment.get(key)) {
            (Key::Depth | Key::Length, Kind::Integer { min, max, .. }, Value::Integer(at)) => {
                return Self { key, points: whole_around(at, min, max) };
            }
            (Key::Gain, Kind::Real { min, max, .. }, Value::Real(at)) => {
                return Self { key, points: factors_around(at, min, max) };
            }
            (Key::BiasStd, ..) => "0..1*9".to_owned(),
            (Key::WeightDecay, ..) => "0,1e-4,0.001,0.01,0.1".to_owned(),
            (_, Kind::Choice(names), _) => names.join(","),
            (_, Kind::Switch, _) => "0,1".to_owned(),
            (_, Kind::Integer { min, max, .. }, value) => {
                let at = if let Value::Integer(number) = value { number } else { max };
                let most = if at == 0 { 100 } else { at.saturating_mul(4) };
                format!("{}..{}*6", (at / 4).max(min), most.clamp(min, max))
            }
            (_, Kind::Real { scale: Scale::NearOne, .. }, _) => "0,0.5,0.9,0.99,0.999".to_owned(),
            (_, Kind::Real { min, max, scale: Scale::Logarithmic, .. }, Value::Real(at)) if at > 0.0 => {
                format!("{}..{}*9", Value::Real((at / 10.0).max(min)), Value::Real((at * 10.0).min(max)))
            }
            (_, Kind::Real { min, max, .. }, _) => format!("{}..{}*9", Value::Real(min), Value::Real(max)),
        };
        Self::parse(key, &text).unwrap_or(Self { key, points: Points::List(vec![experiment.get(key)]) })
    }

    /// The axis of a parameter with the values that a text writes.
    ///
    /// # Errors
    /// Why it writes none.
    pub fn parse(key: Key, text: &str) -> Result<Self, PointsError> {
        let points = match text.split_once("..") {
            Some(_) if !Self::has_range(key) => return Err(PointsError::NoRange),
            Some((from, rest)) => {
                let (to, count) = rest.split_once('*').ok_or(PointsError::Count)?;
                let count = count.trim().parse::<u64>().ok().filter(|count| *count > 0).ok_or(PointsError::Count)?;
                let number = |text: &str| key.kind().parse(text).and_then(number_of).ok_or(PointsError::Value);
                Points::Range { from: number(from)?, to: number(to)?, count }
            }
            None => {
                let mut values = Vec::new();
                for text in text.split(',').take(LONGEST_LIST) {
                    let value = key.kind().parse(text).ok_or(PointsError::Value)?;
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
                Points::List(values)
            }
        };
        Ok(Self { key, points })
    }

    /// How many values it asks for. Whole numbers may be fewer, where several would be one.
    pub fn count(&self) -> u64 {
        match &self.points {
            Points::Range { count, .. } => *count,
            Points::List(values) => values.len() as u64,
        }
    }

    /// Its values in their order, each of them once: of a range to as few digits as tell them apart, but four, with both ends
    /// as they were given.
    pub fn values(&self) -> Vec<Value> {
        match &self.points {
            Points::List(values) => values.clone(),
            Points::Range { from, to, count } => {
                let numbers = spread(*from, *to, *count as usize, self.is_logarithmic());
                let is_whole = matches!(self.key.kind(), Kind::Integer { .. });
                let mut values: Vec<Value> = Vec::new();
                for number in numbers {
                    let value = if is_whole { Value::Integer(number.round() as u32) } else { Value::Real(number) };
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
                values
            }
        }
    }

    /// Whether equal distances are equal factors: as on the parameter's slider, where all its values are above zero.
    pub fn is_logarithmic(&self) -> bool {
        let scale = match self.key.kind() {
            Kind::Integer { scale, .. } | Kind::Real { scale, .. } => scale,
            Kind::Choice(_) | Kind::Switch => return false,
        };
        let is_positive = match &self.points {
            Points::Range { from, to, .. } => from.min(*to) > 0.0,
            Points::List(values) => values.iter().all(|value| number_of(*value).is_some_and(|number| number > 0.0)),
        };
        is_positive && matches!(scale, Scale::Logarithmic | Scale::LogarithmicFromZero)
    }

    /// Whether all of its values are numbers, so that others lie between them.
    pub fn is_of_numbers(&self) -> bool {
        match &self.points {
            Points::Range { .. } => true,
            Points::List(values) => values.iter().all(|value| number_of(*value).is_some()),
        }
    }

    /// The number at a place between the values: 0 at the first, 1 at the second. `None` where one beside it is no number.
    pub fn number_at(&self, values: &[Value], place: f64) -> Option<f64> {
        let last = values.len().checked_sub(1)?;
        let place = place.clamp(0.0, last as f64);
        let (before, part) = (place as usize, place.fract());
        let (low, high) = (number_of(values[before])?, number_of(values[(before + 1).min(last)])?);
        Some(if self.is_logarithmic() { low * libm::pow(high / low, part) } else { low + (high - low) * part })
    }

    /// The text that [`Axis::parse`] reads as the same values.
    pub fn points_text(&self) -> String {
        match &self.points {
            Points::Range { from, to, count } => format!("{}..{}*{count}", Value::Real(*from), Value::Real(*to)),
            Points::List(values) => values.iter().map(Value::to_string).collect::<Vec<_>>().join(","),
        }
    }

    /// The axis as a link has it: `depth:1..30*16`.
    pub fn text(&self) -> String {
        format!("{}:{}", self.key.name(), self.points_text())
    }
}

/// A value as a number, if it is one.
pub fn number_of(value: Value) -> Option<f64> {
    match value {
        Value::Integer(number) => Some(number.into()),
        Value::Real(number) => Some(number),
        Value::Name(_) | Value::Switch(_) => None,
    }
}

/// Whole numbers at equal distances up to about three times one of them.
fn whole_around(at: u32, min: u32, max: u32) -> Points {
    /// The most distances.
    const MOST: u32 = 11;
    let farthest = at.saturating_mul(3).max(min + MOST).min(max);
    let step = (farthest - min).div_ceil(MOST).max(1);
    let from = at - (at - min) / step * step;
    let more = (farthest - from) / step;
    Points::Range { from: from.into(), to: (from + more * step).into(), count: u64::from(more) + 1 }
}

/// Numbers by equal factors from half of one of them to over three times as much.
fn factors_around(at: f64, min: f64, max: f64) -> Points {
    /// For a factor of two.
    const COUNT: i32 = 4;
    const BELOW: i32 = 4;
    const ABOVE: i32 = 7;
    let to = |places: i32| match places {
        0 => at,
        _ => written(at * libm::exp2(f64::from(places) / f64::from(COUNT)), 4),
    };
    let places = (-BELOW..=ABOVE).filter(|places| (min..=max).contains(&to(*places)));
    let numbers: Vec<f64> = places.map(to).collect();
    let (from, to) = (numbers.first().copied().unwrap_or(at), numbers.last().copied().unwrap_or(at));
    // A number of many digits is not among those of a range, which have few.
    if spread(from, to, numbers.len(), true).contains(&at) {
        Points::Range { from, to, count: numbers.len() as u64 }
    } else {
        Points::List(numbers.into_iter().map(Value::Real).collect())
    }
}

/// Numbers from one to another.
fn spread(from: f64, to: f64, count: usize, is_logarithmic: bool) -> Vec<f64> {
    let last = count.saturating_sub(1);
    let exact = |place: usize| {
        let part = place as f64 / last as f64;
        if is_logarithmic { from * libm::pow(to / from, part) } else { from + (to - from) * part }
    };
    let all = |digits: usize| -> Vec<f64> {
        let between = |place: usize| match place {
            0 => from,
            _ if place == last => to,
            _ => written(exact(place), digits),
        };
        (0..count).map(between).collect()
    };
    let differ = |numbers: &[f64]| from == to || numbers.windows(2).all(|pair| pair[0] != pair[1]);
    (4..=12).map(all).find(|numbers| differ(numbers)).unwrap_or_else(|| all(17))
}

/// A number to so many significant digits, as it is read when it is written so.
fn written(number: f64, digits: usize) -> f64 {
    decimal::parse(&format!("{number:.*e}", digits.saturating_sub(1))).unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(text: &str) -> Axis {
        let (key, points) = text.split_once(':').unwrap();
        Axis::parse(Key::from_name(key).unwrap(), points).unwrap()
    }

    fn texts(axis: &Axis) -> String {
        axis.values().iter().map(Value::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn numbers_lie_at_equal_distances_or_factors_and_end_where_they_should() {
        for (text, values) in [
            ("depth:1..9*5", "1 3 5 7 9"),
            ("depth:9..1*3", "9 5 1"),
            ("depth:1..4*20", "1 2 3 4"),
            ("gain:0.5..2*5", "0.5 0.7071 1 1.414 2"),
            ("gain:1..1.0001*3", "1 1.00005 1.0001"),
            ("bias-std:0..1*3", "0 0.5 1"),
            ("width:8..128*5", "8 16 32 64 128"),
            ("lr:0.001..0.001*3", "0.001"),
            ("gain:3..3*1", "3"),
            ("lr:1e-5..10*7", "1e-5 1e-4 0.001 0.01 0.1 1 10"),
            ("optimizer:sgd,adam,sgd", "sgd adam"),
            ("batch:1,8,full", "1 8 full"),
            ("amsgrad:0,1", "0 1"),
        ] {
            assert_eq!(texts(&axis(text)), values, "{text}");
        }
    }

    #[test]
    fn an_axis_is_read_as_it_is_written() {
        for text in ["depth:1..30*16", "gain:0.5..2*20", "lr:1e-6..10*9", "optimizer:sgd,momentum,adam", "batch:1,full"]
        {
            assert_eq!(axis(text).text(), text);
        }
        assert_eq!(axis("depth: 1 .. 30 * 16 ").text(), "depth:1..30*16");
        assert_eq!(axis("optimizer:SGD, Adam").text(), "optimizer:sgd,adam");
    }

    #[test]
    fn what_is_no_values_is_told_from_what_is() {
        for (key, text, error) in [
            (Key::Depth, "", PointsError::Value),
            (Key::Depth, "0..9*3", PointsError::Value),
            (Key::Depth, "1..1e9*3", PointsError::Value),
            (Key::Depth, "1..9", PointsError::Count),
            (Key::Depth, "1..9*0", PointsError::Count),
            (Key::Depth, "1..9*-1", PointsError::Count),
            (Key::Depth, "1..9*2.5", PointsError::Count),
            (Key::Gain, "nan..2*3", PointsError::Value),
            (Key::Batch, "1..full*3", PointsError::Value),
            (Key::Activation, "tanh..relu*3", PointsError::NoRange),
            (Key::Activation, "tanh,cosine", PointsError::Value),
            (Key::Activation, "tanh,", PointsError::Value),
        ] {
            assert_eq!(Axis::parse(key, text), Err(error), "{key:?} {text}");
        }
        // However many points it asks for, nothing is made of them yet.
        assert_eq!(axis("depth:1..100*1000000000000").count(), 1_000_000_000_000);
    }

    #[test]
    fn places_between_values_have_numbers_as_the_axis_has() {
        let at = |text: &str, place: f64| {
            let axis = axis(text);
            axis.number_at(&axis.values(), place)
        };
        assert_eq!(at("depth:1..9*5", 0.5), Some(2.0));
        assert!((at("gain:1..4*2", 0.5).unwrap() - 2.0).abs() < 1e-12);
        assert_eq!((at("gain:1..4*2", -3.0), at("gain:1..4*2", 9.0)), (Some(1.0), Some(4.0)));
        assert_eq!(at("optimizer:sgd,adam", 0.0), None);
    }

    #[test]
    fn every_parameter_that_can_be_swept_has_an_axis_to_begin_with() {
        for fragment in
            ["", "batch=full&optimizer=momentum", "model=lstm&window=full", "model=rnn&rec-init=normal&length=200"]
        {
            let (experiment, _) = crate::experiment::share::from_fragment(fragment);
            for &key in Key::ALL.iter().filter(|key| Axis::allows(**key) && experiment.is_relevant(**key)) {
                let axis = Axis::of(key, &experiment);
                let values = axis.values();
                let is_one = matches!(experiment.allowed(key), Kind::Choice([_]));
                assert!((values.len() > 1 || is_one) && values.len() <= 12, "{key:?} {axis:?}");
                assert!(values.iter().all(|value| key.kind().allows(*value)), "{key:?} {values:?}");
                assert_eq!(Axis::parse(key, &axis.points_text()), Ok(axis));
            }
        }
    }

    #[test]
    fn what_changes_no_number_and_the_seed_are_along_no_axis() {
        for key in [Key::Seed, Key::Step, Key::Run, Key::Speed, Key::StopAt, Key::StopLoss, Key::Background] {
            assert!(!Axis::allows(key), "{key:?}");
        }
        for key in [Key::Depth, Key::Gain, Key::Optimizer, Key::Lr, Key::Amsgrad, Key::Model, Key::Precision] {
            assert!(Axis::allows(key), "{key:?}");
        }
    }
}
