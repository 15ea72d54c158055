//! Random numbers for a random user: the same from the same seed, on every machine.

/// SplitMix64: `s ← s + γ`, then a bijection of s. Enough to choose actions by, and no crate.
///
/// Source: G. Steele, D. Lea, C. Flood: Fast splittable pseudorandom number generators, 2014.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers of one action of a seed. Each has numbers of its own, so that what one action makes of them changes
    /// no other.
    #[must_use]
    pub fn new(seed: u64, action: u64) -> Self {
        let mut random = Self(seed);
        let start = random.bits() ^ action.wrapping_mul(0xd134_2543_de82_ef95);
        Self(start)
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from 0 to under 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number from `low` to under `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number under `count`, which is over 0.
    pub fn below(&mut self, count: usize) -> usize {
        (self.bits() % count as u64) as usize
    }

    /// True once in so many times.
    pub fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    /// One of them; there is one.
    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A number that stands for one of things yet to be counted.
    pub fn pick(&mut self) -> u32 {
        self.bits() as u32
    }

    /// One of the weighted; there is one, and the weights are not all 0.
    pub fn weighted<'a, T>(&mut self, all: &'a [(usize, T)]) -> &'a T {
        let mut place = self.below(all.iter().map(|(weight, _)| weight).sum());
        for (weight, member) in all {
            if place < *weight {
                return member;
            }
            place -= weight;
        }
        unreachable!("the place is under the sum of the weights")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_another_action_others() {
        let numbers = |seed, action| {
            let mut random = Random::new(seed, action);
            [random.bits(), random.bits()]
        };
        assert_eq!(numbers(7, 3), numbers(7, 3));
        assert_ne!(numbers(7, 3), numbers(7, 4));
        assert_ne!(numbers(7, 3), numbers(8, 3));
    }

    #[test]
    fn numbers_keep_their_bounds() {
        let mut random = Random::new(1, 0);
        for _ in 0..1000 {
            assert!((-2.0..3.0).contains(&random.between(-2.0, 3.0)));
            assert!(random.below(3) < 3);
            assert_ne!(random.weighted(&[(0, 'a'), (3, 'b'), (1, 'c')]), &'a');
        }
    }
}
