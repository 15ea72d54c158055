//! `cargo xtask test`: everything that must hold before a change is done.

use crate::browser::{BROWSER, Browser, Kind};
use crate::build::{Profile, build};
use crate::command::{cargo, run as run_command, target_folder};
use crate::fuzz;
use crate::server::Server;
use crate::tools::{Tools, WASM_TARGET, ensure_lints};
use crate::webdriver::Driver;
use anyhow::Result;
use std::fs;
use std::process::Command;
use std::time::Instant;

/// What `cargo xtask test` was asked for.
#[derive(Debug, Default)]
pub struct Options {
    /// Leave out all that needs a browser.
    pub fast: bool,
    /// Only the end-to-end tests whose names hold this word.
    pub filter: Option<String>,
    /// The bits and the end-to-end tests in Firefox, nothing else.
    pub firefox: bool,
}

/// The path that the page is served under in the end-to-end tests: course pages rarely own a host.
const SUB_PATH: &str = "/some/course/";

/// Runs the tests, the quick ones first, and stops at the first kind that fails.
///
/// # Errors
/// If a tool is missing or a test fails.
pub fn run(options: &Options) -> Result<()> {
    if options.firefox {
        let (tools, browser) = (Tools::ensure()?, Browser::firefox()?);
        if options.filter.is_none() {
            bits(&tools, &browser)?;
        }
        return end_to_end(&tools, &browser, options.filter.as_deref());
    }
    if options.filter.is_some() {
        return end_to_end(&Tools::ensure()?, &Browser::ensure()?, options.filter.as_deref());
    }
    ensure_lints()?;
    stage("format", cargo().args(["fmt", "--all", "--check"]))?;
    stage("lints", cargo().args(["clippy", "--workspace", "--all-targets", "--test", "e2e", "--", "-D", "warnings"]))?;
    stage("unit tests", cargo().args(["test", "--workspace"]))?;
    let mut doc = cargo();
    doc.args(["doc", "--workspace", "--no-deps", "--document-private-items"]).env("RUSTDOCFLAGS", "-D warnings");
    stage("documentation", &mut doc)?;
    if options.fast {
        return Ok(());
    }

    // Everything that is missing is installed before the first browser test: whoever waits knows what for.
    let tools = Tools::ensure()?;
    let browser = Browser::ensure()?;
    // Native tests may use crates that do not compile for the browser, so its targets are named.
    let browser_tests = ["--lib", "--test", "web_*"];
    // One profile for all that is compiled for the browser, so that its many dependencies are compiled once.
    let page = ["--package", "gradient-lab", "--target", WASM_TARGET, "--profile", "quick-page"];
    let mut lints = tools.test_cargo()?;
    lints.arg("clippy").args(page).args(["--features", "parts", "--bins"]).args(browser_tests);
    stage("lints of the page", lints.args(["--", "-D", "warnings"]))?;
    // As it is shipped, without all that draws.
    let mut lints = tools.test_cargo()?;
    lints.args(["clippy", "--package", "gradient-lab", "--target", WASM_TARGET, "--profile", Profile::Quick.name()]);
    lints.args(["--no-default-features", "--bin", "worker", "--", "-D", "warnings"]);
    stage("lints of the worker", &mut lints)?;
    let mut tests = in_browser(&tools, &browser)?;
    tests.args(["--profile", "quick-page", "--lib", "--test", "web_client"]);
    stage("browser tests", &mut tests)?;
    bits(&tools, &browser)?;
    end_to_end(&tools, &browser, None)
}

/// The engine as the worker has it gives the same bits in a browser.
fn bits(tools: &Tools, browser: &Browser) -> Result<()> {
    let mut tests = in_browser(tools, browser)?;
    tests.args(["--profile", Profile::Quick.name(), "--no-default-features", "--test", "web_bits_*"]);
    stage("bits in the browser", &mut tests)
}

/// Tests that wasm-bindgen's runner runs in a browser.
fn in_browser(tools: &Tools, browser: &Browser) -> Result<Command> {
    let capabilities = target_folder().join("webdriver.json");
    fs::write(&capabilities, browser.capabilities().to_string())?;
    let mut tests = tools.test_cargo()?;
    tests.args(["test", "--package", "gradient-lab", "--target", WASM_TARGET]);
    // It takes the first driver that is named.
    let [_, driver] = browser.kind.variables();
    tests.env_remove("GECKODRIVER").env_remove("CHROMEDRIVER").env(driver, &browser.driver);
    tests.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &capabilities);
    // In seconds; the runner's own 20 are too few on a busy machine.
    tests.env("WASM_BINDGEN_TEST_TIMEOUT", "180");
    // The runner would ask a proxy for addresses on this machine.
    tests.env("NO_PROXY", "127.0.0.1");
    Ok(tests)
}

fn end_to_end(tools: &Tools, browser: &Browser, filter: Option<&str>) -> Result<()> {
    let started = announce("page");
    let dist = build(tools, Profile::Quick)?;
    report("page", started);

    let server = Server::start(&dist, SUB_PATH, &[])?;
    let driver = Driver::start(browser)?;
    let variables = browser.kind.variables();
    let mut tests = cargo();
    tests.args(["test", "--package", "gradient-lab", "--test", "e2e", "--"]).args(filter);
    // Each test has a browser of its own, and on a busy machine too many of them slow each other to their time limits.
    tests.args(["--test-threads", "2"]);
    tests
        .env("GRADIENT_LAB_E2E_URL", server.url())
        .env("GRADIENT_LAB_E2E_DIST", &dist)
        .env("GRADIENT_LAB_E2E_PICTURES", target_folder().join("e2e-pictures"))
        .env("GRADIENT_LAB_E2E_DRIVER", driver.url())
        .env(BROWSER, browser.kind.name())
        .env(variables[0], &browser.program)
        .env(variables[1], &browser.driver);
    stage("end-to-end tests", &mut tests)?;
    // By their own words these hold for Chromium: Firefox tells no memory.
    if filter.is_none() && browser.kind == Kind::Chromium {
        let started = announce("random users");
        fuzz::test(browser, &driver, &server.url())?;
        report("random users", started);
    }
    Ok(())
}

fn stage(name: &str, command: &mut Command) -> Result<()> {
    let started = announce(name);
    run_command(command)?;
    report(name, started);
    Ok(())
}

fn announce(name: &str) -> Instant {
    println!("\n== {name}");
    Instant::now()
}

fn report(name: &str, started: Instant) {
    println!("== {name}: {:.0} s", started.elapsed().as_secs_f64());
}

#[cfg(test)]
mod tests {
    use crate::command::root;
    use std::fs;

    #[test]
    fn every_test_in_the_browser_is_run() {
        for entry in fs::read_dir(root().join("tests")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            // The two commands of `run` name these.
            let is_run = name == "web_client.rs" || name.starts_with("web_bits_");
            assert!(is_run || !name.starts_with("web_"), "{name} is run by no command in this file");
        }
    }
}
