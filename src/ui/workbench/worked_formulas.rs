//! What the formulas of a step have in common, of whatever network they are: sums, numbers, and the update of a weight.
//!
//! A number that a formula ends in carries itself to the last digit as `data-value`, and its name as `data-slow`.

use crate::choice::Choice;
use crate::experiment::{Experiment, Key};
use crate::look::phase::SumOfProducts;
use crate::look::{WeightInStep, by_hand};
use crate::optim::{Hyper, OptimizerKind, ScheduleKind};
use crate::plot::number::{exact, grouped, power_of_ten, readable, significant};
use crate::plot::worked::{Worked, operand};
use crate::ui::i18n::t_string;
use crate::ui::reactive::Views;
use crate::ui::shared::formula::Fraction;
use crate::ui::shared::rule::{Rule, rule_in, rule_of};
use crate::ui::shared::words::{self, Words};
use leptos::prelude::*;

/// Products that are written out; the others are given as their sum.
pub(super) const MOST_TERMS: usize = 3;

/// The step of which a weight's update is shown.
#[derive(Clone, Copy)]
pub(super) struct Made<'a> {
    /// The step.
    pub step: u64,
    /// The experiment.
    pub experiment: &'a Experiment,
    /// The hyper-parameters that held for the step.
    pub hyper: &'a Hyper,
}

/// The update of a weight, whose number among those of its unit is `subscript`.
pub(super) fn update(i18n: Words, of: Made<'_>, weight: &WeightInStep, subscript: String) -> AnyView {
    let Made { step, experiment, hyper } = of;
    let optimizer = words::value(i18n, Key::Optimizer, experiment.get(Key::Optimizer));
    let kind = experiment.optimizer;
    // Of a decay of its own the rule speaks itself.
    let has_own_decay = rule_of(kind, "g", "w").has_own_decay;
    let made = by_hand::update(weight, kind, hyper, step, has_own_decay);
    let is_decayed = hyper.weight_decay != 0.0 && !has_own_decay;
    let is_clipped = made.as_ref().is_some_and(|made| made.clipped.is_some() || made.limited.is_some());
    let is_scheduled = hyper.schedule != ScheduleKind::Constant || hyper.warmup > 0;
    let rest = [
        is_clipped.then(|| t_string!(i18n, network.slow.clipped)),
        is_decayed.then(|| t_string!(i18n, network.slow.decayed)),
        is_scheduled.then(|| t_string!(i18n, network.slow.scheduled)),
    ];
    let rest: Vec<&str> = rest.into_iter().flatten().collect();
    let g = weight.grad;
    let made = match made {
        None => view! { <p class="slow-words">{t_string!(i18n, network.slow.update_not_yet)}</p> }.into_any(),
        Some(made) => update_made(i18n, experiment, made, subscript.clone()),
    };
    view! {
        <p class="slow-words">{t_string!(i18n, network.slow.update_is, optimizer = optimizer).to_string()} " " {rest.join(" ")}</p>
        {rule(experiment)}
        <p class="formula">
            <span class="term"><i>"g"</i> " = " {partial_of_weight(subscript)} " ="</span> {result("grad", g, readable(g))}
        </p>
        {made}
    }
    .into_any()
}

/// The update that was made of a weight: what became of its gradient, and by the rule of the weight.
fn update_made(i18n: Words, experiment: &Experiment, made: by_hand::Update, subscript: String) -> AnyView {
    let kind = experiment.optimizer;
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
        let format = experiment.precision.name();
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
            <span class="term">"Δ" <i>"w"</i> <sub>{subscript.clone()}</sub> " ="</span>
            <span class="term">{numbers}</span>
            <span class="term">{equals}</span>
            {text}
            {kept}
        </p>
        <p class="formula">
            <span class="term"><i>"w"</i> <sub>{subscript}</sub> " ←"</span>
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
pub(super) fn partial(of: &'static str) -> impl IntoView {
    view! { <span class="term">"∂" <i>"L"</i> "/∂" <i>{of}</i></span> }
}

/// ∂L/∂w of the weight with a subscript.
pub(super) fn partial_of_weight(subscript: String) -> impl IntoView {
    view! { <span class="term">"∂" <i>"L"</i> "/∂" <i>"w"</i> <sub>{subscript}</sub></span> }
}

/// A number that a formula ends in, as it is printed there.
pub(super) fn result(name: &'static str, value: f64, text: String) -> impl IntoView {
    view! { <b data-slow=name data-value=exact(value)>{text}</b> }
}

/// The products of a sum, of which the operands begin with the factors: the largest, and the sum of the others.
pub(super) fn terms(i18n: Words, sum: &SumOfProducts, operands: &[String]) -> impl IntoView {
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
pub(super) fn vector(name: &'static str, numbers: &[f64], texts: &[String]) -> impl IntoView {
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
pub(super) fn factor(text: &str) -> String {
    if text.starts_with('−') || text.contains('×') { format!("({text})") } else { text.to_owned() }
}
