//! Questions of the page that take their time: checks of the run, and what becomes of the gradient in experiments that are
//! not made yet, as networks drawn for them tell.

use super::forecaster::TRIAL_MS;
use super::memory::has_room;
use super::parts::{Checking, Prover};
use super::protocol::{Need, ResponseBody};
use super::run::{Run, apply};
use crate::data::sequences::Corpus;
use crate::experiment::{Experiment, Precision};
use crate::run::AnyTrainer;
use crate::theory::{Foreteller, Outlook, OutlookSampler};
use crate::train::Beginning;
use std::collections::VecDeque;

/// How long a run may take to be made again for a check.
const LONGEST_REMAKE_MS: f64 = 4_000.0;

/// How long the networks of one experiment may take to be drawn.
const LONGEST_OUTLOOK_MS: f64 = 2_500.0;

/// Of the time of a run that it holds up, so much may go into the outlook on other experiments.
const SHARE: f64 = 0.1;

/// What is done of the checks is told in parts of this size at least.
const LEAST_PROGRESS: f64 = 0.02;

/// What was asked and is not yet answered.
#[derive(Default)]
pub(super) struct Inquiry {
    predicting: Option<Predicting>,
    /// What the last network of any question took to be drawn.
    network_ms: f64,
    /// Where the next one holds the run up, it is not drawn before this.
    not_before_ms: f64,
    proving: Option<Proving>,
    /// What the run that is checked begins with; nothing where it could not be made again.
    beginning: Beginning,
    /// The share of the checks that the page was told to be done.
    told_progress: f64,
    answers: VecDeque<ResponseBody>,
}

struct Predicting {
    waiting: VecDeque<Asked>,
    corpus: Corpus,
    /// Of the first of those, and what its networks have taken so far.
    drawing: Option<(OutlookSampler, f64)>,
    outlooks: Vec<Option<Outlook>>,
    /// By which number it was asked.
    question: u32,
}

/// An experiment whose outlook is asked for, and the theory of its kind; without that there is none.
pub(super) type Asked = (Option<Foreteller>, Experiment);

impl Predicting {
    /// Draws one network; whether that was the last of an experiment, and when it was done.
    fn work(&mut self, start_ms: f64, clock: &mut dyn FnMut() -> f64) -> (bool, f64) {
        let (mut sampler, spent_ms) = match self.drawing.take() {
            Some(drawing) => drawing,
            None => match self.waiting.pop_front() {
                None => return (false, start_ms),
                Some((None, _)) => {
                    self.outlooks.push(None);
                    return (true, start_ms);
                }
                Some((Some(foreteller), experiment)) => (sampler(&foreteller, &experiment, &self.corpus), 0.0),
            },
        };
        let wants_more = sampler.sample_one();
        let now_ms = clock();
        let spent_ms = spent_ms + now_ms - start_ms;
        // What is too slow for a median in time is not gone on with.
        let drawn = sampler.samples();
        let needed = OutlookSampler::FEWEST.max(drawn + 1);
        let has_time = spent_ms < TRIAL_MS || spent_ms / drawn as f64 * needed as f64 <= LONGEST_OUTLOOK_MS;
        if wants_more && has_time {
            self.drawing = Some((sampler, spent_ms));
            return (false, now_ms);
        }
        self.outlooks.push(sampler.outlook());
        (true, now_ms)
    }
}

/// Draws networks of an experiment, or leaves it to theory where there is no memory for them.
fn sampler(foreteller: &Foreteller, experiment: &Experiment, corpus: &Corpus) -> OutlookSampler {
    if has_room(OutlookSampler::bytes(foreteller, experiment)) {
        OutlookSampler::by(foreteller, experiment, corpus)
    } else {
        OutlookSampler::by_theory(foreteller, experiment, corpus)
    }
}

/// How far the checks are. They are of the step at which the run rests, and are given up when it leaves that.
enum Proving {
    Asked,
    /// The run is made again from its seed, so far in so many milliseconds.
    Remaking(Box<AnyTrainer>, f64),
    /// The claims are checked; with the run that was made again, unless that would have taken too long.
    Checking(Box<dyn Checking>, Option<Box<AnyTrainer>>),
}

impl Inquiry {
    /// Asks for the checks.
    pub(super) fn prove(&mut self) {
        self.proving = Some(Proving::Asked);
        self.told_progress = 0.0;
    }

    /// The run leaves the step of which the checks are.
    pub(super) fn give_up_proof(&mut self) {
        if self.proving.take().is_some() {
            self.answers.push_back(ResponseBody::ProofGivenUp);
        }
    }

    /// Asks what becomes of the gradient in these experiments, on the texts of a corpus; what was asked before is not answered
    /// any more.
    pub(super) fn predict(&mut self, question: u32, asked: Vec<Asked>, corpus: Corpus) {
        let asked = Predicting { waiting: asked.into(), corpus, drawing: None, outlooks: Vec::new(), question };
        self.predicting = Some(asked).filter(|asked| !asked.waiting.is_empty());
    }

    /// Whether there is work left that can be done, with or without the code of the checks.
    pub(super) fn is_unfinished(&self, can_prove: bool) -> bool {
        self.predicting.is_some() || (can_prove && self.proving.is_some())
    }

    /// Whether checks are under way.
    pub(super) fn is_proving(&self) -> bool {
        self.proving.is_some()
    }

    /// Whether a network may be drawn before a step that is due in `spare_ms`. One that is likely to take longer than that
    /// holds the run up, and so has its share of the time, as at full speed.
    pub(super) fn may_draw_before_a_step(&self, spare_ms: f64, now_ms: f64) -> bool {
        self.predicting.is_some() && (self.network_ms < spare_ms || now_ms >= self.not_before_ms)
    }

    /// Does one short piece of work that needs no rest: a network of one experiment whose outlook is asked for. A network
    /// takes about as long as a step of it would.
    pub(super) fn work_beside_training(&mut self, clock: &mut dyn FnMut() -> f64) {
        let Some(predicting) = &mut self.predicting else { return };
        let start_ms = clock();
        let (is_answered, now_ms) = predicting.work(start_ms, clock);
        self.network_ms = now_ms - start_ms;
        self.not_before_ms = start_ms + self.network_ms / SHARE;
        if is_answered {
            // Each as soon as it is known: the next may take seconds.
            let (question, outlooks) = (predicting.question, predicting.outlooks.clone());
            if predicting.waiting.is_empty() {
                self.predicting = None;
            }
            self.answers.push_back(ResponseBody::Predicted(question, outlooks));
        }
    }

    /// The same beside a run at full speed, if its turn has come.
    pub(super) fn interrupt(&mut self, now_ms: f64, clock: &mut dyn FnMut() -> f64) {
        if self.predicting.is_some() && now_ms >= self.not_before_ms {
            self.work_beside_training(clock);
        }
    }

    /// Works at rest until the deadline, or does one piece that takes longer. Without the code of the checks those wait.
    pub(super) fn work(
        &mut self,
        run: &mut Run,
        prover: Option<Prover>,
        deadline_ms: f64,
        clock: &mut dyn FnMut() -> f64,
    ) {
        while self.predicting.is_some() {
            self.work_beside_training(clock);
            if clock() >= deadline_ms {
                return;
            }
        }
        let Some(prover) = prover else { return };
        let target = run.trainer.steps();
        self.proving = match self.proving.take() {
            None => None,
            Some(Proving::Asked) if !has_room_for_checks(run) => {
                self.answers.push_back(ResponseBody::NoRoom(Need::Proof));
                None
            }
            Some(Proving::Asked) => Some(match run.made_again() {
                Some(again) => {
                    self.beginning = (prover.beginning)(&again);
                    Proving::Remaking(Box::new(again), 0.0)
                }
                None => Proving::Checking((prover.begin)(&run.trainer), None),
            }),
            Some(Proving::Remaking(mut again, spent_ms)) => {
                let start_ms = clock();
                let mut now_ms = start_ms;
                // It went well the first time; if not now, it does not come as far, and the check says so.
                while again.steps() < target && again.step().is_ok() {
                    apply(&run.changes, &mut again);
                    now_ms = clock();
                    if now_ms >= deadline_ms {
                        break;
                    }
                }
                let spent_ms = spent_ms + now_ms - start_ms;
                self.tell_progress(0.5 * again.steps() as f64 / target.max(1) as f64);
                if again.steps() < target && now_ms >= deadline_ms && spent_ms < LONGEST_REMAKE_MS {
                    Some(Proving::Remaking(again, spent_ms))
                } else {
                    let again = (again.steps() == target).then_some(again);
                    Some(Proving::Checking((prover.begin)(&run.trainer), again))
                }
            }
            Some(Proving::Checking(mut proof, again)) => loop {
                if !proof.work() {
                    let checks = proof.checks(again.map(|again| run.trainer.differing_bits(&again)));
                    let beginning = Box::new(std::mem::take(&mut self.beginning));
                    self.answers.push_back(ResponseBody::Proof { step: target, checks, beginning });
                    break None;
                }
                if clock() >= deadline_ms {
                    self.tell_progress(0.5 + 0.5 * proof.progress());
                    break Some(Proving::Checking(proof, again));
                }
            },
        };
    }

    /// Something else is to be said, after what was asked before.
    pub(super) fn tell(&mut self, news: ResponseBody) {
        self.answers.push_back(news);
    }

    /// What was asked for and is now known.
    pub(super) fn take_answer(&mut self) -> Option<ResponseBody> {
        self.answers.pop_front()
    }

    /// Tells the page how far the checks are, if that is news.
    fn tell_progress(&mut self, progress: f64) {
        if progress >= self.told_progress + LEAST_PROGRESS {
            self.told_progress = progress;
            self.answers.push_back(ResponseBody::Proving { progress });
        }
    }
}

/// Whether there is memory for all copies of the run that the checks hold at once: the run made again, and two in f64. If
/// that is what it takes, the checkpoints are given up.
fn has_room_for_checks(run: &mut Run) -> bool {
    let in_f64 = match run.experiment.precision {
        Precision::F32 => 2,
        Precision::F64 => 1,
    };
    let bytes = run.trainer.bytes().saturating_mul(1 + 2 * in_f64);
    has_room(bytes) || {
        run.checkpoints.clear();
        has_room(bytes)
    }
}
