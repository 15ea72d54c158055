//! The runs as a table: a row a run, with all that is compared of it lined up.

use super::runs::{Run, Runs};
use crate::choice::Choice;
use crate::diagnosis::Flow;
use crate::plot::number::{exact, grouped, significant};
use crate::plot::runs::LETTERS;
use crate::plot::series::SeriesLook;
use crate::train::{Quantity, StepReport, Weights};
use crate::ui::chart::{Seen, follow_theme, mark_picture};
use crate::ui::column::badge_of;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::reading::find;
use crate::ui::reactive::{Memo, Views, attribute, live};
use crate::ui::shared::icon::{Icon, Picture};
use crate::worker::protocol::RunState;
use leptos::prelude::*;
use std::sync::Arc;

/// The numbers that are compared, with the names by which tests and embedders find them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Step,
    Loss,
    Accuracy,
    Gradient,
    First,
    Last,
    Time,
}

const NUMBERS: [(Number, &str); 7] = [
    (Number::Step, "step"),
    (Number::Loss, "loss"),
    (Number::Accuracy, "accuracy"),
    (Number::Gradient, "gradient"),
    (Number::First, "update-first"),
    (Number::Last, "update-last"),
    (Number::Time, "step-ms"),
];

impl Number {
    fn of(self, seen: &Seen) -> Option<f64> {
        let report = &seen.report;
        match self {
            Self::Step => Some(report.step as f64),
            Self::Loss => Some(report.loss()),
            Self::Accuracy => seen.evaluation.and_then(|evaluation| evaluation.training.accuracy),
            Self::Gradient => Some(Flow::of(&seen.experiment, report).total),
            Self::First => update_ratio(report, first_weights),
            Self::Last => update_ratio(report, |weights| weights.len() - 1),
            Self::Time => Some(seen.status.step_ms).filter(|ms| *ms > 0.0),
        }
    }

    fn name(self, i18n: Words) -> &'static str {
        match self {
            Self::Step => t_string!(i18n, comparison.head.step),
            Self::Loss => t_string!(i18n, comparison.head.loss),
            Self::Accuracy => t_string!(i18n, comparison.head.accuracy),
            Self::Gradient => t_string!(i18n, comparison.head.gradient),
            Self::First => t_string!(i18n, comparison.head.first),
            Self::Last => t_string!(i18n, comparison.head.last),
            Self::Time => t_string!(i18n, comparison.head.time),
        }
    }

    fn text(self, value: f64) -> String {
        match self {
            Self::Step => grouped(value as u64),
            Self::Accuracy => format!("{:.1} %", 100.0 * value),
            Self::Time => format!("{} ms", significant(value, 2)),
            Self::Loss => significant(value, 3),
            Self::Gradient | Self::First | Self::Last => significant(value, 2),
        }
    }
}

/// ‖ΔW‖/‖W‖ of some weights.
fn update_ratio(report: &StepReport, which: impl Fn(&[Weights]) -> usize) -> Option<f64> {
    let ratios = report.weights_series(Quantity::UpdateRatio)?;
    ratios.get(which(&report.layout().weights())).copied()
}

/// The first hidden layer; of a recurrent network the weights through time of the lowest.
fn first_weights(weights: &[Weights]) -> usize {
    weights.iter().position(|weights| matches!(weights, Weights::Recurrent(0))).unwrap_or(0)
}

/// All runs, a row each.
#[component]
pub fn RunTable(
    /// The runs.
    runs: Runs,
) -> impl IntoView {
    let i18n = use_i18n();
    let head = move |(number, name): (Number, &'static str)| {
        let words = move || number.name(i18n);
        let hint = move || match number {
            Number::Gradient => Some(t_string!(i18n, comparison.head.gradient_hint)),
            Number::First => Some(t_string!(i18n, comparison.head.first_hint)),
            Number::Last => Some(t_string!(i18n, comparison.head.last_hint)),
            Number::Step | Number::Loss | Number::Accuracy | Number::Time => None,
        };
        view! {
            <th scope="col" data-number=name title=attribute(hint)>
                {live(words)}
            </th>
        }
    };
    view! {
        <table class="runs-table" aria-label=attribute(move || t_string!(i18n, comparison.label))>
            <thead>
                <tr>
                    <th scope="col">{live(move || t_string!(i18n, comparison.head.run))}</th>
                    {NUMBERS.map(head).views()}
                    <th scope="col">{live(move || t_string!(i18n, comparison.head.verdict))}</th>
                    <th></th>
                </tr>
            </thead>
            <tbody>
                {live(move || {
                    let all = runs.all.get().into_iter().enumerate();
                    all.map(|(place, run)| view! { <Row runs run place /> }).views()
                })}
            </tbody>
        </table>
    }
}

/// One run.
#[component]
fn Row(
    /// All runs.
    runs: Runs,
    /// This one.
    run: Run,
    /// Its place among them.
    place: usize,
) -> impl IntoView {
    let i18n = use_i18n();
    let letter = LETTERS[place % LETTERS.len()];
    let theme = follow_theme();
    let seen = Memo::new(move |_| {
        let seen = runs.steady.with(|shown| shown.iter().find(|seen| seen.id == run.id).cloned());
        seen.map(|seen| Known(Arc::new(seen)))
    });
    let is_chosen = Memo::new(move |_| runs.chosen.get() == run.id);
    let name = move || runs.names.with(|names| names.get(place).cloned().unwrap_or_default());
    let way = Memo::new(move |_| {
        let (status, lab) = (run.lab.status.get(), run.lab);
        if lab.failure.with(Option::is_some) {
            return Some(t_string!(i18n, comparison.failed).to_owned());
        }
        let target = status.seek_target.filter(|target| *target > status.step + 1 && lab.visited.get().is_none());
        let words = target.map(|target| {
            let (step, now) = (grouped(target), grouped(status.step));
            t_string!(i18n, comparison.on_its_way, step = step, now = now).to_string()
        });
        words.or_else(|| lab.awaiting.get().then(|| t_string!(i18n, comparison.starting).to_owned()))
    });
    let cell = move |(number, name): (Number, &'static str)| {
        let value = Memo::new(move |_| seen.with(|seen| seen.as_ref().and_then(|Known(seen)| number.of(seen))));
        let step_of_score = Memo::new(move |_| {
            let evaluation = seen.with(|seen| seen.as_ref().and_then(|Known(seen)| seen.evaluation))?;
            let step = seen.with(|seen| seen.as_ref().map(|Known(seen)| seen.report.step));
            (number == Number::Accuracy).then_some((evaluation, step == Some(evaluation.step)))
        });
        let hint = move || {
            let (evaluation, is_of_this_step) = step_of_score.get()?;
            if !is_of_this_step {
                return Some(t_string!(i18n, comparison.accuracy_at, step = grouped(evaluation.step)).to_string());
            }
            let held_out = format!("{:.1}", 100.0 * evaluation.held_out.accuracy?);
            Some(t_string!(i18n, comparison.accuracy_held_out, held_out = held_out).to_string())
        };
        view! {
            <td
                data-number=name
                data-head=attribute(move || number.name(i18n))
                data-value=attribute(move || value.get().map(exact))
                class:earlier=move || step_of_score.get().is_some_and(|(_, is_of_this_step)| !is_of_this_step)
                title=attribute(hint)
            >
                {live(move || value.get().map_or_else(|| "–".to_owned(), |value| number.text(value)))}
            </td>
        }
    };
    let finding = Memo::new(move |_| {
        let Known(seen) = seen.get()?;
        let divergence = seen.status.divergence.filter(|_| run.lab.visited.with_untracked(Option::is_none));
        let own_text = untrack(|| run.lab.own_text_in_use());
        let guess_loss = seen.experiment.guess_loss_on(own_text.as_deref());
        Some(untrack(|| find(run.lab, (*seen.experiment).clone(), &seen.report, divergence, guess_loss)))
    });
    let verdict = move || match way.get() {
        Some(way) => Some(view! { <span class="runs-way">{way}</span> }.into_any()),
        None => finding.with(|finding| badge_of(i18n, finding.as_ref()?)),
    };
    let condition = move || {
        finding.with(|finding| finding.as_ref().and_then(|found| found.diagnosis.conditions.first().map(|c| c.name())))
    };
    view! {
        <tr
            data-run=letter
            data-state=attribute(move || state_name(run))
            data-verdict=attribute(condition)
            class:chosen=move || is_chosen.get()
        >
            <th scope="row">
                <button
                    type="button"
                    class="run-name"
                    aria-pressed=attribute(move || is_chosen.get().to_string())
                    title=attribute(move || [name(), t_string!(i18n, comparison.choose, run = letter).to_string()].join("\n"))
                    on:click=move |_| runs.chosen.set(run.id)
                >
                    {live(move || {
                        let look = theme.with(|theme| SeriesLook::of(theme, place));
                        mark_picture(look.marker, look.color)
                    })}
                    <b>{letter}</b>
                    <span>{live(name)}</span>
                </button>
            </th>
            {NUMBERS.map(cell).views()}
            <td class="run-verdict">{live(verdict)}</td>
            <td class="run-tools">
                <button
                    type="button"
                    class="chart-tool"
                    data-keep=letter
                    aria-label=attribute(move || t_string!(i18n, comparison.keep, run = letter).to_string())
                    title=attribute(move || t_string!(i18n, comparison.keep, run = letter).to_string())
                    on:click=move |_| runs.keep(run.id)
                >
                    <Icon picture=Picture::Maximize />
                </button>
                <button
                    type="button"
                    class="chart-tool"
                    data-remove=letter
                    aria-label=attribute(move || t_string!(i18n, comparison.remove, run = letter).to_string())
                    title=attribute(move || t_string!(i18n, comparison.remove, run = letter).to_string())
                    on:click=move |_| runs.remove(run.id)
                >
                    <Icon picture=Picture::Close />
                </button>
            </td>
        </tr>
    }
}

/// What is known of a run; another one whenever it was looked at again.
#[derive(Clone)]
struct Known(Arc<Seen>);

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn state_name(run: Run) -> &'static str {
    let lab = run.lab;
    if lab.failure.with(Option::is_some) {
        return "failed";
    }
    if lab.awaiting.get() {
        return "loading";
    }
    match lab.status.get().state {
        RunState::Paused => "paused",
        RunState::Running => "running",
        RunState::Seeking => "loading",
        RunState::Diverged => "diverged",
    }
}
