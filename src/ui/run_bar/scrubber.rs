//! The slider over the whole run, by which the page shows any step of it.

use crate::plot::number::grouped;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, attribute, live};
use leptos::prelude::*;

/// The slider, where it stands, and what can be done there.
#[component]
pub fn Scrubber() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let head = Memo::new(move |_| lab.status.get().head);
    let shown = Memo::new(move |_| lab.visited.get().unwrap_or_else(|| head.get()));
    let is_visiting = Memo::new(move |_| lab.visited.get().is_some());
    let on_input = move |event| lab.show_step(event_target_value(&event).parse().unwrap_or(u64::MAX));
    let words = move || {
        let (step, head) = (grouped(shown.get()), grouped(head.get()));
        if is_visiting.get() {
            t_string!(i18n, travel.at, step = step, head = head)
        } else {
            t_string!(i18n, travel.at_head, step = step)
        }
    };
    let filled = move || format!("{:.2}%", 100.0 * shown.get() as f64 / head.get().max(1) as f64);
    view! {
        <section
            class="scrubber"
            aria-label=attribute(move || t_string!(i18n, travel.label))
            data-visited=attribute(move || lab.visited.get().map(|step| step.to_string()))
        >
            <input
                type="range"
                id="scrubber"
                min="0"
                max=attribute(move || head.get().max(1).to_string())
                step="1"
                disabled=attribute(move || head.get() == 0)
                prop:value=move || shown.get().to_string()
                style:--filled=filled
                title=attribute(move || t_string!(i18n, travel.hint))
                aria-label=attribute(move || t_string!(i18n, travel.slider))
                aria-valuetext=attribute(words)
                on:input=on_input
            />
            <output for="scrubber" class="scrubber-step">{live(words)}</output>
            <button
                type="button"
                class="button quiet"
                hidden=attribute(move || !is_visiting.get())
                title=attribute(move || t_string!(i18n, travel.continue_hint))
                on:click=move |_| lab.continue_here()
            >
                {live(move || t_string!(i18n, travel.continue_here))}
            </button>
            <button
                type="button"
                class="button quiet"
                hidden=attribute(move || !is_visiting.get())
                title=attribute(move || t_string!(i18n, travel.latest_hint))
                on:click=move |_| lab.show_latest()
            >
                {live(move || t_string!(i18n, travel.latest))}
            </button>
        </section>
    }
}
