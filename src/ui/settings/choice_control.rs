use super::parts::{ControlLabel, ToDefault, value_of};
use crate::choice::Choice;
use crate::experiment::{Key, Kind, Value};
use crate::ui::i18n::use_i18n;
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, Views, attribute, live};
use crate::ui::shared::words;
use leptos::prelude::*;

/// A list of the alternatives that the parameter allows at present.
#[component]
pub(super) fn ChoiceControl(key: Key) -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let value = value_of(key);
    let allowed = Memo::new(move |_| lab.experiment.with(|experiment| experiment.allowed(key)));
    let options = move || {
        let Kind::Choice(names) = allowed.get() else {
            return Vec::new();
        };
        let option = |name: &'static str| {
            view! {
                <option value=name prop:selected=move || value.get() == Value::Name(name)>
                    {live(move || words::choice(i18n, key, name))}
                </option>
            }
        };
        names.iter().copied().map(option).views()
    };
    let on_change = move |event| {
        // The list holds only what is allowed.
        let _ = lab.set_text(key, &event_target_value(&event));
    };
    view! {
        <div class="control choice">
            <ControlLabel key=key />
            <ToDefault key=key />
            <select id=key.name() title=attribute(move || words::full_hint(i18n, key)) on:change=on_change>
                {live(options)}
            </select>
        </div>
    }
}
