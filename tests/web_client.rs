//! The page's handle on workers that behave badly: each ends in an event that says so, and none in silence.
#![cfg(target_arch = "wasm32")]

use gradient_lab::experiment::{Experiment, Precision, Speed, Stop};
use gradient_lab::worker::client::{Event, Failure, Patience, WorkerClient};
use gradient_lab::worker::protocol::{
    Command, PROTOCOL_VERSION, Request, Response, ResponseBody, RunState, Status, Way, WorkerPart, encode,
};
use gradient_lab::worker::runtime::BUILD;
use js_sys::{Array, Promise};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Blob, BlobPropertyBag, Url};

wasm_bindgen_test_configure!(run_in_browser);

/// A client of a worker with this script, and the events that came.
fn client(script: &str) -> (WorkerClient, Rc<RefCell<Vec<Event>>>) {
    impatient_client(script, Patience::default())
}

/// The same with another patience.
fn impatient_client(script: &str, patience: Patience) -> (WorkerClient, Rc<RefCell<Vec<Event>>>) {
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    let parts = Array::of1(&script.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options).expect("a blob");
    let url = Url::create_object_url_with_blob(&blob).expect("its address");
    let events = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&events);
    (WorkerClient::start_script(&url, patience, move |event| sink.borrow_mut().push(event)), events)
}

async fn sleep(milliseconds: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        let window = web_sys::window().expect("a window");
        window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds).expect("a timer");
    });
    JsFuture::from(promise).await.expect("timers do not fail");
}

/// Waits until an event came that `is_wanted`; what came till then if none does.
async fn wait_for(events: &RefCell<Vec<Event>>, is_wanted: impl Fn(&Event) -> bool) {
    for _ in 0..500 {
        if events.borrow().iter().any(&is_wanted) {
            return;
        }
        sleep(10).await;
    }
    panic!("it did not come; what came: {:?}", events.borrow());
}

/// A script that says it is ready, as the worker of this build does, and answers every request by `answer`.
fn ready_script(build: &str, answer: &str) -> String {
    let ready = post(build, "0", ResponseBody::Ready);
    format!("self.onmessage = ({{ data }}) => {{ {answer} }}; {ready}")
}

fn frame(run_id: &str, step: u64) -> String {
    post(BUILD, run_id, ResponseBody::Frame(Status::paused_at(step)))
}

/// Posts a response of a build and a run; the script may name the run by an expression, in which `data[0]` is that of
/// the request: an id under 128 is the first byte of either.
fn post(build: &str, run_id: &str, body: ResponseBody) -> String {
    let bytes = encode(&Response { run_id: 0, body });
    post_bytes(build, &format!("{run_id}, ...{:?}", &bytes[1..]))
}

fn post_bytes(build: &str, bytes: &str) -> String {
    let of_build = format!(r#"protocol: {PROTOCOL_VERSION}, build: "{build}""#);
    format!("self.postMessage({{ {of_build}, bytes: Uint8Array.of({bytes}) }});")
}

#[wasm_bindgen_test]
async fn a_worker_whose_script_fails_cannot_start() {
    let (_client, events) = client("throw new Error('blocked');");
    wait_for(&events, |event| *event == Event::Failed(Failure::CannotStart)).await;
}

#[wasm_bindgen_test]
async fn a_worker_of_another_build_is_refused() {
    let (_client, events) = client(&ready_script("0.0.0-older", ""));
    wait_for(&events, |event| *event == Event::Failed(Failure::VersionMismatch)).await;
    assert!(!events.borrow().contains(&Event::Ready));
}

#[wasm_bindgen_test]
async fn a_worker_that_dies_later_is_reported_and_can_be_restarted() {
    let script = ready_script(BUILD, "throw new Error('out of memory');");
    let (client, events) = client(&script);
    wait_for(&events, |event| *event == Event::Ready).await;
    client.load(&Experiment::default(), &[], 0, None);
    wait_for(&events, |event| matches!(event, Event::Failed(Failure::Crashed(words)) if words.contains("memory")))
        .await;
    events.borrow_mut().clear();
    client.restart();
    wait_for(&events, |event| *event == Event::Ready).await;
}

#[wasm_bindgen_test]
async fn a_message_that_cannot_be_read_is_no_silence() {
    let cut_short = post_bytes(BUILD, "0");
    for unreadable in ["self.postMessage({ hello: 1 });", "self.postMessage(null);", &cut_short] {
        let (client, events) = client(&ready_script(BUILD, unreadable));
        wait_for(&events, |event| *event == Event::Ready).await;
        client.load(&Experiment::default(), &[], 0, None);
        wait_for(&events, |event| *event == Event::Failed(Failure::VersionMismatch)).await;
    }
}

#[wasm_bindgen_test]
async fn frames_of_an_older_run_are_dropped() {
    // To every request one frame of the run before, at step 111, and one of the present run, at step 222.
    let answer = frame("data[0] - 1", 111) + &frame("data[0]", 222);
    let (client, events) = client(&ready_script(BUILD, &answer));
    wait_for(&events, |event| *event == Event::Ready).await;
    client.load(&Experiment::default(), &[], 0, None);
    client.load(&Experiment::default(), &[], 0, None);
    let is_present = |event: &Event| matches!(event, Event::Frame { status, .. } if status.step == 222);
    wait_for(&events, is_present).await;
    sleep(50).await;
    let events = events.borrow();
    let frames: Vec<_> = events.iter().filter(|event| matches!(event, Event::Frame { .. })).collect();
    assert!(frames.iter().all(|event| is_present(event)), "{frames:?}");
    let Event::Frame { status, buckets } = frames[0] else { unreachable!() };
    assert_eq!((status.state, buckets.len()), (RunState::Paused, 0));
}

#[wasm_bindgen_test]
async fn requests_made_before_the_worker_is_ready_are_not_lost() {
    let script = format!(
        "await new Promise((resolve) => setTimeout(resolve, 200));{}",
        ready_script(BUILD, &frame("data[0]", 5))
    );
    let (client, events) = client(&script);
    client.load(&Experiment::default(), &[], 0, None);
    wait_for(&events, |event| matches!(event, Event::Frame { status, .. } if status.step == 5)).await;
}

#[wasm_bindgen_test]
async fn a_worker_that_is_silent_for_too_long_is_reported() {
    let patience = Patience { start_ms: 15_000, answer_ms: 100 };
    let (client, events) = impatient_client(&ready_script(BUILD, ""), patience);
    wait_for(&events, |event| *event == Event::Ready).await;
    sleep(300).await;
    assert_eq!(*events.borrow(), [Event::Ready], "nothing is due before it is asked for");
    client.load(&Experiment::default(), &[], 0, None);
    wait_for(&events, |event| *event == Event::Failed(Failure::NotAnswering)).await;
    client.restart();
    wait_for(&events, |event| *event == Event::Ready).await;
}

#[wasm_bindgen_test]
async fn a_worker_that_says_nothing_to_what_has_no_answer_is_not_called_dead() {
    let patience = Patience { start_ms: 15_000, answer_ms: 100 };
    // It answers what is asked first, which is the run, and nothing else.
    let answer = format!("if (!self.has_answered) {{ self.has_answered = true; {} }}", frame("data[0]", 0));
    let (client, events) = impatient_client(&ready_script(BUILD, &answer), patience);
    client.load(&Experiment::default(), &[], 0, None);
    wait_for(&events, |event| matches!(event, Event::Frame { .. })).await;
    client.set_stop(Stop { at: Some(37), loss: None });
    client.set_speed(Speed::Max);
    client.return_to_head();
    client.predict(1, vec![Experiment::default()]);
    client.fetch(WorkerPart::Looks);
    client.frame_taken();
    sleep(400).await;
    assert!(!events.borrow().iter().any(|event| matches!(event, Event::Failed(_))), "{:?}", events.borrow());
    client.pause();
    wait_for(&events, |event| *event == Event::Failed(Failure::NotAnswering)).await;
}

#[wasm_bindgen_test]
async fn a_worker_that_never_gets_ready_is_reported() {
    let patience = Patience { start_ms: 100, answer_ms: 60_000 };
    let (_client, events) = impatient_client("", patience);
    wait_for(&events, |event| *event == Event::Failed(Failure::CannotStart)).await;
}

#[wasm_bindgen_test]
async fn a_worker_that_waits_for_its_code_is_not_called_dead() {
    let told = |way| post(BUILD, "data[0]", ResponseBody::Part(WorkerPart::Double, way));
    let part = |way| Event::Part(WorkerPart::Double, way);
    let patience = Patience { start_ms: 15_000, answer_ms: 100 };
    let double = Experiment { precision: Precision::F64, ..Experiment::default() };
    let has_failed =
        |events: &RefCell<Vec<Event>>| events.borrow().iter().any(|event| matches!(event, Event::Failed(_)));
    for (way, is_due) in [(Way::Coming, false), (Way::Missing, false), (Way::Here, true)] {
        let (client, events) = impatient_client(&ready_script(BUILD, &told(way)), patience);
        wait_for(&events, |event| *event == Event::Ready).await;
        client.load(&double, &[], 0, None);
        wait_for(&events, |event| *event == part(way)).await;
        client.run();
        if is_due {
            wait_for(&events, |event| *event == Event::Failed(Failure::NotAnswering)).await;
            continue;
        }
        sleep(400).await;
        assert!(!has_failed(&events), "{:?}", events.borrow());
        // A run in f32 needs no such code: when it is missing, an answer is due.
        if way == Way::Missing {
            client.load(&Experiment::default(), &[], 0, None);
            wait_for(&events, |event| *event == Event::Failed(Failure::NotAnswering)).await;
        }
    }
}

#[wasm_bindgen_test]
async fn a_worker_that_comes_slowly_is_waited_for_as_long_as_its_bytes_come() {
    let patience = Patience { start_ms: 400, answer_ms: 60_000 };
    let ready = ready_script(BUILD, "");
    // Three times as long as it may be silent, with a word every so often; and the same without.
    let way = |says: &str| {
        format!(
            "for (let received = 0; received < 12; received++) {{
                {says}
                await new Promise((resolve) => setTimeout(resolve, 100));
            }} {ready}"
        )
    };
    let (_client, events) = impatient_client(&way("self.postMessage({ received, total: 12 });"), patience);
    wait_for(&events, |event| *event == Event::Ready).await;
    assert!(events.borrow().contains(&Event::Arriving { received: 11.0, total: 12.0 }), "{:?}", events.borrow());
    // What its loader says afterwards is nothing any more.
    assert_eq!(events.borrow().last(), Some(&Event::Ready));
    let (_client, events) = impatient_client(&way(""), patience);
    wait_for(&events, |event| *event == Event::Failed(Failure::CannotStart)).await;
}

#[wasm_bindgen_test]
async fn no_memory_at_the_start_is_no_missing_file() {
    let (_client, events) = client("throw new RangeError('WebAssembly.instantiate(): Out of memory');");
    wait_for(&events, |event| matches!(event, Event::Failed(failure) if failure.is_of_memory())).await;
}

#[wasm_bindgen_test]
async fn every_worker_hears_that_the_page_is_hidden() {
    // To word of a hidden page it answers by a frame, which nothing else gets.
    let hidden = encode(&Request { run_id: 0, command: Command::Hidden(true) });
    let answer =
        format!("if (data.length === {} && data[1] === {}) {{ {} }}", hidden.len(), hidden[1], frame("data[0]", 9));
    let (client, events) = client(&ready_script(BUILD, &answer));
    let is_told = |event: &Event| matches!(event, Event::Frame { status, .. } if status.step == 9);
    client.set_hidden(true);
    wait_for(&events, is_told).await;
    events.borrow_mut().clear();
    client.restart();
    wait_for(&events, is_told).await;
}
