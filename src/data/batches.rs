//! The order in which a run sees its samples.

use crate::random::{Purpose, Random};

/// The batches of a run: in every epoch each sample once, in a new random order. The last batch of an epoch is
/// smaller where the batch size does not divide the number of samples.
#[derive(Clone, Debug)]
pub struct Batches {
    order: Vec<usize>,
    size: usize,
    /// Where in the order the next batch begins.
    next: usize,
    random: Random,
}

impl Batches {
    /// Batches of `size` of `samples` samples, shuffled from the seed. A batch of all samples is never shuffled:
    /// the order would change nothing but the rounding.
    pub fn new(samples: usize, size: usize, seed: u32) -> Self {
        let size = size.clamp(1, samples.max(1));
        Self { order: (0..samples).collect(), size, next: samples, random: Random::new(seed, Purpose::Shuffle) }
    }

    /// The largest batch.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The samples of the next batch, without moving on.
    pub fn current(&mut self) -> &[usize] {
        if self.next >= self.order.len() {
            self.next = 0;
            if self.size < self.order.len() {
                self.random.shuffle(&mut self.order);
            }
        }
        let end = (self.next + self.size).min(self.order.len());
        &self.order[self.next..end]
    }

    /// Moves on to the batch after [`Batches::current`].
    pub fn advance(&mut self) {
        self.next += self.size;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_epoch_sees_each_sample_once_in_a_new_order() {
        let mut batches = Batches::new(10, 4, 7);
        let mut epochs = Vec::new();
        for _ in 0..3 {
            let mut epoch = Vec::new();
            for size in [4, 4, 2] {
                assert_eq!(batches.current().len(), size);
                epoch.extend_from_slice(batches.current());
                batches.advance();
            }
            let mut sorted = epoch.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..10).collect::<Vec<_>>());
            epochs.push(epoch);
        }
        assert_ne!(epochs[0], epochs[1]);
        assert_ne!(epochs[1], epochs[2]);
    }

    #[test]
    fn a_batch_larger_than_the_data_is_all_of_it() {
        let mut batches = Batches::new(5, 100, 1);
        assert_eq!(batches.size(), 5);
        assert_eq!(batches.current(), [0, 1, 2, 3, 4]);
        batches.advance();
        assert_eq!(batches.current(), [0, 1, 2, 3, 4]);
    }
}
