//! A measurer's place in the browser: mailbox and messages out.

use super::measurer::Measurer;
use super::orders::{Answer, MEASURES, Order};
use super::protocol::decode;
use super::runtime::{Fetch, message};
use js_sys::Uint8Array;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, Performance};

/// Whether this worker was started to measure.
pub fn is_wanted() -> bool {
    scope().is_ok_and(|scope| scope.name() == MEASURES)
}

/// Tells the page that the code of such a worker did not come: what it says then is no answer.
pub fn tell_that_it_is_missing() {
    if let Ok(scope) = scope() {
        // A page that is gone cannot be told.
        let _ = scope.post_message(&JsValue::NULL);
    }
}

fn scope() -> Result<DedicatedWorkerGlobalScope, JsValue> {
    js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>().map_err(JsValue::from)
}

/// Starts the worker: tells the page that it listens, and obeys from then on.
///
/// # Errors
/// If this is no dedicated worker, or the browser refuses a message channel.
pub fn start(fetch: Fetch) -> Result<(), JsValue> {
    let scope = scope()?;
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        if let Ok(scope) = self::scope() {
            post(&scope, &Answer::Failed(panic.to_string()));
        }
    }));
    let runtime = Rc::new(Runtime {
        measurer: RefCell::new(Measurer::without_parts()),
        fetch,
        clock: scope.performance().ok_or_else(|| JsValue::from_str("no clock in this worker"))?,
        channel: MessageChannel::new()?,
        is_tick_pending: Cell::new(false),
        scope,
    });
    runtime.listen();
    post(&runtime.scope, &Answer::Ready);
    Ok(())
}

struct Runtime {
    scope: DedicatedWorkerGlobalScope,
    measurer: RefCell<Measurer>,
    fetch: Fetch,
    clock: Performance,
    /// A message to itself brings the worker back behind the messages that wait.
    channel: MessageChannel,
    is_tick_pending: Cell<bool>,
}

impl Runtime {
    /// The closures live as long as the worker.
    fn listen(self: &Rc<Self>) {
        let runtime = Rc::clone(self);
        let on_order = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let bytes = event.data().dyn_into::<Uint8Array>().ok();
            match bytes.and_then(|bytes| decode::<Order>(&bytes.to_vec())) {
                Some(order) => {
                    runtime.measurer.borrow_mut().handle(order);
                    runtime.wake();
                }
                None => post(&runtime.scope, &Answer::Failed("an order cannot be read".to_owned())),
            }
        });
        self.scope.set_onmessage(Some(on_order.into_js_value().unchecked_ref()));

        let runtime = Rc::clone(self);
        let on_tick = Closure::<dyn Fn()>::new(move || {
            runtime.is_tick_pending.set(false);
            runtime.advance();
        });
        self.channel.port1().set_onmessage(Some(on_tick.into_js_value().unchecked_ref()));
    }

    fn wake(&self) {
        if !self.is_tick_pending.replace(true) {
            let _ = self.channel.port2().post_message(&JsValue::NULL);
        }
    }

    fn advance(self: &Rc<Self>) {
        let mut measurer = self.measurer.borrow_mut();
        let goes_on = measurer.advance(|| self.clock.now());
        let wishes: Vec<_> = std::iter::from_fn(|| measurer.take_wish()).collect();
        let answers = measurer.take_answers(self.clock.now());
        drop(measurer);
        answers.iter().for_each(|answer| post(&self.scope, answer));
        for part in wishes {
            let runtime = Rc::clone(self);
            spawn_local(async move {
                let fetched = (runtime.fetch)(part).await;
                let mut measurer = runtime.measurer.borrow_mut();
                match fetched {
                    Some(code) => measurer.arrive(code),
                    None => measurer.miss(part),
                }
                drop(measurer);
                runtime.wake();
            });
        }
        if goes_on {
            self.wake();
        }
    }
}

fn post(scope: &DedicatedWorkerGlobalScope, answer: &Answer) {
    // A page that is gone cannot be told.
    if let Ok(message) = message(answer) {
        let _ = scope.post_message(&message);
    }
}
