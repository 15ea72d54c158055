//! The checks of a run, made piece by piece.

use super::claim::{Check, Claim, Found, NotClaimed};
use super::finite_difference::FiniteDifference;
use super::identities;
use crate::nn::Mlp;
use crate::optim::OptimizerKind;
use crate::train::Trainer;

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
    /// Begins the checks of a run, of which this is the copy by [`Trainer::in_f64`].
    pub fn new(run: Trainer<f64>) -> Self {
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

    /// What came of all checks, in the order of [`Claim::OF_LAYERS`], when no work is left.
    ///
    /// `differing` tells how many of the run's numbers differ, and of how many, when it is made once more from its seed to
    /// the same step ([`Trainer::differing_bits`]); `None` where that would take too long.
    pub fn checks(self, differing: Option<(u64, u64)>) -> Vec<Check> {
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
            Claim::SameBits => differing.map(same_bits).ok_or(NotClaimed::TooFar),
            Claim::SumOverTime | Claim::FullWindow => Err(NotClaimed::Structure),
        };
        Claim::OF_LAYERS.iter().map(|&claim| Check { claim, found: found(claim) }).collect()
    }
}

/// How many parameters of two runs, and of their running statistics, differ in any bit, of how many.
pub(super) fn same_bits((differing, compared): (u64, u64)) -> Found {
    Found { error: differing as f64, allowed: 0.0, compared, too_small: 0 }
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
