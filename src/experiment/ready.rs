//! Ready comparisons, each a fragment of the form that every shared link has.

use crate::choice::choice;

choice! {
    /// A ready comparison. Its name is that of its words in the message catalogue.
    pub enum Ready {
        /// Gradient descent, SGD, Momentum and Adam on the vanishing network: the gradient vanishes under each.
        OptimizersVanishing => "optimizers-vanishing",
        /// The same four on a healthy network.
        OptimizersHealthy => "optimizers-healthy",
        /// Sigmoid, tanh, ReLU and GELU in twelve layers.
        Activations => "activations",
        /// Weights that are too small, right, and too large for twenty layers of ReLU.
        Initializations => "initializations",
        /// Skip connections, LayerNorm and BatchNorm on a network that vanishes without them.
        Remedies => "remedies",
        /// Momentum of 0, 0.9 and 0.99.
        Momentum => "momentum",
        /// Adam with a long, a short and no memory of the squared gradient.
        Beta2 => "beta2",
        /// Adam's ε below and above the size of a vanishing gradient.
        Epsilon => "epsilon",
        /// Weight decay in Adam's gradient, beside it, and none.
        Decay => "decay",
        /// Adam spoils again what it had learned; AMSGrad and a larger ε do not.
        Spoiled => "spoiled",
        /// A plain RNN, a GRU, and an LSTM that forgets fast and slowly.
        Cells => "cells",
        /// Padding before the text, after it, and after it but masked.
        Padding => "padding",
    }
}

impl Ready {
    /// The comparison as a URL fragment, without the `#`.
    pub fn fragment(self) -> &'static str {
        match self {
            Self::OptimizersVanishing => {
                "v=1&batch=full&step=200&speed=max&vs=batch:32&vs=batch:32,optimizer:momentum&vs=batch:32,optimizer:adam"
            }
            Self::OptimizersHealthy => {
                "v=1&depth=6&activation=tanh&batch=full&step=500&speed=max&vs=batch:32&vs=batch:32,optimizer:momentum&vs=batch:32,optimizer:adam"
            }
            Self::Activations => {
                "v=1&step=300&speed=max&vs=activation:tanh&vs=activation:relu,init:kaiming-normal&vs=activation:gelu,init:kaiming-normal"
            }
            Self::Initializations => {
                "v=1&depth=20&activation=relu&step=300&speed=max&vs=init:kaiming-normal&vs=init:kaiming-normal,gain:2&vs=init:pytorch"
            }
            Self::Remedies => {
                "v=1&depth=30&activation=relu&init=pytorch&vs=residual:scaled&vs=norm:layer&vs=norm:batch"
            }
            Self::Momentum => {
                "v=1&depth=6&activation=tanh&dataset=spiral&optimizer=momentum&lr=0.03&momentum=0&step=1000&speed=max&vs=momentum:0.9&vs=momentum:0.99"
            }
            Self::Beta2 => {
                "v=1&depth=6&activation=tanh&dataset=spiral&optimizer=adam&lr=0.01&step=1000&speed=max&vs=beta2:0.9&vs=beta2:0.5&vs=beta2:0"
            }
            Self::Epsilon => "v=1&optimizer=adam&step=200&speed=max&vs=epsilon:1e-6&vs=epsilon:1e-4&vs=epsilon:0.01",
            Self::Decay => {
                "v=1&optimizer=adam&weight-decay=0.01&step=500&speed=max&vs=optimizer:adamw&vs=weight-decay:0"
            }
            Self::Spoiled => {
                "v=1&depth=2&width=32&activation=relu&init=pytorch&dataset=noise&samples=64&batch=full&optimizer=adam&step=4000&speed=max&vs=amsgrad:1&vs=epsilon:0.001"
            }
            Self::Cells => "v=1&model=rnn&length=60&vs=model:gru&vs=model:lstm&vs=model:lstm,forget-bias:3",
            Self::Padding => {
                "v=1&model=lstm&task=sentiment&length=60&step=200&speed=max&vs=padding:masked&vs=padding:after"
            }
        }
    }

    /// Whether its gradients go back through time, and not through layers.
    pub fn is_through_time(self) -> bool {
        self as usize >= Self::Cells as usize
    }
}
