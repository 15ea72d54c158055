//! What happens around a run does not disturb it: themes, windows and other tabs.

use crate::harness::{PATIENCE, Page};
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::Duration;
use xtask::webdriver::Screen;

#[test]
fn the_theme_changes_during_a_run_and_is_remembered() {
    let page = Page::open(Screen::LAPTOP, "#run=1");
    let axes = "document.querySelector('figure[data-chart=gradient-by-layer] canvas').toDataURL()";
    let theme = "document.documentElement.dataset.theme";
    let start = page.text_of(theme);
    let other = if start == "dark" { "light" } else { "dark" };
    let drawn = page.text_of(axes);
    for _ in 0..3 {
        if page.text_of(theme) == other {
            break;
        }
        page.click("#theme");
    }
    assert_eq!(page.text_of(theme), other);
    page.wait("the axes in other colours", PATIENCE, || page.text_of(axes) != drawn);
    let background = "getComputedStyle(document.documentElement).backgroundColor";
    let paper = page.text_of(background);
    assert_goes_on(&page);

    page.reopen("");
    assert_eq!(page.text_of(theme), other, "the theme is remembered");
    assert_eq!(page.text_of(background), paper);
    // Until the reader leaves it to the system again, whatever that says.
    for _ in 0..3 {
        if page.text_of("document.getElementById('theme').ariaLabel").contains("system") {
            break;
        }
        page.click("#theme");
    }
    for scheme in ["dark", "light"] {
        page.session().set_media("prefers-color-scheme", scheme).unwrap();
        page.wait_until(scheme, &format!("{theme} === '{scheme}'"));
    }
}

#[test]
fn a_window_may_change_its_size_during_a_run() {
    let page = Page::open(Screen::LAPTOP, "#run=1");
    let large = Screen { width: 1920, height: 1080, pixel_ratio: 1.5, mobile: false };
    for screen in [Screen::PROJECTOR, large, Screen::PHONE, Screen::LAPTOP] {
        page.set_screen(screen);
        let filled = "[...document.querySelectorAll('figure[data-chart=gradient-by-layer] canvas')].every((canvas) =>
            Math.abs(canvas.width - canvas.parentElement.clientWidth * Math.min(devicePixelRatio, 3)) <= 1.5)";
        page.wait_until(&format!("canvases as wide as the chart on {screen:?}"), filled);
        assert_goes_on(&page);
    }
}

#[test]
fn charts_without_any_room_wait_for_it() {
    let page = Page::open(Screen::LAPTOP, "#run=1");
    let stages = "document.querySelectorAll('.chart-stage')";
    let has_no_room = format!("[...{stages}].every((stage) => stage.clientWidth * stage.clientHeight === 0)");
    let is_filled = format!(
        "[...{stages}].every((stage) => stage.clientWidth > 0 && [...stage.querySelectorAll('canvas')].every(
            (canvas) => Math.abs(canvas.width - stage.clientWidth * devicePixelRatio) <= 1.5))"
    );
    let screens = [Screen::PROJECTOR, Screen::LAPTOP, Screen::PROJECTOR];
    for (style, screen) in ["width: 0", "height: 0", "display: none"].into_iter().zip(screens) {
        page.run(
            &format!("{stages}.forEach((stage) => stage.style.cssText = '{style}; min-height: 0; min-width: 0')"),
            &[],
        );
        page.wait_until("no room", &has_no_room);
        // Meanwhile the page takes another size, which the charts have to find out when they are seen again.
        page.set_screen(screen);
        assert_goes_on(&page);
        page.run(&format!("{stages}.forEach((stage) => stage.style.cssText = '')"), &[]);
        page.wait_until(&format!("charts that fill their room again after {style}"), &is_filled);
        assert_goes_on(&page);
    }
    page.assert_quiet_console();
}

#[test]
fn two_tabs_are_two_labs_and_a_hidden_one_goes_on_when_it_is_seen_again() {
    let page = Page::open(Screen::LAPTOP, "#activation=tanh&run=1");
    assert_goes_on(&page);
    // What the other tab complains of is heard here.
    page.run(
        "window.complaints = [];
        window.other = window.open(location.href.split('#')[0] + '#depth=3');
        const listen = () => {
            const complain = (...all) => complaints.push(all.join(' '));
            other.console.error = complain;
            other.console.warn = complain;
            other.addEventListener('error', (event) => complain(event.message));
        };
        other.addEventListener('DOMContentLoaded', listen);",
        &[],
    );
    let there = "other.document.getElementById('status')";
    page.wait_until("the other tab", &format!("{there}?.dataset.state === 'paused'"));
    page.run("[...other.document.querySelectorAll('.run-buttons button')][1].click()", &[]);
    page.wait_until("a step there", &format!("{there}.dataset.step === '1'"));
    assert_eq!(page.eval("other.document.getElementById('depth').value"), "3");
    assert_eq!(page.control("depth").as_deref(), Some("12"), "each tab has settings of its own");

    // The first one is behind the other now.
    let was_hidden = page.eval("document.hidden") == Value::Bool(true);
    sleep(Duration::from_secs(2));
    page.eval("other.close()");
    page.session().bring_to_front().unwrap();
    page.wait_until("the tab to be seen again", "document.hidden === false");
    page.wait_for_status("state", "running");
    assert_goes_on(&page);
    assert_eq!(page.eval("document.querySelectorAll('[data-notice]').length"), 0);
    assert_eq!(page.eval("complaints"), json!([]), "the other tab's console");
    assert!(was_hidden, "this test hides a tab");
}

/// Fails unless the run makes some more steps.
fn assert_goes_on(page: &Page) {
    let step = page.step();
    page.wait("the run to go on", PATIENCE, || page.step() > step + 1);
    assert_eq!(page.status("state").as_deref(), Some("running"));
}
