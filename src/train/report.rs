//! What one optimizer step did to every place and to the weights.

use super::layout::Layout;
use super::quantity::Quantity;

/// The measurements of one step, as one row of numbers: the loss, the norm of all gradients together, and then, as its
/// [`Layout`] says, those of each place from the first to the one where the loss is, and of the weights.
///
/// The report of step t holds the loss and the gradients at the parameters *before* its update, and the update
/// itself. The report of step 0 is the same measurement with the update still to come.
#[derive(Clone, Debug, PartialEq)]
pub struct StepReport {
    /// Optimizer steps made; 0 before the first.
    pub step: u64,
    layout: Layout,
    values: Box<[f64]>,
}

impl StepReport {
    /// A report of zeros; of a multilayer perceptron for a number of layers, the output layer included.
    pub fn new(layout: impl Into<Layout>) -> Self {
        let layout = layout.into();
        Self { step: 0, layout, values: vec![0.0; layout.row_len()].into() }
    }

    /// A report from its row of numbers; `None` unless the row is as long as [`StepReport::row_len`] of its layout.
    pub fn from_row(step: u64, layout: Layout, row: &[f64]) -> Option<Self> {
        (row.len() == layout.row_len()).then(|| Self { step, layout, values: row.into() })
    }

    /// How many numbers the row of a report has.
    pub fn row_len(layout: impl Into<Layout>) -> usize {
        layout.into().row_len()
    }

    /// What its numbers are of.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// All numbers of the report in their order.
    pub fn row(&self) -> &[f64] {
        &self.values
    }

    /// The same, for writing.
    pub fn row_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// How many places there are: layers with the output layer, or time steps.
    pub fn places(&self) -> usize {
        self.layout.places()
    }

    /// The loss on the step's mini-batch.
    pub fn loss(&self) -> f64 {
        self.values[0]
    }

    /// The norm of the gradients of all parameters together, before clipping.
    pub fn grad_norm(&self) -> f64 {
        self.values[1]
    }

    /// Sets the loss.
    pub fn set_loss(&mut self, loss: f64) {
        self.values[0] = loss;
    }

    /// Sets the norm of all gradients.
    pub fn set_grad_norm(&mut self, grad_norm: f64) {
        self.values[1] = grad_norm;
    }

    /// One quantity of one place, counted from 0; of the lowest level, which reads the input.
    ///
    /// # Panics
    /// If there is no such place, or it has no such quantity.
    pub fn get(&self, place: usize, quantity: Quantity) -> f64 {
        self.get_at(0, place, quantity)
    }

    /// The same of any level, counted from 0 at the input.
    ///
    /// # Panics
    /// As [`StepReport::get`].
    pub fn get_at(&self, level: usize, place: usize, quantity: Quantity) -> f64 {
        self.values[self.place_index(level, place, quantity)]
    }

    /// One quantity of one place of a level, counted from 0; `None` if there is no such place, or it has no such quantity,
    /// as where a chart of one kind of network is asked for once more while the report is already of another kind.
    pub fn find(&self, level: usize, place: usize, quantity: Quantity) -> Option<f64> {
        let is_there = level < self.layout.levels() && place < self.places();
        self.layout.index(level, place, quantity).filter(|_| is_there).map(|index| self.values[index])
    }

    /// One quantity of some weights, counted from 0; `None` if there are no such weights, or they have no such quantity.
    pub fn find_of_weights(&self, weights: usize, quantity: Quantity) -> Option<f64> {
        let is_there = weights < self.layout.weights_len();
        self.layout.weights_index(weights, quantity).filter(|_| is_there).map(|index| self.values[index])
    }

    /// Sets one quantity of one place of the lowest level.
    ///
    /// # Panics
    /// As [`StepReport::get`].
    pub fn set(&mut self, place: usize, quantity: Quantity, value: f64) {
        self.set_at(0, place, quantity, value);
    }

    /// The same of any level.
    ///
    /// # Panics
    /// As [`StepReport::get`].
    pub fn set_at(&mut self, level: usize, place: usize, quantity: Quantity, value: f64) {
        self.values[self.place_index(level, place, quantity)] = value;
    }

    /// One quantity of some weights, counted from 0 in the order of [`Layout::weights`].
    ///
    /// # Panics
    /// If there are no such weights, or they have no such quantity.
    pub fn of_weights(&self, weights: usize, quantity: Quantity) -> f64 {
        self.values[self.weights_index(weights, quantity)]
    }

    /// Sets one quantity of some weights.
    ///
    /// # Panics
    /// As [`StepReport::of_weights`].
    pub fn set_of_weights(&mut self, weights: usize, quantity: Quantity, value: f64) {
        self.values[self.weights_index(weights, quantity)] = value;
    }

    pub(super) fn place_index(&self, level: usize, place: usize, quantity: Quantity) -> usize {
        self.layout.index(level, place, quantity).expect("places of this kind of network have the quantity")
    }

    pub(super) fn weights_index(&self, weights: usize, quantity: Quantity) -> usize {
        self.layout.weights_index(weights, quantity).expect("weights have the quantity")
    }

    /// One quantity of every place from the first, of the lowest level; `None` where the kind of network has no such
    /// quantity, or it was not measured because no step was made.
    pub fn series(&self, quantity: Quantity) -> Option<Vec<f64>> {
        self.series_at(0, quantity)
    }

    /// The same of any level.
    pub fn series_at(&self, level: usize, quantity: Quantity) -> Option<Vec<f64>> {
        let is_measured = self.step > 0 || !quantity.needs_update();
        let has_it = self.layout.index(level, 0, quantity).is_some();
        (is_measured && has_it).then(|| (0..self.places()).map(|place| self.get_at(level, place, quantity)).collect())
    }

    /// One quantity of all weights in their order; `None` where weights have no such quantity, or it was not measured
    /// because no step was made.
    pub fn weights_series(&self, quantity: Quantity) -> Option<Vec<f64>> {
        let is_measured = self.step > 0 || !quantity.needs_update();
        let has_it = self.layout.weights_index(0, quantity).is_some();
        let weights = 0..self.layout.weights_len();
        (is_measured && has_it).then(|| weights.map(|weights| self.of_weights(weights, quantity)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::recurrent::Cell;

    #[test]
    fn a_report_is_its_row() {
        let mut report = StepReport::new(3);
        report.step = 5;
        report.set_loss(0.5);
        report.set_grad_norm(2.0);
        for layer in 0..3 {
            for (index, &quantity) in Quantity::OF_LAYERS.iter().enumerate() {
                report.set(layer, quantity, (layer * 100 + index) as f64);
            }
        }
        let again = StepReport::from_row(5, Layout::from(3), report.row()).unwrap();
        assert_eq!(again, report);
        assert_eq!((again.places(), again.loss(), again.get(2, Quantity::Dead)), (3, 0.5, 209.0));
        assert_eq!(StepReport::from_row(5, Layout::from(3), &report.row()[1..]), None);
    }

    #[test]
    fn what_a_report_does_not_have_is_not_found_in_it() {
        let layers = StepReport::new(3);
        let layout = Layout::Times { cell: Cell::Gru, times: 4, levels: 2, has_embedding: false };
        let times = StepReport::new(layout);
        assert_eq!(layers.find(0, 2, Quantity::GradZ), Some(0.0));
        assert_eq!(times.find(1, 3, Quantity::GradH), Some(0.0));
        assert_eq!(times.find_of_weights(4, Quantity::GradW), Some(0.0));
        for missing in [
            layers.find(0, 3, Quantity::GradZ),
            layers.find(1, 0, Quantity::GradZ),
            layers.find(0, 0, Quantity::GradH),
            layers.find_of_weights(3, Quantity::GradW),
            times.find(0, 4, Quantity::GradH),
            times.find(2, 0, Quantity::GradH),
            times.find(0, 0, Quantity::GradW),
            times.find(0, 0, Quantity::GradC),
            times.find_of_weights(5, Quantity::GradW),
            times.find_of_weights(0, Quantity::GradH),
        ] {
            assert_eq!(missing, None);
        }
    }

    #[test]
    fn before_the_first_step_there_is_no_update() {
        let report = StepReport::new(2);
        assert_eq!(report.series(Quantity::Update), None);
        assert_eq!(report.series(Quantity::GradZ), Some(vec![0.0, 0.0]));
    }

    #[test]
    fn every_number_of_a_recurrent_network_has_a_place_of_its_own() {
        for cell in [Cell::Tanh, Cell::Lstm, Cell::Gru] {
            let layout = Layout::Times { cell, times: 4, levels: 2, has_embedding: true };
            let mut report = StepReport::new(layout);
            let mut next = 0.0;
            let mut count = || {
                next += 1.0;
                next
            };
            report.set_loss(count());
            report.set_grad_norm(count());
            for level in 0..2 {
                for place in 0..4 {
                    for &quantity in layout.quantities() {
                        report.set_at(level, place, quantity, count());
                    }
                }
            }
            assert_eq!(layout.weights().len(), layout.weights_len());
            for weights in 0..layout.weights_len() {
                for &quantity in Quantity::OF_WEIGHTS {
                    report.set_of_weights(weights, quantity, count());
                }
            }
            let want: Vec<f64> = (1..=report.row().len()).map(|number| number as f64).collect();
            assert_eq!(report.row(), want);
            assert_eq!(report.series(Quantity::GradW), None, "weights are not of a time step");
            assert_eq!(report.series_at(1, Quantity::GradH).map(|series| series.len()), Some(4));
        }
    }
}
