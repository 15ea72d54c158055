//! States of a run on the way, from which a visit to an earlier step starts.

use super::memory::has_room;
use crate::run::AnyTrainer;

/// What the checkpoints of a run may take together.
const MOST_BYTES: usize = 160 << 20;

/// Two are kept of larger states too, up to this size; beyond it a visit begins at the start.
const LARGEST_BYTES: usize = 400 << 20;

/// How many there are at the most, so that those of a small network do not take longer than they save.
const MOST: usize = 256;

/// How many steps are between the first ones.
const FIRST_STRIDE: u64 = 64;

/// The states of a run at steps that are evenly apart, in bounded memory: when it is full, every other state is dropped
/// and the distance doubles. So it does when memory is refused: they only save time.
pub(super) struct Checkpoints {
    states: Vec<AnyTrainer>,
    stride: u64,
    most: usize,
}

impl Checkpoints {
    /// None yet, of a run whose states are as large as this one.
    pub(super) fn new(trainer: &AnyTrainer) -> Self {
        let bytes = trainer.bytes().max(1);
        let most = if bytes > LARGEST_BYTES { 0 } else { (MOST_BYTES / bytes).clamp(2, MOST) };
        Self { states: Vec::new(), stride: FIRST_STRIDE, most }
    }

    /// Keeps the state if it is a stride after the last.
    pub(super) fn offer(&mut self, trainer: &AnyTrainer) {
        if self.most == 0 || !trainer.steps().is_multiple_of(self.stride) || self.last_step() >= Some(trainer.steps()) {
            return;
        }
        let has_room = || has_room(trainer.bytes());
        if self.states.len() == self.most || !has_room() {
            self.stride *= 2;
            let stride = self.stride;
            self.states.retain(|state| state.steps().is_multiple_of(stride));
            if !trainer.steps().is_multiple_of(stride) || !has_room() {
                return;
            }
        }
        self.states.push(trainer.clone());
    }

    /// The latest state that is not after a step.
    pub(super) fn before(&self, step: u64) -> Option<&AnyTrainer> {
        self.states.iter().rev().find(|state| state.steps() <= step)
    }

    /// Takes the latest state that is not after a step out, and forgets all others.
    pub(super) fn take_before(&mut self, step: u64) -> Option<AnyTrainer> {
        let states = std::mem::take(&mut self.states);
        states.into_iter().rev().find(|state| state.steps() <= step)
    }

    /// Forgets all states.
    pub(super) fn clear(&mut self) {
        self.states.clear();
    }

    /// Forgets all states after a step.
    pub(super) fn forget_after(&mut self, step: u64) {
        self.states.retain(|state| state.steps() <= step);
    }

    fn last_step(&self) -> Option<u64> {
        self.states.last().map(AnyTrainer::steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::from_fragment;

    #[test]
    fn a_long_run_keeps_a_few_states_evenly_apart() {
        let (experiment, _) = from_fragment("depth=1&width=2&samples=16&batch=4");
        let mut trainer = AnyTrainer::new(&experiment).unwrap();
        let mut checkpoints = Checkpoints { most: 8, ..Checkpoints::new(&trainer) };
        for _ in 0..5_000 {
            trainer.step().unwrap();
            checkpoints.offer(&trainer);
            checkpoints.offer(&trainer);
        }
        let steps: Vec<u64> = checkpoints.states.iter().map(AnyTrainer::steps).collect();
        assert!((4..=8).contains(&steps.len()), "{steps:?}");
        assert!(steps.iter().all(|step| step.is_multiple_of(checkpoints.stride)), "{steps:?}");
        assert!(steps.windows(2).all(|pair| pair[1] - pair[0] == checkpoints.stride), "{steps:?}");
        assert_eq!(checkpoints.before(0).map(AnyTrainer::steps), None);
        assert_eq!(checkpoints.before(steps[1] + 1).map(AnyTrainer::steps), Some(steps[1]));
        checkpoints.forget_after(steps[1]);
        assert_eq!(checkpoints.before(u64::MAX).map(AnyTrainer::steps), Some(steps[1]));
    }
}
