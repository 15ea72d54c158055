//! A number with its slider, in one row.

use crate::decimal;
use crate::experiment::{Kind, Value};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::reactive::{Memo, RwSignal, Signal, attribute, live};
use crate::ui::settings::Notches;
use crate::ui::shared::words;
use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::prelude::*;

/// A field in which a number can be typed exactly, and a slider beside it, which holds at every move.
///
/// What was typed counts when it is finished, by Enter or by leaving the field. What is not allowed changes nothing: a
/// sentence says what is.
#[component]
pub fn NumberRow(
    /// A name that no other control has.
    #[prop(into)]
    id: String,
    /// What stands before it.
    #[prop(into)]
    label: Signal<String>,
    /// What it is, in words.
    #[prop(into)]
    hint: Signal<String>,
    /// What is allowed.
    kind: Kind,
    /// The number.
    value: Memo<f64>,
    /// Takes another one that is allowed.
    set: Callback<f64>,
    /// Whether there is a slider.
    #[prop(default = true)]
    has_slider: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let error_id = format!("{id}-error");
    let draft = RwSignal::new(None::<String>);
    let is_wrong = RwSignal::new(false);
    let notches = StoredValue::new(Notches::of(kind));
    let read = move |text: &str| match kind.parse(&text.replace(',', "."))? {
        Value::Real(number) => Some(number),
        Value::Integer(number) => Some(f64::from(number)),
        Value::Name(_) | Value::Switch(_) => None,
    };
    let as_value = move |number: f64| match kind {
        Kind::Integer { .. } => Value::Integer(number as u32),
        _ => Value::Real(number),
    };
    let shown = move || draft.get().unwrap_or_else(|| as_value(value.get()).to_string());
    let finish = move || {
        let Some(Some(text)) = draft.try_get_untracked() else { return };
        match read(&text) {
            Some(number) => {
                is_wrong.set(false);
                draft.set(None);
                set.try_run(number);
            }
            None => is_wrong.set(true),
        }
    };
    let on_input = move |event| {
        let text = event_target_value(&event);
        is_wrong.set(read(&text).is_none());
        draft.set(Some(text));
    };
    let on_change = move |event| {
        draft.set(Some(event_target_value(&event)));
        finish();
    };
    let on_blur = move |_| {
        finish();
        draft.set(None);
    };
    let take = move |text: &str| {
        draft.set(None);
        is_wrong.set(false);
        if let Some(number) = read(text) {
            set.try_run(number);
        }
    };
    let on_keydown = move |event: KeyboardEvent| {
        let up = match event.key().as_str() {
            "ArrowUp" => true,
            "ArrowDown" => false,
            "Enter" => return finish(),
            "Escape" => {
                draft.set(None);
                is_wrong.set(false);
                return;
            }
            _ => return,
        };
        let Some(number) = value.try_get_untracked() else { return };
        let next = notches.try_with_value(|n| n.as_ref().map(|n| n.neighbour(as_value(number), up).to_owned()));
        if let Some(Some(next)) = next {
            event.prevent_default();
            take(&next);
        }
    };
    let on_focus = move |event: FocusEvent| event_target::<web_sys::HtmlInputElement>(&event).select();
    let error = move || {
        let allowed = words::allowed(i18n, kind);
        let text = t_string!(i18n, surface.must_be, allowed = allowed, value = as_value(value.get()).to_string());
        is_wrong.get().then_some(text)
    };
    let last = notches.with_value(|notches| notches.as_ref().map(Notches::last)).filter(|_| has_slider);
    let slider = last.map(|last| {
        let position =
            move || notches.with_value(|n| n.as_ref().map_or(0, |n| n.position(as_value(value.get())))).to_string();
        let filled = move || format!("{:.2}%", 100.0 * decimal::parse(&position()).unwrap_or(0.0) / last.max(1) as f64);
        let on_slide = move |event| {
            let position = event_target_value(&event).parse().unwrap_or(0);
            if let Some(Some(text)) = notches.try_with_value(|n| n.as_ref().map(|n| n.text(position).to_owned())) {
                take(&text);
            }
        };
        view! {
            <input
                type="range"
                min="0"
                max=last
                step="1"
                prop:value=position
                style:--filled=filled
                aria-label=attribute(move || t_string!(i18n, page.panel.slider, label = hint.get()))
                aria-valuetext=attribute(move || as_value(value.get()).to_string())
                on:input=on_slide
            />
        }
    });
    view! {
        <div class="surface-number control" class:wrong=move || is_wrong.get() class:plain=last.is_none()>
            <label for=id.clone() title=attribute(move || hint.get())>{live(move || label.get())}</label>
            {slider}
            <input
                type="text"
                id=id
                inputmode="decimal"
                autocomplete="off"
                spellcheck="false"
                title=attribute(move || hint.get())
                aria-label=attribute(move || hint.get())
                prop:value=shown
                aria-invalid=attribute(move || is_wrong.get().to_string())
                aria-describedby=error_id.clone()
                on:input=on_input
                on:keydown=on_keydown
                on:change=on_change
                on:blur=on_blur
                on:focus=on_focus
            />
            <p class="field-error" id=error_id role="alert" data-notice=attribute(move || is_wrong.get().then_some("bad-field"))>
                {live(error)}
            </p>
        </div>
    }
}
