//! Momentum, plain and Nesterov's, as PyTorch has them: without dampening, the first velocity is the first gradient.

use super::rule::{Rule, Scales};
use crate::kernel::Vector;

/// # Formula
/// `v ← μ v + g`, `θ ← θ − η v`
///
/// where μ is the momentum, v the velocity and η the learning rate (Polyak 1964).
pub struct Momentum<V> {
    lr: V,
    mu: V,
}

impl<V: Vector> Momentum<V> {
    pub(super) fn new(lr: f64, mu: f64, scales: Scales<V>) -> Self {
        Self { lr: V::constant(lr), mu: V::constant(mu) * scales.state }
    }
}

impl<V: Vector> Rule<V, 1> for Momentum<V> {
    const FIRST: Option<usize> = Some(0);

    #[inline(always)]
    fn descent(&self, g: V, _theta: V, [v]: [&mut V; 1]) -> V {
        *v = (self.mu * *v + g).forget_tiny();
        self.lr * *v
    }
}

/// # Formula
/// `v ← μ v + g`, `θ ← θ − η (g + μ v)`
///
/// Nesterov's accelerated gradient in the form of Sutskever et al. 2013, with the letters of [`Momentum`].
pub struct Nesterov<V> {
    lr: V,
    /// μ for the velocity of the step before, in the scale of this step.
    mu_before: V,
    mu: V,
}

impl<V: Vector> Nesterov<V> {
    pub(super) fn new(lr: f64, mu: f64, scales: Scales<V>) -> Self {
        let mu = V::constant(mu);
        Self { lr: V::constant(lr), mu_before: mu * scales.state, mu }
    }
}

impl<V: Vector> Rule<V, 1> for Nesterov<V> {
    const FIRST: Option<usize> = Some(0);

    #[inline(always)]
    fn descent(&self, g: V, _theta: V, [v]: [&mut V; 1]) -> V {
        let g = g.forget_tiny();
        *v = (self.mu_before * *v + g).forget_tiny();
        self.lr * (g + self.mu * *v)
    }
}
