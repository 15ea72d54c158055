//! How a run pauses by itself where it was asked to, and goes on from there.

use crate::experiment::{Stop, StopReason};

/// Where the run is to pause, and whether it did.
#[derive(Debug, Default)]
pub(super) struct Stopping {
    stop: Stop,
    reason: Option<StopReason>,
    /// The step that was the first with a loss as low as asked. Who goes on from there does not want to be stopped at each
    /// step that follows, so a loss stops a run once.
    obeyed_loss_at: Option<u64>,
}

impl Stopping {
    /// For a run that has not begun.
    pub(super) fn new(stop: Stop) -> Self {
        Self { stop, ..Self::default() }
    }

    /// Where the run is to pause.
    pub(super) fn stop(&self) -> Stop {
        self.stop
    }

    /// Asks for another place.
    pub(super) fn set(&mut self, stop: Stop) {
        if stop.loss != self.stop.loss {
            self.obeyed_loss_at = None;
        }
        self.stop = stop;
    }

    /// Whether the run is to pause after this step with this loss.
    pub(super) fn stops(&mut self, step: u64, loss: f64) -> bool {
        let stop = Stop { loss: self.stop.loss.filter(|_| self.obeyed_loss_at.is_none()), ..self.stop };
        self.reason = stop.reason(step, loss);
        if let Some(StopReason::Loss(_)) = self.reason {
            self.obeyed_loss_at = Some(step);
        }
        self.reason.is_some()
    }

    /// Why the run rests, if it paused by itself.
    pub(super) fn reason(&self) -> Option<StopReason> {
        self.reason
    }

    /// The run goes on.
    pub(super) fn go_on(&mut self) {
        self.reason = None;
    }

    /// What came after a step is forgotten.
    pub(super) fn forget_after(&mut self, step: u64) {
        self.obeyed_loss_at = self.obeyed_loss_at.filter(|at| *at <= step);
    }
}

#[cfg(test)]
#[path = "stopping_tests.rs"]
mod tests;
