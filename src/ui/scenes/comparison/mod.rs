//! Several runs side by side: a table with a row a run, charts with a line a run, and one of the runs closely.

mod closely;
mod driving;
mod entries;
mod names;
mod notices;
mod remarks;
mod runs;
mod start_claim;
mod table;
mod toolbar;

pub use entries::Entries;

use crate::train::Layout;
use crate::ui::chart::{Over, RunsByPlace, RunsOverSteps};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::instruments::Instrument;
use crate::ui::lab::reading::Reading;
use crate::ui::lab::scene::{FurtherClaim, use_shown};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, RwSignal, Show, effect, live};
use closely::{Close, Closely};
use leptos::prelude::*;
use notices::Notices;
use remarks::Remarks;
use runs::Runs;
use table::RunTable;
use toolbar::Toolbar;

/// Several runs side by side.
#[component]
pub fn Comparison() -> impl IntoView {
    let (i18n, shown, reading) = (use_i18n(), use_shown(), expect_context::<Reading>());
    let runs = Runs::new(i18n, use_lab(), reading, shown);
    provide_context(runs);
    provide_context(FurtherClaim(|| view! { <start_claim::StartClaim /> }.into_any()));
    effect(move || runs.open());
    effect(move || runs.tell_pairs());
    effect(move || runs.conduct_alike());
    effect(move || runs.conduct());
    effect(move || runs.judge());
    runs.steady();
    effect(move || {
        if let Some(run) = runs.chosen_run() {
            shown.chosen.set(Some((run.lab, run.reading)));
        }
    });
    let listener = window_event_listener_untyped("visibilitychange", move |_| {
        runs.turn.try_update(|turn| *turn = turn.wrapping_add(1));
    });
    on_cleanup(move || {
        listener.remove();
        runs.close();
    });

    // Of which kinds there are runs: by layer, and through time.
    let kinds = Memo::new(move |_| {
        let is_of = |is_through_time: bool| {
            runs.all.with(|all| {
                all.iter()
                    .any(|run| run.lab.experiment.with(|run| Layout::of(run).is_through_time()) == is_through_time)
            })
        };
        [is_of(false), is_of(true)]
    });
    let is_apart = Memo::new(move |_| kinds.get() == [true, true]);
    let chosen = Memo::new(move |_| runs.chosen_place());
    let is_closely = RwSignal::new(false);
    let open = Callback::new(move |place: usize| {
        if let Some(run) = untrack(|| runs.chosen_run()) {
            run.lab.open_layer(place);
            is_closely.set(true);
        }
    });
    // Who opens a layer from the settings or the verdict looks at it closely.
    effect(move || {
        let instrument = runs.chosen_run().map(|run| run.lab.instruments.open.get());
        if instrument.is_some_and(|instrument| instrument != Instrument::Overview) {
            is_closely.set(true);
        }
    });
    let main_charts = move || {
        let [layers, times] = kinds.get();
        let chart = |is_through_time: bool| {
            view! { <RunsByPlace is_through_time seen=runs.seen names=runs.names chosen open /> }
        };
        view! {
            {layers.then(|| chart(false))}
            {times.then(|| chart(true))}
        }
    };
    view! {
        <main class="lab comparison">
            <section class="runs">
                <Notices runs />
                <Toolbar runs />
                <RunTable runs />
                <Remarks runs />
            </section>
            <div class="area-hero">
                <div class="runs-main" class:apart=move || is_apart.get()>
                    {live(main_charts)}
                    <Show when=is_apart>
                        <p class="runs-apart">{live(move || t_string!(i18n, comparison.apart))}</p>
                    </Show>
                </div>
                <div class="runs-steps">
                    <Closely part=Close::Scrubber />
                    <toolbar::Below runs is_closely />
                </div>
            </div>
            <Closely part=Close::Side />
            <Closely part=Close::Panel />
            <div class="runs-bench">
                {live(move || {
                    if is_closely.get() {
                        view! { <Closely part=Close::Workbench /> }.into_any()
                    } else {
                        view! {
                            <div class="overview">
                                <RunsOverSteps over=Over::Factor seen=runs.steady names=runs.names />
                                <RunsOverSteps over=Over::Loss seen=runs.steady names=runs.names />
                            </div>
                        }
                            .into_any()
                    }
                })}
            </div>
        </main>
    }
}
