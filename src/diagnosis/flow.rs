//! How the gradient changes on its way back through the hidden layers.

use crate::train::{Quantity, StepReport};

/// How ‖∂L/∂z‖ changes over the hidden layers, going back from the output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    /// The factor per layer: the geometric mean of the factors measured, so that a power of it is `total`. 0 where no
    /// gradient arrives, 1 where there are no two layers to compare.
    pub factor_per_layer: f64,
    /// ‖∂L/∂z‖ of the first hidden layer over that of the last whose gradient is not zero. NaN where all are.
    pub total: f64,
    /// That last layer, from 1.
    pub from_layer: usize,
    /// Hidden layers whose gradient is exactly zero.
    pub zero_layers: usize,
}

/// The total factor under which the gradient vanishes, and over whose inverse it explodes.
const VANISHING_TOTAL: f64 = 1e-3;

/// The total factor under which the gradient is weakened, though not vanishing, and over whose inverse it has grown.
const WEAKENED_TOTAL: f64 = 0.1;

impl Flow {
    /// Whether the gradient loses over nine tenths of its size on the way.
    pub fn is_weakened(&self) -> bool {
        self.total < WEAKENED_TOTAL
    }

    /// Whether it grows over a thousandfold on the way.
    pub fn explodes(&self) -> bool {
        self.total > 1.0 / VANISHING_TOTAL
    }

    /// Whether it shrinks over a thousandfold, or does not arrive.
    pub fn vanishes(&self) -> bool {
        self.total < VANISHING_TOTAL || self.zero_layers > 0
    }

    /// Whether a gradient that changes by this total arrives: what a repair must bring about.
    pub fn is_in_range(total: f64) -> bool {
        (VANISHING_TOTAL..=1.0 / VANISHING_TOTAL).contains(&total)
    }

    /// The flow that a report measured.
    pub fn of(report: &StepReport) -> Self {
        let hidden = report.places().saturating_sub(1);
        let norms: Vec<f64> = (0..hidden).map(|layer| report.get(layer, Quantity::GradZ)).collect();
        Self::through(&norms)
    }

    /// Of the ‖∂L/∂z‖ of the hidden layers.
    pub fn through(norms: &[f64]) -> Self {
        // Skip connections lead past a layer whose units are all off.
        let last = norms.iter().rposition(|norm| *norm != 0.0);
        let total = norms.first().map_or(1.0, |first| first / last.map_or(0.0, |last| norms[last]));
        let factor_per_layer = match last {
            None if !norms.is_empty() => 0.0,
            None | Some(0) => 1.0,
            // By logarithms, because a ratio of norms may leave the range of f64 before its root does.
            Some(last) => ((norms[0].ln() - norms[last].ln()) / last as f64).exp(),
        };
        let zero_layers = norms.iter().filter(|norm| **norm == 0.0).count();
        Self { factor_per_layer, total, from_layer: last.map_or(norms.len(), |last| last + 1), zero_layers }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_of_the_factor_is_the_total() {
        for norms in [&[0.7, 3.0, 0.2, 1.0][..], &[1e-200, 1e-10, 1e-250], &[5.0, 5.0], &[2.0, 3.0, 4.0, 0.0]] {
            let flow = Flow::through(norms);
            let steps = norms.iter().rposition(|norm| *norm > 0.0).unwrap() as i32;
            let power = flow.factor_per_layer.powi(steps);
            assert!((power / flow.total - 1.0).abs() < 1e-9, "{norms:?}: {flow:?}");
        }
    }

    #[test]
    fn nothing_that_arrives_is_no_factor_of_one() {
        for (norms, factor) in [
            (&[0.0, 1.0, 1.0][..], 0.0),
            (&[0.0, 0.0], 0.0),
            (&[0.0], 0.0),
            (&[3.0], 1.0),
            (&[3.0, 0.0], 1.0),
            (&[], 1.0),
        ] {
            assert_eq!(Flow::through(norms).factor_per_layer, factor, "{norms:?}");
        }
    }
}
