//! What stands beside the controls of all kinds.

use crate::choice::Choice;
use crate::experiment::{Key, Value};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, attribute, live};
use crate::ui::shared::words;
use leptos::prelude::*;

/// The label of a control, with the letter that formulas use.
#[component]
pub(super) fn ControlLabel(key: Key) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <label for=key.name() title=attribute(move || words::full_hint(i18n, key))>
            {live(move || words::label(i18n, key))}
            {key.symbol().map(|(letter, index)| view! { " " <var>{letter} {index.map(|i| view! { <sub>{i}</sub> })}</var> })}
        </label>
    }
}

/// Marks a parameter that is not at its default, and brings it back there.
#[component]
pub(super) fn ToDefault(key: Key) -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let default = Memo::new(move |_| lab.experiment.with(|experiment| experiment.default_of(key)));
    let is_default = Memo::new(move |_| lab.experiment.with(|experiment| experiment.is_default(key)));
    let text = move || t_string!(i18n, page.panel.to_default, value = words::value(i18n, key, default.get()));
    view! {
        <button
            type="button"
            class="to-default"
            class:away=move || !is_default.get()
            disabled=attribute(move || is_default.get())
            title=attribute(text)
            aria-label=attribute(text)
            on:click=move |_| lab.set_default(key)
        ></button>
    }
}

/// The value of a parameter, by itself.
pub(super) fn value_of(key: Key) -> Memo<Value> {
    let lab = use_lab();
    Memo::new(move |_| lab.experiment.with(|experiment| experiment.get(key)))
}
