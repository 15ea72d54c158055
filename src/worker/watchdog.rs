//! A timer that is set anew whenever a worker says something, and that tells when one says nothing.

use std::cell::Cell;
use wasm_bindgen::prelude::*;

/// Waits for a word.
pub(super) struct Watchdog {
    timer: Cell<Option<i32>>,
    /// What the timer calls: one closure for all times, because one that is never called would never be freed.
    on_silence: Closure<dyn Fn()>,
}

impl Watchdog {
    /// Waits for nothing yet; `on_silence` is called when it has waited in vain, and says so first by [`Watchdog::is_over`].
    pub(super) fn new(on_silence: impl Fn() + 'static) -> Self {
        Self { timer: Cell::new(None), on_silence: Closure::new(on_silence) }
    }

    /// Waits from now on, in milliseconds.
    pub(super) fn watch(&self, limit_ms: i32) {
        self.stop();
        let Some(window) = web_sys::window() else { return };
        let on_silence = self.on_silence.as_ref().unchecked_ref();
        self.timer.set(window.set_timeout_with_callback_and_timeout_and_arguments_0(on_silence, limit_ms).ok());
    }

    /// It has waited in vain: the timer is spent.
    pub(super) fn is_over(&self) {
        self.timer.set(None);
    }

    /// Waits no longer.
    pub(super) fn stop(&self) {
        if let (Some(timer), Some(window)) = (self.timer.take(), web_sys::window()) {
            window.clear_timeout_with_handle(timer);
        }
    }

    /// Whether it waits.
    pub(super) fn is_watching(&self) -> bool {
        self.timer.get().is_some()
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.stop();
    }
}
