//! What the page looks at besides the reports, made in time that the training can spare.

use super::SLICE_MS;
use super::memory::has_room;
use super::parts::Viewer;
use crate::look::Scoring;
use crate::look::view::{View, Watch};
use crate::run::AnyTrainer;

/// Of the time of a run, so much goes to each of the two kinds of looking.
const SHARE: f64 = 0.025;

/// So long a run waits for the scores of the step where it stands. What takes longer is made beside it, of a copy.
const LONGEST_WAIT_MS: f64 = 120.0;

/// Keeps what is watched, and when it is next looked at.
#[derive(Default)]
pub(super) struct Lookout {
    watch: Watch,
    views: Turn,
    evaluations: Turn,
    scores: Option<Scores>,
}

/// Scores under way.
#[derive(Default)]
struct Scores {
    scoring: Scoring,
    /// The milliseconds that went into them.
    spent_ms: f64,
    /// The network that is scored, where training did not wait; else it is the run's own.
    copy: Option<AnyTrainer>,
    /// Beside training nothing is done for them before this.
    not_before_ms: f64,
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
    /// Looks at this from now on.
    pub(super) fn watch(&mut self, watch: Watch) {
        self.watch = watch;
        self.look_again();
    }

    /// Whether the page shows nothing of the run.
    pub(super) fn is_unseen(&self) -> bool {
        self.watch.unseen
    }

    /// The run is another, or elsewhere, or the wish is another.
    pub(super) fn look_again(&mut self) {
        self.scores = None;
        self.look_at_step();
    }

    /// The step is another.
    pub(super) fn look_at_step(&mut self) {
        self.views.is_due = true;
        self.evaluations.is_due = true;
        self.scores.take_if(|scores| scores.copy.is_none());
    }

    /// Begins to score the network at this step, if scores are watched.
    pub(super) fn begin_scores(&mut self) {
        if self.watch.evaluation {
            self.scores = Some(Scores::default());
        }
    }

    /// Whether scores are under way.
    pub(super) fn is_scoring(&self) -> bool {
        self.scores.is_some()
    }

    /// Whether scores are under way of the run's own network, which must be done before its next step.
    pub(super) fn is_scoring_run(&self) -> bool {
        self.scores.as_ref().is_some_and(|scores| scores.copy.is_none())
    }

    /// The same where the run need not wait for long: then they are made of a copy, or not now if there is no room for one.
    pub(super) fn holds_up(&mut self, trainer: &AnyTrainer, now_ms: f64) -> bool {
        let Some(scores) = self.scores.as_mut().filter(|scores| scores.copy.is_none()) else { return false };
        if scores.spent_ms < LONGEST_WAIT_MS {
            return true;
        }
        scores.not_before_ms = now_ms + scores.spent_ms / SHARE;
        if has_room(trainer.bytes()) {
            scores.copy = Some(trainer.clone());
        } else {
            self.evaluations.not_before_ms = scores.not_before_ms;
            self.scores = None;
        }
        false
    }

    /// Whether more than the scores is watched.
    pub(super) fn wants_view(&self) -> bool {
        let Watch { layers, network, unit, parameters, learned, sequences: _, evaluation: _, recurrent, unseen: _ } =
            &self.watch;
        !layers.is_empty() || *network || unit.is_some() || *parameters || *learned || !recurrent.is_empty()
    }

    /// Whether something is to be seen that was not yet looked at, and can be: what is not a score needs a viewer.
    pub(super) fn is_unfinished(&self, has_viewer: bool) -> bool {
        (has_viewer && self.views.is_due && self.wants_view()) || (self.evaluations.is_due && self.watch.evaluation)
    }

    /// The scores alone, or a slice of the work on them.
    pub(super) fn score(
        &mut self,
        trainer: &AnyTrainer,
        is_running: bool,
        clock: &mut dyn FnMut() -> f64,
    ) -> Option<View> {
        if self.scores.is_none() && !self.watch.evaluation {
            return None;
        }
        let start_ms = clock();
        let mut scores = match self.scores.take() {
            Some(waiting) if is_running && start_ms < waiting.not_before_ms => {
                self.scores = Some(waiting);
                return None;
            }
            // At rest nobody waits, and it is the present step that counts.
            Some(under_way) if is_running || under_way.copy.is_none() => under_way,
            Some(_) => Scores::default(),
            None if self.evaluations.has_come(is_running, start_ms) => Scores::default(),
            None => return None,
        };
        loop {
            let evaluation = scores.copy.as_ref().unwrap_or(trainer).evaluate_some(&mut scores.scoring);
            let now_ms = clock();
            let spent_ms = scores.spent_ms + now_ms - start_ms;
            if let Some(evaluation) = evaluation {
                self.evaluations.done(now_ms - spent_ms, now_ms);
                self.evaluations.is_due = scores.copy.is_some();
                return Some(View { step: evaluation.step, evaluation: Some(evaluation), ..View::default() });
            }
            if now_ms - start_ms >= SLICE_MS {
                if scores.copy.is_some() {
                    scores.not_before_ms = now_ms + (now_ms - start_ms) / SHARE;
                }
                self.scores = Some(Scores { spent_ms, ..scores });
                return None;
            }
        }
    }

    /// One piece of looking, the view before the scores. Without a viewer there are only those.
    pub(super) fn look(
        &mut self,
        trainer: &mut AnyTrainer,
        viewer: Option<Viewer>,
        side: usize,
        is_running: bool,
        clock: &mut dyn FnMut() -> f64,
    ) -> Option<View> {
        let start_ms = clock();
        if let Some(viewer) = viewer
            && self.wants_view()
            && self.views.has_come(is_running, start_ms)
        {
            let view = (viewer.look)(trainer, &Watch { evaluation: false, ..self.watch.clone() }, side);
            self.views.done(start_ms, clock());
            return Some(view);
        }
        self.score(trainer, is_running, clock)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::from_fragment;

    #[test]
    fn looking_takes_its_share_of_a_running_time_and_none_twice() {
        let (experiment, _) = from_fragment("depth=2&width=4&samples=16");
        let mut trainer = AnyTrainer::new(&experiment).unwrap();
        trainer.probe().unwrap();
        let watch = Watch { layers: vec![0], evaluation: true, ..Watch::default() };
        let viewer = Some(Viewer::new(AnyTrainer::view));
        let mut lookout = Lookout { watch, ..Lookout::default() };
        let mut now = 0.0;
        // Every look at the clock is a millisecond later.
        let mut clock = || {
            now += 1.0;
            now
        };
        assert!(lookout.look(&mut trainer, viewer, 8, false, &mut clock).is_some_and(|view| view.layers.len() == 1));
        assert!(lookout.look(&mut trainer, viewer, 8, false, &mut clock).is_some_and(|view| view.layers.is_empty()));
        assert_eq!(lookout.look(&mut trainer, viewer, 8, false, &mut clock), None);
        lookout.views.is_due = true;
        lookout.watch.evaluation = false;
        let waited = (0..200).position(|_| lookout.look(&mut trainer, viewer, 8, true, &mut clock).is_some()).unwrap();
        assert!((30..=45).contains(&waited), "a millisecond of forty, and not {waited}");
    }
    #[test]
    fn training_waits_for_short_scores_and_long_ones_are_made_of_a_copy_at_their_share() {
        let (experiment, _) = from_fragment("model=lstm&hidden=4&length=5&batch=8");
        let mut trainer = AnyTrainer::new(&experiment).unwrap();
        trainer.probe().unwrap();
        let mut alone = Scoring::default();
        let want = std::iter::repeat_with(|| trainer.evaluate_some(&mut alone)).find_map(|evaluation| evaluation);
        let mut lookout = Lookout { watch: Watch { evaluation: true, ..Watch::default() }, ..Lookout::default() };
        // Every look at the clock is a slice later, so that each slice is one piece of the scores.
        let now_ms = std::cell::Cell::new(0.0);
        let mut clock = || {
            now_ms.set(now_ms.get() + SLICE_MS);
            now_ms.get()
        };
        assert_eq!(lookout.score(&trainer, true, &mut clock), None);
        while lookout.holds_up(&trainer, now_ms.get()) {
            assert_eq!(lookout.score(&trainer, true, &mut clock), None);
            assert!(now_ms.get() < 4.0 * LONGEST_WAIT_MS, "it does not wait for ever");
        }
        let waited_ms = now_ms.get();
        assert!(waited_ms >= LONGEST_WAIT_MS, "{waited_ms}");
        // From then on the run goes on, and what is told at last is of the step that was scored.
        let (mut pieces, mut told) = (0, None);
        while told.is_none() {
            trainer.step().unwrap();
            lookout.look_at_step();
            assert!(!lookout.holds_up(&trainer, now_ms.get()));
            assert!(
                lookout.is_scoring() && !lookout.is_scoring_run(),
                "who goes to a step does not wait for it either"
            );
            let is_due = lookout.scores.as_ref().is_some_and(|scores| now_ms.get() + SLICE_MS >= scores.not_before_ms);
            told = lookout.score(&trainer, true, &mut clock);
            pieces += u32::from(is_due);
        }
        let told = told.unwrap();
        assert_eq!((told.step, told.evaluation), (0, want));
        let share = f64::from(pieces) * SLICE_MS / (now_ms.get() - waited_ms);
        assert!(pieces > 5 && share < 1.1 * SHARE, "{pieces} pieces, {share} of the time");
        // At rest it is the present step's.
        let at_rest = std::iter::repeat_with(|| lookout.score(&trainer, false, &mut clock)).find_map(|view| view);
        assert_eq!(at_rest.map(|view| view.step), Some(trainer.steps()));
    }
}
