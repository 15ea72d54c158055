//! `cargo xtask bench`: how fast the engine and the page are on this machine. It reports and never judges: a test that
//! fails by the clock fails on a busy day.

use crate::browser::Browser;
use crate::tools::Tools;
use crate::{engine_bench, page_bench};
use anyhow::Result;

/// What `cargo xtask bench` was asked for.
#[derive(Debug)]
pub struct Options {
    /// Measure the engine alone, natively and in a worker.
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

/// Measures and prints.
///
/// # Errors
/// If something cannot be built, or the page does not answer.
pub fn run(options: &Options) -> Result<()> {
    if options.engine {
        engine_bench::native()?;
        engine_bench::in_worker(&Tools::ensure()?, &Browser::ensure()?)?;
    }
    if options.page {
        page_bench::run(options.minutes)?;
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
