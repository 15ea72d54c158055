//! The formulas of each phase through time with a unit's numbers plugged in, in as many digits as it takes for them to come
//! out by hand.

use crate::experiment::Experiment;
use crate::look::by_hand::{self, Formula};
use crate::look::by_hand_in_time as in_time;
use crate::look::phase::{Phase, SumOfProducts};
use crate::look::recurrent_view::{Answer, SampleView, UnitBlock, UnitInTime};
use crate::nn::Loss;
use crate::nn::recurrent::Cell;
use crate::nn::recurrent::Gate;
use crate::optim::Hyper;
use crate::plot::number::{grouped, readable};
use crate::plot::worked::{Worked, operand};
use crate::ui::i18n::{Words, t_string};
use crate::ui::reactive::Views;
use crate::ui::workbench::worked_formulas::{
    self, MOST_TERMS, Made, factor, partial, partial_of_weight, result, terms, vector,
};
use leptos::prelude::*;

/// What there is to be shown of a phase.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scene {
    /// The phase.
    pub phase: Phase,
    /// The step.
    pub step: u64,
    /// The sample that is followed.
    pub sample: SampleView,
    /// The chosen unit's numbers at the time step of the phase.
    pub unit: UnitInTime,
    /// The experiment that they are of.
    pub experiment: Experiment,
    /// The hyper-parameters that held for the step.
    pub hyper: Hyper,
}

impl Scene {
    fn cell(&self) -> Cell {
        self.experiment.cell().unwrap_or(Cell::Tanh)
    }
}

/// The formulas of a phase, and the words to them.
pub(super) fn view(i18n: Words, scene: &Scene) -> AnyView {
    let formulas = match scene.phase {
        Phase::Forward(_) => forward(i18n, scene),
        Phase::Loss => loss(i18n, scene),
        Phase::Backward(_) => backward(i18n, scene),
        Phase::Update => update(i18n, scene),
    };
    let (sample, batch) = (grouped(scene.sample.sample as u64 + 1), grouped(scene.sample.batch as u64));
    let note = t_string!(i18n, unrolled.slow.sample_note, sample = sample, batch = batch).to_string();
    view! {
        {formulas}
        <p class="slow-note">{note}</p>
    }
    .into_any()
}

fn words(text: impl Into<String>) -> AnyView {
    let text = text.into();
    view! { <p class="slow-words">{text}</p> }.into_any()
}

/// The letter of a block, and the name of its function.
fn names(cell: Cell, block: &UnitBlock) -> (&'static str, &'static str) {
    match block.gate {
        Some(Gate::Input) => ("i", "σ"),
        Some(Gate::Forget) => ("f", "σ"),
        Some(Gate::Output) => ("o", "σ"),
        Some(Gate::Reset) => ("r", "σ"),
        Some(Gate::Update) => ("z", "σ"),
        Some(Gate::Candidate) if cell == Cell::Lstm => ("g", "tanh"),
        Some(Gate::Candidate) => ("n", "tanh"),
        None if cell == Cell::Relu => ("h", "ReLU"),
        None => ("h", "tanh"),
    }
}

fn forward(i18n: Words, scene: &Scene) -> AnyView {
    let (unit, cell) = (&scene.unit, scene.cell());
    let intro = if cell.gates().is_empty() {
        words(t_string!(i18n, unrolled.slow.same_weights))
    } else {
        words([t_string!(i18n, unrolled.slow.same_weights), t_string!(i18n, unrolled.slow.gates)].join(" "))
    };
    let first = (unit.time == 0).then(|| words(t_string!(i18n, unrolled.slow.first_time)));
    let blocks = unit.blocks.iter().map(|block| forward_block(i18n, unit, cell, block)).views();
    let cell_state = in_time::cell_state(unit).map(|formula| {
        let value = formula.result;
        let Worked { operands, equals, result: text } = formula.into();
        let [f, before, i, g] = [0, 1, 2, 3].map(|place| factor(&operands[place]));
        view! {
            {words(t_string!(i18n, unrolled.slow.cell_state))}
            <p class="formula">
                <i>"c"</i> <span class="term">"= " <i>"f c"</i> <sub>"t−1"</sub> " + " <i>"i g"</i> " ="</span>
                <span class="term">{f} " · " {before} " + " {i} " · " {g} " " {equals}</span>
                {result("c", value, text)}
            </p>
        }
    });
    let state = in_time::state(unit).map(|formula| {
        let value = formula.result;
        let Worked { operands, equals, result: text } = formula.into();
        if cell == Cell::Lstm {
            let (o, c) = (factor(&operands[0]), operands[1].clone());
            return view! {
                <p class="formula">
                    <i>"h"</i> <span class="term">"= " <i>"o"</i> " tanh(" <i>"c"</i> ") ="</span>
                    <span class="term">{o} " · tanh(" {c} ") " {equals}</span>
                    {result("h", value, text)}
                </p>
            }
            .into_any();
        }
        let [z, n, before] = [0, 1, 2].map(|place| factor(&operands[place]));
        view! {
            {words(t_string!(i18n, unrolled.slow.kept))}
            <p class="formula">
                <i>"h"</i>
                <span class="term">"= (1 − " <i>"z"</i> ") " <i>"n"</i> " + " <i>"z h"</i> <sub>"t−1"</sub> " ="</span>
                <span class="term">"(1 − " {z.clone()} ") · " {n} " + " {z} " · " {before} " " {equals}</span>
                {result("h", value, text)}
            </p>
        }
        .into_any()
    });
    view! {
        {intro}
        {first}
        {blocks}
        {cell_state}
        {state}
    }
    .into_any()
}

/// A sum of products and what is added to it, as a formula of a letter.
fn sum_line(
    i18n: Words,
    letter: AnyView,
    name: &'static str,
    (numbers, weights): (&[f64], &[f64]),
    added: Option<f64>,
    value: f64,
) -> AnyView {
    let sum = SumOfProducts::of(numbers, weights, MOST_TERMS);
    let worked = Worked::from(by_hand::sum_with(&sum, added.as_slice(), value));
    let added = added.and_then(|_| worked.operands.last()).map(|added| format!("+ {} ", factor(added)));
    view! {
        <p class="formula">
            {letter} {terms(i18n, &sum, &worked.operands)} <span class="term">{added} {worked.equals}</span>
            {result(name, value, worked.result)}
        </p>
    }
    .into_any()
}

fn forward_block(i18n: Words, unit: &UnitInTime, cell: Cell, block: &UnitBlock) -> AnyView {
    let (letter, function) = names(cell, block);
    let of_input = view! {
        <i>"a"</i> <sub>{letter}</sub>
        <span class="term">"= Σ " <i>"x w"</i> " + " <i>"b"</i> <sub>"ih"</sub> " ="</span>
    };
    let of_state = view! {
        <i>"q"</i> <sub>{letter}</sub>
        <span class="term">"= Σ " <i>"h"</i> <sub>"t−1"</sub> <i>" w"</i> " + " <i>"b"</i> <sub>"hh"</sub> " ="</span>
    };
    // Of an input that is mostly zeros only what is not is worth a line.
    let read = (&block.input_weights[..], &unit.inputs[..]);
    let is_reset = in_time::is_reset(unit, block);
    let u = Worked::from(in_time::pre_activation(unit, block));
    let added = if is_reset {
        let [a, r, q] = [0, 1, 2].map(|place| factor(&u.operands[place]));
        format!("{a} + {r} · {q}")
    } else {
        format!("{} + {}", factor(&u.operands[0]), factor(&u.operands[1]))
    };
    let sum = if is_reset { "a + r q" } else { "a + q" };
    let value = Worked::from(by_hand::function(block.pre_activation, block.value, block.slope));
    let reset = is_reset.then(|| words(t_string!(i18n, unrolled.slow.reset)));
    view! {
        {reset}
        {sum_line(i18n, of_input.into_any(), "a", (read.1, read.0), Some(block.input_bias), block.from_input)}
        {sum_line(i18n, of_state.into_any(), "q", (&unit.states, &block.weights), Some(block.bias), block.from_state)}
        <p class="formula">
            <i>"u"</i> <span class="term">"= " <i>{sum}</i> " ="</span>
            <span class="term">{added} " " {u.equals}</span>
            {result("u", block.pre_activation, u.result)}
        </p>
        <p class="formula">
            <i>{letter}</i> <span class="term">"= " {function} "(" <i>"u"</i> ") ="</span>
            <span class="term">{function} "(" {value.operands.concat()} ") " {value.equals}</span>
            {result(letter, block.value, value.result)}
        </p>
    }
    .into_any()
}

fn loss(i18n: Words, scene: &Scene) -> AnyView {
    let answers = &scene.sample.answers;
    let Some(answer) = answers.last() else { return words(t_string!(i18n, unrolled.slow.loss_none)) };
    let Answer { time, output, target, loss, grad } = answer;
    let intro = if answers.len() == 1 {
        t_string!(i18n, unrolled.slow.loss_one, time = time + 1).to_string()
    } else {
        t_string!(i18n, unrolled.slow.loss_each, count = answers.len(), time = time + 1).to_string()
    };
    let (o, y) = (|| view! { <i>"o"</i> }, || view! { <i>"y"</i> });
    let of_output = match scene.experiment.loss {
        Loss::Mse => view! { "(" {o()} " − " {y()} ")²" }.into_any(),
        Loss::SoftmaxCrossEntropy => view! { "−Σ " {y()} " ln softmax(" {o()} ")" }.into_any(),
        Loss::BceWithLogits => {
            view! { "max(" {o()} ", 0) − " {o()} {y()} " + ln(1 + e" <sup>"−|" {o()} "|"</sup> ")" }.into_any()
        }
    };
    let worked = Worked::from(by_hand::loss_of(output, target, *loss, scene.experiment.loss));
    let (outputs, targets) = worked.operands.split_at(worked.operands.len() / 2);
    let grads: Vec<String> = grad.iter().map(|grad| operand(*grad, 3)).collect();
    view! {
        {words(intro)}
        <p class="formula"><i>"o"</i> <span class="term">"="</span> {vector("output", output, outputs)}</p>
        <p class="formula"><i>"y"</i> <span class="term">"="</span> {vector("target", target, targets)}</p>
        <p class="formula">
            <i>"ℓ"</i>
            <span class="term">"= " {of_output} " " {worked.equals}</span>
            {result("sample-loss", *loss, worked.result.clone())}
        </p>
        {words(t_string!(i18n, unrolled.slow.loss_mean))}
        <p class="formula">
            <i>"L"</i>
            <span class="term">"= mean[ " <i>"ℓ"</i> " ] ="</span>
            {result("loss", scene.sample.loss, readable(scene.sample.loss))}
        </p>
        {words(t_string!(i18n, unrolled.slow.loss_gradient))}
        <p class="formula">{vector("grad-o", grad, &grads)}</p>
    }
    .into_any()
}

fn backward(i18n: Words, scene: &Scene) -> AnyView {
    let (unit, cell) = (&scene.unit, scene.cell());
    let total = |numbers: &[f64], weights: &[f64]| numbers.iter().zip(weights).map(|(a, b)| a * b).sum::<f64>();
    let (above, later) =
        (total(&unit.weights_above, &unit.deltas_above), total(&unit.weights_later, &unit.deltas_later));
    let sum_of = |name: &'static str, weights: &[f64], deltas: &[f64], value: f64| {
        let letter = view! { <span class="term">"Σ " <i>"w δ"</i> " ="</span> }.into_any();
        sum_line(i18n, letter, name, (weights, deltas), None, value)
    };
    let from_above = if unit.deltas_above.is_empty() {
        words(t_string!(i18n, unrolled.slow.nothing_above))
    } else {
        view! {
            {words(t_string!(i18n, unrolled.slow.from_above))}
            {sum_of("above", &unit.weights_above, &unit.deltas_above, above)}
        }
        .into_any()
    };
    let from_later = if unit.is_cut {
        words(t_string!(i18n, unrolled.slow.is_cut))
    } else if unit.deltas_later.is_empty() {
        words(t_string!(i18n, unrolled.slow.from_later_last))
    } else {
        view! {
            {words(t_string!(i18n, unrolled.slow.from_later))}
            {sum_of("later", &unit.weights_later, &unit.deltas_later, later)}
        }
        .into_any()
    };
    let together = Worked::from(in_time::grad_state(unit, above, later));
    let mut summed = format!("{} + {}", factor(&together.operands[0]), factor(&together.operands[1]));
    if let [gate, grad] = &together.operands[2..] {
        summed.push_str(&format!(" + {} · {}", factor(gate), factor(grad)));
    }
    let kept = unit
        .kept
        .map(|_| view! { <span class="term">"+ " <i>"z"</i> <sub>"t+1"</sub> " ∂L/∂h" <sub>"t+1"</sub></span> });
    let cell_state = in_time::grad_cell_state(unit).map(|formula| {
        let value = formula.result;
        let Worked { operands, equals, result: text } = formula.into();
        let [h, o, slope] = [0, 1, 2].map(|place| factor(&operands[place]));
        let mut numbers = format!("{h} · {o} · {slope}");
        let has_later = operands.len() > 3;
        if has_later {
            numbers.push_str(&format!(" + {} · {}", factor(&operands[3]), factor(&operands[4])));
        }
        let later = has_later.then(|| view! { " + " <i>"f"</i> <sub>"t+1"</sub> " ∂L/∂c" <sub>"t+1"</sub> });
        view! {
            {words(t_string!(i18n, unrolled.slow.through_cell))}
            <p class="formula">
                {partial("c")}
                <span class="term">"= ∂L/∂h · " <i>"o"</i> " tanh′(" <i>"c"</i> ")" {later} " ="</span>
                <span class="term">{numbers} " " {equals}</span>
                {result("grad-c", value, text)}
            </p>
        }
    });
    let deltas = unit.blocks.iter().map(|block| delta_line(unit, cell, block)).views();
    let part = in_time::part_of_gradient(unit).map(|formula| part_line(i18n, unit, cell, formula));
    view! {
        {from_above}
        {from_later}
        {words(t_string!(i18n, unrolled.slow.together))}
        <p class="formula">
            {partial("h")} <span class="term">"="</span>
            <span class="term">{summed} " " {together.equals}</span> {kept}
            {result("grad-h", unit.grad_output, together.result)}
        </p>
        {cell_state}
        {words(t_string!(i18n, unrolled.slow.delta))}
        {deltas}
        {part}
    }
    .into_any()
}

/// The gradient at what a block adds up.
fn delta_line(unit: &UnitInTime, cell: Cell, block: &UnitBlock) -> AnyView {
    let (letter, function) = names(cell, block);
    let through = match (block.gate, cell) {
        (None, _) => "∂L/∂h",
        (Some(Gate::Input), _) => "∂L/∂c · g",
        (Some(Gate::Forget), _) => "∂L/∂c · c₋",
        (Some(Gate::Output), _) => "∂L/∂h · tanh(c)",
        (Some(Gate::Candidate), Cell::Lstm) => "∂L/∂c · i",
        (Some(Gate::Candidate), _) => "∂L/∂h · (1 − z)",
        (Some(Gate::Update), _) => "∂L/∂h · (h₋ − n)",
        (Some(Gate::Reset), _) => "δ of n · q of n",
    };
    let Worked { operands, equals, result: text } = in_time::delta(unit, block).into();
    let [grad, by, slope] = [0, 1, 2].map(|place| factor(&operands[place]));
    let numbers =
        if block.gate.is_none() { format!("{grad} · {slope}") } else { format!("{grad} · {by} · {slope}") };
    view! {
        <p class="formula">
            <i>"δ"</i> <sub>{letter}</sub>
            <span class="term">"= " {through} " · " {function} "′(" <i>"u"</i> ") ="</span>
            <span class="term">{numbers} " " {equals}</span>
            {result("delta", block.delta, text)}
        </p>
    }
    .into_any()
}

/// The weight of W_hh with the largest gradient, as a subscript: from which unit, to which, of which block.
fn subscript(unit: &UnitInTime, cell: Cell) -> String {
    let Some(weight) = &unit.weight else { return String::new() };
    let letter = unit.blocks.get(weight.block).filter(|block| block.gate.is_some()).map(|block| names(cell, block).0);
    format!("{}→{}{}", weight.from + 1, unit.unit + 1, letter.map(|letter| format!(",{letter}")).unwrap_or_default())
}

fn part_line(i18n: Words, unit: &UnitInTime, cell: Cell, formula: Formula) -> AnyView {
    let value = formula.result;
    let grad = unit.weight.as_ref().map_or(f64::NAN, |weight| weight.numbers.grad);
    let Worked { operands, equals, result: text } = formula.into();
    let [state, delta] = [0, 1].map(|place| factor(&operands[place]));
    view! {
        {words(t_string!(i18n, unrolled.slow.part))}
        <p class="formula">
            <span class="term"><i>"h"</i> <sub>"t−1"</sub> " " <i>"δ"</i> " = " {state} " · " {delta} " " {equals}</span>
            {result("part", value, text)}
        </p>
        <p class="formula">
            {partial_of_weight(subscript(unit, cell))} <span class="term">"="</span> {result("grad", grad, readable(grad))}
        </p>
    }
    .into_any()
}

fn update(i18n: Words, scene: &Scene) -> AnyView {
    let Some(weight) = &scene.unit.weight else { return ().into_any() };
    let of = Made { step: scene.step, experiment: &scene.experiment, hyper: &scene.hyper };
    worked_formulas::update(i18n, of, &weight.numbers, subscript(&scene.unit, scene.cell()))
}
