//! Claims checked on the live network.

use crate::harness::Page;
use xtask::webdriver::Screen;

const CLAIMS: [&str; 4] = ["finite-difference", "weight-gradient", "adam-first-step", "same-bits"];

/// What came of a claim's check.
fn result(page: &Page, claim: &str) -> String {
    page.text_of(&format!("document.querySelector('[data-claim={claim}]').dataset.result"))
}

#[test]
fn every_claim_is_checked_at_the_step_that_is_shown() {
    let page = Page::open(Screen::LAPTOP, "#v=1&depth=4&activation=relu&init=kaiming-normal&step=20");
    page.wait_for_status("step", "20");
    page.open_tab("proof");
    assert_eq!(CLAIMS.map(|claim| result(&page, claim)), ["unchecked"; 4]);
    page.click_button("Check this network now");
    page.wait_until("a result", "!document.querySelector('[data-result=unchecked]')");
    assert_eq!(CLAIMS.map(|claim| result(&page, claim)), ["pass"; 4]);
    for (claim, allowed) in CLAIMS.into_iter().zip([1e-5, 1e-9, 1e-9, 0.0]) {
        let error = page.text_of(&format!("document.querySelector('[data-claim={claim}]').dataset.error"));
        assert!(error.parse::<f64>().is_ok_and(|error| error <= allowed), "{claim}: {error}");
    }
    let words = page.text_of("document.querySelector('.proof-step').textContent");
    assert_eq!(words, "At step 20, 4 of 4 claims hold.");
    page.press("s");
    page.wait_for_status("step", "21");
    page.find_named("button", "Check again");
    page.assert_quiet_console();
}

#[test]
fn a_large_network_answers_while_it_is_checked_and_says_how_far_that_is() {
    let large = "#v=1&depth=60&width=96&batch=128&activation=tanh";
    let page = Page::open(Screen::LAPTOP, large);
    page.wait_for_status("state", "paused");
    page.open_tab("proof");
    page.click_button("Check this network now");
    let button = "document.querySelector('.proof .button')";
    page.wait_until("some progress", &format!("/^Checking … [1-9]\\d? %$/.test({button}.textContent)"));
    page.press("s");
    page.wait_for_status("step", "1");
    page.wait_until("the checks to be given up", &format!("{button}.textContent === 'Check this network now'"));
    assert_eq!(CLAIMS.map(|claim| result(&page, claim)), ["unchecked"; 4]);
    page.assert_quiet_console();
}
