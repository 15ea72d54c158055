//! One sample of the batch followed through time, and one unit at one time step in the numbers of its formulas.

use super::recurrent_trace::{RecurrentTrace, activation_of, entries, first_column, gate_at, pre_activation};
use super::recurrent_view::{Answer, Input, SampleView, SampleWatch, UnitBlock, UnitInTime, UnitWeight};
use super::weight::WeightInStep;
use crate::kernel::{LANES, Panels, Real, activate};
use crate::nn::recurrent::{Gate, InputKind};
use crate::nn::{Activation, Targets, unscale};

impl<T: Real> RecurrentTrace<'_, T> {
    /// A sample, time step by time step; `None` if there is no such level.
    pub(super) fn sample_view(&self, watch: &SampleWatch) -> Option<SampleView> {
        let (spec, unrolled) = (self.spec(), self.unrolled());
        let seen = unrolled.levels().get(watch.level)?;
        let batch = unrolled.batch();
        let sample = watch.sample.min(batch.checked_sub(1)?);
        let row = |time: usize| unrolled.row(time, sample);
        let times = || 0..spec.times;
        let norm = |numbers: &mut dyn Iterator<Item = f64>| numbers.fold(0.0, libm::hypot);
        let norm_of = |of: &Panels<T>, time: usize| norm(&mut entries(of, row(time)..row(time) + 1, 0, spec.hidden));
        let mean = |gate: Gate, time: usize| {
            let sum: f64 = (0..spec.hidden).map(|unit| gate_at(seen, gate, row(time), unit)).sum();
            sum / spec.hidden as f64
        };
        let inputs: Vec<Input> = times().map(|time| self.input_at(row(time))).collect();
        let is_read = |input: &Input| *input != Input::Padding;
        let first = inputs.iter().position(is_read).unwrap_or(0);
        let end = inputs.iter().rposition(is_read).map_or(0, |last| last + 1);
        let gates = spec.cell.gates().iter().filter(|gate| **gate != Gate::Candidate);
        Some(SampleView {
            sample,
            batch,
            level: watch.level,
            span: (first, end),
            inputs,
            gates: gates.map(|&gate| (gate, times().map(|time| mean(gate, time)).collect())).collect(),
            state_norms: times().map(|time| norm_of(seen.h(), time)).collect(),
            cell_state_norms: if spec.cell.has_cell_state() {
                times().map(|time| norm_of(seen.c(), time)).collect()
            } else {
                Vec::new()
            },
            gradient_norms: times()
                .map(|time| unscale(norm_of(seen.grad_h(), time), seen.exponent(row(time))))
                .collect(),
            answers: self.answers(sample),
            loss: self.trainer.report().loss(),
            unit: watch.unit.and_then(|(unit, time)| self.unit_in_time(watch.level, sample, unit, time)),
        })
    }

    /// What is read in a row.
    fn input_at(&self, row: usize) -> Input {
        let kind = self.input_kind();
        match kind {
            InputKind::Numbers => Input::Numbers(self.input(0, row)),
            InputKind::OneHot | InputKind::Embedded { .. } => {
                let symbol = self.unrolled().symbols()[row];
                if kind.has_padding() && symbol == 0 {
                    return Input::Padding;
                }
                Input::Symbol(symbol, self.trainer.data().names.get(usize::from(symbol)).cloned())
            }
        }
    }

    /// What was answered of a sample, in the order of time.
    fn answers(&self, sample: usize) -> Vec<Answer> {
        let (unrolled, batch) = (self.unrolled(), self.trainer.batch());
        let of_sample = unrolled.reads().iter().enumerate().filter_map(|(place, row)| {
            let row = *row as usize;
            (row % unrolled.batch() == sample).then_some((place, row / unrolled.batch()))
        });
        let row_of = |of: &Panels<T>, place: usize| entries(of, place..place + 1, 0, of.cols()).collect::<Vec<f64>>();
        let alone = |of: &Panels<T>, place: usize| {
            let mut alone = Panels::zeros(1, of.cols());
            (0..of.cols()).for_each(|col| alone.set(0, col, of.get(place, col)));
            alone
        };
        let answer = |(place, time): (usize, usize)| {
            let output = row_of(unrolled.output(), place);
            let (target, targets) = match batch.targets() {
                Targets::Values(values) => (row_of(values, place), Targets::Values(alone(values, place))),
                Targets::Classes(classes) => {
                    let right = classes[place];
                    let is_right = |class: usize| if class == right as usize { 1.0 } else { 0.0 };
                    ((0..output.len()).map(is_right).collect(), Targets::Classes(vec![right]))
                }
            };
            let mut unused = Panels::zeros(1, unrolled.output().cols());
            let loss = batch.loss().evaluate(&alone(unrolled.output(), place), &targets, &mut unused);
            Answer { time, output, target, loss, grad: row_of(unrolled.grad_output(), place) }
        };
        of_sample.map(answer).collect()
    }

    /// One unit of a level at one time step; `None` if there is no such unit or time step.
    fn unit_in_time(&self, level: usize, sample: usize, unit: usize, time: usize) -> Option<UnitInTime> {
        let (spec, unrolled) = (self.spec(), self.unrolled());
        if unit >= spec.hidden || time >= spec.times {
            return None;
        }
        let seen = &unrolled.levels()[level];
        let row = unrolled.row(time, sample);
        let exponent = seen.exponent(row);
        let next = (time + 1 < spec.times).then_some(time + 1);
        let is_cut = spec.is_cut_after(time + 1);
        let later =
            next.filter(|_| !is_cut).map(|next| unrolled.row(next, sample)).map(|row| (row, seen.exponent(row)));
        let at = |of: &Panels<T>, row: usize| of.get(row, unit).to_f64();
        let before = row.checked_sub(unrolled.batch());
        let (weights_above, deltas_above) = self.above(level, row, unit);
        let (inputs, states) = (self.input(level, row), self.state_before(level, row));
        let blocks: Vec<UnitBlock> = (0..spec.cell.blocks())
            .map(|block| self.unit_block(level, row, unit, block, (&inputs, &states), exponent))
            .collect();
        let every_column =
            || (0..spec.cell.blocks()).flat_map(|block| (0..spec.hidden).map(move |other| (block, other)));
        let weight = &self.network().levels[level].recurrent.weight.value;
        let is_lstm = spec.cell.has_cell_state();
        Some(UnitInTime {
            unit,
            time,
            is_cut,
            weights_above,
            deltas_above,
            weights_later: every_column()
                .map(|(block, other)| weight.get(unit, first_column(spec, block) + other).to_f64())
                .collect(),
            deltas_later: later.map_or_else(Vec::new, |(row, exponent)| {
                let delta = |(block, other)| unscale(seen.grad_q(block, row, other).to_f64(), exponent);
                every_column().map(delta).collect()
            }),
            kept: later.filter(|_| spec.cell.gates().contains(&Gate::Update)).map(|(row, exponent)| {
                (gate_at(seen, Gate::Update, row, unit), unscale(at(seen.grad_h(), row), exponent))
            }),
            cell_states: is_lstm.then(|| (before.map_or(0.0, |before| at(seen.c(), before)), at(seen.c(), row))),
            output: at(seen.h(), row),
            grad_output: unscale(at(seen.grad_h(), row), exponent),
            grad_cell_state: is_lstm.then(|| {
                let from_later = later.map(|(row, exponent)| {
                    (gate_at(seen, Gate::Forget, row, unit), unscale(at(seen.grad_c(), row), exponent))
                });
                (unscale(at(seen.grad_c(), row), exponent), from_later)
            }),
            weight: self.largest_weight(level, row, unit, &states),
            inputs,
            states,
            blocks,
        })
    }

    fn unit_block(
        &self,
        level: usize,
        row: usize,
        unit: usize,
        block: usize,
        (inputs, states): (&[f64], &[f64]),
        exponent: i32,
    ) -> UnitBlock {
        let (spec, seen, weights) = (self.spec(), &self.unrolled().levels()[level], &self.network().levels[level]);
        let gate = spec.cell.gates().get(block).copied();
        let col = first_column(spec, block) + unit;
        let column = |of: &Panels<T>| (0..of.rows()).map(|row| of.get(row, col).to_f64()).collect::<Vec<f64>>();
        let (input_weights, recurrent) = (column(&weights.input.weight.value), column(&weights.recurrent.weight.value));
        let of_bias =
            |bias: &Option<crate::nn::Parameter<T>>| bias.as_ref().map_or(0.0, |bias| bias.value.get(0, col).to_f64());
        let (input_bias, bias) = (of_bias(&weights.input.bias), of_bias(&weights.recurrent.bias));
        let sum = |read: &[f64], by: &[f64]| read.iter().zip(by).map(|(x, w)| x * w).sum::<f64>();
        let from_input = sum(inputs, &input_weights) + input_bias;
        let from_state = sum(states, &recurrent) + bias;
        let reset = || gate_at(seen, Gate::Reset, row, unit);
        let u = pre_activation(spec.cell, gate, from_input, from_state, reset);
        UnitBlock {
            gate,
            input_weights,
            weights: recurrent,
            input_bias,
            bias,
            from_input,
            from_state,
            pre_activation: u,
            value: gate.map_or_else(|| seen.h().get(row, unit).to_f64(), |gate| gate_at(seen, gate, row, unit)),
            slope: slope(activation_of(spec.cell, gate), u),
            delta: unscale(seen.grad_a(block, row, unit).to_f64(), exponent),
        }
    }

    /// The weights by which a unit is read at the same time step, and the gradients at what they lead to: those of the level
    /// above, or of the readout where that reads the row.
    fn above(&self, level: usize, row: usize, unit: usize) -> (Vec<f64>, Vec<f64>) {
        let (spec, unrolled, network) = (self.spec(), self.unrolled(), self.network());
        let Some(above) = unrolled.levels().get(level + 1) else {
            let read = unrolled.reads().iter().position(|read| *read as usize == row);
            return read.map_or_else(Default::default, |place| {
                let weight = &network.readout.weight.value;
                let deltas = entries(unrolled.grad_output(), place..place + 1, 0, spec.outputs);
                (entries(weight, unit..unit + 1, 0, spec.outputs).collect(), deltas.collect())
            });
        };
        let weight = &network.levels[level + 1].input.weight.value;
        let exponent = above.exponent(row);
        let columns = (0..spec.cell.blocks()).flat_map(|block| (0..spec.hidden).map(move |other| (block, other)));
        let numbers = columns.map(|(block, other)| {
            let w = weight.get(unit, first_column(spec, block) + other).to_f64();
            (w, unscale(above.grad_a(block, row, other).to_f64(), exponent))
        });
        numbers.unzip()
    }

    /// The weight of W_hh to a unit with the largest gradient.
    fn largest_weight(&self, level: usize, row: usize, unit: usize, states: &[f64]) -> Option<UnitWeight> {
        let (spec, unrolled) = (self.spec(), self.unrolled());
        let (seen, weight) = (&unrolled.levels()[level], &self.network().levels[level].recurrent.weight);
        let all = (0..spec.cell.blocks()).flat_map(|block| (0..spec.hidden).map(move |from| (block, from)));
        let grad = |(block, from): (usize, usize)| weight.grad.get(from, first_column(spec, block) + unit).to_f64();
        let (block, from) = all.max_by(|a, b| grad(*a).abs().total_cmp(&grad(*b).abs()).then(b.cmp(a)))?;
        let col = first_column(spec, block) + unit;
        let value = weight.value.get(from, col).to_f64();
        let state = self.state_of(weight);
        let moments = state.map(|state| state.moments(self.trainer.optimizer(), from, col));
        let (first_moment, second_root) = moments.unwrap_or_default();
        let exponent = seen.exponent(row);
        Some(UnitWeight {
            block,
            from,
            part: states[from] * unscale(seen.grad_q(block, row, unit).to_f64(), exponent),
            numbers: WeightInStep {
                value,
                grad: unscale(grad((block, from)), weight.exponent),
                grad_norm: self.trainer.report().grad_norm(),
                update: state.map(|state| state.other_values().get(from, col).to_f64() - value),
                first_moment,
                second_root,
            },
        })
    }
}

/// The slope of a function, without the cancellation that `1 − tanh²` has.
fn slope(activation: Activation, u: f64) -> f64 {
    let (u, mut value, mut slope) = ([[u; LANES]], [[0.0; LANES]], [[0.0; LANES]]);
    activate::activate(activation, &u, &mut value, &mut slope);
    slope[0][0]
}
