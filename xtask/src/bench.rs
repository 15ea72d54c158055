//! `cargo xtask bench`: how fast the engine and the page are on this machine. It reports and never judges: a test that
//! fails by the clock fails on a busy day.

use crate::browser::Browser;
use crate::build::{Profile, build};
use crate::command::{cargo, root, run as run_command};
use crate::server::Server;
use crate::sizes;
use crate::tools::Tools;
use crate::webdriver::{Driver, Screen, Session};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};

/// What `cargo xtask bench` was asked for.
#[derive(Debug)]
pub struct Options {
    /// Measure the engine natively.
    pub engine: bool,
    /// Measure the built page in the browser.
    pub page: bool,
    /// How long memory is watched at full speed.
    pub minutes: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { engine: true, page: true, minutes: 1.0 }
    }
}

/// How long each speed is measured, after a warm-up of a third of it.
const MEASURE: Duration = Duration::from_secs(10);

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

/// Measures and prints.
///
/// # Errors
/// If something cannot be built, or the page does not answer.
pub fn run(options: &Options) -> Result<()> {
    if options.engine && root().join("examples/engine_bench.rs").exists() {
        println!("== engine, native");
        run_command(cargo().args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "gradient-lab",
            "--example",
            "engine_bench",
        ]))?;
    }
    if options.page {
        page(options.minutes)?;
    }
    Ok(())
}

fn page(minutes: f64) -> Result<()> {
    let dist = build(&Tools::ensure()?, Profile::Release)?;
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

    println!("\n== first step drawn, from navigation, nothing cached");
    let mut starts_ms = Vec::new();
    for _ in 0..5 {
        let session = open("")?;
        starts_ms.push(first_step_ms(&session)?);
    }
    println!("median {:.0} ms, of {}", median(&mut starts_ms), list(&starts_ms, 0));

    println!("\n== full speed, all drawn, {:.0} s each", MEASURE.as_secs_f64());
    println!(
        "{:46} {:>11} {:>11} {:>9} {:>9} {:>9} {:>12}",
        "", "steps/s", "(shown)", "frame ms", "p95 ms", "task ms", "pause ms"
    );
    for (name, fragment) in CASES {
        let session = open(&format!("{fragment}speed=max&run=1"))?;
        match measure_speed(&session) {
            Ok(speed) => println!(
                "{name:46} {:>11.1} {:>11} {:>9.1} {:>9.1} {:>9.0} {:>12.0}",
                speed.steps_per_second,
                speed.shown,
                speed.frame_median_ms,
                speed.frame_p95_ms,
                speed.longest_task_ms,
                speed.pause_ms,
            ),
            Err(error) => println!("{name:46} {error:#}"),
        }
    }

    println!("\n== memory at full speed, first visit, {minutes} min");
    let session = open("speed=max&run=1")?;
    wait_for_state(&session, "running")?;
    watch_memory(&session, minutes)
}

/// Milliseconds from navigation until the page says that step 0 is drawn.
fn first_step_ms(session: &Session) -> Result<f64> {
    let script = "
        return new Promise((resolve) => {
            const look = () => document.querySelector('#status[data-step=\"0\"][data-state=\"paused\"]')
                ? resolve(performance.now())
                : performance.now() > 30000 ? resolve(null) : setTimeout(look, 1);
            look();
        });";
    session.execute(script, &[])?.as_f64().context("no step 0 within 30 s")
}

/// One network at full speed.
struct Speed {
    /// Counted from `data-step`.
    steps_per_second: f64,
    /// As the page itself says.
    shown: String,
    frame_median_ms: f64,
    frame_p95_ms: f64,
    longest_task_ms: f64,
    /// From the click on Pause until the page says that it is paused.
    pause_ms: f64,
}

fn measure_speed(session: &Session) -> Result<Speed> {
    wait_for_state(session, "running")?;
    thread::sleep(MEASURE / 3);
    let script = "
        const [milliseconds] = arguments;
        const status = document.getElementById('status').dataset;
        let longest = 0;
        const tasks = new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration);
        });
        try { tasks.observe({ type: 'longtask' }); } catch {}
        return new Promise((resolve) => {
            const [started, firstStep, frames] = [performance.now(), Number(status.step), []];
            let last = null;
            const frame = (now) => {
                if (last !== null) frames.push(now - last);
                last = now;
                const elapsed = performance.now() - started;
                if (elapsed < milliseconds) return requestAnimationFrame(frame);
                tasks.disconnect();
                resolve({ steps: Number(status.step) - firstStep, elapsed, shown: status.stepsPerSecond ?? '', frames, longest, state: status.state });
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
    Ok(Speed {
        steps_per_second: number("steps") / number("elapsed") * 1000.0,
        shown: measured["shown"].as_str().unwrap_or_default().to_owned(),
        frame_median_ms: median(&mut frames_ms),
        frame_p95_ms: quantile(&mut frames_ms, 0.95),
        longest_task_ms: number("longest"),
        pause_ms: pause_ms(session)?,
    })
}

/// Milliseconds between the click on Pause and the page's saying so, seen from inside the page.
fn pause_ms(session: &Session) -> Result<f64> {
    let mut pause = None;
    for button in session.elements("button")? {
        if session.accessible_name(&button)? == "Pause" {
            pause = Some(button);
        }
    }
    let pause = pause.context("no button named Pause")?;
    let watch = "
        const status = document.getElementById('status');
        window.pauseTimes = {};
        addEventListener('click', () => { window.pauseTimes.clicked ??= performance.now(); }, { capture: true });
        new MutationObserver(() => {
            if (status.dataset.state === 'paused') window.pauseTimes.paused ??= performance.now();
        }).observe(status, { attributes: true });";
    session.execute(watch, &[])?;
    session.click(&pause)?;
    wait_for_state(session, "paused")?;
    session
        .execute("return window.pauseTimes.paused - window.pauseTimes.clicked", &[])?
        .as_f64()
        .context("the click was not seen")
}

/// Prints memory at the beginning, at the end, and a few times between.
fn watch_memory(session: &Session, minutes: f64) -> Result<()> {
    const ROWS: u32 = 6;
    // Collects garbage first: what waits for its collection is no leak. The page's own objects, and all that its workers
    // hold, WebAssembly's memory included.
    let script = "
        const { bytes, breakdown } = await performance.measureUserAgentSpecificMemory();
        const isWorker = (part) => part.attribution.some(({ scope }) => scope === 'DedicatedWorkerGlobalScope');
        const workers = breakdown.filter(isWorker).reduce((sum, part) => sum + part.bytes, 0);
        return { page: bytes - workers, workers, nodes: document.querySelectorAll('*').length, step: document.getElementById('status').dataset.step };";
    println!("{:>6} {:>12} {:>10} {:>11} {:>9}", "s", "steps", "page MB", "workers MB", "elements");
    let started = Instant::now();
    for row in 0..=ROWS {
        let due = Duration::from_secs_f64(minutes * 60.0 * f64::from(row) / f64::from(ROWS));
        thread::sleep(due.saturating_sub(started.elapsed()));
        let measured = session.execute(&format!("return (async () => {{ {script} }})();"), &[])?;
        let number = |key: &str| measured[key].as_f64().unwrap_or(f64::NAN);
        println!(
            "{:>6.0} {:>12} {:>10.2} {:>11.2} {:>9.0}",
            started.elapsed().as_secs_f64(),
            measured["step"].as_str().unwrap_or_default(),
            number("page") / 1e6,
            number("workers") / 1e6,
            number("nodes"),
        );
    }
    Ok(())
}

fn wait_for_state(session: &Session, state: &str) -> Result<()> {
    let started = Instant::now();
    loop {
        let now = session.execute("return document.getElementById('status')?.dataset.state ?? null", &[])?;
        if now == state {
            return Ok(());
        }
        if started.elapsed() > Duration::from_secs(60) {
            bail!("waited a minute for the state {state}; it is {now}");
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn median(values: &mut [f64]) -> f64 {
    quantile(values, 0.5)
}

/// The nearest value to the quantile `q`; NaN of none.
fn quantile(values: &mut [f64], q: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((q * last as f64).round() as usize).copied().unwrap_or(f64::NAN)
}

fn list(values: &[f64], digits: usize) -> String {
    values.iter().map(|value| format!("{value:.digits$}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(quantile(&mut [4.0, 1.0, 3.0, 2.0, 5.0], 0.95), 5.0);
        assert!(median(&mut []).is_nan());
    }
}
