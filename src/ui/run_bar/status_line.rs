//! Where the run stands, in one line, and in attributes for tests and embedders.

use crate::choice::{Choice, choice};
use crate::experiment::StopReason;
use crate::plot::number;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::reading::Reading;
use crate::ui::lab::{Lab, use_lab};
use crate::ui::reactive::{Memo, Views, attribute, live};
use crate::ui::shared::words;
use crate::worker::protocol::{RunState, Status, Way};
use leptos::prelude::*;

choice! {
    /// Where a run stands, as the page has it; the names are those of `data-state`.
    pub enum State {
        /// The worker cannot go on.
        Failed => "failed",
        /// Its first report, or that of the step it is going to, has not come.
        Loading => "loading",
        /// It waits.
        Paused => "paused",
        /// It goes on.
        Running => "running",
        /// It has ended.
        Diverged => "diverged",
    }
}

/// The line with step, loss and speed; `#status`.
#[component]
pub fn StatusLine() -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let reading = expect_context::<Reading>();

    let state = Memo::new(move |_| state_of(lab));
    let step = Memo::new(move |_| lab.visited.get().unwrap_or_else(|| lab.status.get().step));
    let rate = Memo::new(move |_| lab.status.get().steps_per_second);
    let target = Memo::new(move |_| lab.status.get().seek_target);
    let stopped = Memo::new(move |_| lab.status.get().stopped.filter(|_| lab.visited.get().is_none()));
    let loss = Memo::new(move |_| {
        // On its way back the step that it has come to is not the one of which the loss was measured last.
        let is_back = |status: &Status| status.state != RunState::Seeking || status.step == status.head;
        let is_on_its_way = !lab.status.with(is_back) && lab.visited.get().is_none();
        if is_on_its_way { None } else { lab.with_shown(|bucket| bucket.last.loss()) }
    });
    let verdict =
        move || reading.latest.with(|d| d.as_ref().and_then(|d| d.diagnosis.conditions.first()).map(|c| c.name()));

    let last = move || match state.get() {
        State::Failed => t_string!(i18n, page.status.failed).to_owned(),
        State::Diverged => t_string!(i18n, page.status.diverged).to_owned(),
        State::Loading | State::Paused | State::Running => match target.get() {
            Some(target) => t_string!(i18n, page.status.seeking, target = number::grouped(target)),
            None if rate.get() > 0.0 => {
                t_string!(i18n, page.status.rate, rate = number::rate(rate.get()))
            }
            None => match stopped.get() {
                Some(StopReason::Step) => t_string!(i18n, page.status.stopped_step).to_owned(),
                Some(StopReason::Loss(limit)) => {
                    t_string!(i18n, page.status.stopped_loss, limit = number::significant(limit, 3))
                }
                None => String::new(),
            },
        },
    };
    let absent = Memo::new(move |_| lab.absent_to_run());
    let line = move || {
        if let Some((part, way)) = absent.get().filter(|_| state.get() == State::Loading) {
            let part = words::worker_part(i18n, part);
            return match way {
                Way::Missing => t_string!(i18n, page.part.run_waiting, part = part),
                Way::Coming | Way::Here => t_string!(i18n, page.part.run_coming, part = part),
            }
            .into_any();
        }
        if let Some((received, total)) = lab.arriving.get().filter(|_| state.get() == State::Loading) {
            let kilobytes = |bytes: f64| number::grouped((bytes / 1e3).round() as u64);
            let (received, of) = (kilobytes(received), kilobytes(total));
            let words = match total > 0.0 {
                true => t_string!(i18n, page.status.arriving_of, received = received, total = of),
                false => t_string!(i18n, page.status.arriving, received = received),
            };
            return words.into_any();
        }
        if state.get() == State::Loading && loss.get().is_none() && target.get().is_none() {
            return t_string!(i18n, page.status.starting).into_any();
        }
        let step = t_string!(i18n, page.status.step, step = number::grouped(step.get()));
        let loss = loss.get().map(|loss| t_string!(i18n, page.status.loss, loss = number::significant(loss, 3)));
        // Where there is no room for all, the line breaks between them.
        let parts = [step, loss.unwrap_or_default(), last()].into_iter().filter(|part| !part.is_empty());
        let parts = parts.enumerate().map(|(place, part)| {
            let before = if place > 0 { " · " } else { "" };
            view! { {before} <span>{part}</span> }
        });
        parts.views().into_any()
    };
    let progress = move || {
        let target = target.get()?;
        let words = move || t_string!(i18n, page.status.progress, target = number::grouped(target));
        Some(
            view! { <progress max=target prop:value=move || step.get() as f64 aria-label=attribute(words)></progress> },
        )
    };
    view! {
        <div class="status-line">
            <p
                id="status"
                data-state=attribute(move || state.get().name())
                data-step=attribute(move || step.get().to_string())
                data-loss=attribute(move || loss.get().map(number::exact))
                data-steps-per-second=attribute(move || number::exact(rate.get()))
                data-verdict=attribute(verdict)
                data-stopped=attribute(move || stopped.get().map(StopReason::name))
            >
                {live(line)}
            </p>
            {live(progress)}
        </div>
    }
}

fn state_of(lab: Lab) -> State {
    if lab.failure.with(Option::is_some) {
        return State::Failed;
    }
    if lab.awaiting.get() {
        return State::Loading;
    }
    match lab.status.get().state {
        RunState::Paused => State::Paused,
        RunState::Running => State::Running,
        RunState::Seeking => State::Loading,
        RunState::Diverged => State::Diverged,
    }
}
