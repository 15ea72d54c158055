//! Visits to earlier steps of a run: the exact state there is made again from the nearest checkpoint, while the run's
//! head stays where it is.

use super::memory::has_room;
use super::protocol::{Change, Need, Response, ResponseBody};
use super::run::{Head, Run, apply};
use super::session::{Goal, Session};
use crate::run::AnyTrainer;

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
            // It may be on its way to a step beyond, where it was to be opened.
            self.goal = Goal::Seek(self.silent_until);
            self.then = goal;
            self.has_news = true;
        }
    }

    /// Goes to a step that was already made, from the nearest state before it. Without memory for another state the run
    /// rests where it is, and that is to be said.
    pub(super) fn visit(&mut self, step: u64, now_ms: f64) -> Option<Response> {
        self.refused_visit = None;
        if step >= self.head_steps() {
            self.return_to_head(now_ms);
            return None;
        }
        let run = self.run.as_mut()?;
        let checkpoint = run.checkpoints.before(step);
        let is_nearer = |at: u64| at <= step && checkpoint.is_none_or(|checkpoint| checkpoint.steps() < at);
        let stands_before = run.head.is_some() && is_nearer(run.trainer.steps());
        if !stands_before {
            let start = start_before(run, step);
            if start.is_none() && run.head.is_some() {
                // Without the step that was visited before there may be.
                self.return_to_head(now_ms);
                return self.visit(step, now_ms);
            }
            let Some(mut start) = start else {
                self.refused_visit = Some(step);
                self.aim(Goal::Rest, now_ms);
                return Some(self.response(ResponseBody::NoRoom(Need::Visit)));
            };
            // What was changed at the checkpoint's step may have been changed after it was kept.
            apply(&run.changes, &mut start);
            let trainer = std::mem::replace(&mut run.trainer, start);
            if run.head.is_none() {
                run.head = Some(Head { trainer, divergence: run.divergence.take() });
            }
        }
        self.set_goal(Goal::Seek(step), now_ms);
        self.look_again();
        None
    }

    /// Ends a visit.
    pub(super) fn return_to_head(&mut self, now_ms: f64) {
        self.refused_visit = None;
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

    /// Begins the run again from its seed, with the changes up to a step, on its way to the step that the page has
    /// reached.
    pub(super) fn begin_again(&mut self, step: u64, reached: u64, now_ms: f64) -> Option<Response> {
        let run = self.run.as_ref()?;
        let changes: Vec<Change> = run.changes.iter().copied().filter(|change| change.after_step <= step).collect();
        let (experiment, corpus) = (run.experiment.clone(), run.corpus.clone());
        let (speed, page_ready) = (self.speed, self.page_ready);
        let stop = self.stopping.stop();
        // It is the same run, whose start is what it was, and what was asked of it is answered.
        self.inquiry.give_up_proof();
        let (forecaster, inquiry) = (self.forecaster.take(), std::mem::take(&mut self.inquiry));
        let failed = self.load(self.run_id, experiment, corpus, changes, reached, now_ms);
        (self.speed, self.page_ready, self.forecaster, self.inquiry) = (speed, page_ready, forecaster, inquiry);
        self.stopping.set(stop);
        failed
    }

    /// Makes the visited step, or the one that the visit is on its way to, the run's head, under this id.
    pub(super) fn continue_from_visit(&mut self, run_id: u32, now_ms: f64) -> Option<Response> {
        if let Some(step) = self.refused_visit.take() {
            // There is no room for the run and another state of it, but for the other one alone.
            (self.run_id, self.page_ready) = (run_id, true);
            return self.begin_again(step, step, now_ms);
        }
        // Frames of the forgotten steps are dropped on their way, and nobody will say that they were taken.
        (self.run_id, self.page_ready, self.has_news) = (run_id, true, true);
        let target = if let Goal::Seek(target) = self.goal { target } else { self.steps() };
        let run = self.run.as_mut()?;
        run.head.take()?;
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
        None
    }
}

/// A state of the run from which it comes to a step: a copy of a checkpoint, or the run made again. Where there is no
/// memory for either, a checkpoint itself; the others are given up.
fn start_before(run: &mut Run, step: u64) -> Option<AnyTrainer> {
    let bytes = run.trainer.bytes();
    if has_room(bytes) {
        return run.checkpoints.before(step).cloned().or_else(|| run.made_again());
    }
    run.checkpoints.take_before(step).or_else(|| if has_room(bytes) { run.made_again() } else { None })
}

#[cfg(test)]
#[path = "travel_tests.rs"]
mod tests;
