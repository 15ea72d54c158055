//! Why it happens in a recurrent network: what is multiplied at each time step, with the measured numbers in it. A first
//! visit shows none.

use super::decay::{decay_factor, decay_formula};
use super::slope::{dead_formula, saturated_formula};
use super::time_formula::{StateNorm, TimeStep};
use super::time_theory::{Bounds, TimeTheory};
use crate::data::sequences::{Padding, Task};
use crate::diagnosis::{Condition, Decay, Kept, ZeroCause};
use crate::experiment::{Experiment, Key};
use crate::nn::recurrent::Cell;
use crate::optim::ClipKind;
use crate::plot::number::{factor_of_total, grouped, percent, short, significant};
use crate::train::Quantity;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::reading::{Finding, Reading};
use crate::ui::lab::{Lab, use_lab};
use crate::ui::reactive::live;
use crate::ui::shared::formula::Fraction;
use crate::ui::shared::part::part;
use crate::ui::shared::words::{self, Words};
use leptos::prelude::*;

part! {
    /// The reason for the verdict on a recurrent network.
    WHY_THROUGH_TIME, why_through_time => view! {
        <Reason />
        <TimeTheory />
        <Bounds />
    }
    .into_any()
}

#[component]
fn Reason() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let shown = expect_context::<Reading>().shown;
    let reason = move || {
        let finding = shown.get()?;
        let cell = finding.experiment.cell()?;
        let condition = finding.diagnosis.conditions.first().copied()?;
        Some(view! {
            <p>{sentence(i18n, lab, &finding, cell, condition)}</p>
            {formula(&finding, cell, condition)}
        })
    };
    live(reason)
}

fn sentence(i18n: Words, lab: Lab, finding: &Finding, cell: Cell, condition: Condition) -> String {
    let diagnosis = &finding.diagnosis;
    let experiment = &finding.experiment;
    if let Some(decay) = diagnosis.decay.filter(|_| diagnosis.is_of_decay()) {
        return decay_sentence(i18n, finding, decay);
    }
    match condition {
        Condition::Diverged => {
            let precision = words::value(i18n, Key::Precision, experiment.get(Key::Precision));
            t_string!(i18n, page.why.diverged, precision = precision)
        }
        Condition::Trained => t_string!(i18n, through_time.why.trained).to_owned(),
        Condition::Exploding if !diagnosis.flow.explodes() => t_string!(i18n, page.why.update).to_owned(),
        Condition::Exploding if experiment.clip == ClipKind::Norm => {
            t_string!(i18n, through_time.why.exploding_clipped).to_owned()
        }
        Condition::Exploding => t_string!(i18n, through_time.why.exploding).to_owned(),
        Condition::Dead => t_string!(i18n, through_time.why.dead).to_owned(),
        Condition::Vanishing if diagnosis.zero_cause == Some(ZeroCause::ZeroWeights) => {
            t_string!(i18n, through_time.why.zero_weights).to_owned()
        }
        Condition::Vanishing if diagnosis.zero_cause.is_some() => {
            t_string!(i18n, through_time.why.zero_slope).to_owned()
        }
        Condition::Saturated => t_string!(i18n, page.why.saturated).to_owned(),
        Condition::Vanishing | Condition::Underflow if diagnosis.conditions.contains(&Condition::Saturated) => {
            t_string!(i18n, through_time.why.saturated_flow).to_owned()
        }
        _ if diagnosis.flow.factors() == 0 => t_string!(i18n, through_time.why.one).to_owned(),
        _ if diagnosis.flow.has_own => t_string!(i18n, through_time.why.each).to_owned(),
        _ if reads_after_padding(experiment) => padding_sentence(i18n, lab, experiment, cell),
        _ => flow_sentence(i18n, finding, cell),
    }
}

fn reads_after_padding(experiment: &Experiment) -> bool {
    experiment.task == Task::Sentiment && experiment.padding == Padding::After
}

/// What padding that is read before the answer makes of the gradient.
fn padding_sentence(i18n: Words, lab: Lab, experiment: &Experiment, cell: Cell) -> String {
    let ten = |gate: f64| significant(libm::pow(gate, 10.0), 2);
    match cell {
        Cell::Lstm => {
            let gate = 1.0 / (1.0 + libm::exp(-experiment.forget_bias));
            let (bias, ten) = (short(experiment.forget_bias), ten(gate));
            t_string!(i18n, through_time.why.padding_lstm, bias, gate = significant(gate, 2), ten).to_string()
        }
        Cell::Gru => {
            let at_end = lab.with_shown(|bucket| {
                let gates = bucket.last.series(Quantity::UpdateGate)?;
                gates.last().copied()
            });
            let gate = at_end.flatten().unwrap_or(0.5);
            t_string!(i18n, through_time.why.padding_gru, gate = significant(gate, 2), ten = ten(gate)).to_string()
        }
        Cell::Tanh | Cell::Relu => t_string!(i18n, through_time.why.padding).to_owned(),
    }
}

/// What multiplies the gradient at each time step of this network.
fn flow_sentence(i18n: Words, finding: &Finding, cell: Cell) -> String {
    let total = finding.diagnosis.flow.beyond_readout;
    let kept = finding.diagnosis.kept;
    let numbers = |kept: Kept| {
        let gate = factor_of_total(kept.gate, kept.product, kept.steps);
        (gate, kept.steps, significant(kept.product, 2), total > MORE * kept.product)
    };
    match (cell, kept.map(numbers)) {
        (Cell::Lstm, Some((gate, steps, product, true))) => {
            t_string!(i18n, through_time.why.lstm_more, gate, steps, product).to_string()
        }
        (Cell::Lstm, Some((gate, steps, product, false))) => {
            t_string!(i18n, through_time.why.lstm, gate, steps, product).to_string()
        }
        (Cell::Gru, Some((gate, steps, product, true))) => {
            t_string!(i18n, through_time.why.gru_more, gate, steps, product).to_string()
        }
        (Cell::Gru, Some((gate, steps, product, false))) => {
            t_string!(i18n, through_time.why.gru, gate, steps, product).to_string()
        }
        (Cell::Relu, _) => t_string!(i18n, through_time.why.relu).to_owned(),
        _ => t_string!(i18n, through_time.why.plain).to_owned(),
    }
}

/// Over how many times what the mean gates let pass something else must have carried the gradient.
const MORE: f64 = 10.0;

fn decay_sentence(i18n: Words, finding: &Finding, decay: Decay) -> String {
    let size = percent(decay.size);
    match decay_factor(finding, decay) {
        Some(factor) if decay.drives_away() => t_string!(i18n, page.why.decay_grows, factor).to_string(),
        Some(factor) if finding.step == 1 => {
            t_string!(i18n, through_time.why.decay_shrinks_once, factor, size).to_string()
        }
        Some(factor) => {
            t_string!(i18n, through_time.why.decay_shrinks, factor, step = grouped(finding.step), size).to_string()
        }
        None => t_string!(i18n, through_time.why.decay_adaptive, size).to_string(),
    }
}

fn formula(finding: &Finding, cell: Cell, condition: Condition) -> AnyView {
    let diagnosis = &finding.diagnosis;
    if let Some(decay) = diagnosis.decay.filter(|_| diagnosis.is_of_decay()) {
        return decay_formula(finding, decay);
    }
    let flow = diagnosis.flow;
    match condition {
        Condition::Trained | Condition::Diverged => ().into_any(),
        Condition::Exploding if !flow.explodes() => ().into_any(),
        Condition::Dead => dead_formula(),
        Condition::Saturated => saturated_formula(),
        // Nothing to compare, or nothing that arrives; and what each step has by itself is no factor.
        _ if flow.factors() == 0 || flow.zero_places > 0 || flow.has_own => view! {
            <p class="formula">
                <TimeStep cell />
            </p>
        }
        .into_any(),
        _ => flow_formula(finding, cell),
    }
}

/// The factor of one time step and of all of them, measured.
fn flow_formula(finding: &Finding, cell: Cell) -> AnyView {
    let flow = finding.diagnosis.flow;
    let (from, to) = (flow.from.to_string(), flow.to.to_string());
    let factor = factor_of_total(flow.factor, flow.beyond_readout, flow.averaged());
    let by_readout = (flow.readout > 0).then(|| format!("{} · ", significant(flow.by_readout(), 2)));
    view! {
        <p class="formula">
            <TimeStep cell />
        </p>
        <div class="formulas">
            <p class="formula">
                <Fraction top=|| view! { <StateNorm time="t−1" /> } bottom=|| view! { <StateNorm time="t" /> } />
                " ≈ "
                <b>{factor.clone()}</b>
            </p>
            <p class="formula">
                <Fraction
                    top=move || view! { <StateNorm time=to.clone() /> }
                    bottom=move || view! { <StateNorm time=from.clone() /> }
                />
                " = "
                <b>{by_readout} {factor} <sup>{flow.averaged()}</sup></b>
                " = "
                <b>{significant(flow.total, 2)}</b>
            </p>
        </div>
    }
    .into_any()
}
