//! What goes wrong is told in words, with the way out.

use crate::harness::{PATIENCE, Page, variable};
use crate::instruments::{KEEP_FILES, export};
use crate::native;
use gradient_lab::choice::Choice;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::{env, fs, process};
use xtask::server::Server;
use xtask::webdriver::Screen;

#[test]
fn a_worker_that_cannot_start_is_told_and_can_be_started_later() {
    for (missing, way_out) in [("worker_loader.js", "Restart at step 0"), ("worker_bg.wasm", "Reset")] {
        let site = Site::without(missing);
        let page = Page::open_at(Screen::LAPTOP, &site.server.url());
        // The browser's own line about the file that is not there, and the loader's error.
        page.expect_in_console("worker");
        page.wait_for_status("state", "failed");
        let notice = page.text_of("document.querySelector('[data-notice=worker-failed]').textContent");
        assert!(notice.contains("could not start"), "{missing}: {notice}");
        assert_eq!(page.eval("document.querySelector('[data-notice=worker-failed]').getAttribute('role')"), "alert");
        page.wait_until("Run to be off", "document.querySelector('.run-button').disabled");
        // Everything else on the page still works.
        page.set_control("depth", "6");
        page.wait_for_fragment("#v=1&depth=6");
        page.assert_quiet_console();

        site.put_back(missing);
        page.click_button(way_out);
        page.wait_for_status("state", "paused");
        page.wait_for_status("step", "0");
        page.wait_until("the notice to go", "document.querySelector('[data-notice]') === null");
        page.click_button("Step");
        page.wait_for_status("step", "1");
        let expected = native::report_at(&native::experiment("depth=6"), 1).loss();
        assert_eq!(page.loss().to_bits(), expected.to_bits(), "with what was set meanwhile ({missing})");
    }
}

#[test]
fn a_worker_of_another_build_is_told_and_the_page_loaded_again() {
    let site = Site::without("worker_loader.js");
    fs::write(site.folder.join("worker_loader.js"), "postMessage({ head: { build: 'another' } });").unwrap();
    let page = Page::open_at(Screen::LAPTOP, &site.server.url());
    page.wait_for_status("state", "failed");
    let notice = page.text_of("document.querySelector('[data-notice=worker-failed]').textContent");
    assert!(notice.contains("version"), "{notice}");
    site.put_back("worker_loader.js");
    page.click_button("Load the page again");
    page.wait_for_status("state", "paused");
    page.click_button("Step");
    page.wait_for_status("step", "1");
}

#[test]
fn a_chart_whose_exporting_part_does_not_come_can_be_saved_later() {
    let is_part = |name: &String| name.ends_with("_export.wasm");
    let mut names = fs::read_dir(dist()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let part = names.find(is_part).expect("the part that takes charts along");
    let site = Site::without(&part);
    let page = Page::open_at(Screen::LAPTOP, &site.server.url());
    // The browser's own line about the file that is not there, and that of the script that asked for it.
    page.expect_in_console("_export.wasm");
    page.expect_in_console("fetchPart");
    // In Firefox's words.
    page.expect_in_console("NetworkError when attempting to fetch");
    page.wait_for_status("state", "paused");
    page.run(KEEP_FILES, &[]);
    let said = "document.querySelector('figure[data-chart=loss] .chart-said').textContent";
    export(&page, "loss", "Save as SVG");
    page.wait_until("the failure in words", &format!("{said}.includes('did not arrive')"));
    assert_eq!(page.eval("files.length"), 0);
    // Everything else on the page still works.
    page.click_button("Step");
    page.wait_for_status("step", "1");

    site.put_back(&part);
    export(&page, "loss", "Save as SVG");
    page.wait_until("the SVG", "files.length === 1");
    assert_eq!(page.eval("files[0].name"), "loss-step-1.svg");
}

#[test]
fn a_worker_that_crashes_in_a_run_is_restarted_at_the_step_it_had_reached() {
    let page = Page::open_with_workers_in_hand(&format!("{}#activation=tanh&lr=0.2", variable("GRADIENT_LAB_E2E_URL")));
    page.wait_until_ready();
    page.click_button("Step");
    page.wait_for_status("step", "1");
    // A change in mid-run belongs to the run, and must be made again.
    page.set_control("lr", "0.5");
    page.wait_until("the change", "location.hash.includes('lr=0.5')");
    page.click_button("Run");
    page.wait("five steps", PATIENCE, || page.step() >= 5);
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    let (step, loss) = (page.step(), page.loss());

    page.crash_worker(-1);
    page.wait_for_status("state", "failed");
    assert_eq!(page.step(), step, "what was measured stays on the page");
    let notice = page.text_of("document.querySelector('[data-notice=worker-failed]').textContent");
    assert!(notice.contains("a loose wire"), "{notice}");

    page.click_button(&format!("Restart at step {step}"));
    page.wait_for_status("state", "paused");
    page.wait_for_status("step", &step.to_string());
    assert_eq!(page.loss().to_bits(), loss.to_bits(), "the run is the same again");
    assert_eq!(page.eval("workers.length"), 2);
    page.click_button("Step");
    page.wait_for_status("step", &(step + 1).to_string());

    // And out of a run.
    page.click_button("Run");
    page.wait_for_status("state", "running");
    page.crash_worker(-1);
    page.wait_for_status("state", "failed");
    page.find_named("button", "Run");
    page.click_button("Reset");
    page.wait_for_status("step", "0");
    page.wait_for_status("state", "paused");
}

#[test]
fn a_worker_that_panics_in_a_run_says_so_and_is_restarted() {
    let site = Site::without("worker_loader.js");
    // The engine's own clock brings it the same message again while it is at work, which its code rules out by a panic.
    let trap = "
        let last, calls = 0;
        addEventListener('message', (event) => { last = event; });
        const now = performance.now.bind(performance);
        performance.now = () => { if (++calls === 400) self.onmessage(last); return now(); };";
    let loader = fs::read_to_string(dist().join("worker_loader.js")).unwrap();
    fs::write(site.folder.join("worker_loader.js"), format!("{trap}\n{loader}")).unwrap();
    let page = Page::open_at(Screen::LAPTOP, &site.server.url());
    page.expect_in_console("borrow");
    page.wait_until_ready();
    page.click_button("Run");
    page.wait_for_status("state", "failed");
    let notice = page.text_of("document.querySelector('[data-notice=worker-failed]').textContent");
    assert!(notice.contains("runtime.rs"), "the place of the panic helps whoever is told of it: {notice}");
    let (step, loss) = (page.step(), page.loss());

    site.put_back("worker_loader.js");
    page.click_button(&format!("Restart at step {step}"));
    page.wait_for_status("state", "paused");
    page.wait_for_status("step", &step.to_string());
    assert_eq!(page.loss().to_bits(), loss.to_bits(), "the run is the same again");
    page.click_button("Step");
    page.wait_for_status("step", &(step + 1).to_string());
}

#[test]
fn a_diverging_run_stops_and_says_where() {
    let fragment = "dataset=plane&activation=linear&depth=20&init=kaiming-normal&lr=10&speed=max&run=1";
    let page = Page::open_at(Screen::LAPTOP, &format!("{}#{fragment}", variable("GRADIENT_LAB_E2E_URL")));
    page.wait_for_status("state", "diverged");
    page.wait_for_status("verdict", "diverged");
    let divergence = native::divergence(&native::experiment(fragment), 10_000);
    assert_eq!(page.step(), divergence.step - 1, "the step that would have spread it was not made");
    page.wait_until("the verdict", "document.querySelector('.verdict .badge')?.dataset.condition === 'diverged'");
    let sentence = page.text_of("document.querySelector('.verdict .sentence').textContent");
    assert!(sentence.contains(&format!("step {}", divergence.step)), "{divergence}: {sentence}");
    let catalogue: Value = serde_json::from_str(include_str!("../../locales/en/page.json")).unwrap();
    let quantity = catalogue["quantity"][divergence.quantity.name().replace('-', "_")].as_str().unwrap();
    assert!(sentence.contains(quantity), "{divergence}: {sentence}");
    if let Some(layer) = divergence.layer {
        let place = if layer > 20 { "the output layer".to_owned() } else { format!("layer {layer}") };
        assert!(sentence.contains(&place), "{divergence}: {sentence}");
    }
    page.wait_until("Run to be off", "document.querySelector('.run-button').disabled");

    page.click_button("Reset");
    page.wait_for_status("step", "0");
    page.wait_for_status("state", "paused");
    assert_ne!(page.status("verdict").as_deref(), Some("diverged"));
    // The way out that the page offers: the same again with a lower learning rate, until it holds.
    page.click_button("Run");
    page.wait_for_status("state", "diverged");
    page.set_control("depth", "2");
    page.set_control("lr", "0.001");
    page.set_control("speed", "10");
    page.wait("the repaired run", PATIENCE, || page.step() == 0 && page.status("state").as_deref() == Some("paused"));
    page.click_button("Run");
    page.wait("steps", PATIENCE, || page.step() > 2);
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
}

/// A copy of the built page, of which files can be taken away; it goes with its test.
pub struct Site {
    pub folder: PathBuf,
    pub server: Server,
}

impl Site {
    pub fn without(missing: &str) -> Self {
        let folder =
            env::temp_dir().join(format!("gradient-lab-e2e-{}-{:?}", process::id(), std::thread::current().id()));
        let folder = folder.join(missing);
        fs::create_dir_all(&folder).expect("a folder");
        for file in fs::read_dir(dist()).expect("the built page") {
            let file = file.expect("a file");
            if file.file_name() != missing {
                fs::copy(file.path(), folder.join(file.file_name())).expect("a copy");
            }
        }
        let server = Server::start(&folder, "/lab/", &[]).expect("a free port");
        Self { folder, server }
    }

    /// Lets the worker's clock go so many times as fast, so that nobody waits for its minutes.
    pub fn hurry_worker(&self, times: u32) {
        let clock = format!("const now = performance.now.bind(performance); performance.now = () => now() * {times};");
        let path = self.folder.join("worker_loader.js");
        let loader = fs::read_to_string(&path).expect("a loader");
        fs::write(path, format!("{clock}\n{loader}")).expect("a changed loader");
    }

    pub fn put_back(&self, file: &str) {
        fs::copy(dist().join(file), self.folder.join(file)).expect("a copy");
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.folder.parent().unwrap_or(&self.folder));
    }
}

fn dist() -> PathBuf {
    Path::new(&variable("GRADIENT_LAB_E2E_DIST")).to_owned()
}
