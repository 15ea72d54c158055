//! Random numbers that are the same on every machine.
//!
//! Every consumer draws from a ChaCha8 stream of its own, so that changing one part of an experiment (the batch
//! size, say) leaves the random numbers of all the others as they were.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream of random numbers is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The initial parameters of one layer, counted from 0 at the input.
    Parameters {
        /// The layer's index.
        layer: u32,
    },
    /// The samples of a data set.
    Data,
    /// The order of the samples in every epoch.
    Shuffle,
    /// The samples of a data set that no run learns from.
    HeldOut,
    /// The characters that a network writes at a step.
    Text {
        /// Which step.
        step: u32,
    },
    /// The parameters of one of the networks that stand for all that might have been drawn, layer after layer.
    Ensemble {
        /// Which network.
        network: u32,
    },
}

impl Purpose {
    fn stream(self) -> u64 {
        match self {
            Self::Data => 0,
            Self::Shuffle => 1,
            Self::HeldOut => 2,
            Self::Parameters { layer } => (1 << 32) | u64::from(layer),
            Self::Ensemble { network } => (2 << 32) | u64::from(network),
            Self::Text { step } => (u64::from(u32::MAX) << 32) | u64::from(step),
        }
    }
}

/// A stream of uniform and normal random numbers, fixed by its seed and its purpose.
#[derive(Clone, Debug)]
pub struct Random {
    generator: ChaCha8Rng,
}

impl Random {
    /// The stream of `purpose` for an experiment's `seed`.
    pub fn new(seed: u32, purpose: Purpose) -> Self {
        let mut key = [0; 32];
        key[..4].copy_from_slice(&seed.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(purpose.stream());
        Self { generator }
    }

    /// Uniform on [0, 1), with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.generator.next_u64() >> 11) as f64 * UNIT
    }

    /// Uniform on [`low`, `high`).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// One of 0, …, `count` − 1, each as likely.
    pub fn below(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }

    /// Standard normal, by Box and Muller (1958): `sqrt(-2 ln u1) cos(2 pi u2)`.
    ///
    /// The functions come from the `libm` crate on every platform, because those of the platforms differ in their
    /// last bits.
    pub fn normal(&mut self) -> f64 {
        let u1 = 1.0 - self.unit();
        let u2 = self.unit();
        libm::sqrt(-2.0 * libm::log(u1)) * libm::cos(core::f64::consts::TAU * u2)
    }

    /// Shuffles `items` uniformly (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_fixed_and_independent() {
        let mut data = Random::new(7, Purpose::Data);
        let mut again = Random::new(7, Purpose::Data);
        let mut layer = Random::new(7, Purpose::Parameters { layer: 0 });
        let draws: Vec<f64> = (0..4).map(|_| data.unit()).collect();
        assert_eq!(draws, (0..4).map(|_| again.unit()).collect::<Vec<_>>());
        let other = layer.unit();
        assert_ne!(draws[0], other);
        assert_ne!(Random::new(7, Purpose::Ensemble { network: 0 }).unit(), other);
        assert!(draws.iter().all(|draw| (0.0..1.0).contains(draw)));
    }

    #[test]
    fn normal_numbers_have_mean_zero_and_variance_one() {
        let mut random = Random::new(1, Purpose::Data);
        let draws: Vec<f64> = (0..100_000).map(|_| random.normal()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.01, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.02, "variance {variance}");
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<u32> = (0..100).collect();
        Random::new(3, Purpose::Shuffle).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
