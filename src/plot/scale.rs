//! Ranges and scales that are always finite.
//!
//! A drawing library given an infinite range never returns, and one given NaN or zero on a logarithmic axis draws a
//! point that looks measured. So what a number *is* ([`Reading`]) and where it stands ([`ValueScale`]) is settled here.

/// What a measured number is, before it gets a place on a chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// A finite number other than zero.
    Finite(f64),
    /// Exactly zero (of either sign).
    Zero,
    /// An overflow (of either sign).
    Infinite,
    /// The result of an operation that has none.
    NotANumber,
}

impl Reading {
    /// The reading of a number.
    pub fn of(number: f64) -> Self {
        if number.is_nan() {
            Self::NotANumber
        } else if number.is_infinite() {
            Self::Infinite
        } else if number == 0.0 {
            Self::Zero
        } else {
            Self::Finite(number)
        }
    }
}

/// A logarithmic range from 10^`low` to 10^`high`, whole decades and at least one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRange {
    low: i32,
    high: i32,
}

impl LogRange {
    /// The range where there is nothing to show.
    pub const EMPTY: Self = Self { low: -4, high: 0 };
    /// The decades that hold every positive f64.
    const LIMITS: (i32, i32) = (-324, 309);

    /// The decades around all positive finite numbers among `values`, and at least `min_decades` of them, so that a
    /// level curve looks level.
    pub fn fit(values: impl IntoIterator<Item = f64>, min_decades: i32) -> Self {
        let placed = values.into_iter().filter(|value| *value > 0.0 && value.is_finite());
        Self::around(extremes(placed), min_decades)
    }

    fn around(extremes: Option<(f64, f64)>, min_decades: i32) -> Self {
        let Some((least, most)) = extremes else { return Self::EMPTY };
        let low = (least.log10().floor() as i32).max(Self::LIMITS.0);
        let high = (most.log10().ceil() as i32).min(Self::LIMITS.1);
        let mut range = Self { low, high: high.max(low + 1) };
        let mut is_lows_turn = true;
        while range.decades() < min_decades.min(Self::LIMITS.1 - Self::LIMITS.0) {
            if is_lows_turn && range.low > Self::LIMITS.0 || range.high == Self::LIMITS.1 {
                range.low -= 1;
            } else {
                range.high += 1;
            }
            is_lows_turn = !is_lows_turn;
        }
        range
    }

    /// This range, or the one before as long as it still holds this one and is not much longer, so that an axis does
    /// not jump at every frame.
    pub fn settle(self, previous: Option<Self>) -> Self {
        match previous {
            Some(previous)
                if previous.low <= self.low
                    && previous.high >= self.high
                    && previous.decades() <= self.decades() + (self.decades() / 3).max(2) =>
            {
                previous
            }
            _ => self,
        }
    }

    /// The exponents of ten at both ends.
    pub fn exponents(self) -> (i32, i32) {
        (self.low, self.high)
    }

    /// How many decades the range spans; at least 1.
    pub fn decades(self) -> i32 {
        self.high - self.low
    }
}

/// A linear range, of finite ends and more than zero width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearRange {
    low: f64,
    high: f64,
}

impl LinearRange {
    /// From 0 to 1: the range of fractions, and where there is nothing to show.
    pub const UNIT: Self = Self { low: 0.0, high: 1.0 };
    /// Numbers beyond this are shown at it; a hundred-millionth of the largest, so that differences stay finite.
    const LIMIT: f64 = 1e300;

    /// A range around all finite numbers among `values` that ends on round numbers.
    pub fn fit(values: impl IntoIterator<Item = f64>) -> Self {
        Self::fit_in_steps(values, 4.0)
    }

    /// The same, with ends on multiples of a round step, of which at most about `steps` span the numbers: the more, the
    /// closer the range fits.
    pub fn fit_in_steps(values: impl IntoIterator<Item = f64>, steps: f64) -> Self {
        let placed = values.into_iter().filter(|value| value.is_finite());
        Self::around(extremes(placed.map(|value| value.clamp(-Self::LIMIT, Self::LIMIT))), steps)
    }

    fn around(extremes: Option<(f64, f64)>, steps: f64) -> Self {
        let Some((mut least, mut most)) = extremes.filter(|extremes| *extremes != (0.0, 0.0)) else {
            return Self::UNIT;
        };
        let room = f64::max(1e-300, 1e-9 * f64::max(least.abs(), most.abs()));
        if most - least < room {
            let half = 0.5 * f64::max(least.abs(), room);
            (least, most) = (least - half, most + half);
        }
        let step = round_step((most - least) / steps);
        // Where an end is round already, rounding of the quotient adds no step to the range.
        Self { low: (least / step + 1e-9).floor() * step, high: (most / step - 1e-9).ceil() * step }
    }

    /// This range, or the one before as long as it still holds this one and is at most twice as wide.
    pub fn settle(self, previous: Option<Self>) -> Self {
        match previous {
            Some(previous)
                if previous.low <= self.low
                    && previous.high >= self.high
                    && previous.high - previous.low <= 2.0 * (self.high - self.low) =>
            {
                previous
            }
            _ => self,
        }
    }

    /// The range of positive numbers that are much less than two decades apart, for a logarithmic axis that shows how
    /// little they differ: its ends are round, and over 0. `None` where whole decades fit as well.
    pub fn fit_narrow(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let is_placed = |value: &f64| *value > 0.0 && value.is_finite();
        let extremes = |(least, most): (f64, f64), value: f64| (least.min(value), most.max(value));
        let (least, most) = values.into_iter().filter(is_placed).fold((f64::INFINITY, 0.0), extremes);
        // Beyond these, products of the ends could leave the format.
        if !(1e-290..1e290).contains(&least) || most > 30.0 * least {
            return None;
        }
        // Whole decades, should they hold the numbers as closely.
        let (low, high) = if most < 2.5 * least {
            Self::fit([least, most]).ends()
        } else {
            let (low, high) = (round_step(least), round_step(most));
            (if low > least { previous_round(low) } else { low }, high)
        };
        (low > 0.0 && high > low).then_some(Self { low, high })
    }

    /// Both ends.
    pub fn ends(self) -> (f64, f64) {
        (self.low, self.high)
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is at least `raw`.
pub(super) fn round_step(raw: f64) -> f64 {
    if !(raw.is_finite() && raw > f64::MIN_POSITIVE) {
        return 1.0;
    }
    let magnitude = 10f64.powi(raw.log10().floor() as i32);
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * magnitude >= raw * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * magnitude
}

/// The round number before one of [`round_step`].
fn previous_round(round: f64) -> f64 {
    round_step(round / 2.6)
}

/// Where numbers stand on an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueScale {
    /// Equal distances are equal factors. Zero and negative numbers have no place.
    Log(LogRange),
    /// The same between round numbers, both over 0, that are close to each other.
    NarrowLog(LinearRange),
    /// Equal distances are equal differences.
    Linear(LinearRange),
}

impl ValueScale {
    /// The place of a number: 0 at the low end, 1 at the high end, beyond them where it is out of range.
    ///
    /// `None` for what has no place on the scale; never NaN or infinite.
    pub fn position(&self, value: f64) -> Option<f64> {
        match *self {
            Self::Log(range) => {
                let is_placed = value > 0.0 && value.is_finite();
                is_placed.then(|| (value.log10() - f64::from(range.low)) / f64::from(range.decades()))
            }
            Self::NarrowLog(range) => {
                let is_placed = value > 0.0 && value.is_finite();
                is_placed.then(|| (value / range.low).log10() / (range.high / range.low).log10())
            }
            Self::Linear(range) => {
                let value = value.clamp(-LinearRange::LIMIT, LinearRange::LIMIT);
                value.is_finite().then(|| (value - range.low) / (range.high - range.low))
            }
        }
    }

    /// The number that stands at a place.
    pub fn value_at(&self, position: f64) -> f64 {
        match *self {
            Self::Log(range) => 10f64.powf(f64::from(range.low) + position * f64::from(range.decades())),
            Self::NarrowLog(range) => range.low * (range.high / range.low).powf(position),
            Self::Linear(range) => range.low + position * (range.high - range.low),
        }
    }
}

/// The steps that an axis spans: from 0 to a round number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepRange {
    last: u64,
}

impl StepRange {
    /// The range for a run that has reached step `latest`.
    ///
    /// It grows in leaps of a fifth or so: the axis stands still for most frames, and the run still fills it.
    pub fn covering(latest: u64) -> Self {
        const FEWEST: u64 = 10;
        let latest = latest.max(FEWEST);
        let mut magnitude = 1;
        while magnitude <= latest / 10 {
            magnitude *= 10;
        }
        let tenths = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100];
        let last = tenths.into_iter().map(|tenth: u64| tenth.saturating_mul(magnitude) / 10);
        Self { last: last.into_iter().find(|last| *last >= latest).unwrap_or(latest) }
    }

    /// The last step.
    pub fn last(self) -> u64 {
        self.last
    }

    /// The place of a step: 0 at step 0, 1 at the last.
    pub fn position(self, step: f64) -> f64 {
        step / self.last as f64
    }

    /// The step that is nearest to a place.
    pub fn step_at(self, position: f64) -> u64 {
        (position.clamp(0.0, 1.0) * self.last as f64).round() as u64
    }
}

/// The least and the largest of some numbers; `None` where there are none.
fn extremes(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |extremes, value| {
        let (least, most) = extremes.unwrap_or((value, value));
        Some((least.min(value), most.max(value)))
    })
}

/// The unbroken stretches of a line that has gaps.
pub fn segments<T>(points: impl IntoIterator<Item = Option<T>>) -> Vec<Vec<T>> {
    let mut segments = Vec::new();
    let mut current = Vec::new();
    for point in points {
        match point {
            Some(point) => current.push(point),
            None if current.is_empty() => {}
            None => segments.push(std::mem::take(&mut current)),
        }
    }
    if !current.is_empty() {
        segments.push(current);
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_of_four_things() {
        let cases = [
            (1.5, Reading::Finite(1.5)),
            (-5e-324, Reading::Finite(-5e-324)),
            (0.0, Reading::Zero),
            (-0.0, Reading::Zero),
            (f64::INFINITY, Reading::Infinite),
            (f64::NEG_INFINITY, Reading::Infinite),
            (f64::NAN, Reading::NotANumber),
        ];
        for (number, reading) in cases {
            assert_eq!(Reading::of(number), reading, "{number}");
        }
    }

    #[test]
    fn log_ranges_are_whole_decades() {
        let cases: [(&[f64], (i32, i32)); 10] = [
            (&[0.003, 0.2], (-3, 0)),
            (&[1.0], (-1, 2)),
            (&[], (-4, 0)),
            (&[0.0, f64::NAN, f64::INFINITY, -1.0], (-4, 0)),
            (&[0.02, f64::NAN, 0.0, 30.0], (-2, 2)),
            (&[1e-300, 1e300], (-300, 300)),
            (&[5e-324, f64::MAX], (-324, 309)),
            (&[5e-324], (-324, -321)),
            (&[f64::MAX], (306, 309)),
            (&[1e-63, 0.5], (-63, 0)),
        ];
        for (values, exponents) in cases {
            assert_eq!(LogRange::fit(values.iter().copied(), 3).exponents(), exponents, "{values:?}");
        }
    }

    #[test]
    fn a_range_stays_while_it_fits() {
        let range = |low, high| LogRange { low, high };
        assert_eq!(range(-4, 0).settle(Some(range(-5, 0))), range(-5, 0));
        assert_eq!(range(-4, 0).settle(Some(range(-9, 0))), range(-4, 0), "much too long");
        assert_eq!(range(-4, 1).settle(Some(range(-5, 0))), range(-4, 1), "does not hold it");
        assert_eq!(range(-4, 1).settle(None), range(-4, 1));
        let wide = LinearRange { low: 0.0, high: 1.5 };
        assert_eq!(LinearRange::UNIT.settle(Some(wide)), wide);
        assert_eq!(LinearRange::UNIT.settle(Some(LinearRange { low: 0.0, high: 2.5 })), LinearRange::UNIT);
    }

    #[test]
    fn linear_ranges_are_finite_and_end_on_round_numbers() {
        let cases: [(&[f64], (f64, f64)); 7] = [
            (&[0.0, 0.69], (0.0, 0.8)),
            (&[], (0.0, 1.0)),
            (&[f64::NAN, f64::INFINITY], (0.0, 1.0)),
            (&[0.0], (0.0, 1.0)),
            (&[3.0, 3.0], (1.0, 5.0)),
            (&[-7.0, 93.0], (-50.0, 100.0)),
            (&[-1e308, 1e308], (-1e300, 1e300)),
        ];
        for (values, (low, high)) in cases {
            let ends = LinearRange::fit(values.iter().copied()).ends();
            assert!((ends.0 - low).abs() <= 1e-9 * (high - low), "{values:?}: {ends:?}");
            assert!((ends.1 - high).abs() <= 1e-9 * (high - low), "{values:?}: {ends:?}");
        }
    }

    #[test]
    fn narrow_ranges_end_on_round_numbers_over_zero() {
        type Case = (&'static [f64], Option<(f64, f64)>);
        let cases: [Case; 9] = [
            (&[0.69, 0.7], Some((0.69, 0.7))),
            (&[0.693, 0.695, 0.0, f64::NAN], Some((0.693, 0.695))),
            (&[0.5], Some((0.2, 0.8))),
            (&[0.31, 0.69], Some((0.3, 0.7))),
            (&[0.15, 0.7], Some((0.1, 1.0))),
            (&[0.2, 1.0], Some((0.2, 1.0))),
            (&[0.01, 0.7], None),
            (&[0.0, -1.0], None),
            (&[1e-300, 2e-300], None),
        ];
        for (values, expected) in cases {
            let ends = LinearRange::fit_narrow(values.iter().copied()).map(LinearRange::ends);
            let is_near = match (ends, expected) {
                (Some(ends), Some((low, high))) => {
                    (ends.0 / low - 1.0).abs() < 1e-9 && (ends.1 / high - 1.0).abs() < 1e-9
                }
                (ends, expected) => ends == expected,
            };
            assert!(is_near, "{values:?}: {ends:?}");
        }
    }

    #[test]
    fn places_and_values_are_inverse_and_never_nan() {
        let log = ValueScale::Log(LogRange { low: -8, high: 2 });
        let linear = ValueScale::Linear(LinearRange { low: -1.0, high: 3.0 });
        assert_eq!(log.position(1e-8), Some(0.0));
        assert_eq!(log.position(100.0), Some(1.0));
        assert_eq!(linear.position(1.0), Some(0.5));
        let narrow = ValueScale::NarrowLog(LinearRange { low: 0.5, high: 2.0 });
        assert!((narrow.position(1.0).unwrap() - 0.5).abs() < 1e-12);
        for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(log.position(value), None, "{value}");
            assert_eq!(narrow.position(value), None, "{value}");
        }
        assert_eq!(linear.position(f64::NAN), None);
        assert!(linear.position(f64::INFINITY).is_some_and(f64::is_finite));
        for scale in [log, narrow, linear] {
            for position in [0.0, 0.3, 1.0] {
                let again = scale.position(scale.value_at(position)).unwrap();
                assert!((again - position).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_step_axis_grows_in_leaps() {
        let cases = [(0, 10), (7, 10), (10, 10), (11, 12), (101, 120), (1000, 1000), (1001, 1200), (7000, 8000)];
        for (latest, last) in cases {
            assert_eq!(StepRange::covering(latest).last(), last, "{latest}");
        }
        assert!(StepRange::covering(u64::MAX).last() > 0);
        assert_eq!(StepRange::covering(100).step_at(0.314), 31);
    }

    #[test]
    fn a_line_breaks_at_gaps() {
        assert_eq!(segments([None, Some(1), Some(2), None, None, Some(3)]), [vec![1, 2], vec![3]]);
        assert_eq!(segments::<u8>([None]), Vec::<Vec<u8>>::new());
    }
}
