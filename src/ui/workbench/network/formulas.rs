//! The formula of each phase with a unit's numbers plugged in, in as many digits as it takes for it to come out by hand.
//!
//! A number that a formula ends in carries itself to the last digit as `data-value`, and its name as `data-slow`.

use crate::choice::Choice;
use crate::experiment::{Experiment, Key};
use crate::look::by_hand;
use crate::look::phase::{Phase, SumOfProducts, largest};
use crate::look::view::UnitView;
use crate::nn::{Loss, Normalization};
use crate::optim::{Hyper, OptimizerKind, ScheduleKind};
use crate::plot::number::{exact, grouped, power_of_ten, readable, significant};
use crate::plot::worked::{Worked, operand};
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
    let z = Worked::from(by_hand::pre_activation(unit, &sum));
    let bias = z.operands.last().map(|bias| factor(bias));
    let normalized = scene.is_normalized().then(|| {
        view! {
            <p class="formula">
                <i>"u"</i>
                <span class="term">"= norm(" <i>"z"</i> ") ="</span>
                {result("u", unit.u, readable(unit.u))}
            </p>
        }
    });
    let activated = (!scene.is_output()).then(|| {
        let letter = if scene.is_normalized() { "u" } else { "z" };
        let name = words::value(i18n, Key::Activation, scene.experiment.get(Key::Activation));
        let a = Worked::from(by_hand::activation(unit));
        view! {
            <p class="formula">
                <i>"a"</i>
                <span class="term">"= " <i>"φ"</i> "(" <i>{letter}</i> ") ="</span>
                <span class="term">{name} "(" {a.operands.concat()} ") " {a.equals}</span>
                {result("a", unit.a, a.result)}
            </p>
        }
    });
    // The unit's own input is the one of the same number.
    let own = unit.inputs.get(unit.unit).copied();
    let skipped = unit.residual.zip(own).map(|(alpha, own)| {
        let h = Worked::from(by_hand::skip(unit, own, alpha));
        let [own, alpha, a] = [0, 1, 2].map(|place| factor(&h.operands[place]));
        view! {
            <p class="slow-words">{t_string!(i18n, network.slow.forward_skip)}</p>
            <p class="formula">
                <i>"h"</i>
                <span class="term">"= " <i>"h"</i> <sub>"in"</sub> " + " <i>"α a"</i> " ="</span>
                <span class="term">{own} " + " {alpha} " · " {a} " " {h.equals}</span>
                {result("h", unit.output, h.result)}
            </p>
        }
    });
    view! {
        <p class="slow-words">{sentence}</p>
        <p class="formula">
            <i>"z"</i>
            <span class="term">"= Σ " <i>"h"</i> <sub>"i"</sub> " " <i>"w"</i> <sub>"i"</sub> " + " <i>"b"</i> " ="</span>
            {terms(i18n, &sum, &z.operands)}
            <span class="term">"+ " {bias} " " {z.equals}</span>
            {result("z", unit.z, z.result)}
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
    let of_output = match scene.experiment.loss {
        Loss::Mse => view! { "(" {o()} " − " {y()} ")²" }.into_any(),
        Loss::SoftmaxCrossEntropy => view! { "−Σ " {y()} " ln softmax(" {o()} ")" }.into_any(),
        Loss::BceWithLogits => {
            view! { "max(" {o()} ", 0) − " {o()} {y()} " + ln(1 + e" <sup>"−|" {o()} "|"</sup> ")" }.into_any()
        }
    };
    // Of several outputs the mean; classes have one loss together.
    let has_mean = unit.network_output.len() > 1 && scene.experiment.loss != Loss::SoftmaxCrossEntropy;
    let (open, close) = if has_mean { ("mean[ ", " ]") } else { ("", "") };
    let worked = Worked::from(by_hand::sample_loss(unit, scene.experiment.loss));
    let (outputs, targets) = worked.operands.split_at(worked.operands.len() / 2);
    view! {
        <p class="slow-words">{t_string!(i18n, network.slow.loss_is)}</p>
        <p class="formula">
            <i>"o"</i> <span class="term">"="</span> {vector("output", &unit.network_output, outputs)}
        </p>
        <p class="formula">
            <i>"y"</i> <span class="term">"="</span> {vector("target", &unit.target, targets)}
        </p>
        <p class="formula">
            <i>"ℓ"</i>
            <span class="term">"= " {open} {of_output} {close} " " {worked.equals}</span>
            {result("sample-loss", unit.sample_loss, worked.result.clone())}
        </p>
        <p class="formula">
            <i>"L"</i>
            <span class="term">"= mean[ " <i>"ℓ"</i> " ] ="</span>
            {result("loss", unit.loss, readable(unit.loss))}
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
                {result("grad", unit.grad_weights[index], readable(unit.grad_weights[index]))}
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
    let loss = scene.experiment.loss;
    let is_of_classes = loss == Loss::SoftmaxCrossEntropy;
    // The mean is over the samples, and but for classes over the outputs too.
    let count = unit.batch * if is_of_classes { 1 } else { unit.network_output.len().max(1) };
    let worked = Worked::from(by_hand::output_delta(unit, loss, count));
    let count = grouped(count as u64);
    let (before, after, close) = match loss {
        Loss::Mse => ("2 (", "", ")"),
        Loss::SoftmaxCrossEntropy => ("softmax(", ")", ""),
        Loss::BceWithLogits => ("σ(", ")", ""),
    };
    let letters = move || view! { {before} <i>"o"</i> {after} " − " <i>"y"</i> {close} };
    let numbers = {
        let [first, y] = [0, 1].map(|place| factor(&worked.operands[place]));
        // What softmax makes of all outputs is the number; the others make theirs of one.
        let top =
            if is_of_classes { format!("{first} − {y}") } else { format!("{before}{first}{after} − {y}{close}") };
        move || top.clone()
    };
    let below = count.clone();
    view! {
        <p class="slow-words">{t_string!(i18n, network.slow.backward_output, count = count).to_string()}</p>
        <p class="formula">
            {partial("z")} <span class="term">"="</span> <Fraction top=letters bottom=|| view! { <i>"N"</i> } />
            <span class="term">"="</span> <Fraction top=numbers bottom=move || below.clone() />
            <span class="term">{worked.equals}</span> {result("delta", unit.delta, worked.result)}
        </p>
    }
    .into_any()
}

/// ∂L/∂z of a hidden unit: what comes back through the weights above, times the slope.
fn hidden_delta(i18n: Words, scene: &Scene) -> AnyView {
    let unit = &scene.unit;
    let sum = SumOfProducts::of(&unit.weights_above, &unit.deltas_above, MOST_TERMS);
    let letter = if scene.is_normalized() { "u" } else { "z" };
    let worked = Worked::from(by_hand::hidden_delta(unit, &sum));
    let [alpha, slope] = [0, 1].map(|place| factor(&worked.operands[place]));
    let alpha = unit.residual.is_some_and(|alpha| alpha != 1.0).then_some(alpha);
    let bypass = unit.bypass.is_some();
    let around = worked.operands.last().filter(|_| bypass).map(|around| factor(around));
    let normalized = scene.is_normalized().then(|| {
        view! {
            <p class="slow-words">{t_string!(i18n, network.slow.backward_norm)}</p>
            <p class="formula">
                {partial("z")} <span class="term">"="</span> {result("delta", unit.delta, readable(unit.delta))}
            </p>
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
                "= " {alpha.is_some().then(|| view! { <i>"α "</i> })} <i>"φ"</i> "′(" <i>{letter}</i> ") · "
                {if bypass { "(" } else { "" }} "Σ " <i>"w"</i> <sub>"k"</sub> " " <i>"δ"</i> <sub>"k"</sub>
                {bypass.then(|| view! { " + " <i>"s"</i> ")" })} " ="
            </span>
            {alpha.map(|alpha| view! { <span class="term">{alpha} " ·"</span> })}
            {result("slope", unit.slope, slope)}
            <span class="term">"· ("</span>
            {terms(i18n, &sum, &worked.operands[2..])}
            {around.map(|around| view! { <span class="term">"+ " {around}</span> })}
            <span class="term">") " {worked.equals}</span>
            {result(name, unit.grad_u, worked.result)}
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
    let has_own_decay = rule_of(kind, "g", "w").has_own_decay;
    let made = unit.weight(index).and_then(|w| by_hand::update(&w, kind, hyper, scene.step, has_own_decay));
    let is_decayed = hyper.weight_decay != 0.0 && !has_own_decay;
    let is_clipped = made.as_ref().is_some_and(|made| made.clipped.is_some() || made.limited.is_some());
    let is_scheduled = hyper.schedule != ScheduleKind::Constant || hyper.warmup > 0;
    let rest = [
        is_clipped.then(|| t_string!(i18n, network.slow.clipped)),
        is_decayed.then(|| t_string!(i18n, network.slow.decayed)),
        is_scheduled.then(|| t_string!(i18n, network.slow.scheduled)),
    ];
    let rest: Vec<&str> = rest.into_iter().flatten().collect();
    let g = unit.grad_weights[index];
    let made = match made {
        None => view! { <p class="slow-words">{t_string!(i18n, network.slow.update_not_yet)}</p> }.into_any(),
        Some(made) => update_made(i18n, scene, made, index),
    };
    view! {
        <p class="slow-words">{t_string!(i18n, network.slow.update_is, optimizer = optimizer).to_string()} " " {rest.join(" ")}</p>
        {rule(&scene.experiment)}
        <p class="formula">
            <span class="term"><i>"g"</i> " = " {partial_of_weight(index)} " ="</span> {result("grad", g, readable(g))}
        </p>
        {made}
    }
    .into_any()
}

/// The update that was made of a weight: what became of its gradient, and by the rule of the weight.
fn update_made(i18n: Words, scene: &Scene, made: by_hand::Update, index: usize) -> AnyView {
    let kind = scene.experiment.optimizer;
    let by_hand::Update { clipped, limited, decayed, change, held, weight } = made;
    let clipped = clipped.map(|clipped| {
        let Worked { operands, equals, result: text } = clipped.into();
        let (top, bottom) = (format!("{} · {}", factor(&operands[0]), operands[1]), operands[2].clone());
        let bottom = format!("{bottom} + {}", power_of_ten(-6));
        view! {
            <p class="formula">
                <span class="term"><i>"g"</i> " ←"</span>
                <Fraction top=|| view! { <i>"g c"</i> } bottom=|| view! { "‖" <i>"g"</i> "‖ + 10⁻⁶" } />
                <span class="term">"="</span>
                <Fraction top=move || top.clone() bottom=move || bottom.clone() />
                <span class="term">{equals} " " {text}</span>
            </p>
        }
    });
    let limited = limited.map(|g| {
        let sign = if g < 0.0 { "−" } else { "" };
        view! { <p class="formula"><span class="term"><i>"g"</i> " ← " {sign} <i>"c"</i> " = " {operand(g, 3)}</span></p> }
    });
    let decayed = decayed.map(|decayed| {
        let Worked { operands, equals, result: text } = decayed.into();
        let [g, decay, w] = [0, 1, 2].map(|place| factor(&operands[place]));
        view! {
            <p class="formula">
                <span class="term"><i>"g"</i> " ← " <i>"g"</i> " + " <i>"λ w"</i> " ="</span>
                <span class="term">{g} " + " {decay} " · " {w} " " {equals} " " {text}</span>
            </p>
        }
    });
    let by_rule = significant(change.result, change.digits);
    // The format may hold less of a small change than the rule makes.
    let is_held = significant(held, change.digits) == by_rule;
    let Worked { operands, equals, result: text } = change.into();
    let text = if is_held { result("update", held, text).into_any() } else { text.into_any() };
    let kept = (!is_held).then(|| {
        let format = scene.experiment.precision.name();
        view! {
            <span class="term">{t_string!(i18n, network.slow.held, format = format).to_string()}</span>
            {result("update", held, readable(held))}
        }
    });
    let numbers: Vec<String> = operands.iter().map(|text| factor(text)).collect();
    let numbers = match (&numbers[..], kind) {
        ([lr, g, mu, v], OptimizerKind::Nesterov) => format!("−{lr} · ({g} + {mu} · {v})").into_any(),
        ([lr, top, root, epsilon, rest @ ..], _) => {
            let (top, bottom) = (top.clone(), format!("{root} + {epsilon}"));
            let decay = if let [decay, w] = rest { format!("− {lr} · {decay} · {w}") } else { String::new() };
            view! {
                <span class="term">{format!("−{lr} ·")}</span>
                <Fraction top=move || top.clone() bottom=move || bottom.clone() />
                <span class="term">{decay}</span>
            }
            .into_any()
        }
        (plain, _) => format!("−{}", plain.join(" · ")).into_any(),
    };
    let (w, after) = (weight.operands[0], weight.result);
    let moved = Worked::from(weight);
    let [from, by] = [0, 1].map(|place| moved.operands[place].clone());
    let by = by.strip_prefix('−').map_or_else(|| format!("+ {by}"), |by| format!("− {by}"));
    view! {
        {clipped}
        {limited}
        {decayed}
        <p class="formula">
            <span class="term">"Δ" <i>"w"</i> <sub>{index + 1}</sub> " ="</span>
            <span class="term">{numbers}</span>
            <span class="term">{equals}</span>
            {text}
            {kept}
        </p>
        <p class="formula">
            <span class="term"><i>"w"</i> <sub>{index + 1}</sub> " ←"</span>
            {result("weight", w, from)}
            <span class="term">{by} " " {moved.equals}</span>
            {result("weight-after", after, moved.result)}
        </p>
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

/// A number that a formula ends in, as it is printed there.
fn result(name: &'static str, value: f64, text: String) -> impl IntoView {
    view! { <b data-slow=name data-value=exact(value)>{text}</b> }
}

/// The products of a sum, of which the operands begin with the factors: the largest, and the sum of the others.
fn terms(i18n: Words, sum: &SumOfProducts, operands: &[String]) -> impl IntoView {
    let count = sum.written.len();
    let last = count.saturating_sub(1);
    let others = operands.get(2 * count).filter(|_| sum.others > 0).map(|others| {
        let count = grouped(sum.others as u64);
        let text = t_string!(i18n, network.slow.more, count = count, sum = others.clone()).to_string();
        view! { <span class="term slow-others">"+ (" {text} ")"</span> }
    });
    let written = operands.chunks_exact(2).take(count).enumerate().map(|(place, pair)| {
        let plus = if place < last { " +" } else { "" };
        view! { <span class="term">{factor(&pair[0])} "·" {factor(&pair[1])} {plus}</span> }
    });
    let written = written.views();
    view! {
        {(count == 0).then_some("0")}
        {written}
        {others}
    }
}

/// Numbers in a row, as they are printed.
fn vector(name: &'static str, numbers: &[f64], texts: &[String]) -> impl IntoView {
    let is_one = numbers.len() == 1;
    let last = numbers.len().saturating_sub(1);
    let shown = numbers.iter().zip(texts).enumerate().map(|(place, (value, text))| {
        let comma = if place < last { "," } else { "" };
        view! { <span class="term">{result(name, *value, text.clone())} {comma}</span> }
    });
    view! {
        {(!is_one).then_some("(")}
        {shown.views()}
        {(!is_one).then_some(")")}
    }
}

/// A number as a factor or a summand: in parentheses where it has a sign or a power of its own.
fn factor(text: &str) -> String {
    if text.starts_with('−') || text.contains('×') { format!("({text})") } else { text.to_owned() }
}
