//! Where a run pauses by itself.

use super::Experiment;
use serde::{Deserialize, Serialize};

/// Where a run is to pause by itself. It may change at any step, and changes no number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    /// At this step.
    pub at: Option<u32>,
    /// At the first step whose loss is this or less.
    pub loss: Option<f64>,
}

/// Why a run paused by itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum StopReason {
    /// It came to the step.
    Step,
    /// The step's loss was this or less.
    Loss(f64),
}

impl StopReason {
    /// The name by which tests and embedders know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Loss(_) => "loss",
        }
    }
}

impl Stop {
    /// Where an experiment says.
    pub fn of(experiment: &Experiment) -> Self {
        Self { at: experiment.stop_at, loss: experiment.stop_loss }
    }

    /// Why to pause after a step with this loss, if so.
    pub fn reason(self, step: u64, loss: f64) -> Option<StopReason> {
        if self.at.is_some_and(|at| u64::from(at) == step) {
            return Some(StopReason::Step);
        }
        self.loss.filter(|limit| loss <= *limit).map(StopReason::Loss)
    }
}
