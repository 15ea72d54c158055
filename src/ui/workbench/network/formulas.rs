//! The formula of each phase with a unit's numbers plugged in, in as many digits as it takes for it to come out by hand.

use crate::experiment::{Experiment, Key};
use crate::look::by_hand;
use crate::look::phase::{Phase, SumOfProducts, largest};
use crate::look::view::UnitView;
use crate::nn::{Loss, Normalization};
use crate::optim::Hyper;
use crate::plot::number::{grouped, readable};
use crate::plot::worked::Worked;
use crate::ui::i18n::t_string;
use crate::ui::shared::formula::Fraction;
use crate::ui::shared::words::{self, Words};
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
    /// The chosen unit's numbers.
    pub unit: UnitView,
    /// The experiment that they are of.
    pub experiment: Experiment,
    /// The hyper-parameters that held for the step.
    pub hyper: Hyper,
}

impl Scene {
    fn is_output(&self) -> bool {
        self.unit.layer + 1 == self.experiment.layer_count()
    }

    /// Whether it is the table of the words' vectors, which has neither a bias nor an activation.
    fn is_embedding(&self) -> bool {
        self.unit.layer == 0 && self.experiment.has_embedding_layer()
    }

    fn is_hidden(&self) -> bool {
        !self.is_output() && !self.is_embedding()
    }

    fn is_normalized(&self) -> bool {
        self.is_hidden() && self.experiment.norm != Normalization::None
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
    } else if scene.is_embedding() {
        t_string!(i18n, network.slow.forward_embedding)
    } else {
        t_string!(i18n, network.slow.forward_hidden)
    };
    let sum = SumOfProducts::of(&unit.inputs, &unit.weights, MOST_TERMS);
    let z = Worked::from(by_hand::pre_activation(unit, &sum));
    let bias = z.operands.last().filter(|_| !scene.is_embedding()).map(|bias| factor(bias));
    let has_bias = bias.is_some();
    let normalized = scene.is_normalized().then(|| {
        view! {
            <p class="formula">
                <i>"u"</i>
                <span class="term">"= norm(" <i>"z"</i> ") ="</span>
                {result("u", unit.u, readable(unit.u))}
            </p>
        }
    });
    let activated = scene.is_hidden().then(|| {
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
            <span class="term">
                "= Σ " <i>"h"</i> <sub>"i"</sub> " " <i>"w"</i> <sub>"i"</sub>
                {has_bias.then(|| view! { " + " <i>"b"</i> })} " ="
            </span>
            {terms(i18n, &sum, &z.operands)}
            <span class="term">{bias.map(|bias| view! { "+ " {bias} " " })} {z.equals}</span>
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
                {partial_of_weight((index + 1).to_string())}
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
            {if scene.is_embedding() {
                t_string!(i18n, network.slow.backward_embedding)
            } else {
                t_string!(i18n, network.slow.backward_hidden)
            }} " "
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
    let unit = &scene.unit;
    let Some(index) = largest(&unit.grad_weights) else { return ().into_any() };
    let Some(weight) = unit.weight(index) else { return ().into_any() };
    let of = Made { step: scene.step, experiment: &scene.experiment, hyper: &scene.hyper };
    worked_formulas::update(i18n, of, &weight, (index + 1).to_string())
}
