//! The scene's entries in the menu.

use crate::choice::Choice;
use crate::experiment::Experiment;
use crate::experiment::scene::Link;
use crate::surface::examples::Example;
use crate::surface::{HyperParameter, Method, Setting, Tuned};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Views, attribute, live};
use leptos::prelude::*;

/// The optimizer of the run on a surface, and the ready ones. The run goes on meanwhile: their links have it too.
#[component]
pub fn Entries() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let link = move |pairs: &str| lab.experiment.with(|experiment| format!("#{}", Link::fragment(experiment, pairs)));
    let example = move |&example: &Example| {
        view! {
            <li>
                <a href=attribute(move || link(example.pairs())) data-surface=example.name()>
                    <strong>{live(move || title(i18n, example))}</strong>
                    <span>{live(move || question(i18n, example))}</span>
                </a>
            </li>
        }
    };
    view! {
        <section>
            <h2>{live(move || t_string!(i18n, surface.entries.title))}</h2>
            <ul class="lessons">
                <li>
                    <a href=attribute(move || link(&lab.experiment.with(own))) data-surface="own">
                        <strong>{live(move || t_string!(i18n, surface.entries.own))}</strong>
                        <span>{live(move || t_string!(i18n, surface.entries.own_question))}</span>
                    </a>
                </li>
                {Example::ALL.iter().map(example).views()}
            </ul>
        </section>
    }
}

/// A quadratic with the optimizer of an experiment.
fn own(experiment: &Experiment) -> String {
    let tuned = Tuned::new(Method::of(experiment.optimizer, experiment.amsgrad))
        .with(HyperParameter::Lr, experiment.lr)
        .with(HyperParameter::Momentum, experiment.momentum)
        .with(HyperParameter::Beta1, experiment.beta1)
        .with(HyperParameter::Beta2, experiment.beta2);
    Setting { paths: vec![tuned], ..Setting::default() }.to_pairs()
}

fn title(i18n: Words, example: Example) -> &'static str {
    match example {
        Example::BestRate => t_string!(i18n, surface.entries.best_rate),
        Example::IllConditioned => t_string!(i18n, surface.entries.ill_conditioned),
        Example::TooLarge => t_string!(i18n, surface.entries.too_large),
        Example::BestMomentum => t_string!(i18n, surface.entries.best_momentum),
        Example::Ravine => t_string!(i18n, surface.entries.ravine),
        Example::Turned => t_string!(i18n, surface.entries.turned),
        Example::Rosenbrock => t_string!(i18n, surface.entries.rosenbrock),
        Example::Beale => t_string!(i18n, surface.entries.beale),
        Example::Saddle => t_string!(i18n, surface.entries.saddle),
        Example::Online => t_string!(i18n, surface.entries.online),
    }
}

pub(super) fn question(i18n: Words, example: Example) -> &'static str {
    match example {
        Example::BestRate => t_string!(i18n, surface.entries.best_rate_question),
        Example::IllConditioned => t_string!(i18n, surface.entries.ill_conditioned_question),
        Example::TooLarge => t_string!(i18n, surface.entries.too_large_question),
        Example::BestMomentum => t_string!(i18n, surface.entries.best_momentum_question),
        Example::Ravine => t_string!(i18n, surface.entries.ravine_question),
        Example::Turned => t_string!(i18n, surface.entries.turned_question),
        Example::Rosenbrock => t_string!(i18n, surface.entries.rosenbrock_question),
        Example::Beale => t_string!(i18n, surface.entries.beale_question),
        Example::Saddle => t_string!(i18n, surface.entries.saddle_question),
        Example::Online => t_string!(i18n, surface.entries.online_question),
    }
}
