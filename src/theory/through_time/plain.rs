//! Plain recurrent networks.
//!
//! # Formula
//! Forward `q_t = s² E[φ(√q_{t−1} Z)²] + q_x`, and backward `χ_t = s² E[φ′(√q_t Z)²]`: the mean square of ∂L/∂h_{t−1} is χ_t times
//! that of ∂L/∂h_t.

use super::recurrence::Recurrence;
use crate::nn::Activation;
use crate::nn::recurrent::Cell;
use crate::theory::gaussian::moments;

/// ln of the mean square of ∂L/∂h_{T−k} over that of ∂L/∂h_T for k from 0 to `back`; `None` where a mean square of a
/// pre-activation is over `largest`.
pub(super) fn log_squares(network: &Recurrence, back: usize, largest: f64) -> Option<Vec<f64>> {
    let activation = if network.cell == Cell::Relu { Activation::Relu } else { Activation::Tanh };
    let times = network.input.times();
    let mut factors = Vec::with_capacity(times);
    let mut square = 0.0;
    for time in 1..=times {
        let q = network.s2 * square + network.input.get(time, time) + 2.0 * network.bias_variance;
        if q.is_nan() || q > largest {
            return None;
        }
        let of_step = moments(activation, 0.0, q);
        square = of_step.mean_square;
        factors.push(network.s2 * of_step.mean_square_slope);
    }
    let mut log_squares = vec![0.0];
    let mut sum = 0.0;
    for factor in factors.iter().rev().take(back) {
        sum += libm::log(*factor);
        log_squares.push(sum);
    }
    Some(log_squares)
}
