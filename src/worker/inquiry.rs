//! Questions of the page that take their time: checks of the run, and what theory expects of other experiments.

use super::protocol::{Response, ResponseBody};
use super::session::{Run, Session, apply};
use crate::experiment::Experiment;
use crate::theory::predict;
use crate::train::AnyTrainer;
use crate::train::proof::prove;
use std::collections::VecDeque;

/// How long a run may take to be made again for a check.
const LONGEST_REMAKE_MS: f64 = 4_000.0;

/// What was asked and is not yet answered.
#[derive(Default)]
pub(super) struct Inquiry {
    predicting: Option<Predicting>,
    proving: Option<Proving>,
    answers: VecDeque<ResponseBody>,
}

#[derive(Default)]
struct Predicting {
    waiting: VecDeque<Experiment>,
    factors: Vec<Option<f64>>,
}

/// The run made again from its seed, as far as it has come.
#[derive(Default)]
struct Proving {
    again: Option<Box<AnyTrainer>>,
    spent_ms: f64,
}

impl Inquiry {
    /// Asks for the checks.
    pub(super) fn prove(&mut self) {
        self.proving = Some(Proving::default());
    }

    /// Asks what theory expects; what was asked before is not answered any more.
    pub(super) fn predict(&mut self, experiments: Vec<Experiment>) {
        self.predicting = Some(Predicting { waiting: experiments.into(), factors: Vec::new() });
    }

    /// Whether there is work left.
    pub(super) fn is_unfinished(&self) -> bool {
        self.predicting.is_some() || self.proving.is_some()
    }

    /// Does one short piece of work that needs no rest: the expectations for one experiment.
    pub(super) fn work_beside_training(&mut self) {
        let Some(predicting) = &mut self.predicting else { return };
        if let Some(experiment) = predicting.waiting.pop_front() {
            let factor = predict(&experiment).ok().and_then(|line| line.middle_factor());
            predicting.factors.push(factor);
        }
        if predicting.waiting.is_empty() {
            let factors = std::mem::take(&mut predicting.factors);
            self.predicting = None;
            self.answers.push_back(ResponseBody::Predicted(factors));
        }
    }

    /// Works until the deadline, or does one piece that takes longer.
    pub(super) fn work(&mut self, run: &mut Run, deadline_ms: f64, clock: &mut dyn FnMut() -> f64) {
        if self.predicting.is_some() {
            return self.work_beside_training();
        }
        let Some(proving) = &mut self.proving else { return };
        let start_ms = clock();
        let mut again = match proving.again.take() {
            Some(again) => again,
            None => match run.made_again() {
                Some(again) => Box::new(again),
                None => return self.proving = None,
            },
        };
        let target = run.trainer.steps();
        let mut now_ms = start_ms;
        while again.steps() < target && now_ms < deadline_ms {
            // It went well the first time; if not now, the check will say so.
            if again.step().is_err() {
                break;
            }
            apply(&run.changes, &mut again);
            now_ms = clock();
        }
        proving.spent_ms += now_ms - start_ms;
        if again.steps() < target && now_ms >= deadline_ms && proving.spent_ms < LONGEST_REMAKE_MS {
            proving.again = Some(again);
            return;
        }
        let is_there = again.steps() == target;
        self.proving = None;
        let checks = prove(&run.trainer, &run.experiment, is_there.then_some(&*again));
        self.answers.push_back(ResponseBody::Proof(checks));
    }
}

impl Session {
    /// What the page asked for and is now known.
    pub fn take_answer(&mut self) -> Option<Response> {
        let answer = self.inquiry.answers.pop_front()?;
        Some(self.response(answer))
    }
}
