//! Adagrad.

use super::update::{Rule, Scales};
use crate::kernel::Real;

/// # Formula
/// `s ← s + g²`, `θ ← θ − η g / (√s + ε)`
///
/// where s is the sum of all squared gradients so far (Duchi et al. 2011).
pub struct Adagrad<T> {
    lr: T,
    epsilon: T,
    scales: Scales<T>,
}

impl<T: Real> Adagrad<T> {
    pub(super) fn new(lr: f64, epsilon: f64, scales: Scales<T>) -> Self {
        Self { lr: T::from_f64(lr), epsilon: T::from_f64(epsilon), scales }
    }
}

impl<T: Real> Rule<T, 1> for Adagrad<T> {
    const SECOND: Option<usize> = Some(0);

    #[inline(always)]
    fn change(&self, g: T, [s]: [&mut T; 1]) -> T {
        *s = (self.scales.state_squared * *s + g * g).flush(T::TINY_SQUARE);
        // √s in true units beside ε, g in the scale of the gradient, as the change is to be.
        -(self.lr * g / (s.sqrt() * self.scales.inverse + self.epsilon))
    }
}
