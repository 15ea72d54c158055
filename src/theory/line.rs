//! The line that theory draws over the places of a network.

use super::NoPrediction;
use serde::{Deserialize, Serialize};

/// What theory expects of the gradient at every place of a network before its first step, over that at the last place: of
/// ‖∂L/∂z‖ in the layers of a multilayer perceptron, of ‖∂L/∂h‖ at the time steps of a recurrent network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// log10 of the norm over that at the last place, for every place from the first; 0 at the last, and minus infinity where
    /// no gradient comes to. `None` where [`Line::missing`] says why.
    pub log10_ratios: Vec<Option<f64>>,
    /// Why some of them are not predicted; `None` where all are.
    pub missing: Option<NoPrediction>,
    /// By what the norm is multiplied from a place in the middle to the one before it, or where that changes from place to
    /// place, the geometric mean of all on the gradient's way; `None` where the line says nothing of it.
    pub factor: Option<f64>,
    /// q = E\[z²\] of the pre-activations at every place; of time steps none.
    pub mean_squares: Vec<f64>,
}

impl Line {
    /// 1 / |ln χ|, χ the square of the factor: after so many places the squared norm has changed by e. Infinite at a factor
    /// of 1; `None` where there is no factor.
    pub fn memory(&self) -> Option<f64> {
        self.factor.map(|factor| 0.5 / libm::log(factor).abs())
    }
}
