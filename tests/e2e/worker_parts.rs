//! Parts of the worker's code are fetched when they are first asked for; one that does not come is told where it was asked
//! for, and everything else goes on.

use crate::failures::Site;
use crate::harness::Page;
use crate::native;
use xtask::webdriver::Screen;

/// In JavaScript, whether every claim was checked and holds.
const ALL_HOLD: &str = "document.querySelectorAll('[data-result=pass]').length === 4";

/// In JavaScript, whether the worker has sent what the layer's histograms show.
const LAYER_IS_SEEN: &str =
    "document.querySelector('.inspector-charts') && !document.querySelector('.inspector-waiting')";

/// The words of the notice that a part did not come, as its place on the page says it.
fn wait_for_notice(page: &Page, part: &str) -> String {
    let notice = format!("document.querySelector('[data-notice=part-missing][data-part={part}]')");
    page.wait_until(&format!("the notice about {part}"), &notice);
    assert_eq!(page.text_of(&format!("{notice}.getAttribute('role')")), "alert");
    page.text_of(&format!("{notice}.textContent"))
}

fn assert_no_notice(page: &Page) {
    page.wait_until("the notices to go", "document.querySelector('[data-notice]') === null");
}

fn assert_loss(page: &Page, fragment: &str, step: u64) {
    page.wait_for_status("step", &step.to_string());
    page.wait_for_status("state", "paused");
    let expected = native::report_at(&native::experiment(fragment), step).loss();
    page.wait_until(
        &format!("the loss {expected:?} of step {step} of {fragment:?}"),
        &format!("document.getElementById('status').dataset.loss === '{expected:?}'"),
    );
}

/// How often a part of the worker was asked for.
fn requests(site: &Site, part: &str) -> usize {
    site.server.requests().iter().filter(|request| request.contains(&format!("/worker_{part}"))).count()
}

#[test]
fn a_first_visit_asks_for_no_part_of_the_worker_and_each_is_fetched_once() {
    // Of which every claim holds.
    let fragment = "depth=4&activation=relu&init=kaiming-normal";
    let in_f64 = format!("{fragment}&precision=f64");
    let site = Site::without("nothing");
    let page = Page::open_at(Screen::LAPTOP, &format!("{}#{fragment}", site.server.url()));
    page.wait_until_ready();
    page.click_button("Step");
    assert_loss(&page, fragment, 1);
    assert_eq!(["double", "looks", "proof", "chunk"].map(|part| requests(&site, part)), [0; 4]);

    for round in 0..2 {
        page.click("[data-tab=layer]");
        page.wait_until("the layer", LAYER_IS_SEEN);
        page.click("[data-tab=proof]");
        page.click_button("Check this network now");
        page.wait_until("the checks", ALL_HOLD);
        page.set_control("precision", "f64");
        page.click_button("Step");
        assert_loss(&page, &in_f64, 1);
        page.click_button("Check this network now");
        page.wait_until("the checks in f64", ALL_HOLD);
        page.set_control("precision", "f32");
        assert_loss(&page, fragment, 0);
        assert_eq!(["double", "looks", "proof"].map(|part| requests(&site, part)), [1; 3], "in round {round}");
    }
    page.assert_quiet_console();
}

#[test]
fn a_run_in_f64_whose_code_does_not_come_waits_and_f32_goes_on() {
    let site = Site::without("worker_double.wasm");
    let page = Page::open_at(Screen::LAPTOP, &format!("{}#precision=f64", site.server.url()));
    page.expect_in_console("worker_double");
    page.expect_in_console("worker.js");
    let words = wait_for_notice(&page, "worker-double");
    assert!(words.contains("f64") && words.contains("did not arrive"), "{words}");

    page.set_control("precision", "f32");
    page.wait_for_status("state", "paused");
    assert_no_notice(&page);
    page.click_button("Step");
    assert_loss(&page, "", 1);

    // Back again is another try; what is asked for meanwhile is done when it has come.
    page.set_control("precision", "f64");
    wait_for_notice(&page, "worker-double");
    page.click_button("Step");
    page.click_button("Step");
    site.put_back("worker_double.wasm");
    page.click_button("Try again");
    assert_loss(&page, "precision=f64", 2);
    assert_no_notice(&page);
    page.click("[data-tab=layer]");
    page.wait_until("the layer", LAYER_IS_SEEN);
    assert_eq!(requests(&site, "looks"), 0, "how a run in f64 is looked at came with it");
}

#[test]
fn checks_whose_code_does_not_come_say_so_in_their_place_and_the_run_goes_on() {
    let fragment = "depth=4&activation=relu&init=kaiming-normal";
    let site = Site::without("worker_proof.wasm");
    let page = Page::open_at(Screen::LAPTOP, &format!("{}#{fragment}&step=20", site.server.url()));
    page.expect_in_console("worker_proof");
    page.expect_in_console("worker.js");
    assert_loss(&page, fragment, 20);
    page.click("[data-tab=proof]");
    page.click_button("Check this network now");
    let words = wait_for_notice(&page, "worker-proof");
    assert!(words.contains("did not arrive"), "{words}");
    page.find_named("button", "Check this network now");
    page.press("s");
    assert_loss(&page, fragment, 21);

    site.put_back("worker_proof.wasm");
    page.click_button("Try again");
    page.wait_until("the checks", ALL_HOLD);
    let words = page.text_of("document.querySelector('.proof-step').textContent");
    assert_eq!(words, "At step 21, 4 of 4 claims hold.");
    assert_no_notice(&page);
}

#[test]
fn a_worker_that_cannot_look_says_so_in_the_panes_that_need_it() {
    let site = Site::without("worker_looks.wasm");
    let page = Page::open_at(Screen::LAPTOP, &site.server.url());
    page.expect_in_console("worker_looks");
    page.expect_in_console("worker.js");
    page.wait_until_ready();
    for tab in ["layer", "network", "learned"] {
        page.click(&format!("[data-tab={tab}]"));
        let words = wait_for_notice(&page, "worker-looks");
        assert!(words.contains("did not arrive"), "{words}");
    }
    assert_eq!(requests(&site, "looks"), 1, "it is tried again when that is asked for");
    page.click("[data-tab=optimizer]");
    assert_no_notice(&page);
    page.click_button("Step");
    assert_loss(&page, "", 1);

    page.click("[data-tab=layer]");
    site.put_back("worker_looks.wasm");
    page.click_button("Try again");
    page.wait_until("the layer", LAYER_IS_SEEN);
    assert_no_notice(&page);
}

#[test]
fn recurrent_networks_and_texts_are_fetched_once_when_a_run_first_needs_them() {
    let generated = "model=rnn&length=6&hidden=4&samples=16&batch=8";
    let text = "model=gru&task=next-character&length=6&hidden=4&samples=16&batch=8";
    let site = Site::without("nothing");
    let page = Page::open_at(Screen::LAPTOP, &format!("{}#depth=2", site.server.url()));
    page.wait_until_ready();
    let asked = || ["sequences", "sequences_double", "texts"].map(|part| requests_of(&site, part));
    assert_eq!(asked(), [0; 3]);
    for (fragment, expected) in [
        (generated.to_owned(), [1, 0, 0]),
        (text.to_owned(), [1, 0, 1]),
        (format!("{generated}&precision=f64"), [1, 1, 1]),
        (format!("{text}&precision=f64"), [1, 1, 1]),
        (generated.to_owned(), [1, 1, 1]),
    ] {
        page.follow_fragment(&format!("#{fragment}"));
        page.wait_for_status("step", "0");
        page.click_button("Step");
        assert_loss(&page, &fragment, 1);
        assert_eq!(asked(), expected, "{fragment}");
    }
    page.assert_quiet_console();
}

#[test]
fn a_recurrent_run_whose_code_or_text_does_not_come_waits_and_others_go_on() {
    let site = Site::without("worker_texts.wasm");
    let page = Page::open_at(Screen::LAPTOP, &site.server.url());
    page.expect_in_console("worker_texts");
    page.expect_in_console("worker.js");
    page.wait_until_ready();
    let text = "model=gru&task=next-character&length=6&hidden=4&samples=16&batch=8";
    // Nobody can wait for the run: it waits for its text.
    page.eval(&format!("location.hash = '{text}'"));
    let words = wait_for_notice(&page, "worker-texts");
    assert!(words.contains("text") && words.contains("did not arrive"), "{words}");
    page.follow_fragment("#depth=2");
    assert_no_notice(&page);
    page.click_button("Step");
    assert_loss(&page, "depth=2", 1);
    page.eval(&format!("location.hash = '{text}'"));
    wait_for_notice(&page, "worker-texts");
    site.put_back("worker_texts.wasm");
    page.click_button("Try again");
    page.wait_for_status("step", "0");
    page.click_button("Step");
    assert_loss(&page, text, 1);
    assert_no_notice(&page);
}

/// How often the file of a part of the worker was asked for, whose name may begin another's.
fn requests_of(site: &Site, part: &str) -> usize {
    site.server.requests().iter().filter(|request| request.contains(&format!("/worker_{part}.wasm"))).count()
}
