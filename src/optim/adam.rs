//! Adam and its relatives. AdamW is Adam whose weight decay acts on the parameters and not through the gradient.

use super::Hyper;
use super::update::{Rule, Scales};
use crate::kernel::Real;

/// # Formula
/// `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
/// `θ ← θ − η m̂ / (√v̂ + ε)` with `m̂ = m / (1 − β₁^t)`, `v̂ = v / (1 − β₂^t)`
///
/// where t is the step from 1, m and v the first and second moment of the gradient (Kingma and Ba 2015).
/// ε stands outside the root, as in PyTorch.
pub struct Adam<T> {
    /// `η / (1 − β₁^t)`.
    step_size: T,
    beta1: T,
    new_share1: T,
    beta2: T,
    new_share2: T,
    /// `1 / √(1 − β₂^t)`, and out of the scale of the gradient.
    root_correction: T,
    epsilon: T,
    corrections: (f64, f64),
}

impl<T: Real> Adam<T> {
    pub(super) fn new(lr: f64, hyper: &Hyper, step: u64, scales: Scales<T>) -> Self {
        let correction = |beta: f64| 1.0 / (1.0 - libm::pow(beta, step as f64));
        let corrections = (correction(hyper.beta1), correction(hyper.beta2));
        Self {
            step_size: T::from_f64(lr * corrections.0),
            beta1: T::from_f64(hyper.beta1) * scales.state,
            new_share1: T::from_f64(1.0 - hyper.beta1),
            beta2: T::from_f64(hyper.beta2) * scales.state_squared,
            new_share2: T::from_f64(1.0 - hyper.beta2),
            root_correction: T::from_f64(corrections.1.sqrt()) * scales.inverse,
            epsilon: T::from_f64(hyper.epsilon),
            corrections,
        }
    }

    #[inline(always)]
    fn moments(&self, g: T, m: &mut T, v: &mut T) {
        *m = (self.beta1 * *m + self.new_share1 * g).flush(T::TINY);
        *v = (self.beta2 * *v + self.new_share2 * (g * g)).flush(T::TINY_SQUARE);
    }

    #[inline(always)]
    fn step(&self, m: T, v: T) -> T {
        -(self.step_size * m / (v.sqrt() * self.root_correction + self.epsilon))
    }
}

impl<T: Real> Rule<T, 2> for Adam<T> {
    const FIRST: Option<usize> = Some(0);
    const SECOND: Option<usize> = Some(1);

    #[inline(always)]
    fn change(&self, g: T, [m, v]: [&mut T; 2]) -> T {
        self.moments(g, m, v);
        self.step(*m, *v)
    }

    fn corrections(&self) -> (f64, f64) {
        self.corrections
    }
}

/// # Formula
/// as [`Adam`], with `v_max ← max(v_max, v)` in the place of v in the update
///
/// The maximum is over the v that are not bias-corrected (Reddi et al. 2018; PyTorch).
pub struct AmsGrad<T> {
    adam: Adam<T>,
    state_squared: T,
}

impl<T: Real> AmsGrad<T> {
    pub(super) fn new(lr: f64, hyper: &Hyper, step: u64, scales: Scales<T>) -> Self {
        Self { adam: Adam::new(lr, hyper, step, scales), state_squared: scales.state_squared }
    }
}

impl<T: Real> Rule<T, 3> for AmsGrad<T> {
    const FIRST: Option<usize> = Some(0);
    const SECOND: Option<usize> = Some(2);

    #[inline(always)]
    fn change(&self, g: T, [m, v, v_max]: [&mut T; 3]) -> T {
        self.adam.moments(g, m, v);
        *v_max = (self.state_squared * *v_max).max(*v);
        self.adam.step(*m, *v_max)
    }

    fn corrections(&self) -> (f64, f64) {
        self.adam.corrections
    }
}
