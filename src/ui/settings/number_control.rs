use super::notches::Notches;
use super::parts::{ControlLabel, ToDefault, value_of};
use crate::choice::Choice;
use crate::decimal;
use crate::experiment::{Key, Rejection};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{RwSignal, attribute, effect, live};
use crate::ui::shared::words;
use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::prelude::*;

/// A field in which the value can be typed exactly, and a slider beside it.
///
/// What was typed counts when it is finished, by Enter or by leaving the field: the beginnings of a number are other
/// numbers, and each would start another run. What is not allowed changes nothing: a sentence says what is, and leaving
/// the field brings the value back.
#[component]
pub(super) fn NumberControl(key: Key) -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let value = value_of(key);
    let error_id = format!("{}-error", key.name());
    // What was typed, while it differs from what it means: `0.10`, `1e`, nothing.
    let draft = RwSignal::new(None::<String>);
    let rejection = RwSignal::new(None::<Rejection>);

    let shown = move || draft.get().unwrap_or_else(|| value.get().to_string());
    let set = move |text: &str| rejection.set(lab.set_text(key, text).err());
    let settle = move || {
        draft.set(None);
        rejection.set(None);
    };
    // Many keyboards write a decimal comma.
    let typed = move || draft.try_get_untracked().flatten().map(|text| text.replace(',', "."));
    let on_input = move |event| {
        draft.set(Some(event_target_value(&event)));
        rejection.set(typed().and_then(|text| lab.check_text(key, &text).err()));
    };
    let finish = move || {
        if let Some(text) = typed() {
            set(&text);
        }
        if rejection.try_with_untracked(Option::is_none) == Some(true) {
            draft.set(None);
        }
    };
    let on_change = move |event| {
        draft.set(Some(event_target_value(&event)));
        finish();
    };
    // The value comes back, and the sentence stays to say why.
    let on_blur = move |_| {
        finish();
        draft.set(None);
    };
    let notches = StoredValue::new(Notches::of(key.kind()));
    let on_keydown = move |event: KeyboardEvent| {
        let up = match event.key().as_str() {
            "ArrowUp" => true,
            "ArrowDown" => false,
            "Escape" => return settle(),
            "Enter" => return finish(),
            _ => return,
        };
        let Some(value) = value.try_get_untracked() else { return };
        let next = notches.try_with_value(|n| n.as_ref().map(|n| n.neighbour(value, up).to_owned()));
        if let Some(Some(next)) = next {
            event.prevent_default();
            draft.set(None);
            set(&next);
        }
    };
    let on_focus = move |event: FocusEvent| {
        rejection.set(None);
        event_target::<web_sys::HtmlInputElement>(&event).select();
    };
    // It has been read when something else is set.
    let mut is_first = true;
    effect(move || {
        lab.experiment.track();
        if !std::mem::take(&mut is_first) && draft.with_untracked(Option::is_none) {
            rejection.set(None);
        }
    });
    // Once the value has come back, the sentence only says why.
    let is_wrong = move || rejection.with(Option::is_some) && draft.with(Option::is_some);
    let error = move || {
        let rejection = rejection.get()?;
        let allowed = words::allowed(i18n, rejection.allowed);
        Some(t_string!(i18n, page.panel.must_be, allowed = allowed, value = value.get().to_string()))
    };
    let slider = {
        notches.with_value(|notches| notches.as_ref().map(Notches::last)).map(|last| {
            let position =
                move || notches.with_value(|n| n.as_ref().map_or(0, |n| n.position(value.get()))).to_string();
            let on_slide = move |event| {
                let position = event_target_value(&event).parse().unwrap_or(0);
                let text = notches.try_with_value(|n| n.as_ref().map(|n| n.text(position).to_owned()));
                let Some(Some(text)) = text else { return };
                settle();
                set(&text);
            };
            view! {
                <input
                    type="range"
                    min="0"
                    max=last
                    step="1"
                    prop:value=position
                    style:--filled=move || format!("{:.2}%", 100.0 * fraction(&position(), last))
                    aria-label=attribute(move || t_string!(i18n, page.panel.slider, label = words::label(i18n, key)))
                    aria-valuetext=attribute(move || words::value(i18n, key, value.get()))
                    on:input=on_slide
                />
            }
        })
    };
    view! {
        <div class="control number" class:wrong=is_wrong>
            <ControlLabel key=key />
            <ToDefault key=key />
            <input
                type="text"
                id=key.name()
                inputmode="decimal"
                autocomplete="off"
                spellcheck="false"
                title=attribute(move || words::full_hint(i18n, key))
                prop:value=shown
                aria-invalid=attribute(move || is_wrong().to_string())
                aria-describedby=error_id.clone()
                on:input=on_input
                on:keydown=on_keydown
                on:change=on_change
                on:blur=on_blur
                on:focus=on_focus
            />
            {slider}
            <p class="field-error" id=error_id role="alert" data-notice=attribute(move || error().map(|_| "bad-field"))>
                {live(error)}
            </p>
        </div>
    }
}

/// How far along its slider a position is.
fn fraction(position: &str, last: usize) -> f64 {
    decimal::parse(position).unwrap_or(0.0) / last.max(1) as f64
}
