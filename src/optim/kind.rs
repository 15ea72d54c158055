//! The names of the update rules.

use crate::choice::choice;

choice! {
    /// An update rule.
    pub enum OptimizerKind {
        /// `θ ← θ − η g`.
        Sgd => "sgd",
        /// `v ← μ v + g`, `θ ← θ − η v`.
        Momentum => "momentum",
        /// `v ← μ v + g`, `θ ← θ − η (g + μ v)`.
        Nesterov => "nesterov",
        /// Duchi et al. 2011.
        Adagrad => "adagrad",
        /// Tieleman and Hinton 2012.
        RmsProp => "rmsprop",
        /// Kingma and Ba 2015.
        Adam => "adam",
        /// Loshchilov and Hutter 2019: Adam with decoupled weight decay.
        AdamW => "adamw",
    }
}
