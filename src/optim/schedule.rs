//! The learning rate over the course of a run.

use crate::choice::choice;

choice! {
    /// How the learning rate changes with the step, after the warm-up.
    pub enum ScheduleKind {
        /// It stays.
        Constant => "constant",
        /// It falls tenfold after every period.
        Step => "step",
        /// It falls to 0 over one period along half a cosine, and stays there (Loshchilov and Hutter 2017).
        Cosine => "cosine",
    }
}

/// The factor on the learning rate at a step, counted from 1.
///
/// During the first `warmup` steps the rate rises linearly: `step / (warmup + 1)`. The schedule counts from the end
/// of the warm-up, in periods of `period` steps.
pub fn factor(kind: ScheduleKind, period: u32, warmup: u32, step: u64) -> f64 {
    let warmup = u64::from(warmup);
    if step <= warmup {
        return step as f64 / (warmup + 1) as f64;
    }
    let elapsed = (step - warmup - 1) as f64;
    let period = f64::from(period.max(1));
    match kind {
        ScheduleKind::Constant => 1.0,
        ScheduleKind::Step => libm::pow(0.1, libm::floor(elapsed / period)),
        ScheduleKind::Cosine => 0.5 * (1.0 + libm::cos(core::f64::consts::PI * (elapsed / period).min(1.0))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_over_a_run() {
        for (kind, period, warmup, step, expected) in [
            (ScheduleKind::Constant, 10, 0, 1, 1.0),
            (ScheduleKind::Constant, 10, 3, 1, 0.25),
            (ScheduleKind::Constant, 10, 3, 3, 0.75),
            (ScheduleKind::Constant, 10, 3, 4, 1.0),
            (ScheduleKind::Step, 10, 0, 10, 1.0),
            (ScheduleKind::Step, 10, 0, 11, 0.1),
            (ScheduleKind::Step, 10, 5, 26, 0.01),
            (ScheduleKind::Cosine, 10, 0, 1, 1.0),
            (ScheduleKind::Cosine, 10, 0, 6, 0.5),
            (ScheduleKind::Cosine, 10, 0, 11, 0.0),
            (ScheduleKind::Cosine, 10, 0, 1000, 0.0),
        ] {
            let got = factor(kind, period, warmup, step);
            assert!((got - expected).abs() < 1e-12, "{kind:?} at step {step}: {got}, not {expected}");
        }
    }
}
