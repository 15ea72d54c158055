//! The run that a session keeps, and what it takes to make it again.

use super::checkpoints::Checkpoints;
use super::parts::Maker;
use super::protocol::Change;
use crate::data::sequences::Corpus;
use crate::experiment::Experiment;
use crate::run::AnyTrainer;
use crate::train::{Divergence, StepReport};
use std::collections::VecDeque;

/// The last steps that are told of a run that has ended.
pub(super) const RECENT: usize = 6;

/// One run as it stands.
pub(super) struct Run {
    pub(super) experiment: Experiment,
    /// Makes it, of its kind and in its precision.
    pub(super) maker: Maker,
    /// The texts that it is made on.
    pub(super) corpus: Corpus,
    pub(super) changes: Vec<Change>,
    /// The run, or on a visit the state at the visited step.
    pub(super) trainer: AnyTrainer,
    pub(super) divergence: Option<Divergence>,
    /// The run while an earlier step is visited.
    pub(super) head: Option<Head>,
    pub(super) checkpoints: Checkpoints,
    /// The reports of the last steps, not thinned, for the case that the run ends.
    pub(super) recent: VecDeque<StepReport>,
}

/// The run's head, put aside while an earlier step is visited.
pub(super) struct Head {
    pub(super) trainer: AnyTrainer,
    pub(super) divergence: Option<Divergence>,
}

impl Run {
    /// The run made again from its seed, before its first step.
    pub(super) fn made_again(&self) -> Option<AnyTrainer> {
        let mut trainer = (self.maker)(&self.experiment, &self.corpus).ok()?;
        apply(&self.changes, &mut trainer);
        // What is measured before the first step is part of what is the same; it went well the first time.
        let _ = trainer.probe();
        Some(trainer)
    }

    /// The memory that it takes with all states kept of it, about.
    pub(super) fn bytes(&self) -> u64 {
        let states = 1 + usize::from(self.head.is_some());
        (states * self.trainer.bytes() + self.checkpoints.bytes()) as u64
    }

    /// Makes the changes that hold from the present step on.
    pub(super) fn apply_changes(&mut self) {
        apply(&self.changes, &mut self.trainer);
    }
}

/// Makes those changes that hold from the trainer's present step on.
pub(super) fn apply(changes: &[Change], trainer: &mut AnyTrainer) {
    let step = trainer.steps();
    for change in changes.iter().filter(|change| change.after_step == step) {
        trainer.set_hyper(change.hyper);
    }
}

/// Adds a report to the last ones, in the place of the oldest when they are many.
pub(super) fn remember(recent: &mut VecDeque<StepReport>, report: &StepReport) {
    if recent.len() < RECENT {
        recent.push_back(report.clone());
    } else if let Some(mut oldest) = recent.pop_front() {
        oldest.step = report.step;
        oldest.row_mut().copy_from_slice(report.row());
        recent.push_back(oldest);
    }
}
