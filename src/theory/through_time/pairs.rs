//! Numbers of two time steps.

/// A symmetric table over pairs of time steps, from 1; those with step 0 are 0, for before the first step nothing varies.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pairs {
    times: usize,
    numbers: Vec<f64>,
}

impl Pairs {
    /// Zeros, for so many time steps.
    pub(super) fn new(times: usize) -> Self {
        Self { times, numbers: vec![0.0; times * times] }
    }

    /// How many time steps there are.
    pub(super) fn times(&self) -> usize {
        self.times
    }

    /// That of two steps.
    pub(super) fn get(&self, one: usize, other: usize) -> f64 {
        if one == 0 || other == 0 { 0.0 } else { self.numbers[(one - 1) * self.times + other - 1] }
    }

    /// Sets that of two steps, none of which is 0.
    pub(super) fn set(&mut self, one: usize, other: usize, number: f64) {
        self.numbers[(one - 1) * self.times + other - 1] = number;
        self.numbers[(other - 1) * self.times + one - 1] = number;
    }

    /// Multiplies all by a factor.
    pub(super) fn multiply(&mut self, factor: f64) {
        self.numbers.iter_mut().for_each(|number| *number *= factor);
    }
}
