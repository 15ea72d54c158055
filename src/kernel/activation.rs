//! The activation functions φ, their derivatives, and what the report needs to know of them.

use crate::choice::choice;

choice! {
    /// An activation function, applied to every unit: `a = φ(u)`.
    pub enum Activation {
        /// `φ(u) = u`.
        Linear => "linear",
        /// `φ(u) = 1 / (1 + e^-u)`.
        Sigmoid => "sigmoid",
        /// `φ(u) = tanh u`.
        Tanh => "tanh",
        /// `φ(u) = max(u, 0)`, with `φ′(0) = 0`.
        Relu => "relu",
        /// `φ(u) = u` if `u > 0`, else `0.01 u`.
        LeakyRelu => "leaky-relu",
        /// `φ(u) = u` if `u > 0`, else `e^u - 1` (Clevert et al. 2015, α = 1).
        Elu => "elu",
        /// `φ(u) = s u` if `u > 0`, else `s α (e^u - 1)` (Klambauer et al. 2017).
        Selu => "selu",
        /// `φ(u) = u Φ(u)`, Φ the normal distribution function, by erf and not its tanh approximation.
        Gelu => "gelu",
        /// `φ(u) = u / (1 + e^-u)`.
        Silu => "silu",
    }
}

impl Activation {
    /// The largest |φ′|, by which saturation is judged.
    pub fn largest_slope(self) -> f64 {
        match self {
            Self::Linear | Self::Tanh | Self::Relu | Self::LeakyRelu | Self::Elu => 1.0,
            Self::Sigmoid => 0.25,
            // s α, just below 0.
            Self::Selu => 1.758_099_340_847_376_6,
            // At u = sqrt 2.
            Self::Gelu => 1.128_904_145_185_155,
            // At u = 2.399 357 280 5.
            Self::Silu => 1.099_839_320_129_281_5,
        }
    }
}
