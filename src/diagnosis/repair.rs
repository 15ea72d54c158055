//! What would mend a network: changes of its experiment.

use crate::choice::choice;
use crate::experiment::{Experiment, Key};
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
    }
}

/// How many times as wide [`Repair::Wider`] makes the layers.
const WIDER: u32 = 4;

/// The widest layers that are offered to become wider: the widest network allowed has 256 units a layer.
pub(super) const WIDENED_UP_TO: u32 = 64;

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
            Self::Wider | Self::LowerLr => &[],
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
