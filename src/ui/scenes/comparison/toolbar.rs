//! The question of a ready comparison, how the runs go on, and one more run.

use super::entries::question_of;
use super::runs::Runs;
use crate::choice::Choice;
use crate::experiment::comparison::{MOST_RUNS, Pace};
use crate::plot::runs::LETTERS;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::scene::use_shown;
use crate::ui::reactive::{Memo, RwSignal, Signal, Views, attribute, live};
use crate::ui::scenes::question::Headline;
use leptos::prelude::*;

/// Above the table.
#[component]
pub fn Toolbar(
    /// The runs.
    runs: Runs,
) -> impl IntoView {
    let (i18n, shown) = (use_i18n(), use_shown());
    let question = Memo::new(move |_| {
        let first = runs.all.with(|all| all[0].lab.experiment.get());
        shown.pairs.with(|pairs| question_of(i18n, &first, pairs))
    });
    let title = Signal::derive(move || t_string!(i18n, comparison.title).to_owned());
    let pace = move |pace: Pace| {
        let words = move || match pace {
            Pace::Lockstep => t_string!(i18n, comparison.pace.lockstep),
            Pace::Free => t_string!(i18n, comparison.pace.free),
        };
        view! {
            <label class="chart-segment">
                <input
                    type="radio"
                    name="pace"
                    id=format!("pace-{}", pace.name())
                    prop:checked=move || runs.pace.get() == pace
                    on:change=move |_| runs.set_pace(pace)
                />
                {live(words)}
            </label>
        }
    };
    let is_full = Memo::new(move |_| runs.all.with(Vec::len) >= MOST_RUNS);
    let add_hint = move || {
        if is_full.get() {
            t_string!(i18n, comparison.full).to_owned()
        } else {
            t_string!(i18n, comparison.add_hint, run = LETTERS[runs.chosen_place() % LETTERS.len()]).to_string()
        }
    };
    view! {
        <div class="runs-bar" data-runs=attribute(move || runs.all.with(Vec::len).to_string())>
            <Headline question otherwise=title />
            <fieldset class="chart-group chart-segments" title=attribute(move || t_string!(i18n, comparison.pace.hint))>
                <legend>{live(move || t_string!(i18n, comparison.pace.legend))}</legend>
                {Pace::ALL.iter().map(|way| pace(*way)).views()}
            </fieldset>
            <button
                type="button"
                class="button add-run"
                title=attribute(add_hint)
                disabled=attribute(move || is_full.get())
                on:click=move |_| runs.add()
            >
                {live(move || t_string!(i18n, comparison.add))}
            </button>
        </div>
    }
}

/// Above what is below the main chart: all runs, or the one that is chosen closely.
#[component]
pub fn Below(
    /// The runs.
    runs: Runs,
    /// Whether it is the one that is chosen.
    is_closely: RwSignal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let segment = move |closely: bool| {
        let words = move || {
            if closely {
                let run = LETTERS[runs.chosen_place() % LETTERS.len()];
                t_string!(i18n, comparison.closely.one, run = run).to_string()
            } else {
                t_string!(i18n, comparison.closely.together).to_owned()
            }
        };
        view! {
            <label class="chart-segment">
                <input
                    type="radio"
                    name="runs-below"
                    id=if closely { "runs-closely" } else { "runs-together" }
                    prop:checked=move || is_closely.get() == closely
                    on:change=move |_| is_closely.set(closely)
                />
                {live(words)}
            </label>
        }
    };
    view! {
        <fieldset class="chart-group chart-segments runs-below">
            <legend>{live(move || t_string!(i18n, comparison.closely.legend))}</legend>
            {[false, true].map(segment).views()}
        </fieldset>
    }
}
