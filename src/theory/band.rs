//! The band in which most networks lie.

use serde::{Deserialize, Serialize};

/// The central 90 % of `log10(‖∂L/∂z^l‖ / ‖∂L/∂z^(L+1)‖)` over the random weights, for the layers l from 1 to L + 1, the
/// output layer, where it is 0. Minus infinity where the gradient is exactly zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The lower edge: 5 % of networks are below.
    pub low: Vec<f64>,
    /// Half of the networks are below.
    pub median: Vec<f64>,
    /// The upper edge: 5 % of networks are above.
    pub high: Vec<f64>,
}
