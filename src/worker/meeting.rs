//! Runs beside each other, each in a worker of its own: where they meet, and what memory each may take.

use super::session::{Goal, Session};

impl Session {
    /// Whether the run waits for the others, and does not rest: it goes on when they are told the next step.
    pub(super) fn is_at_meeting(&self) -> bool {
        self.together.meeting.is_some_and(|step| self.steps() >= step)
    }

    /// Whether the run goes on by itself to where it meets the others. Of that way nothing is told: what the page shows of
    /// several runs is of one step.
    pub(super) fn is_on_its_way_to_meeting(&self) -> bool {
        self.goal == Goal::Train && self.together.meeting.is_some_and(|step| self.steps() < step)
    }

    /// So many runs share the memory from now on.
    pub(super) fn share_memory(&mut self, runs: u32) {
        self.together.runs = runs;
        if let Some(run) = &mut self.run {
            run.checkpoints.share(runs.max(1) as usize);
        }
    }
}

#[cfg(test)]
#[path = "meeting_tests.rs"]
mod tests;
