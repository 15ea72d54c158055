//! The instruments' part of `cargo xtask bench`: what they cost the page, the training and the way between both.

use crate::bench::{list, median, quantile};
use crate::browser::Browser;
use crate::webdriver::{Driver, Screen, Session};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

/// How long each is measured.
const MEASURE: Duration = Duration::from_secs(10);

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
                const { numbers, bytes, head } = data ?? {};
                messages.count += 1;
                const frame = head?.body?.Frame;
                if (frame?.state === 'Paused') messages.arrived = Number(frame.step);
                messages.bytes += (numbers?.byteLength ?? 0) + (bytes?.byteLength ?? 0) + JSON.stringify(head ?? '').length;
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
        wait_for(&session, "Number(document.getElementById('status')?.dataset.step) > 3")?;
        for tab in TABS {
            show(&session, tab)?;
            thread::sleep(Duration::from_secs(2));
            let row = measure(&session)?;
            println!(
                "{name:8} {tab:10} {:>11.1} {:>8.1} {:>8.1} {:>8.1} {:>12.0} {:>9.0}",
                row.steps_per_second,
                row.median_ms,
                row.p95_ms,
                row.longest_ms,
                row.bytes_per_frame,
                row.kilobytes_per_second
            );
        }
    }
    println!("\n== drawing a chart, ms (median of all draws)");
    for (name, fragment) in CASES {
        let session = open("?timing", &format!("{fragment}speed=max&run=1"))?;
        wait_for(&session, "Number(document.getElementById('status')?.dataset.step) > 3")?;
        for tab in &TABS[1..] {
            show(&session, tab)?;
            thread::sleep(Duration::from_secs(2));
        }
        print_draws(&session, name)?;
    }
    println!("\n== to any of 100,000 steps, 12x16");
    let session = open("", "step=100000")?;
    wait_for(&session, "document.getElementById('status')?.dataset.step === '100000'")?;
    wait_for(&session, "document.getElementById('status')?.dataset.state === 'paused'")?;
    let (mut charts_ms, mut exact_ms) = seeks_ms(&session)?;
    println!("charts: median {:.0} ms, of {}", median(&mut charts_ms), list(&charts_ms, 0));
    println!("exact state: median {:.0} ms, of {}", median(&mut exact_ms), list(&exact_ms, 0));
    Ok(())
}

struct Row {
    steps_per_second: f64,
    median_ms: f64,
    p95_ms: f64,
    longest_ms: f64,
    bytes_per_frame: f64,
    kilobytes_per_second: f64,
}

fn show(session: &Session, tab: &str) -> Result<()> {
    let script = "
        const [tab] = arguments;
        document.querySelector('main').style.display = tab === 'hidden' ? 'none' : '';
        if (tab !== 'hidden') document.querySelector(`[data-tab='${tab}']`).click();";
    session.execute(script, &[json!(tab)])?;
    Ok(())
}

fn measure(session: &Session) -> Result<Row> {
    let script = "
        const [milliseconds] = arguments;
        const status = document.getElementById('status').dataset;
        return new Promise((resolve) => {
            const [started, firstStep, before, frames] = [performance.now(), Number(status.step), { ...messages }, []];
            let last = null;
            const frame = (now) => {
                if (last !== null) frames.push(now - last);
                last = now;
                const elapsed = performance.now() - started;
                if (elapsed < milliseconds) return requestAnimationFrame(frame);
                const bytes = messages.bytes - before.bytes;
                resolve({ steps: Number(status.step) - firstStep, elapsed, frames, bytes, state: status.state });
            };
            requestAnimationFrame(frame);
        });";
    let measured = session.execute(script, &[json!(MEASURE.as_millis() as u64)])?;
    if measured["state"] != "running" {
        bail!("the run ended: {}", measured["state"]);
    }
    let number = |key: &str| measured[key].as_f64().unwrap_or(f64::NAN);
    let mut frames_ms: Vec<f64> =
        measured["frames"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    Ok(Row {
        steps_per_second: number("steps") / number("elapsed") * 1000.0,
        median_ms: median(&mut frames_ms),
        p95_ms: quantile(&mut frames_ms, 0.95),
        longest_ms: quantile(&mut frames_ms, 1.0),
        bytes_per_frame: number("bytes") / frames_ms.len() as f64,
        kilobytes_per_second: number("bytes") / number("elapsed"),
    })
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

fn wait_for(session: &Session, condition: &str) -> Result<()> {
    let started = Instant::now();
    while session.execute(&format!("return Boolean({condition})"), &[])? != json!(true) {
        if started.elapsed() > Duration::from_secs(120) {
            bail!("waited in vain for {condition}");
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
