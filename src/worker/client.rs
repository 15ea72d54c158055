//! The page's handle on a training worker.

pub use super::event::Event;
pub use super::failure::Failure;
pub use super::patience::Patience;
use super::place::{Place, bytes, number, text};
use super::protocol::{
    Change, Command, Request, Response, ResponseBody, RunState, Way, WorkerPart, decode, decode_buckets, encode,
};
use super::runtime::{BUILD, BYTES, NUMBERS, VIEW, is_of_this_build};
use super::started::Started;
use super::watchdog::Watchdog;
use crate::experiment::{Experiment, Speed, Stop};
use crate::look::view::Watch;
use crate::optim::Hyper;
use crate::train::{Bucket, Layout};
use js_sys::{Float64Array, Reflect, Uint8Array};
use serde::de::DeserializeOwned;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

/// A handle on a worker. Clones are the same handle; when the last is gone, so is the worker.
#[derive(Clone)]
pub struct WorkerClient {
    inner: Rc<Inner>,
}

struct Inner {
    script: String,
    patience: Patience,
    on_event: Box<dyn Fn(Event)>,
    worker: RefCell<Option<Started>>,
    run_id: Cell<u32>,
    /// What the numbers of the present run's reports are of.
    layout: Cell<Layout>,
    /// The parts of the worker's code without which there is no present run.
    needed: RefCell<Vec<WorkerPart>>,
    /// The one that checks what is claimed of it.
    proving: Cell<WorkerPart>,
    /// The parts of the worker's code that are not there, as it told.
    absent: RefCell<Vec<(WorkerPart, Way)>>,
    is_ready: Cell<bool>,
    /// Whether nobody can see the page, for the next worker too.
    is_hidden: Cell<bool>,
    /// Where the run meets others, and how many share the memory; for the next worker too.
    meeting: Cell<Option<u64>>,
    /// Whether the run waits there, and has nothing to say until it meets the others elsewhere.
    is_waiting: Cell<bool>,
    runs: Cell<u32>,
    place: Place,
    /// What is watched, for the next worker too.
    watch: RefCell<Watch>,
    /// Requests made before the worker was ready, which would be lost.
    waiting: RefCell<VecDeque<Request>>,
    watchdog: Watchdog,
}

impl WorkerClient {
    /// Starts a training worker; everything that its present run has to say goes to `on_event`.
    pub fn start(on_event: impl Fn(Event) + 'static) -> Self {
        Self::start_script(&format!("./worker_loader.js?v={BUILD}"), Patience::default(), on_event)
    }

    /// The same with another script and patience, for tests.
    pub fn start_script(script: &str, patience: Patience, on_event: impl Fn(Event) + 'static) -> Self {
        let inner = Rc::new_cyclic(|me: &Weak<Inner>| Inner {
            script: script.to_owned(),
            patience,
            on_event: Box::new(on_event),
            worker: RefCell::default(),
            run_id: Cell::new(0),
            layout: Cell::new(Layout::from(0)),
            needed: RefCell::default(),
            proving: Cell::new(WorkerPart::Proof),
            absent: RefCell::default(),
            is_ready: Cell::new(false),
            is_hidden: Cell::new(false),
            meeting: Cell::new(None),
            is_waiting: Cell::new(false),
            runs: Cell::new(1),
            place: Place::new(),
            watch: RefCell::default(),
            waiting: RefCell::default(),
            watchdog: Watchdog::new({
                let me = me.clone();
                move || with(&me, Inner::give_up)
            }),
        });
        inner.start();
        Self { inner }
    }

    /// Begins a run at step 0, paused; or another worker's run once more, with the changes that were made live in it, on
    /// its way to the step that it had reached. What an earlier run still has to say is dropped. The user's own text may take
    /// the place of the one that is shipped.
    pub fn load(&self, experiment: &Experiment, changes: &[Change], reached: u64, own_text: Option<&str>) {
        let inner = &self.inner;
        inner.run_id.set(inner.next_run_id());
        inner.layout.set(Layout::of(experiment));
        *inner.needed.borrow_mut() = WorkerPart::to_run(experiment, own_text.is_some()).collect();
        inner.proving.set(WorkerPart::to_prove(experiment));
        inner.waiting.borrow_mut().clear();
        inner.send(Command::Load {
            experiment: Box::new(experiment.clone()),
            changes: changes.to_vec(),
            reached,
            own_text: own_text.map(str::to_owned),
        });
        let watch = inner.watch.borrow().clone();
        inner.send(Command::Watch(watch));
    }

    /// Looks at this from now on.
    pub fn watch(&self, watch: Watch) {
        if *self.inner.watch.borrow() != watch {
            *self.inner.watch.borrow_mut() = watch.clone();
            self.inner.send(Command::Watch(watch));
        }
    }

    /// Nobody can see the page, or somebody can again.
    pub fn set_hidden(&self, is_hidden: bool) {
        let inner = &self.inner;
        if inner.is_hidden.replace(is_hidden) != is_hidden && inner.is_ready.get() {
            inner.send(Command::Hidden(is_hidden));
            if inner.watchdog.is_watching() {
                // What could not be said or done meanwhile has its time from now on.
                inner.watchdog.watch(inner.patience.answer_ms);
            }
        }
    }

    /// Waits for other runs at this step, if there is one.
    pub fn meet(&self, step: Option<u64>) {
        if self.inner.meeting.replace(step) != step && self.inner.is_ready.get() {
            self.inner.send(Command::Meet(step));
            if self.inner.is_waiting.take() {
                self.inner.watchdog.watch(self.inner.patience.answer_ms);
            }
        }
    }

    /// Shares the machine's memory with the others of so many runs.
    pub fn share(&self, runs: u32) {
        if self.inner.runs.replace(runs) != runs && self.inner.is_ready.get() {
            self.inner.send(Command::Share(runs));
        }
    }

    /// Pauses the run by itself there.
    pub fn set_stop(&self, stop: Stop) {
        self.inner.send(Command::SetStop(stop));
    }

    /// Goes to a step that was already made and looks around there; the run stays where it is.
    pub fn visit(&self, step: u64) {
        self.inner.send(Command::Visit(step));
    }

    /// Back from a visit.
    pub fn return_to_head(&self) {
        self.inner.send(Command::Return);
    }

    /// Makes the visited step the run's latest.
    pub fn continue_from_visit(&self) {
        let run_id = self.inner.next_run_id();
        self.inner.send(Command::Continue { run_id });
        self.inner.run_id.set(run_id);
    }

    /// Checks what is claimed of the run.
    pub fn prove(&self) {
        self.inner.send(Command::Prove);
    }

    /// Asks what becomes of the gradient in experiments, before their first step.
    pub fn predict(&self, question: u32, experiments: Vec<Experiment>) {
        self.inner.send(Command::Predict(question, experiments));
    }

    /// Tries again to get a part of the worker's code that did not come.
    pub fn fetch(&self, part: WorkerPart) {
        self.inner.send(Command::Fetch(part));
    }

    /// Trains at the set speed.
    pub fn run(&self) {
        self.inner.send(Command::Run);
    }

    /// Stops after the step under way.
    pub fn pause(&self) {
        self.inner.send(Command::Pause);
    }

    /// Makes so many steps.
    pub fn step(&self, steps: u32) {
        self.inner.send(Command::Step(steps));
    }

    /// Goes to a step and pauses there.
    pub fn seek(&self, step: u64) {
        self.inner.send(Command::Seek(step));
    }

    /// Uses these hyper-parameters from the next step on.
    pub fn set_live(&self, hyper: Hyper) {
        self.inner.send(Command::SetLive(hyper));
    }

    /// Trains at this speed.
    pub fn set_speed(&self, speed: Speed) {
        self.inner.send(Command::SetSpeed(speed));
    }

    /// Tells that the last frame was drawn and another may come.
    pub fn frame_taken(&self) {
        self.inner.send(Command::FrameTaken);
    }

    /// Starts a new worker in the place of the present one. The run has to be loaded again.
    pub fn restart(&self) {
        self.inner.terminate();
        self.inner.start();
    }
}

impl Inner {
    fn next_run_id(&self) -> u32 {
        self.run_id.get().wrapping_add(1).max(1)
    }

    fn start(self: &Rc<Self>) {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name("training");
        let worker = match Worker::new_with_options(&self.script, &options) {
            Ok(worker) => worker,
            Err(error) => {
                self.place.note(&error);
                // Told later, as every other event, when the page has its handle.
                self.watchdog.watch(0);
                return;
            }
        };
        let weak = Rc::downgrade(self);
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            with(&weak, |inner| inner.receive(&event.data()));
        });
        let weak = Rc::downgrade(self);
        let on_error = Closure::<dyn Fn(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            with(&weak, |inner| {
                // Where the script did not come it is no event with a message.
                let words = text(&event, "message");
                inner.fail(match inner.is_ready.get() {
                    true => Failure::Crashed(words.unwrap_or_default()),
                    false => inner.place.why_not_started(words),
                });
            });
        });
        *self.worker.borrow_mut() = Some(Started::new(worker, on_message, on_error));
        self.watchdog.watch(self.patience.start_ms);
    }

    fn terminate(&self) {
        self.watchdog.stop();
        self.is_ready.set(false);
        self.is_waiting.set(false);
        self.waiting.borrow_mut().clear();
        self.absent.borrow_mut().clear();
        self.worker.borrow_mut().take();
    }

    fn fail(&self, failure: Failure) {
        self.terminate();
        (self.on_event)(Event::Failed(failure));
    }

    fn send(self: &Rc<Self>, command: Command) {
        let expects_answer = match command {
            // These have no answer, or none where there is no run, or nothing to visit.
            Command::FrameTaken
            | Command::SetSpeed(_)
            | Command::SetStop(_)
            | Command::Watch(_)
            | Command::Hidden(_)
            | Command::Meet(_)
            | Command::Share(_)
            | Command::Return
            | Command::Continue { .. }
            | Command::Predict(..)
            | Command::Fetch(_) => false,
            Command::Load { .. }
            | Command::Run
            | Command::Pause
            | Command::Step(_)
            | Command::Seek(_)
            | Command::SetLive(_)
            | Command::Visit(_)
            | Command::Prove => true,
        };
        let request = Request { run_id: self.run_id.get(), command };
        if !self.is_ready.get() {
            self.waiting.borrow_mut().push_back(request);
            return;
        }
        if self.post(&request) && expects_answer && !self.watchdog.is_watching() {
            self.watchdog.watch(self.patience.answer_ms);
        }
    }

    fn post(&self, request: &Request) -> bool {
        let worker = self.worker.borrow();
        let Some(started) = worker.as_ref() else { return false };
        started.worker.post_message(&Uint8Array::from(encode(request).as_slice())).is_ok()
    }

    fn receive(self: &Rc<Self>, message: &JsValue) {
        if let Some(received) = number(message, "received") {
            return self.take_progress(received, number(message, "total").unwrap_or_default());
        }
        let response = if is_of_this_build(message) { read(message, BYTES) } else { None };
        let Some(Response { run_id, body }) = response else { return self.fail(Failure::VersionMismatch) };
        // What comes by the way does not say that the worker is through with what it was told, nor does an older run.
        let is_present = run_id == self.run_id.get() || matches!(body, ResponseBody::Ready | ResponseBody::Failed(_));
        let is_by_the_way = matches!(
            body,
            ResponseBody::Theory(_)
                | ResponseBody::Scores(_)
                | ResponseBody::View
                | ResponseBody::Ending
                | ResponseBody::Predicted(..)
                | ResponseBody::Part(..)
        );
        if is_present && !is_by_the_way {
            self.watchdog.stop();
        }
        let event = match body {
            ResponseBody::Ready => {
                self.begin();
                Some(Event::Ready)
            }
            ResponseBody::Failed(words) => return self.fail(Failure::Crashed(words)),
            ResponseBody::Part(part, way) => {
                self.take_part(part, way);
                Some(Event::Part(part, way))
            }
            _ if run_id != self.run_id.get() => return,
            ResponseBody::Frame(status) => {
                // A run under way has more to say, unless it waits for others.
                let has_come = self.meeting.get().is_some_and(|step| status.head >= step);
                let is_waiting = status.state == RunState::Running && has_come;
                self.is_waiting.set(is_waiting);
                if !is_waiting && matches!(status.state, RunState::Running | RunState::Seeking) {
                    self.watchdog.watch(self.patience.answer_ms);
                }
                self.buckets(message).map(|buckets| Event::Frame { status, buckets })
            }
            ResponseBody::LiveSet(change) => Some(Event::LiveSet(change)),
            ResponseBody::Scores(evaluation) => Some(Event::Scores(evaluation)),
            ResponseBody::View => bytes(message, VIEW).map(Event::View),
            ResponseBody::Ending => self.buckets(message).map(Event::Ending),
            ResponseBody::Proving { progress } => {
                // There is more to come.
                self.watchdog.watch(self.patience.answer_ms);
                Some(Event::Proving { progress })
            }
            ResponseBody::Proof { step, checks, beginning } => Some(Event::Proof { step, checks, beginning }),
            ResponseBody::Away { step } => Some(Event::Away(step)),
            ResponseBody::NoRoom(need) => Some(Event::NoRoom(need)),
            ResponseBody::ProofGivenUp => Some(Event::ProofGivenUp),
            ResponseBody::Predicted(question, outlooks) => Some(Event::Predicted(question, outlooks)),
            ResponseBody::Theory(forecast) => Some(Event::Theory(forecast)),
        };
        match event {
            Some(event) => (self.on_event)(event),
            None => self.fail(Failure::VersionMismatch),
        }
    }

    /// Some of its code has come, as its loader tells: as long as that goes on, however slowly, it is waited for.
    fn take_progress(&self, received: f64, total: f64) {
        if !self.is_ready.get() {
            self.watchdog.watch(self.patience.start_ms);
            (self.on_event)(Event::Arriving { received, total });
        }
    }

    /// The worker listens from now on, and is told what had to wait.
    fn begin(self: &Rc<Self>) {
        self.is_ready.set(true);
        if self.is_hidden.get() {
            self.send(Command::Hidden(true));
        }
        // Before the run is told of.
        if self.meeting.get().is_some() {
            self.send(Command::Meet(self.meeting.get()));
        }
        if self.runs.get() > 1 {
            self.send(Command::Share(self.runs.get()));
        }
        let waiting = std::mem::take(&mut *self.waiting.borrow_mut());
        waiting.iter().for_each(|request| {
            self.post(request);
        });
        if !waiting.is_empty() {
            self.watchdog.watch(self.patience.answer_ms);
        }
    }

    fn take_part(&self, part: WorkerPart, way: Way) {
        let mut absent = self.absent.borrow_mut();
        absent.retain(|(other, _)| *other != part);
        if way != Way::Here {
            absent.push((part, way));
        }
        drop(absent);
        if way == Way::Here && self.needed.borrow().contains(&part) {
            // The run that waited for it has its first frame to send.
            self.watchdog.watch(self.patience.answer_ms);
        }
    }

    fn buckets(&self, message: &JsValue) -> Option<Vec<Bucket>> {
        let numbers = Reflect::get(message, &NUMBERS.into()).unwrap_or_default();
        if numbers.is_undefined() {
            return Some(Vec::new());
        }
        decode_buckets(&numbers.dyn_into::<Float64Array>().ok()?.to_vec(), self.layout.get())
    }

    /// The time for an answer has passed.
    fn give_up(self: &Rc<Self>) {
        self.watchdog.is_over();
        // A hidden page takes no frames, and a worker that cannot send its frame is silent for good reason.
        if web_sys::window().and_then(|window| window.document()).is_some_and(|page| page.hidden()) {
            return self.watchdog.watch(self.patience.answer_ms);
        }
        // What needs a part is answered when that has come, however slow the line is; and without its code a run does
        // nothing, until the part is tried again or another run is loaded.
        let (is_coming, has_no_run) = {
            let (absent, needed) = (self.absent.borrow(), self.needed.borrow());
            (
                absent.iter().any(|(part, way)| *way == Way::Coming && self.waits_for(*part)),
                absent.iter().any(|(part, _)| needed.contains(part)),
            )
        };
        if is_coming {
            return self.watchdog.watch(self.patience.answer_ms);
        }
        if has_no_run {
            return;
        }
        self.fail(if self.is_ready.get() { Failure::NotAnswering } else { self.place.why_not_started(None) });
    }

    /// Whether an answer may be due only when a part has come. A run does not wait for those who look at it.
    fn waits_for(&self, part: WorkerPart) -> bool {
        part == self.proving.get() || self.needed.borrow().contains(&part)
    }
}

fn with(weak: &Weak<Inner>, action: impl FnOnce(&Rc<Inner>)) {
    if let Some(inner) = weak.upgrade() {
        action(&inner);
    }
}

/// What a property of a message holds as bytes, if it is there and they are of that form.
fn read<T: DeserializeOwned>(message: &JsValue, property: &str) -> Option<T> {
    decode(&bytes(message, property)?)
}
