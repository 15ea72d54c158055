//! How long the page waits for a worker.

/// How long a worker may be silent before it counts as dead, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Until it is ready, since the last bytes of it came.
    pub start_ms: i32,
    /// While an answer is due.
    pub answer_ms: i32,
}

impl Default for Patience {
    /// Longer than a slow connection takes between two packets, and a laptop for a step of the largest network.
    fn default() -> Self {
        Self { start_ms: 15_000, answer_ms: 60_000 }
    }
}
