//! Text and tables that follow a run at a pace at which they can be read.

use crate::ui::lab::Lab;
use crate::worker::protocol::RunState;
use leptos::prelude::*;

/// A counter that counts up when the run has gone on, but not more often than every `every_ms` while it runs; and at
/// once when it pauses or ends. It must be read, not only tracked: a memo that nobody reads follows nothing.
pub(in crate::ui) fn paced(lab: Lab, every_ms: f64) -> Memo<u32> {
    let last_ms = StoredValue::new(f64::NEG_INFINITY);
    Memo::new(move |before: Option<&u32>| {
        lab.redraw.track();
        let is_running = matches!(lab.status.get().state, RunState::Running | RunState::Seeking);
        let now_ms = js_sys::Date::now();
        let before = before.copied().unwrap_or(0);
        if is_running && now_ms - last_ms.get_value() < every_ms {
            return before;
        }
        last_ms.set_value(now_ms);
        before.wrapping_add(1)
    })
}
