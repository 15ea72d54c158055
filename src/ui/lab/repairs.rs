//! What was repaired, and which lesson a run is.

use crate::choice::Choice;
use crate::diagnosis::Repair;
use crate::experiment::{Experiment, presets::Preset};

/// A repair that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Repaired {
    /// The repair.
    pub repair: Repair,
    /// The experiment before it.
    pub before: Experiment,
    /// The step that was shown.
    pub step: u64,
}

/// The lesson that begins with this experiment.
pub(super) fn lesson_of(experiment: &Experiment) -> Option<Preset> {
    Preset::ALL.iter().copied().find(|preset| preset.experiment() == *experiment)
}
