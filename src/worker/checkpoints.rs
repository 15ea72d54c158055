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
    /// The size of a state.
    bytes: usize,
}

impl Checkpoints {
    /// None yet, of a run whose states are as large as this one, and which shares the memory with the others of so many.
    pub(super) fn new(trainer: &AnyTrainer, runs: usize) -> Self {
        let mut checkpoints = Self { states: Vec::new(), stride: FIRST_STRIDE, most: 0, bytes: trainer.bytes().max(1) };
        checkpoints.share(runs);
        checkpoints
    }

    /// So many runs share the memory from now on.
    pub(super) fn share(&mut self, runs: usize) {
        let runs = runs.max(1);
        let is_too_large = self.bytes > LARGEST_BYTES / runs;
        self.most = if is_too_large { 0 } else { (MOST_BYTES / runs / self.bytes).clamp(2, MOST) };
        while self.states.len() > self.most {
            if self.most == 0 {
                self.states.clear();
            } else {
                self.thin();
            }
        }
    }

    /// The memory that all states take, about.
    pub(super) fn bytes(&self) -> usize {
        self.states.len() * self.bytes
    }

    /// Gives every other state up.
    fn thin(&mut self) {
        self.stride *= 2;
        let stride = self.stride;
        self.states.retain(|state| state.steps().is_multiple_of(stride));
    }

    /// Keeps the state if it is a stride after the last.
    pub(super) fn offer(&mut self, trainer: &AnyTrainer) {
        if self.most == 0 || !trainer.steps().is_multiple_of(self.stride) || self.last_step() >= Some(trainer.steps()) {
            return;
        }
        let has_room = || has_room(trainer.bytes());
        if self.states.len() == self.most || !has_room() {
            self.thin();
            if !trainer.steps().is_multiple_of(self.stride) || !has_room() {
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
        let mut checkpoints = Checkpoints { most: 8, ..Checkpoints::new(&trainer, 1) };
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

    #[test]
    fn of_several_runs_each_keeps_fewer_states_and_so_few_as_there_are_others() {
        let (experiment, _) = from_fragment("depth=10&width=100&optimizer=adam&batch=4");
        let mut trainer = AnyTrainer::new(&experiment).unwrap();
        let alone = Checkpoints::new(&trainer, 1);
        let mut shared = Checkpoints::new(&trainer, 4);
        assert!(shared.most * 4 <= alone.most && shared.most > 2, "{} of {}", shared.most, alone.most);
        for _ in 0..256 {
            trainer.step().unwrap();
            shared.offer(&trainer);
        }
        assert_eq!((shared.states.len(), shared.bytes()), (4, 4 * trainer.bytes()));
        // Now so many that there is room for two of each.
        let runs = MOST_BYTES / (2 * trainer.bytes());
        shared.share(runs);
        let steps: Vec<u64> = shared.states.iter().map(AnyTrainer::steps).collect();
        assert_eq!(steps, [128, 256]);
        let kept = |runs: usize| {
            let mut large = Checkpoints { states: Vec::new(), ..Checkpoints::new(&trainer, 1) };
            large.bytes = LARGEST_BYTES / 2;
            large.share(runs);
            large.most
        };
        assert_eq!([kept(1), kept(2), kept(4)], [2, 2, 0]);
    }
}
