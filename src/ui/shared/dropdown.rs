//! A list that unfolds under a button, and folds when something is chosen, Escape is pressed or the reader turns
//! elsewhere.

use crate::ui::reactive::{RwSignal, Signal, attribute, element, live};
use crate::ui::shared::icon::{Icon, Picture};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A `<details>` that behaves like a menu.
#[component]
pub fn Dropdown(
    /// The words on the button.
    #[prop(into)]
    label: Signal<String>,
    /// A picture in their place; the words are heard then, and seen when it is pointed at.
    #[prop(optional)]
    picture: Option<Picture>,
    /// Is set when it unfolds for the first time, for what is fetched only then.
    #[prop(optional)]
    unfolded: Option<RwSignal<bool>>,
    /// What unfolds.
    children: Children,
) -> impl IntoView {
    let details = NodeRef::<html::Details>::new();
    let fold = move || {
        if let Some(details) = element(details) {
            details.set_open(false);
        }
    };
    let outside = window_event_listener(ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let Some(details) = element(details) else { return };
        if details.open() && !details.contains(target.as_ref()) {
            details.set_open(false);
        }
    });
    on_cleanup(move || outside.remove());
    // By the keyboard they turn elsewhere without a pointer. Where the focus goes to nothing, as with another window,
    // the list stays.
    let on_focusout = move |event: ev::FocusEvent| {
        let target = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let Some(details) = element(details).filter(|_| target.is_some()) else { return };
        if !details.contains(target.as_ref()) {
            fold();
        }
    };
    // The focus would be lost with what had it.
    let fold_and_focus = move || {
        fold();
        let summary = element(details).and_then(|details| details.query_selector("summary").ok().flatten());
        if let Some(summary) = summary.and_then(|summary| summary.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = summary.focus();
        }
    };
    let on_keydown = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && element(details).is_some_and(|details| details.open()) {
            // Else it would also close what the list stands in.
            event.prevent_default();
            fold_and_focus();
        }
    };
    let on_toggle = move |_| {
        if let Some(unfolded) = unfolded.filter(|unfolded| !unfolded.get_untracked()) {
            unfolded.set(true);
        }
    };
    let words = move || label.get();
    let summary = match picture {
        Some(picture) => view! {
            <summary class="chart-tool" aria-label=attribute(words) title=attribute(words)>
                <Icon picture />
            </summary>
        }
        .into_any(),
        None => view! { <summary class="button quiet">{live(words)}</summary> }.into_any(),
    };
    view! {
        <details class="dropdown" node_ref=details on:keydown=on_keydown on:focusout=on_focusout on:toggle=on_toggle>
            {summary}
            <div class="dropdown-body" on:click=move |_| fold_and_focus()>
                {children()}
            </div>
        </details>
    }
}
