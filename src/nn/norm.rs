//! Normalization between a layer's affine map and its activation.

use super::linear::Parameter;
use crate::choice::choice;
use crate::kernel::product::column_sums;
use crate::kernel::{LANES, Panels, Real};
use ndarray::{Array1, Array2, Axis};

choice! {
    /// What is normalized.
    pub enum Normalization {
        /// Nothing.
        None => "none",
        /// Every sample over the layer's units (Ba et al. 2016).
        Layer => "layer",
        /// Every unit over the batch (Ioffe and Szegedy 2015).
        Batch => "batch",
    }
}

/// Added to the variance, in both; PyTorch's default.
pub const EPSILON: f64 = 1e-5;

/// The weight of a new batch in BatchNorm's running statistics; PyTorch's default.
const RUNNING_MOMENTUM: f64 = 0.1;

/// A normalization with learned scale and shift: `u = γ x̂ + β`, `x̂ = (z - mean) / sqrt(var + ε)`.
///
/// The mean and the variance (by n) are of each sample's units for LayerNorm, of each unit's samples for BatchNorm.
#[derive(Clone, Debug)]
pub struct Norm<T> {
    is_batch: bool,
    /// γ, a row of the layer's units.
    pub gamma: Parameter<T>,
    /// β, a row of the layer's units.
    pub beta: Parameter<T>,
    normalized: Panels<T>,
    /// `1 / sqrt(var + ε)`: of each row for LayerNorm, of each column for BatchNorm.
    inverse_std: Vec<T>,
    /// Work space of one number a row.
    sums: [Vec<T>; 2],
    /// BatchNorm's statistics for use after training, from 0 and 1.
    pub running_mean: Vec<f64>,
    /// The variances, by n - 1.
    pub running_var: Vec<f64>,
    /// Those of the last batch.
    batch_mean: Vec<f64>,
    batch_var: Vec<f64>,
}

impl<T: Real> Norm<T> {
    /// The normalization of so many units for batches of at most so many samples; `None` without one.
    pub fn new(kind: Normalization, units: usize, max_batch: usize) -> Option<Self> {
        let is_batch = match kind {
            Normalization::None => return None,
            Normalization::Layer => false,
            Normalization::Batch => true,
        };
        Some(Self {
            is_batch,
            gamma: Parameter::new(&Array2::ones((1, units))),
            beta: Parameter::new(&Array2::zeros((1, units))),
            normalized: Panels::for_batch(max_batch, units),
            inverse_std: vec![T::ZERO; if is_batch { units } else { max_batch }],
            sums: [vec![T::ZERO; max_batch], vec![T::ZERO; max_batch]],
            running_mean: vec![0.0; units],
            running_var: vec![1.0; units],
            batch_mean: vec![0.0; units],
            batch_var: vec![1.0; units],
        })
    }

    /// Sets the number of samples of the next batch.
    pub fn set_rows(&mut self, rows: usize) {
        self.normalized.set_rows(rows);
    }

    /// Makes z into u, with the batch's own statistics.
    pub fn forward(&mut self, z: &mut Panels<T>) {
        if self.is_batch {
            self.normalize_columns(z)
        } else {
            self.normalize_rows(z)
        }
        for panel in 0..z.panels() {
            let (gamma, beta) = (self.gamma.value.panel(panel)[0], self.beta.value.panel(panel)[0]);
            for (u, x) in z.panel_mut(panel).iter_mut().zip(self.normalized.panel(panel)) {
                for i in 0..LANES {
                    u[i] = gamma[i] * x[i] + beta[i];
                }
            }
        }
    }

    /// Takes the statistics of the last batch into the running ones; once a step, which may look at a batch twice.
    pub fn update_running_statistics(&mut self) {
        if !self.is_batch {
            return;
        }
        let mix = |running: &mut [f64], batch: &[f64]| {
            for (running, batch) in running.iter_mut().zip(batch) {
                *running = (1.0 - RUNNING_MOMENTUM) * *running + RUNNING_MOMENTUM * batch;
            }
        };
        mix(&mut self.running_mean, &self.batch_mean);
        mix(&mut self.running_var, &self.batch_var);
    }

    fn normalize_rows(&mut self, z: &Panels<T>) {
        let count = T::from_f64(z.cols() as f64);
        let [mean, var] = &mut self.sums;
        let rows = z.rows();
        let (mean, var) = (&mut mean[..rows], &mut var[..rows]);
        sum_rows(z, mean, |x, _, _| x);
        mean.iter_mut().for_each(|mean| *mean = *mean / count);
        sum_rows(z, var, |x, row, _| (x - mean[row]) * (x - mean[row]));
        for (inverse, var) in self.inverse_std.iter_mut().zip(var.iter()) {
            *inverse = T::ONE / (*var / count + T::from_f64(EPSILON)).sqrt();
        }
        for panel in 0..z.panels() {
            let cols = z.panel_cols(panel);
            let rows = z.panel(panel).iter().zip(self.normalized.panel_mut(panel));
            for ((z, x), (mean, inverse)) in rows.zip(mean.iter().zip(&self.inverse_std)) {
                for i in 0..cols {
                    x[i] = (z[i] - *mean) * *inverse;
                }
            }
        }
    }

    fn normalize_columns(&mut self, z: &Panels<T>) {
        let rows = z.rows() as f64;
        let count = T::from_f64(rows);
        for panel in 0..z.panels() {
            let cols = z.panel_cols(panel);
            let (mut mean, mut var) = ([T::ZERO; LANES], [T::ZERO; LANES]);
            for z in z.panel(panel) {
                for i in 0..LANES {
                    mean[i] += z[i];
                }
            }
            mean.iter_mut().for_each(|mean| *mean = *mean / count);
            for z in z.panel(panel) {
                for i in 0..LANES {
                    var[i] += (z[i] - mean[i]) * (z[i] - mean[i]);
                }
            }
            let inverse = var.map(|var| T::ONE / (var / count + T::from_f64(EPSILON)).sqrt());
            for (z, x) in z.panel(panel).iter().zip(self.normalized.panel_mut(panel)) {
                for i in 0..cols {
                    x[i] = (z[i] - mean[i]) * inverse[i];
                }
            }
            for i in 0..cols {
                let unit = panel * LANES + i;
                self.inverse_std[unit] = inverse[i];
                // The variance by n - 1, as PyTorch has it; a batch of one has none.
                let unbiased = var[i].to_f64() / (rows - 1.0).max(1.0);
                (self.batch_mean[unit], self.batch_var[unit]) = (mean[i].to_f64(), unbiased);
            }
        }
    }

    /// Makes ∂L/∂u into ∂L/∂z and stores ∂L/∂γ and ∂L/∂β; all times `2^exponent`.
    pub fn backward(&mut self, delta: &mut Panels<T>, exponent: i32) {
        self.gamma.exponent = exponent;
        self.beta.exponent = exponent;
        column_sums(delta, self.beta.grad.lanes_mut());
        for panel in 0..delta.panels() {
            let mut sum = [T::ZERO; LANES];
            let gamma = self.gamma.value.panel(panel)[0];
            for (delta, x) in delta.panel_mut(panel).iter_mut().zip(self.normalized.panel(panel)) {
                for i in 0..LANES {
                    sum[i] += delta[i] * x[i];
                    delta[i] *= gamma[i];
                }
            }
            self.gamma.grad.panel_mut(panel)[0] = sum;
        }
        // With g = ∂L/∂x̂: ∂L/∂z = (g - mean(g) - x̂ mean(g x̂)) / sqrt(var + ε).
        if self.is_batch { self.backward_columns(delta) } else { self.backward_rows(delta) }
    }

    fn backward_rows(&mut self, delta: &mut Panels<T>) {
        let count = T::from_f64(delta.cols() as f64);
        let rows = delta.rows();
        let [mean, mean_x] = &mut self.sums;
        let (mean, mean_x) = (&mut mean[..rows], &mut mean_x[..rows]);
        let normalized = &self.normalized;
        sum_rows(delta, mean, |g, _, _| g);
        sum_rows(delta, mean_x, |g, row, col| g * normalized.get(row, col));
        for panel in 0..delta.panels() {
            let cols = delta.panel_cols(panel);
            let rows = delta.panel_mut(panel).iter_mut().zip(normalized.panel(panel));
            for (row, (g, x)) in rows.enumerate() {
                let (mean, mean_x) = (mean[row] / count, mean_x[row] / count);
                for i in 0..cols {
                    g[i] = (g[i] - mean - x[i] * mean_x) * self.inverse_std[row];
                }
            }
        }
    }

    fn backward_columns(&mut self, delta: &mut Panels<T>) {
        let count = T::from_f64(delta.rows() as f64);
        for panel in 0..delta.panels() {
            let cols = delta.panel_cols(panel);
            let (mut mean, mut mean_x) = ([T::ZERO; LANES], [T::ZERO; LANES]);
            for (g, x) in delta.panel(panel).iter().zip(self.normalized.panel(panel)) {
                for i in 0..LANES {
                    mean[i] += g[i];
                    mean_x[i] += g[i] * x[i];
                }
            }
            let inverse = &self.inverse_std[panel * LANES..][..cols];
            for (g, x) in delta.panel_mut(panel).iter_mut().zip(self.normalized.panel(panel)) {
                for i in 0..cols {
                    g[i] = (g[i] - mean[i] / count - x[i] * (mean_x[i] / count)) * inverse[i];
                }
            }
        }
    }

    /// `u` of pre-activations z as the layer computes it after training: BatchNorm by its running statistics.
    pub fn predict(&self, z: &Array2<f64>) -> Array2<f64> {
        let (gamma, beta) = (self.gamma.value.to_array(), self.beta.value.to_array());
        let normalized = if self.is_batch {
            let std = Array1::from_iter(self.running_var.iter().map(|var| (var + EPSILON).sqrt()));
            (z - &Array1::from_vec(self.running_mean.clone())) / std
        } else {
            let mean = z.mean_axis(Axis(1)).unwrap_or_default().insert_axis(Axis(1));
            let std = z.var_axis(Axis(1), 0.0).mapv(|var| (var + EPSILON).sqrt()).insert_axis(Axis(1));
            (z - &mean) / std
        };
        normalized * gamma + beta
    }
}

/// For every row the sum of `term(entry, row, column)` over the columns that are not padding.
fn sum_rows<T: Real>(matrix: &Panels<T>, sums: &mut [T], term: impl Fn(T, usize, usize) -> T) {
    sums.fill(T::ZERO);
    for panel in 0..matrix.panels() {
        let cols = matrix.panel_cols(panel);
        for (row, (entries, sum)) in matrix.panel(panel).iter().zip(sums.iter_mut()).enumerate() {
            for (i, entry) in entries[..cols].iter().enumerate() {
                *sum += term(*entry, row, panel * LANES + i);
            }
        }
    }
}
