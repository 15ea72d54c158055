//! The files on a host.

use crate::harness::{Page, variable};
use std::path::Path;
use xtask::server::Server;
use xtask::webdriver::Screen;

/// Worker files keep their names from one build to the next, and a host may let browsers keep them for long: without the
/// version in the address of every one of them, an old worker would train for a new page.
#[test]
fn all_files_of_the_worker_are_asked_for_by_the_version_of_the_build() {
    let server = serve();
    let page = Page::open_at(Screen::LAPTOP, &server.url());
    page.wait_for_status("state", "paused");

    let requests = server.requests();
    let version = |file: &str| {
        let prefix = format!("/lab/{file}?v=");
        requests
            .iter()
            .find_map(|request| request.strip_prefix(&prefix))
            .unwrap_or_else(|| panic!("no {prefix} in {requests:?}"))
    };
    let loader = version("worker_loader.js");
    assert!(loader.len() > 8, "{loader:?} names no build");
    assert_eq!(version("worker.js"), loader);
    assert_eq!(version("worker_bg.wasm"), loader);
}

#[test]
fn once_loaded_the_page_needs_no_server() {
    let server = serve();
    let page = Page::open_at(Screen::LAPTOP, &server.url());
    page.wait_for_status("state", "paused");
    drop(server);
    page.click_button("Step");
    page.wait_for_status("step", "1");
}

#[test]
fn a_missing_module_is_told_in_a_sentence() {
    let server = serve();
    let page = Page::open_at(Screen::LAPTOP, &format!("{}worker_loader.js", server.url()));
    // The browser's own lines about files that are not there.
    page.expect_in_console("favicon.ico");
    page.expect_in_console("gone-");
    // The page's own index under an address where its modules are not.
    let index =
        std::fs::read_to_string(Path::new(&variable("GRADIENT_LAB_E2E_DIST")).join("index.html")).expect("the index");
    page.run(
        "document.open(); document.write(arguments[0].replace(/app-/g, 'gone-')); document.close();",
        &[index.into()],
    );
    page.wait_until(
        "a sentence",
        "document.querySelector('#start [role=alert]')?.textContent.includes('could not be loaded')",
    );
}

fn serve() -> Server {
    Server::start(Path::new(&variable("GRADIENT_LAB_E2E_DIST")), "/lab/", &[]).expect("a free port")
}
