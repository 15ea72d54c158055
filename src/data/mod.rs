//! Seeded data sets, and the order in which a run sees their samples.

use crate::choice::choice;
use crate::nn::Loss;

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
