//! Where a run ended.

use crate::choice::choice;
use serde::{Deserialize, Serialize};

choice! {
    /// The number that was first found not to be finite.
    pub enum DivergedQuantity {
        /// An activation.
        Activation => "activation",
        /// The loss.
        Loss => "loss",
        /// ∂L/∂z.
        GradZ => "grad-z",
        /// A parameter's gradient.
        Grad => "grad",
        /// A parameter's update.
        Update => "update",
        /// A state h_t or c_t of a recurrent network.
        State => "state",
        /// ∂L/∂h_t or ∂L/∂c_t of a recurrent network.
        GradState => "grad-state",
    }
}

/// Where a run ended: the first number that was not finite. The update that would have spread it was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Divergence {
    /// The step that could not be completed.
    pub step: u64,
    /// The layer, from 1 at the input side; of a recurrent network its level, with the readout above them. `None` for the
    /// loss and for the table of an embedding.
    pub layer: Option<usize>,
    /// The time step of a recurrent network, from 1; of what is summed over all of them the one with the largest gradient.
    /// `None` where there is none.
    pub time: Option<usize>,
    /// What was not finite there.
    pub quantity: DivergedQuantity,
}

impl std::fmt::Display for Divergence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "step {}: {:?} of layer {:?} at time {:?} is not finite",
            self.step, self.quantity, self.layer, self.time
        )
    }
}

impl std::error::Error for Divergence {}
