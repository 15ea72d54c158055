//! What the page looks at besides the reports, made in time that the training can spare.

use super::SLICE_MS;
use super::parts::Viewer;
use crate::look::Scoring;
use crate::look::view::{View, Watch};
use crate::run::AnyTrainer;

/// Of the time of a run, so much goes to each of the two kinds of looking.
const SHARE: f64 = 0.025;

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
    /// Looks at this from now on.
    pub(super) fn watch(&mut self, watch: Watch) {
        self.watch = watch;
        self.look_again();
    }

    /// The step is another, or the wish.
    pub(super) fn look_again(&mut self) {
        self.views.is_due = true;
        self.evaluations.is_due = true;
        self.scoring = None;
    }

    /// Begins to score the network at this step, if scores are watched.
    pub(super) fn begin_scores(&mut self) {
        if self.watch.evaluation {
            self.scoring = Some(Default::default());
        }
    }

    /// Whether scores are under way.
    pub(super) fn is_scoring(&self) -> bool {
        self.scoring.is_some()
    }

    /// Whether more than the scores is watched.
    pub(super) fn wants_view(&self) -> bool {
        let Watch { layers, network, unit, parameters, learned, sequences: _, evaluation: _, recurrent } = &self.watch;
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
}
