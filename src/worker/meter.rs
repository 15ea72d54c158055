//! How fast a run trains.

/// How often the measured speed is renewed.
const SPEED_WINDOW_MS: f64 = 500.0;

/// Measures the speed of training.
#[derive(Default)]
pub(super) struct Meter {
    since_ms: f64,
    since_step: u64,
    /// What was measured last; 0 before the first.
    pub(super) steps_per_second: f64,
}

impl Meter {
    /// Begins anew at a step.
    pub(super) fn restart(&mut self, now_ms: f64, step: u64) {
        *self = Self { since_ms: now_ms, since_step: step, steps_per_second: 0.0 };
    }

    /// So many steps are made by now.
    pub(super) fn observe(&mut self, now_ms: f64, step: u64) {
        let elapsed_ms = now_ms - self.since_ms;
        // The first figure comes soon, so that the page does not show 0 for long.
        let is_due = elapsed_ms >= SPEED_WINDOW_MS || (self.steps_per_second == 0.0 && elapsed_ms >= 100.0);
        if is_due && step > self.since_step {
            self.steps_per_second = (step - self.since_step) as f64 * 1000.0 / elapsed_ms;
            (self.since_ms, self.since_step) = (now_ms, step);
        }
    }
}
