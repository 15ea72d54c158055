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

#[test]
fn a_live_change_is_what_no_link_says() {
    // Layers of this network are off, so that units stand at the kink of ReLU.
    let page = Page::open(Screen::LAPTOP, "#v=1&depth=10&width=4&activation=relu&init=kaiming-normal&seed=4&step=5");
    page.wait_for_status("step", "5");
    page.open_tab("proof");
    page.click_button("Check this network now");
    page.wait_until("a result", "!document.querySelector('[data-result=unchecked]')");
    assert!(CLAIMS.iter().all(|claim| result(&page, claim) != "fail"));
    let meaning = "document.querySelector('[data-claim=same-bits] .claim-meaning').textContent";
    let difference = "document.getElementById('share-difference').textContent";
    assert!(page.text_of(meaning).contains("exact experiment"), "{}", page.text_of(meaning));
    assert_eq!(page.text_of(difference), "");
    page.set_control("lr", "0.2");
    page.click_button("Step");
    page.wait_for_status("step", "6");
    page.wait_until("a word at the link", &format!("{difference} !== ''"));
    for place in [meaning, difference] {
        let words = page.text_of(place);
        assert!(words.contains("“learning rate” was changed at step 5"), "{words}");
        assert!(!words.contains("exact"), "{words}");
    }
    // Another run begins with what its link says; of its many layers some are checked, and it says so.
    page.follow_fragment("v=1&depth=40&width=4&activation=tanh");
    page.wait_until("a run without a change", &format!("{difference} === ''"));
    page.click_button("Check this network now");
    let numbers = "document.querySelector('[data-claim=finite-difference] .claim-numbers')?.textContent";
    page.wait_until("the layers that were not sampled", &format!("{numbers}?.includes('Not sampled: 9 layers')"));
    page.assert_quiet_console();
}
