use super::parts::{ControlLabel, value_of};
use crate::choice::Choice;
use crate::experiment::{Key, Value};
use crate::ui::lab::use_lab;
use leptos::prelude::*;

/// A checkbox.
#[component]
pub(super) fn SwitchControl(key: Key) -> impl IntoView {
    let lab = use_lab();
    let value = value_of(key);
    let on_change = move |event| {
        let is_on = event_target_checked(&event);
        // A switch allows both.
        let _ = lab.set_text(key, &Value::Switch(is_on).to_string());
    };
    view! {
        <div class="control switch">
            <input
                type="checkbox"
                id=key.name()
                prop:checked=move || value.get() == Value::Switch(true)
                on:change=on_change
            />
            <ControlLabel key=key />
        </div>
    }
}
