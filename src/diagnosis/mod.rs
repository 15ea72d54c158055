//! The verdict on a step: what happens to the gradient, with the numbers that say so, and what would repair it.

mod decay;
mod flow;
mod kept;
mod last_good;
mod measured;
mod remedies;
mod remedies_through_time;
mod repair;
mod verdict;
mod ways_back;

pub use decay::Decay;
pub use flow::Flow;
pub use kept::Kept;
pub use last_good::{LastGood, last_good};
pub use measured::ZeroCause;
pub use remedies::MOST_OFFERED;
pub use repair::Repair;
pub use verdict::{Condition, Diagnosis, Situation, leading_since};
pub use ways_back::WaysBack;

use crate::experiment::Experiment;
use crate::train::{Divergence, StepReport};

/// The verdict on a step of an experiment of which nothing else is known.
///
/// Only the hidden layers are judged, of a recurrent network the lowest over time: the output layer's gradient is the
/// loss's own.
pub fn diagnose(experiment: &Experiment, report: &StepReport, divergence: Option<Divergence>) -> Diagnosis {
    Situation { experiment, report, divergence, start: None, score: None, guess_loss: experiment.guess_loss() }
        .diagnose()
}

impl Situation<'_> {
    /// The verdict, with its repairs.
    pub fn diagnose(&self) -> Diagnosis {
        let mut diagnosis = self.judge();
        diagnosis.repairs = diagnosis.repairs(self);
        diagnosis
    }
}
