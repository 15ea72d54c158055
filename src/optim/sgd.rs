//! Stochastic gradient descent; gradient descent when the batch is the whole data set.

use super::update::Rule;
use crate::kernel::Real;

/// # Formula
/// `θ ← θ − η g`
///
/// where η is the learning rate and g the gradient (Robbins and Monro 1951).
pub struct Sgd<T> {
    lr: T,
}

impl<T: Real> Sgd<T> {
    pub(super) fn new(lr: f64) -> Self {
        Self { lr: T::from_f64(lr) }
    }
}

impl<T: Real> Rule<T, 0> for Sgd<T> {
    #[inline(always)]
    fn change(&self, g: T, []: [&mut T; 0]) -> T {
        -(self.lr * g)
    }
}
