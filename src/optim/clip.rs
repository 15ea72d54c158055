//! Gradient clipping, between the gradients and the update rule.

use crate::choice::choice;

choice! {
    /// What is limited.
    pub enum ClipKind {
        /// Nothing.
        None => "none",
        /// The norm of all gradients together: `g · min(1, c / (‖g‖ + 1e-6))` (Pascanu et al. 2013).
        Norm => "norm",
        /// Every entry, to [-c, c].
        Value => "value",
    }
}
