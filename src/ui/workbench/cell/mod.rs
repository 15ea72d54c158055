//! The cells of a recurrent network: their gates and states as histograms, the gates over time, where the gradient of the
//! recurrent weights comes from, and what those weights do to a state.

mod spectrum;

use crate::experiment::Experiment;
use crate::ui::chart::{CellHistograms, GatesOverTime, LagShare};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, Signal, Views, attribute, effect, live};
use leptos::prelude::*;
use spectrum::SpectrumWords;

/// The cells of a recurrent network.
#[component]
pub fn CellPane() -> impl IntoView {
    let lab = use_lab();
    let (level, time) = (lab.instruments.level, lab.instruments.time);
    let levels = Memo::new(move |_| lab.measured.with(|experiment| experiment.stack as usize));
    let times = Memo::new(move |_| lab.measured.with(times_of));
    // Another network may have fewer of them than the one that was chosen in.
    effect(move || {
        let (levels, times) = (levels.get(), times.get());
        if level.get() >= levels {
            level.set(levels.saturating_sub(1));
        }
        if time.get().is_some_and(|time| time >= times) {
            time.set(times.checked_sub(1));
        }
    });
    // A view that comes a moment later is not worth a flicker: the style sheet lets some time pass.
    let is_stale = move || !lab.is_under_way() && !lab.is_view_current();
    view! {
        <div class="pane inspector cell" class:stale=is_stale>
            <div class="inspector-head">
                <CellChoice levels times />
                <SpectrumWords />
            </div>
            <div class="cell-charts">
                <div class="cell-over-time">
                    <GatesOverTime />
                    <LagShare />
                </div>
                <CellHistograms />
            </div>
        </div>
    }
}

fn times_of(experiment: &Experiment) -> usize {
    experiment.length as usize
}

/// Which level, and which time step.
#[component]
fn CellChoice(levels: Memo<usize>, times: Memo<usize>) -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let (level, time) = (lab.instruments.level, lab.instruments.time);
    lab.focus_inspector();
    let option = move |value: String, name: Signal<String>, is_chosen: Signal<bool>| {
        view! {
            <option value=value prop:selected=move || is_chosen.get()>
                {live(move || name.get())}
            </option>
        }
    };
    let of_level = move |index: usize| {
        let name = Signal::derive(move || t_string!(i18n, cell.level_name, number = index + 1).to_string());
        option(index.to_string(), name, Signal::derive(move || level.get() == index))
    };
    let of_time = move |index: usize| {
        let name = Signal::derive(move || t_string!(i18n, cell.time_name, number = index + 1).to_string());
        option(index.to_string(), name, Signal::derive(move || time.get() == Some(index)))
    };
    let choose_level = move |event| {
        if let Ok(index) = event_target_value(&event).parse() {
            level.set(index);
        }
    };
    let choose_time = move |event| time.set(event_target_value(&event).parse().ok());
    let last = move || times.get().saturating_sub(1);
    // From all of them the last is the nearest, where the loss is.
    let earlier =
        move |_| time.update(|time| *time = Some(time.map_or(times.get_untracked(), |time| time).saturating_sub(1)));
    let later = move |_| {
        let last = times.get_untracked().saturating_sub(1);
        time.update(|time| *time = time.filter(|time| *time < last).map(|time| time + 1));
    };
    view! {
        <div class="inspector-choice">
            <label class="chart-select" hidden=attribute(move || levels.get() == 1)>
                <span>{live(move || t_string!(i18n, cell.level))}</span>
                <select id="cell-level" on:change=choose_level>
                    {live(move || (0..levels.get()).map(of_level).views())}
                </select>
            </label>
            <button
                type="button"
                class="chart-button"
                aria-label=attribute(move || t_string!(i18n, cell.earlier))
                title=attribute(move || t_string!(i18n, cell.earlier))
                disabled=attribute(move || time.get() == Some(0))
                on:click=earlier
            >
                "‹"
            </button>
            <label class="chart-select">
                <span>{live(move || t_string!(i18n, cell.time))}</span>
                <select id="inspected-layer" on:change=choose_time>
                    {option(
                        String::new(),
                        Signal::derive(move || t_string!(i18n, cell.all_times).to_owned()),
                        Signal::derive(move || time.get().is_none()),
                    )}
                    {live(move || (0..times.get()).map(of_time).views())}
                </select>
            </label>
            <button
                type="button"
                class="chart-button"
                aria-label=attribute(move || t_string!(i18n, cell.later))
                title=attribute(move || t_string!(i18n, cell.later))
                disabled=attribute(move || time.get().is_none_or(|time| time > last()))
                on:click=later
            >
                "›"
            </button>
        </div>
    }
}
