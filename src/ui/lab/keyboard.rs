//! The keys that work anywhere on the page except in a field: space, → or S, R.

use super::scene::Shown;
use super::state::Lab;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// What takes letters for itself.
const TAKES_LETTERS: &str = "input:not([type=range]), select, textarea, dialog, [contenteditable]";
/// What takes the space bar as well: it presses, or scrolls. A slider does not, so a run can be started right after one
/// was moved.
const TAKES_SPACE: &str = "button, a, summary, [role=region]";
/// What takes the arrow keys as well.
const TAKES_ARROWS: &str = "input, figure, [role=slider]";

/// What a key drives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Drive {
    /// Run, or pause.
    Toggle,
    /// One step.
    Step,
    /// Back to the start.
    Reset,
}

/// Listens for the keys for as long as the page lives. Where there is no run on the page, they are the scene's.
pub fn listen(lab: Lab, shown: Shown) {
    window_event_listener(ev::keydown, move |event| {
        if !shown.scene.get_untracked().has_run() {
            return;
        }
        match wanted(&event) {
            Some(Drive::Toggle) => lab.toggle_run(),
            Some(Drive::Step) => lab.step(),
            Some(Drive::Reset) => lab.reset(),
            None => return,
        }
        event.prevent_default();
    });
}

/// What a key that was pressed is to drive; `None` of keys that are for something else.
pub(in crate::ui) fn wanted(event: &KeyboardEvent) -> Option<Drive> {
    if is_taken(event) {
        return None;
    }
    match event.key().as_str() {
        " " if !event.repeat() && !is_within(event, TAKES_SPACE) => Some(Drive::Toggle),
        "s" | "S" => Some(Drive::Step),
        "ArrowRight" if !is_within(event, TAKES_ARROWS) => Some(Drive::Step),
        "r" | "R" if !event.repeat() => Some(Drive::Reset),
        _ => None,
    }
}

/// Whether the key is meant for a field, or belongs to a chord or to somebody who has taken it.
pub(in crate::ui) fn is_taken(event: &KeyboardEvent) -> bool {
    let is_chord = event.ctrl_key() || event.meta_key() || event.alt_key();
    is_chord || event.default_prevented() || is_within(event, TAKES_LETTERS)
}

fn is_within(event: &KeyboardEvent, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| matches!(element.closest(selector), Ok(Some(_))))
}
