//! Normalization between a layer's affine map and its activation.

use super::linear::Parameter;
use crate::choice::choice;
use crate::kernel::activate::replace_and_sum;
use crate::kernel::{LANES, Lane, Panels, Real, Vector, mean_and_std};
use ndarray::Array2;

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
    /// Work space of LayerNorm: sums over the panels of each row, and two numbers a row.
    row_sums: [Vec<Lane<T>>; 2],
    row_means: [Vec<T>; 2],
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
            row_sums: [0, 1].map(|_| vec![[T::ZERO; LANES]; if is_batch { 0 } else { max_batch }]),
            row_means: [0, 1].map(|_| vec![T::ZERO; if is_batch { 0 } else { max_batch }]),
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
        if self.is_batch { self.forward_columns(z) } else { self.forward_rows(z) }
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

    fn forward_rows(&mut self, z: &mut Panels<T>) {
        let Self { gamma, beta, normalized, inverse_std, row_sums: [sums, _], row_means: [means, _], .. } = self;
        let splat = T::Vector::splat;
        let (rows, cols) = (z.rows(), z.cols());
        let (sums, means, inverse_std) = (&mut sums[..rows], &mut means[..rows], &mut inverse_std[..rows]);
        let count = T::from_f64(cols as f64);
        sums.fill([T::ZERO; LANES]);
        for panel in 0..z.panels() {
            for (sum, z) in sums.iter_mut().zip(z.panel(panel)) {
                *sum = (T::Vector::load(sum) + T::Vector::load(z)).store();
            }
        }
        for (mean, sum) in means.iter_mut().zip(sums.iter_mut()) {
            *mean = sum.iter().copied().sum::<T>() / count;
            *sum = [T::ZERO; LANES];
        }
        for panel in 0..z.panels() {
            let mask = mask(z.panel_cols(panel));
            for ((sum, mean), z) in sums.iter_mut().zip(&*means).zip(z.panel(panel)) {
                let difference = (T::Vector::load(z) - splat(*mean)) * mask;
                *sum = (T::Vector::load(sum) + difference * difference).store();
            }
        }
        for (row, (inverse, sum)) in inverse_std.iter_mut().zip(&*sums).enumerate() {
            let var = sum.iter().copied().sum::<T>() / count;
            *inverse = T::ONE / (var + T::from_f64(EPSILON)).sqrt();
            if !var.is_finite() {
                (means[row], *inverse, _) = far_statistics(cols, &|col| z.get(row, col));
            }
        }
        for panel in 0..z.panels() {
            let gamma = T::Vector::load(&gamma.value.panel(panel)[0]);
            let beta = T::Vector::load(&beta.value.panel(panel)[0]);
            let statistics = means.iter().zip(&*inverse_std);
            for ((z, x), (mean, inverse)) in
                z.panel_mut(panel).iter_mut().zip(normalized.panel_mut(panel)).zip(statistics)
            {
                let normalized = (T::Vector::load(z) - splat(*mean)) * splat(*inverse);
                *x = normalized.store();
                *z = (gamma * normalized + beta).store();
            }
        }
    }

    fn forward_columns(&mut self, z: &mut Panels<T>) {
        let zero = T::Vector::splat(T::ZERO);
        let rows = z.rows() as f64;
        let count = T::Vector::constant(rows);
        for panel in 0..z.panels() {
            let cols = z.panel_cols(panel);
            let lanes = z.panel_mut(panel);
            let mean = lanes.iter().fold(zero, |sum, z| sum + T::Vector::load(z)) / count;
            let var = lanes.iter().fold(zero, |sum, z| {
                let difference = T::Vector::load(z) - mean;
                sum + difference * difference
            });
            let inverse = T::Vector::constant(1.0) / (var / count + T::Vector::constant(EPSILON)).sqrt();
            let (mut mean, mut inverse) = (mean.store(), inverse.store());
            for (i, var) in var.store().into_iter().enumerate().take(cols) {
                let unit = panel * LANES + i;
                let mut squares = var.to_f64();
                if !var.is_finite() {
                    (mean[i], inverse[i], squares) = far_statistics(lanes.len(), &|row| lanes[row][i]);
                }
                self.inverse_std[unit] = inverse[i];
                // The variance by n - 1, as PyTorch has it; a batch of one has none.
                let unbiased = squares / (rows - 1.0).max(1.0);
                (self.batch_mean[unit], self.batch_var[unit]) = (mean[i].to_f64(), unbiased);
            }
            let (mean, inverse) = (T::Vector::load(&mean), T::Vector::load(&inverse));
            let gamma = T::Vector::load(&self.gamma.value.panel(panel)[0]);
            let beta = T::Vector::load(&self.beta.value.panel(panel)[0]);
            for (z, x) in lanes.iter_mut().zip(self.normalized.panel_mut(panel)) {
                let normalized = (T::Vector::load(z) - mean) * inverse;
                *x = normalized.store();
                *z = (gamma * normalized + beta).store();
            }
        }
    }

    /// Makes ∂L/∂u into ∂L/∂z and stores ∂L/∂γ and ∂L/∂β; all times `2^exponent`. The sums of the columns, those of ∂L/∂u,
    /// become those of ∂L/∂z, whose sum of squares is returned.
    ///
    /// # Formula
    /// `∂L/∂z = (g - mean(g) - x̂ mean(g x̂)) / sqrt(var + ε)`, `g = ∂L/∂x̂ = γ ∂L/∂u`
    pub fn backward(&mut self, delta: &mut Panels<T>, column_sums: &mut [Lane<T>], exponent: i32) -> f64 {
        self.beta.set_grad(exponent, |panel, grad| grad[0] = column_sums[panel]);
        self.gamma.set_grad(exponent, |panel, grad| {
            let terms = delta.panel(panel).iter().zip(self.normalized.panel(panel));
            let add = |sum, (delta, x)| sum + T::Vector::load(delta) * T::Vector::load(x);
            grad[0] = terms.fold(T::Vector::splat(T::ZERO), add).store();
        });
        if self.is_batch { self.backward_columns(delta, column_sums) } else { self.backward_rows(delta, column_sums) }
    }

    fn backward_rows(&mut self, delta: &mut Panels<T>, column_sums: &mut [Lane<T>]) -> f64 {
        let Self { gamma, normalized, inverse_std, row_sums, row_means, .. } = self;
        let splat = T::Vector::splat;
        let rows = delta.rows();
        let [sums, sums_x] = row_sums.each_mut().map(|sums| &mut sums[..rows]);
        let [means, means_x] = row_means.each_mut().map(|means| &mut means[..rows]);
        let inverse_std = &inverse_std[..rows];
        let count = T::from_f64(delta.cols() as f64);
        sums.fill([T::ZERO; LANES]);
        sums_x.fill([T::ZERO; LANES]);
        for panel in 0..delta.panels() {
            let gamma = T::Vector::load(&gamma.value.panel(panel)[0]);
            let entries = delta.panel(panel).iter().zip(normalized.panel(panel));
            for ((sum, sum_x), (delta, x)) in sums.iter_mut().zip(sums_x.iter_mut()).zip(entries) {
                let g = gamma * T::Vector::load(delta);
                *sum = (T::Vector::load(sum) + g).store();
                *sum_x = (T::Vector::load(sum_x) + g * T::Vector::load(x)).store();
            }
        }
        for row in 0..rows {
            means[row] = sums[row].iter().copied().sum::<T>() / count;
            means_x[row] = sums_x[row].iter().copied().sum::<T>() / count;
        }
        let mut total = 0.0;
        for (panel, column_sums) in column_sums.iter_mut().enumerate() {
            let mask = mask(delta.panel_cols(panel));
            let gamma = T::Vector::load(&gamma.value.panel(panel)[0]) * mask;
            let x = &normalized.panel(panel)[..rows];
            let (columns, squares) = replace_and_sum(delta.panel_mut(panel), |row, delta| {
                let x = T::Vector::load(&x[row]) * mask;
                (gamma * delta - splat(means[row]) * mask - x * splat(means_x[row])) * splat(inverse_std[row])
            });
            *column_sums = columns;
            total += squares;
        }
        total
    }

    fn backward_columns(&mut self, delta: &mut Panels<T>, column_sums: &mut [Lane<T>]) -> f64 {
        let count = T::Vector::constant(delta.rows() as f64);
        let mut total = 0.0;
        for (panel, column_sums) in column_sums.iter_mut().enumerate() {
            let gamma = T::Vector::load(&self.gamma.value.panel(panel)[0]);
            // ∂L/∂β and ∂L/∂γ are the sums that are wanted, but for γ.
            let mean = gamma * T::Vector::load(column_sums) / count;
            let mean_x = gamma * T::Vector::load(&self.gamma.grad.panel(panel)[0]) / count;
            let mut inverse = [T::ZERO; LANES];
            let cols = delta.panel_cols(panel);
            inverse[..cols].copy_from_slice(&self.inverse_std[panel * LANES..][..cols]);
            let inverse = T::Vector::load(&inverse);
            let x = &self.normalized.panel(panel)[..delta.rows()];
            let (columns, squares) = replace_and_sum(delta.panel_mut(panel), |row, delta| {
                (gamma * delta - mean - T::Vector::load(&x[row]) * mean_x) * inverse
            });
            *column_sums = columns;
            total += squares;
        }
        total
    }

    /// The same normalization for [`Norm::predict`] on at most so many samples at a time.
    pub(super) fn for_prediction(&self, max_rows: usize) -> Self {
        let kind = if self.is_batch { Normalization::Batch } else { Normalization::Layer };
        let (gamma, beta) = (self.gamma.clone(), self.beta.clone());
        let (running_mean, running_var) = (self.running_mean.clone(), self.running_var.clone());
        let empty = Self::new(kind, gamma.value.cols(), max_rows).unwrap_or_else(|| self.clone());
        Self { gamma, beta, running_mean, running_var, ..empty }
    }

    /// Makes z into u as the layer does after training: BatchNorm by its running statistics.
    pub(super) fn predict(&mut self, z: &mut Panels<T>) {
        if !self.is_batch {
            return self.forward_rows(z);
        }
        for panel in 0..z.panels() {
            let cols = z.panel_cols(panel);
            let lane = |number: &dyn Fn(usize) -> f64| {
                let entry = |i| if i < cols { T::from_f64(number(panel * LANES + i)) } else { T::ZERO };
                T::Vector::load(&std::array::from_fn(entry))
            };
            let mean = lane(&|unit| self.running_mean[unit]);
            let inverse = lane(&|unit| 1.0 / (self.running_var[unit] + EPSILON).sqrt());
            let gamma = T::Vector::load(&self.gamma.value.panel(panel)[0]);
            let beta = T::Vector::load(&self.beta.value.panel(panel)[0]);
            for z in z.panel_mut(panel) {
                *z = (gamma * ((T::Vector::load(z) - mean) * inverse) + beta).store();
            }
        }
    }

    /// One panel of u of the last forward pass.
    pub(super) fn u_panel(&self, panel: usize) -> Vec<Lane<T>> {
        let gamma = T::Vector::load(&self.gamma.value.panel(panel)[0]);
        let beta = T::Vector::load(&self.beta.value.panel(panel)[0]);
        self.normalized.panel(panel).iter().map(|x| (gamma * T::Vector::load(x) + beta).store()).collect()
    }

    /// The memory that the numbers take, without those of γ and β.
    pub(super) fn bytes(&self) -> usize {
        let lanes = self.row_sums.iter().map(|sums| size_of_val(&sums[..])).sum::<usize>();
        let numbers = self.inverse_std.len() + self.row_means.iter().map(Vec::len).sum::<usize>();
        self.normalized.bytes() + lanes + numbers * size_of::<T>() + 4 * size_of_val(&self.running_mean[..])
    }
}

/// The mean of so many numbers z, `1 / std` and the sum of squared differences to the mean, where those leave the format: ε
/// is nothing beside them.
#[cold]
fn far_statistics<T: Real>(count: usize, z: &dyn Fn(usize) -> T) -> (T, T, f64) {
    let (mean, std) = mean_and_std(count, &|i| z(i).to_f64());
    (T::from_f64(mean), T::from_f64(1.0 / std), std * std * count as f64)
}

/// Eight numbers, 1 in the first `cols` columns and 0 in the padding.
fn mask<V: Vector>(cols: usize) -> V {
    V::load(&std::array::from_fn(|i| if i < cols { V::Scalar::ONE } else { V::Scalar::ZERO }))
}
