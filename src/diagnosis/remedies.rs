//! Which repairs are worth trying for which verdict.

use super::decay::Decay;
use super::flow::Flow;
use super::measured::ZeroCause;
use super::repair::{Repair, WIDENED_UP_TO, fitting_init};
use super::verdict::{Condition, Diagnosis, Situation};
use crate::choice::Choice;
use crate::experiment::Experiment;
use crate::nn::{Activation, Initializer, Normalization, Residual};

/// The most repairs that are offered together.
pub const MOST_OFFERED: usize = 3;

impl Diagnosis {
    /// What would mend the leading condition, the most telling first; only changes that change something.
    pub(super) fn repairs(&self, situation: &Situation<'_>) -> Vec<Repair> {
        let experiment = situation.experiment;
        let mut repairs: Vec<Repair> = match self.decay {
            Some(decay) if self.is_of_decay() => decay_repairs(decay),
            _ if experiment.model.is_recurrent() => self.candidates_through_time(situation),
            _ => self.candidates(situation),
        };
        // Under another name the same change is no second one.
        let mut made = vec![experiment.clone()];
        repairs.retain(|repair| {
            let repaired = repair.apply(experiment);
            let is_new = !made.contains(&repaired);
            made.push(repaired);
            is_new
        });
        repairs
    }

    fn candidates(&self, situation: &Situation<'_>) -> Vec<Repair> {
        use Repair::{
            ClipNorm, FittingInit, LayerNorm, LeakyRelu, LeakyUnits, LowerLr, ReluKaiming, Skip, TanhXavier, UnitGain,
        };
        let experiment = situation.experiment;
        let has_large_gain = experiment.gain > 1.0;
        // What is wrong before the first step can be mended only in the network: no learning rate has done it.
        let is_network = situation.is_of_the_start(self);
        let is_flattened = !is_network && self.conditions.contains(&Condition::Saturated);
        // Units saturate in networks that learn well, too.
        let learns = self.loss < 0.5 * self.guess_loss;
        match self.conditions[0] {
            Condition::Diverged if is_network => too_large(experiment),
            // Weights that are too large at the start stay so with every learning rate.
            Condition::Diverged if situation.start.is_some_and(|start| Flow::of(experiment, start).explodes()) => {
                too_large(experiment)
            }
            Condition::Diverged if self.flow.explodes() && has_large_gain => vec![UnitGain],
            Condition::Diverged => vec![LowerLr, ClipNorm, UnitGain],
            Condition::Exploding if self.flow.explodes() => too_large(experiment),
            // Adaptive optimizers make steps of a length that clipping does not change.
            Condition::Exploding if experiment.optimizer.uses_epsilon() => vec![LowerLr],
            Condition::Exploding => vec![LowerLr, ClipNorm],
            Condition::Dead if is_network => [vec![LeakyUnits, LayerNorm], narrow(experiment)].concat(),
            Condition::Dead => vec![LowerLr, LeakyRelu],
            // A factor of exactly zero stays so, however short the way.
            Condition::Vanishing if self.zero_cause == Some(ZeroCause::SingleSample) => vec![LayerNorm],
            // Large weights or large steps drove the units to where φ is flat; which of both is known by the gain.
            Condition::Saturated if is_flattened && has_large_gain => vec![UnitGain],
            Condition::Vanishing if is_flattened && has_large_gain => vec![UnitGain, LowerLr],
            Condition::Vanishing if is_flattened => vec![LowerLr],
            Condition::Vanishing | Condition::Underflow => {
                let mut repairs = too_small(experiment);
                // Past weights of zero leads no skip, and there is nothing to normalize.
                let is_from_zero = self.zero_cause == Some(ZeroCause::ZeroWeights);
                repairs.retain(|repair| !is_from_zero || matches!(repair, TanhXavier | ReluKaiming));
                repairs
            }
            Condition::Saturated if is_network => too_large(experiment),
            Condition::Saturated if learns => vec![],
            Condition::Saturated => vec![LowerLr],
            Condition::Healthy if self.flow.is_weakened() => vec![TanhXavier, ReluKaiming, Skip],
            // Outputs of large weights are far from every target.
            Condition::Healthy if is_network && self.is_worse_than_guessing => {
                vec![UnitGain, FittingInit]
            }
            Condition::Healthy | Condition::Trained => vec![],
        }
    }
}

/// Where the weights, or the way through the layers, make the gradient too large.
fn too_large(experiment: &Experiment) -> Vec<Repair> {
    use Repair::{FittingInit, LayerNorm, ReluKaiming, Skip, TanhXavier, UnitGain};
    let has_fitting_init = experiment.init.name() == fitting_init(experiment.activation);
    let mut repairs = match experiment.norm {
        Normalization::Batch => vec![LayerNorm, Skip],
        _ if experiment.residual == Residual::Add => vec![Skip],
        _ if has_fitting_init && experiment.gain > 1.0 => vec![UnitGain, LayerNorm],
        _ if has_fitting_init => vec![LayerNorm, Skip],
        _ => vec![FittingInit, LayerNorm],
    };
    // What theory does not bear out at this width is not shown, so there have to be more.
    repairs.extend([FittingInit, LayerNorm, TanhXavier, ReluKaiming, Skip]);
    repairs
}

/// Where they make it too small.
fn too_small(experiment: &Experiment) -> Vec<Repair> {
    use Repair::{FittingInit, LayerNorm, ReluKaiming, Skip, TanhXavier, UnitGain};
    let has_fitting_init = experiment.init.name() == fitting_init(experiment.activation);
    let is_sigmoid = experiment.activation == Activation::Sigmoid;
    let mut repairs = match experiment.init {
        _ if is_sigmoid => vec![TanhXavier, ReluKaiming, Skip],
        Initializer::Zeros => vec![TanhXavier, ReluKaiming],
        _ if experiment.gain < 1.0 => vec![UnitGain, TanhXavier, ReluKaiming],
        // Weights that are right on average, in layers too narrow for an average.
        _ if has_fitting_init => narrow(experiment),
        _ => vec![FittingInit, TanhXavier, ReluKaiming],
    };
    repairs.extend([TanhXavier, ReluKaiming, Skip, LayerNorm]);
    repairs
}

/// What takes the chance out of narrow layers.
fn narrow(experiment: &Experiment) -> Vec<Repair> {
    let mut repairs = vec![Repair::Orthogonal];
    if experiment.width <= WIDENED_UP_TO {
        repairs.push(Repair::Wider);
    }
    repairs
}

fn decay_repairs(decay: Decay) -> Vec<Repair> {
    // Clipping bounds the gradient of the loss, to which decay is added afterwards.
    if decay.drives_away() { vec![Repair::NoDecay, Repair::LowerLr] } else { vec![Repair::NoDecay] }
}
