//! What the seeds of a cell come to together.

use super::outcome::{Came, Outcome};

/// What the seeds of a cell come to together.
///
/// Median and quartiles are numbers of single runs, the median the lower of both where two are in the middle: of numbers that
/// are decades apart the mean is nobody's, and the median's run can be opened. Runs that came to no number are the worst of
/// all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Runs that are known.
    pub runs: usize,
    /// What the run in the middle came to.
    pub median: Came,
    /// Where among the seeds that run is.
    pub median_seed: usize,
    /// What the runs at a quarter and at three quarters came to, the lesser number first. Beyond each is a quarter of the runs,
    /// or less where four do not divide them, so at least half of them lie between; of fewer than four runs all do.
    pub quartiles: (Came, Came),
    /// The mean of the numbers: of a verdict the share of the seeds that have it. NaN where there is none.
    pub mean: f64,
    /// Runs that diverged.
    pub diverged: usize,
    /// Runs that did not come to the loss.
    pub never: usize,
}

impl Summary {
    /// Of what is known of a cell's seeds; `None` where that is nothing.
    pub fn of(outcome: Outcome, seeds: &[Option<Came>]) -> Option<Self> {
        let mut came: Vec<(usize, Came)> =
            seeds.iter().enumerate().filter_map(|(seed, came)| Some((seed, (*came)?))).collect();
        came.sort_by(|one, other| rank(outcome, one.1).total_cmp(&rank(outcome, other.1)).then(one.0.cmp(&other.0)));
        let last = came.len().checked_sub(1)?;
        let quarter = came.len() / 4;
        let (median_seed, median) = came[last / 2];
        let numbers =
            came.iter().filter_map(|(_, came)| if let Came::To(number) = came { Some(*number) } else { None });
        let (sum, count) = numbers.fold((0.0, 0.0), |(sum, count), number| (sum + number, count + 1.0));
        let count_of = |wanted: Came| came.iter().filter(|(_, came)| *came == wanted).count();
        Some(Self {
            runs: came.len(),
            median,
            median_seed,
            quartiles: (came[quarter].1, came[last - quarter].1),
            mean: sum / count,
            diverged: count_of(Came::Diverged),
            never: count_of(Came::Never),
        })
    }

    /// The quartiles, where both are numbers.
    pub fn quartile_numbers(&self) -> Option<(f64, f64)> {
        match self.quartiles {
            (Came::To(low), Came::To(high)) => Some((low, high)),
            _ => None,
        }
    }

    /// Whether the runs are so few that all of them lie between the quartiles.
    pub fn quartiles_are_ends(&self) -> bool {
        self.runs < 4
    }

    /// What the map shows of the cell: the median, or of a verdict the share of the seeds that have it.
    pub fn shown(&self, outcome: Outcome) -> Came {
        if matches!(outcome, Outcome::Verdict(_)) { Came::To(self.mean) } else { self.median }
    }
}

/// By which runs are ordered. A gradient that is zero everywhere is as little as one of which nothing arrives.
fn rank(outcome: Outcome, came: Came) -> f64 {
    let worst = if outcome.is_better_large() { -1.0 } else { 1.0 };
    match came {
        Came::To(number) if number.is_nan() => 0.0,
        // Short of those that came to none.
        Came::To(number) => number.clamp(-f64::MAX, f64::MAX),
        Came::Never => worst * f64::INFINITY,
        // Beyond every number, and no number.
        Came::Diverged | Came::Nothing => f64::NAN.copysign(worst),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Condition;

    fn numbers(numbers: &[f64]) -> Vec<Option<Came>> {
        numbers.iter().map(|number| Some(Came::To(*number))).collect()
    }

    #[test]
    fn the_median_is_a_run_of_its_own() {
        let summary = Summary::of(Outcome::Factor, &numbers(&[1.0, 1e-8, 4.0, 1e-4, 9.0])).unwrap();
        assert_eq!((summary.runs, summary.median, summary.median_seed), (5, Came::To(1.0), 0));
        assert_eq!(summary.quartiles, (Came::To(1e-4), Came::To(4.0)));
        // The lower of both in the middle.
        let summary = Summary::of(Outcome::Loss, &numbers(&[8.0, 2.0, 4.0, 6.0])).unwrap();
        assert_eq!((summary.median, summary.median_seed), (Came::To(4.0), 2));
        assert_eq!(summary.quartiles, (Came::To(4.0), Came::To(6.0)));
        let summary = Summary::of(Outcome::Loss, &numbers(&[3.0])).unwrap();
        assert_eq!(summary.quartiles, (Came::To(3.0), Came::To(3.0)));
    }

    #[test]
    fn at_least_half_of_the_runs_lie_between_the_quartiles() {
        for count in 1..=100_u32 {
            let runs: Vec<f64> = (0..count).map(f64::from).collect();
            let summary = Summary::of(Outcome::Loss, &numbers(&runs)).unwrap();
            let (low, high) = summary.quartile_numbers().unwrap();
            let between = high as u32 - low as u32 + 1;
            assert!(2 * between >= count && (between == count) == summary.quartiles_are_ends(), "{between} of {count}");
            if count.is_multiple_of(4) {
                assert_eq!(2 * between, count);
            }
        }
    }

    #[test]
    fn what_came_to_no_number_is_worst_and_counted() {
        let seeds = [Some(Came::Never), Some(Came::To(30.0)), Some(Came::Diverged), Some(Came::To(20.0)), None];
        let summary = Summary::of(Outcome::StepsTo(0.1), &seeds).unwrap();
        assert_eq!((summary.runs, summary.diverged, summary.never), (4, 1, 1));
        assert_eq!((summary.median, summary.quartiles), (Came::To(30.0), (Came::To(30.0), Came::Never)));
        assert_eq!(summary.quartile_numbers(), None);
        let seeds = [Some(Came::To(0.9)), Some(Came::Diverged), Some(Came::To(0.7))];
        let summary = Summary::of(Outcome::Accuracy, &seeds).unwrap();
        assert_eq!((summary.median, summary.quartiles.0), (Came::To(0.7), Came::Diverged));
        assert_eq!(summary.quartile_numbers(), None);
        let all = Summary::of(Outcome::Loss, &[Some(Came::Diverged); 3]).unwrap();
        assert_eq!((all.median, all.diverged), (Came::Diverged, 3));
        assert!(all.mean.is_nan());
        let zero = Summary::of(Outcome::Factor, &numbers(&[f64::NAN, f64::INFINITY, 0.5])).unwrap();
        assert_eq!(zero.median, Came::To(0.5));
    }

    #[test]
    fn a_verdict_is_the_share_of_the_seeds_that_have_it() {
        let outcome = Outcome::Verdict(Condition::Dead);
        let summary = Summary::of(outcome, &numbers(&[1.0, 0.0, 1.0, 1.0])).unwrap();
        assert_eq!(summary.shown(outcome), Came::To(0.75));
        assert_eq!(Summary::of(outcome, &[None, None]), None);
        assert_eq!(Summary::of(outcome, &[]), None);
    }
}
