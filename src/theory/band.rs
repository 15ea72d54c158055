//! The band in which most networks lie.

use serde::{Deserialize, Serialize};

/// The central 90 % over the random weights of log10 of the gradient's norm at a place over that at the last that has a
/// gradient, where it is 0, for every place from the first to the last: of ‖∂L/∂z‖ in the layers of a multilayer perceptron, of ‖∂L/∂h‖ at the time steps
/// of a recurrent network. Minus infinity where the gradient is exactly zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The lower edge: 5 % of networks are below.
    pub low: Vec<f64>,
    /// Half of the networks are below.
    pub median: Vec<f64>,
    /// The upper edge: 5 % of networks are above.
    pub high: Vec<f64>,
}
