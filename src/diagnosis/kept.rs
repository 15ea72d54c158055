//! What gates alone let pass.

use super::flow::Flow;
use crate::nn::recurrent::Cell;
use crate::train::{Layout, Quantity, StepReport};

/// What the gates of an LSTM or a GRU alone let pass of the gradient: going back one time step it is multiplied by the
/// forget gate f on the way through the cell state c, and by the update gate z on the way that keeps the state h.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kept {
    /// The mean gate over batch and units, and the geometric mean of those over the time steps.
    pub gate: f64,
    /// How many time steps.
    pub steps: usize,
    /// Their product, `gate^steps`.
    pub product: f64,
}

impl Kept {
    /// On the way of a flow that a report measured, but for the readout's steps; `None` without gates or without a way.
    pub fn of(flow: &Flow, report: &StepReport) -> Option<Self> {
        let gate = match report.layout() {
            Layout::Times { cell: Cell::Lstm, .. } => Quantity::ForgetGate,
            Layout::Times { cell: Cell::Gru, .. } => Quantity::UpdateGate,
            Layout::Layers { .. } | Layout::Times { .. } => return None,
        };
        let gates = report.series(gate)?;
        // The gate of a step is what stands between it and the one before.
        let gates = gates.get(flow.to..flow.from - flow.readout)?;
        if gates.is_empty() {
            return None;
        }
        let logarithm: f64 = gates.iter().map(|gate| gate.ln()).sum();
        Some(Self { gate: (logarithm / gates.len() as f64).exp(), steps: gates.len(), product: logarithm.exp() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_multiply_between_the_steps_that_are_compared() {
        let layout = Layout::Times { cell: Cell::Lstm, times: 4, levels: 1, has_embedding: false };
        let mut report = StepReport::new(layout);
        // That of step 2 stands between steps 2 and 1: on the way from 4 to 2 are those of 3 and 4.
        for (place, gate) in [0.9, 0.1, 0.5, 0.125].into_iter().enumerate() {
            report.set(place, Quantity::ForgetGate, gate);
        }
        let flow = Flow { from: 4, to: 2, ..Flow::through(&[1.0; 3]) };
        let kept = Kept::of(&flow, &report).unwrap();
        assert_eq!(kept.steps, 2);
        assert!((kept.product - 0.0625).abs() < 1e-12 && (kept.gate - 0.25).abs() < 1e-12, "{kept:?}");
        assert_eq!(Kept::of(&Flow { from: 2, ..flow }, &report), None);
        assert_eq!(Kept::of(&flow, &StepReport::new(5)), None);
    }
}
