//! Where the page stands, as far as that keeps a worker from starting.

use super::failure::Failure;
use js_sys::{Reflect, Uint8Array};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// The event by which a browser tells that a policy forbids something. It bubbles up to the window.
const VIOLATION: &str = "securitypolicyviolation";

/// Listens to what the browser says of the page's policies: the error of a worker that one forbids has no words for it.
pub(super) struct Place {
    is_forbidden: Rc<Cell<bool>>,
    on_violation: Closure<dyn Fn(JsValue)>,
}

impl Place {
    /// Listens from now on.
    pub(super) fn new() -> Self {
        let is_forbidden = Rc::new(Cell::new(false));
        let noted = Rc::clone(&is_forbidden);
        let on_violation = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
            if text(&event, "effectiveDirective").is_some_and(|directive| directive.starts_with("worker-src")) {
                noted.set(true);
            }
        });
        if let Some(window) = web_sys::window() {
            let _ = window.add_event_listener_with_callback(VIOLATION, on_violation.as_ref().unchecked_ref());
        }
        Self { is_forbidden, on_violation }
    }

    /// Takes in what the browser says when it makes no worker.
    pub(super) fn note(&self, error: &JsValue) {
        if Failure::at_start(text(error, "message")) == Failure::Forbidden {
            self.is_forbidden.set(true);
        }
    }

    /// Why a worker did not start, by the words of its error, if it had any.
    pub(super) fn why_not_started(&self, words: Option<String>) -> Failure {
        match Failure::at_start(words) {
            Failure::CannotStart if self.is_forbidden.get() => Failure::Forbidden,
            Failure::CannotStart if has_no_origin() => Failure::Sandboxed,
            failure => failure,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            let _ = window.remove_event_listener_with_callback(VIOLATION, self.on_violation.as_ref().unchecked_ref());
        }
    }
}

/// Whether the page stands in a frame that takes its origin away. A worker needs one.
fn has_no_origin() -> bool {
    web_sys::window().and_then(|window| text(&window, "origin")).is_some_and(|origin| origin == "null")
}

/// A property of something that the browser gives, if it is a text.
pub(super) fn text(of: &JsValue, property: &str) -> Option<String> {
    Reflect::get(of, &property.into()).ok()?.as_string()
}

/// The same if it is a number.
pub(super) fn number(of: &JsValue, property: &str) -> Option<f64> {
    Reflect::get(of, &property.into()).ok()?.as_f64()
}

/// The same if it is bytes.
pub(super) fn bytes(of: &JsValue, property: &str) -> Option<Vec<u8>> {
    let bytes = Reflect::get(of, &property.into()).ok()?;
    Some(bytes.dyn_into::<Uint8Array>().ok()?.to_vec())
}
