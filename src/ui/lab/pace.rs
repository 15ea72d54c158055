//! Text and tables that follow a run at a pace at which they can be read.

use super::state::Lab;
use crate::ui::reactive::Memo;
use crate::worker::protocol::RunState;
use leptos::prelude::*;

/// A counter that counts up when the run has gone on, but not more often than every `every_ms` while it runs; and at
/// once when it pauses or ends, or another step is visited. It must be read, not only tracked: a memo that nobody reads
/// follows nothing.
pub(in crate::ui) fn paced(lab: Lab, every_ms: f64) -> Memo<u32> {
    let last_ms = StoredValue::new(f64::NEG_INFINITY);
    let last_visited = StoredValue::new(None);
    Memo::new(move |before: Option<&u32>| {
        lab.redraw.track();
        let is_running = matches!(lab.status.get().state, RunState::Running | RunState::Seeking);
        let visited = lab.visited.get();
        let is_elsewhere = last_visited.get_value() != visited;
        last_visited.set_value(visited);
        let now_ms = js_sys::Date::now();
        let before = before.copied().unwrap_or(0);
        if is_running && !is_elsewhere && now_ms - last_ms.get_value() < every_ms {
            return before;
        }
        last_ms.set_value(now_ms);
        before.wrapping_add(1)
    })
}
