//! Repairs of a run, and the way back from them.

use super::repairs::{Repaired, lesson_of};
use super::state::Lab;
use crate::diagnosis::Repair;
use crate::experiment::Experiment;
use leptos::prelude::*;

/// A repair goes on to the step at which it was chosen, for a comparison at the same step, unless that is farther
/// than a class would wait for.
const FARTHEST_COMPARISON: u64 = 2_000;

impl Lab {
    /// Makes a repair and goes to the step that is shown, so that both can be compared there; to the start, if the run goes on
    /// or that step is far.
    pub fn repair(self, repair: Repair) {
        let (before, step) = (self.experiment.get_untracked(), untrack(|| self.shown_step()));
        let after = repair.apply(&before);
        self.repairs.update(|repairs| repairs.push(Repaired { repair, before, step }));
        self.lesson.set(None);
        self.replay(after, step);
    }

    /// Takes the last repair back, to the step at which it was made.
    pub fn undo_repair(self) {
        if let Some(Some(Repaired { before, step, .. })) = self.repairs.try_update(Vec::pop) {
            // How fast it runs, where it stops and how its link opens is no part of the repair, and may have been set since.
            let before = before.conducted_as(&self.experiment.get_untracked());
            self.lesson.set(lesson_of(&before));
            self.replay(before, step);
        }
    }

    fn replay(self, experiment: Experiment, step: u64) {
        let run = self.running.get_untracked();
        self.experiment.set(experiment);
        self.running.set(false);
        self.load();
        self.go_to(if run || step > FARTHEST_COMPARISON { 0 } else { step }, run);
    }
}
