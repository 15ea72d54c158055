//! The instruments' part of `cargo xtask bench`: what they cost the page, the training and the way between both.

use crate::bench::{MEASURE, list, measure_frames, median};
use crate::browser::Browser;
use crate::webdriver::{Driver, Screen, Session};
use anyhow::{Context, Result};
use serde_json::json;
use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

/// Long enough for the longest way that is asked for, 100,000 steps.
const PATIENCE: Duration = Duration::from_secs(120);

/// True when a run has begun.
const IS_UNDER_WAY: &str = "Number(document.getElementById('status')?.dataset.step) > 3";

const CASES: [(&str, &str); 3] = [
    ("12x16", ""),
    ("50x64", "depth=50&width=64&batch=128&optimizer=adam&activation=tanh&init=xavier-normal&"),
    ("100x128", "depth=100&width=128&batch=128&optimizer=adam&activation=tanh&init=xavier-normal&"),
];

/// The instruments by their tabs; of `hidden` nothing of the page is drawn.
const TABS: [&str; 7] = ["hidden", "overview", "layer", "optimizer", "network", "learned", "proof"];

/// Counts the bytes of every message from a worker, before the page's own code runs.
const COUNT_BYTES: &str = "
    window.messages = { count: 0, bytes: 0 };
    const Original = Worker;
    window.Worker = class extends Original {
        constructor(...given) {
            super(...given);
            this.addEventListener('message', ({ data }) => {
                const { numbers, bytes, view } = data ?? {};
                messages.count += 1;
                // A visit sends one report when it has arrived, of one step: the first and the last of it are the same.
                if (numbers?.[0] === numbers?.[1]) messages.arrived = numbers?.[0];
                for (const part of [numbers, bytes, view]) messages.bytes += part?.byteLength ?? 0;
            });
        }
    };";

/// Opens each instrument at full speed, and a long run to travel through; prints what was measured.
///
/// # Errors
/// If the page does not answer.
pub fn run(browser: &Browser, driver: &Driver, url: &str) -> Result<()> {
    let open = |query: &str, fragment: &str| -> Result<Session> {
        let session = Session::open(driver.url(), browser, Screen::LAPTOP)?;
        session.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": COUNT_BYTES }))?;
        session.go_to(&format!("{url}{query}#{fragment}"))?;
        Ok(session)
    };
    println!(
        "\n== instruments at full speed, {:.0} s each (frames in ms; bytes from the worker)",
        MEASURE.as_secs_f64()
    );
    println!(
        "{:8} {:10} {:>11} {:>8} {:>8} {:>8} {:>12} {:>9}",
        "", "open", "steps/s", "median", "p95", "longest", "bytes/frame", "kB/s"
    );
    for (name, fragment) in CASES {
        let session = open("", &format!("{fragment}speed=max&run=1"))?;
        session.wait_for(IS_UNDER_WAY, PATIENCE)?;
        for tab in TABS {
            show(&session, tab)?;
            thread::sleep(Duration::from_secs(2));
            let bytes_before = bytes(&session)?;
            let frames = measure_frames(&session)?;
            let bytes = bytes(&session)? - bytes_before;
            println!(
                "{name:8} {tab:10} {:>11.1} {:>8.1} {:>8.1} {:>8.1} {:>12.0} {:>9.0}",
                frames.steps_per_second,
                frames.median_ms,
                frames.p95_ms,
                frames.longest_ms,
                bytes / frames.count as f64,
                bytes / frames.elapsed_ms
            );
        }
    }
    println!("\n== drawing a chart, ms (median of all draws)");
    for (name, fragment) in CASES {
        let session = open("?timing", &format!("{fragment}speed=max&run=1"))?;
        session.wait_for(IS_UNDER_WAY, PATIENCE)?;
        for tab in &TABS[1..] {
            show(&session, tab)?;
            thread::sleep(Duration::from_secs(2));
        }
        print_draws(&session, name)?;
    }
    println!("\n== to any of 100,000 steps, 12x16");
    let session = open("", "step=100000")?;
    let is_there = "(({ step, state }) => step === '100000' && state === 'paused')(document.getElementById('status')?.dataset ?? {})";
    session.wait_for(is_there, PATIENCE)?;
    let (mut charts_ms, mut exact_ms) = seeks_ms(&session)?;
    println!("charts: median {:.0} ms, of {}", median(&mut charts_ms), list(&charts_ms, 0));
    println!("exact state: median {:.0} ms, of {}", median(&mut exact_ms), list(&exact_ms, 0));
    Ok(())
}

fn show(session: &Session, tab: &str) -> Result<()> {
    let script = "
        const [tab] = arguments;
        document.querySelector('main').style.display = tab === 'hidden' ? 'none' : '';
        if (tab !== 'hidden') document.querySelector(`[data-tab='${tab}']`).click();";
    session.execute(script, &[json!(tab)])?;
    Ok(())
}

/// What the worker has sent since the page was opened.
fn bytes(session: &Session) -> Result<f64> {
    session.execute("return messages.bytes", &[])?.as_f64().context("bytes are counted")
}

fn print_draws(session: &Session, name: &str) -> Result<()> {
    let entries = "return performance.getEntriesByType('measure').map(({ name, duration }) => [name, duration])";
    let mut draws: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for entry in session.execute(entries, &[])?.as_array().into_iter().flatten() {
        let chart = entry[0].as_str().unwrap_or_default().to_owned();
        draws.entry(chart).or_default().extend(entry[1].as_f64());
    }
    for (chart, mut times_ms) in draws {
        println!("{name:8} {chart:32} {:>7.2} of {:>5}", median(&mut times_ms), times_ms.len());
    }
    Ok(())
}

/// Milliseconds from a move of the slider until the charts show the step, and until its exact state is there.
fn seeks_ms(session: &Session) -> Result<(Vec<f64>, Vec<f64>)> {
    let script = "
        const [step] = arguments;
        const [slider, status] = [document.getElementById('scrubber'), document.getElementById('status')];
        return new Promise((resolve) => {
            const started = performance.now();
            let charts = null;
            slider.value = String(step);
            slider.dispatchEvent(new Event('input', { bubbles: true }));
            const look = () => {
                const now = performance.now();
                if (status.dataset.step === String(step)) charts ??= now - started;
                const isThere = charts !== null && messages.arrived === step && status.dataset.state === 'paused';
                if (isThere || now - started > 10000) resolve([charts, now - started]);
                else requestAnimationFrame(look);
            };
            messages.arrived = null;
            requestAnimationFrame(look);
        });";
    let (mut charts_ms, mut exact_ms) = (Vec::new(), Vec::new());
    for step in [99_999, 50_000, 12_345, 1, 77_777, 64_000, 33_333, 98_765, 5] {
        let times = session.execute(script, &[json!(step)])?;
        charts_ms.push(times[0].as_f64().context("the step was not shown")?);
        exact_ms.push(times[1].as_f64().context("the step was not reached")?);
    }
    Ok((charts_ms, exact_ms))
}
