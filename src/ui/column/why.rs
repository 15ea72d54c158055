//! Why it happens: the term of the formula that decides, with the measured numbers in it.

use super::decay::{decay_factor, decay_formula};
use super::slope::{dead_formula, saturated_formula};
use super::standing::name_of;
use super::time_why::WHY_THROUGH_TIME;
use crate::choice::Choice;
use crate::diagnosis::{Condition, Decay, Flow, ZeroCause};
use crate::experiment::Key;
use crate::nn::{Activation, Normalization, Residual};
use crate::plot::number::{factor_of_total, grouped, percent, significant};
use crate::theory::{Forecast, NoPrediction, Standing};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::reading::{Finding, Reading};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, attribute, live};
use crate::ui::shared::formula::{BackwardStep, Fraction, GradientNorm, NormalizedStep, SkipStep, TheoryFactor};
use crate::ui::shared::part::Fetched;
use crate::ui::shared::words::{self, Words};
use leptos::prelude::*;
use std::ops::Range;

/// The reason for the verdict.
#[component]
pub fn Why() -> impl IntoView {
    let i18n = use_i18n();
    let reading: Reading = expect_context();
    let shown = reading.shown;
    let is_through_time = Memo::new(move |_| reading.is_through_time());
    let through_layers = move || {
        let finding = shown.get()?;
        let condition = finding.diagnosis.conditions.first().copied()?;
        Some(view! {
            <p>{sentence(i18n, &finding, condition)}</p>
            {formula(&finding, condition)}
        })
    };
    let reason = move || {
        if is_through_time.get() {
            view! { <Fetched part=&WHY_THROUGH_TIME /> }.into_any()
        } else {
            view! {
                {live(through_layers)}
                <Theory />
            }
            .into_any()
        }
    };
    view! {
        <section class="why" aria-labelledby="why-title" hidden=attribute(move || shown.with(Option::is_none))>
            <h2 id="why-title">{live(move || t_string!(i18n, page.side.why))}</h2>
            {live(reason)}
        </section>
    }
}

fn sentence(i18n: Words, finding: &Finding, condition: Condition) -> String {
    let is_sigmoid = finding.experiment.activation == Activation::Sigmoid;
    if let Some(decay) = finding.diagnosis.decay.filter(|_| finding.diagnosis.is_of_decay()) {
        return decay_sentence(i18n, finding, decay);
    }
    match condition {
        Condition::Diverged => {
            let precision = words::value(i18n, Key::Precision, finding.experiment.get(Key::Precision));
            t_string!(i18n, page.why.diverged, precision = precision)
        }
        Condition::Trained => t_string!(i18n, page.why.trained).to_owned(),
        Condition::Exploding if !finding.diagnosis.flow.explodes() => t_string!(i18n, page.why.update).to_owned(),
        Condition::Dead => t_string!(i18n, page.why.dead).to_owned(),
        Condition::Vanishing if finding.diagnosis.zero_cause.is_some() => match finding.diagnosis.zero_cause {
            Some(ZeroCause::ZeroWeights) => {
                let (count, all) = (finding.diagnosis.zero_weights, finding.diagnosis.layout.weights_len());
                if count == all {
                    t_string!(i18n, page.why.zero_weights).to_owned()
                } else {
                    t_string!(i18n, page.why.zero_weights_in, count, all).to_string()
                }
            }
            Some(ZeroCause::SingleSample) => t_string!(i18n, page.why.zero_single).to_owned(),
            _ => t_string!(i18n, page.why.zero_slope).to_owned(),
        },
        Condition::Saturated => t_string!(i18n, page.why.saturated).to_owned(),
        Condition::Healthy if finding.places < 2 => t_string!(i18n, page.why.one_layer).to_owned(),
        // What flattens the units is nearer than what φ could do at its best.
        Condition::Vanishing | Condition::Underflow if finding.diagnosis.conditions.contains(&Condition::Saturated) => {
            t_string!(i18n, page.why.saturated_flow).to_owned()
        }
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
        Normalization::None if finding.diagnosis.flow.explodes() => t_string!(i18n, page.why.exploding),
        Normalization::None if is_sigmoid => t_string!(i18n, page.why.sigmoid),
        Normalization::None => t_string!(i18n, page.why.flow),
    }
}

fn formula(finding: &Finding, condition: Condition) -> AnyView {
    let diagnosis = &finding.diagnosis;
    if let Some(decay) = diagnosis.decay.filter(|_| diagnosis.is_of_decay()) {
        return decay_formula(finding, decay);
    }
    match condition {
        Condition::Trained => ().into_any(),
        Condition::Exploding if !finding.diagnosis.flow.explodes() => {
            let (weights, ratio) = diagnosis.largest_update;
            let layer = words::layer_of(diagnosis.layout, weights).to_string();
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
        Condition::Dead => dead_formula(),
        Condition::Saturated => saturated_formula(),
        Condition::Diverged => ().into_any(),
        // There is nothing to compare: one layer, or layers that nothing reaches.
        _ if finding.places < 2 || diagnosis.flow.zero_places > 0 => {
            view! { <p class="formula">{backward_step(finding)}</p> }.into_any()
        }
        _ => flow_formula(finding),
    }
}

/// What weight decay has done.
fn decay_sentence(i18n: Words, finding: &Finding, decay: Decay) -> String {
    let size = percent(decay.size);
    let factor = decay_factor(finding, decay);
    match factor {
        Some(factor) if decay.drives_away() => t_string!(i18n, page.why.decay_grows, factor).to_string(),
        Some(factor) if finding.step == 1 => t_string!(i18n, page.why.decay_shrinks_once, factor, size).to_string(),
        Some(factor) => t_string!(i18n, page.why.decay_shrinks, factor, step = grouped(finding.step), size).to_string(),
        None => t_string!(i18n, page.why.decay_adaptive, size).to_string(),
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
    let last = finding.diagnosis.layout.number(flow.from.saturating_sub(1));
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
                <b>{factor_of_total(flow.factor, flow.total, flow.factors())}</b>
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

/// What theory expects at the start, and whether what was measured there agrees.
#[component]
fn Theory() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let said = move || {
        lab.forecast.with(|forecast| {
            let forecast = forecast.as_ref()?;
            let hidden = lab.measured.with_untracked(|experiment| experiment.way().places);
            let name = forecast.standing(hidden.start).map(name_of);
            let has_skip = lab.measured.with_untracked(|experiment| experiment.residual != Residual::None);
            let is_plain = lab.measured.with_untracked(|experiment| {
                experiment.norm == Normalization::None && experiment.residual == Residual::None
            });
            Some(view! {
                <div class="theory" data-standing=name>
                    {theory_formula(i18n, forecast, &hidden, is_plain, has_skip)}
                    <p>{theory_sentence(i18n, forecast, hidden.start)}</p>
                </div>
            })
        })
    };
    view! { {live(said)} }
}

/// The factor of a layer by theory, and the measured one of all layers together.
fn theory_formula(
    i18n: Words,
    forecast: &Forecast,
    hidden: &Range<usize>,
    is_plain: bool,
    has_skip: bool,
) -> Option<AnyView> {
    let expected = forecast.factor()?;
    let measured = measured_factor(forecast, hidden);
    // With skip connections it is of layers of this width, and no χ.
    let name = if has_skip {
        view! { <span class="term measured">{t_string!(i18n, page.theory.by_theory)}</span> }.into_any()
    } else {
        view! { <TheoryFactor is_plain /> " = " }.into_any()
    };
    let view = view! {
        <p class="formula">
            {name}
            <b>{significant(expected, 3)}</b>
            <span class="term measured">{t_string!(i18n, page.theory.measured)} " " {significant(measured, 3)}</span>
        </p>
    };
    Some(view.into_any())
}

/// The factor per hidden layer that was measured at step 0.
fn measured_factor(forecast: &Forecast, hidden: &Range<usize>) -> f64 {
    // The forecast may still be of the network before.
    let norms = forecast.measured.split_last().map_or(&[][..], |(_, before_output)| before_output);
    Flow::through(norms.get(hidden.clone()).unwrap_or(norms)).factor
}

fn theory_sentence(i18n: Words, forecast: &Forecast, first: usize) -> String {
    let reason = forecast.reason().or(forecast.band.as_ref().err().copied()).and_then(|reason| match reason {
        NoPrediction::ZeroWeights => Some(t_string!(i18n, page.theory.zero_weights)),
        NoPrediction::EqualWeights => Some(t_string!(i18n, page.theory.equal_weights)),
        NoPrediction::FewSamples => Some(t_string!(i18n, page.theory.few_samples)),
        NoPrediction::FewUnits => Some(t_string!(i18n, page.theory.few_units)),
        NoPrediction::Geometry => Some(t_string!(i18n, page.theory.geometry)),
        NoPrediction::Overflow => Some(t_string!(i18n, page.theory.overflow)),
        NoPrediction::Width => Some(t_string!(i18n, page.theory.width)),
        NoPrediction::NoText => Some(t_string!(i18n, page.theory.no_text)),
        // Of recurrent networks.
        NoPrediction::DependentWeights | NoPrediction::EveryStep | NoPrediction::Levels | NoPrediction::Padding => None,
    });
    // Where the line leaves the band, that has been said.
    let is_to_say = forecast.has_stand_in() && !forecast.line_leaves_band();
    let stand_in = is_to_say.then(|| t_string!(i18n, page.theory.stand_in));
    let band = match forecast.standing(first) {
        Some(Standing::Inside) if forecast.measured.get(first) == Some(&0.0) => Some(t_string!(i18n, page.theory.zero)),
        Some(Standing::Inside) => Some(t_string!(i18n, page.theory.inside)),
        Some(Standing::Below) => Some(t_string!(i18n, page.theory.below)),
        Some(Standing::Above) => Some(t_string!(i18n, page.theory.above)),
        None if forecast.band != Ok(None) => None,
        None if forecast.is_complete => Some(t_string!(i18n, page.theory.no_band)),
        None => Some(t_string!(i18n, page.theory.drawing)),
    };
    [reason, stand_in, band].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
