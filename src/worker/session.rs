//! What the worker does, without the browser: it keeps one run, trains it in slices, and decides when a frame is due.
//!
//! Time comes in from outside, in milliseconds, so that all of it is tested natively.

use super::protocol::{BUCKETS_PER_FRAME, Change, Command, Request, Response, ResponseBody, RunState, Status};
use crate::experiment::{Experiment, Speed};
use crate::train::{AnyTrainer, Bucket, Divergence, History};

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
    speed: Speed,
    goal: Goal,
    /// When the next step is due, at a pace below the machine's.
    next_step_at: f64,
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
            speed: Speed::Max,
            goal: Goal::Rest,
            next_step_at: 0.0,
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

    /// Trains for a slice of time by `clock`, which tells milliseconds.
    pub fn advance(&mut self, mut clock: impl FnMut() -> f64) -> Next {
        let start = clock();
        let mut now = start;
        loop {
            match self.goal {
                Goal::Rest => return Next::Rest,
                Goal::Steps(target) | Goal::Seek(target) if self.steps() >= target => {
                    self.set_goal(Goal::Rest, now);
                    return Next::Rest;
                }
                Goal::Train if now < self.next_step_at => {
                    self.meter.observe(now, self.steps());
                    return Next::Wait(self.next_step_at - now);
                }
                Goal::Train | Goal::Steps(_) | Goal::Seek(_) => {}
            }
            self.step();
            now = clock();
            self.meter.observe(now, self.steps());
            if let (Speed::StepsPerSecond(speed), Goal::Train) = (self.speed, self.goal) {
                self.next_step_at = (self.next_step_at + 1000.0 / speed).max(now - LONGEST_LAG_MS);
            }
            if now - start >= SLICE_MS {
                return Next::Continue;
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

    fn load(&mut self, run_id: u32, experiment: Experiment, changes: Vec<Change>) -> Option<Response> {
        self.run_id = run_id;
        self.run = None;
        self.goal = Goal::Rest;
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
            Ok(report) => self.outbox.push_report(report),
            Err(divergence) => run.divergence = Some(divergence),
        }
        self.has_news = true;
    }

    fn seek(&mut self, step: u64, now_ms: f64) -> Option<Response> {
        let run = self.run.as_mut()?;
        if step < run.trainer.steps() {
            let changes: Vec<Change> = run.changes.iter().copied().filter(|change| change.after_step <= step).collect();
            let (experiment, speed, page_ready) = (run.experiment.clone(), self.speed, self.page_ready);
            let failed = self.load(self.run_id, experiment, changes);
            (self.speed, self.page_ready) = (speed, page_ready);
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
        Status { state, step: self.steps(), steps_per_second, seek_target, divergence }
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
mod tests {
    use super::*;
    use crate::optim::Hyper;
    use crate::train::{StepReport, Trainer};

    const RUN_ID: u32 = 3;

    fn small() -> Experiment {
        Experiment {
            depth: 2,
            width: 4,
            samples: 16,
            batch: crate::experiment::Batch::Size(4),
            ..Experiment::default()
        }
    }

    fn request(command: Command) -> Request {
        Request { run_id: RUN_ID, command }
    }

    fn loaded(experiment: Experiment) -> Session {
        let mut session = Session::default();
        let load = Command::Load { experiment: Box::new(experiment), changes: vec![] };
        assert_eq!(session.handle(request(load), 0.0), None);
        session
    }

    /// A clock that is one millisecond later every time.
    fn ticking() -> impl FnMut() -> f64 {
        let mut now = 0.0;
        move || {
            now += 1.0;
            now
        }
    }

    fn finish(session: &mut Session) {
        let mut clock = ticking();
        while session.advance(&mut clock) == Next::Continue {}
    }

    fn frame(session: &mut Session) -> (Status, Vec<Bucket>) {
        let (response, buckets) = session.take_frame().expect("a frame is due");
        assert_eq!(response.run_id, RUN_ID);
        let ResponseBody::Frame(status) = response.body else { panic!("{response:?}") };
        assert_eq!(session.handle(request(Command::FrameTaken), 0.0), None);
        (status, buckets)
    }

    fn report_after(experiment: &Experiment, steps: u64) -> StepReport {
        let mut trainer = Trainer::<f32>::new(experiment).unwrap();
        (1..steps).for_each(|_| {
            trainer.step().unwrap();
        });
        trainer.step().unwrap().clone()
    }

    #[test]
    fn a_loaded_run_shows_its_first_gradients_and_rests() {
        let mut session = loaded(small());
        let (status, buckets) = frame(&mut session);
        assert_eq!((status.state, status.step), (RunState::Paused, 0));
        assert_eq!(buckets.len(), 1);
        assert!(buckets[0].last.get(0, crate::train::Quantity::GradZ) > 0.0);
        assert_eq!(session.advance(ticking()), Next::Rest);
        assert!(session.take_frame().is_none(), "nothing new to say");
    }

    #[test]
    fn step_makes_exactly_one() {
        let mut session = loaded(small());
        frame(&mut session);
        session.handle(request(Command::Step(1)), 0.0);
        finish(&mut session);
        let (status, buckets) = frame(&mut session);
        assert_eq!((status.state, status.step), (RunState::Paused, 1));
        assert_eq!(buckets[0].last, report_after(&small(), 1));
    }

    #[test]
    fn steps_asked_for_before_the_last_was_made_are_all_made() {
        let mut session = loaded(small());
        frame(&mut session);
        for _ in 0..7 {
            session.handle(request(Command::Step(1)), 0.0);
        }
        finish(&mut session);
        assert_eq!(session.steps(), 7);
    }

    #[test]
    fn pause_is_obeyed_after_a_slice() {
        let mut session = loaded(Experiment { speed: Speed::Max, ..small() });
        session.handle(request(Command::Run), 0.0);
        let mut clock = ticking();
        assert_eq!(session.advance(&mut clock), Next::Continue);
        let steps = session.steps();
        assert!((1..=10).contains(&steps), "{steps} steps of a millisecond in a slice");
        session.handle(request(Command::Pause), 10.0);
        assert_eq!(session.advance(&mut clock), Next::Rest);
        assert_eq!(session.steps(), steps);
        assert_eq!(frame(&mut session).0.state, RunState::Paused);
    }

    #[test]
    fn a_pace_is_kept() {
        let mut session = loaded(Experiment { speed: Speed::StepsPerSecond(10.0), ..small() });
        session.handle(request(Command::Run), 0.0);
        let mut now = 0.0;
        while now < 1000.0 {
            let Next::Wait(wait) = session.advance(|| now) else { panic!("a slow run waits") };
            assert!(wait <= 100.0);
            now += wait;
        }
        assert_eq!(session.steps(), 10);
    }

    #[test]
    fn a_run_that_was_held_up_does_not_race() {
        let mut session = loaded(Experiment { speed: Speed::StepsPerSecond(100.0), ..small() });
        session.handle(request(Command::Run), 0.0);
        session.advance(|| 0.0);
        session.advance(|| 60_000.0);
        assert!(session.steps() <= 30, "{} steps at once after a minute's sleep", session.steps());
    }

    #[test]
    fn requests_of_an_older_run_are_dropped() {
        let mut session = loaded(small());
        frame(&mut session);
        for command in [Command::Run, Command::Step(5), Command::Seek(9), Command::SetLive(Hyper::of(&small()))] {
            let stale = Request { run_id: RUN_ID - 1, command };
            assert_eq!(session.handle(stale, 0.0), None);
        }
        finish(&mut session);
        assert_eq!(session.steps(), 0);
    }

    #[test]
    fn no_frame_comes_before_the_last_was_taken() {
        let mut session = loaded(Experiment { speed: Speed::Max, ..small() });
        assert!(session.take_frame().is_some());
        session.handle(request(Command::Step(1000)), 0.0);
        finish(&mut session);
        assert!(session.take_frame().is_none());
        session.handle(request(Command::FrameTaken), 0.0);
        let (response, buckets) = session.take_frame().unwrap();
        assert!(matches!(response.body, ResponseBody::Frame(Status { step: 1000, .. })));
        assert!(buckets.len() <= BUCKETS_PER_FRAME);
        assert_eq!(buckets.iter().map(Bucket::span).sum::<u64>(), 1000, "every step is in some bucket");
    }

    #[test]
    fn seeking_back_and_forth_gives_the_numbers_of_stepping_there() {
        let mut session = loaded(small());
        for target in [20, 7, 30] {
            session.handle(request(Command::Seek(target)), 0.0);
            finish(&mut session);
            let (status, buckets) = frame(&mut session);
            assert_eq!((status.state, status.step), (RunState::Paused, target));
            assert_eq!(buckets.last().unwrap().last, report_after(&small(), target));
        }
    }

    #[test]
    fn changes_made_live_are_made_again_by_a_seek() {
        let mut session = loaded(small());
        session.handle(request(Command::Seek(5)), 0.0);
        finish(&mut session);
        let hyper = Hyper { lr: 1.0, ..Hyper::of(&small()) };
        let answer = session.handle(request(Command::SetLive(hyper)), 0.0).unwrap();
        assert_eq!(answer.body, ResponseBody::LiveSet(Change { after_step: 5, hyper }));
        session.handle(request(Command::Seek(12)), 0.0);
        finish(&mut session);
        let before = frame(&mut session).1.last().unwrap().last.clone();
        session.handle(request(Command::Seek(8)), 0.0);
        finish(&mut session);
        session.handle(request(Command::Seek(12)), 0.0);
        finish(&mut session);
        assert_eq!(frame(&mut session).1.last().unwrap().last, before);
        assert_ne!(before, report_after(&small(), 12));
    }

    #[test]
    fn a_diverged_run_says_where_and_goes_no_further() {
        let mut experiment = small();
        experiment.set_text(crate::experiment::Key::Dataset, "plane").unwrap();
        experiment.activation = crate::nn::Activation::Linear;
        (experiment.lr, experiment.speed) = (10.0, Speed::Max);
        let mut session = loaded(experiment);
        frame(&mut session);
        session.handle(request(Command::Run), 0.0);
        finish(&mut session);
        let (status, _) = frame(&mut session);
        assert_eq!(status.state, RunState::Diverged);
        let divergence = status.divergence.unwrap();
        assert_eq!(divergence.step, status.step + 1);
        session.handle(request(Command::Run), 0.0);
        assert_eq!(session.advance(ticking()), Next::Rest);
        assert_eq!(session.steps(), status.step);
    }

    #[test]
    fn nonsense_is_refused_in_words() {
        let mut session = Session::default();
        let experiment = Box::new(Experiment { depth: 0, ..small() });
        let answer = session.handle(request(Command::Load { experiment, changes: vec![] }), 0.0).unwrap();
        let ResponseBody::Failed(words) = answer.body else { panic!("{answer:?}") };
        assert!(words.contains("depth"), "{words}");
        session.handle(request(Command::Run), 0.0);
        assert_eq!(session.advance(ticking()), Next::Rest);
    }
}
