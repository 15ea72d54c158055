//! The formula of each phase with a unit's numbers plugged in.
//!
//! A number that a formula ends in carries itself to the last digit as `data-value`, and its name as `data-slow`.

use crate::experiment::{Experiment, Key};
use crate::look::phase::{Phase, SumOfProducts, largest};
use crate::look::view::UnitView;
use crate::nn::{Loss, Normalization, Residual};
use crate::optim::{ClipKind, Hyper, OptimizerKind, ScheduleKind};
use crate::plot::number::{exact, grouped, readable, significant};
use crate::ui::i18n::t_string;
use crate::ui::reactive::Views;
use crate::ui::shared::formula::Fraction;
use crate::ui::shared::rule::{Rule, rule_in, rule_of};
use crate::ui::shared::words::{self, Words};
use leptos::prelude::*;

/// What there is to be shown of a phase.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scene {
    /// The phase.
    pub phase: Phase,
    /// The step.
    pub step: u64,
    /// The chosen unit's numbers.
    pub unit: UnitView,
    /// The experiment that they are of.
    pub experiment: Experiment,
    /// The hyper-parameters that held for the step.
    pub hyper: Hyper,
}

/// Products that are written out; the others are given as their sum.
const MOST_TERMS: usize = 3;

impl Scene {
    fn is_output(&self) -> bool {
        self.unit.layer == self.experiment.depth as usize
    }

    fn is_normalized(&self) -> bool {
        !self.is_output() && self.experiment.norm != Normalization::None
    }

    /// Whether the layer above has a skip connection, by which part of the gradient goes around it.
    fn has_bypass(&self) -> bool {
        self.experiment.residual != Residual::None && self.unit.layer + 1 < self.experiment.depth as usize
    }
}

/// The formulas of a phase, and the words to them.
pub(super) fn view(i18n: Words, scene: &Scene) -> AnyView {
    match scene.phase {
        Phase::Forward(_) => forward(i18n, scene),
        Phase::Loss => loss(i18n, scene),
        Phase::Backward(_) => backward(i18n, scene),
        Phase::Update => update(i18n, scene),
    }
}

fn forward(i18n: Words, scene: &Scene) -> AnyView {
    let unit = &scene.unit;
    let sentence = if scene.is_output() {
        t_string!(i18n, network.slow.forward_output)
    } else {
        t_string!(i18n, network.slow.forward_hidden)
    };
    let sum = SumOfProducts::of(&unit.inputs, &unit.weights, MOST_TERMS);
    let normalized = scene.is_normalized().then(|| {
        view! { <p class="formula"><i>"u"</i> <span class="term">"= norm(" <i>"z"</i> ") ="</span> {result("u", unit.u)}</p> }
    });
    let activated = (!scene.is_output()).then(|| {
        let letter = if scene.is_normalized() { "u" } else { "z" };
        let name = words::value(i18n, Key::Activation, scene.experiment.get(Key::Activation));
        view! {
            <p class="formula">
                <i>"a"</i>
                <span class="term">"= " <i>"φ"</i> "(" <i>{letter}</i> ") ="</span>
                <span class="term">{name} "(" {readable(unit.u)} ") ="</span>
                {result("a", unit.a)}
            </p>
        }
    });
    // The unit's own input is the one of the same number.
    let own = unit.inputs.get(unit.unit).copied();
    let skipped = unit.residual.zip(own).map(|(alpha, own)| {
        view! {
            <p class="slow-words">{t_string!(i18n, network.slow.forward_skip)}</p>
            <p class="formula">
                <i>"h"</i>
                <span class="term">"= " <i>"h"</i> <sub>"in"</sub> " + " <i>"α a"</i> " ="</span>
                <span class="term">{readable(own)} " + " {significant(alpha, 3)} " · " {factor(unit.a, 3)} " ="</span>
                {result("h", unit.output)}
            </p>
        }
    });
    view! {
        <p class="slow-words">{sentence}</p>
        <p class="formula">
            <i>"z"</i>
            <span class="term">"= Σ " <i>"h"</i> <sub>"i"</sub> " " <i>"w"</i> <sub>"i"</sub> " + " <i>"b"</i> " ="</span>
            {terms(i18n, &sum)}
            <span class="term">"+ " {factor(unit.bias, 2)} " ="</span>
            {result("z", unit.z)}
        </p>
        {normalized}
        {activated}
        {skipped}
    }
    .into_any()
}

fn loss(i18n: Words, scene: &Scene) -> AnyView {
    let unit = &scene.unit;
    let (o, y) = (|| view! { <i>"o"</i> }, || view! { <i>"y"</i> });
    let of_sample = match scene.experiment.loss {
        Loss::Mse => view! { "(" {o()} " − " {y()} ")²" }.into_any(),
        Loss::SoftmaxCrossEntropy => view! { "−Σ " {y()} " ln softmax(" {o()} ")" }.into_any(),
        Loss::BceWithLogits => {
            view! { "max(" {o()} ", 0) − " {o()} {y()} " + ln(1 + e" <sup>"−|" {o()} "|"</sup> ")" }.into_any()
        }
    };
    view! {
        <p class="slow-words">{t_string!(i18n, network.slow.loss_is)}</p>
        <p class="formula">
            <i>"o"</i> <span class="term">"="</span> {vector("output", &unit.network_output)}
        </p>
        <p class="formula">
            <i>"y"</i> <span class="term">"="</span> {vector("target", &unit.target)}
        </p>
        <p class="formula">
            <i>"ℓ"</i>
            <span class="term">"= " {of_sample} " ="</span>
            {result("sample-loss", unit.sample_loss)}
        </p>
        <p class="formula">
            <i>"L"</i>
            <span class="term">"= mean[ " <i>"ℓ"</i> " ] ="</span>
            {result("loss", unit.loss)}
        </p>
    }
    .into_any()
}

fn backward(i18n: Words, scene: &Scene) -> AnyView {
    let unit = &scene.unit;
    let index = largest(&unit.grad_weights);
    let of_weight = index.map(|index| {
        view! {
            <p class="slow-words">{t_string!(i18n, network.slow.gradient_is)}</p>
            <p class="formula">
                {partial_of_weight(index)}
                <span class="term">"= Σ " <i>"h"</i> <sub>{index + 1}</sub> " " {partial("z")} " ="</span>
                {result("grad", unit.grad_weights[index])}
            </p>
        }
    });
    let delta = if scene.is_output() { output_delta(i18n, scene) } else { hidden_delta(i18n, scene) };
    view! {
        {delta}
        {of_weight}
    }
    .into_any()
}

/// ∂L/∂z of an output: the derivative of the loss.
fn output_delta(i18n: Words, scene: &Scene) -> AnyView {
    let unit = &scene.unit;
    let (o, y) = (unit.network_output.get(unit.unit).copied(), unit.target.get(unit.unit).copied());
    let loss = scene.experiment.loss;
    let is_of_classes = loss == Loss::SoftmaxCrossEntropy;
    // The mean is over the samples, and but for classes over the outputs too.
    let count = unit.batch * if is_of_classes { 1 } else { unit.network_output.len().max(1) };
    let count = grouped(count as u64);
    let (before, after, close) = match loss {
        Loss::Mse => ("2 (", "", ")"),
        Loss::SoftmaxCrossEntropy => ("softmax(", ")", ""),
        Loss::BceWithLogits => ("σ(", ")", ""),
    };
    let letters = move || view! { {before} <i>"o"</i> {after} " − " <i>"y"</i> {close} };
    let numbers = {
        let text = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), |value| factor(value, 3));
        // Of a softmax all outputs have a part, so there the letter stays.
        let o = if is_of_classes { "o".to_owned() } else { text(o) };
        let top = format!("{before}{o}{after} − {}{close}", text(y));
        move || top.clone()
    };
    let below = count.clone();
    view! {
        <p class="slow-words">{t_string!(i18n, network.slow.backward_output, count = count).to_string()}</p>
        <p class="formula">
            {partial("z")} <span class="term">"="</span> <Fraction top=letters bottom=|| view! { <i>"N"</i> } />
            <span class="term">"="</span> <Fraction top=numbers bottom=move || below.clone() />
            <span class="term">"="</span> {result("delta", unit.delta)}
        </p>
    }
    .into_any()
}

/// ∂L/∂z of a hidden unit: what comes back through the weights above, times the slope.
fn hidden_delta(i18n: Words, scene: &Scene) -> AnyView {
    let unit = &scene.unit;
    let sum = SumOfProducts::of(&unit.weights_above, &unit.deltas_above, MOST_TERMS);
    let letter = if scene.is_normalized() { "u" } else { "z" };
    let alpha = unit.residual.filter(|alpha| *alpha != 1.0);
    let bypass = scene.has_bypass();
    let normalized = scene.is_normalized().then(|| {
        view! {
            <p class="slow-words">{t_string!(i18n, network.slow.backward_norm)}</p>
            <p class="formula">{partial("z")} <span class="term">"="</span> {result("delta", unit.delta)}</p>
        }
    });
    let name = if scene.is_normalized() { "grad-u" } else { "delta" };
    view! {
        <p class="slow-words">
            {t_string!(i18n, network.slow.backward_hidden)} " "
            {bypass.then(|| t_string!(i18n, network.slow.backward_bypass))}
        </p>
        <p class="formula">
            {partial(letter)}
            <span class="term">
                "= " {alpha.map(|_| view! { <i>"α "</i> })} <i>"φ"</i> "′(" <i>{letter}</i> ") · "
                {if bypass { "(" } else { "" }} "Σ " <i>"w"</i> <sub>"k"</sub> " " <i>"δ"</i> <sub>"k"</sub>
                {bypass.then(|| view! { " + " <i>"s"</i> ")" })} " ="
            </span>
            {alpha.map(|alpha| view! { <span class="term">{significant(alpha, 3)} " ·"</span> })}
            <b data-slow="slope" data-value=exact(unit.slope)>{readable(unit.slope)}</b>
            <span class="term">"· ("</span>
            {terms(i18n, &sum)}
            {bypass.then(|| view! { <span class="term">"+ " <i>"s"</i></span> })}
            <span class="term">") ="</span>
            {result(name, unit.grad_u)}
        </p>
        {normalized}
    }
    .into_any()
}

fn update(i18n: Words, scene: &Scene) -> AnyView {
    let (unit, hyper) = (&scene.unit, &scene.hyper);
    let Some(index) = largest(&unit.grad_weights) else { return ().into_any() };
    let optimizer = words::value(i18n, Key::Optimizer, scene.experiment.get(Key::Optimizer));
    let kind = scene.experiment.optimizer;
    // Of a decay of its own the rule speaks itself.
    let is_decayed = hyper.weight_decay != 0.0 && !rule_of(kind, "g", "w").has_own_decay;
    let is_clipped = hyper.clip != ClipKind::None;
    let is_scheduled = hyper.schedule != ScheduleKind::Constant || hyper.warmup > 0;
    let rest = [
        is_clipped.then(|| t_string!(i18n, network.slow.clipped)),
        is_decayed.then(|| t_string!(i18n, network.slow.decayed)),
        is_scheduled.then(|| t_string!(i18n, network.slow.scheduled)),
    ];
    let rest: Vec<&str> = rest.into_iter().flatten().collect();
    // Only then Δw is what stands there, to the last digit.
    let is_plain = kind == OptimizerKind::Sgd && rest.is_empty();
    let w = unit.weights.get(index).copied();
    let g = unit.grad_weights[index];
    let made = match unit.updates.get(index) {
        None => view! { <p class="slow-words">{t_string!(i18n, network.slow.update_not_yet)}</p> }.into_any(),
        Some(&change) => {
            let numbers = is_plain
                .then(|| view! { <span class="term">"= −" {significant(hyper.lr, 3)} " · " {factor(g, 3)}</span> });
            view! {
                <p class="formula">
                    <span class="term">"Δ" <i>"w"</i> <sub>{index + 1}</sub></span>
                    {numbers}
                    <span class="term">"="</span>
                    {result("update", change)}
                </p>
                <p class="formula">
                    <span class="term"><i>"w"</i> <sub>{index + 1}</sub> " ←"</span>
                    {w.map(|w| result("weight", w))}
                    <span class="term">{signed(change)}</span>
                </p>
            }
            .into_any()
        }
    };
    view! {
        <p class="slow-words">{t_string!(i18n, network.slow.update_is, optimizer = optimizer).to_string()} " " {rest.join(" ")}</p>
        {rule(&scene.experiment)}
        <p class="formula">
            <span class="term"><i>"g"</i> " = " {partial_of_weight(index)} " ="</span> {result("grad", g)}
        </p>
        {made}
    }
    .into_any()
}

/// What an optimizer keeps of the gradient, if a line is needed to say it, and what it makes of it.
fn rule(experiment: &Experiment) -> AnyView {
    let rule = rule_in(experiment, "g", "w");
    let (before, after) = (rule.before(), rule.after());
    let Rule { kept, top, bottom, .. } = rule;
    let step = match bottom {
        Some(bottom) => view! {
            <Fraction
                top=move || view! { <i>{top.clone()}</i> }
                bottom=move || view! { <i>{bottom.clone()}</i> }
            />
        }
        .into_any(),
        None => view! { <span class="term"><i>{top}</i></span> }.into_any(),
    };
    view! {
        {kept.map(|kept| view! { <p class="formula"><span class="term"><i>{kept}</i></span></p> })}
        <p class="formula">
            <span class="term"><i>{before}</i></span>
            {step}
            {after.map(|after| view! { <span class="term"><i>{after}</i></span> })}
        </p>
    }
    .into_any()
}

/// ∂L/∂ of a unit's quantity.
fn partial(of: &'static str) -> impl IntoView {
    view! { <span class="term">"∂" <i>"L"</i> "/∂" <i>{of}</i></span> }
}

/// ∂L/∂wᵢ, of which weights count from 1.
fn partial_of_weight(index: usize) -> impl IntoView {
    view! { <span class="term">"∂" <i>"L"</i> "/∂" <i>"w"</i> <sub>{index + 1}</sub></span> }
}

/// A number that a formula ends in.
fn result(name: &'static str, value: f64) -> impl IntoView {
    view! { <b data-slow=name data-value=exact(value)>{readable(value)}</b> }
}

/// The products of a sum: the largest, and the sum of the others.
fn terms(i18n: Words, sum: &SumOfProducts) -> impl IntoView {
    let count = sum.written.len();
    let last = count.saturating_sub(1);
    let others = (sum.others > 0).then(|| {
        let (count, sum) = (grouped(sum.others as u64), significant(sum.others_sum, 2));
        let text = t_string!(i18n, network.slow.more, count = count, sum = sum).to_string();
        view! { <span class="term slow-others">"+ (" {text} ")"</span> }
    });
    let written = sum.written.iter().enumerate().map(|(place, (_, a, b))| {
        let plus = if place < last { " +" } else { "" };
        view! { <span class="term">{factor(*a, 2)} "·" {factor(*b, 2)} {plus}</span> }
    });
    let written = written.views();
    view! {
        {(count == 0).then_some("0")}
        {written}
        {others}
    }
}

/// Numbers in a row; of many the first.
fn vector(name: &'static str, numbers: &[f64]) -> impl IntoView {
    let is_one = numbers.len() == 1;
    let shown = numbers.iter().take(MOST_TERMS).map(|value| result(name, *value)).views();
    let rest = (numbers.len() > MOST_TERMS).then_some("…");
    view! {
        {(!is_one).then_some("(")}
        {shown}
        {rest}
        {(!is_one).then_some(")")}
    }
}

/// A number as a factor or a summand: in parentheses where it has a sign or a power of its own.
fn factor(value: f64, digits: usize) -> String {
    let text = significant(value, digits);
    if text.starts_with('−') || text.contains('×') { format!("({text})") } else { text }
}

/// A number as what is added: with its sign before it.
fn signed(value: f64) -> String {
    let text = readable(value.abs());
    if value < 0.0 { format!("− {text}") } else { format!("+ {text}") }
}
