//! What lets a diverged run go on from where it was well.

use super::flow::Flow;
use super::last_good::LastGood;
use crate::decimal;
use crate::experiment::Experiment;
use crate::train::StepReport;

/// The changes with which a run may be expected to go on from its last good step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WaysBack {
    /// Clipping by the global norm, at this; `None` where it shortens no step.
    pub clip_at: Option<f64>,
    /// A tenth of the learning rate.
    pub lower_lr: bool,
}

/// The size of a single step by that of its weights after which a run still goes on, about: it is found by trial.
const MOST_SURVIVED: f64 = 10.0;

impl LastGood {
    /// Of a run of this experiment; `start` is what was measured before its first step, if that is known.
    ///
    /// Through time a gradient may have exploded before the first step:
    ///
    /// - To clip at the norm that it has then would clip nothing. Clipped at `min(1, 1/η)` a step has at most length 1.
    /// - An adaptive optimizer divides by the size of the gradient, and makes the same step of the clipped one.
    /// - A tenth of the learning rate does not help where a tenth of `η ‖∂L/∂W‖` is still many times ‖W‖, nor against recurrent
    ///   weights that are too large as they are drawn.
    pub fn ways_back(&self, experiment: &Experiment, start: Option<&StepReport>) -> WaysBack {
        // Two digits are enough, and the field shows what the button says.
        let as_then = decimal::parse(&format!("{:.1e}", self.grad_norm)).unwrap_or(1.0).clamp(1e-4, 1e4);
        if !experiment.model.is_recurrent() {
            return WaysBack { clip_at: Some(as_then), lower_lr: true };
        }
        let is_adaptive = experiment.optimizer.uses_epsilon();
        let exploded = start.is_some_and(|start| Flow::of(experiment, start).explodes());
        let outweighs = !is_adaptive && experiment.tenth_of_lr() * self.pull > MOST_SURVIVED;
        WaysBack {
            clip_at: (!is_adaptive).then(|| as_then.min(1.0).min(1.0 / experiment.lr).max(1e-4)),
            lower_lr: !exploded && !outweighs,
        }
    }
}
