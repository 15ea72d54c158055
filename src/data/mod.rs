//! Seeded data sets, and the order in which a run sees their samples.

mod batches;
mod generate;

pub use batches::Batches;

use crate::choice::choice;
use crate::nn::Loss;
use ndarray::Array2;

choice! {
    /// What the network learns.
    pub enum DatasetKind {
        /// Classification: a disc inside a ring.
        Circle => "circle",
        /// Classification: the sign of x₁ x₂.
        Xor => "xor",
        /// Classification: two normal clouds.
        Gaussians => "gaussians",
        /// Classification: two arms of a spiral.
        Spiral => "spiral",
        /// Regression: a plane over x₁ and x₂.
        Plane => "plane",
        /// Regression: a wave that runs outwards.
        Ripple => "ripple",
        /// Regression: ten random-normal targets from ten random-normal inputs.
        Noise => "noise",
    }
}

impl DatasetKind {
    /// Whether the targets are classes.
    pub fn is_classification(self) -> bool {
        matches!(self, Self::Circle | Self::Xor | Self::Gaussians | Self::Spiral)
    }

    /// The loss that a run takes unless another is chosen.
    pub fn default_loss(self) -> Loss {
        if self.is_classification() { Loss::BceWithLogits } else { Loss::Mse }
    }

    /// The names of the losses that make sense: cross-entropy wants classes.
    pub fn loss_names(self) -> &'static [&'static str] {
        if self.is_classification() { &["bce", "mse"] } else { &["mse"] }
    }

    /// How many numbers a sample has, and how many its target.
    pub fn dimensions(self) -> (usize, usize) {
        if self == Self::Noise { (10, 10) } else { (2, 1) }
    }
}

/// Samples and their targets, in random order.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Inputs, (samples, inputs): every column has mean 0 and standard deviation 1.
    pub x: Array2<f64>,
    /// Targets, (samples, outputs): the class 0 or 1, or for regression numbers standardized like the inputs.
    pub y: Array2<f64>,
}
