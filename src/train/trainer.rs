//! x
use crate::choice::choice;
choice! {
    /// The number that was first found not to be finite.
    pub enum DivergedQuantity {
        /// A pre-activation or an activation.
        Activation => "activation",
        /// The loss.
        Loss => "loss",
        /// ∂L/∂z.
        GradZ => "grad-z",
        /// ∂L/∂W or ∂L/∂b.
        GradW => "grad-w",
        /// The update of W or b.
        Update => "update",
    }
}
/// Where a run ended: the first number that was not finite. The update that would have spread it was not made.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Divergence {
    /// The step that could not be completed.
    pub step: u64,
    /// The layer, from 1 at the input side; `None` for the loss.
    pub layer: Option<usize>,
    /// What was not finite there.
    pub quantity: DivergedQuantity,
}
