//! The way back after the worker has failed.
//!
//! The page keeps what it knows of the run until the run has truly come back: a way back that fails, however often and
//! wherever, takes nothing of it.

use super::address;
use super::state::{Lab, Opening};
use crate::experiment::{Key, share};
use crate::optim::Hyper;
use crate::worker::client::{Failure, WorkerClient};
use crate::worker::protocol::{Change, RunState, Status};
use leptos::prelude::*;

impl Lab {
    /// The worker has failed. What it was doing is over; what the page knows of the run stays.
    pub(super) fn take_failure(self, failure: Failure) {
        self.absent_parts.try_set(Vec::new());
        self.arriving.try_set(None);
        self.running.try_set(false);
        self.instruments.proving.try_set(None);
        self.status.try_update(|status| {
            let is_over = status.state == RunState::Diverged;
            let state = if is_over { RunState::Diverged } else { RunState::Paused };
            // On its way back it was not there yet, but the page shows where it had been.
            *status = Status { state, divergence: status.divergence, ..Status::paused_at(status.head) };
        });
        self.failure.try_set(Some(failure));
    }

    /// The step to which a worker that is started again brings the run: where it was to be opened, or what it had reached.
    pub fn restart_step(self) -> u64 {
        let reached = self.reached();
        self.opening.get_value().map_or(reached, |opening| opening.step.max(reached))
    }

    /// The steps that the present run has made, as far as any worker has told.
    fn reached(self) -> u64 {
        if self.awaiting.get() { 0 } else { self.status.get().head }
    }

    /// Loads the page again. Its address brings the run to the step that it had reached, if it can describe the run at all:
    /// what was changed on the way it cannot.
    pub fn reload_page(self) {
        let step = untrack(|| self.restart_step());
        if step > 0 && untrack(|| self.not_in_link().is_none() && self.own_text_in_use().is_none()) {
            // Steps beyond those that a link may name are the exception.
            let _ = self.set_text(Key::Step, &step.to_string());
            address::write(&self.experiment.with_untracked(share::to_fragment));
        }
        let _ = window().location().reload();
    }

    /// Starts a failed worker again and brings the run to the step that it had reached.
    pub fn restart_worker(self) {
        let reached = untrack(|| self.reached());
        self.running.set(false);
        self.failure.set(None);
        self.instruments.proving.set(None);
        let now = self.experiment.get_untracked();
        let start = self.start.get_value();
        if !now.is_same_run(&start) {
            // The network was changed while there was no worker to hear of it: that is another run.
            self.tell(WorkerClient::restart);
            self.load();
            return;
        }
        let start = start.conducted_as(&now);
        // The hyper-parameters that the page shows hold from the step that was reached, whatever the worker still heard.
        // On a visit they are for the step from which the run will go on, and wait for that.
        let visited = self.visited.get_untracked();
        let hyper = Hyper::of(&if visited.is_some() { self.told.get_value() } else { now.clone() });
        let last = self.changes.with_untracked(|changes| changes.last().map_or(Hyper::of(&start), |last| last.hyper));
        if last != hyper {
            self.changes.update(|changes| {
                changes.retain(|earlier| earlier.after_step < reached);
                changes.push(Change { after_step: reached, hyper });
            });
        }
        if reached > 0 {
            // It has not come that far again, but counts as having been there.
            let (state, seek_target) = (RunState::Seeking, Some(reached));
            self.status.set(Status { state, seek_target, step: 0, ..Status::paused_at(reached) });
        } else {
            self.awaiting.set(true);
        }
        let changes = self.changes.get_untracked();
        let opening = self.opening.get_value();
        let own_text = untrack(|| self.own_text_in_use());
        self.tell(|client| {
            client.restart();
            client.load(&start, &changes, reached, own_text.as_deref());
            match (opening, visited) {
                (Some(Opening { step, .. }), _) if step > reached => client.seek(step),
                (Some(Opening { run: true, .. }), _) => client.run(),
                (None, Some(step)) => client.visit(step),
                _ => {}
            }
        });
        // What would become of repairs the failed one cannot tell any more.
        self.foresee_again();
        self.running.set(opening.is_some_and(|opening| opening.run));
        if visited.is_none() {
            self.told.set_value(now);
        }
    }
}
