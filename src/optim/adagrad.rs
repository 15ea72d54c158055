//! Adagrad.

use super::rule::{Rule, Scales};
use crate::kernel::Vector;

/// # Formula
/// `s ← s + g²`, `θ ← θ − η g / (√s + ε)`
///
/// where s is the sum of all squared gradients so far (Duchi et al. 2011).
pub struct Adagrad<V> {
    lr: V,
    epsilon: V,
    scales: Scales<V>,
}

impl<V: Vector> Adagrad<V> {
    pub(super) fn new(lr: f64, epsilon: f64, scales: Scales<V>) -> Self {
        Self { lr: V::constant(lr), epsilon: V::constant(epsilon), scales }
    }
}

impl<V: Vector> Rule<V, 1> for Adagrad<V> {
    const SECOND: Option<usize> = Some(0);

    #[inline(always)]
    fn descent(&self, g: V, _theta: V, [s]: [&mut V; 1]) -> V {
        *s = self.scales.state_squared * *s + g.square_of_at_least_tiny();
        // √s in true units beside ε, g in the scale of the gradient, as the descent is to be.
        self.lr * g.forget_tiny() / (s.sqrt() * self.scales.inverse + self.epsilon)
    }
}
