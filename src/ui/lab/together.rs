//! Several runs on the page, each with a lab of its own: how each is driven among the others, and takes another's place.

use super::conductor::Conductor;
use super::state::{Lab, Opening};
use crate::experiment::Experiment;
use crate::worker::client::WorkerClient;
use crate::worker::protocol::RunState;
use leptos::prelude::*;
use std::rc::Rc;
use std::sync::Arc;

impl Lab {
    /// Who drives this run together with others, if there are any.
    pub(super) fn conductor(self) -> Option<Rc<dyn Conductor>> {
        self.conductor.try_get_value().flatten()
    }

    /// From now on the run is driven together with others, or by itself again.
    pub fn set_conductor(self, conductor: Option<Rc<dyn Conductor>>) {
        self.conductor.try_set_value(conductor);
    }

    /// Waits for other runs at this step, if there is one.
    pub fn meet(self, step: Option<u64>) {
        self.tell(|client| client.meet(step));
    }

    /// Shares the machine's memory with the others of so many runs.
    pub fn share_memory(self, runs: usize) {
        self.tell(|client| client.share(runs as u32));
    }

    /// Whether every frame is judged from now on.
    pub fn judge(self, is_judged: bool) {
        if self.is_judged.try_get_untracked().is_some_and(|before| before != is_judged) {
            self.is_judged.try_set(is_judged);
        }
    }

    /// Takes the last frame as drawn: while nobody sees the page, no frame is.
    pub fn take_unseen(self) {
        self.tell(WorkerClient::frame_taken);
    }

    /// Runs, if it can; whatever others do.
    pub fn run_alone(self) {
        self.tell_changes();
        if self.visited.get_untracked().is_some() {
            self.continue_alone();
        }
        if untrack(|| self.can_go_on_alone()) {
            self.running.set(true);
            self.tell(WorkerClient::run);
        }
    }

    /// Pauses; whatever others do.
    pub fn pause_alone(self) {
        self.running.set(false);
        self.opening.set_value(None);
        self.tell(WorkerClient::pause);
    }

    /// Goes to a later step as fast as it can, and on from there if it was to run.
    pub fn catch_up(self, step: u64) {
        let run = self.running.get_untracked();
        self.opening.set_value(Some(Opening { step, run }));
        self.tell(|client| client.seek(step));
    }

    /// Begins an experiment on a text of the user's own, if it reads one, and goes to a step and on from there.
    pub fn begin(self, experiment: Experiment, own_text: Option<Arc<str>>, step: u64, run: bool) {
        self.own_text.set(own_text);
        self.experiment.set(experiment);
        self.load();
        self.go_to(step, run);
    }

    /// Takes how the run is conducted (its speed, where it stops, how it opens) from another experiment.
    pub fn conduct_as(self, other: &Experiment) {
        let conducted = self.experiment.with_untracked(|own| own.conducted_as(other));
        if self.experiment.with_untracked(|own| *own != conducted) {
            self.experiment.set(conducted);
            self.plan_telling();
        }
    }

    /// Whether the run is on its way to a step, or nothing is known of it yet.
    pub fn is_on_its_way(self) -> bool {
        self.awaiting.get() || self.status.with(|status| status.state == RunState::Seeking)
    }

    /// Becomes another run, with all that the page knows of it; the worker makes it again up to where it was.
    pub fn adopt(self, other: Lab) {
        let (was_running, awaiting) = (other.running.get_untracked(), other.awaiting.get_untracked());
        let status = other.status.get_untracked();
        let opening = other.opening.get_value();
        self.experiment.set(other.experiment.get_untracked());
        self.measured.set(other.measured.get_untracked());
        self.own_text.set(other.own_text.get_untracked());
        self.start.set_value(other.start.get_value());
        self.told.set_value(other.told.get_value());
        self.changes.set(other.changes.get_untracked());
        self.forecast.set(other.forecast.get_untracked());
        self.repairs.set(other.repairs.get_untracked());
        self.lesson.set(other.lesson.get_untracked());
        self.ending.set(other.ending.get_untracked());
        self.away.set(None);
        self.no_room.set(None);
        self.visited_report.set_value(other.visited_report.get_value());
        let history = other.history.with_value(Clone::clone);
        self.history.set_value(history);
        self.instruments.clear();
        self.instruments.evaluations.set(other.instruments.evaluations.get_untracked());
        self.awaiting.set(awaiting);
        self.visited.set(other.visited.get_untracked());
        self.status.set(status);
        // One that has ended ends again, with the step after its last.
        let has_ended = status.state == RunState::Diverged;
        let reached = if awaiting { 0 } else { status.head };
        let step = opening.map_or(0, |opening| opening.step).max(reached + u64::from(has_ended));
        self.opening.set_value((step > reached || was_running).then_some(Opening { step, run: was_running }));
        self.restart_worker();
        self.redraw.update(|count| *count = count.wrapping_add(1));
    }
}
