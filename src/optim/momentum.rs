//! Momentum, plain and Nesterov's, as PyTorch has them: without dampening, the first velocity is the first gradient.

use super::update::{Rule, Scales};
use crate::kernel::Real;

/// # Formula
/// `v ← μ v + g`, `θ ← θ − η v`
///
/// where μ is the momentum, v the velocity and η the learning rate (Polyak 1964).
pub struct Momentum<T> {
    lr: T,
    mu: T,
}

impl<T: Real> Momentum<T> {
    pub(super) fn new(lr: f64, mu: f64, scales: Scales<T>) -> Self {
        Self { lr: T::from_f64(lr), mu: T::from_f64(mu) * scales.state }
    }
}

impl<T: Real> Rule<T, 1> for Momentum<T> {
    const FIRST: Option<usize> = Some(0);

    #[inline(always)]
    fn change(&self, g: T, [v]: [&mut T; 1]) -> T {
        *v = (self.mu * *v + g).flush(T::TINY);
        -(self.lr * *v)
    }
}

/// # Formula
/// `v ← μ v + g`, `θ ← θ − η (g + μ v)`
///
/// Nesterov's accelerated gradient in the form of Sutskever et al. 2013, with the letters of [`Momentum`].
pub struct Nesterov<T> {
    lr: T,
    /// μ for the velocity of the step before, in the scale of this step.
    mu_before: T,
    mu: T,
}

impl<T: Real> Nesterov<T> {
    pub(super) fn new(lr: f64, mu: f64, scales: Scales<T>) -> Self {
        let mu = T::from_f64(mu);
        Self { lr: T::from_f64(lr), mu_before: mu * scales.state, mu }
    }
}

impl<T: Real> Rule<T, 1> for Nesterov<T> {
    const FIRST: Option<usize> = Some(0);

    #[inline(always)]
    fn change(&self, g: T, [v]: [&mut T; 1]) -> T {
        *v = (self.mu_before * *v + g).flush(T::TINY);
        -(self.lr * (g + self.mu * *v))
    }
}
