//! The smallest, the largest and the strangest that can be asked for: every instrument shows it or says why not.

use crate::harness::{PATIENCE, Page, TABS};
use crate::native;
use gradient_lab::train::Quantity;
use serde_json::json;
use xtask::webdriver::Screen;

/// Narrower than any phone of today.
const NARROW: Screen = Screen { width: 320, height: 640, pixel_ratio: 2.0, mobile: true };

#[test]
fn every_tab_bears_every_network() {
    let page = Page::open(Screen::LAPTOP, "");
    for fragment in [
        "v=1&depth=1",
        "v=1&width=1",
        "v=1&depth=1&width=1&batch=1",
        "v=1&depth=100",
        "v=1&depth=100&width=1",
        "v=1&task=sentiment&depth=3",
        "v=1&task=sentiment&depth=1&width=1&activation=relu",
        "v=1&init=zeros",
        ZERO_GRADIENT,
        CONSTANT_LOSS,
    ] {
        page.follow_fragment(fragment);
        page.wait_for_status("step", "0");
        assert_every_tab_opens(&page, Screen::LAPTOP, fragment);
        for step in ["1", "2"] {
            page.click_button("Step");
            page.wait_for_status("step", step);
        }
        page.wait_for_status("state", "paused");
        assert_every_tab_opens(&page, Screen::LAPTOP, fragment);
    }
}

/// Where every gradient of a weight is exactly zero.
const ZERO_GRADIENT: &str = "v=1&init=zeros&activation=relu";

/// A loss that stays the same to the last bit: the learning rate is 0 after the first step, and a batch is all samples.
const CONSTANT_LOSS: &str = "v=1&schedule=cosine&schedule-steps=1&batch=full&lr=1e-6";

#[test]
fn the_strange_cases_are_as_strange_as_they_say() {
    for step in 0..=2 {
        let grad_w = native::report_at(&native::experiment(ZERO_GRADIENT), step).series(Quantity::GradW).unwrap();
        assert!(grad_w.iter().all(|&norm| norm == 0.0), "step {step}: {grad_w:?}");
    }
    let losses = [3, 4, 9].map(|step| native::report_at(&native::experiment(CONSTANT_LOSS), step).loss().to_bits());
    assert_eq!(losses, [losses[0]; 3]);
    for (fragment, step) in DIVERGING {
        assert_eq!(native::divergence(&native::experiment(fragment), 10).step, step, "{fragment}");
    }
}

/// Runs that end at once, and the step that they cannot make.
const DIVERGING: [(&str, u64); 2] = [
    ("v=1&depth=100&activation=linear&init=kaiming-normal&gain=4&lr=10", 1),
    ("v=1&depth=20&activation=linear&init=kaiming-normal&dataset=plane&lr=10", 2),
];

#[test]
fn every_tab_bears_a_run_that_ends_at_once() {
    let page = Page::open(Screen::LAPTOP, "");
    for (fragment, step) in DIVERGING {
        page.follow_fragment(fragment);
        assert_every_tab_opens(&page, Screen::LAPTOP, fragment);
        for _ in 0..step {
            if page.status("state").as_deref() != Some("diverged") {
                page.click_button("Step");
                page.wait_until("an answer", "document.getElementById('status').dataset.state !== 'running'");
            }
        }
        page.wait_for_status("state", "diverged");
        assert_every_tab_opens(&page, Screen::LAPTOP, fragment);
    }
}

#[test]
fn every_tab_bears_what_is_done_during_a_run() {
    let page = Page::open(Screen::LAPTOP, "#activation=tanh&run=1");
    for tab in TABS {
        page.open_tab(tab);
        let assert_goes_on = || {
            let step = page.step();
            page.wait(&format!("the run to go on under {tab}"), PATIENCE, || page.step() > step + 1);
        };
        // A window that becomes narrow and wide again, and other colours in both.
        for screen in [NARROW, Screen::LAPTOP] {
            page.set_screen(screen);
            page.click("#theme");
            assert_goes_on();
            assert_sound(&page, screen, &format!("{tab} at {} pixels", screen.width));
        }
        // A hand on the slider, which stops the run where it is let go.
        for step in ["1", "3", "0", "2"] {
            page.set_control("scrubber", step);
        }
        page.wait_for_status("step", "2");
        page.wait_for_status("state", "paused");
        assert_sound(&page, Screen::LAPTOP, &format!("{tab} on a visit"));
        page.click_button("Latest");
        page.click_button("Run");
        page.wait_for_status("state", "running");
        assert_goes_on();
    }
    page.set_screen(NARROW);
    assert_every_tab_opens(&page, NARROW, "a run on a narrow screen");
}

fn assert_every_tab_opens(page: &Page, screen: Screen, case: &str) {
    for tab in TABS {
        page.open_tab(tab);
        assert_sound(page, screen, &format!("{case}, {tab}"));
    }
}

/// Fails if the page has stopped, complains, or is wider than its window.
fn assert_sound(page: &Page, screen: Screen, case: &str) {
    // A test shows what it printed if it fails.
    println!("{case}");
    // What a pane shows may need a view from the worker and a frame.
    page.run("return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)))", &[]);
    page.assert_quiet_console();
    assert_eq!(page.eval("document.getElementById('stopped').hidden"), true, "{case}: the page has stopped");
    let notices = page.eval("[...document.querySelectorAll('[data-notice]')].map((notice) => notice.textContent)");
    assert_eq!(notices, json!([]), "{case}");
    let width = page.number_of("document.documentElement.scrollWidth");
    assert!(width <= f64::from(screen.width), "{case}: the page is {width} pixels wide");
}
