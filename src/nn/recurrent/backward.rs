//! The backward pass through time: ∂L/∂h, ∂L/∂c and ∂L/∂a at every time step, each step with a power of two of its own.

use super::apart::{APART, are_apart};
use super::network::{Level, Recurrent};
use super::spec::{Cell, RecurrentSpec};
use super::unrolled::{Scale, Unrolled, UnrolledLevel, Workspace};
use crate::kernel::cells::{GruBackward, LstmBackward, gather_gradient, multiply_slope, scale_gradient};
use crate::kernel::product::{Part, add_product_panel, product_panel, transpose, transpose_panels};
use crate::kernel::rows::{has_faint_row, multiply_rows, norm_of_rows};
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
                    let scale = Scale { size: 1.0, exponent: above.exponent, is_apart: above.is_apart };
                    time.direct = above.is_live().then_some(scale);
                }
                below.exponents.copy_from_slice(&rest[0].exponents);
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
        let size = plain_norm(grad_output) / elements.sqrt();
        let exponent = rescaling(size, 0);
        transposed.set_shape(spec.outputs, spec.hidden);
        transpose(&network.readout.weight.value, transposed);
        grad_read.set_rows(reads.len());
        level.times.iter_mut().for_each(|time| time.direct = None);
        level.exponents.fill(exponent);
        let mut is_apart = false;
        for (place, row) in reads.iter().enumerate() {
            let row = *row as usize;
            let direct = level.times[row / *batch].direct.get_or_insert(Scale { size: 1.0, exponent, is_apart: false });
            if let Some(own) = exponent_of_faint(grad_output, place, size) {
                level.exponents[row] = own;
                (direct.is_apart, is_apart) = (true, true);
            }
        }
        for panel in 0..grad_read.panels() {
            let lanes = grad_read.panel_mut(panel);
            product_panel(grad_output, transposed, panel, None, lanes);
            if is_apart {
                let own = |row: &u32| T::power_of_two(level.exponents[*row as usize]);
                multiply_rows(lanes, reads.iter().map(own));
            } else {
                scale_gradient(lanes, T::power_of_two(exponent));
            }
            let all = level.grad_h.panel_mut(panel);
            for (time, rows) in level.times.iter().zip(all.chunks_mut(*batch)) {
                if time.direct.is_some() {
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

/// The power of two that a row of the readout's gradient wants for itself, where it has fallen far behind their root mean square.
fn exponent_of_faint<T: Real>(of: &Panels<T>, row: usize, size: f64) -> Option<i32> {
    let entry = |col: usize| of.get(row, col).to_f64();
    let mut all = (0..of.cols()).map(|col| entry(col).abs());
    // Where the root mean square is not finite no entry is smaller than it.
    if !size.is_finite() || all.any(|x| x >= size * APART) {
        return None;
    }
    let size = Squares::of(of.cols(), &entry).root_mean_square(of.cols() as f64);
    (size != 0.0).then(|| rescaling(size, 0))
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
        for (time, step) in times.iter_mut().enumerate() {
            let Some(direct) = step.direct.as_mut().filter(|direct| !direct.is_apart) else { continue };
            let rows = time * batch..(time + 1) * batch;
            let found = (0..grad_h.panels()).map(|panel| sum_of_squares(&grad_h.panel(panel)[rows.clone()])).sum();
            direct.size = norm_of_rows(grad_h, 0..grad_h.panels(), rows.clone(), found) / elements.sqrt();
            let least = T::from_f64(direct.size * APART);
            direct.is_apart =
                direct.size.is_finite() && has_faint_row(&[(Part::from_row(grad_h, rows.start), least)], 0..batch);
            if direct.size == 0.0 {
                step.direct = None;
            }
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
        let mut next = None;
        for time in (0..self.times.len()).rev() {
            if spec.is_cut_after(time + 1) {
                next = None;
            }
            next = self.step_back(time, next, batch, work);
        }
    }

    /// One time step; `next` is how large the next one's gradients are, and the same of this one is returned, unless they are
    /// all zero.
    fn step_back(&mut self, time: usize, next: Option<Scale>, batch: usize, work: &mut Workspace<T>) -> Option<Scale> {
        let rows = time * batch..(time + 1) * batch;
        let direct = self.times[time].direct;
        let mut is_apart = are_apart(next, direct);
        let exponent = if is_apart {
            self.choose_row_by_row(rows.clone(), next, direct, &mut work.rows)
        } else {
            // The larger of both gradients decides, so that neither leaves the format.
            next.into_iter().chain(direct).map(Scale::wanted).min()
        };
        let Some(mut exponent) = exponent else {
            self.no_gradient(time, rows);
            return None;
        };
        // Where rows are apart, each is scaled before by itself.
        let factor = |from: Scale| if is_apart { T::ONE } else { T::power_of_two(exponent - from.exponent) };
        let (mut next_factor, direct_factor) = (next.map(factor), direct.map(factor));
        if !is_apart {
            self.exponents[rows.clone()].fill(exponent);
        }
        let mut squares = [0.0; 3];
        for unit in 0..self.panels {
            let grad = &mut self.grad_h.panel_mut(unit)[rows.clone()];
            let carry = work.carry.panel_mut(unit);
            if is_apart && direct.is_some() {
                multiply_rows(grad, work.rows.iter().map(|row| row.direct_factor));
            }
            squares[0] += if let Some(factor) = next_factor {
                let product = &mut work.product[..batch];
                product.fill([T::ZERO; LANES]);
                add_product_panel(Part::from_row(&self.work, rows.end), &work.transposed, unit, product);
                if is_apart {
                    multiply_rows(product, work.rows.iter().map(|row| row.factor));
                    multiply_rows(carry, work.rows.iter().map(|row| row.factor));
                }
                let carry = if self.cell == Cell::Gru { &*carry } else { &work.zeros[..batch] };
                gather_gradient(grad, direct_factor, product, carry, factor)
            } else {
                carry.fill([T::ZERO; LANES]);
                scale_gradient(grad, direct_factor.unwrap_or(T::ONE))
            };
        }
        let elements = (batch * self.grad_h.cols()) as f64;
        let kept = next_factor.filter(|_| self.cell == Cell::Lstm);
        if !is_apart {
            let found = norm_of_rows(&self.grad_h, 0..self.panels, rows.clone(), squares[0]) / elements.sqrt();
            is_apart = self.drifts_apart(rows.clone(), found, kept, next, &work.carry);
        }
        if is_apart {
            exponent = self.lift_row_by_row(rows.clone(), kept, work);
            next_factor = Some(T::ONE);
        }
        for unit in 0..self.panels {
            let [of_c, of_z] = self.through_cell(unit, rows.clone(), next_factor.unwrap_or(T::ONE), work);
            squares[1] += of_c;
            squares[2] += of_z;
        }
        let [norm_h, norm_c, norm_z] = if is_apart {
            self.measure_row_by_row(rows.clone(), exponent, &mut work.rows)
        } else {
            let [h, c, z] = self.gradients();
            let norm = |(of, panels), squares| norm_of_rows(of, panels, rows.clone(), squares);
            [norm(h, squares[0]), norm(c, squares[1]), norm(z, squares[2])]
        };
        let size = if norm_h < norm_c { norm_c } else { norm_h } / elements.sqrt();
        let is_apart = is_apart && self.exponents[rows].iter().any(|own| *own != exponent);
        let step = &mut self.times[time];
        (step.exponent, step.is_apart) = (exponent, is_apart);
        (step.grad_h, step.grad_c) = (unscale(norm_h, exponent), unscale(norm_c, exponent));
        step.grad_z = unscale(norm_z, exponent);
        (size != 0.0).then_some(Scale { size, exponent, is_apart })
    }

    /// ∂L/∂h, ∂L/∂c and ∂L/∂a, and in which panels they are; ∂L/∂c has none but in an LSTM.
    pub(super) fn gradients(&self) -> [(&Panels<T>, Range<usize>); 3] {
        let first = self.input_panel();
        let last = first + self.cell.blocks() * self.panels;
        let of_c = 0..self.grad_c.panels();
        [(&self.grad_h, 0..self.panels), (&self.grad_c, of_c), (&self.work, first..last)]
    }

    /// Where no gradient comes to a time step, all are zero.
    fn no_gradient(&mut self, time: usize, rows: Range<usize>) {
        self.exponents[rows.clone()].fill(0);
        let step = &mut self.times[time];
        (step.exponent, step.is_apart) = (0, false);
        (step.grad_h, step.grad_c, step.grad_z) = (0.0, 0.0, 0.0);
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
