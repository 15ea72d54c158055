//! A switch between two ways of showing the same.

use crate::ui::reactive::{RwSignal, Signal, live};
use leptos::prelude::*;

/// Two named choices, of which one holds.
#[component]
pub(super) fn Segments(
    /// A name that no other switch on the page has.
    name: &'static str,
    /// What is chosen.
    #[prop(into)]
    legend: Signal<String>,
    /// The choice.
    choice: RwSignal<bool>,
    /// The words of the first choice, `false`, and of the second, `true`.
    #[prop(into)]
    words: Signal<[String; 2]>,
) -> impl IntoView {
    let segment = move |value: bool| {
        view! {
            <label class="chart-segment">
                <input
                    type="radio"
                    name=name
                    prop:checked=move || choice.get() == value
                    on:change=move |_| choice.set(value)
                />
                {live(move || words.with(|words| words[usize::from(value)].clone()))}
            </label>
        }
    };
    view! {
        <fieldset class="chart-group chart-segments">
            <legend>{live(move || legend.get())}</legend>
            {segment(false)}
            {segment(true)}
        </fieldset>
    }
}
