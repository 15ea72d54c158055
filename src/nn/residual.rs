//! Skip connections around a layer: `h_out = h_in + α φ(u)`.

use crate::choice::choice;

choice! {
    /// The skip connections of a network.
    pub enum Residual {
        /// None.
        None => "none",
        /// α = 1 (He et al. 2016).
        Add => "add",
        /// α = 1 / sqrt(L), L the hidden layers, which bounds the growth over the whole depth.
        Scaled => "scaled",
    }
}

impl Residual {
    /// The factor α in a network of so many hidden layers, or `None` without skip connections.
    pub fn scale(self, depth: usize) -> Option<f64> {
        match self {
            Self::None => None,
            Self::Add => Some(1.0),
            Self::Scaled => Some(1.0 / (depth as f64).sqrt()),
        }
    }
}
