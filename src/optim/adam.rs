//! Adam and its relatives.

use super::hyper::Hyper;
use super::rule::{Rule, Scales};
use crate::kernel::Vector;

/// `1 / (1 − β₁^t)` and `1 / (1 − β₂^t)` at step t, from 1.
pub(super) fn bias_corrections(hyper: &Hyper, step: u64) -> (f64, f64) {
    let correction = |beta: f64| 1.0 / (1.0 - libm::pow(beta, step as f64));
    (correction(hyper.beta1), correction(hyper.beta2))
}

/// # Formula
/// `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
/// `θ ← θ − η m̂ / (√v̂ + ε)` with `m̂ = m / (1 − β₁^t)`, `v̂ = v / (1 − β₂^t)`
///
/// where t is the step from 1, m and v the first and second moment of the gradient (Kingma and Ba 2015).
/// ε stands outside the root, as in PyTorch. Squares count as at least `TINY²`, so that no v is denormal.
pub struct Adam<V> {
    /// `η / (1 − β₁^t)`.
    step_size: V,
    beta1: V,
    new_share1: V,
    beta2: V,
    /// `√(1 − β₂)`.
    root_of_new_share2: V,
    /// `1 / √(1 − β₂^t)`, and out of the scale of the gradient.
    root_correction: V,
    epsilon: V,
}

impl<V: Vector> Adam<V> {
    /// `corrections` are those of [`bias_corrections`].
    pub(super) fn new(lr: f64, hyper: &Hyper, corrections: (f64, f64), scales: Scales<V>) -> Self {
        Self {
            step_size: V::constant(lr * corrections.0),
            beta1: V::constant(hyper.beta1) * scales.state,
            new_share1: V::constant(1.0 - hyper.beta1),
            beta2: V::constant(hyper.beta2) * scales.state_squared,
            root_of_new_share2: V::constant((1.0 - hyper.beta2).sqrt()),
            root_correction: V::constant(corrections.1.sqrt()) * scales.inverse,
            epsilon: V::constant(hyper.epsilon),
        }
    }

    #[inline(always)]
    fn moments(&self, g: V, m: &mut V, v: &mut V) {
        *m = (self.beta1 * *m + self.new_share1 * g).forget_tiny();
        *v = self.beta2 * *v + (self.root_of_new_share2 * g).square_of_at_least_tiny();
    }

    #[inline(always)]
    fn step(&self, m: V, v: V) -> V {
        self.step_size * m / (v.sqrt() * self.root_correction + self.epsilon)
    }
}

impl<V: Vector> Rule<V, 2> for Adam<V> {
    const FIRST: Option<usize> = Some(0);
    const SECOND: Option<usize> = Some(1);

    #[inline(always)]
    fn descent(&self, g: V, _theta: V, [m, v]: [&mut V; 2]) -> V {
        self.moments(g, m, v);
        self.step(*m, *v)
    }
}

/// # Formula
/// as [`Adam`] or [`AmsGrad`], with `θ ← θ − η (m̂ / (√v̂ + ε) + λ θ)`
///
/// where λ is the weight decay, which no moment knows of (Loshchilov and Hutter 2019).
pub struct AdamW<V, R> {
    adam: R,
    /// `η λ`.
    decay: V,
}

impl<V: Vector, R> AdamW<V, R> {
    pub(super) fn new(adam: R, lr: f64, hyper: &Hyper) -> Self {
        Self { adam, decay: V::constant(lr * hyper.weight_decay) }
    }
}

impl<V: Vector, R: Rule<V, SLOTS>, const SLOTS: usize> Rule<V, SLOTS> for AdamW<V, R> {
    const FIRST: Option<usize> = R::FIRST;
    const SECOND: Option<usize> = R::SECOND;

    #[inline(always)]
    fn descent(&self, g: V, theta: V, state: [&mut V; SLOTS]) -> V {
        self.adam.descent(g, theta, state) + self.decay * theta
    }
}

/// # Formula
/// as [`Adam`], with `v_max ← max(v_max, v)` in the place of v in the update
///
/// The maximum is over the v that are not bias-corrected (Reddi et al. 2018; PyTorch).
pub struct AmsGrad<V> {
    adam: Adam<V>,
    state_squared: V,
}

impl<V: Vector> AmsGrad<V> {
    pub(super) fn new(lr: f64, hyper: &Hyper, corrections: (f64, f64), scales: Scales<V>) -> Self {
        Self { adam: Adam::new(lr, hyper, corrections, scales), state_squared: scales.state_squared }
    }
}

impl<V: Vector> Rule<V, 3> for AmsGrad<V> {
    const FIRST: Option<usize> = Some(0);
    const SECOND: Option<usize> = Some(2);

    #[inline(always)]
    fn descent(&self, g: V, _theta: V, [m, v, v_max]: [&mut V; 3]) -> V {
        self.adam.moments(g, m, v);
        *v_max = (self.state_squared * *v_max).max(*v);
        self.adam.step(*m, *v_max)
    }
}
