//! What the worker does, without the browser: it keeps one run, trains it in slices, and decides when a frame is due.
//!
//! Time comes in from outside, in milliseconds, so that all of it is tested natively.

use super::forecaster::Forecaster;
use super::protocol::{BUCKETS_PER_FRAME, Change, Command, Request, Response, ResponseBody, RunState, Status};
use crate::experiment::{Experiment, Speed};
use crate::train::{AnyTrainer, Bucket, Divergence, History, Quantity};

/// How long a slice of training lasts before the mailbox is looked at, unless one step takes longer.
const SLICE_MS: f64 = 8.0;

/// How far behind its pace a run may fall and still catch up.
const LONGEST_LAG_MS: f64 = 250.0;

/// How often the measured speed is renewed.
const SPEED_WINDOW_MS: f64 = 500.0;

/// One run and what is being done with it.
pub struct Session {
    run_id: u32,
    run: Option<Run>,
    /// What theory expects of the run, which is worked out while the run leaves time for it.
    forecaster: Option<Forecaster>,
    speed: Speed,
    goal: Goal,
    /// When the next step is due, at a pace below the machine's.
    next_step_at: f64,
    /// What the last step took.
    step_ms: f64,
    meter: Meter,
    outbox: History,
    /// Whether the page can take a frame.
    page_ready: bool,
    /// Whether the page does not yet know where the run stands.
    has_news: bool,
}

struct Run {
    experiment: Experiment,
    changes: Vec<Change>,
    trainer: AnyTrainer,
    divergence: Option<Divergence>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Goal {
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
        Self {
            run_id: 0,
            run: None,
            forecaster: None,
            speed: Speed::Max,
            goal: Goal::Rest,
            next_step_at: 0.0,
            step_ms: 0.0,
            meter: Meter::default(),
            outbox: History::new(BUCKETS_PER_FRAME),
            page_ready: true,
            has_news: false,
        }
    }
}

impl Session {
    /// Obeys a request, unless it belongs to an older run. Returns what is to be said to it at once.
    pub fn handle(&mut self, request: Request, now_ms: f64) -> Option<Response> {
        let Request { run_id, command } = request;
        if let Command::Load { experiment, changes } = command {
            return self.load(run_id, *experiment, changes);
        }
        if run_id != self.run_id {
            return None;
        }
        match command {
            Command::Load { .. } => {}
            Command::FrameTaken => self.page_ready = true,
            Command::Run => self.set_goal(Goal::Train, now_ms),
            Command::Pause => self.set_goal(Goal::Rest, now_ms),
            Command::Step(steps) => {
                // Steps that were asked for and are still to be made come first.
                let from = if let Goal::Steps(pending) = self.goal { pending } else { self.steps() };
                self.set_goal(Goal::Steps(from + u64::from(steps)), now_ms);
            }
            Command::Watch(_)
            | Command::Visit(_)
            | Command::Return
            | Command::Continue
            | Command::Prove
            | Command::Predict(_) => {}
            Command::Seek(step) => return self.seek(step, now_ms),
            Command::SetSpeed(speed) => {
                self.speed = speed;
                self.next_step_at = now_ms;
            }
            Command::SetLive(hyper) => {
                let change = Change { after_step: self.steps(), hyper };
                let run = self.run.as_mut()?;
                run.trainer.set_hyper(hyper);
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
        loop {
            match self.goal {
                Goal::Rest => return self.forecast_at_rest(start, clock),
                Goal::Steps(target) | Goal::Seek(target) if self.steps() >= target => {
                    self.set_goal(Goal::Rest, now);
                    continue;
                }
                Goal::Train if now < self.next_step_at => {
                    self.meter.observe(now, self.steps());
                    return self.forecast_before_a_step(start, clock);
                }
                Goal::Train | Goal::Steps(_) | Goal::Seek(_) => {}
            }
            self.step();
            let before = std::mem::replace(&mut now, clock());
            self.step_ms = now - before;
            self.meter.observe(now, self.steps());
            if let (Speed::StepsPerSecond(speed), Goal::Train) = (self.speed, self.goal) {
                self.next_step_at = (self.next_step_at + 1000.0 / speed).max(now - LONGEST_LAG_MS);
            }
            if now - start >= SLICE_MS {
                if let (Goal::Train, Some(forecaster)) = (self.goal, &mut self.forecaster)
                    && forecaster.may_interrupt(now, self.step_ms)
                {
                    forecaster.work(clock);
                }
                return Next::Continue;
            }
        }
    }

    /// Works on the forecast while the run rests.
    fn forecast_at_rest(&mut self, start: f64, mut clock: impl FnMut() -> f64) -> Next {
        // What the page waits for goes out first.
        let has_frame = self.page_ready && self.has_news;
        while let Some(forecaster) = self.forecaster.as_mut().filter(|forecaster| forecaster.is_unfinished()) {
            if has_frame {
                return Next::Continue;
            }
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
            match &mut self.forecaster {
                Some(forecaster) if forecaster.fits(spare, self.step_ms) => {
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
        if !(self.page_ready && self.has_news) {
            return None;
        }
        self.page_ready = false;
        self.has_news = false;
        let buckets = self.outbox.drain().collect();
        Some((self.response(ResponseBody::Frame(self.status())), buckets))
    }

    /// What theory expects of the run, if there is news of it. Never before the run's first frame.
    pub fn take_theory(&mut self) -> Option<Response> {
        let forecast = self.forecaster.as_mut()?.take_news()?;
        Some(self.response(ResponseBody::Theory(Box::new(forecast))))
    }

    fn load(&mut self, run_id: u32, experiment: Experiment, changes: Vec<Change>) -> Option<Response> {
        self.run_id = run_id;
        self.run = None;
        self.forecaster = None;
        self.goal = Goal::Rest;
        self.step_ms = 0.0;
        self.page_ready = true;
        self.outbox.clear();
        self.speed = experiment.speed;
        match AnyTrainer::new(&experiment) {
            Ok(trainer) => {
                self.run = Some(Run { experiment, changes, trainer, divergence: None });
                self.begin();
                None
            }
            Err(rejection) => Some(self.response(ResponseBody::Failed(rejection.to_string()))),
        }
    }

    /// Makes the changes that hold from the start, and measures the gradients before the first step.
    fn begin(&mut self) {
        let Some(run) = &mut self.run else { return };
        run.apply_changes();
        match run.trainer.probe() {
            Ok(report) => {
                let measured = report.series(Quantity::GradZ).unwrap_or_default();
                self.forecaster = Some(Forecaster::new(&run.experiment, measured));
                self.outbox.push_report(report);
            }
            Err(divergence) => run.divergence = Some(divergence),
        }
        self.has_news = true;
    }

    fn seek(&mut self, step: u64, now_ms: f64) -> Option<Response> {
        let run = self.run.as_mut()?;
        if step < run.trainer.steps() {
            let changes: Vec<Change> = run.changes.iter().copied().filter(|change| change.after_step <= step).collect();
            let (experiment, speed, page_ready) = (run.experiment.clone(), self.speed, self.page_ready);
            // It is the same run, whose start is what it was.
            let forecaster = self.forecaster.take();
            let failed = self.load(self.run_id, experiment, changes);
            (self.speed, self.page_ready, self.forecaster) = (speed, page_ready, forecaster);
            if failed.is_some() {
                return failed;
            }
        }
        self.set_goal(Goal::Seek(step), now_ms);
        None
    }

    fn step(&mut self) {
        let Some(run) = &mut self.run else {
            self.goal = Goal::Rest;
            return;
        };
        match run.trainer.step() {
            Ok(report) => {
                self.outbox.push_report(report);
                run.apply_changes();
            }
            Err(divergence) => {
                run.divergence = Some(divergence);
                self.goal = Goal::Rest;
            }
        }
        self.has_news = true;
    }

    fn set_goal(&mut self, goal: Goal, now_ms: f64) {
        let can_train = self.run.as_ref().is_some_and(|run| run.divergence.is_none());
        let goal = if can_train { goal } else { Goal::Rest };
        if goal != self.goal {
            self.next_step_at = now_ms;
            self.meter.restart(now_ms, self.steps());
        }
        self.goal = goal;
        self.has_news = true;
    }

    fn steps(&self) -> u64 {
        self.run.as_ref().map_or(0, |run| run.trainer.steps())
    }

    fn status(&self) -> Status {
        let divergence = self.run.as_ref().and_then(|run| run.divergence);
        let (state, seek_target) = match self.goal {
            _ if divergence.is_some() => (RunState::Diverged, None),
            Goal::Rest => (RunState::Paused, None),
            Goal::Train => (RunState::Running, None),
            Goal::Steps(target) | Goal::Seek(target) => (RunState::Seeking, Some(target)),
        };
        let steps_per_second = if self.goal == Goal::Rest { 0.0 } else { self.meter.steps_per_second };
        Status { state, step: self.steps(), head: self.steps(), steps_per_second, seek_target, divergence }
    }

    fn response(&self, body: ResponseBody) -> Response {
        Response { run_id: self.run_id, body }
    }
}

impl Run {
    /// Makes the changes that hold from the present step on.
    fn apply_changes(&mut self) {
        let step = self.trainer.steps();
        for change in self.changes.iter().filter(|change| change.after_step == step) {
            self.trainer.set_hyper(change.hyper);
        }
    }
}

/// Measures the speed of training.
#[derive(Default)]
struct Meter {
    since_ms: f64,
    since_step: u64,
    steps_per_second: f64,
}

impl Meter {
    fn restart(&mut self, now_ms: f64, step: u64) {
        *self = Self { since_ms: now_ms, since_step: step, steps_per_second: 0.0 };
    }

    fn observe(&mut self, now_ms: f64, step: u64) {
        let elapsed_ms = now_ms - self.since_ms;
        // The first figure comes soon, so that the page does not show 0 for long.
        let is_due = elapsed_ms >= SPEED_WINDOW_MS || (self.steps_per_second == 0.0 && elapsed_ms >= 100.0);
        if is_due && step > self.since_step {
            self.steps_per_second = (step - self.since_step) as f64 * 1000.0 / elapsed_ms;
            (self.since_ms, self.since_step) = (now_ms, step);
        }
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
