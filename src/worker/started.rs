//! A worker under way.

use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker};

/// A worker with the closures that it calls.
pub(super) struct Started {
    pub(super) worker: Worker,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(ErrorEvent)>,
}

impl Drop for Started {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl Started {
    /// A worker that calls these closures.
    pub(super) fn new(
        worker: Worker,
        on_message: Closure<dyn Fn(MessageEvent)>,
        on_error: Closure<dyn Fn(ErrorEvent)>,
    ) -> Self {
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Self { worker, _on_message: on_message, _on_error: on_error }
    }
}
