//! The kinds of network, and what of the parameters each brings along.

use crate::choice::{Choice, choice};
use crate::data::sequences::Task;
use crate::nn::Activation;
use crate::optim::OptimizerKind;

choice! {
    /// A kind of network.
    pub enum Model {
        /// A multilayer perceptron: its gradient goes back through layers.
        Mlp => "mlp",
        /// A plain recurrent network: its gradient goes back through time.
        Rnn => "rnn",
        /// Long short-term memory.
        Lstm => "lstm",
        /// Gated recurrent unit.
        Gru => "gru",
    }
}

impl Model {
    /// Whether the gradient goes back through time.
    pub fn is_recurrent(self) -> bool {
        self != Self::Mlp
    }

    pub(super) fn default_activation(self) -> Activation {
        if self == Self::Mlp { Activation::Sigmoid } else { Activation::Tanh }
    }

    /// A plain recurrent cell is tanh or ReLU, as PyTorch's.
    pub(super) fn activation_names(self) -> &'static [&'static str] {
        if self == Self::Mlp { Activation::NAMES } else { &["tanh", "relu"] }
    }

    pub(super) fn default_task(self) -> Task {
        if self == Self::Mlp { Task::Points } else { Task::FirstSymbol }
    }

    /// Points in the plane are no sequence; of the sequences, a perceptron takes those whose order it may leave out.
    pub(super) fn task_names(self) -> &'static [&'static str] {
        if self == Self::Mlp {
            &["points", "sentiment"]
        } else {
            &["first-symbol", "copy", "adding", "parity", "sentiment", "next-character"]
        }
    }

    pub(super) fn default_optimizer(self) -> OptimizerKind {
        if self == Self::Mlp { OptimizerKind::Sgd } else { OptimizerKind::Adam }
    }

    /// The optimizer's own learning rate; through time, where few weights are used many times, Adam takes five times that.
    pub(super) fn default_lr(self, optimizer: OptimizerKind) -> f64 {
        let own = optimizer.defaults().lr;
        let is_adam = matches!(optimizer, OptimizerKind::Adam | OptimizerKind::AdamW);
        if self.is_recurrent() && is_adam { 0.005 } else { own }
    }
}
