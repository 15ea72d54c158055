//! The forward pass through time.

use super::network::{Level, Recurrent};
use super::spec::{Cell, Gate};
use super::unrolled::{InputKind, Unrolled, UnrolledLevel, Workspace};
use crate::kernel::cells::{
    self, GruState, LstmState, count_below, mean_and_std_of_rows, relu_in_place, sigmoid_in_place, sum_of_rows,
    tanh_in_place,
};
use crate::kernel::product::{Part, add_product_panel, part_product_panel, product};
use crate::kernel::{LANES, Lane, Panels, Real};
use std::ops::Range;

/// Rows whose inputs are multiplied at once, before the time steps that use them: so many that they stay near the processor.
const ROWS_AT_ONCE: usize = 128;

/// Slopes below this part of their maximum count as saturated.
const SATURATED: f64 = 0.05;

/// The input of a level.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source<'a, T> {
    /// A symbol for each row, read one-hot.
    OneHot(&'a [u16]),
    /// Numbers.
    Numbers(&'a Panels<T>),
}

impl<T: Real> Unrolled<T> {
    /// Computes all states, and o where it is read.
    ///
    /// # Panics
    /// If the network is not of the shape that it was unrolled for.
    pub fn forward(&mut self, network: &Recurrent<T>) {
        let times = self.levels[0].times.len();
        self.forward_from(network, 0..times);
    }

    /// The same of some time steps, after the states that are there.
    pub(super) fn forward_from(&mut self, network: &Recurrent<T>, times: Range<usize>) {
        self.forward_by(network, times.clone(), |level, weights, source, batch, work| {
            level.forward(weights, source, batch, times.clone(), work);
        });
    }

    /// The same, where `states` computes those of one level after the other from its parameters, its input and the number of
    /// sequences.
    pub(super) fn forward_by(
        &mut self,
        network: &Recurrent<T>,
        times: Range<usize>,
        mut states: impl FnMut(&mut UnrolledLevel<T>, &Level<T>, Source<'_, T>, usize, &mut Workspace<T>),
    ) {
        assert!(network.fits(self), "a network of another shape");
        self.look_up(network, &times);
        let Self { kind, batch, symbols, input, levels, work, .. } = self;
        for (index, level) in network.levels.iter().enumerate() {
            let (below, rest) = levels.split_at_mut(index);
            let source = match (below.last(), *kind) {
                (Some(below), _) => Source::Numbers(&below.h),
                (None, InputKind::OneHot) => Source::OneHot(symbols),
                (None, _) => Source::Numbers(input),
            };
            states(&mut rest[0], level, source, *batch, work);
        }
        self.read_out(network);
    }

    /// The vectors that stand for the symbols.
    fn look_up(&mut self, network: &Recurrent<T>, times: &Range<usize>) {
        let Some(table) = &network.embedding else { return };
        for row in times.start * self.batch..times.end * self.batch {
            let symbol = usize::from(self.symbols[row]);
            for panel in 0..self.input.panels() {
                self.input.panel_mut(panel)[row] = table.value.panel(panel)[symbol];
            }
        }
    }

    fn read_out(&mut self, network: &Recurrent<T>) {
        let Self { reads, levels, read, output, grad_output, .. } = self;
        let h = &levels[levels.len() - 1].h;
        [&mut *read, output, grad_output].into_iter().for_each(|panels| panels.set_rows(reads.len()));
        for panel in 0..h.panels() {
            let all = h.panel(panel);
            let lanes = read.panel_mut(panel).iter_mut();
            lanes.zip(&*reads).for_each(|(lane, row)| *lane = all[*row as usize]);
        }
        let bias = network.readout.bias.as_ref().map(|bias| bias.value.lanes());
        product(read, &network.readout.weight.value, bias, output);
    }
}

impl<T: Real> UnrolledLevel<T> {
    /// Computes the states of some time steps.
    pub(super) fn forward(
        &mut self,
        weights: &Level<T>,
        source: Source<'_, T>,
        batch: usize,
        times: Range<usize>,
        work: &mut Workspace<T>,
    ) {
        let candidate_bias = add_biases(self.cell, weights, &mut work.bias);
        let at_once = (ROWS_AT_ONCE / batch.max(1)).max(1);
        for first in times.clone().step_by(at_once) {
            let some = first..(first + at_once).min(times.end);
            self.read_input(weights, source, some.start * batch..some.end * batch, &work.bias);
            for time in some {
                self.step(weights, candidate_bias, time * batch..(time + 1) * batch, &work.zeros);
                self.measure(time, time * batch..(time + 1) * batch);
            }
        }
    }

    /// `x W_ih + b` of some rows, in the place of the gates' pre-activations.
    pub(super) fn read_input(
        &mut self,
        weights: &Level<T>,
        source: Source<'_, T>,
        rows: Range<usize>,
        bias: &[Lane<T>],
    ) {
        let w = &weights.input.weight.value;
        for panel in 0..w.panels() {
            let target = self.cell.input_block(panel / self.panels) * self.panels + panel % self.panels;
            let target = &mut self.work.panel_mut(target)[rows.clone()];
            match source {
                Source::Numbers(x) => part_product_panel(Part::from_row(x, rows.start), w, panel, bias, target),
                Source::OneHot(symbols) => {
                    let symbols = &symbols[rows.clone()];
                    cells::add_chosen(w.panel(panel), symbols, &bias[panel], target);
                }
            }
        }
    }

    /// The states of one time step, whose rows are given.
    fn step(&mut self, weights: &Level<T>, candidate_bias: &[Lane<T>], rows: Range<usize>, zeros: &[Lane<T>]) {
        let Self { cell, panels, work, gates, h, c, tanh_c, grad_c, .. } = self;
        let (w, panels) = (&weights.recurrent.weight.value, *panels);
        // The rows of the step before; there is none before the first.
        let before = rows.start.checked_sub(rows.len());
        for unit in 0..panels {
            for block in 0..cell.blocks() {
                let target = cell.recurrent_block(block) * panels + unit;
                let target = &mut work.panel_mut(target)[rows.clone()];
                if *cell == Cell::Gru && block == 2 {
                    target.fill(candidate_bias.get(unit).copied().unwrap_or([T::ZERO; LANES]));
                }
                if let Some(before) = before {
                    add_product_panel(Part::from_row(h, before), w, block * panels + unit, target);
                }
            }
            let (earlier, now) = h.panel_mut(unit).split_at_mut(rows.start);
            let now = &mut now[..rows.len()];
            let earlier = before.map_or(zeros, |before| &earlier[before..]);
            match cell {
                Cell::Tanh => tanh_in_place(&mut work.panel_mut(unit)[rows.clone()], now),
                Cell::Relu => relu_in_place(&mut work.panel_mut(unit)[rows.clone()], now),
                Cell::Lstm => {
                    let blocks = [0, 1, 2, 3].map(|block| block * panels + unit);
                    let [i, f, g, o] = gates.parts_mut(blocks, rows.clone());
                    let [u_i, u_f, u_g, u_o] = work.parts_mut(blocks, rows.clone());
                    sigmoid_in_place(u_i, i);
                    sigmoid_in_place(u_f, f);
                    tanh_in_place(u_g, g);
                    sigmoid_in_place(u_o, o);
                    let (earlier, c) = c.panel_mut(unit).split_at_mut(rows.start);
                    let state = LstmState {
                        gates: [i, f, g, o],
                        before: before.map_or(zeros, |before| &earlier[before..]),
                        c: &mut c[..rows.len()],
                        tanh_c: &mut tanh_c.panel_mut(unit)[rows.clone()],
                        slope: &mut grad_c.panel_mut(unit)[rows.clone()],
                        h: now,
                    };
                    state.forward();
                }
                Cell::Gru => {
                    let [q, slope_r, slope_z, slope_n] =
                        work.parts_mut([0, 1, 2, 3].map(|block| block * panels + unit), rows.clone());
                    let gates = gates.parts_mut([0, 1, 2].map(|block| block * panels + unit), rows.clone());
                    GruState { q, slopes: [slope_r, slope_z, slope_n], gates, before: earlier, h: now }.forward();
                }
            }
        }
    }

    /// What the report says of the states of one time step.
    fn measure(&mut self, time: usize, rows: Range<usize>) {
        let (mean, std) = mean_and_std_of_rows(&self.h, rows.clone());
        let count = (rows.len() * self.h.cols()) as f64;
        let gates = self.cell.gates();
        let mut saturated = 0.0;
        let mut means = [0.0; 4];
        for (block, mean) in means.iter_mut().enumerate().take(self.cell.blocks()) {
            // σ′ is 1/4 at the most, and that of tanh and ReLU 1.
            let is_logistic = gates.get(block).is_some_and(|gate| *gate != Gate::Candidate);
            let threshold = T::from_f64(SATURATED * if is_logistic { 0.25 } else { 1.0 });
            for unit in 0..self.panels {
                let cols = self.h.panel_cols(unit);
                let slopes = self.cell.input_block(block) * self.panels + unit;
                saturated += count_below(&self.work.panel(slopes)[rows.clone()], threshold, cols);
                if !gates.is_empty() {
                    let gate = &self.gates.panel(block * self.panels + unit)[rows.clone()];
                    *mean += sum_of_rows(gate, cols) / count;
                }
            }
        }
        let step = &mut self.times[time];
        (step.mean, step.std, step.gates) = (mean, std, means);
        step.saturated = saturated / (count * self.cell.blocks() as f64);
    }
}

/// The biases of each panel of gates, `b_ih + b_hh`; but of a GRU's candidate b_ih alone, and b_hh is returned.
pub(super) fn add_biases<'a, T: Real>(cell: Cell, weights: &'a Level<T>, sums: &mut [Lane<T>]) -> &'a [Lane<T>] {
    let b_ih = weights.input.bias.as_ref().map_or(&[][..], |bias| bias.value.lanes());
    let b_hh = weights.recurrent.bias.as_ref().map_or(&[][..], |bias| bias.value.lanes());
    let candidate = if cell == Cell::Gru { 2 * sums.len() / 3 } else { sums.len() };
    for (panel, sum) in sums.iter_mut().enumerate() {
        let of = |bias: &[Lane<T>]| bias.get(panel).copied().unwrap_or([T::ZERO; LANES]);
        let (ours, theirs) = (of(b_ih), if panel < candidate { of(b_hh) } else { [T::ZERO; LANES] });
        *sum = std::array::from_fn(|i| ours[i] + theirs[i]);
    }
    b_hh.get(candidate..).unwrap_or(&[])
}
