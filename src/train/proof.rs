//! Claims about a run that can be checked on the run itself.

mod finite_difference;
mod identities;

use self::finite_difference::FiniteDifference;
use super::any_trainer::AnyTrainer;
use super::trainer::Trainer;
use crate::choice::{Choice, choice};
use crate::nn::Mlp;
use crate::optim::OptimizerKind;
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

/// The checks of a run as it stands: of its parameters and its next step's batch, computed in f64 but for the bits
/// themselves. They are made piece by piece, so that whoever waits is not kept for longer than a pass takes; the run
/// stays as it is.
pub struct Proof {
    /// A copy, whose parameters are moved about.
    run: Trainer<f64>,
    /// The network with the gradients that are checked, once the pass is made.
    probed: Option<Result<Mlp<f64>, NotClaimed>>,
    finite_difference: FiniteDifference,
}

impl Proof {
    /// Begins the checks of a run.
    pub fn new(trainer: &AnyTrainer) -> Self {
        let run = match trainer {
            AnyTrainer::F32(trainer) => trainer.in_f64(),
            AnyTrainer::F64(trainer) => trainer.in_f64(),
        };
        let finite_difference = FiniteDifference::new(run.mlp().layers.len());
        Self { run, probed: None, finite_difference }
    }

    /// Does a piece of the work, a pass at the most, and says whether there is more.
    pub fn work(&mut self) -> bool {
        match &self.probed {
            None => {
                let is_finite = self.run.probe().is_ok();
                self.probed = Some(if is_finite { Ok(self.run.mlp().clone()) } else { Err(NotClaimed::NotFinite) });
                is_finite
            }
            Some(Ok(probed)) => self.finite_difference.work(probed, &mut self.run),
            Some(Err(_)) => false,
        }
    }

    /// The share of the work that is done, from 0 to 1.
    pub fn progress(&self) -> f64 {
        self.finite_difference.progress()
    }

    /// What came of all checks, in the order of [`Claim`], when no work is left.
    ///
    /// `trainer` is the run again, `again` the same run made once more from its seed to the same step, `None` where that
    /// would take too long.
    pub fn checks(self, trainer: &AnyTrainer, again: Option<&AnyTrainer>) -> Vec<Check> {
        let probed = match &self.probed {
            Some(Ok(mlp)) => Ok(mlp),
            Some(Err(why)) => Err(*why),
            None => Err(NotClaimed::NotFinite),
        };
        let found = |claim| match claim {
            Claim::FiniteDifference => probed.and_then(|_| self.finite_difference.found()),
            Claim::WeightGradient => probed.and_then(identities::weight_gradient),
            Claim::AdamFirstStep => {
                probed.and_then(|mlp| identities::adam_first_step(mlp, OptimizerKind::Adam, self.run.hyper()))
            }
            Claim::SameBits => again.map(|again| same_bits(trainer, again)).ok_or(NotClaimed::TooFar),
        };
        Claim::ALL.iter().map(|&claim| Check { claim, found: found(claim) }).collect()
    }
}

/// How many parameters of two runs, and of their running statistics, differ in any bit.
fn same_bits(trainer: &AnyTrainer, again: &AnyTrainer) -> Found {
    let (differing, compared) = trainer.differing_bits(again);
    Found { error: differing as f64, allowed: 0.0, compared, too_small: 0 }
}

/// The larger of two differences; NaN, which must not pass for agreement, is larger than any.
fn worse(one: f64, other: f64) -> f64 {
    if one.is_nan() || one > other { one } else { other }
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
