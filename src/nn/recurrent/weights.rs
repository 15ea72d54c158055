//! The gradients of the parameters: sums over all time steps, each of which has a power of two of its own.

use super::network::{Level, Recurrent};
use super::unrolled::{InputKind, Stretch, TimeStep, Unrolled, UnrolledLevel, Workspace};
use crate::kernel::cells::{add_rows, add_to_chosen, multiply};
use crate::kernel::product::{Part, add_transposed_product_panel, transposed_product_panel};
use crate::kernel::rows::{multiply_row, multiply_rows};
use crate::kernel::{LANES, Lane, Panels, Real};
use crate::nn::unscale;
use std::cmp::Reverse;
use std::ops::Range;

/// Rows of a stretch at the most.
const ROWS_AT_ONCE: usize = 256;

/// The stretches from the smallest gradients, those of the largest power of two, to the largest, and those of one power from the
/// first time step on; returns the power of two at the end. So sums are never scaled but down, and are only too large for the
/// format where the true ones are.
fn find_stretches(times: &[TimeStep], batch: usize, stretches: &mut Vec<Stretch>) -> i32 {
    stretches.clear();
    // Of each at first its own power of two, and then what leads to it.
    for (time, step) in times.iter().enumerate().filter(|(_, step)| step.is_live()) {
        match stretches.last_mut() {
            Some(last)
                if !(step.is_apart || last.is_apart)
                    && step.exponent == last.change
                    && last.times.end == time
                    && (time + 1 - last.times.start) * batch <= ROWS_AT_ONCE =>
            {
                last.times.end = time + 1;
            }
            _ => stretches.push(Stretch { times: time..time + 1, change: step.exponent, is_apart: step.is_apart }),
        }
    }
    stretches.sort_unstable_by_key(|stretch| (Reverse(stretch.change), stretch.times.start));
    let mut scale = stretches.first().map_or(0, |first| first.change);
    for stretch in stretches {
        let exponent = stretch.change;
        stretch.change = exponent - scale;
        scale = exponent;
    }
    scale
}

impl<T: Real> Unrolled<T> {
    /// Computes the gradients of all parameters from those of the backward pass.
    ///
    /// # Panics
    /// If the network is not of the shape that it was unrolled for.
    pub fn weight_gradients(&mut self, network: &mut Recurrent<T>) {
        assert!(network.fits(self), "a network of another shape");
        let Recurrent { embedding, levels: weights, readout, .. } = network;
        let Self { kind, batch, symbols, input, levels, read, grad_output, work, .. } = self;
        let batch = *batch;
        readout.weight.set_grad(0, |panel, grad| transposed_product_panel(read, grad_output.panel(panel), grad));
        if let Some(bias) = &mut readout.bias {
            bias.set_grad(0, |panel, grad| {
                grad[0] = [T::ZERO; LANES];
                add_rows(&mut grad[0], grad_output.panel(panel));
            });
        }
        for index in (0..weights.len()).rev() {
            let (level, weights) = (&levels[index], &mut weights[index]);
            let exponent = find_stretches(&level.times, batch, &mut work.stretches);
            let Level { input: of_input, recurrent } = weights;
            let parameters = [
                Some(&mut of_input.weight),
                of_input.bias.as_mut(),
                Some(&mut recurrent.weight),
                recurrent.bias.as_mut(),
            ];
            parameters.into_iter().flatten().for_each(|parameter| clear(&mut parameter.grad));
            let Workspace { stretches, product, .. } = &mut *work;
            for stretch in &*stretches {
                let deltas = &mut Deltas::of(level, stretch, batch, product);
                level.add_recurrent(weights, deltas, batch);
                match (index.checked_sub(1), &*kind) {
                    (Some(below), _) => level.add_input(weights, &levels[below].h, deltas),
                    (None, InputKind::OneHot) => level.add_symbols(weights, symbols, deltas),
                    (None, _) => level.add_input(weights, input, deltas),
                }
            }
            let Level { input: of_input, recurrent } = weights;
            let parameters = [
                Some(&mut of_input.weight),
                of_input.bias.as_mut(),
                Some(&mut recurrent.weight),
                recurrent.bias.as_mut(),
            ];
            parameters.into_iter().flatten().for_each(|parameter| parameter.set_grad(exponent, |_, _| {}));
        }
        if let (Some(table), InputKind::Embedded { has_padding }) = (embedding, &*kind) {
            let mut grad_input = std::mem::replace(&mut work.grad_input, Panels::zeros(0, 0));
            levels[0].pass_down(&weights[0], &mut grad_input, batch, work);
            let exponent = find_stretches(&levels[0].times, batch, &mut work.stretches);
            clear(&mut table.grad);
            for stretch in &work.stretches {
                let rows = rows(&stretch.times, batch);
                for panel in 0..table.grad.panels() {
                    let grad = table.grad.panel_mut(panel);
                    rescale(grad, stretch);
                    let of_rows = &mut grad_input.panel_mut(panel)[rows.clone()];
                    if stretch.is_apart {
                        multiply_rows(of_rows, levels[0].to_one_power(rows.clone()));
                    }
                    add_to_chosen(grad, &symbols[rows.clone()], *has_padding, of_rows);
                }
            }
            table.set_grad(exponent, |_, _| {});
            work.grad_input = grad_input;
        }
    }

    /// ‖h_{t−1}ᵀ ∂L/∂q_t‖ of a time step from 0, summed over the batch: the norm of its share of ∂L/∂W_hh, true however small.
    /// It allocates.
    pub fn share_of_time(&self, level: usize, time: usize) -> f64 {
        let level = &self.levels[level];
        let step = &level.times[time];
        if time == 0 || !step.is_live() {
            return 0.0;
        }
        let stretch = Stretch { times: time..time + 1, change: 0, is_apart: step.is_apart };
        let mut room = vec![[T::ZERO; LANES]; self.batch];
        let mut deltas = Deltas::of(level, &stretch, self.batch, &mut room);
        let mut grad = Panels::zeros(self.spec.hidden, level.cell.blocks() * level.panels * LANES);
        for panel in 0..grad.panels() {
            let h = Part::from_row(&level.h, deltas.rows.start - self.batch);
            add_transposed_product_panel(h, deltas.panel(level.recurrent_panel(panel)), grad.panel_mut(panel));
        }
        unscale(grad.norm(), step.exponent)
    }
}

fn rows(times: &Range<usize>, batch: usize) -> Range<usize> {
    times.start * batch..times.end * batch
}

fn clear<T: Real>(panels: &mut Panels<T>) {
    (0..panels.panels()).for_each(|panel| panels.panel_mut(panel).fill([T::ZERO; LANES]));
}

/// Brings sums to the scale of a stretch.
fn rescale<T: Real>(sums: &mut [[T; LANES]], stretch: &Stretch) {
    if stretch.change != 0 {
        multiply(sums, T::power_of_two(stretch.change));
    }
}

/// ∂L/∂a and ∂L/∂q of the rows of a stretch, all in the scale of the sums.
struct Deltas<'a, T> {
    level: &'a UnrolledLevel<T>,
    stretch: &'a Stretch,
    rows: Range<usize>,
    /// For one time step's rows of a panel.
    room: &'a mut [Lane<T>],
}

impl<'a, T: Real> Deltas<'a, T> {
    fn of(level: &'a UnrolledLevel<T>, stretch: &'a Stretch, batch: usize, room: &'a mut [Lane<T>]) -> Self {
        Self { level, stretch, rows: rows(&stretch.times, batch), room }
    }

    /// The rows of a panel.
    fn panel(&mut self, panel: usize) -> &[Lane<T>] {
        let delta = &self.level.work.panel(panel)[self.rows.clone()];
        if !self.stretch.is_apart {
            return delta;
        }
        let room = &mut self.room[..delta.len()];
        let factors = self.level.to_one_power(self.rows.clone());
        for ((scaled, delta), factor) in room.iter_mut().zip(delta).zip(factors) {
            *scaled = multiply_row(delta, factor);
        }
        room
    }
}

impl<T: Real> UnrolledLevel<T> {
    /// What brings the rows of one time step to the power of two of its largest gradients.
    fn to_one_power(&self, rows: Range<usize>) -> impl Iterator<Item = T> {
        let exponent = self.times[rows.start / rows.len()].exponent;
        self.exponents[rows].iter().map(move |own| T::power_of_two(exponent - own))
    }

    /// Where the panel of ∂L/∂q that belongs to a panel of W_hh is.
    fn recurrent_panel(&self, panel: usize) -> usize {
        self.cell.recurrent_block(panel / self.panels) * self.panels + panel % self.panels
    }

    /// The part of a stretch in ∂L/∂W_hh and ∂L/∂b_hh.
    fn add_recurrent(&self, weights: &mut Level<T>, deltas: &mut Deltas<'_, T>, batch: usize) {
        // Before the first step h is zero.
        let first = deltas.rows.start.max(batch);
        let with_state = first - deltas.rows.start;
        let stretch = deltas.stretch;
        let weight = &mut weights.recurrent.weight.grad;
        for panel in 0..weight.panels() {
            let delta = deltas.panel(self.recurrent_panel(panel));
            let grad = weight.panel_mut(panel);
            rescale(grad, stretch);
            if with_state < delta.len() {
                let h = Part::from_row(&self.h, first - batch);
                add_transposed_product_panel(h, &delta[with_state..], grad);
            }
            if let Some(bias) = &mut weights.recurrent.bias {
                let grad = bias.grad.panel_mut(panel);
                rescale(grad, stretch);
                add_rows(&mut grad[0], delta);
            }
        }
    }

    /// The part of a stretch in ∂L/∂W_ih and ∂L/∂b_ih; `add` is given the rows' ∂L/∂a of each panel, and the gradient.
    fn add_to_input(
        &self,
        weights: &mut Level<T>,
        deltas: &mut Deltas<'_, T>,
        add: impl Fn(Range<usize>, &[[T; LANES]], &mut [[T; LANES]]),
    ) {
        let (stretch, rows) = (deltas.stretch, deltas.rows.clone());
        let weight = &mut weights.input.weight.grad;
        for panel in 0..weight.panels() {
            let delta = deltas.panel(self.input_panel() + panel);
            let grad = weight.panel_mut(panel);
            rescale(grad, stretch);
            add(rows.clone(), delta, grad);
            if let Some(bias) = &mut weights.input.bias {
                let grad = bias.grad.panel_mut(panel);
                rescale(grad, stretch);
                add_rows(&mut grad[0], delta);
            }
        }
    }

    fn add_input(&self, weights: &mut Level<T>, input: &Panels<T>, deltas: &mut Deltas<'_, T>) {
        self.add_to_input(weights, deltas, |rows, delta, grad| {
            add_transposed_product_panel(Part::from_row(input, rows.start), delta, grad);
        });
    }

    fn add_symbols(&self, weights: &mut Level<T>, symbols: &[u16], deltas: &mut Deltas<'_, T>) {
        self.add_to_input(weights, deltas, |rows, delta, grad| {
            add_to_chosen(grad, &symbols[rows], false, delta);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_only_scaled_down() {
        let found = |exponents: &[i32], batch: usize| {
            let live = |exponent: &i32| TimeStep { exponent: *exponent, grad_z: 1.0, ..TimeStep::default() };
            let mut times: Vec<TimeStep> = exponents.iter().map(live).collect();
            times[1].grad_z = 0.0;
            let mut stretches = Vec::new();
            let scale = find_stretches(&times, batch, &mut stretches);
            (scale, stretches.into_iter().map(|stretch| (stretch.times, stretch.change)).collect::<Vec<_>>())
        };
        // Of one power of two, in the order of time; no gradient comes to the second step.
        assert_eq!(found(&[9, 9, 9, 9], 1), (9, vec![(0..1, 0), (2..4, 0)]));
        assert_eq!(found(&[9, 9, 9, 9], 256), (9, vec![(0..1, 0), (2..3, 0), (3..4, 0)]));
        assert_eq!(found(&[70, 9, 9, 0], 1), (0, vec![(0..1, 0), (2..3, -61), (3..4, -9)]), "what vanishes first");
        assert_eq!(found(&[0, 9, 50, 50, 90], 1), (0, vec![(4..5, 0), (2..4, -40), (0..1, -50)]), "what explodes last");
        assert_eq!(found(&[9, 9, 20, 9, 0], 1), (0, vec![(2..3, 0), (0..1, -11), (3..4, 0), (4..5, -9)]));
    }
}
