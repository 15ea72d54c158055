//! The formulas of a recurrent unit's time step with their numbers plugged in; as [`super::by_hand`].

use super::by_hand::Formula;
use super::recurrent_view::{UnitBlock, UnitInTime};
use crate::nn::recurrent::Gate;

impl UnitInTime {
    /// The block of a gate; of a plain cell, or of a gate that the cell does not have, the first.
    pub fn block(&self, gate: Gate) -> &UnitBlock {
        self.blocks.iter().find(|block| block.gate == Some(gate)).unwrap_or(&self.blocks[0])
    }

    /// h_{t−1} of the unit itself.
    pub fn own_state(&self) -> f64 {
        self.states[self.unit]
    }
}

/// What a block's function is taken of: `a + q`, or of the GRU's candidate `a + r q`. Operands: a, then r if there is one, and q.
pub fn pre_activation(unit: &UnitInTime, block: &UnitBlock) -> Formula {
    let (a, q, u) = (block.from_input, block.from_state, block.pre_activation);
    if is_reset(unit, block) {
        return Formula::new(vec![a, unit.block(Gate::Reset).value, q], u, |read| read[0] + read[1] * read[2]);
    }
    Formula::new(vec![a, q], u, |read| read[0] + read[1])
}

/// Whether a block is the GRU's candidate, whose product with the state the reset gate multiplies.
pub fn is_reset(unit: &UnitInTime, block: &UnitBlock) -> bool {
    block.gate == Some(Gate::Candidate) && unit.cell_states.is_none()
}

/// `c_t = f c_{t−1} + i g`. Operands: f, c_{t−1}, i, g. `None` where the cell has no such state.
pub fn cell_state(unit: &UnitInTime) -> Option<Formula> {
    let (before, c) = unit.cell_states?;
    let [f, i, g] = [Gate::Forget, Gate::Input, Gate::Candidate].map(|gate| unit.block(gate).value);
    Some(Formula::new(vec![f, before, i, g], c, |read| read[0] * read[1] + read[2] * read[3]))
}

/// `h_t = o tanh(c_t)`, operands o and c; or `h_t = (1 − z) n + z h_{t−1}`, operands z, n and h_{t−1}. `None` in a plain cell,
/// whose state is its function's value.
pub fn state(unit: &UnitInTime) -> Option<Formula> {
    if let Some((_, c)) = unit.cell_states {
        let o = unit.block(Gate::Output).value;
        return Some(Formula::new(vec![o, c], unit.output, |read| read[0] * libm::tanh(read[1])));
    }
    let [z, n] = [Gate::Update, Gate::Candidate].map(|gate| unit.block(gate).value);
    (unit.blocks.len() > 1).then(|| {
        let operands = vec![z, n, unit.own_state()];
        Formula::new(operands, unit.output, |read| (1.0 - read[0]) * read[1] + read[0] * read[2])
    })
}

/// ∂L/∂h_t of what comes from above, of what comes from later, and of what the GRU's update gate hands back. Operands: the
/// first two, then both factors of the last if there is one.
pub fn grad_state(unit: &UnitInTime, above: f64, later: f64) -> Formula {
    let mut operands = vec![above, later];
    operands.extend(unit.kept.into_iter().flat_map(|(gate, grad)| [gate, grad]));
    Formula::new(operands, unit.grad_output, |read| {
        read[0] + read[1] + if let [gate, grad] = read[2..] { gate * grad } else { 0.0 }
    })
}

/// `∂L/∂c_t = ∂L/∂h_t o tanh′(c_t) + f_{t+1} ∂L/∂c_{t+1}`. Operands: ∂L/∂h, o, tanh′, and both factors of the last if there is
/// one. `None` where the cell has no such state.
pub fn grad_cell_state(unit: &UnitInTime) -> Option<Formula> {
    let (grad, later) = unit.grad_cell_state?;
    let (_, c) = unit.cell_states?;
    let slope = 1.0 / (libm::cosh(c) * libm::cosh(c));
    let mut operands = vec![unit.grad_output, unit.block(Gate::Output).value, slope];
    operands.extend(later.into_iter().flat_map(|(gate, grad)| [gate, grad]));
    Some(Formula::new(operands, grad, |read| {
        read[0] * read[1] * read[2] + if let [gate, grad] = read[3..] { gate * grad } else { 0.0 }
    }))
}

/// The gradient at a block's pre-activation: what comes to its value, by what, times the slope. Operands: these three; the
/// second is 1 in a plain cell.
pub fn delta(unit: &UnitInTime, block: &UnitBlock) -> Formula {
    let (grad, by) = through(unit, block);
    Formula::new(vec![grad, by, block.slope], block.delta, |read| read[0] * read[1] * read[2])
}

/// The gradient that a block's value takes part in, and what it is multiplied by there.
fn through(unit: &UnitInTime, block: &UnitBlock) -> (f64, f64) {
    let h = unit.grad_output;
    let value = |gate| unit.block(gate).value;
    match (block.gate, unit.cell_states, unit.grad_cell_state) {
        (Some(gate), Some((before, c)), Some((grad_c, _))) => match gate {
            Gate::Input => (grad_c, value(Gate::Candidate)),
            Gate::Forget => (grad_c, before),
            Gate::Output => (h, libm::tanh(c)),
            Gate::Candidate | Gate::Reset | Gate::Update => (grad_c, value(Gate::Input)),
        },
        (Some(Gate::Update), ..) => (h, unit.own_state() - value(Gate::Candidate)),
        (Some(Gate::Reset), ..) => {
            let candidate = unit.block(Gate::Candidate);
            (candidate.delta, candidate.from_state)
        }
        (Some(_), ..) => (h, 1.0 - value(Gate::Update)),
        (None, ..) => (h, 1.0),
    }
}

/// What a time step adds to the gradient of a weight of W_hh: state before times δ at q. Operands: both.
pub fn part_of_gradient(unit: &UnitInTime) -> Option<Formula> {
    let weight = unit.weight.as_ref()?;
    let block = unit.blocks.get(weight.block)?;
    let state = *unit.states.get(weight.from)?;
    let at_q = block.delta * if is_reset(unit, block) { unit.block(Gate::Reset).value } else { 1.0 };
    Some(Formula::new(vec![state, at_q], weight.part, |read| read[0] * read[1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sequences::Corpus;
    use crate::experiment::share::from_fragment;
    use crate::look::recurrent_view::{RecurrentWatch, SampleWatch};
    use crate::look::view::Watch;
    use crate::train::RecurrentTrainer;

    /// Every formula, computed with its own operands, comes to what the run has.
    #[test]
    fn formulas_come_to_the_numbers_of_the_run() {
        for fragment in ["model=rnn&task=first-symbol", "model=lstm&task=copy&stack=2", "model=gru&task=copy"] {
            let fragment = format!("{fragment}&hidden=4&length=5&batch=2&samples=16&precision=f64");
            let (experiment, _) = from_fragment(&fragment);
            let mut run = RecurrentTrainer::<f64>::new(&experiment, &Corpus::default()).unwrap();
            run.step().unwrap();
            for (number, time) in [(0, 0), (3, 2), (1, 4)] {
                let sample = Some(SampleWatch { sample: 1, level: 0, unit: Some((number, time)) });
                let recurrent = RecurrentWatch { sample, ..RecurrentWatch::default() };
                let unit = run.view(&Watch { recurrent, ..Watch::default() }).sample.unwrap().unit.unwrap();
                let sum = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
                let above = sum(&unit.weights_above, &unit.deltas_above);
                let later = sum(&unit.weights_later, &unit.deltas_later);
                let mut formulas = vec![grad_state(&unit, above, later)];
                formulas
                    .extend(unit.blocks.iter().flat_map(|block| [pre_activation(&unit, block), delta(&unit, block)]));
                let states = [cell_state(&unit), state(&unit), grad_cell_state(&unit), part_of_gradient(&unit)];
                formulas.extend(states.into_iter().flatten());
                for (index, formula) in formulas.iter().enumerate() {
                    let [low, high] = formula.comes_to(&formula.operands);
                    let off = (low - formula.result).abs().max((high - formula.result).abs());
                    let allowed = 1e-9 * formula.result.abs() + 1e-15;
                    assert!(off <= allowed, "{fragment}, unit {number}, t = {time}, formula {index}: {off}");
                }
            }
        }
    }
}
