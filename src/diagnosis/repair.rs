//! What would mend a network: changes of its experiment.

use crate::choice::choice;
use crate::experiment::{Experiment, Key, Window};
use crate::nn::Activation;

choice! {
    /// A change of the experiment that would mend what is wrong.
    pub enum Repair {
        /// tanh with Xavier weights.
        TanhXavier => "tanh-xavier",
        /// ReLU with Kaiming weights.
        ReluKaiming => "relu-kaiming",
        /// Weights at the scale that the initialization means.
        UnitGain => "unit-gain",
        /// The initialization that is made for the activation.
        FittingInit => "fitting-init",
        /// Orthogonal weights, which narrow layers cannot spread.
        Orthogonal => "orthogonal",
        /// Layers four times as wide.
        Wider => "wider",
        /// A tenth of the learning rate.
        LowerLr => "lower-lr",
        /// No weight decay.
        NoDecay => "no-decay",
        /// Gradient clipping by global norm 1.
        ClipNorm => "clip-norm",
        /// Leaky ReLU, whose units cannot die, at a tenth of the learning rate.
        LeakyRelu => "leaky-relu",
        /// Leaky ReLU alone, where no step was made yet.
        LeakyUnits => "leaky-units",
        /// Skip connections, scaled by 1/sqrt(D).
        Skip => "skip",
        /// LayerNorm before every activation.
        LayerNorm => "layer-norm",
        /// An LSTM whose forget gate is open.
        Lstm => "lstm",
        /// A GRU.
        Gru => "gru",
        /// A bias that opens the LSTM's forget gate.
        ForgetBias => "forget-bias",
        /// Orthogonal recurrent weights.
        OrthogonalRecurrent => "orthogonal-recurrent",
        /// Recurrent weights of spectral radius 1.
        UnitRadius => "unit-radius",
        /// ReLU with the identity as recurrent weights (Le, Jaitly, Hinton 2015).
        Irnn => "irnn",
        /// tanh in a plain recurrent cell, whose units cannot die.
        TanhCell => "tanh-cell",
        /// Backpropagation through so few time steps that what grows has no time to.
        ShortWindow => "short-window",
        /// Padding before the text.
        PadBefore => "pad-before",
        /// Padding after the text, and the state read at the last word.
        PadMasked => "pad-masked",
    }
}

/// How many times as wide [`Repair::Wider`] makes the layers.
const WIDER: u32 = 4;

/// The widest layers that are offered to become wider: the widest network allowed has 256 units a layer.
pub(super) const WIDENED_UP_TO: u32 = 64;

/// Time steps of [`Repair::ShortWindow`].
pub(super) const SHORT_WINDOW: u32 = 10;

/// The sequences, in time steps, for which a forget gate of bias 3 is open wide enough: σ(3)⁶⁰ = 0.05.
const OPEN_FOR: u32 = 60;

/// The largest bias that [`Repair::ForgetBias`] gives: σ(5)²⁰⁰ = 0.26.
pub(super) const MOST_BIAS: f64 = 5.0;

/// A larger bias than the forget gate's, with which it is open for as long as a sequence.
fn open_bias(experiment: &Experiment) -> f64 {
    if experiment.length <= OPEN_FOR && experiment.forget_bias < 3.0 { 3.0 } else { MOST_BIAS }
}

impl Repair {
    /// The experiment with the repair made.
    pub fn apply(self, experiment: &Experiment) -> Experiment {
        let mut repaired = experiment.clone();
        let changes: &[(Key, &str)] = match self {
            Self::TanhXavier => &[(Key::Activation, "tanh"), (Key::Init, "xavier-normal"), (Key::Gain, "1")],
            Self::ReluKaiming => &[(Key::Activation, "relu"), (Key::Init, "kaiming-normal"), (Key::Gain, "1")],
            Self::UnitGain => &[(Key::Gain, "1")],
            Self::FittingInit => &[(Key::Init, fitting_init(experiment.activation)), (Key::Gain, "1")],
            Self::Orthogonal => &[(Key::Init, "orthogonal"), (Key::Gain, orthogonal_gain(experiment.activation))],
            Self::Wider | Self::LowerLr | Self::ShortWindow | Self::ForgetBias => &[],
            Self::Lstm => &[(Key::Model, "lstm"), (Key::RecInit, "pytorch")],
            Self::Gru => &[(Key::Model, "gru"), (Key::RecInit, "pytorch")],
            Self::OrthogonalRecurrent => &[(Key::RecInit, "orthogonal"), (Key::Rho, "1")],
            Self::UnitRadius => &[(Key::Rho, "1")],
            Self::Irnn => &[(Key::Activation, "relu"), (Key::RecInit, "identity"), (Key::Rho, "1")],
            Self::TanhCell => &[(Key::Activation, "tanh")],
            Self::PadBefore => &[(Key::Padding, "before")],
            Self::PadMasked => &[(Key::Padding, "masked")],
            Self::NoDecay => &[(Key::WeightDecay, "0")],
            Self::ClipNorm => &[(Key::Clip, "norm"), (Key::ClipAt, "1")],
            Self::LeakyRelu | Self::LeakyUnits => {
                &[(Key::Activation, "leaky-relu"), (Key::Init, "kaiming-normal"), (Key::Gain, "1")]
            }
            Self::Skip => &[(Key::Residual, "scaled")],
            Self::LayerNorm => &[(Key::Norm, "layer")],
        };
        for (key, text) in changes {
            let allowed = repaired.set_text(*key, text);
            debug_assert!(allowed.is_ok(), "{allowed:?}");
        }
        match self {
            Self::LowerLr | Self::LeakyRelu => repaired.lr = experiment.tenth_of_lr(),
            Self::Lstm | Self::ForgetBias => repaired.forget_bias = open_bias(experiment),
            Self::ShortWindow => repaired.window = Window::Steps(SHORT_WINDOW),
            Self::Wider => repaired.width = experiment.width.min(WIDENED_UP_TO) * WIDER,
            _ => {}
        }
        repaired
    }
}

/// The name of the initialization that keeps the gradient of an activation level, as far as one does.
pub(super) fn fitting_init(activation: Activation) -> &'static str {
    match activation {
        Activation::Linear | Activation::Selu => "lecun-normal",
        Activation::Sigmoid | Activation::Tanh => "xavier-normal",
        Activation::Relu | Activation::LeakyRelu | Activation::Elu | Activation::Gelu | Activation::Silu => {
            "kaiming-normal"
        }
    }
}

/// The gain at which orthogonal weights have the variance of the fitting initialization in layers of equal width.
fn orthogonal_gain(activation: Activation) -> &'static str {
    if fitting_init(activation) == "kaiming-normal" { "1.4142" } else { "1" }
}
