//! Gradients through time: what theory expects of ‖∂L/∂h_t‖ of a recurrent network over that of the last time step.
//!
//! The same weights act at every time step. In a plain network that changes nothing, in a wide one: the mean square of the
//! gradient is multiplied by χ_t at every step back (`plain`). In an LSTM or a GRU the path that a gate keeps and the path
//! through the weights are correlated by it, and the textbook's χ, which is of weights drawn afresh at every step, misses by
//! decades. So the forward pass is followed as covariances over pairs of time steps (`lstm`, `gru`), and the backward pass with
//! the covariance of what came in before (`shared_weights`); both are recursions over pairs of steps.

mod conditions;
mod expectation;
mod first_batch;
mod gru;
mod line;
mod lstm;
mod networks;
mod pairs;
mod plain;
mod ratios;
mod recurrence;
mod shared_weights;

pub use conditions::{GradientBound, gradient_bound};
pub(super) use line::line;
pub(super) use networks::{bytes, multiplications, networks};

#[cfg(test)]
mod table_tests;
