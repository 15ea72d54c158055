//! Seeded data sets, and the order in which a run sees their samples.

mod bags;
mod batches;
mod generate;
pub mod sequences;

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
        /// Classification: four normal clouds, a class each.
        Clouds => "clouds",
        /// Classification: three arms of a spiral, a class each.
        Spiral3 => "spiral3",
        /// Regression: a plane over x₁ and x₂.
        Plane => "plane",
        /// Regression: a wave that runs outwards.
        Ripple => "ripple",
        /// Regression: ten random-normal targets from ten random-normal inputs.
        Noise => "noise",
    }
}

impl DatasetKind {
    /// How many classes there are, `None` for regression.
    pub fn classes(self) -> Option<usize> {
        match self {
            Self::Circle | Self::Xor | Self::Gaussians | Self::Spiral => Some(2),
            Self::Spiral3 => Some(3),
            Self::Clouds => Some(4),
            Self::Plane | Self::Ripple | Self::Noise => None,
        }
    }

    /// The loss that a run takes unless another is chosen.
    pub fn default_loss(self) -> Loss {
        match self.classes() {
            None => Loss::Mse,
            Some(2) => Loss::BceWithLogits,
            Some(_) => Loss::SoftmaxCrossEntropy,
        }
    }

    /// The names of the losses that make sense: cross-entropy wants classes, and softmax more than two.
    pub fn loss_names(self) -> &'static [&'static str] {
        match self.classes() {
            None => &["mse"],
            Some(2) => &["bce", "mse"],
            Some(_) => &["bce", "mse", "softmax"],
        }
    }

    /// How many numbers a sample has, and how many its target: two classes are one number, more are one each.
    pub fn dimensions(self) -> (usize, usize) {
        match self.classes() {
            None if self == Self::Noise => (10, 10),
            None | Some(2) => (2, 1),
            Some(classes) => (2, classes),
        }
    }
}

/// The most samples that are held out.
pub(crate) const MOST_HELD_OUT: usize = 512;

/// Samples and their targets, in random order.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Inputs, (samples, inputs): every column has mean 0 and standard deviation 1; of sentences the shares of the words.
    pub x: Array2<f64>,
    /// Targets, (samples, outputs): the class 0 or 1, of several classes a 1 in the column of the right one, or for
    /// regression numbers standardized like the inputs.
    pub y: Array2<f64>,
}

/// The classes of targets that have a 1 in the column of the right one.
pub fn classes_of(y: &Array2<f64>) -> Vec<u32> {
    let class = |row: ndarray::ArrayView1<f64>| row.iter().position(|&y| y == 1.0).unwrap_or(0) as u32;
    y.outer_iter().map(class).collect()
}
