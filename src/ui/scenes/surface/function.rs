//! The function, its numbers, and where the paths begin.

use super::number_row::NumberRow;
use super::state::use_state;
use super::words;
use crate::choice::Choice;
use crate::surface::{Function, Objective, Setting};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::reactive::{Memo, Signal, Views, attribute, live};
use leptos::prelude::*;

/// The controls of the function.
#[component]
pub fn FunctionControls() -> impl IntoView {
    let (state, i18n) = (use_state(), use_i18n());
    let function = Memo::new(move |_| state.setting.with(|setting| setting.objective.function));
    let of_objective =
        move |read: fn(&Objective) -> f64| Memo::new(move |_| state.setting.with(|setting| read(&setting.objective)));
    let (kappa, angle, c) = (
        of_objective(|objective| objective.kappa),
        of_objective(|objective| objective.angle),
        of_objective(|objective| objective.c),
    );
    let choose = move |event| {
        let Some(function) = Function::from_name(&event_target_value(&event)) else { return };
        // What was set for one function is nothing for another.
        state.running.set(false);
        state.farthest.set(0);
        state.notices.set(Vec::new());
        state.change(|setting| *setting = Setting::new(function));
    };
    let option = move |&one: &Function| {
        view! {
            <option value=one.name() prop:selected=move || function.get() == one>
                {live(move || words::function(i18n, one))}
            </option>
        }
    };
    let text = |text: &'static str| Signal::derive(move || text.to_owned());
    let numbers = move || {
        let function = function.get();
        let mut rows = Vec::new();
        if function.has_kappa() {
            let set_kappa = Callback::new(move |kappa| state.change(|setting| setting.objective.kappa = kappa));
            let set_angle = Callback::new(move |angle| state.change(|setting| setting.objective.angle = angle));
            let hint = Signal::derive(move || t_string!(i18n, surface.kappa_hint).to_owned());
            rows.push(
                view! { <NumberRow id="kappa" label=text("κ") hint kind=Objective::KAPPA value=kappa set=set_kappa /> }
                    .into_any(),
            );
            let (label, hint) = (
                Signal::derive(move || t_string!(i18n, surface.angle).to_owned()),
                Signal::derive(move || t_string!(i18n, surface.angle_hint).to_owned()),
            );
            rows.push(
                view! { <NumberRow id="angle" label hint kind=Objective::ANGLE value=angle set=set_angle /> }
                    .into_any(),
            );
        }
        if function.is_online() {
            let set_c = Callback::new(move |c| state.change(|setting| setting.objective.c = c));
            let hint = Signal::derive(move || t_string!(i18n, surface.c_hint).to_owned());
            rows.push(
                view! { <NumberRow id="c" label=text("C") hint kind=Objective::C value=c set=set_c /> }.into_any(),
            );
        }
        let start = |axis: usize, letter: &'static str, id: &'static str| {
            let value = Memo::new(move |_| state.setting.with(|setting| setting.start[axis]));
            let set = Callback::new(move |value| state.change(|setting| setting.start[axis] = value));
            let hint = Signal::derive(move || t_string!(i18n, surface.start_hint, letter = letter).to_string());
            let label = Signal::derive(move || match axis {
                0 => t_string!(i18n, surface.start, letter = letter).to_string(),
                _ => letter.to_owned(),
            });
            view! { <NumberRow id label hint kind=function.start_kind() value set has_slider=function.is_online() /> }
        };
        let start = if function.is_online() {
            start(0, "x", "start-x").into_any()
        } else {
            view! { <div class="surface-start-fields">{start(0, "x", "start-x")} {start(1, "y", "start-y")}</div> }
                .into_any()
        };
        rows.push(start);
        rows
    };
    view! {
        <div class="surface-function">
            <select
                id="surface"
                aria-label=attribute(move || t_string!(i18n, surface.function))
                on:change=choose
            >
                {Function::ALL.iter().map(option).views()}
            </select>
            <p class="surface-formula">{live(move || words::formula(function.get()))}</p>
            {live(numbers)}
        </div>
    }
}
