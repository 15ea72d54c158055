//! Networks that are drawn to see how much their gradients differ.

use std::fmt::Debug;

/// Draws networks of one kind and size, and measures each on the same samples.
pub trait Networks: Debug {
    /// How many places there are.
    fn places(&self) -> usize;

    /// About how many multiplications one network takes.
    fn multiplications(&self) -> u64;

    /// Draws the network of this number, the same whenever it is asked for, and returns the gradient's norm at every place.
    fn norms(&mut self, network: u32) -> Vec<f64>;
}
