//! A map of many runs.

mod border_lines;
mod controls;
mod entries;
mod figure;
mod pool;
mod state;
mod words;

pub(super) use entries::Entries;

use crate::choice::{Choice, choice};
use crate::experiment::Key;
use crate::plot::number::exact;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::scene::use_shown;
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, Signal, Views, attribute, live};
use crate::ui::scenes::question::Headline;
use crate::ui::settings::{Panel, SetElsewhere};
use controls::Controls;
use figure::Figure;
use leptos::prelude::*;
use state::{Board, State};

choice! {
    /// Where a map stands, in the words of `data-state` that the page has for a run.
    pub enum Standing {
        /// Workers start.
        Loading => "loading",
        /// Runs are made.
        Running => "running",
        /// Nothing is done.
        Paused => "paused",
        /// Nothing can be.
        Failed => "failed",
    }
}

/// A map of many runs.
#[component]
pub fn Sweep() -> impl IntoView {
    let (lab, shown, i18n) = (use_lab(), use_shown(), use_i18n());
    let board = Board::new(lab, shown);
    // What the axes set, and what changes no number of a run.
    let elsewhere = Memo::new(move |_| {
        let axes: Vec<Key> = board.sweep.with(|sweep| sweep.axes().map(|axis| axis.key).collect());
        let is_without_effect = |key: &&Key| !key.changes_numbers() || axes.contains(*key);
        Key::ALL.iter().filter(is_without_effect).copied().collect::<Vec<_>>()
    });
    provide_context(SetElsewhere(Signal::from(elsewhere)));
    let question = Memo::new(move |_| {
        let base = lab.experiment.get();
        board.sweep.with(|sweep| entries::question_of(i18n, &base, sweep)).map(str::to_owned)
    });
    let refused = move || board.plan.with(|plan| plan.as_ref().err().map(|refusal| words::refusal(i18n, refusal)));
    let problems = move || {
        let problems = board.problems.get();
        (!problems.is_empty()).then(|| {
            let item = move |problem| view! { <li>{live(move || words::problem(i18n, &problem))}</li> };
            view! {
                <div class="sweep-notice" data-notice="bad-sweep" role="alert">
                    <p>{live(move || t_string!(i18n, sweep.problem.heading))}</p>
                    <ul>{problems.into_iter().map(item).views()}</ul>
                </div>
            }
        })
    };
    view! {
        <main class="sweep">
            <aside class="panel sweep-panel">
                <Controls board />
                <p class="sweep-base">{live(move || t_string!(i18n, sweep.control.base))}</p>
                <Panel />
            </aside>
            <div class="sweep-shown">
                <Headline question />
                {live(problems)}
                <Progress board />
                {live(move || match refused() {
                    Some(words) => view! {
                        <p class="sweep-refused" data-notice="sweep-refused" role="alert">{words}</p>
                    }.into_any(),
                    None => view! { <Figure board /> }.into_any(),
                })}
                <p class="sweep-finding">{live(move || figure::summary(i18n, board))}</p>
                <p class="sweep-theory" data-theory=attribute(move || {
                    board.border.with(|border| border.as_ref().map(|border| border.is_ok().to_string()))
                })>{live(move || figure::theory(i18n, board))}</p>
            </div>
        </main>
    }
}

/// How far the runs are, in a line, and in attributes for tests and embedders: `data-step` counts runs here.
#[component]
fn Progress(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let progress = board.progress;
    let standing = move || {
        let standing = progress.with(|progress| match progress.state {
            State::Idle | State::Done => Standing::Paused,
            State::Starting => Standing::Loading,
            State::Running => Standing::Running,
            State::Failed(_) => Standing::Failed,
        });
        standing.name()
    };
    let rate = move || {
        progress.with(|progress| {
            let is_running = progress.state == State::Running && progress.elapsed_ms > 0.0;
            if is_running { 1000.0 * progress.made as f64 / progress.elapsed_ms } else { 0.0 }
        })
    };
    view! {
        <div class="sweep-progress">
            <p
                id="status"
                data-state=attribute(standing)
                data-step=attribute(move || progress.with(|progress| progress.done.to_string()))
                data-steps-per-second=attribute(move || exact(rate()))
                data-total=attribute(move || progress.with(|progress| progress.total.to_string()))
                data-made=attribute(move || progress.with(|progress| progress.made.to_string()))
                data-ms=attribute(move || progress.with(|progress| exact(progress.elapsed_ms)))
                data-busy=attribute(move || progress.with(|progress| exact(progress.busy)))
                data-workers=attribute(move || progress.with(|progress| progress.workers.to_string()))
                data-cause=attribute(move || progress.with(|progress| match &progress.state {
                    State::Failed(failure) => Some(failure.name()),
                    _ => None,
                }))
            >
                {live(move || progress.with(|progress| words::progress(i18n, progress)))}
            </p>
            <progress
                max=attribute(move || progress.with(|progress| progress.total.max(1).to_string()))
                prop:value=move || progress.with(|progress| progress.done as f64)
                aria-label=attribute(move || t_string!(i18n, sweep.progress.label))
            ></progress>
        </div>
    }
}
