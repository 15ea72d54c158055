//! What one optimizer step did to every layer.

use crate::choice::choice;

choice! {
    /// A quantity that is measured in every layer at every step. Norms are Frobenius norms.
    pub enum Quantity {
        /// ‖∂L/∂z‖ over the batch × units matrix.
        GradZ => "grad-z",
        /// ‖∂L/∂W‖, before clipping and weight decay.
        GradW => "grad-w",
        /// ‖∂L/∂b‖, before clipping and weight decay.
        GradB => "grad-b",
        /// ‖ΔW‖, the change that the step made.
        Update => "update",
        /// ‖W‖ after the step.
        Weight => "weight",
        /// ‖ΔW‖ / ‖W‖, by the weights before the step; infinite where those were all zero and moved.
        UpdateRatio => "update-ratio",
        /// Mean of the layer's activations a over the batch.
        ActivationMean => "activation-mean",
        /// Standard deviation of the layer's activations over batch and units.
        ActivationStd => "activation-std",
        /// Fraction of activations where φ′ is under 5 % of its maximum.
        Saturated => "saturated",
        /// Fraction of units whose φ′ is zero on the whole batch.
        Dead => "dead",
        /// ‖m̂‖ of Adam and its relatives, ‖v‖ of the momentum methods; zero for the others.
        FirstMoment => "first-moment",
        /// ‖√v̂‖, the root of the second moment that an adaptive optimizer divides by; zero for the others.
        SecondMoment => "second-moment",
    }
}

impl Quantity {
    /// How many quantities a layer has.
    pub const COUNT: usize = <Self as crate::choice::Choice>::ALL.len();

    /// Whether the quantity exists only once a step was made, and not in the measurement before the first.
    pub fn needs_update(self) -> bool {
        matches!(self, Self::Update | Self::UpdateRatio | Self::FirstMoment | Self::SecondMoment)
    }

    /// The elements of the matrix that a norm was taken of, by which it becomes a root mean square;
    /// `None` for quantities that are not norms.
    ///
    /// `fan_in` and `fan_out` are the layer's widths, `batch` the samples of the step.
    pub fn elements(self, fan_in: usize, fan_out: usize, batch: usize) -> Option<usize> {
        match self {
            Self::GradZ => Some(batch * fan_out),
            Self::GradB => Some(fan_out),
            Self::GradW | Self::Update | Self::Weight | Self::FirstMoment | Self::SecondMoment => {
                Some(fan_in * fan_out)
            }
            Self::UpdateRatio | Self::ActivationMean | Self::ActivationStd | Self::Saturated | Self::Dead => None,
        }
    }
}

/// The measurements of one step, as one row of numbers: the loss, the norm of all gradients together, and then
/// [`Quantity::COUNT`] numbers a layer, from layer 1 at the input to the output layer.
///
/// The report of step t holds the loss and the gradients at the parameters *before* its update, and the update
/// itself. The report of step 0 is the same measurement with the update still to come.
#[derive(Clone, Debug, PartialEq)]
pub struct StepReport {
    /// Optimizer steps made; 0 before the first.
    pub step: u64,
    values: Box<[f64]>,
}

/// Numbers of a report before those of its layers.
const HEAD: usize = 2;

impl StepReport {
    /// A report of zeros for a network of so many layers, the output layer included.
    pub fn new(layers: usize) -> Self {
        Self { step: 0, values: vec![0.0; Self::row_len(layers)].into() }
    }

    /// A report from its row of numbers.
    ///
    /// Returns `None` unless the row is as long as [`StepReport::row_len`] of some number of layers.
    pub fn from_row(step: u64, row: &[f64]) -> Option<Self> {
        let is_whole = row.len() > HEAD && (row.len() - HEAD).is_multiple_of(Quantity::COUNT);
        is_whole.then(|| Self { step, values: row.into() })
    }

    /// How many numbers the row of a network of so many layers has.
    pub fn row_len(layers: usize) -> usize {
        HEAD + layers * Quantity::COUNT
    }

    /// All numbers of the report in their order.
    pub fn row(&self) -> &[f64] {
        &self.values
    }

    /// The same, for writing.
    pub fn row_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// How many layers the network has, the output layer included.
    pub fn layers(&self) -> usize {
        (self.values.len() - HEAD) / Quantity::COUNT
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

    /// One quantity of one layer, counted from 0 at the input side.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn get(&self, layer: usize, quantity: Quantity) -> f64 {
        self.values[HEAD + layer * Quantity::COUNT + quantity as usize]
    }

    /// Sets one quantity of one layer.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn set(&mut self, layer: usize, quantity: Quantity, value: f64) {
        self.values[HEAD + layer * Quantity::COUNT + quantity as usize] = value;
    }

    /// One quantity of every layer from the input side, or `None` where it was not measured because no step was made.
    pub fn series(&self, quantity: Quantity) -> Option<Vec<f64>> {
        let is_measured = self.step > 0 || !quantity.needs_update();
        is_measured.then(|| (0..self.layers()).map(|layer| self.get(layer, quantity)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;

    #[test]
    fn a_report_is_its_row() {
        let mut report = StepReport::new(3);
        report.step = 5;
        report.set_loss(0.5);
        report.set_grad_norm(2.0);
        for layer in 0..3 {
            for (index, &quantity) in Quantity::ALL.iter().enumerate() {
                report.set(layer, quantity, (layer * 100 + index) as f64);
            }
        }
        let again = StepReport::from_row(5, report.row()).unwrap();
        assert_eq!(again, report);
        assert_eq!((again.layers(), again.loss(), again.get(2, Quantity::Dead)), (3, 0.5, 209.0));
        assert_eq!(StepReport::from_row(5, &report.row()[1..]), None);
    }

    #[test]
    fn before_the_first_step_there_is_no_update() {
        let report = StepReport::new(2);
        assert_eq!(report.series(Quantity::Update), None);
        assert_eq!(report.series(Quantity::GradZ), Some(vec![0.0, 0.0]));
    }
}
