//! What can be seen of a run at one step besides its report: plain data, made on request by the worker.
//!
//! Everything is of the same pass as the report of its step: the loss and the gradients at the parameters *before* the
//! step's update, on the step's batch, and the update itself. At step 0 it is the pass before the first update, and where
//! the run diverged the one that did.

use super::learned_sequences::{LearnedSequences, SequencesWatch};
use super::recurrent_view::{CellView, RecurrentWatch, SampleView, Spectrum, TimeView};
use super::weight::WeightInStep;
use crate::nn::Activation;
use serde::{Deserialize, Serialize};

pub use super::histogram::Histogram;

/// What is to be looked at. Layers and units are counted from 0; the output layer is the last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// The layers whose [`LayerView`] is wanted.
    pub layers: Vec<usize>,
    /// Whether the [`NetworkView`] is wanted.
    pub network: bool,
    /// The layer and the unit whose [`UnitView`] is wanted.
    pub unit: Option<(usize, usize)>,
    /// Whether the [`Parameters`] are wanted.
    pub parameters: bool,
    /// Whether [`Learned`] is wanted, or of sequences [`LearnedSequences`].
    pub learned: bool,
    /// What of the answers to sequences is wanted then.
    pub sequences: SequencesWatch,
    /// Whether the [`Evaluation`] is wanted.
    pub evaluation: bool,
    /// What of a recurrent network is wanted; it has no layers, network, unit and parameters of those above.
    pub recurrent: RecurrentWatch,
    /// Whether the page shows nothing of the run, so that theory's word on it can wait too.
    pub unseen: bool,
}

/// What was looked at, at one step. What was not asked for is not there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// The step.
    pub step: u64,
    /// In the order of [`Watch::layers`]; layers that the network does not have are left out.
    pub layers: Vec<LayerView>,
    /// The network as a whole.
    pub network: Option<NetworkView>,
    /// One unit's share in the step.
    pub unit: Option<UnitView>,
    /// All parameters.
    pub parameters: Option<Parameters>,
    /// What the network makes of its inputs.
    pub learned: Option<Learned>,
    /// What it makes of sequences.
    pub sequences: Option<Box<LearnedSequences>>,
    /// How well it does.
    pub evaluation: Option<Evaluation>,
    /// Of a recurrent network: where in time the gradient of its recurrent weights comes from.
    pub time: Option<TimeView>,
    /// Of a recurrent network: W_hh of the lowest level before the step, block by block; else empty.
    pub spectrum: Vec<Spectrum>,
    /// Of a recurrent network: the numbers in its cells.
    pub cell: Option<CellView>,
    /// Of a recurrent network: one sample, symbol by symbol.
    pub sample: Option<SampleView>,
    /// Of a recurrent network: how many entries each of its matrices has, in the order of
    /// [`Layout::weights`](crate::train::Layout::weights); else empty.
    pub weight_entries: Vec<usize>,
}

/// One layer seen closely.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerView {
    /// Which, from 0.
    pub layer: usize,
    /// φ.
    pub activation: Activation,
    /// u over batch and units, of which φ is taken: z, normalized where the layer has a normalization.
    pub pre_activation: Histogram,
    /// φ′ at points evenly spread from the histogram's `low` to its `high`, both included.
    pub slope: Vec<f64>,
    /// a = φ(u) over batch and units.
    pub activations: Histogram,
    /// The entries of W after the step.
    pub weights: Histogram,
    /// The entries of ∂L/∂W.
    pub gradients: Histogram,
    /// The entries of ΔW; `None` at step 0.
    pub updates: Option<Histogram>,
}

/// Every weight of a network and its gradient; only for networks that can be drawn so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkView {
    /// The widths from the inputs to the outputs.
    pub widths: Vec<usize>,
    /// W of every layer before the step, row by row: `W[i][j]` joins input i to unit j. Empty where the network has more
    /// than [`MOST_DRAWN_WEIGHTS`] weights or a layer of more than [`MOST_DRAWN_UNITS`] units.
    pub weights: Vec<Vec<f32>>,
    /// ∂L/∂W, laid out and left out as `weights`; times the power of ten below, so that no number is too small for f32.
    pub gradients: Vec<Vec<f32>>,
    /// For each layer the e by which the gradients are multiplied, as `10^e`.
    pub gradient_exponents: Vec<i32>,
    /// The batch's first sample as it passes: the inputs, and then h_out of every layer. Never left out.
    pub outputs: Vec<Vec<f32>>,
}

/// The widest layer of which every unit is drawn.
pub const MOST_DRAWN_UNITS: usize = 32;

/// The most weights that are drawn one by one.
pub const MOST_DRAWN_WEIGHTS: usize = 12_000;

/// What one unit does in a step, in the numbers that its formulas are made of; of the batch's first sample unless it says
/// otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitView {
    /// Its layer, from 0.
    pub layer: usize,
    /// Its number in the layer, from 0.
    pub unit: usize,
    /// h_in, one number an input.
    pub inputs: Vec<f64>,
    /// The weights from those inputs, before the step.
    pub weights: Vec<f64>,
    /// b, before the step.
    pub bias: f64,
    /// z = Σ h w + b.
    pub z: f64,
    /// u = norm(z), or z.
    pub u: f64,
    /// a = φ(u).
    pub a: f64,
    /// φ′(u).
    pub slope: f64,
    /// h_out: a, or h_in + α a.
    pub output: f64,
    /// α of the skip connection, where the layer has one.
    pub residual: Option<f64>,
    /// The weights to the units of the next layer, before the step; empty in the output layer.
    pub weights_above: Vec<f64>,
    /// ∂L/∂z of those units; empty in the output layer.
    pub deltas_above: Vec<f64>,
    /// What comes around the next layer by its skip connection: ∂L/∂h_out of that layer's unit of the same number; `None`
    /// where it has none.
    pub bypass: Option<f64>,
    /// ∂L/∂u, which is ∂L/∂z without a normalization: L is the batch's mean.
    pub grad_u: f64,
    /// ∂L/∂z.
    pub delta: f64,
    /// ∂L/∂w of the weights, over the whole batch.
    pub grad_weights: Vec<f64>,
    /// ∂L/∂b, over the whole batch.
    pub grad_bias: f64,
    /// Δw of the weights, the difference of the weights as the format holds them; empty at step 0.
    pub updates: Vec<f64>,
    /// For each weight what the optimizer kept of the gradients after the step: m or v, before the correction of its bias;
    /// empty at step 0 and where nothing of the kind is kept.
    pub first_moments: Vec<f64>,
    /// The same of the root of the second moment that it divides by, √v.
    pub second_roots: Vec<f64>,
    /// The norm of the gradients of all parameters together, by which they are clipped.
    pub grad_norm: f64,
    /// Samples of the batch.
    pub batch: usize,
    /// The loss on the batch, the mean over its samples.
    pub loss: f64,
    /// The loss of the batch's first sample alone.
    pub sample_loss: f64,
    /// The network's output.
    pub network_output: Vec<f64>,
    /// What it should be: numbers, or 1 for the right one of several classes and 0 for the others.
    pub target: Vec<f64>,
}

impl UnitView {
    /// The weight from an input in the step; `None` if there is no such input.
    pub fn weight(&self, input: usize) -> Option<WeightInStep> {
        Some(WeightInStep {
            value: *self.weights.get(input)?,
            grad: *self.grad_weights.get(input)?,
            grad_norm: self.grad_norm,
            update: self.updates.get(input).copied(),
            first_moment: self.first_moments.get(input).copied(),
            second_root: self.second_roots.get(input).copied(),
        })
    }
}

/// All parameters of a network, before the step and after it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// How many there are.
    pub count: usize,
    /// The tensors, layer by layer in the order W, b, γ, β; empty where there are more than [`MOST_SENT_PARAMETERS`].
    pub tensors: Vec<Tensor>,
}

/// The most parameters that are sent one by one.
pub const MOST_SENT_PARAMETERS: usize = 20_000;

/// One parameter tensor of a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tensor {
    /// Its layer, from 0.
    pub layer: usize,
    /// What it is.
    pub kind: TensorKind,
    /// Units of the layer, the columns.
    pub cols: usize,
    /// Row by row the values before the step; of vectors there is one row.
    pub before: Vec<f64>,
    /// The values after it; empty where no step was made.
    pub after: Vec<f64>,
}

/// What a parameter tensor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TensorKind {
    /// W, a row an input.
    Weight,
    /// b.
    Bias,
    /// γ, by which a normalization multiplies.
    Scale,
    /// β, which it adds.
    Shift,
}

/// What the network makes of its inputs, with its parameters after the step; normalization by running statistics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// Over a grid, for data with two inputs.
    pub field: Option<Field>,
    /// The samples that it learns from.
    pub training: Vec<Sample>,
    /// Samples of the same kind that it never saw.
    pub held_out: Vec<Sample>,
}

/// The network's answer over a square grid of two inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Points along each side.
    pub side: usize,
    /// The least of x₁ and of x₂, at the middle of the first cell.
    pub low: (f32, f32),
    /// The largest, at the middle of the last cell.
    pub high: (f32, f32),
    /// How many classes there are; 0 for regression.
    pub classes: usize,
    /// Row by row from the least x₂, in each row from the least x₁. For two classes the probability of class 1, for more
    /// the number of the likeliest, for regression the output.
    pub values: Vec<f32>,
    /// For more than two classes the likeliest one's share of certainty, from 0 (all alike) to 1; else empty.
    pub certainty: Vec<f32>,
}

/// One sample with the network's answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Its first two inputs.
    pub x: (f32, f32),
    /// The class, or the (first) target.
    pub target: f32,
    /// The class that the network names, or its (first) output.
    pub predicted: f32,
}

/// How well the network does after a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The step.
    pub step: u64,
    /// On all samples that it learns from.
    pub training: Score,
    /// On as many samples (512 at the most) that it never saw.
    pub held_out: Score,
}

impl Evaluation {
    /// The last one by a step, of some in the order of their steps.
    pub fn last_by(evaluations: &[Self], step: u64) -> Option<&Self> {
        evaluations
            .partition_point(|evaluation| evaluation.step <= step)
            .checked_sub(1)
            .map(|index| &evaluations[index])
    }
}

/// How well the network does on some samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The loss, the mean over the samples.
    pub loss: f64,
    /// The fraction of samples whose class is right; `None` for regression.
    pub accuracy: Option<f64>,
}
