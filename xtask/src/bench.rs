//! `cargo xtask bench`: how fast the engine and the page are on this machine. It reports and never judges: a test that
//! fails by the clock fails on a busy day.

use crate::browser::Browser;
use crate::tools::Tools;
use crate::webdriver::Session;
use crate::{engine_bench, page_bench, sweep_bench};
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// How long the frames of a run are watched.
pub const MEASURE: Duration = Duration::from_secs(10);

/// What `cargo xtask bench` was asked for.
#[derive(Debug)]
pub struct Options {
    /// Measure the engine alone, natively and in a worker.
    pub engine: bool,
    /// Measure the built page in the browser.
    pub page: bool,
    /// How long memory is watched at each of two speeds, one after the other.
    pub minutes: f64,
    /// Of the page only what a visit fetches and how long it waits.
    pub downloads_only: bool,
    /// Measure maps of many runs, and nothing else.
    pub sweep_only: bool,
    /// A built page to measure in the place of the present one, for comparing two.
    pub folder: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { engine: true, page: true, minutes: 1.0, downloads_only: false, sweep_only: false, folder: None }
    }
}

/// Measures and prints.
///
/// # Errors
/// If something cannot be built, or the page does not answer.
pub fn run(options: &Options) -> Result<()> {
    if options.sweep_only {
        return sweep_bench::run(options);
    }
    if options.engine {
        engine_bench::native()?;
        engine_bench::in_worker(&Tools::ensure()?, &Browser::ensure()?)?;
    }
    if options.page {
        page_bench::run(options)?;
    }
    Ok(())
}

/// The middle value; NaN of none.
pub fn median(values: &mut [f64]) -> f64 {
    quantile(values, 0.5)
}

/// The nearest value to the quantile `q`; NaN of none.
pub fn quantile(values: &mut [f64], q: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((q * last as f64).round() as usize).copied().unwrap_or(f64::NAN)
}

/// The values in one line.
pub fn list(values: &[f64], digits: usize) -> String {
    values.iter().map(|value| format!("{value:.digits$}")).collect::<Vec<_>>().join(", ")
}

/// What a page did while it was watched.
pub struct Frames {
    /// Counted from `data-step`.
    pub steps_per_second: f64,
    /// As the page itself says.
    pub shown: f64,
    /// The middle time from frame to frame.
    pub median_ms: f64,
    /// The time that 95 of 100 frames keep to.
    pub p95_ms: f64,
    /// The longest time between two frames.
    pub longest_ms: f64,
    /// The longest task of the page's main thread; 0 if none was long.
    pub longest_task_ms: f64,
    /// How many times between frames were measured.
    pub count: usize,
    /// How long it was watched.
    pub elapsed_ms: f64,
}

/// Watches a run for [`MEASURE`], from inside the page.
///
/// # Errors
/// If the run ends meanwhile.
pub fn measure_frames(session: &Session) -> Result<Frames> {
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
                const [steps, shown] = [Number(status.step) - firstStep, status.stepsPerSecond ?? ''];
                resolve({ steps, elapsed, shown, frames, longest, state: status.state });
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
    Ok(Frames {
        steps_per_second: number("steps") / number("elapsed") * 1000.0,
        shown: measured["shown"].as_str().and_then(|shown| shown.parse().ok()).unwrap_or(f64::NAN),
        median_ms: median(&mut frames_ms),
        p95_ms: quantile(&mut frames_ms, 0.95),
        longest_ms: quantile(&mut frames_ms, 1.0),
        longest_task_ms: number("longest"),
        count: frames_ms.len(),
        elapsed_ms: number("elapsed"),
    })
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
