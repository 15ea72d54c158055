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
