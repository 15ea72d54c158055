//! A wide recurrent network, as far as the mean squares of its states and gradients depend on it.

use super::pairs::Pairs;
use crate::nn::recurrent::Cell;

/// A wide recurrent network of one layer on a given kind of input, its loss at the last time step.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Recurrence {
    /// What is done at each time step.
    pub cell: Cell,
    /// s² = hidden · Var(W_hh).
    pub s2: f64,
    /// What the inputs of two time steps bring to a unit's pre-activations, on the average over its weights: their
    /// covariance without biases, `Var(W_ih) x_t · x_t′`.
    pub input: Pairs,
    /// The variance of a bias, in each of the two vectors; 0 for a bias that has a value.
    pub bias_variance: f64,
    /// The bias of the gate that keeps the state: f of an LSTM, where it has no variance then, and z of a GRU.
    pub keeping_bias: f64,
}

/// Numbers of a network at one time step that its gradient depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Step {
    /// E D: what is kept.
    pub d: f64,
    /// E D².
    pub d2: f64,
    /// E A: the path through the weights.
    pub a: f64,
    /// E A².
    pub a2: f64,
    /// E\[A D\].
    pub m: f64,
    /// Σ E A_j² over the paths of mean zero.
    pub extra: f64,
    /// E β: what of the state's gradient reaches the one that is followed.
    pub beta: f64,
    /// E β².
    pub beta2: f64,
    /// E of the square of the path around the followed gradient: the output gate's.
    pub around: f64,
}

/// What the backward pass needs of the forward pass.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Forward {
    /// Of each time step.
    pub steps: Vec<Step>,
    /// What ties the weight paths of two time steps to each other besides their means: their covariance.
    pub ties: Pairs,
}
