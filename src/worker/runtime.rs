//! The session's place in the browser: mailbox, timers, and the messages out.

use super::parts::Code;
use super::protocol::{PROTOCOL_VERSION, Request, Response, ResponseBody, WorkerPart, decode, encode, encode_buckets};
use super::session::{Next, Session};
use crate::train::Bucket;
use js_sys::{Array, Float64Array, Object, Reflect, Uint8Array};
use serde::Serialize;
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort};

/// The build that this code belongs to; page and worker must be of the same.
pub const BUILD: &str = env!("GRADIENT_LAB_BUILD");

/// Properties of a message to the page: the response, the numbers of its buckets, and what was looked at.
pub(super) const BYTES: &str = "bytes";
pub(super) const NUMBERS: &str = "numbers";
pub(super) const VIEW: &str = "view";
/// And those that say which build wrote it, plain for every other build to read.
const OF_PROTOCOL: &str = "protocol";
const OF_BUILD: &str = "build";

/// Fetches a part of the worker's code; `None` if it does not come.
pub type Fetch = fn(WorkerPart) -> Pin<Box<dyn Future<Output = Option<Code>>>>;

/// Starts the worker: tells the page that it listens, and obeys from then on.
///
/// # Errors
/// If this is no dedicated worker, or the browser refuses a message channel.
pub fn start(fetch: Fetch) -> Result<(), JsValue> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().dyn_into()?;
    install_panic_report();
    let runtime = Rc::new(Runtime {
        session: RefCell::new(Session::without_parts()),
        fetch,
        clock: scope.performance().ok_or_else(|| JsValue::from_str("no clock in this worker"))?,
        channel: MessageChannel::new()?,
        timer: RefCell::new(None),
        on_timer: RefCell::new(None),
        is_tick_pending: Cell::new(false),
        scope,
    });
    runtime.listen();
    post(&runtime.scope, &Response { run_id: 0, body: ResponseBody::Ready }, &[])
}

struct Runtime {
    scope: DedicatedWorkerGlobalScope,
    session: RefCell<Session>,
    fetch: Fetch,
    clock: web_sys::Performance,
    /// A message to itself brings the worker back behind the messages that wait, without the four milliseconds that
    /// a timer takes at the least.
    channel: MessageChannel,
    timer: RefCell<Option<i32>>,
    /// What the timer calls: one closure for all timers, because one that is never called would never be freed.
    on_timer: RefCell<Option<Closure<dyn Fn()>>>,
    /// Whether a message to itself is under way: never more than one, or every request would start a chain of its own
    /// beside those that go on, and the mailbox would wait behind all of them.
    is_tick_pending: Cell<bool>,
}

impl Runtime {
    /// The closures live as long as the worker.
    fn listen(self: &Rc<Self>) {
        let runtime = Rc::clone(self);
        let on_request = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let bytes = event.data().dyn_into::<Uint8Array>().ok();
            match bytes.and_then(|bytes| decode::<Request>(&bytes.to_vec())) {
                Some(request) => runtime.obey(request),
                None => runtime.fail("a request cannot be read"),
            }
        });
        self.scope.set_onmessage(Some(on_request.into_js_value().unchecked_ref()));

        let runtime = Rc::clone(self);
        *self.on_timer.borrow_mut() = Some(Closure::new(move || {
            runtime.timer.take();
            runtime.post_tick();
        }));

        let runtime = Rc::clone(self);
        let on_tick = Closure::<dyn Fn()>::new(move || {
            runtime.is_tick_pending.set(false);
            runtime.advance();
        });
        self.channel.port1().set_onmessage(Some(on_tick.into_js_value().unchecked_ref()));
    }

    fn obey(self: &Rc<Self>, request: Request) {
        let answer = self.session.borrow_mut().handle(request, self.clock.now());
        self.answer(answer);
        self.wake();
    }

    /// Says what is to be said at once, and fetches the parts that are wished for.
    fn answer(self: &Rc<Self>, answers: impl IntoIterator<Item = Response>) {
        for answer in answers {
            // A page that is gone cannot be told.
            let _ = post(&self.scope, &answer, &[]);
        }
        loop {
            let wish = self.session.borrow_mut().take_wish();
            let Some((part, coming)) = wish else { return };
            let _ = post(&self.scope, &coming, &[]);
            let runtime = Rc::clone(self);
            spawn_local(async move {
                let fetched = (runtime.fetch)(part).await;
                let mut session = runtime.session.borrow_mut();
                let answers = match fetched {
                    Some(code) => session.arrive(code, runtime.clock.now()),
                    None => vec![session.miss(part)],
                };
                drop(session);
                runtime.answer(answers);
                runtime.wake();
            });
        }
    }

    /// Comes back as soon as the messages that wait have been read.
    fn wake(&self) {
        if let Some(timer) = self.timer.borrow_mut().take() {
            self.scope.clear_timeout_with_handle(timer);
        }
        self.post_tick();
    }

    fn post_tick(&self) {
        if !self.is_tick_pending.replace(true) {
            let port: MessagePort = self.channel.port2();
            let _ = port.post_message(&JsValue::NULL);
        }
    }

    fn advance(&self) {
        let mut session = self.session.borrow_mut();
        let next = session.advance(|| self.clock.now());
        let frame = session.take_frame();
        let theory = session.take_theory();
        let ending = session.take_ending();
        // A page that is busy with the last frame gets no more to draw.
        let is_free = frame.is_some() || next != Next::Continue || session.is_at_rest();
        let view = if is_free || session.is_scoring() { session.take_view(&mut || self.clock.now()) } else { None };
        let encoder = session.viewer().map(|viewer| viewer.encode);
        let answers: Vec<_> = std::iter::from_fn(|| session.take_answer()).collect();
        drop(session);
        if let Some((response, buckets)) = frame {
            let _ = post(&self.scope, &response, &buckets);
        }
        if let Some((response, buckets)) = ending {
            let _ = post(&self.scope, &response, &buckets);
        }
        for response in theory.into_iter().chain(answers) {
            let _ = post(&self.scope, &response, &[]);
        }
        if let Some((response, view)) = view {
            let _ = match encoder {
                Some(encode) if response.body == ResponseBody::View => {
                    post_view(&self.scope, &response, &encode(&view))
                }
                _ => post(&self.scope, &response, &[]),
            };
        }
        match next {
            Next::Continue => self.wake(),
            Next::Wait(milliseconds) => self.wake_after(milliseconds),
            Next::Rest => {}
        }
    }

    fn wake_after(&self, milliseconds: f64) {
        let on_timer = self.on_timer.borrow();
        let Some(on_timer) = on_timer.as_ref() else { return };
        // Timers are whole milliseconds; the pace is kept by the session's clock, not by theirs.
        let timeout = milliseconds.ceil().clamp(0.0, 60_000.0) as i32;
        let on_timer = on_timer.as_ref().unchecked_ref();
        let timer = self.scope.set_timeout_with_callback_and_timeout_and_arguments_0(on_timer, timeout).ok();
        if let Some(earlier) = self.timer.replace(timer) {
            self.scope.clear_timeout_with_handle(earlier);
        }
    }

    fn fail(&self, words: &str) {
        let _ = post(&self.scope, &Response { run_id: 0, body: ResponseBody::Failed(words.to_owned()) }, &[]);
    }
}

/// Posts a response; the numbers of its buckets are handed over, not copied.
fn post(scope: &DedicatedWorkerGlobalScope, response: &Response, buckets: &[Bucket]) -> Result<(), JsValue> {
    let message = message(response)?;
    let transfer = Array::new();
    if !buckets.is_empty() {
        let numbers = Float64Array::from(encode_buckets(buckets).as_slice());
        transfer.push(&numbers.buffer());
        Reflect::set(&message, &NUMBERS.into(), &numbers)?;
    }
    scope.post_message_with_transfer(&message, &transfer)
}

/// Posts a response with what was looked at, whose bytes are handed over.
fn post_view(scope: &DedicatedWorkerGlobalScope, response: &Response, view: &[u8]) -> Result<(), JsValue> {
    let message = message(response)?;
    let bytes = Uint8Array::from(view);
    let transfer = Array::of1(&bytes.buffer());
    Reflect::set(&message, &VIEW.into(), &bytes)?;
    scope.post_message_with_transfer(&message, &transfer)
}

/// A message to the page: what is said as bytes, beside the build that wrote them.
pub(super) fn message(said: &impl Serialize) -> Result<Object, JsValue> {
    let message = Object::new();
    Reflect::set(&message, &OF_PROTOCOL.into(), &PROTOCOL_VERSION.into())?;
    Reflect::set(&message, &OF_BUILD.into(), &BUILD.into())?;
    Reflect::set(&message, &BYTES.into(), &Uint8Array::from(encode(said).as_slice()))?;
    Ok(message)
}

/// Whether a worker of this build wrote the message, so that its bytes mean what they seem to.
#[cfg(feature = "page")]
pub(super) fn is_of_this_build(message: &JsValue) -> bool {
    let is = |name: &str, value: JsValue| Reflect::get(message, &name.into()).is_ok_and(|found| found == value);
    is(OF_PROTOCOL, PROTOCOL_VERSION.into()) && is(OF_BUILD, BUILD.into())
}

/// Tells the page of a panic, which would otherwise only stop the answers.
fn install_panic_report() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        if let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() {
            let _ = post(&scope, &Response { run_id: 0, body: ResponseBody::Failed(panic.to_string()) }, &[]);
        }
    }));
}
