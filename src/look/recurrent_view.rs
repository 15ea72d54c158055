//! What can be seen of a recurrent network at one step besides its report: plain data, as in [`super::view`].
//!
//! Levels, time steps, samples and units are counted from 0. All is of the pass of the report, as there.

use super::histogram::Histogram;
use super::weight::WeightInStep;
use crate::nn::recurrent::{Cell, Gate};
use serde::{Deserialize, Serialize};

/// What of a recurrent network is to be looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RecurrentWatch {
    /// The level whose [`TimeView`] is wanted.
    pub time: Option<usize>,
    /// Whether the [`Spectrum`] of W_hh of the lowest level is wanted, of which the verdict is.
    pub spectrum: bool,
    /// The level whose [`CellView`] is wanted, and the time step, or `None` for all of them.
    pub cell: Option<(usize, Option<usize>)>,
    /// The sample whose [`SampleView`] is wanted.
    pub sample: Option<SampleWatch>,
    /// Whether it is wanted how many entries each matrix has.
    pub weight_entries: bool,
}

impl RecurrentWatch {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What of one sample is to be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleWatch {
    /// Its place in the batch; of a smaller batch the last.
    pub sample: usize,
    /// The level.
    pub level: usize,
    /// The unit and the time step of which [`UnitInTime`] is wanted.
    pub unit: Option<(usize, usize)>,
}

/// Where in time the gradient of one level's W_hh comes from, and what W_hh does to a state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimeView {
    /// Which level.
    pub level: usize,
    /// For each time step t from the first to the last the share of `∂L/∂W_hh = Σ_t h_{t−1}ᵀ δ_t` that its product has:
    /// `‖h_{t−1}ᵀ δ_t‖ / Σ_s ‖h_{s−1}ᵀ δ_s‖`, Frobenius norms of sums over the batch. δ is the gradient at
    /// `q = h W_hh + b_hh`. The *lag* of time step t is k = T − t. At the first step there is no state yet, and its share is
    /// exactly 0. All are 0 where the gradient is, and NaN where it is not finite.
    pub shares: Vec<f64>,
    /// ‖∂L/∂W_hh‖, which is no larger than the sum of the norms of its products.
    pub gradient: f64,
    /// The sum of those norms, of which the shares are taken.
    pub norms: f64,
    /// W_hh before the step, block by block.
    pub blocks: Vec<Spectrum>,
}

impl TimeView {
    /// The fewest of the last time steps whose shares together are at least this part of all; `None` where there is no
    /// gradient.
    pub fn last_steps_with(&self, part: f64) -> Option<usize> {
        // Shares are rounded, and their sum is.
        let mut left = part - 1e-9;
        let steps = self.shares.iter().rev().take_while(|share| {
            let is_before = left > 0.0;
            left -= **share;
            is_before
        });
        let steps = steps.count();
        (left <= 0.0).then_some(steps)
    }
}

/// What a square matrix does to vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spectrum {
    /// The gate whose block it is; `None` in a plain cell, which has one block.
    pub gate: Option<Gate>,
    /// The largest absolute value of its eigenvalues: by how much a state grows in the long run.
    pub radius: f64,
    /// The largest singular value: by how much a vector may grow at once.
    pub largest_singular: f64,
    /// The eigenvalues, real and imaginary part.
    pub eigenvalues: Vec<(f64, f64)>,
}

/// The numbers in the cells of one level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellView {
    /// Which level.
    pub level: usize,
    /// At which time step; `None` for all.
    pub time: Option<usize>,
    /// What kind of cell.
    pub cell: Cell,
    /// Each block over batch, units and time.
    pub blocks: Vec<BlockView>,
    /// h_t.
    pub states: Histogram,
    /// c_t of the LSTM.
    pub cell_states: Option<Histogram>,
    /// The entries of W_hh after the step.
    pub weights: Histogram,
    /// The entries of ∂L/∂W_hh.
    pub gradients: Histogram,
    /// The entries of ΔW_hh; `None` at step 0.
    pub updates: Option<Histogram>,
}

/// One block of a cell's columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockView {
    /// Which gate; `None` in a plain cell.
    pub gate: Option<Gate>,
    /// What its function is taken of: `a + q`, of the GRU's candidate `a + r q`.
    pub pre_activation: Histogram,
    /// The function's slope at points evenly spread from the histogram's `low` to its `high`, both included.
    pub slope: Vec<f64>,
    /// The largest slope that the function has.
    pub largest_slope: f64,
    /// The gate, or the candidate; in a plain cell h_t.
    pub values: Histogram,
}

/// One sample of the batch, time step by time step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleView {
    /// Its place in the batch.
    pub sample: usize,
    /// Samples of the batch.
    pub batch: usize,
    /// The level that the rows below are of.
    pub level: usize,
    /// What is read at each time step.
    pub inputs: Vec<Input>,
    /// The first time step that is no padding, and the one after the last.
    pub span: (usize, usize),
    /// The mean of each gate over the units, at each time step.
    pub gates: Vec<(Gate, Vec<f64>)>,
    /// ‖h_t‖.
    pub state_norms: Vec<f64>,
    /// ‖c_t‖ of the LSTM; else empty.
    pub cell_state_norms: Vec<f64>,
    /// ‖∂L/∂h_t‖ of this sample alone; L is the batch's mean.
    pub gradient_norms: Vec<f64>,
    /// What was answered, wherever an answer is asked for.
    pub answers: Vec<Answer>,
    /// The loss on the batch.
    pub loss: f64,
    /// One unit at one time step.
    pub unit: Option<UnitInTime>,
}

/// What is read at a time step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// A symbol, with its name where it has one.
    Symbol(u16, Option<String>),
    /// Nothing: it only fills the sequence up.
    Padding,
    /// Numbers.
    Numbers(Vec<f64>),
}

/// What the network answered at a time step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// When.
    pub time: usize,
    /// o, the readout.
    pub output: Vec<f64>,
    /// What it should be: numbers, or 1 for the right one of several classes and 0 for the others.
    pub target: Vec<f64>,
    /// The loss of this answer alone.
    pub loss: f64,
    /// ∂L/∂o.
    pub grad: Vec<f64>,
}

/// What one unit of a level does at one time step, in the numbers that its formulas are made of.
///
/// Going back, `∂L/∂h_t = above + later + kept`: what comes from the level above or the readout, what comes from the next
/// time step through W_hh, and what the GRU's update gate hands back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitInTime {
    /// Which unit.
    pub unit: usize,
    /// At which time step.
    pub time: usize,
    /// x_t, or h_t of the level below.
    pub inputs: Vec<f64>,
    /// h_{t−1} of the level, all units.
    pub states: Vec<f64>,
    /// Each block of the unit's columns.
    pub blocks: Vec<UnitBlock>,
    /// c_{t−1} and c_t of the LSTM.
    pub cell_states: Option<(f64, f64)>,
    /// h_t.
    pub output: f64,
    /// Whether no gradient comes from the next time step, because truncation cuts it.
    pub is_cut: bool,
    /// The weights by which h_t is read by the readout, or by the level above, before the step; empty where nobody reads it.
    pub weights_above: Vec<f64>,
    /// The gradients at what they lead to, at the same time step.
    pub deltas_above: Vec<f64>,
    /// The unit's row of W_hh, before the step.
    pub weights_later: Vec<f64>,
    /// δ of the next time step, all columns; empty at the last, and where it is cut.
    pub deltas_later: Vec<f64>,
    /// What the GRU's update gate hands back from the next time step: `z_{t+1} ∂L/∂h_{t+1}`, both factors.
    pub kept: Option<(f64, f64)>,
    /// ∂L/∂h_t.
    pub grad_output: f64,
    /// ∂L/∂c_t of the LSTM, through h_t and from c_{t+1}, and the two factors of the latter: f_{t+1} and ∂L/∂c_{t+1}.
    pub grad_cell_state: Option<(f64, Option<(f64, f64)>)>,
    /// The weight of W_hh to this unit with the largest gradient, and what the step makes of it.
    pub weight: Option<UnitWeight>,
}

/// One block of a unit's columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitBlock {
    /// Which gate; `None` in a plain cell.
    pub gate: Option<Gate>,
    /// The unit's column of W_ih, before the step.
    pub input_weights: Vec<f64>,
    /// The unit's column of W_hh, before the step.
    pub weights: Vec<f64>,
    /// b_ih.
    pub input_bias: f64,
    /// b_hh.
    pub bias: f64,
    /// `a = x W_ih + b_ih`.
    pub from_input: f64,
    /// `q = h W_hh + b_hh`.
    pub from_state: f64,
    /// What the function is taken of.
    pub pre_activation: f64,
    /// The gate, or the candidate.
    pub value: f64,
    /// The function's slope there.
    pub slope: f64,
    /// ∂L/∂a, which is the gradient at the pre-activation.
    pub delta: f64,
}

/// One weight in the step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitWeight {
    /// Its block of columns.
    pub block: usize,
    /// The unit of the state that it comes from.
    pub from: usize,
    /// The product `h_{t−1} δ_t` of this sample at this time step, its part of the gradient.
    pub part: f64,
    /// Its numbers.
    pub numbers: WeightInStep,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_steps_with_a_part_of_the_gradient_are_counted_from_the_end() {
        let view = |shares: &[f64]| TimeView {
            level: 0,
            shares: shares.to_vec(),
            gradient: 1.0,
            norms: 1.0,
            blocks: Vec::new(),
        };
        let seen = view(&[0.0, 0.1, 0.1, 0.3, 0.5]);
        assert_eq!([0.5, 0.6, 0.9, 1.0].map(|part| seen.last_steps_with(part)), [1, 2, 3, 4].map(Some));
        assert_eq!(view(&[0.0; 3]).last_steps_with(0.5), None);
        assert_eq!(view(&[f64::NAN; 3]).last_steps_with(0.5), None);
    }
}
