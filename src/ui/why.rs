//! Why it happens: the term of the formula that decides, with the measured numbers in it.

use crate::choice::Choice;
use crate::diagnosis::{Condition, ZeroCause};
use crate::experiment::{Key, Value};
use crate::nn::{Normalization, Residual};
use crate::plot::number::significant;
use crate::ui::formula::{BackwardStep, Fraction, GradientNorm, NormalizedStep, SkipStep};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::reading::{Finding, Reading};
use crate::ui::words::{self, Words};
use leptos::prelude::*;

/// The reason for the verdict.
#[component]
pub fn Why() -> impl IntoView {
    let i18n = use_i18n();
    let shown = expect_context::<Reading>().shown;
    let reason = move || {
        let finding = shown.get()?;
        let condition = finding.diagnosis.conditions.first().copied()?;
        Some(view! {
            <p>{sentence(i18n, &finding, condition)}</p>
            {formula(&finding, condition)}
        })
    };
    view! {
        <section class="why" aria-labelledby="why-title" hidden=move || shown.with(Option::is_none)>
            <h2 id="why-title">{move || t_string!(i18n, page.side.why)}</h2>
            {reason}
            // What the theory predicts has its place here, below what was measured.
        </section>
    }
}

fn sentence(i18n: Words, finding: &Finding, condition: Condition) -> String {
    let is_sigmoid = finding.experiment.get(Key::Activation) == Value::Name("sigmoid");
    match condition {
        Condition::Diverged => {
            let precision = words::value(i18n, Key::Precision, finding.experiment.get(Key::Precision));
            t_string!(i18n, page.why.diverged, precision = precision)
        }
        Condition::Exploding if !finding.diagnosis.flow_explodes() => t_string!(i18n, page.why.update).to_owned(),
        Condition::Dead => t_string!(i18n, page.why.dead).to_owned(),
        Condition::Vanishing if finding.diagnosis.zero_cause.is_some() => match finding.diagnosis.zero_cause {
            Some(ZeroCause::ZeroWeights) => t_string!(i18n, page.why.zero_weights).to_owned(),
            Some(ZeroCause::SingleSample) => t_string!(i18n, page.why.zero_single).to_owned(),
            _ => t_string!(i18n, page.why.zero_slope).to_owned(),
        },
        Condition::Saturated => t_string!(i18n, page.why.saturated).to_owned(),
        Condition::Healthy if finding.layers < 2 => t_string!(i18n, page.why.one_layer).to_owned(),
        _ => flow_sentence(i18n, finding, is_sigmoid).to_owned(),
    }
}

/// What multiplies the gradient in each layer of this network.
fn flow_sentence(i18n: Words, finding: &Finding, is_sigmoid: bool) -> &'static str {
    let experiment = &finding.experiment;
    let has_skip = experiment.residual != Residual::None;
    match experiment.norm {
        _ if has_skip => t_string!(i18n, page.why.skip),
        Normalization::Layer => t_string!(i18n, page.why.layer_norm),
        Normalization::Batch => t_string!(i18n, page.why.batch_norm),
        Normalization::None if finding.diagnosis.flow_explodes() => t_string!(i18n, page.why.exploding),
        Normalization::None if is_sigmoid => t_string!(i18n, page.why.sigmoid),
        Normalization::None => t_string!(i18n, page.why.flow),
    }
}

fn formula(finding: &Finding, condition: Condition) -> AnyView {
    let diagnosis = &finding.diagnosis;
    match condition {
        Condition::Exploding if !finding.diagnosis.flow_explodes() => {
            let (layer, ratio) = diagnosis.largest_update;
            let layer = layer.to_string();
            view! {
                <p class="formula" data-condition=condition.name()>
                    <Fraction
                        top={let layer = layer.clone(); move || view! { "‖Δ" <i>"W"</i> <sup>{layer.clone()}</sup> "‖" }}
                        bottom=move || view! { "‖" <i>"W"</i> <sup>{layer.clone()}</sup> "‖" }
                    />
                    " = " <b>{significant(ratio, 2)}</b>
                </p>
            }
            .into_any()
        }
        Condition::Dead => view! {
            <p class="formula">
                <span class="term"><i>"z"</i> " ≤ 0 ⇒ " <i>"φ"</i> "′(" <i>"z"</i> ") = 0"</span>
            </p>
        }
        .into_any(),
        Condition::Saturated => view! {
            <p class="formula">
                <span class="term"><i>"φ"</i> "′(" <i>"z"</i> ") < 0.05 · max " <i>"φ"</i> "′"</span>
            </p>
        }
        .into_any(),
        Condition::Diverged => ().into_any(),
        // There is nothing to compare: one layer, or layers that nothing reaches.
        _ if finding.layers < 2 || diagnosis.flow.zero_layers > 0 => {
            view! { <p class="formula">{backward_step(finding)}</p> }.into_any()
        }
        _ => flow_formula(finding),
    }
}

/// How the gradient goes back one layer of this network.
fn backward_step(finding: &Finding) -> AnyView {
    if finding.experiment.residual != Residual::None {
        view! { <SkipStep /> }.into_any()
    } else if finding.experiment.norm != Normalization::None {
        view! { <NormalizedStep /> }.into_any()
    } else {
        view! { <BackwardStep /> }.into_any()
    }
}

/// The factor of one layer and of all of them, measured.
fn flow_formula(finding: &Finding) -> AnyView {
    let flow = finding.diagnosis.flow;
    let last = finding.layers;
    view! {
        <p class="formula">
            {backward_step(finding)}
        </p>
        <div class="formulas">
            <p class="formula">
                <Fraction
                    top=|| view! { <GradientNorm layer="l−1" /> }
                    bottom=|| view! { <GradientNorm layer="l" /> }
                />
                " ≈ "
                <b>{significant(flow.factor_per_layer, 2)}</b>
            </p>
            <p class="formula">
                <Fraction
                    top=|| view! { <GradientNorm layer="1" /> }
                    bottom=move || view! { <GradientNorm layer=last.to_string() /> }
                />
                " = "
                <b>{significant(flow.total, 2)}</b>
            </p>
        </div>
    }
    .into_any()
}
