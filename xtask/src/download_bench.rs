//! The downloads' part of `cargo xtask bench`: what a visit fetches and when, and how long it waits on a slow line.

use crate::browser::Browser;
use crate::server::{Line, Server};
use crate::sizes::{self, FileSize};
use crate::webdriver::{Driver, Screen, Session};
use anyhow::{Context, Result};
use serde_json::json;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// The tabs below the main chart.
const TABS: [&str; 6] = ["overview", "layer", "optimizer", "network", "learned", "proof"];

/// A class's Wi-Fi.
const LATENCY: Duration = Duration::from_millis(40);
const BITS_PER_SECOND: f64 = 10e6;

/// A phone's processor, to that of the machine that measures. The browser slows the page's thread down and not the worker's.
const SLOWDOWN: u32 = 4;

/// Visits whose median counts.
const VISITS: usize = 5;

/// Long enough for a page to do what it does by itself.
const REST: Duration = Duration::from_secs(3);

/// Prints what the page of a folder fetches, and how long its first chart takes.
///
/// # Errors
/// If the page does not answer.
pub fn run(dist: &Path, browser: &Browser, driver: &Driver) -> Result<()> {
    let files = sizes::measure(dist)?;
    let server = Server::start(dist, "/lab/", &[])?;
    let session = Session::open(driver.url(), browser, Screen::LAPTOP)?;
    println!("\n== what a visit fetches (kB gzipped)");
    let mut seen = 0;
    let mut tell = |when: &str| {
        let requests = server.requests();
        print_fetched(when, &requests[seen..], &files);
        seen = requests.len();
    };
    session.go_to(&server.url())?;
    first_chart_ms(&session)?;
    tell("before the first chart");
    thread::sleep(REST);
    tell("when it rests");
    for tab in TABS {
        session.execute("document.querySelector(`[data-tab=${arguments[0]}]`).click()", &[json!(tab)])?;
        thread::sleep(REST);
        tell(&format!("tab {tab}"));
    }

    println!(
        "\n== first chart from navigation, {:.0} Mbit/s, {} ms a file, the page's processor slowed down {SLOWDOWN} times",
        BITS_PER_SECOND / 1e6,
        LATENCY.as_millis()
    );
    let line = || Some(Line::new(LATENCY, BITS_PER_SECOND));
    // As a host that lets browsers keep what has its content in its name, or its version in its address.
    let server = Server::start_on(line(), dist, "/lab/", &[("Cache-Control", "max-age=3600")])?;
    let (mut cold_ms, mut warm_ms) = (Vec::new(), Vec::new());
    for _ in 0..VISITS {
        let session = Session::open(driver.url(), browser, Screen::PHONE)?;
        session.cdp("Emulation.setCPUThrottlingRate", json!({ "rate": SLOWDOWN }))?;
        session.go_to(&server.url())?;
        cold_ms.push(first_chart_ms(&session)?);
        thread::sleep(REST);
        session.go_to("about:blank")?;
        session.go_to(&server.url())?;
        warm_ms.push(first_chart_ms(&session)?);
    }
    for (name, mut times_ms) in [("cold", cold_ms), ("warm", warm_ms)] {
        println!(
            "{name}: median {:.0} ms, of {}",
            crate::bench::median(&mut times_ms),
            crate::bench::list(&times_ms, 0)
        );
    }
    Ok(())
}

/// Milliseconds from navigation until the page says that step 0 is there, and its chart is drawn.
///
/// # Errors
/// If that takes over half a minute.
pub fn first_chart_ms(session: &Session) -> Result<f64> {
    let script = "
        return new Promise((resolve) => {
            const look = () => document.querySelector('#status[data-step=\"0\"][data-state=\"paused\"]')
                // Drawn in the frame after.
                ? requestAnimationFrame(() => resolve(performance.now()))
                : performance.now() > 30000 ? resolve(null) : setTimeout(look, 1);
            look();
        });";
    session.execute(script, &[])?.as_f64().context("no step 0 within 30 s")
}

fn print_fetched(when: &str, requests: &[String], files: &[FileSize]) {
    let name = |request: &String| request.split('?').next().unwrap_or_default().trim_start_matches("/lab/").to_owned();
    let mut bytes = 0;
    let rows: Vec<String> = requests
        .iter()
        .map(|request| {
            let name = match name(request) {
                index if index.is_empty() => "index.html".to_owned(),
                other => other,
            };
            let size = files.iter().find(|file| file.name == name).map_or(0, |file| file.gzip_bytes);
            bytes += size;
            format!("    {name}  {:.1}", size as f64 / 1000.0)
        })
        .collect();
    println!("{when}: {} files, {:.1}\n{}", rows.len(), bytes as f64 / 1000.0, rows.join("\n"));
}
