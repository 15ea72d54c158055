//! The gradient of a wide recurrent network at every step back.

use super::recurrence::Recurrence;
use super::{gru, lstm, plain, shared_weights};
use crate::nn::recurrent::Cell;

impl Recurrence {
    /// log10 of ‖∂L/∂h_{T−k}‖ / ‖∂L/∂h_T‖ for k from 0 to `back`; at most T − 1. `None` where states leave the format, that is
    /// where their mean square is over `largest`.
    pub(super) fn log10_ratios(&self, back: usize, largest: f64) -> Option<Vec<f64>> {
        let back = back.min(self.input.times().saturating_sub(1));
        let log_squares = match self.cell {
            Cell::Tanh | Cell::Relu => plain::log_squares(self, back, largest)?,
            Cell::Gru => shared_weights::log_squares(self, &gru::forward(self), back),
            Cell::Lstm => shared_weights::log_squares(self, &lstm::forward(self), back),
        };
        Some(log_squares.into_iter().map(|log_square| 0.5 * log_square / std::f64::consts::LN_10).collect())
    }
}
