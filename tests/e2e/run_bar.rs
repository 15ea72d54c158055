//! Driving a run: buttons and keys.

use crate::harness::{PATIENCE, Page};
use gradient_lab::choice::Choice;
use gradient_lab::nn::Activation;
use std::thread::sleep;
use std::time::Duration;
use xtask::webdriver::Screen;

/// Long enough for a run that goes on to make steps.
const A_WHILE: Duration = Duration::from_millis(500);

#[test]
fn a_click_on_step_is_one_step() {
    let page = Page::open(Screen::LAPTOP, "");
    page.wait_for_status("step", "0");
    let first = page.loss();
    page.click_button("Step");
    page.wait_for_status("step", "1");
    page.wait_for_status("state", "paused");
    page.click_button("Step");
    page.wait_for_status("step", "2");
    sleep(A_WHILE);
    assert_eq!(page.step(), 2, "two clicks are two steps");
    assert_ne!(page.loss(), first, "another batch at other weights has another loss");
}

#[test]
fn clicks_faster_than_steps_are_all_made() {
    let page = Page::open(Screen::LAPTOP, "");
    let clicks = "
        const step = document.querySelectorAll('.run-buttons button')[1];
        for (let i = 0; i < 7; i++) step.click();";
    page.run(clicks, &[]);
    page.wait_for_status("step", "7");
    sleep(A_WHILE);
    assert_eq!(page.step(), 7);
}

#[test]
fn a_run_is_paused_where_it_is_and_reset_to_its_beginning() {
    let page = Page::open(Screen::LAPTOP, "");
    page.wait_for_status("step", "0");
    let first = page.loss();
    page.click_button("Run");
    page.wait_for_status("state", "running");
    page.wait("ten steps", PATIENCE, || page.step() >= 10);
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    let (step, loss) = (page.step(), page.loss());
    sleep(A_WHILE);
    assert_eq!((page.step(), page.loss()), (step, loss), "a paused run does not go on");
    page.find_named("button", "Run");

    page.click_button("Reset");
    page.wait_for_status("step", "0");
    page.wait_for_status("state", "paused");
    assert_eq!(page.loss().to_bits(), first.to_bits(), "the same seed gives the same first loss");

    // The same out of a run.
    page.click_button("Run");
    page.wait("three steps", PATIENCE, || page.step() >= 3);
    page.click_button("Reset");
    page.wait_for_status("step", "0");
    page.wait_for_status("state", "paused");
    sleep(A_WHILE);
    assert_eq!(page.step(), 0, "a reset run waits");
    assert_eq!(page.loss().to_bits(), first.to_bits());

    // Step takes over from Run.
    page.click_button("Run");
    page.wait("three steps", PATIENCE, || page.step() >= 3);
    page.click_button("Step");
    page.wait_for_status("state", "paused");
    let step = page.step();
    sleep(A_WHILE);
    assert_eq!(page.step(), step);
    page.find_named("button", "Run");
}

#[test]
fn a_run_of_long_steps_is_paused_after_the_step_under_way() {
    // A step of this network takes longer than a frame, and longer than the slices that the worker trains in.
    let page =
        Page::open(Screen::LAPTOP, "#depth=100&width=128&batch=full&samples=512&activation=tanh&speed=max&run=1");
    page.wait("two steps", PATIENCE, || page.step() >= 2);
    let step = page.step();
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    let paused_at = page.step();
    // One under way at the click, and those that ended while the test was looking for the button.
    assert!(paused_at - step < 20, "{step}, then {paused_at}");
    sleep(A_WHILE);
    assert_eq!(page.step(), paused_at);
    page.click_button("Step");
    page.wait_for_status("step", &(paused_at + 1).to_string());
}

#[test]
fn the_keyboard_drives_the_run() {
    let page = Page::open(Screen::LAPTOP, "");
    page.wait_for_status("step", "0");
    for (key, step) in [("ArrowRight", "1"), ("s", "2"), ("S", "3")] {
        page.press(key);
        page.wait_for_status("step", step);
    }
    page.press(" ");
    page.wait_for_status("state", "running");
    page.wait("the run to go on", PATIENCE, || page.step() > 4);
    page.press(" ");
    page.wait_for_status("state", "paused");
    page.press("r");
    page.wait_for_status("step", "0");

    // A slider has no use for the space bar, and a hand that has moved one wants to see the run.
    page.eval("document.querySelector('#lr ~ input[type=range]').focus()");
    page.press(" ");
    page.wait_for_status("state", "running");
    page.press(" ");
    page.wait_for_status("state", "paused");
    page.click_button("Reset");
    page.wait_for_status("step", "0");

    // Space on a button is a click on it, and nothing besides.
    page.eval("document.querySelectorAll('.run-buttons button')[1].focus()");
    page.press(" ");
    page.wait_for_status("step", "1");
    sleep(A_WHILE);
    assert_eq!(page.step(), 1);
    assert_eq!(page.status("state").as_deref(), Some("paused"));
}

#[test]
fn fields_lists_and_charts_keep_their_keys_to_themselves() {
    // The last of the activations, so that the arrow key finds no other one and the run is not begun anew by the list.
    let last = Activation::NAMES.last().copied().unwrap_or_default();
    let page = Page::open(Screen::LAPTOP, &format!("#v=1&activation={last}"));
    // At step 0 nobody would notice a reset.
    page.press("s");
    page.wait_for_status("step", "1");
    page.wait_for_status("state", "paused");
    let assert_kept = |focus: &str, key: &str| {
        sleep(A_WHILE);
        assert_eq!(page.step(), 1, "{key:?} in {focus}");
        assert_eq!(page.status("state").as_deref(), Some("paused"), "{key:?} in {focus}");
    };
    for (focus, keys) in [
        ("#activation", "ArrowRight"),
        ("#lr ~ input[type=range]", "ArrowRight"),
        ("[data-chart=loss] [role=slider]", "ArrowRight"),
        ("#depth", "ArrowRight"),
        ("#depth", "s"),
        ("#depth", "S"),
        ("#depth", "r"),
        ("#depth", " "),
    ] {
        page.eval(&format!("document.querySelector('{focus}').focus()"));
        let has_focus = format!("document.activeElement === document.querySelector('{focus}')");
        assert_eq!(page.eval(&has_focus), true, "{focus} takes no focus");
        let lr = page.control("lr");
        page.press(keys);
        assert_kept(focus, keys);
        if focus.starts_with("#lr") {
            assert_ne!(page.control("lr"), lr, "the slider moves");
        }
    }
    // What was typed is no number of layers, and is forgotten.
    page.press("Escape");
    page.press("Tab");
    assert_kept("#depth", "Escape");
    assert_eq!(page.control("depth").as_deref(), Some("12"));

    // Outside of all these each of the keys would have made a step.
    page.eval("document.activeElement.blur()");
    page.press("ArrowRight");
    page.wait_for_status("step", "2");
}

#[test]
fn the_browsers_back_button_leads_back_to_the_lesson_before() {
    let page = Page::open(Screen::LAPTOP, "");
    for lesson in ["tanh-xavier", "exploding"] {
        page.click(".dropdown summary");
        page.click(&format!("[data-lesson={lesson}]"));
        page.wait_until(lesson, &format!("document.querySelector('[data-lesson={lesson}]').ariaCurrent === 'true'"));
        assert_eq!(page.text_of("document.activeElement.tagName"), "SUMMARY", "the focus is not lost");
    }
    page.wait_for_status("verdict", "exploding");
    page.eval("history.back()");
    page.wait_until("the lesson before", "document.querySelector('[data-lesson=tanh-xavier]').ariaCurrent === 'true'");
    page.wait_for_status("verdict", "healthy");
}

#[test]
fn the_speed_is_kept_and_changed_during_a_run() {
    let page = Page::open(Screen::LAPTOP, "#speed=0.5&run=1");
    page.wait_for_status("state", "running");
    page.set_control("speed", "max");
    page.wait("a faster run", PATIENCE, || page.step() > 20);
    page.wait_until("the status to say how fast", "document.getElementById('status').textContent.includes('steps/s')");
    assert!(page.status("steps-per-second").is_some_and(|rate| rate.parse::<f64>().is_ok_and(|rate| rate > 0.0)));
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
}

#[test]
fn a_run_stops_where_its_link_says() {
    let page = Page::open(Screen::LAPTOP, "#v=1&depth=4&activation=tanh&stop-at=60&speed=max&run=1");
    let words = "document.getElementById('status').textContent";
    page.wait_for_status("stopped", "step");
    page.wait_for_status("state", "paused");
    assert_eq!(page.step(), 60);
    assert!(page.text_of(words).ends_with("stopped here, as set"), "{}", page.text_of(words));
    page.click_button("Run");
    page.wait("the run to go on", PATIENCE, || page.step() > 60);
    page.wait_for_status("state", "running");
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    // Live, at any loss at all: the next step is the last.
    let (step, fragment) = (page.step(), page.fragment());
    page.set_control("stop-loss", "1000");
    page.click_button("Run");
    page.wait_for_status("stopped", "loss");
    assert_eq!(page.step(), step + 1, "{fragment}");
    assert!(page.text_of(words).contains("stopped at loss ≤ 1"), "{}", page.text_of(words));
}
