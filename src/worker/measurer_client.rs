//! The page's handle on a worker that measures.

use super::failure::Failure;
use super::orders::{Answer, Job, MEASURES, Order};
use super::place::{Place, bytes, number, text};
use super::protocol::{decode, encode};
use super::runtime::{BUILD, BYTES, is_of_this_build};
use super::started::Started;
use super::watchdog::Watchdog;
use crate::experiment::Experiment;
use js_sys::Uint8Array;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

/// What is heard of such a worker.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// It says this.
    Said(Answer),
    /// It says no more, for this reason.
    Lost(Failure),
}

/// A handle on such a worker. When it goes, so does the worker.
pub struct MeasurerClient {
    inner: Rc<Inner>,
}

struct Inner {
    on_heard: Box<dyn Fn(Heard)>,
    worker: RefCell<Option<Started>>,
    is_ready: Cell<bool>,
    /// Whether an answer is due.
    is_busy: Cell<bool>,
    /// How long it may be silent while one is, in milliseconds.
    patience_ms: Cell<i32>,
    /// Whether it has been silent for so long once: a laptop that slept hears its timers before its messages.
    is_doubted: Cell<bool>,
    place: Place,
    watchdog: Watchdog,
}

/// Until it is ready, since the last bytes of it came: longer than a slow connection takes between two packets.
const START_MS: i32 = 15_000;

/// While an answer is due, besides the time of a step.
const ANSWER_MS: f64 = 5_000.0;

impl MeasurerClient {
    /// Starts one; everything that it has to say goes to `on_heard`, never before this has returned.
    pub fn start(on_heard: impl Fn(Heard) + 'static) -> Self {
        let inner = Rc::new_cyclic(|me: &Weak<Inner>| Inner {
            on_heard: Box::new(on_heard),
            worker: RefCell::default(),
            is_ready: Cell::new(false),
            is_busy: Cell::new(true),
            patience_ms: Cell::new(START_MS),
            is_doubted: Cell::new(false),
            place: Place::new(),
            watchdog: Watchdog::new({
                let me = me.clone();
                move || with(&me, |inner| inner.doubt())
            }),
        });
        inner.start();
        Self { inner }
    }

    /// Whether it has said that it listens. What is ordered before would be lost.
    pub fn is_ready(&self) -> bool {
        self.inner.is_ready.get()
    }

    /// Has runs made, of which a step takes so long at the most.
    pub fn measure(&self, jobs: Vec<Job>, step_ms: f64) {
        let patience_ms = (ANSWER_MS + step_ms).min(600_000.0) as i32;
        self.inner.patience_ms.set(self.inner.patience_ms.get().max(patience_ms));
        self.inner.order(&Order::Measure(jobs));
    }

    /// Asks what theory has to say of a map.
    pub fn ask_border(&self, question: u32, experiment: &Experiment, pairs: String) {
        self.inner.order(&Order::Border { question, experiment: Box::new(experiment.clone()), pairs });
    }

    /// Has it leave what is not done yet.
    pub fn forget(&self) {
        self.inner.order(&Order::Forget);
        self.rest();
    }

    /// It has nothing to do: it may be silent.
    pub fn rest(&self) {
        self.inner.is_busy.set(false);
        self.inner.watchdog.stop();
        self.inner.patience_ms.set(0);
    }
}

impl Inner {
    fn start(self: &Rc<Self>) {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(MEASURES);
        self.watch();
        let worker = match Worker::new_with_options(&format!("./worker_loader.js?v={BUILD}"), &options) {
            Ok(worker) => worker,
            // The watchdog tells, when the page has its handle.
            Err(error) => return self.place.note(&error),
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
                inner.lose(match inner.is_ready.get() {
                    true => Failure::Crashed(words.unwrap_or_default()),
                    false => inner.place.why_not_started(words),
                });
            });
        });
        *self.worker.borrow_mut() = Some(Started::new(worker, on_message, on_error));
    }

    fn order(&self, order: &Order) {
        let worker = self.worker.borrow();
        let Some(started) = worker.as_ref() else { return };
        // What does not arrive is not answered, and that is noticed.
        let _ = started.worker.post_message(&Uint8Array::from(encode(order).as_slice()));
        self.is_busy.set(true);
        self.watch();
    }

    fn receive(self: &Rc<Self>, message: &JsValue) {
        self.is_doubted.set(false);
        if number(message, "received").is_some() {
            // Some of its code has come, as its loader tells.
            return self.watch();
        }
        if message.is_null() {
            return self.lose(Failure::CannotStart);
        }
        let bytes = is_of_this_build(message).then(|| bytes(message, BYTES)).flatten();
        let answer = bytes.and_then(|bytes| decode::<Answer>(&bytes));
        match answer {
            None => self.lose(Failure::VersionMismatch),
            Some(Answer::Failed(words)) => self.lose(Failure::Crashed(words)),
            Some(Answer::Fetching(_)) => self.watchdog.stop(),
            Some(answer) => {
                if answer == Answer::Ready {
                    self.is_ready.set(true);
                    self.is_busy.set(false);
                    self.patience_ms.set(0);
                }
                if self.is_busy.get() {
                    self.watch()
                } else {
                    self.watchdog.stop()
                }
                (self.on_heard)(Heard::Said(answer));
            }
        }
    }

    fn lose(&self, failure: Failure) {
        self.watchdog.stop();
        self.worker.borrow_mut().take();
        (self.on_heard)(Heard::Lost(failure));
    }

    /// Waits for a word from now on.
    fn watch(&self) {
        self.watchdog.watch(self.patience_ms.get().max(ANSWER_MS as i32));
    }

    /// The time for a word has passed.
    fn doubt(&self) {
        self.watchdog.is_over();
        if !self.is_doubted.replace(true) {
            return self.watch();
        }
        self.lose(if self.is_ready.get() { Failure::NotAnswering } else { self.place.why_not_started(None) });
    }
}

fn with(weak: &Weak<Inner>, action: impl FnOnce(&Rc<Inner>)) {
    if let Some(inner) = weak.upgrade() {
        action(&inner);
    }
}
