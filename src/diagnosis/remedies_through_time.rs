//! Which repairs are worth trying for which verdict on a recurrent network.

use super::flow::Flow;
use super::measured::ZeroCause;
use super::repair::{MOST_BIAS, Repair, SHORT_WINDOW};
use super::verdict::{Condition, Diagnosis, Situation};
use crate::data::sequences::{Padding, Task};
use crate::experiment::{Experiment, Model};
use crate::nn::recurrent::{Cell, RecurrentInit};
use Repair::{
    ClipNorm, ForgetBias, Gru, Irnn, LowerLr, Lstm, OrthogonalRecurrent, PadBefore, PadMasked, ShortWindow, TanhCell,
    UnitRadius,
};

impl Diagnosis {
    /// What would mend the leading condition of a recurrent network.
    pub(super) fn candidates_through_time(&self, situation: &Situation<'_>) -> Vec<Repair> {
        let experiment = situation.experiment;
        // What is wrong before the first step can be mended only in the network: no learning rate has done it.
        let is_network = situation.is_of_the_start(self);
        let is_flattened = !is_network && self.conditions.contains(&Condition::Saturated);
        let has_large_radius = experiment.rec_init != RecurrentInit::Pytorch && experiment.rho > 1.0;
        // Recurrent weights that are too large at the start have done what followed, at whatever learning rate.
        let exploded = situation.start.map(|start| Flow::of(experiment, start).explodes());
        let from_start = is_network || exploded.unwrap_or(self.flow.explodes());
        // Units saturate in networks that learn well, too.
        let learns = self.loss < 0.5 * self.guess_loss;
        // Adaptive optimizers make steps of a length that clipping does not change.
        let can_clip = !experiment.optimizer.uses_epsilon();
        let shorter_steps = || {
            let mut repairs = if can_clip { vec![LowerLr, ClipNorm] } else { vec![LowerLr] };
            repairs.retain(|repair| !self.outweighs_with(*repair, situation));
            // Taken more than once it does in the end.
            if repairs.is_empty() { vec![LowerLr] } else { repairs }
        };
        match self.conditions[0] {
            Condition::Diverged if from_start => too_large(experiment),
            Condition::Diverged => shorter_steps(),
            // The gradient stays as it is; the step becomes small.
            Condition::Exploding if self.flow.explodes() && self.update_explodes() && can_clip => {
                let mut repairs = too_large(experiment);
                if !self.outweighs_with(ClipNorm, situation) {
                    repairs.insert(1, ClipNorm);
                }
                repairs
            }
            Condition::Exploding if self.flow.explodes() => too_large(experiment),
            Condition::Exploding => shorter_steps(),
            Condition::Dead if is_network => vec![TanhCell, Irnn, Lstm],
            Condition::Dead => vec![LowerLr, TanhCell, Irnn],
            // Nothing passes weights of zero, whatever the cell.
            Condition::Vanishing if self.zero_cause == Some(ZeroCause::ZeroWeights) => vec![],
            Condition::Vanishing | Condition::Saturated if exploded == Some(true) => too_large(experiment),
            // Large weights or large steps drove the units to where φ is flat; which of both is known by the radius.
            Condition::Saturated | Condition::Vanishing if is_flattened && !learns && has_large_radius => {
                vec![UnitRadius, LowerLr]
            }
            Condition::Vanishing if is_flattened => vec![LowerLr, Lstm],
            Condition::Vanishing | Condition::Underflow => too_small(experiment),
            Condition::Saturated if is_network => too_large(experiment),
            Condition::Saturated if learns => vec![],
            Condition::Saturated => vec![LowerLr],
            Condition::Healthy if self.flow.is_weakened() => too_small(experiment),
            Condition::Healthy | Condition::Trained => vec![],
        }
    }
}

impl Diagnosis {
    /// Whether a step like the last one outweighs its weights with a repair as well that shortens steps.
    fn outweighs_with(&self, repair: Repair, situation: &Situation<'_>) -> bool {
        let experiment = situation.experiment;
        let shortened = match repair {
            LowerLr => experiment.tenth_of_lr() / experiment.lr,
            ClipNorm => (1.0 / situation.report.grad_norm()).min(1.0),
            _ => return false,
        };
        self.largest_update.1 * shortened > 1.0
    }
}

/// Whether the state is read after padding, which the gradient has to pass before it comes to a word.
pub(super) fn reads_after_padding(experiment: &Experiment) -> bool {
    experiment.task == Task::Sentiment && experiment.model.is_recurrent() && experiment.padding == Padding::After
}

/// Where the gradient grows on its way through time.
fn too_large(experiment: &Experiment) -> Vec<Repair> {
    let mut repairs = Vec::new();
    if experiment.rec_init != RecurrentInit::Pytorch && experiment.rho > 1.0 {
        repairs.push(UnitRadius);
    }
    // What is cut off is not learned. With a loss at every step there is something to learn all the same.
    if experiment.has_loss_at_each_step() && experiment.way().places.len() > SHORT_WINDOW as usize {
        repairs.push(ShortWindow);
    }
    repairs.push(OrthogonalRecurrent);
    if experiment.model == Model::Rnn {
        repairs.push(Lstm);
    }
    repairs
}

/// Where it shrinks.
fn too_small(experiment: &Experiment) -> Vec<Repair> {
    let mut repairs = Vec::new();
    if reads_after_padding(experiment) {
        repairs.extend([PadMasked, PadBefore]);
    }
    if experiment.rec_init != RecurrentInit::Pytorch && experiment.rho < 1.0 {
        repairs.push(UnitRadius);
    }
    repairs.extend(match experiment.cell() {
        Some(Cell::Lstm) if experiment.forget_bias < MOST_BIAS => vec![ForgetBias, OrthogonalRecurrent],
        Some(Cell::Lstm) => vec![OrthogonalRecurrent],
        Some(Cell::Gru) => vec![OrthogonalRecurrent, Lstm],
        Some(Cell::Relu) => vec![Irnn, Lstm, Gru],
        Some(Cell::Tanh) | None => vec![Lstm, Gru, Irnn, OrthogonalRecurrent],
    });
    repairs
}
