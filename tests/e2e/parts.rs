//! What is fetched when: a first visit only what it shows, the rest once, when it is first used.

use crate::failures::Site;
use crate::harness::{PATIENCE, Page, TABS, variable};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use xtask::server::Server;
use xtask::sizes;
use xtask::webdriver::Screen;

/// The tabs whose panes are parts of the page.
const PARTS: [&str; 5] = ["layer", "optimizer", "network", "learned", "proof"];

#[test]
fn a_first_visit_asks_for_nothing_that_it_does_not_show() {
    let server = serve();
    let page = open(&server);
    // What would be fetched when the page has come to rest, would come now.
    page.run("return new Promise((resolve) => setTimeout(resolve, 2000))", &[]);
    let files = sizes::files(Path::new(&variable("GRADIENT_LAB_E2E_DIST"))).expect("the built page");
    let first = |name: &String| sizes::is_in_first_load(name);
    let expected: BTreeSet<String> =
        files.iter().map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).filter(first).collect();
    let asked = names(&server.requests());
    assert_eq!(asked.iter().cloned().collect::<BTreeSet<_>>(), expected);
    assert_eq!(asked.len(), expected.len(), "each once: {asked:?}");
}

#[test]
fn each_part_is_fetched_once_when_it_is_first_used_and_then_the_page_needs_no_server() {
    let server = serve();
    let page = open(&server);
    let mut seen = names(&server.requests()).len();
    for tab in PARTS {
        page.open_tab(tab);
        let asked = names(&server.requests()).split_off(seen);
        seen += asked.len();
        assert!(asked.iter().any(|name| name.ends_with(&format!("_{tab}.wasm"))), "{tab}: {asked:?}");
        assert!(asked.iter().all(|name| !sizes::is_in_first_load(name)), "{tab}: {asked:?}");
    }
    page.run("return new Promise((resolve) => setTimeout(resolve, 1000))", &[]);
    let all = names(&server.requests());
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "each once: {all:?}");
    for tab in TABS {
        page.open_tab(tab);
    }
    assert_eq!(names(&server.requests()), all, "what is there is not fetched again");

    drop(server);
    for (made, tab) in TABS.into_iter().enumerate() {
        page.open_tab(tab);
        page.click_button("Step");
        page.wait_for_status("step", &(made + 1).to_string());
    }
}

#[test]
fn a_part_that_does_not_come_is_told_in_its_place_and_tried_again() {
    let part = part_file("layer");
    let site = Site::without(&part);
    let page = Page::open_at(Screen::LAPTOP, &site.server.url());
    page.wait_until_ready();
    // The browser's own line about the file that is not there, and the loader's.
    page.expect_in_console(".wasm");
    // In Firefox's words.
    page.expect_in_console("NetworkError when attempting to fetch");
    page.click_button("Step");
    page.wait_for_status("step", "1");

    page.click("[data-tab=layer]");
    assert_told_in_its_place(&page);
    // Everything else goes on, the run too, and nothing of it is lost.
    page.click_button("Step");
    page.wait_for_status("step", "2");
    page.open_tab("learned");
    page.set_control("depth", "6");
    page.wait_for_fragment("#v=1&depth=6");
    page.wait_for_status("step", "0");
    page.click_button("Step");
    page.wait_for_status("step", "1");
    let loss = page.loss();

    // Asked for by its tab again, and by the button.
    page.click("[data-tab=layer]");
    assert_told_in_its_place(&page);
    site.put_back(&part);
    page.click_button("Try again");
    page.wait_until("the histograms", "document.querySelector('figure[data-chart=histogram-z]')");
    page.wait_until("the sentence to go", "document.querySelector('[data-notice=part-missing]') === null");
    assert_eq!((page.step(), page.loss().to_bits()), (1, loss.to_bits()));
}

#[test]
fn what_saves_charts_and_the_post_mortem_are_fetched_once_too() {
    let server = serve();
    let page = open(&server);
    let asked = |part: &str| {
        let ending = format!("_{part}.wasm");
        names(&server.requests()).iter().filter(|name| name.starts_with("app-") && name.ends_with(&ending)).count()
    };
    for _ in 0..2 {
        page.click("figure[data-chart=gradient-by-layer] .dropdown summary");
        page.wait("what saves charts", PATIENCE, || asked("export") == 1);
        page.press("Escape");
    }
    for _ in 0..2 {
        page.follow_fragment("#dataset=plane&activation=linear&depth=20&init=kaiming-normal&lr=10&speed=max&run=1");
        page.wait_until("the ways back", "document.querySelector('.post-mortem [data-way=rewind]')");
        page.follow_fragment("#depth=3");
    }
    assert_eq!(["export", "post_mortem"].map(asked), [1; 2]);
}

#[test]
fn a_part_of_another_build_is_refused() {
    let part = part_file("optimizer");
    let site = Site::without(&part);
    // Another part stands for that of another build: it is a module like it, and its code is not what is asked for.
    fs::copy(dist().join(part_file("proof")), site.folder.join(&part)).expect("a copy");
    let page = Page::open_at(Screen::LAPTOP, &site.server.url());
    page.wait_until_ready();
    page.expect_in_console("integrity");
    page.expect_in_console("Failed to fetch");
    // In Firefox's words.
    page.expect_in_console("NetworkError when attempting to fetch");
    page.click("[data-tab=optimizer]");
    assert_told_in_its_place(&page);
    assert_eq!(page.eval("document.querySelector('.proof')"), serde_json::Value::Null, "its code did not run");
    site.put_back(&part);
    page.click_button("Try again");
    page.wait_until("the chart", "document.querySelector('figure[data-chart=optimizer]')");
}

#[test]
fn what_is_coming_is_shown_coming() {
    let page = Page::open(Screen::PHONE, "");
    let slow = "
        const quick = window.fetch;
        window.fetch = (url, options) => String(url).includes('_network.wasm')
            ? new Promise((resolve) => { window.arrive = () => resolve(quick(url, options)); })
            : quick(url, options);";
    page.run(slow, &[]);
    page.click("[data-tab=network]");
    page.wait_until("the word", "document.querySelector('[data-part=network][role=status]')?.textContent.trim()");
    // Who turns elsewhere meanwhile finds it later.
    page.open_tab("overview");
    page.click("[data-tab=network]");
    page.wait_until("the word again", "document.querySelector('[data-part=network][role=status]')");
    page.eval("arrive()");
    page.wait_until("the network", "document.querySelector('figure[data-chart=network]')");
    assert_eq!(page.eval("document.querySelector('[data-part=network]')"), serde_json::Value::Null);
}

fn assert_told_in_its_place(page: &Page) {
    page.wait_until(
        "a sentence in the pane",
        "document.querySelector('.workbench-pane [data-notice=part-missing][role=alert]')",
    );
    let told = page.text_of("document.querySelector('[data-notice=part-missing]').textContent");
    assert!(told.contains("did not arrive") && told.contains("Try again"), "{told}");
}

fn serve() -> Server {
    Server::start(&dist(), "/lab/", &[]).expect("a free port")
}

fn open(server: &Server) -> Page {
    let page = Page::open_at(Screen::LAPTOP, &server.url());
    page.wait_until_ready();
    page
}

fn dist() -> std::path::PathBuf {
    variable("GRADIENT_LAB_E2E_DIST").into()
}

/// The names of the files that were asked for; the browser's own wish for an icon is none of the page's.
fn names(requests: &[String]) -> Vec<String> {
    let name = |request: &String| {
        let path = request.split('?').next().unwrap_or_default();
        let name = path.strip_prefix("/lab/").unwrap_or(path);
        if name.is_empty() { "index.html".to_owned() } else { name.to_owned() }
    };
    requests.iter().map(name).filter(|name| !name.ends_with("favicon.ico")).collect()
}

/// The file of a part of the page's module.
fn part_file(part: &str) -> String {
    let files = sizes::files(&dist()).expect("the built page");
    let mut names = files.iter().map(|file| file.file_name().unwrap().to_string_lossy().into_owned());
    let is_it = |name: &String| name.starts_with("app-") && name.ends_with(&format!("_{part}.wasm"));
    names.find(is_it).unwrap_or_else(|| panic!("no part {part}"))
}
