//! The checks of a recurrent run, made piece by piece.

use super::checks::same_bits;
use super::claim::{Check, Claim, Found, NotClaimed, worse};
use super::finite_difference::{ALLOWED, Search, move_along, off};
use crate::kernel::LANES;
use crate::nn::recurrent::{Branches, Cell, Gate, Recurrent};
use crate::nn::{Parameter, unscale};
use crate::train::{RecurrentTrainer, SequenceBatch};

/// What sums of products in f64 may leave of an identity.
const ALLOWED_IDENTITY: f64 = 1e-9;

/// The checks of a recurrent run as it stands; as [`Proof`](super::Proof).
pub struct ProofThroughTime {
    /// A copy, whose parameters are moved about.
    run: RecurrentTrainer<f64>,
    /// The network with the gradients that are checked, and the branches that it was on, once the pass is made.
    probed: Option<Result<(Recurrent<f64>, Branches), NotClaimed>>,
    /// What came of the sums over time, which are read off the pass itself.
    sums: Option<Result<Found, NotClaimed>>,
    full_window: Option<Result<Found, NotClaimed>>,
    slopes: Slopes,
}

impl ProofThroughTime {
    /// Begins the checks of a run, of which this is the copy by [`RecurrentTrainer::in_f64`].
    pub fn new(run: RecurrentTrainer<f64>) -> Self {
        Self { run, probed: None, sums: None, full_window: None, slopes: Slopes::default() }
    }

    /// Does a piece of the work, some passes at the most, and says whether there is more.
    pub fn work(&mut self) -> bool {
        match &self.probed {
            None => {
                let is_finite = self.run.probe().is_ok();
                let made = || (self.run.network().clone(), self.run.batch().unrolled().branches());
                self.probed = Some(if is_finite { Ok(made()) } else { Err(NotClaimed::NotFinite) });
                is_finite
            }
            Some(Err(_)) => false,
            Some(Ok((probed, _))) if self.sums.is_none() => {
                self.sums = Some(sum_over_time(probed, self.run.batch()));
                true
            }
            Some(Ok((probed, _))) if self.full_window.is_none() => {
                self.full_window = Some(Ok(window_against_none(probed, probed.spec.times, &self.run)));
                true
            }
            // The gradient that is cut is no slope of the loss.
            Some(Ok((probed, _))) if is_cut(probed) => false,
            Some(Ok((probed, branches))) => self.slopes.work(probed, branches, &mut self.run),
        }
    }

    /// The share of the work that is done, from 0 to 1.
    pub fn progress(&self) -> f64 {
        self.slopes.done as f64 / self.run.network().parameters().count() as f64
    }

    /// What came of all checks, in the order of [`Claim::THROUGH_TIME`], when no work is left; as
    /// [`Proof::checks`](super::Proof::checks).
    pub fn checks(self, differing: Option<(u64, u64)>) -> Vec<Check> {
        let probed = match &self.probed {
            Some(Ok((network, _))) => Ok(network),
            Some(Err(why)) => Err(*why),
            None => Err(NotClaimed::NotFinite),
        };
        let found = |claim| match claim {
            Claim::FiniteDifference => probed
                .and_then(|network| if is_cut(network) { Err(NotClaimed::Truncated) } else { self.slopes.found() }),
            Claim::SumOverTime => probed.and_then(|_| self.sums.unwrap_or(Err(NotClaimed::TooSmall))),
            Claim::FullWindow => probed.and_then(|_| self.full_window.unwrap_or(Err(NotClaimed::TooSmall))),
            Claim::SameBits => differing.map(same_bits).ok_or(NotClaimed::TooFar),
            Claim::WeightGradient | Claim::AdamFirstStep => Err(NotClaimed::Structure),
        };
        Claim::THROUGH_TIME.iter().map(|&claim| Check { claim, found: found(claim) }).collect()
    }
}

/// Whether truncation cuts the gradient anywhere.
fn is_cut(network: &Recurrent<f64>) -> bool {
    (1..network.spec.times).any(|time| network.spec.is_cut_after(time))
}

/// The slope of the loss along the gradient of each tensor, through all time steps, against the gradient's norm; as
/// [`FiniteDifference`](super::finite_difference::FiniteDifference).
///
/// The loss is that of the branches of ReLU that the units are on: of many units at many time steps some are always so near to
/// their kink that every step of the search crosses it.
#[derive(Default)]
struct Slopes {
    /// Tensors that have been checked.
    done: usize,
    search: Search,
    error: Option<f64>,
    compared: u64,
    too_small: u64,
}

impl Slopes {
    /// Computes one loss, and says whether there are more to come.
    fn work(&mut self, probed: &Recurrent<f64>, branches: &Branches, run: &mut RecurrentTrainer<f64>) -> bool {
        let Some(parameter) = probed.parameters().nth(self.done) else { return false };
        let (norm, index) = (parameter.grad_norm(), self.done);
        let loss = &mut |amount| loss_at(run, branches, index, parameter, amount);
        let Some(slope) = self.search.work(norm, loss) else { return true };
        match slope {
            Some(slope) => {
                self.compared += 1;
                self.error = Some(worse(off(slope, norm), self.error.unwrap_or(0.0)));
            }
            None => self.too_small += 1,
        }
        self.search = Search::default();
        self.done += 1;
        self.done < probed.parameters().count()
    }

    fn found(&self) -> Result<Found, NotClaimed> {
        let Slopes { compared, too_small, .. } = *self;
        self.error.map(|error| Found { error, allowed: ALLOWED, compared, too_small }).ok_or(NotClaimed::TooSmall)
    }
}

/// The loss of a run with one tensor moved from where it was by `amount` times its gradient.
fn loss_at(
    run: &mut RecurrentTrainer<f64>,
    branches: &Branches,
    index: usize,
    from: &Parameter<f64>,
    amount: f64,
) -> f64 {
    let entries = (from.value.rows() * from.value.cols()) as f64;
    let aside = (from.grad_norm() == 0.0).then(|| amount / entries.sqrt());
    if let Some(moved) = run.network_mut().parameters_mut().nth(index) {
        move_along(moved, from, amount, aside);
    }
    run.loss_on_branches(branches)
}

/// The sum over all time steps of `h_{t−1}ᵀ δ_t` against ∂L/∂W_hh, in parts of the sum of all products without their signs.
fn sum_over_time(probed: &Recurrent<f64>, batch: &SequenceBatch<f64>) -> Result<Found, NotClaimed> {
    let (spec, unrolled) = (probed.spec, batch.unrolled());
    let width = spec.hidden.div_ceil(LANES) * LANES;
    let (mut error, mut compared, mut too_small) = (0.0, 0, 0);
    for (seen, weights) in unrolled.levels().iter().zip(&probed.levels) {
        let grad = &weights.recurrent.weight;
        for (block, unit) in (0..spec.cell.blocks()).flat_map(|block| (0..spec.hidden).map(move |unit| (block, unit))) {
            let mut sums = vec![(0.0, 0.0); spec.hidden];
            for time in 1..spec.times {
                for sequence in 0..unrolled.batch() {
                    let (row, before) = (unrolled.row(time, sequence), unrolled.row(time - 1, sequence));
                    let mut delta = unscale(seen.grad_a(block, row, unit), seen.exponent(row));
                    if spec.cell == Cell::Gru && spec.cell.gates()[block] == Gate::Candidate {
                        delta *= seen.gate(Gate::Reset, row, unit);
                    }
                    for (from, (sum, size)) in sums.iter_mut().enumerate() {
                        let product = seen.h().get(before, from) * delta;
                        *sum += product;
                        *size += product.abs();
                    }
                }
            }
            for (from, (sum, size)) in sums.into_iter().enumerate() {
                let claimed = unscale(grad.grad.get(from, block * width + unit), grad.exponent);
                if size == 0.0 && claimed == 0.0 {
                    compared += 1;
                } else if (1e-280..=f64::MAX).contains(&size) {
                    compared += 1;
                    error = worse((sum - claimed).abs() / size, error);
                } else {
                    too_small += 1;
                }
            }
        }
    }
    if compared == 0 {
        return Err(NotClaimed::TooSmall);
    }
    Ok(Found { error, allowed: ALLOWED_IDENTITY, compared, too_small })
}

/// How many numbers of all gradients have other bits with a window of so many time steps than with one that cannot cut.
fn window_against_none(probed: &Recurrent<f64>, window: usize, run: &RecurrentTrainer<f64>) -> Found {
    let [with_window, without] = [window, usize::MAX].map(|window| {
        let mut network = probed.clone();
        network.spec.window = window;
        let training = &run.data().training;
        let sequences: Vec<usize> = (0..training.samples).collect();
        let mut batch = SequenceBatch::new(network.spec, training, sequences.len(), run.loss());
        batch.load(training, &sequences);
        batch.forward(&network);
        batch.backward(&network);
        batch.weight_gradients(&mut network);
        network
    });
    let bits = |network: &Recurrent<f64>| {
        let numbers = network.parameters().flat_map(|parameter| {
            let exponent = parameter.exponent;
            parameter.grad.entries().map(move |g| unscale(g, exponent).to_bits())
        });
        numbers.collect::<Vec<u64>>()
    };
    let (these, those) = (bits(&with_window), bits(&without));
    let differing = these.iter().zip(&those).filter(|(this, that)| this != that).count() as u64;
    same_bits((differing, these.len() as u64))
}

#[cfg(test)]
#[path = "through_time_tests.rs"]
mod tests;
