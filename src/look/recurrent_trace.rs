//! The last pass of a recurrent network looked at again: states, gates and gradients are those that it still holds.
//!
//! Pre-activations are not: the pass puts slopes in their place, and then gradients. They are computed once more from the
//! same numbers.

use super::histogram::Histogram;
use super::recurrent_view::{BlockView, CellView, Spectrum, TimeView};
use super::trace::{BINS, slopes};
use crate::kernel::eigenvalues::{eigenvalues, largest_singular_value};
use crate::kernel::product::product;
use crate::kernel::{LANES, Panels, Real};
use crate::nn::recurrent::{Cell, Gate, InputKind, Recurrent, RecurrentSpec, Unrolled, UnrolledLevel};
use crate::nn::{Activation, Linear, Parameter, unscale};
use crate::optim::State;
use crate::train::RecurrentTrainer;
use std::ops::Range;

/// The pass of a trainer's last report. As long as it is looked at, the trainer's parameters are those before the step.
pub(super) struct RecurrentTrace<'a, T: Real> {
    pub(super) trainer: &'a mut RecurrentTrainer<T>,
    /// Whether the step changed the parameters.
    has_update: bool,
}

impl<T: Real> Drop for RecurrentTrace<'_, T> {
    fn drop(&mut self) {
        if self.has_update {
            self.trainer.exchange_values();
        }
    }
}

impl<'a, T: Real> RecurrentTrace<'a, T> {
    /// The pass of a trainer's last report, to be looked at.
    pub(super) fn of(trainer: &'a mut RecurrentTrainer<T>) -> Self {
        let has_update = trainer.make_pass_whole();
        if has_update {
            trainer.exchange_values();
        }
        Self { trainer, has_update }
    }

    /// How many entries each matrix has.
    pub(super) fn weight_entries(&self) -> Vec<usize> {
        let (spec, network) = (self.spec(), self.network());
        let columns = spec.cell.blocks() * spec.hidden;
        let table = network.embedding.as_ref().map(|table| table.value.rows() * table.value.cols());
        let of_level = |index: usize| [if index == 0 { spec.inputs } else { spec.hidden }, spec.hidden];
        let levels = (0..spec.stack).flat_map(of_level).map(|rows| rows * columns);
        table.into_iter().chain(levels).chain([spec.hidden * spec.outputs]).collect()
    }

    /// Where in time the gradient of a level's W_hh comes from; `None` if there is no such level.
    pub(super) fn time_view(&self, level: usize) -> Option<TimeView> {
        let (spec, network, unrolled) = (self.spec(), self.network(), self.unrolled());
        let weight = &network.levels.get(level)?.recurrent.weight;
        let norms: Vec<f64> = (0..spec.times).map(|time| unrolled.share_of_time(level, time)).collect();
        let sum: f64 = norms.iter().sum();
        let share = |norm: f64| if sum == 0.0 { 0.0 } else { norm / sum };
        Some(TimeView {
            level,
            shares: norms.iter().map(|norm| share(*norm)).collect(),
            gradient: weight.grad_norm(),
            norms: sum,
            blocks: self.spectra(level),
        })
    }

    /// What W_hh of a level, which there must be, does to a state, block by block.
    pub(super) fn spectra(&self, level: usize) -> Vec<Spectrum> {
        let cell = self.spec().cell;
        let of_block = |index: usize| {
            let block = self.network().recurrent_block(level, index);
            let eigenvalues =
                if block.iter().all(|entry| entry.is_finite()) { eigenvalues(&block) } else { Vec::new() };
            let radius = eigenvalues.iter().map(|(re, im)| libm::hypot(*re, *im)).reduce(f64::max);
            Spectrum {
                gate: cell.gates().get(index).copied(),
                radius: radius.unwrap_or(f64::NAN),
                largest_singular: largest_singular_value(&block),
                eigenvalues,
            }
        };
        (0..cell.blocks()).map(of_block).collect()
    }

    /// The numbers in the cells of a level at one time step or at all; `None` if there is no such level or time step.
    pub(super) fn cell_view(&self, level: usize, time: Option<usize>) -> Option<CellView> {
        let (spec, unrolled) = (self.spec(), self.unrolled());
        let (weights, seen) = (self.network().levels.get(level)?, unrolled.levels().get(level)?);
        let times = match time {
            None => 0..spec.times,
            Some(time) => (time < spec.times).then_some(time..time + 1)?,
        };
        let rows = times.start * unrolled.batch()..times.end * unrolled.batch();
        let states = |of: &Panels<T>| Histogram::of(entries(of, rows.clone(), 0, spec.hidden), BINS);
        let (from_input, from_state) = self.sums(level, rows.clone());
        let block = |index: usize| {
            let gate = spec.cell.gates().get(index).copied();
            let first = first_column(spec, index);
            let unit = |unit: usize, row: usize| {
                let a = from_input.get(row, first + unit).to_f64();
                let q = from_state.get(row, first + unit).to_f64();
                pre_activation(spec.cell, gate, a, q, || seen.gate(Gate::Reset, rows.start + row, unit).to_f64())
            };
            let all = || (0..rows.len()).flat_map(|row| (0..spec.hidden).map(move |unit| (unit, row)));
            let pre_activation = Histogram::of(all().map(|(u, row)| unit(u, row)), BINS);
            let values = match gate {
                None => states(seen.h()),
                Some(gate) => Histogram::of(all().map(|(u, row)| seen.gate(gate, rows.start + row, u).to_f64()), BINS),
            };
            let activation = activation_of(spec.cell, gate);
            let slope = slopes(activation, &pre_activation);
            BlockView { gate, slope, pre_activation, largest_slope: activation.largest_slope(), values }
        };
        let weight = &weights.recurrent.weight;
        let of_blocks = |of: &Panels<T>| {
            let blocks = (0..spec.cell.blocks()).map(|block| first_column(spec, block));
            blocks.flat_map(|first| entries(of, 0..spec.hidden, first, spec.hidden)).collect::<Vec<f64>>()
        };
        let histogram = |numbers: Vec<f64>| Histogram::of(numbers.iter().copied(), BINS);
        let before = of_blocks(&weight.value);
        let after = self.state_of(weight).map(|state| of_blocks(state.other_values()));
        let updates = after.as_ref().map(|after| after.iter().zip(&before).map(|(after, before)| after - before));
        Some(CellView {
            level,
            time,
            cell: spec.cell,
            blocks: (0..spec.cell.blocks()).map(block).collect(),
            states: states(seen.h()),
            cell_states: spec.cell.has_cell_state().then(|| states(seen.c())),
            updates: updates.map(|updates| histogram(updates.collect())),
            weights: histogram(after.unwrap_or(before)),
            gradients: histogram(of_blocks(&weight.grad).into_iter().map(|g| unscale(g, weight.exponent)).collect()),
        })
    }

    pub(super) fn spec(&self) -> RecurrentSpec {
        self.network().spec
    }

    pub(super) fn network(&self) -> &Recurrent<T> {
        self.trainer.network()
    }

    pub(super) fn unrolled(&self) -> &Unrolled<T> {
        self.trainer.batch().unrolled()
    }

    pub(super) fn input_kind(&self) -> InputKind {
        InputKind::of(&self.spec(), &self.trainer.data().training)
    }

    /// The optimizer's state of a parameter, which holds its values after the step; `None` where none was made.
    pub(super) fn state_of(&self, parameter: &Parameter<T>) -> Option<&State<T>> {
        let all = self.network().parameters();
        let index = all.into_iter().position(|other| std::ptr::eq(other, parameter))?;
        self.trainer.states().get(index).filter(|_| self.has_update)
    }

    /// What a level reads in a row: x_t, or h_t of the level below; of a symbol that is read as it is, the vector that is 1 in
    /// its place.
    pub(super) fn input(&self, level: usize, row: usize) -> Vec<f64> {
        let (spec, unrolled) = (self.spec(), self.unrolled());
        match (level.checked_sub(1), self.input_kind()) {
            (Some(below), _) => entries(unrolled.levels()[below].h(), row..row + 1, 0, spec.hidden).collect(),
            (None, InputKind::OneHot) => {
                let symbol = usize::from(unrolled.symbols()[row]);
                (0..spec.inputs).map(|place| if place == symbol { 1.0 } else { 0.0 }).collect()
            }
            (None, _) => entries(unrolled.input(), row..row + 1, 0, spec.inputs).collect(),
        }
    }

    /// h_{t−1} in a row; zeros before the first time step.
    pub(super) fn state_before(&self, level: usize, row: usize) -> Vec<f64> {
        let hidden = self.spec().hidden;
        match row.checked_sub(self.unrolled().batch()) {
            Some(before) => entries(self.unrolled().levels()[level].h(), before..before + 1, 0, hidden).collect(),
            None => vec![0.0; hidden],
        }
    }

    /// `a = x W_ih + b_ih` and `q = h W_hh + b_hh` of a level in some rows.
    fn sums(&self, level: usize, rows: Range<usize>) -> (Panels<T>, Panels<T>) {
        let weights = &self.network().levels[level];
        let product_of = |linear: &Linear<T>, row_of: &dyn Fn(usize) -> Vec<f64>| {
            let weight = &linear.weight.value;
            let mut read = Panels::zeros(rows.len(), weight.rows());
            for (place, row) in rows.clone().enumerate() {
                row_of(row).into_iter().enumerate().for_each(|(col, x)| read.set(place, col, T::from_f64(x)));
            }
            let mut sums = Panels::zeros(rows.len(), weight.cols());
            product(&read, weight, linear.bias.as_ref().map(|bias| bias.value.lanes()), &mut sums);
            sums
        };
        let from_input = product_of(&weights.input, &|row| self.input(level, row));
        (from_input, product_of(&weights.recurrent, &|row| self.state_before(level, row)))
    }
}

/// What the function of a block of columns is taken of.
pub(super) fn pre_activation(cell: Cell, gate: Option<Gate>, a: f64, q: f64, reset: impl Fn() -> f64) -> f64 {
    if cell == Cell::Gru && gate == Some(Gate::Candidate) { a + reset() * q } else { a + q }
}

/// The function of a block of columns.
pub(super) fn activation_of(cell: Cell, gate: Option<Gate>) -> Activation {
    match gate {
        Some(Gate::Candidate) => Activation::Tanh,
        Some(_) => Activation::Sigmoid,
        None if cell == Cell::Relu => Activation::Relu,
        None => Activation::Tanh,
    }
}

/// Where the columns of a block begin, which are a multiple of eight apart.
pub(super) fn first_column(spec: RecurrentSpec, block: usize) -> usize {
    block * spec.hidden.div_ceil(LANES) * LANES
}

/// Numbers of some rows and of so many columns from one on, row by row.
pub(super) fn entries<T: Real>(
    of: &Panels<T>,
    rows: Range<usize>,
    first: usize,
    cols: usize,
) -> impl Iterator<Item = f64> + Clone {
    rows.flat_map(move |row| (first..first + cols).map(move |col| of.get(row, col).to_f64()))
}

/// The levels of an unrolled network know their gates by name only.
pub(super) fn gate_at<T: Real>(level: &UnrolledLevel<T>, gate: Gate, row: usize, unit: usize) -> f64 {
    level.gate(gate, row, unit).to_f64()
}
