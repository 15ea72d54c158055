//! The verdict on a step: what happens to the gradient, with the numbers that say so, and what would repair it.

mod decay;
mod flow;
mod last_good;
mod remedies;
mod repair;
mod verdict;

pub use decay::Decay;
pub use flow::Flow;
pub use last_good::{LastGood, last_good};
pub use remedies::MOST_OFFERED;
pub use repair::Repair;
pub use verdict::{Condition, Diagnosis, Situation, ZeroCause, leading_since};

use crate::experiment::Experiment;
use crate::train::{Divergence, StepReport};

/// The verdict on a step of an experiment of which nothing else is known.
///
/// Only the hidden layers are judged: the output layer's gradient is the loss's own.
pub fn diagnose(experiment: &Experiment, report: &StepReport, divergence: Option<Divergence>) -> Diagnosis {
    Situation { experiment, report, divergence, start: None, score: None }.diagnose()
}

impl Situation<'_> {
    /// The verdict, with its repairs.
    pub fn diagnose(&self) -> Diagnosis {
        let mut diagnosis = self.judge();
        diagnosis.repairs = diagnosis.repairs(self);
        diagnosis
    }
}
