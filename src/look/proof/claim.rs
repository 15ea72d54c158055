//! What is claimed of a run, and what a check of it found.

use crate::choice::choice;
use serde::{Deserialize, Serialize};

choice! {
    /// What is claimed.
    pub enum Claim {
        /// Backpropagation gives the derivatives of the loss: the slope of L along each layer's gradient, by finite
        /// differences, is the gradient's norm; in a recurrent network along that of each tensor, through all time steps.
        FiniteDifference => "finite-difference",
        /// In a network of linear, ReLU or leaky ReLU layers `⟨W, ∂L/∂W⟩ + ⟨b, ∂L/∂b⟩` of a layer is `⟨W, ∂L/∂W⟩` of the
        /// next.
        WeightGradient => "weight-gradient",
        /// Adam's first step is `η |g| / (|g| + ε)`, whatever the size of the gradient.
        AdamFirstStep => "adam-first-step",
        /// In a recurrent network the gradient of W_hh is the sum over all time steps of `h_{t−1}ᵀ δ_t`.
        SumOverTime => "sum-over-time",
        /// Truncated backpropagation through time with a window of all time steps is full backpropagation, bit for bit.
        FullWindow => "full-window",
        /// The same experiment gives the same bits.
        SameBits => "same-bits",
    }
}

impl Claim {
    /// Those of a multilayer perceptron, in their order.
    pub const OF_LAYERS: [Self; 4] =
        [Self::FiniteDifference, Self::WeightGradient, Self::AdamFirstStep, Self::SameBits];

    /// Those of a recurrent network.
    pub const THROUGH_TIME: [Self; 4] = [Self::FiniteDifference, Self::SumOverTime, Self::FullWindow, Self::SameBits];
}

choice! {
    /// Why a claim is not made of a network.
    pub enum NotClaimed {
        /// It holds for layers that scale with their input, and these do not.
        Activation => "activation",
        /// Truncation cuts the gradient, so that it is not the slope of the loss.
        Truncated => "truncated",
        /// It holds for plain layers, and these are normalized or have skip connections.
        Structure => "structure",
        /// The gradients are too small to be compared, in every layer.
        TooSmall => "too-small",
        /// A number of the run is no longer finite.
        NotFinite => "not-finite",
        /// The run is too far to be made again while somebody waits.
        TooFar => "too-far",
    }
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What was checked.
    pub claim: Claim,
    /// What was found, or why nothing was looked for.
    pub found: Result<Found, NotClaimed>,
}

/// Numbers that a claim stands or falls with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The largest relative difference between what is claimed and what is; for bits the numbers that differ.
    pub error: f64,
    /// What it may be.
    pub allowed: f64,
    /// How many comparisons it is the largest of: layers, entries or numbers.
    pub compared: u64,
    /// How many more were too small to be compared.
    pub too_small: u64,
}

impl Found {
    /// Whether the claim holds.
    pub fn holds(&self) -> bool {
        self.error <= self.allowed
    }
}

/// The larger of two differences; NaN, which must not pass for agreement, is larger than any.
pub(super) fn worse(one: f64, other: f64) -> f64 {
    if one.is_nan() || one > other { one } else { other }
}
