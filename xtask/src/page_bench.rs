//! The page's part of `cargo xtask bench`: the built page in a browser, with everything drawn.

use crate::bench::{Frames, MEASURE, Options, list, measure_frames, median, quantile};
use crate::browser::Browser;
use crate::build::{Profile, build};
use crate::download_bench::{self, first_chart_ms};
use crate::instruments_bench;
use crate::server::Server;
use crate::sizes;
use crate::tools::Tools;
use crate::webdriver::{Driver, Screen, Session};
use anyhow::{Context, Result};
use serde_json::json;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// Long enough for any state that a run comes to.
const PATIENCE: Duration = Duration::from_secs(60);

/// The networks whose speed is measured: a name, and the fragment that opens them.
const CASES: [(&str, &str); 3] = [
    ("first visit: 12x16, batch 32, sigmoid, SGD", ""),
    (
        "20x32, batch 64, tanh, Adam",
        "depth=20&width=32&batch=64&samples=256&optimizer=adam&activation=tanh&init=xavier-normal&",
    ),
    (
        "100x128, batch 128, tanh, Adam",
        "depth=100&width=128&batch=128&samples=256&optimizer=adam&activation=tanh&init=xavier-normal&",
    ),
];

/// Builds the page, opens it in a browser, measures and prints.
///
/// # Errors
/// If it cannot be built or does not answer.
pub fn run(options: &Options) -> Result<()> {
    let dist = match &options.folder {
        Some(folder) => folder.clone(),
        None => build(&Tools::ensure()?, Profile::Release)?,
    };
    let browser = Browser::ensure()?;
    // Browsers measure memory only for a page that is isolated from others, which a host says with these two.
    let isolated = [("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Embedder-Policy", "require-corp")];
    let server = Server::start(&dist, "/lab/", &isolated)?;
    let driver = Driver::start(&browser)?;
    let open = |fragment: &str| -> Result<Session> {
        let session = Session::open(driver.url(), &browser, Screen::LAPTOP)?;
        session.go_to(&format!("{}#{fragment}", server.url()))?;
        Ok(session)
    };

    println!("\n== files\n{}", sizes::table(&dist)?);

    println!("\n== first chart drawn, from navigation, nothing cached");
    let mut starts_ms = Vec::new();
    for _ in 0..5 {
        starts_ms.push(first_chart_ms(&open("")?)?);
    }
    println!("median {:.0} ms, of {}", median(&mut starts_ms), list(&starts_ms, 0));

    download_bench::run(&dist, &browser, &driver)?;
    if options.downloads_only {
        return Ok(());
    }

    println!("\n== full speed, all drawn, {:.0} s each", MEASURE.as_secs_f64());
    println!(
        "{:46} {:>11} {:>11} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "", "steps/s", "(shown)", "frame ms", "p95 ms", "task ms", "pause ms", "worst ms"
    );
    for (name, fragment) in CASES {
        let session = open(&format!("{fragment}speed=max&run=1"))?;
        let measured = measure_speed(&session).and_then(|frames| Ok((frames, pauses_ms(&session)?)));
        match measured {
            Ok((frames, mut pauses_ms)) => println!(
                "{name:46} {:>11.1} {:>11.1} {:>9.1} {:>9.1} {:>9.0} {:>9.0} {:>9.0}",
                frames.steps_per_second,
                frames.shown,
                frames.median_ms,
                frames.p95_ms,
                frames.longest_task_ms,
                median(&mut pauses_ms),
                quantile(&mut pauses_ms, 1.0),
            ),
            Err(error) => println!("{name:46} {error:#}"),
        }
    }

    instruments_bench::run(&browser, &driver, &server.url())?;

    println!("\n== from a moved slider to the first numbers of the new network, first visit, while it runs");
    let session = open("speed=max&run=1")?;
    wait_for_state(&session, "running")?;
    let mut answers_ms = slider_answers_ms(&session)?;
    println!("median {:.0} ms, of {}", median(&mut answers_ms), list(&answers_ms, 0));

    for (name, speed) in [("at full speed", "max"), ("at 60 steps a second", "60")] {
        println!("\n== memory {name}, first visit, {} min", options.minutes);
        let session = open(&format!("speed={speed}&run=1"))?;
        wait_for_state(&session, "running")?;
        watch_memory(&session, options.minutes)?;
    }
    Ok(())
}

/// Milliseconds from a slider's `input` event until the page shows the first loss of the network that it asks for.
fn slider_answers_ms(session: &Session) -> Result<Vec<f64>> {
    // Between two networks the status says `loading`, so the first number after it is the new network's.
    let script = "
        const [units] = arguments;
        const slider = document.getElementById('width').closest('.control').querySelector('input[type=range]');
        const status = document.getElementById('status');
        const place = Number(slider.value) === Number(slider.max) ? -1 : 1;
        return new Promise((resolve) => {
            let was_loading = false;
            const started = performance.now();
            const observer = new MutationObserver(() => {
                was_loading ||= status.dataset.state === 'loading';
                if (was_loading && status.dataset.state !== 'loading') {
                    observer.disconnect();
                    resolve(performance.now() - started);
                }
            });
            observer.observe(status, { attributes: true });
            setTimeout(() => { observer.disconnect(); resolve(null); }, 10000);
            slider.value = Number(slider.value) + place * units;
            slider.dispatchEvent(new Event('input', { bubbles: true }));
        });";
    let mut times_ms = Vec::new();
    for units in 1..=9 {
        let time_ms = session.execute(script, &[json!(units)])?;
        times_ms.push(time_ms.as_f64().context("the slider was not answered")?);
        thread::sleep(Duration::from_millis(500));
    }
    Ok(times_ms)
}

/// A network at full speed, after a warm-up.
fn measure_speed(session: &Session) -> Result<Frames> {
    wait_for_state(session, "running")?;
    thread::sleep(MEASURE / 3);
    measure_frames(session)
}

/// Milliseconds between a click on Pause and the page's saying so, seen from inside the page; a few times.
fn pauses_ms(session: &Session) -> Result<Vec<f64>> {
    const PAUSES: usize = 7;
    let watch = "
        const status = document.getElementById('status');
        window.pauseTimes = {};
        addEventListener('click', () => { window.pauseTimes.clicked ??= performance.now(); }, { capture: true });
        new MutationObserver(() => {
            if (status.dataset.state === 'paused') window.pauseTimes.paused ??= performance.now();
        }).observe(status, { attributes: true });";
    session.execute(watch, &[])?;
    let mut times_ms = Vec::new();
    for _ in 0..PAUSES {
        session.execute("window.pauseTimes = {}", &[])?;
        session.click(&session.find_named("button", "Pause")?)?;
        wait_for_state(session, "paused")?;
        let time_ms = session.execute("return window.pauseTimes.paused - window.pauseTimes.clicked", &[])?;
        times_ms.push(time_ms.as_f64().context("the click was not seen")?);
        session.click(&session.find_named("button", "Run")?)?;
        wait_for_state(session, "running")?;
        thread::sleep(Duration::from_millis(500));
    }
    Ok(times_ms)
}

/// Prints memory at the beginning, at the end, and a few times between.
fn watch_memory(session: &Session, minutes: f64) -> Result<()> {
    const ROWS: u32 = 6;
    // Collects garbage first: what waits for its collection is no leak.
    let script = "
        const { bytes, breakdown } = await performance.measureUserAgentSpecificMemory();
        const isWorker = (part) => part.attribution.some(({ scope }) => scope === 'DedicatedWorkerGlobalScope');
        const workers = breakdown.filter(isWorker).reduce((sum, part) => sum + part.bytes, 0);
        const elements = document.querySelectorAll('*').length;
        return { page: bytes - workers, workers, elements, step: document.getElementById('status').dataset.step };";
    println!("Objects of the page and of its workers; then the whole process, WebAssembly's memory included.");
    println!(
        "{:>6} {:>12} {:>10} {:>11} {:>11} {:>9}",
        "s", "steps", "page MB", "workers MB", "process MB", "elements"
    );
    let started = Instant::now();
    for row in 0..=ROWS {
        let due = Duration::from_secs_f64(minutes * 60.0 * f64::from(row) / f64::from(ROWS));
        thread::sleep(due.saturating_sub(started.elapsed()));
        let measured = session.execute(&format!("return (async () => {{ {script} }})();"), &[])?;
        let number = |key: &str| measured[key].as_f64().unwrap_or(f64::NAN);
        println!(
            "{:>6.0} {:>12} {:>10.2} {:>11.2} {:>11.1} {:>9.0}",
            started.elapsed().as_secs_f64(),
            measured["step"].as_str().unwrap_or_default(),
            number("page") / 1e6,
            number("workers") / 1e6,
            session.browser_process().and_then(renderers_mb).unwrap_or(f64::NAN),
            number("elements"),
        );
    }
    Ok(())
}

/// What the tabs of a browser occupy in memory, as Linux tells it; `None` elsewhere.
#[must_use]
pub fn renderers_mb(browser: u64) -> Option<f64> {
    let mut kilobytes = 0.0;
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let file = |name: &str| fs::read_to_string(entry.path().join(name)).unwrap_or_default();
        if !file("cmdline").contains("--type=renderer") || !descends(&file("status"), browser) {
            continue;
        }
        kilobytes += field(&file("status"), "VmRSS").unwrap_or_default();
    }
    (kilobytes > 0.0).then_some(kilobytes * 1024.0 / 1e6)
}

/// Whether the process of this `/proc/*/status` is a descendant of another.
fn descends(status: &str, ancestor: u64) -> bool {
    match field(status, "PPid") {
        Some(parent) if parent == ancestor as f64 => true,
        Some(parent) if parent > 1.0 => {
            let status = fs::read_to_string(format!("/proc/{parent}/status")).unwrap_or_default();
            descends(&status, ancestor)
        }
        _ => false,
    }
}

/// The number after a field's name in `/proc/*/status`.
fn field(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

fn wait_for_state(session: &Session, state: &str) -> Result<()> {
    session.wait_for(&format!("document.getElementById('status')?.dataset.state === '{state}'"), PATIENCE)
}
