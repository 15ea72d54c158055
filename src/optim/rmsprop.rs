//! RMSProp.

use super::rule::{Rule, Scales};
use crate::kernel::Vector;

/// # Formula
/// `s ← α s + (1 − α) g²`, `θ ← θ − η g / (√s + ε)`
///
/// where s is the running mean of squared gradients (Tieleman and Hinton 2012). The page calls α β₂, its place in
/// Adam.
pub struct RmsProp<V> {
    lr: V,
    alpha: V,
    /// `√(1 − α)`.
    root_of_new_share: V,
    epsilon: V,
    inverse: V,
}

impl<V: Vector> RmsProp<V> {
    pub(super) fn new(lr: f64, alpha: f64, epsilon: f64, scales: Scales<V>) -> Self {
        Self {
            lr: V::constant(lr),
            alpha: V::constant(alpha) * scales.state_squared,
            root_of_new_share: V::constant((1.0 - alpha).sqrt()),
            epsilon: V::constant(epsilon),
            inverse: scales.inverse,
        }
    }
}

impl<V: Vector> Rule<V, 1> for RmsProp<V> {
    const SECOND: Option<usize> = Some(0);

    #[inline(always)]
    fn descent(&self, g: V, _theta: V, [s]: [&mut V; 1]) -> V {
        *s = self.alpha * *s + (self.root_of_new_share * g).square_of_at_least_tiny();
        self.lr * g.forget_tiny() / (s.sqrt() * self.inverse + self.epsilon)
    }
}
