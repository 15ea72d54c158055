//! What a map shows by now, and what that says.

use super::outcome::{Came, Measured, Outcome};
use super::plan::Plan;
use super::summary::Summary;
use std::sync::Arc;

/// What is known of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The map.
    pub plan: Arc<Plan>,
    /// What came of each run, cell by cell, each from its first seed.
    pub came: Vec<Option<Came>>,
    /// What each cell's seeds come to together.
    pub summaries: Vec<Option<Summary>>,
    /// Runs that are known.
    pub runs: usize,
    /// Runs that diverged, and runs that did not come to the loss.
    pub diverged: usize,
    /// See there.
    pub never: usize,
}

/// What a map says, in numbers of its runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding {
    /// Nothing yet.
    Nothing,
    /// In so many runs under a thousandth of the gradient arrives, in so many over a thousand times as much, in so many it is in
    /// between.
    Factor {
        /// Under a thousandth, or nothing.
        vanish: usize,
        /// Over a thousand times as much.
        explode: usize,
        /// In between.
        pass: usize,
    },
    /// A cell's median is the best of all; `None` where no median is a number.
    Best(Option<(usize, f64)>),
    /// So many runs have the verdict; so many cells in all their seeds, so many in none.
    Verdict {
        /// Runs.
        runs: usize,
        /// Cells of which all seeds have it.
        all: usize,
        /// Cells of which none has it.
        none: usize,
    },
}

/// Under this part of its size a gradient has vanished.
const VANISHED: f64 = 1e-3;

impl Seen {
    /// Of what is known of each run, in the order of [`Seen::came`].
    pub fn of(plan: Arc<Plan>, measured: impl Fn(usize) -> Option<Measured>) -> Self {
        let outcome = plan.sweep.outcome;
        let runs = plan.cells.len() * plan.seeds();
        let came: Vec<Option<Came>> = (0..runs).map(|run| Some(outcome.of(&measured(run)?))).collect();
        let summaries = came.chunks(plan.seeds()).map(|seeds| Summary::of(outcome, seeds)).collect();
        let count = |wanted: Came| came.iter().filter(|came| **came == Some(wanted)).count();
        let (known, diverged, never) = (came.iter().flatten().count(), count(Came::Diverged), count(Came::Never));
        Self { plan, came, summaries, runs: known, diverged, never }
    }

    /// What came of a cell's seeds.
    pub fn seeds(&self, cell: usize) -> &[Option<Came>] {
        let seeds = self.plan.seeds();
        self.came.get(cell * seeds..(cell + 1) * seeds).unwrap_or_default()
    }

    /// What it says.
    pub fn finding(&self) -> Finding {
        if self.runs == 0 {
            return Finding::Nothing;
        }
        let numbers = || self.came.iter().flatten().filter_map(|came| number(*came));
        match self.plan.sweep.outcome {
            Outcome::Factor => {
                // Where the gradient is zero everywhere, nothing arrives.
                let vanish = numbers().filter(|factor| factor.is_nan() || *factor < VANISHED).count();
                let explode = numbers().filter(|factor| *factor > 1.0 / VANISHED).count();
                Finding::Factor { vanish, explode, pass: self.runs - vanish - explode }
            }
            Outcome::Verdict(_) => {
                let shares = || self.summaries.iter().flatten().map(|summary| summary.mean);
                Finding::Verdict {
                    runs: numbers().filter(|holds| *holds == 1.0).count(),
                    all: shares().filter(|share| *share == 1.0).count(),
                    none: shares().filter(|share| *share == 0.0).count(),
                }
            }
            outcome => {
                let medians = self.summaries.iter().enumerate();
                let medians = medians.filter_map(|(cell, summary)| Some((cell, number(summary.as_ref()?.median)?)));
                let medians = medians.filter(|(_, median)| median.is_finite());
                let is_better =
                    |one: f64, other: f64| if outcome.is_better_large() { one > other } else { one < other };
                let best = medians.fold(None, |best: Option<(usize, f64)>, next| match best {
                    Some(best) if !is_better(next.1, best.1) => Some(best),
                    _ => Some(next),
                });
                Finding::Best(best)
            }
        }
    }

    /// The cell whose seeds differ most, with its quartiles: by the factor between these, or of an accuracy by their difference.
    /// From 0 it is infinitely far to any other number; of several such cells it is the one with the largest upper quartile.
    /// `None` where no cell has three seeds, or in none they differ by much.
    pub fn widest(&self) -> Option<(usize, f64, f64)> {
        const LEAST_FACTOR: f64 = 10.0;
        const LEAST_DIFFERENCE: f64 = 0.1;
        let is_difference = match self.plan.sweep.outcome {
            Outcome::Verdict(_) => return None,
            outcome => outcome.is_better_large(),
        };
        let spread =
            |low: f64, high: f64| if is_difference { high - low } else { libm::log10(high) - libm::log10(low) };
        let cells = self.summaries.iter().enumerate().filter_map(|(cell, summary)| {
            let summary = summary.as_ref().filter(|summary| summary.runs >= 3)?;
            let (low, high) = summary.quartile_numbers()?;
            let spread = spread(low, high);
            (!spread.is_nan()).then_some((cell, low, high, spread))
        });
        let widest = cells.max_by(|one, other| one.3.total_cmp(&other.3).then(one.2.total_cmp(&other.2)))?;
        let least = if is_difference { LEAST_DIFFERENCE } else { libm::log10(LEAST_FACTOR) };
        (widest.3 >= least).then_some((widest.0, widest.1, widest.2))
    }
}

fn number(came: Came) -> Option<f64> {
    if let Came::To(number) = came { Some(number) } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::definition::Sweep;
    use super::super::outcome::tests::run;
    use super::*;
    use crate::diagnosis::Condition;
    use crate::experiment::Experiment;

    fn seen(pairs: &str, runs: &[Option<Measured>]) -> Seen {
        let base = Experiment::default();
        let plan = Plan::new(&Sweep::from_pairs(pairs, &base).0, &base).unwrap();
        assert_eq!(plan.runs().len(), runs.len(), "{pairs}");
        Seen::of(Arc::new(plan), |run| runs[run])
    }

    #[test]
    fn factors_are_counted_by_what_arrives() {
        let factor = |factor: f64| Some(Measured { factor, ..run(0.1) });
        let factors =
            [factor(1e-5), factor(0.0), factor(f64::NAN), factor(0.5), factor(1e5), factor(f64::INFINITY), None];
        let seen = seen("sweep=depth:1..7*7", &factors);
        assert_eq!((seen.runs, seen.finding()), (6, Finding::Factor { vanish: 3, explode: 2, pass: 1 }));
        assert_eq!(super::tests::seen("sweep=depth:1..7*7", &[None; 7]).finding(), Finding::Nothing);
    }

    #[test]
    fn the_best_cell_is_the_one_with_the_best_median() {
        let accuracy = |share: f64| Some(Measured { accuracy: Some(share), ..run(1.0 - share) });
        let pairs = "sweep=depth:1..2*2&seeds=3";
        let runs = [accuracy(0.5), accuracy(1.0), accuracy(0.6), accuracy(0.7), accuracy(0.8), accuracy(0.1)];
        let of = |outcome: &str| seen(&format!("{pairs}&outcome={outcome}"), &runs).finding();
        assert_eq!(of("accuracy"), Finding::Best(Some((1, 0.7))));
        let Finding::Best(Some((1, loss))) = of("loss") else { panic!("{:?}", of("loss")) };
        assert!((loss - 0.3).abs() < 1e-12);
        // None came to it.
        assert_eq!(of("steps:0.01"), Finding::Best(None));
        assert_eq!(seen(&format!("{pairs}&outcome=steps:0.01"), &runs).never, 6);
    }

    #[test]
    fn verdicts_are_counted_by_runs_and_by_cells() {
        let dead = |is_dead: bool| {
            Some(Measured { condition: if is_dead { Condition::Dead } else { Condition::Healthy }, ..run(0.1) })
        };
        let runs = [dead(true), dead(true), dead(true), dead(false), dead(false), dead(false)];
        let seen = seen("sweep=depth:1..3*3&seeds=2&outcome=verdict:dead", &runs);
        assert_eq!(seen.finding(), Finding::Verdict { runs: 3, all: 1, none: 1 });
        assert_eq!(seen.widest(), None);
        assert_eq!(seen.seeds(1), [Some(Came::To(1.0)), Some(Came::To(0.0))]);
    }

    #[test]
    fn luck_is_told_where_there_is_much_of_it() {
        let factor = |factor: f64| Some(Measured { factor, ..run(0.1) });
        let wide = [factor(1.0), factor(1.5), factor(2.0), factor(1e-4), factor(1e-2), factor(1.0)];
        let seen = |runs: &[Option<Measured>]| super::tests::seen("sweep=depth:1..2*2&seeds=3", runs);
        assert_eq!(seen(&wide).widest(), Some((1, 1e-4, 1.0)));
        // Nothing at all in one seed and something in another is more than any factor.
        let dead = [factor(1e-9), factor(1.0), factor(1e9), factor(f64::NAN), factor(0.0), factor(1e-3)];
        assert_eq!(seen(&dead).widest(), Some((1, 0.0, 1e-3)));
        assert_eq!(seen(&[f64::NAN; 6].map(factor)).widest(), None);
        let narrow = [1.0, 1.5, 2.0, 1.0, 1.0, 3.0].map(factor);
        assert_eq!(seen(&narrow).widest(), None);
        assert_eq!(seen(&[None; 6]).widest(), None);
    }
}
