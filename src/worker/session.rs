//! What the worker does, without the browser: it keeps one run, trains it in slices, and decides when a frame is due.
//!
//! Time comes in from outside, in milliseconds, so that all of it is tested natively.

use super::SLICE_MS;
use super::checkpoints::Checkpoints;
use super::forecaster::Forecaster;
use super::inquiry::Inquiry;
use super::lookout::Lookout;
use super::meter::Meter;
use super::parts::Parts;
use super::protocol::{
    BUCKETS_PER_FRAME, Change, Command, Request, Response, ResponseBody, RunState, Status, WorkerPart,
};
use super::run::{RECENT, Run, remember};
use super::stopping::Stopping;
use super::together::Together;
use crate::choice::Choice;
use crate::data::sequences::Corpus;
use crate::experiment::{Experiment, Speed, Stop};
use crate::train::{Bucket, History};
use std::collections::VecDeque;

/// How far behind its pace a run may fall and still catch up.
const LONGEST_LAG_MS: f64 = 250.0;

/// One run and what is being done with it.
pub struct Session {
    pub(super) run_id: u32,
    pub(super) run: Option<Run>,
    /// What theory expects of the run, which is worked out while the run leaves time for it.
    pub(super) forecaster: Option<Forecaster>,
    /// What the page looks at.
    pub(super) lookout: Lookout,
    /// What the page has asked for that takes its time.
    pub(super) inquiry: Inquiry,
    pub(super) speed: Speed,
    /// Where the run pauses by itself.
    pub(super) stopping: Stopping,
    pub(super) goal: Goal,
    /// When the next step is due, at a pace below the machine's.
    next_step_at: f64,
    /// What the last step took.
    step_ms: f64,
    meter: Meter,
    pub(super) outbox: History,
    /// Reports of earlier steps are not told: the page has them. While the run has not come as far, it is on its way back
    /// to the step from which it goes on.
    pub(super) silent_until: u64,
    /// What is to be done at the end of a seek.
    pub(super) then: Goal,
    /// The step whose visit was refused, because there was no memory for another state of the run.
    pub(super) refused_visit: Option<u64>,
    /// Whether the page can take a frame.
    pub(super) page_ready: bool,
    /// Whether the page does not yet know where the run stands.
    pub(super) has_news: bool,
    /// Whether the page does not yet know how the run ended.
    has_ending: bool,
    /// Since when nobody can see the page, or, where that came later, the run has been going on.
    pub(super) hidden_since_ms: Option<f64>,
    /// What runs beside this one ask of it.
    pub(super) together: Together,
    /// What of the code is there.
    pub(super) parts: Parts,
    /// What was asked for of a run whose code is not there yet; first its load.
    pub(super) waiting: Vec<Request>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Goal {
    Rest,
    Train,
    /// Single steps, up to this one.
    Steps(u64),
    /// Up to this step, as fast as possible.
    Seek(u64),
}

/// What the worker should do next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// Look at the mailbox and come back at once.
    Continue,
    /// Come back after so many milliseconds, or at the next message.
    Wait(f64),
    /// Come back at the next message.
    Rest,
}

impl Default for Session {
    fn default() -> Self {
        Self::with_parts(Parts::all())
    }
}

impl Session {
    pub(super) fn with_parts(parts: Parts) -> Self {
        Self {
            run_id: 0,
            run: None,
            forecaster: None,
            lookout: Lookout::default(),
            inquiry: Inquiry::default(),
            speed: Speed::Max,
            stopping: Stopping::default(),
            goal: Goal::Rest,
            then: Goal::Rest,
            next_step_at: 0.0,
            step_ms: 0.0,
            meter: Meter::default(),
            outbox: History::new(BUCKETS_PER_FRAME),
            silent_until: 0,
            refused_visit: None,
            page_ready: true,
            has_news: false,
            has_ending: false,
            hidden_since_ms: None,
            together: Together::default(),
            parts,
            waiting: Vec::new(),
        }
    }

    /// Obeys a request, unless it belongs to an older run. Returns what is to be said to it at once.
    pub fn handle(&mut self, request: Request, now_ms: f64) -> Option<Response> {
        let request = self.admit(request)?;
        let answer = self.obey(request, now_ms);
        self.want_parts();
        answer
    }

    fn obey(&mut self, Request { run_id, command }: Request, now_ms: f64) -> Option<Response> {
        match command {
            Command::Load { experiment, changes, reached, own_text } => {
                let corpus = self.parts.corpus(own_text);
                return self.load(run_id, *experiment, corpus, changes, reached, now_ms);
            }
            Command::FrameTaken => self.page_ready = true,
            Command::Run => self.aim(Goal::Train, now_ms),
            Command::Pause => self.aim(Goal::Rest, now_ms),
            Command::Step(steps) => {
                // Steps that were asked for and are still to be made come first.
                let from = match (self.goal, self.then) {
                    (Goal::Steps(pending), _) | (_, Goal::Steps(pending)) => pending,
                    _ => self.head_steps(),
                };
                self.aim(Goal::Steps(from + u64::from(steps)), now_ms);
            }
            Command::Watch(watch) => self.watch(watch),
            Command::Visit(step) => return self.visit(step, now_ms),
            Command::Return => self.return_to_head(now_ms),
            Command::Continue { run_id } => return self.continue_from_visit(run_id, now_ms),
            Command::Prove => {
                // A run on its way to a step is checked there.
                if self.goal == Goal::Train {
                    self.set_goal(Goal::Rest, now_ms);
                }
                self.inquiry.prove();
                if let Some(run) = &self.run {
                    self.parts.forgive(WorkerPart::to_prove(&run.experiment));
                }
            }
            Command::Fetch(part) => self.fetch_again(part),
            Command::Predict(question, experiments) => {
                let corpus = self.run.as_ref().map_or(Corpus::NONE, |run| run.corpus.clone());
                let asked = experiments.into_iter().map(|experiment| (self.parts.foreteller(&experiment), experiment));
                self.inquiry.predict(question, asked.collect(), corpus);
            }
            Command::Seek(step) => return self.seek(step, now_ms),
            Command::Hidden(is_hidden) => self.hide(is_hidden, now_ms),
            Command::Meet(step) => self.together.meeting = step,
            Command::Share(runs) => self.share_memory(runs),
            Command::SetSpeed(speed) => {
                self.speed = speed;
                self.next_step_at = now_ms;
            }
            Command::SetStop(stop) => self.stopping.set(stop),
            Command::SetLive(hyper) => {
                // On the way to the step that goes on it is for the steps from there.
                let change = Change { after_step: self.head_steps(), hyper };
                let run = self.run.as_mut()?;
                if run.trainer.steps() == change.after_step {
                    run.trainer.set_hyper(hyper);
                }
                run.changes.retain(|earlier| earlier.after_step < change.after_step);
                run.changes.push(change);
                return Some(self.response(ResponseBody::LiveSet(change)));
            }
        }
        None
    }

    /// Trains for a slice of time by `clock`, which tells milliseconds; what the training leaves of it is the theory's.
    pub fn advance(&mut self, mut clock: impl FnMut() -> f64) -> Next {
        let start = clock();
        let mut now = start;
        if self.is_held(start) {
            return Next::Rest;
        }
        loop {
            match self.goal {
                Goal::Rest => return self.work_at_rest(start, clock),
                Goal::Steps(target) | Goal::Seek(target) if self.steps() >= target => {
                    self.set_goal(self.then, now);
                    continue;
                }
                Goal::Train if self.is_at_meeting() => return Next::Rest,
                Goal::Train if now < self.next_step_at => {
                    self.meter.observe(now, self.steps());
                    return self.forecast_before_a_step(start, clock);
                }
                Goal::Train | Goal::Steps(_) | Goal::Seek(_) => {}
            }
            if self.waits_for_scores(now) {
                return Next::Continue;
            }
            self.step();
            let before = std::mem::replace(&mut now, clock());
            self.step_ms = now - before;
            self.meter.trained(self.step_ms);
            self.meter.observe(now, self.steps());
            if let (Speed::StepsPerSecond(speed), Goal::Train) = (self.speed, self.goal) {
                self.next_step_at = (self.next_step_at + 1000.0 / speed).max(now - LONGEST_LAG_MS);
            }
            if now - start >= SLICE_MS {
                self.inquiry.interrupt(now, &mut clock);
                let (is_training, step_ms) = (self.goal == Goal::Train, self.step_ms);
                if let Some(forecaster) = self.unfinished_forecaster().filter(|_| is_training)
                    && forecaster.may_interrupt(now, step_ms)
                {
                    forecaster.work(clock);
                }
                return Next::Continue;
            }
        }
    }

    /// Answers what was asked, and works on the forecast, while the run rests.
    fn work_at_rest(&mut self, start: f64, mut clock: impl FnMut() -> f64) -> Next {
        // What the page waits for goes out first.
        let is_looking = self.run.is_some() && self.lookout.is_unfinished(self.viewer().is_some());
        let prover = self.prover();
        let is_asked = self.inquiry.is_unfinished(prover.is_some());
        let has_work = is_asked || self.unfinished_forecaster().is_some();
        if is_looking || (has_work && self.page_ready && self.has_news) {
            return Next::Continue;
        }
        if let Some(run) = &mut self.run
            && is_asked
        {
            self.inquiry.work(run, prover, start + SLICE_MS, &mut clock);
            return Next::Continue;
        }
        while let Some(forecaster) = self.unfinished_forecaster() {
            forecaster.work(&mut clock);
            if clock() - start >= SLICE_MS {
                return Next::Continue;
            }
        }
        Next::Rest
    }

    /// Works on the forecast while the next step is not yet due, and has room.
    fn forecast_before_a_step(&mut self, start: f64, mut clock: impl FnMut() -> f64) -> Next {
        let has_frame = self.page_ready && self.has_news;
        loop {
            let now = clock();
            let spare = self.next_step_at - now;
            if self.inquiry.may_draw_before_a_step(spare, now) && !has_frame {
                self.inquiry.work_beside_training(&mut clock);
                return Next::Continue;
            }
            let step_ms = self.step_ms;
            match self.unfinished_forecaster() {
                Some(forecaster) if forecaster.fits(spare, step_ms) => {
                    if has_frame {
                        return Next::Continue;
                    }
                    forecaster.work(&mut clock);
                    if clock() - start >= SLICE_MS {
                        return Next::Continue;
                    }
                }
                _ => return if spare > 0.0 { Next::Wait(spare) } else { Next::Continue },
            }
        }
    }

    /// The status and the reports that the page does not have, if it can take them now.
    pub fn take_frame(&mut self) -> Option<(Response, Vec<Bucket>)> {
        if !(self.page_ready && self.has_news) || self.is_on_its_way_to_meeting() {
            return None;
        }
        self.page_ready = false;
        self.has_news = false;
        let buckets = match &self.run {
            // On a visit the page has a report that may be thinned; this is the step's own. What was trained before waits.
            Some(run) if run.head.is_some() => {
                let exact = (self.goal == Goal::Rest).then(|| Bucket::new(run.trainer.report().clone()));
                exact.into_iter().collect()
            }
            _ => self.outbox.drain().collect(),
        };
        Some((self.response(ResponseBody::Frame(self.status())), buckets))
    }

    /// What theory expects of the run, if there is news of it. Never before the run's first frame.
    pub fn take_theory(&mut self) -> Option<Response> {
        let forecast = self.forecaster.as_mut()?.take_news()?;
        Some(self.response(ResponseBody::Theory(Box::new(forecast))))
    }

    /// What the page asked for and is now known.
    pub fn take_answer(&mut self) -> Option<Response> {
        let answer = self.inquiry.take_answer()?;
        Some(self.response(answer))
    }

    /// The last steps of a run that diverged, once.
    pub fn take_ending(&mut self) -> Option<(Response, Vec<Bucket>)> {
        let run = self.run.as_ref().filter(|_| self.has_ending)?;
        let buckets = run.recent.iter().cloned().map(Bucket::new).collect();
        self.has_ending = false;
        Some((self.response(ResponseBody::Ending), buckets))
    }

    /// Begins another run, of which there is nothing yet.
    pub(super) fn forget_run(&mut self, run_id: u32) {
        self.run_id = run_id;
        self.run = None;
        self.forecaster = None;
        self.goal = Goal::Rest;
        self.step_ms = 0.0;
        self.page_ready = true;
        self.outbox.clear();
        // What is not told of the run before is not news of the next one.
        (self.silent_until, self.has_ending, self.has_news) = (0, false, false);
        self.refused_visit = None;
        self.stopping = Stopping::default();
        self.then = Goal::Rest;
        self.inquiry = Inquiry::default();
        self.meter = Meter::default();
        self.look_again();
    }

    pub(super) fn load(
        &mut self,
        run_id: u32,
        experiment: Experiment,
        corpus: Corpus,
        changes: Vec<Change>,
        reached: u64,
        now_ms: f64,
    ) -> Option<Response> {
        self.forget_run(run_id);
        self.speed = experiment.speed;
        self.stopping = Stopping::new(Stop::of(&experiment));
        let maker = self.parts.maker(&experiment)?;
        if let Some(words) = super::memory::refusal(self.parts.bytes(&experiment, &corpus)) {
            return Some(self.response(ResponseBody::Failed(words)));
        }
        match maker(&experiment, &corpus) {
            Ok(trainer) => {
                let checkpoints = Checkpoints::new(&trainer, self.together.runs());
                let recent = VecDeque::with_capacity(RECENT);
                let (divergence, head) = (None, None);
                self.run =
                    Some(Run { experiment, maker, corpus, changes, trainer, divergence, head, checkpoints, recent });
                self.begin();
                if reached > 0 {
                    // It is on its way back, as after a visit from which it goes on.
                    self.outbox.clear();
                    self.silent_until = reached;
                    self.set_goal(Goal::Seek(reached), now_ms);
                }
                None
            }
            // The page has said in words what it does not allow, and asks for no such run.
            Err(rejection) => {
                let words = [rejection.key.name(), " has a value that is not allowed"].concat();
                Some(self.response(ResponseBody::Failed(words)))
            }
        }
    }

    /// Makes the changes that hold from the start, and measures the gradients before the first step.
    fn begin(&mut self) {
        let Some(run) = &mut self.run else { return };
        run.apply_changes();
        let bytes = run.trainer.bytes();
        match run.trainer.probe() {
            Ok(report) => {
                let measured = report.series(report.layout().leading()).unwrap_or_default();
                let foreteller = self.parts.foreteller(&run.experiment);
                let forecaster = |foreteller| Forecaster::new(foreteller, &run.experiment, &run.corpus, measured);
                self.forecaster = foreteller.map(forecaster).map(|forecaster| forecaster.with_bytes(bytes));
                self.outbox.push_report(report);
                remember(&mut run.recent, report);
            }
            Err(divergence) => run.divergence = Some(divergence),
        }
        self.has_news = true;
    }

    fn seek(&mut self, step: u64, now_ms: f64) -> Option<Response> {
        self.return_to_head(now_ms);
        if step < self.head_steps() {
            let failed = self.begin_again(step, 0, now_ms);
            if failed.is_some() {
                return failed;
            }
        }
        self.set_goal(Goal::Seek(step), now_ms);
        self.score_on_the_way();
        None
    }

    fn step(&mut self) {
        let Some(run) = &mut self.run else {
            self.goal = Goal::Rest;
            return;
        };
        match run.trainer.step() {
            Ok(report) => {
                if run.head.is_none() && report.step >= self.silent_until {
                    self.outbox.push_report(report);
                    remember(&mut run.recent, report);
                }
                let (step, loss) = (report.step, report.loss());
                run.apply_changes();
                if run.head.is_none() {
                    run.checkpoints.offer(&run.trainer);
                }
                if self.goal == Goal::Train && self.stopping.stops(step, loss) {
                    self.goal = Goal::Rest;
                }
            }
            Err(divergence) => {
                run.divergence = Some(divergence);
                self.goal = Goal::Rest;
                self.has_ending = true;
            }
        }
        self.has_news = true;
        self.lookout.look_at_step();
        self.score_on_the_way();
    }

    pub(super) fn set_goal(&mut self, goal: Goal, now_ms: f64) {
        let can_train = self.run.as_ref().is_some_and(|run| run.divergence.is_none());
        let goal = if can_train { goal } else { Goal::Rest };
        if goal != Goal::Rest {
            self.inquiry.give_up_proof();
            self.stopping.go_on();
        }
        if goal != self.goal {
            self.note_beginning(now_ms);
            self.next_step_at = now_ms;
            self.meter.restart(now_ms, self.steps());
        }
        (self.goal, self.then) = (goal, Goal::Rest);
        self.has_news = true;
    }

    /// Whether nothing is being trained.
    pub fn is_at_rest(&self) -> bool {
        self.goal == Goal::Rest
    }

    pub(super) fn steps(&self) -> u64 {
        self.run.as_ref().map_or(0, |run| run.trainer.steps())
    }

    pub(super) fn status(&self) -> Status {
        let divergence = self.run.as_ref().and_then(|run| run.divergence);
        let (state, seek_target) = match self.goal {
            _ if divergence.is_some() => (RunState::Diverged, None),
            Goal::Rest => (RunState::Paused, None),
            Goal::Train => (RunState::Running, None),
            Goal::Steps(target) | Goal::Seek(target) => (RunState::Seeking, Some(target)),
        };
        let steps_per_second = if self.goal == Goal::Rest { 0.0 } else { self.meter.steps_per_second };
        let (step, head, stopped) = (self.steps(), self.head_steps(), self.stopping.reason());
        let (step_ms, bytes) = (self.meter.step_ms(), self.run.as_ref().map_or(0, Run::bytes));
        Status { state, step, head, steps_per_second, step_ms, bytes, seek_target, divergence, stopped }
    }

    pub(super) fn response(&self, body: ResponseBody) -> Response {
        Response { run_id: self.run_id, body }
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
pub(super) mod tests;

#[cfg(test)]
#[path = "sequence_tests.rs"]
mod sequence_tests;
