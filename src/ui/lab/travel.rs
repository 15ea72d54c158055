//! Time travel: the page shows an earlier step of the run, and the run may go on from there.

use super::state::Lab;
use crate::experiment::Experiment;
use crate::optim::Hyper;
use crate::train::Bucket;
use crate::worker::client::WorkerClient;
use crate::worker::protocol::Status;
use leptos::prelude::*;

impl Lab {
    /// What the history holds of the step that the page shows; follows every change of either. `None` before the first.
    pub fn with_shown<R>(self, read: impl FnOnce(&Bucket) -> R) -> Option<R> {
        self.redraw.track();
        let Some(step) = self.visited.get() else {
            return self.history.try_with_value(|history| history.buckets().last().map(read))?;
        };
        let is_exact =
            self.visited_report.with_value(|exact| exact.as_ref().is_some_and(|exact| exact.last.step == step));
        if is_exact {
            self.visited_report.with_value(|exact| exact.as_ref().map(read))
        } else {
            self.history.try_with_value(|history| history.at(step).map(read))?
        }
    }

    /// The hyper-parameters of a step of the run; follows every change of them. What was changed live holds from the step
    /// after.
    pub fn hyper_of_step(self, step: u64) -> Hyper {
        let change = self.changes.with(|changes| changes.iter().rev().find(|change| change.after_step < step).copied());
        change.map_or_else(|| self.measured.with(Hyper::of), |change| change.hyper)
    }

    /// The step that the page shows; follows every change of it.
    pub fn shown_step(self) -> u64 {
        self.visited.get().unwrap_or_else(|| self.status.get().head)
    }

    /// Whether what the worker saw is of the step that the page shows; follows every change of it.
    pub fn is_view_current(self) -> bool {
        let step = self.shown_step();
        self.instruments.view.with(|view| view.as_ref().is_some_and(|view| view.step == step))
    }

    /// Shows a step of the run: an earlier one as a visit, or the latest and all that follow. The charts show what was
    /// recorded of it at once; the worker makes its exact state again for all else.
    pub fn show_step(self, step: u64) {
        match self.conductor() {
            Some(conductor) => conductor.show_step(step),
            None => self.show_step_alone(step),
        }
    }

    /// The same of this run alone.
    pub fn show_step_alone(self, step: u64) {
        let latest = self.history.with_value(|history| history.latest().map_or(0, |report| report.step));
        if step >= latest {
            return self.show_latest_alone();
        }
        self.running.set(false);
        self.opening.set_value(None);
        if self.visited.get_untracked() != Some(step) {
            self.no_room.set(None);
            self.visited.set(Some(step));
            self.plan_visit();
        }
    }

    /// Ends a visit.
    pub fn show_latest(self) {
        match self.conductor() {
            Some(conductor) => conductor.show_latest(),
            None => self.show_latest_alone(),
        }
    }

    /// The same of this run alone.
    pub fn show_latest_alone(self) {
        if self.visited.get_untracked().is_some() {
            self.visited.set(None);
            self.no_room.set(None);
            self.tell(WorkerClient::return_to_head);
            self.tell_changes();
        }
    }

    /// Makes the visited step the run's latest: what was recorded after it is forgotten. Settings that were not touched
    /// during the visit go back to what they were at that step, so that the run goes on as it did.
    pub fn continue_here(self) {
        match self.conductor() {
            Some(conductor) => conductor.continue_here(),
            None => self.continue_alone(),
        }
    }

    /// The same of this run alone.
    pub fn continue_alone(self) {
        let Some(step) = self.visited.get_untracked() else { return };
        // A visit that was planned for the next frame begins now.
        self.tell(|client| client.visit(step));
        self.history.update_value(|history| history.forget_after(step));
        self.instruments.forget_after(step);
        self.visited_report.set_value(None);
        self.changes.update(|changes| changes.retain(|change| change.after_step <= step));
        self.ending.set(Vec::new());
        self.visited.set(None);
        self.no_room.set(None);
        self.tell(WorkerClient::continue_from_visit);
        // It is another run from here, and answers of the one before are dropped on their way.
        self.foresee_again();
        // The run has not ended any more, though the worker may take a while to come back to the step.
        self.status.set(Status::paused_at(step));
        let start = self.start.get_value();
        let then = self.changes.with_untracked(|changes| changes.last().map_or(Hyper::of(&start), |last| last.hyper));
        let mut told = self.told.get_value();
        if Hyper::of(&self.experiment.get_untracked()) == Hyper::of(&told) {
            self.experiment.update(|experiment| then.give_to(experiment));
        }
        then.give_to(&mut told);
        self.told.set_value(told);
        self.tell_changes();
        self.redraw.update(|count| *count = count.wrapping_add(1));
    }

    /// Goes back to a step and on from there with other settings, paused.
    pub fn rewind_with(self, step: u64, change: impl FnOnce(&mut Experiment)) {
        self.repairs.set(Vec::new());
        if step == 0 {
            // From the start it is a run of its own, which the address describes.
            self.experiment.update(change);
            return self.reset_alone();
        }
        self.show_step_alone(step);
        self.experiment.update(change);
        self.continue_alone();
    }

    /// Sends the worker to the visited step in the next animation frame, so that a slider may move as often as it likes.
    fn plan_visit(self) {
        if self.is_visit_planned.try_update_value(|planned| std::mem::replace(planned, true)) == Some(false) {
            request_animation_frame(move || {
                self.is_visit_planned.try_update_value(|planned| *planned = false);
                if let Some(Some(step)) = self.visited.try_get_untracked() {
                    self.tell(|client| client.visit(step));
                }
            });
        }
    }
}
