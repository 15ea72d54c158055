//! When a session looks at its run, and how closely.

use super::forecaster::Forecaster;
use super::parts::{Prover, Viewer};
use super::protocol::{Response, ResponseBody};
use super::session::{Goal, Session};
use crate::experiment::Experiment;
use crate::look::view::{View, Watch};

/// On the way to a step the network is scored so often at the most, at steps that do not depend on the machine.
const SCORES_ON_THE_WAY: u64 = 32;

/// Floating-point operations that the field of what was learned may take: a few milliseconds.
const FIELD_OPERATIONS: f64 = 3e8;

impl Session {
    /// Looks at this from now on.
    pub(super) fn watch(&mut self, watch: Watch) {
        self.lookout.watch(watch);
    }

    /// What works out theory's word on the run, as long as somebody can read it and it is not through.
    pub(super) fn unfinished_forecaster(&mut self) -> Option<&mut Forecaster> {
        let is_unseen = self.lookout.is_unseen();
        self.forecaster.as_mut().filter(|forecaster| !is_unseen && forecaster.is_unfinished())
    }

    /// The run is another, or elsewhere.
    pub(super) fn look_again(&mut self) {
        self.lookout.look_again();
    }

    /// On the way to a step that the page does not know yet, begins to score the network now and then.
    pub(super) fn score_on_the_way(&mut self) {
        if let Goal::Seek(target) = self.goal
            && self.steps() >= self.silent_until
            && let Some(run) = self.run.as_ref().filter(|run| run.head.is_none())
            && self.steps().is_multiple_of(between_scores(&run.experiment, target))
        {
            self.lookout.begin_scores();
        }
    }

    /// What looks at the present run, if it is there.
    pub(super) fn viewer(&self) -> Option<Viewer> {
        self.parts.viewer(&self.run.as_ref()?.experiment)
    }

    /// What checks the present run, if it is there.
    pub(super) fn prover(&self) -> Option<Prover> {
        self.parts.prover(&self.run.as_ref()?.experiment)
    }

    /// Whether scores are under way.
    pub fn is_scoring(&self) -> bool {
        self.lookout.is_scoring()
    }

    /// Whether scores are under way for which the next step has to wait.
    pub(super) fn waits_for_scores(&mut self, now_ms: f64) -> bool {
        match (&self.goal, &self.run) {
            // Which steps are scored on the way does not depend on the machine.
            (Goal::Seek(_), _) => self.lookout.is_scoring_run(),
            (_, Some(run)) => self.lookout.holds_up(&run.trainer, now_ms),
            (_, None) => false,
        }
    }

    /// What is watched, if it is time to look and the page can take it: at once while the run rests, now and then while
    /// it goes on; on the way to a step only scores that were begun.
    pub fn take_view(&mut self, clock: &mut dyn FnMut() -> f64) -> Option<(Response, View)> {
        let is_running = match self.goal {
            Goal::Rest => false,
            Goal::Train => true,
            Goal::Steps(_) | Goal::Seek(_) => {
                let run = self.run.as_mut().filter(|_| self.lookout.is_scoring())?;
                let view = self.lookout.score(&run.trainer, true, clock)?;
                return Some((self.response(seen(&view)), view));
            }
        };
        let viewer = self.viewer();
        let run = self.run.as_mut()?;
        let side = field_side(&run.experiment);
        let view = self.lookout.look(&mut run.trainer, viewer, side, is_running, clock)?;
        Some((self.response(seen(&view)), view))
    }
}

/// Steps from one scoring to the next on the way to a step. All sequences take as long to score as about a third of the steps
/// of an epoch to make, so a recurrent network is scored once an epoch at the most.
fn between_scores(experiment: &Experiment, target: u64) -> u64 {
    let epoch = if experiment.model.is_recurrent() {
        u64::from(experiment.sample_count().div_ceil(experiment.batch_size().max(1)))
    } else {
        1
    };
    target.div_ceil(SCORES_ON_THE_WAY).max(epoch).max(1)
}

/// What was looked at: scores are told by themselves, as each is made by itself.
fn seen(view: &View) -> ResponseBody {
    view.evaluation.map_or(ResponseBody::View, ResponseBody::Scores)
}

/// Points along a side of the field, so many that it takes no longer for a large network than for a small one; none for a
/// recurrent network, which has no such inputs.
fn field_side(experiment: &Experiment) -> usize {
    if experiment.model.is_recurrent() {
        return 0;
    }
    let weights: usize = experiment.layer_specs().iter().map(|spec| spec.fan_in * spec.fan_out).sum();
    ((FIELD_OPERATIONS / (2.0 * weights as f64)).sqrt() as usize).clamp(12, 48)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::from_fragment;
    use crate::look::view::{Evaluation, Score};

    #[test]
    fn scores_are_told_without_anything_to_read_beside_them() {
        let score = Score { loss: 0.5, accuracy: None };
        let evaluation = Evaluation { step: 3, training: score, held_out: score };
        assert_eq!(seen(&View { evaluation: Some(evaluation), ..View::default() }), ResponseBody::Scores(evaluation));
        assert_eq!(seen(&View::default()), ResponseBody::View);
    }

    #[test]
    fn the_field_of_a_large_network_is_coarser() {
        let side = |fragment: &str| field_side(&from_fragment(fragment).0);
        assert_eq!((side("depth=1"), side("")), (48, 48));
        assert!((20..40).contains(&side("depth=50&width=64")));
        assert_eq!(side("depth=100&width=256"), 12);
    }
}
