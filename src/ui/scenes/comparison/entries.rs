//! The ready comparisons in the list of scenes, and their questions.

use crate::choice::Choice;
use crate::experiment::Experiment;
use crate::experiment::comparison::Comparison;
use crate::experiment::ready::Ready;
use crate::experiment::scene::Link;
use crate::experiment::share;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Views, attribute, live};
use leptos::prelude::*;

/// The comparisons: that of the present run with itself, and the ready ones, each with its question.
#[component]
pub fn Entries() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let begin = move || lab.experiment.with(|experiment| format!("#{}", Link::fragment(experiment, "vs=")));
    let item = move |ready: Ready| {
        view! {
            <li>
                <a href=format!("#{}", ready.fragment()) data-comparison=ready.name()>
                    <strong>{live(move || name(i18n, ready))}</strong>
                    <span>{live(move || question(i18n, ready))}</span>
                </a>
            </li>
        }
    };
    let of = move |is_through_time: bool| {
        Ready::ALL.iter().copied().filter(move |ready| ready.is_through_time() == is_through_time).map(item).views()
    };
    view! {
        <section>
            <h2>{live(move || t_string!(i18n, comparison.menu.title))}</h2>
            <ul class="lessons">
                <li>
                    <a href=attribute(begin) data-comparison="present">
                        <strong>{live(move || t_string!(i18n, comparison.menu.begin))}</strong>
                        <span>{live(move || t_string!(i18n, comparison.menu.begin_question))}</span>
                    </a>
                </li>
                {of(false)}
            </ul>
        </section>
        <section>
            <h2>{live(move || t_string!(i18n, comparison.menu.time_title))}</h2>
            <ul class="lessons">{of(true)}</ul>
        </section>
    }
}

/// The question of the ready comparison that these runs are, however they are conducted.
pub fn question_of(i18n: Words, first: &Experiment, pairs: &str) -> Option<String> {
    let (present, _) = Comparison::parse(first, pairs);
    let is_present = |ready: &&Ready| {
        let link = Link::parse(ready.fragment());
        let (its_first, _) = share::from_fragment(&link.experiment);
        let its_first = its_first.conducted_as(first);
        its_first == *first && Comparison::parse(&its_first, &link.scene_pairs).0.others == present.others
    };
    Ready::ALL.iter().find(is_present).map(|ready| question(i18n, *ready).to_owned())
}

fn name(i18n: Words, ready: Ready) -> &'static str {
    match ready {
        Ready::OptimizersVanishing => t_string!(i18n, comparison.ready.optimizers_vanishing.name),
        Ready::OptimizersHealthy => t_string!(i18n, comparison.ready.optimizers_healthy.name),
        Ready::Activations => t_string!(i18n, comparison.ready.activations.name),
        Ready::Initializations => t_string!(i18n, comparison.ready.initializations.name),
        Ready::Remedies => t_string!(i18n, comparison.ready.remedies.name),
        Ready::Momentum => t_string!(i18n, comparison.ready.momentum.name),
        Ready::Beta2 => t_string!(i18n, comparison.ready.beta2.name),
        Ready::Epsilon => t_string!(i18n, comparison.ready.epsilon.name),
        Ready::Decay => t_string!(i18n, comparison.ready.decay.name),
        Ready::Spoiled => t_string!(i18n, comparison.ready.spoiled.name),
        Ready::Cells => t_string!(i18n, comparison.ready.cells.name),
        Ready::Padding => t_string!(i18n, comparison.ready.padding.name),
    }
}

fn question(i18n: Words, ready: Ready) -> &'static str {
    match ready {
        Ready::OptimizersVanishing => t_string!(i18n, comparison.ready.optimizers_vanishing.question),
        Ready::OptimizersHealthy => t_string!(i18n, comparison.ready.optimizers_healthy.question),
        Ready::Activations => t_string!(i18n, comparison.ready.activations.question),
        Ready::Initializations => t_string!(i18n, comparison.ready.initializations.question),
        Ready::Remedies => t_string!(i18n, comparison.ready.remedies.question),
        Ready::Momentum => t_string!(i18n, comparison.ready.momentum.question),
        Ready::Beta2 => t_string!(i18n, comparison.ready.beta2.question),
        Ready::Epsilon => t_string!(i18n, comparison.ready.epsilon.question),
        Ready::Decay => t_string!(i18n, comparison.ready.decay.question),
        Ready::Spoiled => t_string!(i18n, comparison.ready.spoiled.question),
        Ready::Cells => t_string!(i18n, comparison.ready.cells.question),
        Ready::Padding => t_string!(i18n, comparison.ready.padding.question),
    }
}
