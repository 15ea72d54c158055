//! What a network, a frame, a hidden tab or too little memory does to the training is told by its cause, and nothing that
//! was reached is lost.

use crate::failures::Site;
use crate::harness::{PATIENCE, Page, crash_of_worker};
use crate::native;
use gradient_lab::experiment::Key;
use gradient_lab::optim::Hyper;
use gradient_lab::run::AnyTrainer;
use serde_json::json;
use std::fs;
use xtask::server::Server;
use xtask::webdriver::Screen;

/// In JavaScript, the notice that the worker has failed.
const FAILED: &str = "document.querySelector('[data-notice=worker-failed]')";

/// Opens a page of a site with a hand on its workers, and waits for nothing.
fn open(site: &Site, fragment: &str) -> Page {
    Page::open_with_workers_in_hand(&format!("{}#{fragment}", site.server.url()))
}

fn wait_for_failure(page: &Page, cause: &str) -> String {
    page.wait_until(&format!("the cause {cause}"), &format!("{FAILED}?.dataset.cause === '{cause}'"));
    page.text_of(&format!("{FAILED}.textContent"))
}

#[test]
fn a_way_back_that_fails_again_and_again_loses_nothing() {
    let site = Site::without("nothing");
    let page = open(&site, "activation=tanh&lr=0.2");
    page.expect_in_console("worker");
    page.wait_until_ready();
    page.click_button("Step");
    page.wait_for_status("step", "1");
    page.set_control("lr", "0.5");
    for step in 2..=7 {
        page.click_button("Step");
        page.wait_for_status("step", &step.to_string());
    }
    let loss = page.loss();
    page.crash_worker(-1);
    wait_for_failure(&page, "crashed");

    // The network is down, and what is set meanwhile holds from the step that was reached.
    fs::remove_file(site.folder.join("worker_loader.js")).unwrap();
    for lr in ["0.4", "0.3"] {
        page.click_button("Restart at step 7");
        wait_for_failure(&page, "cannot-start");
        assert_eq!((page.step(), page.loss().to_bits()), (7, loss.to_bits()), "what was measured stays on the page");
        page.set_control("lr", lr);
    }
    // An earlier step can be looked at all the same, and is looked at after the restart.
    page.run(
        "const slider = document.getElementById('scrubber'); slider.value = 3; \
              slider.dispatchEvent(new Event('input', { bubbles: true }));",
        &[],
    );
    page.wait_for_status("step", "3");
    site.put_back("worker_loader.js");
    // It comes, and fails before it is there.
    page.eval(&format!("({FAILED}.querySelector('button').click(), {})", crash_of_worker(-1)));
    wait_for_failure(&page, "cannot-start");
    page.click_button("Restart at step 7");
    page.wait_for_status("state", "paused");
    page.wait_for_status("step", "3");
    page.wait_until("no notice", "document.querySelector('[data-notice]') === null");
    page.click_button("Latest");
    page.wait_for_status("step", "7");
    page.wait_until("the loss", &format!("document.getElementById('status').dataset.loss === '{loss:?}'"));

    let start = native::experiment("activation=tanh&lr=0.2");
    let mut trainer = AnyTrainer::new(&start).unwrap();
    for (lr, steps) in [("0.2", 1), ("0.5", 6), ("0.3", 1)] {
        trainer.set_hyper(Hyper::of(&native::with(&start, Key::Lr, lr)));
        for _ in 0..steps {
            trainer.step().unwrap();
        }
    }
    page.click_button("Step");
    page.wait_for_status("step", "8");
    let expected = trainer.report().loss();
    page.wait_until("the next loss", &format!("document.getElementById('status').dataset.loss === '{expected:?}'"));
}

#[test]
fn a_page_that_a_newer_build_has_replaced_is_loaded_again_at_its_step() {
    let site = Site::without("nothing");
    let page = open(&site, "activation=tanh&lr=0.2");
    page.wait_until_ready();
    for step in 1..=3 {
        page.click_button("Step");
        page.wait_for_status("step", &step.to_string());
    }
    let loss = page.loss();
    page.crash_worker(-1);
    wait_for_failure(&page, "crashed");
    fs::write(site.folder.join("worker_loader.js"), "postMessage({ head: { build: 'another' } });").unwrap();
    page.click_button("Restart at step 3");
    wait_for_failure(&page, "version-mismatch");
    site.put_back("worker_loader.js");
    page.click_button("Load the page again");
    page.wait_until("the page to be another", "window.workers.length === 1");
    page.wait_until_ready();
    page.wait_for_status("step", "3");
    assert_eq!(page.loss().to_bits(), loss.to_bits());
}

#[test]
fn a_worker_on_its_way_says_how_far_it_is_and_is_fetched_once() {
    let site = Site::without("nothing");
    let page = open(&site, "");
    page.wait_until_ready();
    let bytes = fs::metadata(site.folder.join("worker_bg.wasm")).unwrap().len();
    let told = format!("told.at(-1)?.received === {bytes} && told.at(-1).total === {bytes}");
    page.wait_until("all bytes to be told", &told);
    assert_eq!(page.eval("told[0].received"), 0);
    let fetched = site.server.requests().iter().filter(|request| request.contains("worker_bg.wasm")).count();
    assert_eq!(fetched, 1);
}

#[test]
fn a_run_in_a_hidden_tab_pauses_after_a_minute_and_says_so() {
    let site = Site::without("nothing");
    site.hurry_worker(500);
    let notice = "document.querySelector('[data-notice=away]')";

    let page = open(&site, "depth=2&width=4&speed=1");
    page.wait_until_ready();
    page.click_button("Run");
    page.wait_for_status("state", "running");
    page.hide(true);
    page.wait_for_status("state", "paused");
    page.wait_until("the notice", notice);
    let (step, said) = (page.step(), page.text_of(&format!("{notice}.textContent")));
    assert!(said.contains(&format!("step {step},")) && said.contains("hidden"), "{step}: {said}");
    page.hide(false);
    page.find_named("button", "Run");
    page.click_button("Run on");
    page.wait_until("the notice to go", &format!("{notice} === null"));
    page.wait("steps", PATIENCE, || page.step() > step + 5);
    page.click_button("Pause");
    page.wait_for_status("state", "paused");

    // Unless it is asked not to.
    page.follow_fragment("depth=2&width=4&speed=1&background=1&run=1");
    page.hide(true);
    page.wait("two minutes of a step a second", PATIENCE, || page.step() > 120);
    assert_eq!(page.status("state").as_deref(), Some("running"));
    assert_eq!(page.eval(&format!("{notice} === null")), true);
    page.hide(false);
}

#[test]
fn a_run_that_fits_is_not_ended_by_its_checkpoints_and_one_that_does_not_is_told() {
    const MEGABYTE: usize = 1 << 20;
    let site = Site::without("nothing");
    let worker = site.folder.join("worker_bg.wasm");
    // The state of this run is 32 MB.
    let whole = fs::read(&worker).unwrap();
    fs::write(&worker, with_most_memory(&whole, 112 * MEGABYTE)).unwrap();
    let page = open(&site, "depth=40&width=256&batch=1&samples=16&activation=tanh&lr=0.001&speed=max");
    page.expect_in_console("unreachable");
    page.wait_until_ready();
    page.click_button("Run");
    page.wait("a run past five checkpoints", 3 * PATIENCE, || {
        assert_eq!(page.eval(&format!("{FAILED}?.textContent ?? null")), json!(null));
        page.step() > 64 * 6
    });
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    page.open_tab("proof");
    page.click_button("Check this network now");
    let said = "document.querySelector('.proof-step').textContent";
    page.wait_until("the checks to be refused", &format!("{said}.includes('memory')"));
    page.click_button("Step");
    page.wait_for_status("state", "paused");

    // Far more than there is.
    page.set_control("samples", "2048");
    page.set_control("batch", "2048");
    let notice = wait_for_failure(&page, "memory");
    assert!(notice.contains("memory") && notice.contains("batch"), "{notice}");
    assert!(!notice.contains("fault"), "{notice}");
    page.set_control("batch", "1");
    page.wait_for_status("state", "paused");
    page.click_button("Step");
    page.wait_for_status("step", "1");
}

/// A module whose memory may not grow beyond so many bytes.
fn with_most_memory(module: &[u8], most: usize) -> Vec<u8> {
    let read = |at: &mut usize| {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = usize::from(module[*at]);
            *at += 1;
            value |= (byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return value;
            }
        }
    };
    let write = |mut value: usize| {
        let mut bytes = Vec::new();
        while value >= 0x80 {
            bytes.push((value & 0x7f | 0x80) as u8);
            value >>= 7;
        }
        bytes.push(value as u8);
        bytes
    };
    let mut at = 8;
    loop {
        let start = at;
        let id = module[at];
        at += 1;
        let len = read(&mut at);
        let mut inside = at;
        at += len;
        if id == 5 {
            let memories = read(&mut inside);
            let flags = read(&mut inside);
            assert_eq!((memories, flags), (1, 0), "one memory without a limit");
            let least = read(&mut inside);
            let section = [vec![1, 1], write(least), write(most >> 16)].concat();
            return [&module[..start], &[5], &write(section.len()), &section, &module[at..]].concat();
        }
    }
}

#[test]
fn in_a_sandboxed_frame_the_cause_is_named_and_no_focus_taken() {
    let site = Site::without("nothing");
    let embed = "<!doctype html><title>A course</title><link rel=icon href='data:,'>\
        <input id=mine><div style='height: 3000px'></div>\
        <iframe id=lab sandbox='allow-scripts' src='index.html#depth=3' width=1000 height=600></iframe>";
    fs::write(site.folder.join("course.html"), embed).unwrap();
    // A host that lets everybody read its files, and one that does not.
    let open_host = Server::start(&site.folder, "/lab/", &[("Access-Control-Allow-Origin", "*")]).unwrap();
    for (host, sentence) in [(&open_host, FAILED), (&site.server, "document.querySelector('#start [role=alert]')")] {
        let page = Page::open_at(Screen::LAPTOP, &format!("{}course.html", host.url()));
        page.expect_in_console("CORS");
        page.expect_in_console("app-");
        page.expect_in_console("worker");
        page.run("document.getElementById('mine').focus()", &[]);
        page.session().enter_frame(Some(&page.find("#lab"))).unwrap();
        page.wait_until("the sentence", sentence);
        let said = page.text_of(&format!("{sentence}.textContent"));
        assert!(said.contains("sandbox") && said.contains("allow-same-origin"), "{said}");
        let address = page.text_of("location.href");
        let is_linked = format!("[...document.querySelectorAll('a')].some((a) => a.href === {})", json!(address));
        assert_eq!(page.eval(&is_linked), true, "a way out to a tab of its own");
        page.session().enter_frame(None).unwrap();
        assert_eq!(page.eval("[document.activeElement.id, scrollY]"), json!(["mine", 0]));
    }
}

#[test]
fn a_policy_that_forbids_workers_is_named() {
    let site = Site::without("nothing");
    let policy = "worker-src 'none'";
    let host = Server::start(&site.folder, "/lab/", &[("Content-Security-Policy", policy)]).unwrap();
    let page = Page::open_at(Screen::LAPTOP, &host.url());
    page.expect_in_console("Content Security Policy");
    page.expect_in_console("worker");
    let notice = wait_for_failure(&page, "forbidden");
    assert!(notice.contains("Content-Security-Policy") && notice.contains("worker-src"), "{notice}");
    // Everything else on the page still works.
    page.set_control("depth", "6");
    page.wait_for_fragment("#v=1&depth=6");
}

#[test]
fn a_frame_without_a_sandbox_is_as_good_as_a_tab_and_takes_no_focus() {
    let site = Site::without("nothing");
    let embed = "<!doctype html><title>A course</title><link rel=icon href='data:,'>\
        <input id=mine><div style='height: 3000px'></div>\
        <iframe id=lab src='index.html#depth=3&run=1' width=1000 height=600></iframe>";
    fs::write(site.folder.join("course.html"), embed).unwrap();
    let page = Page::open_at(Screen::LAPTOP, &format!("{}course.html", site.server.url()));
    page.run("document.getElementById('mine').focus()", &[]);
    page.session().enter_frame(Some(&page.find("#lab"))).unwrap();
    page.wait_for_status("state", "running");
    page.wait("steps", PATIENCE, || page.step() > 3);
    page.session().enter_frame(None).unwrap();
    assert_eq!(page.eval("[document.activeElement.id, scrollY]"), json!(["mine", 0]));
}
