//! What runs beside this one, each in a worker of its own, ask of it.

/// What runs beside this one ask of it.
#[derive(Debug, Default)]
pub(super) struct Together {
    /// The step at which the run waits for the others.
    pub(super) meeting: Option<u64>,
    /// How many runs there are.
    pub(super) runs: u32,
}

impl Together {
    /// How many runs share the memory; at least this one.
    pub(super) fn runs(&self) -> usize {
        self.runs.max(1) as usize
    }
}
