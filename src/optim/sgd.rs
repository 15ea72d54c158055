//! Stochastic gradient descent; gradient descent when the batch is the whole data set.

use super::rule::Rule;
use crate::kernel::Vector;

/// # Formula
/// `θ ← θ − η g`
///
/// where η is the learning rate and g the gradient (Robbins and Monro 1951).
pub struct Sgd<V> {
    lr: V,
}

impl<V: Vector> Sgd<V> {
    pub(super) fn new(lr: f64) -> Self {
        Self { lr: V::constant(lr) }
    }
}

impl<V: Vector> Rule<V, 0> for Sgd<V> {
    #[inline(always)]
    fn descent(&self, g: V, _theta: V, []: [&mut V; 0]) -> V {
        self.lr * g.forget_tiny()
    }
}
