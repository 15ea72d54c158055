//! The order in which a run sees its samples.

use crate::random::{Purpose, Random};

/// The batches of a run.
#[derive(Clone, Debug)]
pub struct Batches {
    order: Order,
    /// The largest batch.
    size: usize,
}

#[derive(Clone, Debug)]
enum Order {
    /// Every epoch each sample once, in a new random order.
    Shuffled {
        samples: Vec<usize>,
        /// Where in `samples` the next batch begins.
        next: usize,
        random: Box<Random>,
    },
    /// These batches, over and over.
    Fixed { batches: Vec<Vec<usize>>, next: usize },
}

impl Batches {
    /// Batches of `size` of `samples` samples, shuffled from the seed before every epoch. The last batch of an epoch
    /// is smaller where the size does not divide the number of samples.
    ///
    /// A batch of all samples is never shuffled: the order would change nothing but the rounding.
    pub fn new(samples: usize, size: usize, seed: u32) -> Self {
        let size = size.clamp(1, samples.max(1));
        let random = Box::new(Random::new(seed, Purpose::Shuffle));
        Self { order: Order::Shuffled { samples: (0..samples).collect(), next: samples, random }, size }
    }

    /// These batches in this order, over and over.
    ///
    /// # Panics
    /// If there is none.
    pub fn fixed(batches: Vec<Vec<usize>>) -> Self {
        assert!(!batches.is_empty(), "a run needs a batch");
        let size = batches.iter().map(Vec::len).max().unwrap_or(0);
        Self { order: Order::Fixed { batches, next: 0 }, size }
    }

    /// The size of the largest batch.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The memory that a copy takes, about.
    pub fn bytes(&self) -> usize {
        let numbers = match &self.order {
            Order::Shuffled { samples, .. } => size_of_val(&samples[..]) + size_of::<Random>(),
            Order::Fixed { batches, .. } => batches.iter().map(|batch| size_of_val(&batch[..])).sum(),
        };
        numbers + size_of::<Self>()
    }

    /// The samples of the next batch, without moving on.
    pub fn current(&mut self) -> &[usize] {
        match &mut self.order {
            Order::Fixed { batches, next } => &batches[*next % batches.len()],
            Order::Shuffled { samples, next, random } => {
                if *next >= samples.len() {
                    *next = 0;
                    if self.size < samples.len() {
                        random.shuffle(samples);
                    }
                }
                let end = (*next + self.size).min(samples.len());
                &samples[*next..end]
            }
        }
    }

    /// Moves on to the batch after [`Batches::current`].
    pub fn advance(&mut self) {
        match &mut self.order {
            Order::Fixed { next, .. } => *next += 1,
            Order::Shuffled { next, .. } => *next += self.size,
        }
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
