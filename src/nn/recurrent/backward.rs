//! The backward pass through time: ∂L/∂h, ∂L/∂c and ∂L/∂a at every time step, each step with a power of two of its own.

use super::network::{Level, Recurrent};
use super::spec::{Cell, RecurrentSpec};
use super::unrolled::{Unrolled, UnrolledLevel, Workspace};
use crate::kernel::cells::{GruBackward, LstmBackward, gather_gradient, multiply_slope, scale_gradient};
use crate::kernel::product::{Part, add_product_panel, product_panel, transpose, transpose_panels};
use crate::kernel::{LANES, Panels, Real, Squares, sum_of_squares};
use crate::nn::{rescaling, unscale};
use std::ops::Range;

impl<T: Real> Unrolled<T> {
    /// Computes from ∂L/∂o the gradients of all states and pre-activations, from the last time step of the highest level on,
    /// but none of parameters.
    ///
    /// # Panics
    /// If the network is not of the shape that it was unrolled for.
    pub fn backward(&mut self, network: &Recurrent<T>) {
        assert!(network.fits(self), "a network of another shape");
        self.read_back(network);
        let Self { spec, batch, levels, work, .. } = self;
        for (index, level) in network.levels.iter().enumerate().rev() {
            let (below, rest) = levels.split_at_mut(index);
            rest[0].backward(spec, level, *batch, work);
            if let Some(below) = below.last_mut() {
                rest[0].pass_down(level, &mut below.grad_h, *batch, work);
                for (time, above) in below.times.iter_mut().zip(&rest[0].times) {
                    time.direct = (f64::from(u8::from(above.is_live())), above.exponent);
                }
                below.measure_direct(*batch);
            }
        }
    }

    /// What the readout gives back to the states that were read.
    fn read_back(&mut self, network: &Recurrent<T>) {
        let Self { spec, batch, levels, reads, grad_output, work, .. } = self;
        let Workspace { transposed, grad_read, .. } = work;
        let level = levels.last_mut().expect("a level at least");
        // Padding of what is given may hold anything, and is not read.
        let elements = (grad_output.rows() * grad_output.cols()) as f64;
        let exponent = rescaling(plain_norm(grad_output) / elements.sqrt(), 0);
        transposed.set_shape(spec.outputs, spec.hidden);
        transpose(&network.readout.weight.value, transposed);
        grad_read.set_rows(reads.len());
        level.times.iter_mut().for_each(|time| time.direct = (0.0, 0));
        for row in reads.iter() {
            level.times[*row as usize / *batch].direct = (1.0, exponent);
        }
        for panel in 0..grad_read.panels() {
            let lanes = grad_read.panel_mut(panel);
            product_panel(grad_output, transposed, panel, None, lanes);
            scale_gradient(lanes, T::power_of_two(exponent));
            let all = level.grad_h.panel_mut(panel);
            for (time, rows) in level.times.iter().zip(all.chunks_mut(*batch)) {
                if time.direct.0 != 0.0 {
                    rows.fill([T::ZERO; LANES]);
                }
            }
            reads.iter().zip(&*lanes).for_each(|(row, lane)| all[*row as usize] = *lane);
        }
        level.measure_direct(*batch);
    }
}

/// The norm of a small matrix whose padding may hold anything.
fn plain_norm<T: Real>(of: &Panels<T>) -> f64 {
    let squares: f64 = of.entries().map(|x| x * x).sum();
    if squares > 1e-290 && squares.is_finite() {
        return squares.sqrt();
    }
    let (rows, cols) = (of.rows(), of.cols().max(1));
    Squares::of(rows * cols, &|i| of.get(i / cols, i % cols).to_f64()).norm()
}

/// The norm of some rows of some panels, of which the sum of squares was found in the format.
fn norm_of_rows<T: Real>(of: &Panels<T>, panels: Range<usize>, rows: Range<usize>, found: f64) -> f64 {
    let width = panels.len() * LANES;
    // Where the mean square is far above that of TINY, below which squares were left out, these do not count.
    let smallest = (rows.len() * width) as f64 * 1e10 * (f32::TINY * f32::TINY).to_f64();
    if found > smallest && found.is_finite() {
        return found.sqrt();
    }
    let number = |i: usize| of.panel(panels.start + i % width / LANES)[rows.start + i / width][i % LANES].to_f64();
    Squares::of(rows.len() * width, &number).norm()
}

impl<T: Real> UnrolledLevel<T> {
    /// The first panel of what is multiplied by W_ihᵀ.
    pub(super) fn input_panel(&self) -> usize {
        self.cell.input_block(0) * self.panels
    }

    /// Finds how large the gradient from above is at each time step where there is one.
    fn measure_direct(&mut self, batch: usize) {
        let Self { times, grad_h, .. } = self;
        let elements = (batch * grad_h.cols()) as f64;
        for (time, step) in times.iter_mut().enumerate().filter(|(_, step)| step.direct.0 != 0.0) {
            let rows = time * batch..(time + 1) * batch;
            let found = (0..grad_h.panels()).map(|panel| sum_of_squares(&grad_h.panel(panel)[rows.clone()])).sum();
            step.direct.0 = norm_of_rows(grad_h, 0..grad_h.panels(), rows, found) / elements.sqrt();
        }
    }

    /// From the last time step to the first.
    fn backward(&mut self, spec: &RecurrentSpec, weights: &Level<T>, batch: usize, work: &mut Workspace<T>) {
        let w = &weights.recurrent.weight.value;
        work.transposed.set_shape(w.cols(), spec.hidden);
        let (cell, panels) = (self.cell, self.panels);
        transpose_panels(
            w,
            |panel| cell.recurrent_block(panel / panels) * panels + panel % panels,
            &mut work.transposed,
        );
        // The root mean square of the gradients of the next time step, in their scale, and the power of two of that.
        let mut next = None;
        for time in (0..self.times.len()).rev() {
            if spec.is_cut_after(time + 1) {
                next = None;
            }
            next = self.step_back(time, next, batch, work);
        }
    }

    /// One time step; `next` is the size of the next one's gradients and their power of two, and the same of this one is
    /// returned, unless they are all zero.
    fn step_back(
        &mut self,
        time: usize,
        next: Option<(f64, i32)>,
        batch: usize,
        work: &mut Workspace<T>,
    ) -> Option<(f64, i32)> {
        let rows = time * batch..(time + 1) * batch;
        let (size, from) = self.times[time].direct;
        let direct = (size != 0.0).then_some((size, from));
        let wanted = |(size, exponent): (f64, i32)| exponent + rescaling(size, exponent);
        // The larger of both gradients decides, so that neither leaves the format.
        let Some(exponent) = next.into_iter().chain(direct).map(wanted).min() else {
            self.no_gradient(time, rows);
            return None;
        };
        let factor = |(_, from): (f64, i32)| T::power_of_two(exponent - from);
        let (next_factor, direct_factor) = (next.map(factor), direct.map(factor));
        let mut squares = [0.0; 3];
        for unit in 0..self.panels {
            let grad = &mut self.grad_h.panel_mut(unit)[rows.clone()];
            let carry = work.carry.panel_mut(unit);
            squares[0] += if let Some(factor) = next_factor {
                let product = &mut work.product[..batch];
                product.fill([T::ZERO; LANES]);
                add_product_panel(Part::from_row(&self.work, rows.end), &work.transposed, unit, product);
                let carry = if self.cell == Cell::Gru { &*carry } else { &work.zeros[..batch] };
                gather_gradient(grad, direct_factor, product, carry, factor)
            } else {
                carry.fill([T::ZERO; LANES]);
                scale_gradient(grad, direct_factor.unwrap_or(T::ONE))
            };
            let [of_c, of_z] = self.through_cell(unit, rows.clone(), next_factor.unwrap_or(T::ONE), work);
            squares[1] += of_c;
            squares[2] += of_z;
        }
        let Self { grad_h, grad_c, work, panels, .. } = self;
        let norm_h = norm_of_rows(grad_h, 0..*panels, rows.clone(), squares[0]);
        let norm_c = if grad_c.cols() > 0 { norm_of_rows(grad_c, 0..*panels, rows.clone(), squares[1]) } else { 0.0 };
        let first = self.cell.input_block(0) * *panels;
        let last = first + self.cell.blocks() * *panels;
        let norm_z = norm_of_rows(work, first..last, rows, squares[2]);
        let elements = (batch * grad_h.cols()) as f64;
        let step = &mut self.times[time];
        step.exponent = exponent;
        (step.grad_h, step.grad_c) = (unscale(norm_h, exponent), unscale(norm_c, exponent));
        step.grad_z = unscale(norm_z, exponent);
        let size = if norm_h < norm_c { norm_c } else { norm_h } / elements.sqrt();
        (size != 0.0).then_some((size, exponent))
    }

    /// Where no gradient comes to a time step, all are zero.
    fn no_gradient(&mut self, time: usize, rows: Range<usize>) {
        let step = &mut self.times[time];
        (step.exponent, step.grad_h, step.grad_c, step.grad_z) = (0, 0.0, 0.0, 0.0);
        for panels in [&mut self.grad_h, &mut self.grad_c, &mut self.work] {
            (0..panels.panels()).for_each(|panel| panels.panel_mut(panel)[rows.clone()].fill([T::ZERO; LANES]));
        }
    }

    /// From ∂L/∂h of eight units to their ∂L/∂a, and ∂L/∂c; returns the sums of squares of ∂L/∂c and of ∂L/∂a.
    fn through_cell(&mut self, unit: usize, rows: Range<usize>, factor: T, work: &mut Workspace<T>) -> [f64; 2] {
        let Self { cell, panels, work: delta, gates, h, c, tanh_c, grad_c, grad_h, .. } = self;
        let grad_h = &grad_h.panel(unit)[rows.clone()];
        // The rows of the step before; there is none before the first.
        let start = rows.start.checked_sub(rows.len());
        match cell {
            Cell::Tanh | Cell::Relu => [0.0, multiply_slope(grad_h, &mut delta.panel_mut(unit)[rows])],
            Cell::Lstm => {
                let blocks = [0, 1, 2, 3].map(|block| block * *panels + unit);
                let backward = LstmBackward {
                    gates: blocks.map(|panel| &gates.panel(panel)[rows.clone()]),
                    before: start.map_or(&work.zeros, |start| &c.panel(unit)[start..]),
                    tanh_c: &tanh_c.panel(unit)[rows.clone()],
                    grad_h,
                    carry: work.carry.panel_mut(unit),
                    scale: factor,
                    delta: delta.parts_mut(blocks, rows.clone()),
                    grad_c: &mut grad_c.panel_mut(unit)[rows],
                };
                backward.backward()
            }
            Cell::Gru => {
                let [q, d_r, d_z, d_n] =
                    delta.parts_mut([0, 1, 2, 3].map(|block| block * *panels + unit), rows.clone());
                let backward = GruBackward {
                    gates: [0, 1, 2].map(|block| &gates.panel(block * *panels + unit)[rows.clone()]),
                    before: start.map_or(&work.zeros, |start| &h.panel(unit)[start..]),
                    grad_h,
                    carry: work.carry.panel_mut(unit),
                    q,
                    delta: [d_r, d_z, d_n],
                };
                [0.0, backward.backward()]
            }
        }
    }

    /// ∂L/∂x of all time steps that have a gradient, in their scale.
    pub(super) fn pass_down(
        &self,
        weights: &Level<T>,
        grad_input: &mut Panels<T>,
        batch: usize,
        work: &mut Workspace<T>,
    ) {
        let w = &weights.input.weight.value;
        work.transposed.set_shape(w.cols(), w.rows());
        transpose(w, &mut work.transposed);
        let (transposed, delta) = (&work.transposed, &self.work);
        for (time, _) in self.times.iter().enumerate().filter(|(_, step)| step.is_live()) {
            let rows = time * batch..(time + 1) * batch;
            for panel in 0..grad_input.panels() {
                let target = &mut grad_input.panel_mut(panel)[rows.clone()];
                target.fill([T::ZERO; LANES]);
                let delta = Part { of: delta, row: rows.start, panel: self.input_panel() };
                add_product_panel(delta, transposed, panel, target);
            }
        }
    }
}
