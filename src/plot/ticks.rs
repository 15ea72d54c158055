//! Ticks: as many as fit, at round numbers.

use super::number;
use super::scale::{LinearRange, StepRange, ValueScale, round_step};

/// A mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Its place, from 0 at the axis's low end to 1 at its high end.
    pub position: f64,
    /// What is written at it; `None` for a finer line between two labels.
    pub label: Option<TickLabel>,
}

/// What is written at a tick.
#[derive(Clone, Debug, PartialEq)]
pub enum TickLabel {
    /// A power of ten, of which the exponent is drawn raised.
    Power(i32),
    /// Any other text.
    Text(String),
}

impl TickLabel {
    /// The label as one text: `10⁻⁸`.
    pub fn text(&self) -> String {
        match self {
            Self::Power(exponent) => number::power_of_ten(*exponent),
            Self::Text(text) => text.clone(),
        }
    }

    /// A rough width of the label, in units of the font's size.
    pub fn width_em(&self) -> f64 {
        match self {
            Self::Power(exponent) => 1.2 + 0.42 * exponent.to_string().len() as f64,
            Self::Text(text) => 0.58 * text.chars().count() as f64,
        }
    }
}

impl ValueScale {
    /// The ticks of an axis on which `most` labels fit: whole decades of a logarithmic scale, with a line for each
    /// decade where that is not too many; round numbers of a linear one.
    pub fn ticks(&self, most: usize) -> Vec<Tick> {
        let most = most.max(2);
        match *self {
            Self::Log(range) if range.decades() <= 2 && most > 3 * range.decades() as usize => {
                let (low, high) = range.exponents();
                let values = (low..=high).flat_map(|exponent| [1.0, 2.0, 5.0].map(|digit: f64| (exponent, digit)));
                values
                    .take_while(|(exponent, digit)| *exponent < high || *digit == 1.0)
                    .map(|(exponent, digit)| Tick {
                        position: (f64::from(exponent - low) + digit.log10()) / f64::from(high - low),
                        label: Some(short_label(exponent, digit)),
                    })
                    .collect()
            }
            Self::Log(range) => {
                let (low, high) = range.exponents();
                let mut spacings = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200].into_iter();
                let spacing = spacings.find(|spacing| range.decades() / spacing < most as i32).unwrap_or(300);
                let has_lines = range.decades() as usize <= 4 * most;
                (low..=high)
                    .filter(|exponent| has_lines || exponent.rem_euclid(spacing) == 0)
                    .map(|exponent| Tick {
                        position: f64::from(exponent - low) / f64::from(high - low),
                        label: (exponent.rem_euclid(spacing) == 0).then_some(TickLabel::Power(exponent)),
                    })
                    .collect()
            }
            Self::NarrowLog(range) => {
                let (low, high) = range.ends();
                if high < 3.0 * low {
                    return self.even_ticks(range, most);
                }
                let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
                let values = (first..=last).flat_map(|exponent| [1.0, 2.0, 5.0].map(|digit: f64| (exponent, digit)));
                let positions = values.filter_map(|(exponent, digit)| {
                    let position = self.position(digit * 10f64.powi(exponent))?;
                    let is_inside = (-1e-9..=1.0 + 1e-9).contains(&position);
                    is_inside.then(|| (position.clamp(0.0, 1.0), short_label(exponent, digit)))
                });
                let ticks: Vec<_> = positions.collect();
                let every = ticks.len().div_ceil(most).max(1);
                let labelled = ticks.into_iter().enumerate();
                labelled
                    .map(|(index, (position, label))| Tick {
                        position,
                        label: index.is_multiple_of(every).then_some(label),
                    })
                    .collect()
            }
            Self::Linear(range) => self.even_ticks(range, most),
        }
    }
}

impl ValueScale {
    /// Ticks at equal differences.
    fn even_ticks(&self, range: LinearRange, most: usize) -> Vec<Tick> {
        let (low, high) = range.ends();
        let step = round_step((high - low) / (most - 1) as f64);
        let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
        let is_plain = (1e-6..1e6).contains(&step) && low.abs().max(high.abs()) < 1e9;
        let (first, last) = ((low / step - 1e-6).ceil() as i64, (high / step + 1e-6).floor() as i64);
        (first..=last)
            .filter_map(|index| {
                let value = index as f64 * step;
                let text =
                    if is_plain { format!("{value:.decimals$}").replace('-', "−") } else { number::readable(value) };
                Some(Tick { position: self.position(value)?, label: Some(TickLabel::Text(text)) })
            })
            .collect()
    }
}

/// `digit` × 10^`exponent`, written out where that is short.
fn short_label(exponent: i32, digit: f64) -> TickLabel {
    let decimals = exponent.min(0).unsigned_abs() as usize;
    if exponent == 3 {
        TickLabel::Text(number::grouped(1000 * digit as u64))
    } else if (-3..3).contains(&exponent) {
        TickLabel::Text(format!("{:.decimals$}", digit * 10f64.powi(exponent)))
    } else if digit == 1.0 {
        TickLabel::Power(exponent)
    } else {
        TickLabel::Text(format!("{digit}×{}", number::power_of_ten(exponent)))
    }
}

impl StepRange {
    /// The ticks of an axis on which `most` labels fit: whole steps at round numbers.
    pub fn ticks(self, most: usize) -> Vec<Tick> {
        let last = self.last();
        let spacing = round_step(last as f64 / most.max(2) as f64).max(1.0) as u64;
        (0..=last / spacing)
            .map(|index| index * spacing)
            .map(|step| Tick {
                position: self.position(step as f64),
                label: Some(TickLabel::Text(number::grouped(step))),
            })
            .collect()
    }
}

/// Round numbers between two ends, with their labels.
pub(super) fn ticks_between((low, high): (f64, f64), most: usize) -> Vec<(f64, TickLabel)> {
    let range = LinearRange::fit([low, high]);
    // It ends on round numbers, and so may reach well beyond the ends.
    let (from, to) = range.ends();
    let scale = ValueScale::Linear(range);
    let ticks = scale
        .ticks((most as f64 * (to - from) / (high - low)) as usize)
        .into_iter()
        .filter_map(|tick| Some((scale.value_at(tick.position), tick.label?)));
    let room = 1e-9 * (high - low);
    ticks.filter(|(value, _)| (low - room..=high + room).contains(value)).collect()
}

/// The hidden layers, from 1, whose numbers are written on an axis where `most` fit: the first, round numbers, and the
/// last unless it would touch its neighbour.
pub fn layer_numbers(hidden: usize, most: usize) -> Vec<usize> {
    let most = most.max(2);
    let spacing = [1, 2, 5, 10, 20, 25, 50].into_iter().find(|s| hidden.div_ceil(*s) <= most).unwrap_or(100);
    let mut numbers: Vec<usize> = (1..=hidden).filter(|n| *n == 1 || n.is_multiple_of(spacing)).collect();
    if spacing == 2 {
        numbers = (1..=hidden).step_by(2).collect();
    }
    if let Some(&last) = numbers.last()
        && hidden - last > spacing * 2 / 3
    {
        numbers.push(hidden);
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::super::scale::LogRange;
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<String> {
        ticks.iter().filter_map(|tick| tick.label.as_ref().map(TickLabel::text)).collect()
    }

    #[test]
    fn decades_are_thinned_to_what_fits() {
        let scale = |low: f64, high: f64| ValueScale::Log(LogRange::fit([low, high], 1));
        assert_eq!(labels(&scale(1e-3, 1.0).ticks(6)), ["10⁻³", "10⁻²", "10⁻¹", "10⁰"]);
        assert_eq!(labels(&scale(1e-8, 1.0).ticks(6)), ["10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"]);
        assert_eq!(scale(1e-8, 1.0).ticks(6).len(), 9, "a line for each decade");
        assert_eq!(labels(&scale(1e-63, 1.0).ticks(6)), ["10⁻⁶⁰", "10⁻⁴⁰", "10⁻²⁰", "10⁰"]);
        assert_eq!(scale(1e-63, 1.0).ticks(6).len(), 4);
        assert_eq!(labels(&scale(0.3, 0.7).ticks(5)), ["0.1", "0.2", "0.5", "1"]);
        assert_eq!(labels(&scale(3e-8, 7e-8).ticks(5)), ["10⁻⁸", "2×10⁻⁸", "5×10⁻⁸", "10⁻⁷"]);
        assert_eq!(labels(&scale(200.0, 700.0).ticks(5)), ["100", "200", "500", "1,000"]);
        assert_eq!(labels(&scale(0.3, 0.7).ticks(3)), ["10⁻¹", "10⁰"]);
        for most in 0..12 {
            let ticks = scale(1e-300, 1e300).ticks(most);
            assert!(labels(&ticks).len() <= most.max(2) + 1 && ticks.len() >= 2, "{most}: {ticks:?}");
            assert!(ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.position)));
        }
    }

    #[test]
    fn linear_ticks_are_round() {
        let ticks =
            |values: &[f64], most| labels(&ValueScale::Linear(LinearRange::fit(values.iter().copied())).ticks(most));
        assert_eq!(ticks(&[0.0, 0.69], 5), ["0.0", "0.2", "0.4", "0.6", "0.8"]);
        assert_eq!(ticks(&[0.0, 1.0], 3), ["0.0", "0.5", "1.0"]);
        assert_eq!(ticks(&[-7.0, 93.0], 4), ["−50", "0", "50", "100"]);
        assert_eq!(ticks(&[0.0, 1e300], 3), ["0", "5.00×10²⁹⁹", "1.00×10³⁰⁰"]);
        assert!(ticks(&[1e-300, 3e-300], 4).len() >= 2);
    }

    #[test]
    fn narrow_logarithmic_ticks_are_round() {
        let ticks = |values: [f64; 2], most| {
            let range = LinearRange::fit_narrow(values).unwrap();
            ValueScale::NarrowLog(range).ticks(most)
        };
        assert_eq!(labels(&ticks([0.693, 0.695], 5)), ["0.6930", "0.6935", "0.6940", "0.6945", "0.6950"]);
        assert_eq!(labels(&ticks([0.15, 0.7], 5)), ["0.1", "0.2", "0.5", "1"]);
        assert_eq!(labels(&ticks([0.06, 1.7], 4)), ["0.05", "0.2", "1"]);
        let places: Vec<f64> = ticks([0.15, 0.7], 5).iter().map(|tick| tick.position).collect();
        assert!((places[1] - 2f64.log10()).abs() < 1e-9 && places[3] == 1.0, "{places:?}");
    }

    #[test]
    fn step_ticks_are_whole() {
        assert_eq!(labels(&StepRange::covering(0).ticks(6)), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels(&StepRange::covering(1100).ticks(4)), ["0", "500", "1,000"]);
    }

    #[test]
    fn layer_numbers_fit() {
        let cases: [(usize, usize, &[usize]); 8] = [
            (1, 10, &[1]),
            (2, 1, &[1, 2]),
            (12, 12, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
            (12, 8, &[1, 3, 5, 7, 9, 11]),
            (30, 8, &[1, 5, 10, 15, 20, 25, 30]),
            (48, 11, &[1, 5, 10, 15, 20, 25, 30, 35, 40, 45]),
            (100, 12, &[1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]),
            (100, 2, &[1, 50, 100]),
        ];
        for (hidden, most, numbers) in cases {
            assert_eq!(layer_numbers(hidden, most), numbers, "{hidden} layers, {most} labels");
        }
        assert_eq!(layer_numbers(0, 5), [0usize; 0]);
    }
}
