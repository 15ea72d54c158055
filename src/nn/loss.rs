//! The losses and their gradients with respect to the network's output.

use crate::choice::choice;
use crate::kernel::{Panels, Real};

choice! {
    /// A loss L of the network's output o against the target y, the mean over the batch.
    pub enum Loss {
        /// Binary cross-entropy with logits: mean over samples and outputs of `max(o, 0) - o y + ln(1 + e^-|o|)`.
        BceWithLogits => "bce",
        /// Mean squared error over samples and outputs, `(o - y)^2`, without a factor 1/2.
        Mse => "mse",
        /// Softmax cross-entropy: mean over the samples of `-ln softmax(o)[y]`.
        SoftmaxCrossEntropy => "softmax",
    }
}

/// The targets of a batch, row by row.
#[derive(Clone, Debug)]
pub enum Targets<T> {
    /// A number for each output.
    Values(Panels<T>),
    /// A class for each sample, counted from 0.
    Classes(Vec<u32>),
}

/// Exponentials of a sample's outputs that are kept, so that they are computed once; those of a text's characters are fewer.
const KEPT: usize = 128;

impl Loss {
    /// The loss of `output` (batch, outputs) against `targets`; `delta` becomes ∂L/∂o.
    ///
    /// Summed in f64 over the samples in their order.
    ///
    /// # Panics
    /// If the loss does not go with the kind of targets.
    pub fn evaluate<T: Real>(self, output: &Panels<T>, targets: &Targets<T>, delta: &mut Panels<T>) -> f64 {
        let (rows, cols) = (output.rows(), output.cols());
        match (self, targets) {
            (Self::Mse | Self::BceWithLogits, Targets::Values(values)) => {
                let count = (rows * cols) as f64;
                let mut total = 0.0;
                for row in 0..rows {
                    for col in 0..cols {
                        let (o, y) = (output.get(row, col).to_f64(), values.get(row, col).to_f64());
                        let (loss, slope) = if self == Self::Mse { squared_error(o, y) } else { cross_entropy(o, y) };
                        total += loss;
                        delta.set(row, col, T::from_f64(slope / count));
                    }
                }
                total / count
            }
            (Self::SoftmaxCrossEntropy, Targets::Classes(classes)) => {
                let mut total = 0.0;
                for (row, &class) in (0..rows).zip(classes) {
                    let o = |col: usize| output.get(row, col).to_f64();
                    let largest = (0..cols).map(o).fold(f64::NEG_INFINITY, f64::max);
                    let mut kept = [0.0; KEPT];
                    let exponentials = (0..cols).map(|col| {
                        let exponential = libm::exp(o(col) - largest);
                        if let Some(kept) = kept.get_mut(col) {
                            *kept = exponential;
                        }
                        exponential
                    });
                    let sum: f64 = exponentials.sum();
                    total += libm::log(sum) + largest - o(class as usize);
                    for col in 0..cols {
                        let kept = kept.get(col).copied();
                        let probability = kept.unwrap_or_else(|| libm::exp(o(col) - largest)) / sum;
                        let target = if col == class as usize { 1.0 } else { 0.0 };
                        delta.set(row, col, T::from_f64((probability - target) / rows as f64));
                    }
                }
                total / rows as f64
            }
            // Without the targets: to print their numbers would bring the printing of numbers into the worker.
            (loss, _) => panic!("{loss:?} does not go with these targets"),
        }
    }
}

/// `(o - y)²` and its derivative.
fn squared_error(o: f64, y: f64) -> (f64, f64) {
    ((o - y) * (o - y), 2.0 * (o - y))
}

/// `max(o, 0) - o y + ln(1 + e^-|o|)` and its derivative `σ(o) - y`.
fn cross_entropy(o: f64, y: f64) -> (f64, f64) {
    let e = libm::exp(-o.abs());
    let sigma = if o >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
    (o.max(0.0) - o * y + libm::log1p(e), sigma - y)
}
