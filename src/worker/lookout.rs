//! What the page looks at besides the reports, made in time that the training can spare.

use super::protocol::{Response, ResponseBody};
use super::session::{Goal, SLICE_MS, Session};
use crate::experiment::Experiment;
use crate::look::Scoring;
use crate::look::view::{View, Watch};
use crate::run::AnyTrainer;

/// Of the time of a run, so much goes to each of the two kinds of looking.
const SHARE: f64 = 0.025;

/// On the way to a step the network is scored so often, at steps that do not depend on the machine.
const SCORES_ON_THE_WAY: u64 = 32;

/// Floating-point operations that the field of what was learned may take: a few milliseconds.
const FIELD_OPERATIONS: f64 = 3e8;

/// Keeps what is watched, and when it is next looked at.
#[derive(Default)]
pub(super) struct Lookout {
    watch: Watch,
    views: Turn,
    evaluations: Turn,
    /// The scores under way, and the milliseconds that went into them. Training waits for them.
    scoring: Option<(Scoring, f64)>,
}

/// One kind of looking.
struct Turn {
    /// Whether it has not been done since the step or the wish changed.
    is_due: bool,
    not_before_ms: f64,
}

impl Default for Turn {
    fn default() -> Self {
        Self { is_due: true, not_before_ms: 0.0 }
    }
}

impl Turn {
    /// Whether it is its turn, beside a run or at rest.
    fn has_come(&self, is_running: bool, now_ms: f64) -> bool {
        self.is_due && (!is_running || now_ms >= self.not_before_ms)
    }

    fn done(&mut self, start_ms: f64, end_ms: f64) {
        self.is_due = false;
        self.not_before_ms = end_ms + (end_ms - start_ms) / SHARE;
    }
}

impl Lookout {
    fn wants_view(&self) -> bool {
        let Watch { layers, network, unit, learned, evaluation: _ } = &self.watch;
        !layers.is_empty() || *network || unit.is_some() || *learned
    }

    /// Whether something is to be seen that was not yet looked at.
    pub(super) fn is_unfinished(&self) -> bool {
        (self.views.is_due && self.wants_view()) || (self.evaluations.is_due && self.watch.evaluation)
    }

    /// The scores alone, or a slice of the work on them.
    fn score(&mut self, trainer: &AnyTrainer, is_running: bool, clock: &mut dyn FnMut() -> f64) -> Option<View> {
        if self.scoring.is_none() && !self.watch.evaluation {
            return None;
        }
        let start_ms = clock();
        let (mut scoring, spent_ms) = match self.scoring.take() {
            Some(under_way) => under_way,
            None if self.evaluations.has_come(is_running, start_ms) => Default::default(),
            None => return None,
        };
        loop {
            let evaluation = trainer.evaluate_some(&mut scoring);
            let now_ms = clock();
            if evaluation.is_some() {
                self.evaluations.done(start_ms - spent_ms, now_ms);
                return Some(View { step: trainer.steps(), evaluation, ..View::default() });
            }
            if now_ms - start_ms >= SLICE_MS {
                self.scoring = Some((scoring, spent_ms + now_ms - start_ms));
                return None;
            }
        }
    }

    /// One piece of looking, the view before the scores.
    fn look(
        &mut self,
        trainer: &mut AnyTrainer,
        side: usize,
        is_running: bool,
        clock: &mut dyn FnMut() -> f64,
    ) -> Option<View> {
        let start_ms = clock();
        if self.wants_view() && self.views.has_come(is_running, start_ms) {
            let view = trainer.view(&Watch { evaluation: false, ..self.watch.clone() }, side);
            self.views.done(start_ms, clock());
            return Some(view);
        }
        self.score(trainer, is_running, clock)
    }
}

impl Session {
    /// Looks at this from now on.
    pub(super) fn watch(&mut self, watch: Watch) {
        self.lookout.watch = watch;
        self.look_again();
    }

    /// The step is another, or the wish.
    pub(super) fn look_again(&mut self) {
        self.lookout.views.is_due = true;
        self.lookout.evaluations.is_due = true;
        self.lookout.scoring = None;
    }

    /// On the way to a step that the page does not know yet, begins to score the network now and then.
    pub(super) fn score_on_the_way(&mut self) {
        if let Goal::Seek(target) = self.goal
            && self.lookout.watch.evaluation
            && self.steps() >= self.silent_until
            && self.steps().is_multiple_of(target.div_ceil(SCORES_ON_THE_WAY).max(1))
            && self.run.as_ref().is_some_and(|run| run.head.is_none())
        {
            self.lookout.scoring = Some(Default::default());
        }
    }

    /// Whether scores are under way, which must be done before the next step.
    pub fn is_scoring(&self) -> bool {
        self.lookout.scoring.is_some()
    }

    /// What is watched, if it is time to look and the page can take it: at once while the run rests, now and then while
    /// it goes on; on the way to a step only scores that were begun.
    pub fn take_view(&mut self, clock: &mut dyn FnMut() -> f64) -> Option<(Response, View)> {
        let is_running = match self.goal {
            Goal::Rest => false,
            Goal::Train => true,
            Goal::Steps(_) | Goal::Seek(_) => {
                let run = self.run.as_mut().filter(|_| self.lookout.scoring.is_some())?;
                let view = self.lookout.score(&run.trainer, true, clock)?;
                return Some((self.response(ResponseBody::View), view));
            }
        };
        let run = self.run.as_mut()?;
        let side = field_side(&run.experiment);
        let view = self.lookout.look(&mut run.trainer, side, is_running, clock)?;
        Some((self.response(ResponseBody::View), view))
    }
}

/// Points along a side of the field, so many that it takes no longer for a large network than for a small one.
fn field_side(experiment: &Experiment) -> usize {
    let weights: usize = experiment.layer_specs().iter().map(|spec| spec.fan_in * spec.fan_out).sum();
    ((FIELD_OPERATIONS / (2.0 * weights as f64)).sqrt() as usize).clamp(12, 48)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::from_fragment;

    #[test]
    fn the_field_of_a_large_network_is_coarser() {
        let side = |fragment: &str| field_side(&from_fragment(fragment).0);
        assert_eq!((side("depth=1"), side("")), (48, 48));
        assert!((20..40).contains(&side("depth=50&width=64")));
        assert_eq!(side("depth=100&width=256"), 12);
    }

    #[test]
    fn looking_takes_its_share_of_a_running_time_and_none_twice() {
        let (experiment, _) = from_fragment("depth=2&width=4&samples=16");
        let mut trainer = AnyTrainer::new(&experiment).unwrap();
        trainer.probe().unwrap();
        let watch = Watch { layers: vec![0], evaluation: true, ..Watch::default() };
        let mut lookout = Lookout { watch, ..Lookout::default() };
        let mut now = 0.0;
        // Every look at the clock is a millisecond later.
        let mut clock = || {
            now += 1.0;
            now
        };
        assert!(lookout.look(&mut trainer, 8, false, &mut clock).is_some_and(|view| view.layers.len() == 1));
        assert!(lookout.look(&mut trainer, 8, false, &mut clock).is_some_and(|view| view.layers.is_empty()));
        assert_eq!(lookout.look(&mut trainer, 8, false, &mut clock), None);
        lookout.views.is_due = true;
        lookout.watch.evaluation = false;
        let waited = (0..200).position(|_| lookout.look(&mut trainer, 8, true, &mut clock).is_some()).unwrap();
        assert!((30..=45).contains(&waited), "a millisecond of forty, and not {waited}");
    }
}
