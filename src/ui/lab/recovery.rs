//! The way back after the worker has failed.

use super::state::Lab;
use crate::optim::Hyper;
use crate::worker::client::WorkerClient;
use crate::worker::protocol::Change;
use leptos::prelude::*;

impl Lab {
    /// The step to which a worker that is started again brings the run: where it was to be opened, or what it had reached.
    pub fn restart_step(self) -> u64 {
        let reached = self.reached();
        self.opening.get_value().map_or(reached, |opening| opening.step)
    }

    /// The steps that the present run has made, as far as the worker has told.
    fn reached(self) -> u64 {
        if self.awaiting.get() { 0 } else { self.status.get().head }
    }

    /// Starts a failed worker again and brings the run to the step that it had reached.
    pub fn restart_worker(self) {
        let (step, reached) = untrack(|| (self.restart_step(), self.reached()));
        self.running.set(false);
        self.failure.set(None);
        self.awaiting.set(true);
        self.visited.set(None);
        self.instruments.proving.set(None);
        let now = self.experiment.get_untracked();
        let mut start = self.start.get_value();
        if !now.is_same_run(&start) {
            // The network was changed while there was no worker to hear of it: that is another run.
            self.tell(WorkerClient::restart);
            self.load();
            return;
        }
        start.speed = now.speed;
        (start.stop_at, start.stop_loss) = (now.stop_at, now.stop_loss);
        // The hyper-parameters that the page shows hold from the step that was reached, whatever the worker still heard.
        let last = self.changes.with_untracked(|changes| changes.last().map_or(Hyper::of(&start), |last| last.hyper));
        if last != Hyper::of(&now) {
            self.changes.update(|changes| {
                changes.retain(|earlier| earlier.after_step < reached);
                changes.push(Change { after_step: reached, hyper: Hyper::of(&now) });
            });
        }
        let changes = self.changes.get_untracked();
        self.tell(|client| {
            client.restart();
            client.load(&start, &changes);
            if step > 0 {
                client.seek(step);
            }
        });
        self.running.set(self.opening.get_value().is_some_and(|opening| opening.run));
        self.told.set_value(now);
    }
}
