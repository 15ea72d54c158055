//! What is happening to the gradient of a recurrent network, in sentences with their numbers. A first visit shows none.

use super::emphasis::{emphasized, strong};
use crate::choice::Choice;
use crate::data::sequences::Task;
use crate::diagnosis::{Condition, Flow};
use crate::plot::number::{self, readable, significant};
use crate::train::{DivergedQuantity, Divergence};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::reading::{Finding, Reading};
use crate::ui::reactive::{Views, live};
use crate::ui::shared::part::part;
use crate::ui::shared::words::{self, Words};
use leptos::prelude::*;

part! {
    /// The verdict on a recurrent network.
    VERDICT_THROUGH_TIME, verdict_through_time => view! { <Said /> }.into_any()
}

/// The leading condition in a sentence; whatever else holds, and what is to be known of the curve, smaller below it.
#[component]
fn Said() -> impl IntoView {
    let i18n = use_i18n();
    let shown = expect_context::<Reading>().shown;
    let main = move || {
        let finding = shown.get()?;
        let condition = finding.diagnosis.conditions.first().copied()?;
        Some(emphasized(&text(i18n, &finding, condition)))
    };
    let others = move || {
        let finding = shown.get()?;
        // How the gradient changes stays readable where all is learned.
        let factor = finding.diagnosis.keeps_factor().then_some(Condition::Healthy);
        let conditions = factor.into_iter().chain(finding.diagnosis.conditions.iter().skip(1).copied());
        let also = conditions.map(|condition| {
            let said = emphasized(&text(i18n, &finding, condition));
            view! { <li data-condition=condition.name()>{said}</li> }.into_any()
        });
        let notes = notes(i18n, &finding);
        let notes = notes.into_iter().map(|(name, note)| view! { <li data-note=name>{note}</li> }.into_any());
        let lines: Vec<_> = also.chain(notes).collect();
        (!lines.is_empty()).then(|| view! { <ul class="also">{lines.views()}</ul> })
    };
    view! {
        <p class="sentence">{live(main)}</p>
        {live(others)}
    }
}

fn text(i18n: Words, finding: &Finding, condition: Condition) -> String {
    let diagnosis = &finding.diagnosis;
    let flow = diagnosis.flow;
    let (from, to, times) = (flow.from, flow.to, finding.places);
    let factor = number::factor_of_total(flow.factor, flow.beyond_readout, flow.averaged());
    let total = significant(flow.total, 2);
    match condition {
        Condition::Diverged => diverged(i18n, finding),
        Condition::Trained => {
            let (loss, guess) = (significant(diagnosis.loss, 2), readable(diagnosis.guess_loss));
            t_string!(i18n, page.verdict.trained, <b> = strong, loss, guess)
        }
        Condition::Exploding if flow.explodes() && flow.has_own => {
            t_string!(i18n, through_time.verdict.exploding_each, <b> = strong, total, from, to)
        }
        Condition::Exploding if flow.explodes() && flow.readout > 0 => {
            let head = t_string!(i18n, through_time.verdict.exploding_cell, <b> = strong, total, from, to);
            into_cell(i18n, &flow, head)
        }
        Condition::Exploding if flow.explodes() => {
            t_string!(i18n, through_time.verdict.exploding, <b> = strong, factor, total, from, to)
        }
        Condition::Exploding => {
            let (weights, ratio) = diagnosis.largest_update;
            let weights = words::weights_name(i18n, diagnosis.layout, weights);
            let ratio = significant(ratio, 2);
            t_string!(i18n, through_time.verdict.exploding_update, <b> = strong, weights, ratio)
        }
        Condition::Dead if diagnosis.dead_places == 1 => {
            t_string!(i18n, through_time.verdict.dead, <b> = strong, time = diagnosis.most_dead.0)
        }
        Condition::Dead => {
            t_string!(i18n, through_time.verdict.dead_times, <b> = strong, count = diagnosis.dead_places, times)
        }
        Condition::Vanishing if flow.zero_places > 0 => {
            t_string!(i18n, through_time.verdict.vanishing_zero, <b> = strong, count = flow.zero_places, times)
        }
        Condition::Vanishing if flow.readout > 0 => {
            let head = t_string!(i18n, through_time.verdict.vanishing_cell, <b> = strong, total, from, to);
            into_cell(i18n, &flow, head)
        }
        Condition::Vanishing => {
            t_string!(i18n, through_time.verdict.vanishing, <b> = strong, factor, total, from, to)
        }
        Condition::Underflow => match diagnosis.underflow {
            Some((first, last)) if first < last => {
                t_string!(i18n, through_time.verdict.underflow, <b> = strong, first, last)
            }
            other => {
                let time = other.map_or(1, |(first, _)| first);
                t_string!(i18n, through_time.verdict.underflow_one, <b> = strong, time)
            }
        },
        Condition::Saturated => {
            let (time, share) = diagnosis.most_saturated;
            t_string!(i18n, through_time.verdict.saturated, <b> = strong, time, percent = number::percent(share))
        }
        Condition::Healthy if flow.factors() == 0 => t_string!(i18n, through_time.verdict.healthy_one).to_owned(),
        Condition::Healthy if flow.has_own => {
            t_string!(i18n, through_time.verdict.each, <b> = strong, total, from, to)
        }
        Condition::Healthy if flow.is_weakened() && flow.readout > 0 => {
            let head = t_string!(i18n, through_time.verdict.weakened_cell, <b> = strong, total, from, to);
            into_cell(i18n, &flow, head)
        }
        Condition::Healthy if flow.is_weakened() => {
            t_string!(i18n, through_time.verdict.weakened, <b> = strong, factor, total, from, to)
        }
        Condition::Healthy if flow.readout > 0 => {
            let head = t_string!(i18n, through_time.verdict.healthy_cell, <b> = strong, total, from, to);
            into_cell(i18n, &flow, head)
        }
        Condition::Healthy => t_string!(i18n, through_time.verdict.healthy, <b> = strong, factor, total, from, to),
    }
}

/// What is said of the whole way, and then of its two parts: from the readout into the cell, and through time.
fn into_cell(i18n: Words, flow: &Flow, whole: String) -> String {
    let factor = number::factor_of_total(flow.factor, flow.beyond_readout, flow.averaged());
    let (readout, level) = (significant(flow.by_readout(), 2), flow.from - flow.readout);
    let parts = t_string!(i18n, through_time.verdict.into_cell, <b> = strong, factor, level, readout);
    [whole, parts].join(" ")
}

fn diverged(i18n: Words, finding: &Finding) -> String {
    let Some(Divergence { step, layer, time, quantity }) = finding.diagnosis.divergence else {
        return String::new();
    };
    let is_sum = matches!(quantity, DivergedQuantity::Grad | DivergedQuantity::Update);
    let (step, quantity) = (number::grouped(step), words::diverged_quantity(i18n, quantity));
    let levels = finding.diagnosis.layout.levels();
    let layer = layer.filter(|layer| *layer <= levels);
    match (time, layer) {
        (Some(time), _) if is_sum => {
            t_string!(i18n, through_time.verdict.diverged_sum, <b> = strong, step, quantity, time)
        }
        (Some(time), Some(layer)) if levels > 1 => {
            t_string!(i18n, through_time.verdict.diverged_time_layer, <b> = strong, step, time, layer, quantity)
        }
        (Some(time), _) => t_string!(i18n, through_time.verdict.diverged_time, <b> = strong, step, time, quantity),
        (None, Some(layer)) if levels > 1 => {
            t_string!(i18n, through_time.verdict.diverged_layer, <b> = strong, step, layer, quantity)
        }
        (None, _) => t_string!(i18n, page.verdict.diverged, <b> = strong, step, quantity),
    }
}

/// What is to be known of the curve, each with its name in the document.
fn notes(i18n: Words, finding: &Finding) -> Vec<(&'static str, String)> {
    let flow = finding.diagnosis.flow;
    let mut notes = Vec::new();
    if finding.diagnosis.conditions.first() == Some(&Condition::Diverged) {
        return notes;
    }
    let levels = finding.diagnosis.layout.levels();
    if levels > 1 {
        notes.push(("stack", t_string!(i18n, through_time.note.stack, levels).to_string()));
    }
    let experiment = &finding.experiment;
    if experiment.task == Task::Copy && !flow.has_own {
        notes.push(("copy", t_string!(i18n, through_time.note.copy, from = flow.from).to_string()));
    }
    if flow.has_own && !flow.explodes() {
        notes.push(("each", t_string!(i18n, through_time.note.each).to_owned()));
    }
    let (to, before) = (flow.to, flow.to - 1);
    if experiment.cuts_after().contains(&before) {
        notes.push(("cut", t_string!(i18n, through_time.note.cut, to, before).to_string()));
    } else if to > 1 {
        notes.push(("padding", t_string!(i18n, through_time.note.padding, to).to_string()));
    }
    notes
}
