//! RMSProp.

use super::update::{Rule, Scales};
use crate::kernel::Real;

/// # Formula
/// `s ← α s + (1 − α) g²`, `θ ← θ − η g / (√s + ε)`
///
/// where s is the running mean of squared gradients (Tieleman and Hinton 2012). The page calls α β₂, its place in
/// Adam.
pub struct RmsProp<T> {
    lr: T,
    alpha: T,
    new_share: T,
    epsilon: T,
    inverse: T,
}

impl<T: Real> RmsProp<T> {
    pub(super) fn new(lr: f64, alpha: f64, epsilon: f64, scales: Scales<T>) -> Self {
        Self {
            lr: T::from_f64(lr),
            alpha: T::from_f64(alpha) * scales.state_squared,
            new_share: T::from_f64(1.0 - alpha),
            epsilon: T::from_f64(epsilon),
            inverse: scales.inverse,
        }
    }
}

impl<T: Real> Rule<T, 1> for RmsProp<T> {
    const SECOND: Option<usize> = Some(0);

    #[inline(always)]
    fn change(&self, g: T, [s]: [&mut T; 1]) -> T {
        *s = (self.alpha * *s + self.new_share * (g * g)).flush(T::TINY_SQUARE);
        -(self.lr * g / (s.sqrt() * self.inverse + self.epsilon))
    }
}
