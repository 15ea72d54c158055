//! What theory says of a map, or why it says nothing.

use crate::choice::choice;
use serde::{Deserialize, Serialize};

/// The number of factors on the gradient's way times ln χ over a map: 0 on its border, and ±6 where the network is six depth
/// scales deep.
///
/// `χ = σ_w² E[φ′(√q* Z)²]` is by what the mean square of the gradient is multiplied in each of many layers, and ξ = 1 / |ln χ|
/// its depth scale, so D layers are `D |ln χ|` depth scales. S. S. Schoenholz et al. 2017, "Deep information propagation", find
/// networks up to about 6 ξ deep trainable. Through time χ is by what it is multiplied at each step back, in the geometric mean
/// over the whole way that is judged ([`crate::experiment::Way`]), the readout's steps with it.
///
/// Values stand row by row from the bottom up, evenly from the first value of each axis to its last; of an axis of names, one for
/// each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Border {
    /// What the gradient goes through.
    pub through: Through,
    /// Values in a row.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// The values; NaN where theory has none.
    pub values: Vec<f64>,
}

choice! {
    /// What the gradient goes through.
    pub enum Through {
        /// Layers.
        Layers => "layers",
        /// Time steps.
        Time => "time",
    }
}

choice! {
    /// Why a map has no border.
    pub enum NoBorder {
        /// Some of its networks are recurrent, and some are not: of each kind theory says another thing.
        Kinds => "kinds",
        /// Skip connections, along which q grows from layer to layer.
        Skips => "skips",
        /// BatchNorm, with which the gradient depends on the angles between the samples.
        BatchNorm => "batch-norm",
        /// Weights that are not drawn.
        Weights => "weights",
        /// Recurrent weights that are orthogonal or the identity.
        DependentWeights => "dependent-weights",
        /// A loss at every time step.
        EveryStep => "every-step",
        /// Recurrent layers on top of each other.
        Levels => "levels",
        /// Sequences whose padding follows their last symbol.
        Padding => "padding",
        /// The text that the sequences are made of is not there.
        NoText => "no-text",
        /// The gradient leaves the format in all of its networks.
        Overflow => "overflow",
        /// The gradient goes no way in any of them: there is a single step.
        NoWay => "no-way",
        /// The code of the theory did not come. Who asks again may have more luck.
        NoCode => "no-code",
        /// Neither χ nor the depth changes over the map.
        Same => "same",
        /// All of it is the border: χ = 1 everywhere.
        Critical => "critical",
    }
}

/// Depths are so many depth scales at the second of the map's curves.
pub const SCALES: f64 = 6.0;
