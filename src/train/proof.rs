//! Claims about a run that can be checked on the run itself.

mod checks;

use super::any_trainer::AnyTrainer;
use super::trainer::Trainer;
use crate::choice::choice;
use crate::experiment::Experiment;
use crate::kernel::Real;
use crate::optim::{Hyper, OptimizerKind};
use serde::{Deserialize, Serialize};

choice! {
    /// What is claimed.
    pub enum Claim {
        /// Backpropagation gives the derivatives of the loss: the slope of L along each layer's gradient, by finite
        /// differences, is the gradient's norm.
        FiniteDifference => "finite-difference",
        /// In a network of linear, ReLU or leaky ReLU layers `⟨W, ∂L/∂W⟩ + ⟨b, ∂L/∂b⟩` of a layer is `⟨W, ∂L/∂W⟩` of the
        /// next.
        WeightGradient => "weight-gradient",
        /// Adam's first step is `η |g| / (|g| + ε)`, whatever the size of the gradient.
        AdamFirstStep => "adam-first-step",
        /// The same experiment gives the same bits.
        SameBits => "same-bits",
    }
}

choice! {
    /// Why a claim is not made of a network.
    pub enum NotClaimed {
        /// It holds for layers that scale with their input, and these do not.
        Activation => "activation",
        /// It holds for plain layers, and these are normalized or have skip connections.
        Structure => "structure",
        /// The gradients are too small to be compared, in every layer.
        TooSmall => "too-small",
        /// A number of the run is no longer finite.
        NotFinite => "not-finite",
        /// The run is too far to be made again while somebody waits.
        TooFar => "too-far",
    }
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What was checked.
    pub claim: Claim,
    /// What was found, or why nothing was looked for.
    pub found: Result<Found, NotClaimed>,
}

/// Numbers that a claim stands or falls with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The largest relative difference between what is claimed and what is; for bits the numbers that differ.
    pub error: f64,
    /// What it may be.
    pub allowed: f64,
    /// How many comparisons it is the largest of: layers, entries or numbers.
    pub compared: u64,
    /// How many more were too small to be compared.
    pub too_small: u64,
}

/// Checks every claim on a run as it stands: on its parameters and its next step's batch, computed in f64 but for the
/// bits themselves. The run stays as it is.
///
/// `experiment` is the run's, with its present hyper-parameters; `again` the same run made once more from its seed to
/// the same step, `None` where that would take too long. In the order of [`Claim`].
pub fn prove(trainer: &AnyTrainer, experiment: &Experiment, again: Option<&AnyTrainer>) -> Vec<Check> {
    let mut run = match trainer {
        AnyTrainer::F32(trainer) => trainer.in_f64(),
        AnyTrainer::F64(trainer) => trainer.in_f64(),
    };
    let is_finite = run.probe().is_ok();
    // With the gradients; the run's own network is moved about.
    let mlp = run.mlp().clone();
    let probed = if is_finite { Ok(&mlp) } else { Err(NotClaimed::NotFinite) };
    vec![
        Check {
            claim: Claim::FiniteDifference,
            found: probed.and_then(|mlp| checks::finite_difference(mlp, &mut run)),
        },
        Check { claim: Claim::WeightGradient, found: probed.and_then(checks::weight_gradient) },
        Check {
            claim: Claim::AdamFirstStep,
            found: probed.and_then(|mlp| checks::adam_first_step(mlp, OptimizerKind::Adam, Hyper::of(experiment))),
        },
        Check {
            claim: Claim::SameBits,
            found: again.map_or(Err(NotClaimed::TooFar), |again| same_bits(trainer, again)),
        },
    ]
}

/// How many parameters of two runs, and of their running statistics, differ in any bit.
fn same_bits(trainer: &AnyTrainer, again: &AnyTrainer) -> Result<Found, NotClaimed> {
    let (one, other) = (numbers(trainer), numbers(again));
    let differing = one.iter().zip(&other).filter(|(one, other)| one.to_bits() != other.to_bits()).count();
    let missing = one.len().abs_diff(other.len());
    Ok(Found { error: (differing + missing) as f64, allowed: 0.0, compared: one.len() as u64, too_small: 0 })
}

fn numbers(trainer: &AnyTrainer) -> Vec<f64> {
    // f64 holds every f32, so different bits stay different.
    fn of<T: Real>(trainer: &Trainer<T>) -> Vec<f64> {
        let layers = trainer.mlp().layers.iter();
        let numbers = layers.flat_map(|layer| {
            let parameters = layer.parameters().flat_map(|parameter| parameter.value.to_array());
            let statistics =
                layer.norm.iter().flat_map(|norm| norm.running_mean.iter().chain(&norm.running_var).copied());
            parameters.chain(statistics).collect::<Vec<_>>()
        });
        numbers.collect()
    }
    match trainer {
        AnyTrainer::F32(trainer) => of(trainer),
        AnyTrainer::F64(trainer) => of(trainer),
    }
}

impl Found {
    /// Whether the claim holds.
    pub fn holds(&self) -> bool {
        self.error <= self.allowed
    }
}

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;
