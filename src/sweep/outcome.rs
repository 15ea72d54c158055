//! What is asked of a run, and what it came to.

use crate::diagnosis::Condition;
use crate::train::Divergence;
use serde::{Deserialize, Serialize};

/// What a map shows of its runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// By what the gradient is multiplied on its whole way back before the first step.
    Factor,
    /// The loss of the mini-batch at the step.
    Loss,
    /// The fraction of right answers on all training samples at the step.
    Accuracy,
    /// The first step whose loss is this or less.
    StepsTo(f64),
    /// Whether this leads the verdict at the step.
    Verdict(Condition),
}

/// What is asked of a run. Runs of one experiment of which the same is asked come to the same.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Need {
    /// So many steps.
    pub steps: u32,
    /// No more steps after one whose loss is this or less.
    pub until: Option<f64>,
    /// All training samples are answered after the last step.
    pub is_scored: bool,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The norm of the gradient at the first place of its way over that at the last, before the first step: see
    /// [`crate::diagnosis::Flow::total`]. NaN where the gradient is zero everywhere, infinite where a number left the format.
    pub factor: f64,
    /// The last step that was made.
    pub step: u32,
    /// The loss of that step's mini-batch; NaN where there was none.
    pub loss: f64,
    /// The fraction of right answers on all training samples after it, where answers are classes and that was asked.
    pub accuracy: Option<f64>,
    /// What leads the verdict on it.
    pub condition: Condition,
    /// Whether its loss is the one up to which was trained, or less.
    pub has_reached: bool,
    /// Where the run ended, if it did before.
    pub divergence: Option<Divergence>,
}

/// What a map shows of one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Came {
    /// This number. It may be infinite, or NaN where the gradient is zero everywhere.
    To(f64),
    /// The run ended before at a number that is not finite.
    Diverged,
    /// The loss was not reached within the steps.
    Never,
    /// Runs of its kind have no such number.
    Nothing,
}

impl Outcome {
    /// What is asked of a run of so many steps.
    pub fn need(self, steps: u32) -> Need {
        match self {
            Self::Factor => Need { steps: 0, until: None, is_scored: false },
            Self::Accuracy => Need { steps, until: None, is_scored: true },
            // Before the first step the answers would take longer than all else.
            Self::Loss | Self::Verdict(_) => Need { steps, until: None, is_scored: steps > 0 },
            Self::StepsTo(loss) => Need { steps, until: Some(loss), is_scored: false },
        }
    }

    /// Whether the number of steps makes a difference.
    pub fn takes_steps(self) -> bool {
        self != Self::Factor
    }

    /// What is shown of a run. A verdict is 1 where it holds, else 0.
    pub fn of(self, run: &Measured) -> Came {
        match self {
            // Where nothing arrives anywhere, 0 / 0 is no number, and of the gradient there is nothing.
            Self::Factor => Came::To(if run.factor.is_nan() { 0.0 } else { run.factor }),
            Self::Verdict(condition) => Came::To(f64::from(u8::from(run.condition == condition))),
            _ if run.divergence.is_some() => Came::Diverged,
            Self::Loss => Came::To(run.loss),
            Self::Accuracy => run.accuracy.map_or(Came::Nothing, Came::To),
            Self::StepsTo(_) if run.has_reached => Came::To(f64::from(run.step)),
            Self::StepsTo(_) => Came::Never,
        }
    }

    /// Whether less is worse: of the accuracy alone. A run that diverged is worse than any other.
    pub fn is_better_large(self) -> bool {
        self == Self::Accuracy
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::train::DivergedQuantity;

    /// A run that came to a loss after some steps.
    pub fn run(loss: f64) -> Measured {
        Measured {
            factor: 0.5,
            step: 10,
            loss,
            accuracy: Some(0.75),
            condition: Condition::Healthy,
            has_reached: false,
            divergence: None,
        }
    }

    #[test]
    fn a_failure_is_an_outcome() {
        let divergence = Divergence { step: 4, layer: None, time: None, quantity: DivergedQuantity::Loss };
        let diverged = Measured { divergence: Some(divergence), condition: Condition::Diverged, step: 3, ..run(0.1) };
        assert_eq!(Outcome::Loss.of(&diverged), Came::Diverged);
        assert_eq!(Outcome::StepsTo(0.5).of(&diverged), Came::Diverged);
        assert_eq!(Outcome::Verdict(Condition::Diverged).of(&diverged), Came::To(1.0));
        assert_eq!(Outcome::Verdict(Condition::Vanishing).of(&diverged), Came::To(0.0));
        assert_eq!(Outcome::Factor.of(&diverged), Came::To(0.5), "before the first step all was well");
        assert_eq!(Outcome::Factor.of(&Measured { factor: f64::NAN, ..run(0.1) }), Came::To(0.0), "nothing arrives");
        assert_eq!(Outcome::StepsTo(0.01).of(&run(0.1)), Came::Never);
        assert_eq!(Outcome::StepsTo(0.2).of(&Measured { has_reached: true, ..run(0.1) }), Came::To(10.0));
        assert_eq!(Outcome::Accuracy.of(&Measured { accuracy: None, ..run(0.1) }), Came::Nothing);
    }

    #[test]
    fn what_is_seen_before_the_first_step_needs_none() {
        assert_eq!(Outcome::Factor.need(100), Need { steps: 0, until: None, is_scored: false });
        assert_eq!(Outcome::Factor.need(100), Outcome::Loss.need(0));
        // Loss, accuracy and verdict are all of the same run.
        assert_eq!(Outcome::Loss.need(100), Outcome::Verdict(Condition::Dead).need(100));
        assert_eq!(Outcome::Loss.need(1), Outcome::Accuracy.need(1));
        assert_ne!(Outcome::Loss.need(0), Outcome::Accuracy.need(0));
        assert_ne!(Outcome::Loss.need(100), Outcome::StepsTo(0.1).need(100));
    }
}
