//! The losses and their gradients with respect to the network's output.

use crate::choice::choice;

choice! {
    /// A loss L of the network's output o against the target y, the mean over the batch.
    pub enum Loss {
        /// Binary cross-entropy with logits: mean over samples and outputs of `max(o, 0) - o y + ln(1 + e^-|o|)`.
        BceWithLogits => "bce",
        /// Mean squared error over samples and outputs, `(o - y)^2`, without a factor 1/2.
        Mse => "mse",
        /// Softmax cross-entropy: mean over the samples of `-ln softmax(o)[y]`.
        SoftmaxCrossEntropy => "softmax",
    }
}
