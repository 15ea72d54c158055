//! What is happening to the gradient: the verdict in a sentence with its numbers.

use super::emphasis::{emphasized, strong};
use super::face::{Face, badge};
use super::time_verdict::VERDICT_THROUGH_TIME;
use crate::choice::Choice;
use crate::diagnosis::Condition;
use crate::nn::Normalization;
use crate::plot::number::{self, readable, significant};
use crate::train::{Divergence, Layout};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::reading::{Finding, Reading};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, Views, live};
use crate::ui::shared::part::Fetched;
use crate::ui::shared::words::{self, Words};
use leptos::prelude::*;

/// The verdict, large enough for the last row; whatever else holds, smaller below it.
#[component]
pub fn Verdict() -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let reading: Reading = expect_context();
    let Reading { shown, since, .. } = reading;
    let is_through_time = Memo::new(move |_| reading.is_through_time());
    let first = Memo::new(move |_| shown.with(|d| d.as_ref().and_then(|d| d.diagnosis.conditions.first().copied())));
    let face = Memo::new(move |_| shown.with(|d| d.as_ref().map_or(Face::Plain, Face::of)));
    let name = move |condition| face.get().name(i18n, condition);
    let badge = move || Some(badge(i18n, first.get()?, face.get()));
    let began = move || match since.get()? {
        0 => Some(view! { <span class="since">{t_string!(i18n, page.verdict.from_the_start)}</span> }.into_any()),
        step => {
            let words = t_string!(i18n, page.verdict.since, step = number::grouped(step)).to_string();
            let go = move |_| lab.show_step(step);
            Some(view! { <button type="button" class="since" data-since=step on:click=go>{words}</button> }.into_any())
        }
    };
    let main = move || match shown.get() {
        Some(finding) => first.get().map(|condition| sentence(i18n, &finding, condition)).into_any(),
        None if lab.failure.with(Option::is_some) => ().into_any(),
        None => t_string!(i18n, page.side.measuring).into_any(),
    };
    let others = move || {
        let finding = shown.get()?;
        // How the gradient changes stays readable where all is learned.
        let factor = finding.diagnosis.keeps_factor().then_some(Condition::Healthy);
        let others: Vec<_> = factor.into_iter().chain(finding.diagnosis.conditions.iter().skip(1).copied()).collect();
        let line = |condition: Condition| view! { <li data-condition=condition.name()>{sentence(i18n, &finding, condition)}</li> };
        (!others.is_empty()).then(|| view! { <ul class="also">{others.into_iter().map(line).views()}</ul> })
    };
    let said = move || {
        if is_through_time.get() {
            view! { <Fetched part=&VERDICT_THROUGH_TIME /> }.into_any()
        } else {
            view! {
                <p class="sentence">{live(main)}</p>
                {live(others)}
            }
            .into_any()
        }
    };
    let standing = move || shown.get().map(|finding| standing(i18n, &finding));
    // The sentence changes with every number; a screen reader hears only when the verdict is another.
    let spoken = move || first.get().map(name);
    view! {
        <section class="verdict" aria-labelledby="verdict-title">
            <h2 id="verdict-title">{live(move || t_string!(i18n, page.side.happening))}</h2>
            <div class="badges">{live(badge)} {live(began)}</div>
            {live(said)}
            {live(standing)}
            <p class="visually-hidden" role="status">{live(spoken)}</p>
        </section>
    }
}

/// A condition in a sentence with its numbers.
fn sentence(i18n: Words, finding: &Finding, condition: Condition) -> AnyView {
    emphasized(&text(i18n, finding, condition))
}

fn text(i18n: Words, finding: &Finding, condition: Condition) -> String {
    let diagnosis = &finding.diagnosis;
    let flow = diagnosis.flow;
    // Hidden layers are counted from 1, whatever stands before them.
    let layout = diagnosis.layout;
    let number_of = |place: usize| layout.number(place.saturating_sub(1));
    let layers = number_of(flow.from);
    let factor = number::factor_of_total(flow.factor, flow.total, flow.factors());
    let total = significant(flow.total, 2);
    match condition {
        Condition::Diverged => diverged(i18n, diagnosis.divergence, layout),
        Condition::Trained => {
            let (loss, guess) = (significant(diagnosis.loss, 2), readable(diagnosis.guess_loss));
            t_string!(i18n, page.verdict.trained, <b> = strong, loss, guess)
        }
        Condition::Exploding if diagnosis.flow.explodes() => {
            t_string!(i18n, page.verdict.exploding, <b> = strong, factor, total, layers)
        }
        Condition::Exploding => {
            let (weights, ratio) = diagnosis.largest_update;
            let (layer, ratio) = (words::layer_of(layout, weights), significant(ratio, 2));
            if layer == 0 {
                t_string!(i18n, page.verdict.exploding_update_embedding, <b> = strong, ratio)
            } else {
                t_string!(i18n, page.verdict.exploding_update, <b> = strong, layer, ratio)
            }
        }
        Condition::Dead => {
            let (place, share) = diagnosis.most_dead;
            let layer = number_of(place);
            let percent = number::percent(share);
            if diagnosis.dead_places == 1 {
                t_string!(i18n, page.verdict.dead, <b> = strong, layer, percent)
            } else {
                let count = diagnosis.dead_places;
                t_string!(i18n, page.verdict.dead_layers, <b> = strong, count, depth = finding.places, layer, percent)
            }
        }
        Condition::Vanishing if flow.zero_places > 0 => {
            t_string!(i18n, page.verdict.vanishing_zero, <b> = strong, count = flow.zero_places, layers = finding.places)
        }
        Condition::Vanishing => t_string!(i18n, page.verdict.vanishing, <b> = strong, factor, total, layers),
        Condition::Underflow => match diagnosis.underflow {
            Some((first, last)) if first < last => {
                let (first, last) = (number_of(first), number_of(last));
                t_string!(i18n, page.verdict.underflow, <b> = strong, first, last)
            }
            other => {
                let layer = other.map_or(1, |(first, _)| number_of(first));
                t_string!(i18n, page.verdict.underflow_one, <b> = strong, layer)
            }
        },
        Condition::Saturated => {
            let (place, share) = diagnosis.most_saturated;
            let layer = number_of(place);
            t_string!(i18n, page.verdict.saturated, <b> = strong, layer, percent = number::percent(share))
        }
        Condition::Healthy if finding.places == 1 => t_string!(i18n, page.verdict.healthy_one).to_owned(),
        Condition::Healthy if flow.is_weakened() => {
            t_string!(i18n, page.verdict.weakened, <b> = strong, factor, total, layers)
        }
        Condition::Healthy => t_string!(i18n, page.verdict.healthy, <b> = strong, factor, total, layers),
    }
}

fn diverged(i18n: Words, divergence: Option<Divergence>, layout: Layout) -> String {
    let Some(divergence) = divergence else {
        return String::new();
    };
    let step = number::grouped(divergence.step);
    let quantity = words::diverged_quantity(i18n, divergence.quantity);
    match divergence.layer {
        Some(layer) if layer >= layout.places() => {
            t_string!(i18n, page.verdict.diverged_output, <b> = strong, step, quantity)
        }
        Some(1) if layout.is_embedding(0) => {
            t_string!(i18n, page.verdict.diverged_embedding, <b> = strong, step, quantity)
        }
        Some(layer) => {
            let layer = layout.number(layer.saturating_sub(1));
            t_string!(i18n, page.verdict.diverged_layer, <b> = strong, step, layer, quantity)
        }
        None => t_string!(i18n, page.verdict.diverged, <b> = strong, step, quantity),
    }
}

/// Where the loss stands against guessing, and under BatchNorm what it is in use.
fn standing(i18n: Words, finding: &Finding) -> AnyView {
    let diagnosis = &finding.diagnosis;
    // A run that ended has its own last numbers, and one that has learned has said it.
    if matches!(diagnosis.conditions.first(), None | Some(Condition::Diverged)) {
        return ().into_any();
    }
    let (loss, guess) = (readable(diagnosis.loss), readable(diagnosis.guess_loss));
    let is_worse = diagnosis.is_worse_than_guessing;
    let against = match diagnosis.conditions.first() {
        Some(Condition::Trained) => String::new(),
        _ if is_worse => {
            let times = significant(diagnosis.loss / diagnosis.guess_loss, 2);
            t_string!(i18n, page.verdict.loss_worse, <b> = strong, loss, guess, times)
        }
        _ => t_string!(i18n, page.verdict.loss, loss, guess).to_string(),
    };
    let faces = finding.evaluation.filter(|evaluation| {
        let ratio = evaluation.training.loss / diagnosis.loss;
        // On few samples two losses differ by chance.
        let least = if finding.experiment.batch_size() >= 16 { 2.0 } else { 10.0 };
        finding.experiment.norm == Normalization::Batch && !(1.0 / least..least).contains(&ratio)
    });
    let faces = faces.map(|evaluation| {
        let step = number::grouped(evaluation.step);
        let (batch, training) = (readable(diagnosis.loss), readable(evaluation.training.loss));
        t_string!(i18n, page.verdict.batch_norm, <b> = strong, batch, training, step)
    });
    let lines = [Some(against).filter(|text| !text.is_empty()), faces].into_iter().flatten();
    view! {
        <div class="loss-standing" class:worse=is_worse>
            {lines.map(|text| view! { <p>{emphasized(&text)}</p> }).views()}
        </div>
    }
    .into_any()
}
