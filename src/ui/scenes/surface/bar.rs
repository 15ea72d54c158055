//! What drives the paths: run, step, back to the start, any step, and how fast.

use super::state::{SPEEDS, use_state};
use crate::choice::Choice;
use crate::plot::number::grouped;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::reactive::{Signal, Views, attribute, live};
use crate::ui::shared::icon::{Icon, Picture};
use leptos::prelude::*;

/// The bar under the map.
#[component]
pub fn Bar() -> impl IntoView {
    let (state, i18n) = (use_state(), use_i18n());
    let running = state.running;
    let picture = Signal::derive(move || if running.get() { Picture::Pause } else { Picture::Play });
    let words = move || match running.get() {
        true => t_string!(i18n, page.run_bar.pause),
        false => t_string!(i18n, page.run_bar.run),
    };
    let last = move || state.farthest.get().max(1);
    let filled = move || format!("{:.2}%", 100.0 * state.step.get() as f64 / f64::from(last()));
    let at = move || t_string!(i18n, surface.at_step, step = grouped(state.step.get() as u64));
    let on_slide = move |event| state.show(event_target_value(&event).parse().unwrap_or(0));
    let choose_speed = move |event| {
        if let Ok(speed) = event_target_value(&event).parse() {
            state.speed.set(speed);
        }
    };
    let option = move |speed: u32| {
        view! {
            <option value=speed.to_string() prop:selected=move || state.speed.get() == speed>
                {live(move || t_string!(i18n, surface.speed_of, speed = grouped(speed.into())))}
            </option>
        }
    };
    view! {
        <section class="surface-bar" aria-label=attribute(move || t_string!(i18n, page.run_bar.label))>
            <button
                type="button"
                class="button primary run-button"
                title=attribute(move || t_string!(i18n, surface.run_hint))
                on:click=move |_| state.toggle()
            >
                <Icon picture />
                <span>{live(words)}</span>
            </button>
            <button
                type="button"
                class="button"
                title=attribute(move || t_string!(i18n, surface.step_hint))
                on:click=move |_| state.make_step()
            >
                <Icon picture=Picture::Step />
                <span>{live(move || t_string!(i18n, page.run_bar.step))}</span>
            </button>
            <button
                type="button"
                class="button"
                title=attribute(move || t_string!(i18n, surface.reset_hint))
                on:click=move |_| state.reset()
            >
                <Icon picture=Picture::Reset />
                <span>{live(move || t_string!(i18n, page.run_bar.reset))}</span>
            </button>
            <input
                type="range"
                id="surface-step"
                min="0"
                max=attribute(move || last().to_string())
                step="1"
                disabled=attribute(move || state.farthest.get() == 0)
                prop:value=move || state.step.get().to_string()
                style:--filled=filled
                aria-label=attribute(move || t_string!(i18n, surface.slider))
                aria-valuetext=attribute(at)
                on:input=on_slide
            />
            <output
                id="status"
                for="surface-step"
                data-state=attribute(move || if running.get() { "running" } else { "paused" })
                data-step=attribute(move || state.step.get().to_string())
                data-steps-per-second=attribute(move || if running.get() { state.speed.get() } else { 0 }.to_string())
                data-scene="surface"
                data-surface=attribute(move || state.setting.with(|setting| setting.objective.function.name()))
            >
                {live(at)}
            </output>
            <select id="surface-speed" aria-label=attribute(move || t_string!(i18n, surface.speed)) on:change=choose_speed>
                {SPEEDS.map(option).views()}
            </select>
        </section>
    }
}
