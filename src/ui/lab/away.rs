//! What happens while nobody can see the page, or the run on it, and what it says of that afterwards.

use super::state::Lab;
use crate::look::view::Watch;
use crate::train::Layout;
use crate::ui::reactive::{Memo, RwSignal, effect};
use crate::worker::protocol::Need;
use leptos::prelude::*;

impl Lab {
    /// Tells the worker when the page is hidden, unless the run is to go on all the same.
    pub(super) fn follow_visibility(self) {
        let is_hidden = RwSignal::new(document().hidden());
        // It bubbles up to the window, and works while the page's timers and frames rest.
        let listener = window_event_listener_untyped("visibilitychange", move |_| {
            is_hidden.try_set(document().hidden());
        });
        on_cleanup(move || listener.remove());
        let may_go_on = Memo::new(move |_| self.experiment.with(|experiment| experiment.background));
        effect(move || {
            let is_hidden = is_hidden.get() && !may_go_on.get();
            self.tell(|client| client.set_hidden(is_hidden));
        });
    }

    /// Tells the worker what of the run is looked at; follows every change of that.
    pub(super) fn tell_watch(self) {
        let (layout, seed) = self.measured.with(|measured| (Layout::of(measured), measured.seed));
        let watch = match self.is_seen.get() {
            true => self.instruments.watch(layout, seed),
            false => Watch { unseen: true, ..Watch::default() },
        };
        self.tell(|client| client.watch(watch));
    }

    /// Whether the page shows anything of the run from now on. Where it does not, the worker neither scores it nor works out
    /// what theory expects. It is told at once: what is asked of it next may be scored on its way.
    pub(super) fn show(self, is_seen: bool) {
        if self.is_seen.get_untracked() != is_seen {
            self.is_seen.set(is_seen);
            untrack(|| self.tell_watch());
        }
    }

    pub(super) fn take_away(self, step: u64) {
        self.running.try_set(false);
        self.away.try_set(Some(step));
    }

    /// Goes on with a run that was paused because nobody saw it.
    pub fn run_on(self) {
        self.away.set(None);
        if !untrack(|| self.is_under_way()) {
            self.toggle_run();
        }
    }

    pub(super) fn take_no_room(self, need: Need) {
        if need == Need::Proof {
            self.instruments.proving.try_set(None);
        }
        self.no_room.try_set(Some(need));
    }
}
