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
    /// The milliseconds that went into the last steps, and how many these were.
    busy: (f64, f64),
    /// The same of those before.
    busy_before: (f64, f64),
}

impl Meter {
    /// Begins anew at a step.
    pub(super) fn restart(&mut self, now_ms: f64, step: u64) {
        (self.since_ms, self.since_step, self.steps_per_second) = (now_ms, step, 0.0);
    }

    /// A step took so long.
    pub(super) fn trained(&mut self, step_ms: f64) {
        if self.busy.0 >= SPEED_WINDOW_MS {
            self.busy_before = std::mem::take(&mut self.busy);
        }
        self.busy = (self.busy.0 + step_ms, self.busy.1 + 1.0);
    }

    /// What a step takes, in milliseconds: the mean over the last half second of training to a second of it, because clocks
    /// of browsers are coarser than a step; 0 before the first.
    pub(super) fn step_ms(&self) -> f64 {
        let (spent_ms, steps) = (self.busy.0 + self.busy_before.0, self.busy.1 + self.busy_before.1);
        if steps > 0.0 { spent_ms / steps } else { 0.0 }
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
