//! One weight in a step, whatever network it is of.

use serde::{Deserialize, Serialize};

/// What a step makes of one weight.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeightInStep {
    /// w, before the step.
    pub value: f64,
    /// ∂L/∂w, over batch and time.
    pub grad: f64,
    /// The norm of the gradients of all parameters together, by which they are clipped.
    pub grad_norm: f64,
    /// Δw, the difference of the weights as the format holds them; `None` at step 0.
    pub update: Option<f64>,
    /// What the optimizer kept of the gradients after the step: m or v, before the correction of its bias.
    pub first_moment: Option<f64>,
    /// The same of the root of the second moment that it divides by, √v.
    pub second_root: Option<f64>,
}
