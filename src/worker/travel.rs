//! Visits to earlier steps of a run: the exact state there is made again from the nearest checkpoint, while the run's
//! head stays where it is.

use super::run::{Head, apply};
use super::session::{Goal, Session};

impl Session {
    /// Steps that the run has made, whatever step is visited, and however far it still is from there.
    pub(super) fn head_steps(&self) -> u64 {
        let head = self.run.as_ref().and_then(|run| run.head.as_ref());
        head.map_or_else(|| self.steps(), |head| head.trainer.steps()).max(self.silent_until)
    }

    /// Sets what is to be done at the run's head. On the way back to that it is done on arrival.
    pub(super) fn aim(&mut self, goal: Goal, now_ms: f64) {
        let is_at_head = self.steps() == self.head_steps();
        if is_at_head || self.run.as_ref().is_none_or(|run| run.head.is_some()) {
            self.set_goal(goal, now_ms);
        } else {
            self.then = goal;
            self.has_news = true;
        }
    }

    /// Goes to a step that was already made, from the nearest state before it.
    pub(super) fn visit(&mut self, step: u64, now_ms: f64) {
        if step >= self.head_steps() {
            return self.return_to_head(now_ms);
        }
        let Some(run) = &mut self.run else { return };
        let checkpoint = run.checkpoints.before(step);
        let is_nearer = |at: u64| at <= step && checkpoint.is_none_or(|checkpoint| checkpoint.steps() < at);
        let stands_before = run.head.is_some() && is_nearer(run.trainer.steps());
        if !stands_before {
            let Some(mut start) = checkpoint.cloned().or_else(|| run.made_again()) else { return };
            // What was changed at the checkpoint's step may have been changed after it was kept.
            apply(&run.changes, &mut start);
            let trainer = std::mem::replace(&mut run.trainer, start);
            if run.head.is_none() {
                run.head = Some(Head { trainer, divergence: run.divergence.take() });
            }
        }
        self.set_goal(Goal::Seek(step), now_ms);
        self.look_again();
    }

    /// Ends a visit.
    pub(super) fn return_to_head(&mut self, now_ms: f64) {
        let Some(run) = &mut self.run else { return };
        if let Some(Head { trainer, divergence }) = run.head.take() {
            (run.trainer, run.divergence) = (trainer, divergence);
            self.inquiry.give_up_proof();
            // The head itself may be on its way.
            let is_there = self.steps() == self.head_steps();
            self.set_goal(if is_there { Goal::Rest } else { Goal::Seek(self.silent_until) }, now_ms);
            self.look_again();
        }
    }

    /// Makes the visited step, or the one that the visit is on its way to, the run's head, under this id.
    pub(super) fn continue_from_visit(&mut self, run_id: u32) {
        // Frames of the forgotten steps are dropped on their way, and nobody will say that they were taken.
        (self.run_id, self.page_ready, self.has_news) = (run_id, true, true);
        let target = if let Goal::Seek(target) = self.goal { target } else { self.steps() };
        let Some(run) = &mut self.run else { return };
        if run.head.take().is_none() {
            return;
        }
        run.changes.retain(|change| change.after_step <= target);
        run.checkpoints.forget_after(target);
        self.stopping.forget_after(target);
        run.recent.clear();
        self.outbox.clear();
        // What leads to it was told before.
        self.silent_until = target;
        if run.trainer.steps() == target {
            self.outbox.push_report(run.trainer.report());
        }
    }
}

#[cfg(test)]
#[path = "travel_tests.rs"]
mod tests;
