//! What a report says of the places on the gradient's way and of the weights.

use crate::choice::choice;
use crate::experiment::{Experiment, Way};
use crate::nn::recurrent::Cell;
use crate::nn::{Activation, Normalization};
use crate::train::{Layout, Quantity, StepReport, Weights};

choice! {
    /// What makes a gradient exactly zero.
    pub enum ZeroCause {
        /// Weights that are all zero.
        ZeroWeights => "zero-weights",
        /// BatchNorm over a single sample, which it makes zero.
        SingleSample => "single-sample",
        /// Units with slope 0.
        Slope => "slope",
    }
}

/// A report and what of it is judged.
pub(super) struct Measured<'a> {
    experiment: &'a Experiment,
    report: &'a StepReport,
    way: Way,
}

impl<'a> Measured<'a> {
    pub(super) fn new(experiment: &'a Experiment, report: &'a StepReport) -> Self {
        let mut way = experiment.way();
        // The output layer's gradient is the loss's own.
        let judged =
            if report.layout().is_through_time() { report.places() } else { report.places().saturating_sub(1) };
        way.places.end = way.places.end.min(judged);
        Self { experiment, report, way }
    }

    fn batch(&self) -> u32 {
        self.experiment.batch_size_at(self.report.step)
    }

    /// Units of a place.
    fn units(&self) -> u32 {
        if self.report.layout().is_through_time() { self.experiment.hidden } else { self.experiment.width }
    }

    /// The place of the way, from 1, with the largest of a quantity, and that; the first and 0 where none is above 0.
    fn largest(&self, quantity: Quantity) -> (usize, f64) {
        let first = self.way.places.start + 1;
        let values = self.way.places.clone().map(|place| (place + 1, self.report.get(place, quantity)));
        largest_of((first, 0.0), values)
    }

    /// See [`super::Diagnosis::largest_update`].
    pub(super) fn largest_update(&self) -> (Weights, f64) {
        let weights = self.report.layout().weights();
        let Some((_, judged)) = weights.split_last() else {
            return (Weights::Readout, 0.0);
        };
        let first = judged.first().copied().unwrap_or(weights[0]);
        let ratio = |(place, &weights)| (weights, self.report.of_weights(place, Quantity::UpdateRatio));
        largest_of((first, 0.0), judged.iter().enumerate().map(ratio))
    }

    /// See [`super::Diagnosis::dead_places`] and [`super::Diagnosis::most_dead`]; with a share of the units less than is
    /// asked of a dead layer.
    pub(super) fn dead(&self, less: f64) -> (usize, (usize, f64)) {
        let (quantity, threshold) = match self.report.layout() {
            // No activation but ReLU has an exact zero where a unit should work: what the others have there is
            // saturation, rounded.
            Layout::Layers { .. } if self.experiment.activation == Activation::Relu => {
                (Quantity::Dead, dead_threshold(self.units()) - less)
            }
            Layout::Layers { .. } => (Quantity::Dead, f64::INFINITY),
            // Where a part of the units is off, another part may be for the next sample; where all are, nothing passes.
            Layout::Times { cell: Cell::Relu, .. } => (Quantity::Saturated, ALL_OFF),
            Layout::Times { .. } => return (0, (1, 0.0)),
        };
        // A unit of one sample has φ′ = 0 whenever it is switched off, which is no death.
        let can_die = self.batch() > 1;
        let is_dead = |place: &usize| can_die && self.report.get(*place, quantity) > threshold;
        (self.way.places.clone().filter(is_dead).count(), self.largest(quantity))
    }

    /// See [`super::Diagnosis::most_saturated`]. Half of the inputs of ReLU and leaky ReLU lie on the flat side by design,
    /// and a gate that is wide open, or shut, does what it is for.
    pub(super) fn most_saturated(&self) -> (usize, f64) {
        let is_judged = match self.report.layout() {
            Layout::Layers { .. } => !matches!(self.experiment.activation, Activation::Relu | Activation::LeakyRelu),
            Layout::Times { cell, .. } => cell == Cell::Tanh,
        };
        if is_judged { self.largest(Quantity::Saturated) } else { (self.way.places.start + 1, 0.0) }
    }

    /// The places whose gradient's entries, at their root mean square, are below the normal range of f32, or below so many
    /// times its least number.
    pub(super) fn underflow(&self, times: f64) -> Option<(usize, usize)> {
        let elements = f64::from(self.batch()) * f64::from(self.units());
        let is_under = |place: &usize| {
            let norm = self.report.get(*place, self.report.layout().leading());
            norm > 0.0 && norm / elements.sqrt() < times * f64::from(f32::MIN_POSITIVE)
        };
        let first = self.way.places.clone().find(is_under)?;
        let last = self.way.places.clone().rfind(is_under)?;
        Some((first + 1, last + 1))
    }

    /// What makes the gradient of some places exactly zero, and how many weights were all zero.
    pub(super) fn zero_cause(&self) -> (ZeroCause, usize) {
        let had_zeros = |weights: &usize| {
            self.report.of_weights(*weights, Quantity::Weight) == 0.0
                || self.report.of_weights(*weights, Quantity::UpdateRatio) == f64::INFINITY
        };
        // The output layer's weights are the first on the way back.
        let zero_weights = (0..self.report.layout().weights_len()).filter(had_zeros).count();
        let is_normalized = !self.report.layout().is_through_time() && self.experiment.norm == Normalization::Batch;
        let cause = if zero_weights > 0 {
            ZeroCause::ZeroWeights
        } else if is_normalized && self.batch() == 1 {
            ZeroCause::SingleSample
        } else {
            ZeroCause::Slope
        };
        (cause, zero_weights)
    }
}

/// The largest of some values and what it is of. The first update of weights that were all zero is infinitely larger than
/// they, and no sign of anything.
fn largest_of<K>(first: (K, f64), values: impl Iterator<Item = (K, f64)>) -> (K, f64) {
    values.filter(|(_, value)| value.is_finite()).fold(first, |best, next| if next.1 > best.1 { next } else { best })
}

/// All units of a time step but for rounding.
const ALL_OFF: f64 = 1.0 - 1e-9;

/// The fraction of dead units that chance does not explain: a half and three standard deviations of Bin(n, 1/2) / n.
///
/// In a deep ReLU network at initialization the activations of all samples point the same way, so that each unit is on
/// or off for the whole batch, either with probability 1/2, and the gradient passes all the same.
fn dead_threshold(units: u32) -> f64 {
    // Below 1, so that a narrow layer that is wholly dead is called so.
    (0.5 + 1.5 / f64::from(units).sqrt()).min(0.99)
}
