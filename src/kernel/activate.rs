//! Activations with their derivatives over lanes, and what the report says of them.

use super::{LANES, Lane, Panels, Real, Vector};
use crate::nn::Activation;

/// SELU's scale s and α (Klambauer et al. 2017).
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;
const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;

/// `h = φ(u)` and `slope = φ′(u)`, entry by entry.
pub fn activate<T: Real>(activation: Activation, u: &[Lane<T>], h: &mut [Lane<T>], slope: &mut [Lane<T>]) {
    let constant = T::Vector::constant;
    let (zero, one) = (constant(0.0), constant(1.0));
    match activation {
        Activation::Linear => each(u, h, slope, |u| (u, one)),
        Activation::Sigmoid => each(u, h, slope, sigmoid::<T>),
        Activation::Tanh => each(u, h, slope, T::tanh_with_slope),
        // NaN is neither above 0 nor not above it, and stays.
        Activation::Relu => each(u, h, slope, |u| {
            let otherwise = u.min(zero) - u.min(zero);
            (zero.select_less(u, u, otherwise), zero.select_less(u, one, otherwise))
        }),
        Activation::LeakyRelu => {
            let leak = constant(0.01);
            each(u, h, slope, |u| (zero.select_less(u, u, leak * u), zero.select_less(u, one, leak)));
        }
        Activation::Elu => each(u, h, slope, |u| {
            let negative = T::exp_m1(u.min(zero));
            (zero.select_less(u, u, negative), zero.select_less(u, one, negative + one))
        }),
        Activation::Selu => {
            let (scale, alpha) = (constant(SELU_SCALE), constant(SELU_SCALE * SELU_ALPHA));
            each(u, h, slope, |u| {
                let negative = alpha * T::exp_m1(u.min(zero));
                (zero.select_less(u, scale * u, negative), zero.select_less(u, scale, negative + alpha))
            });
        }
        Activation::Gelu => each(u, h, slope, |u| {
            let (distribution, density) = T::normal(u);
            (u * distribution, distribution + u * density)
        }),
        Activation::Silu => each(u, h, slope, |u| {
            let (s, s_prime) = sigmoid::<T>(u);
            (u * s, s + u * s_prime)
        }),
    }
}

// A function of its own for every function: what is merged into a larger one is compiled less well.
#[inline(never)]
fn each<T: Real>(
    u: &[Lane<T>],
    h: &mut [Lane<T>],
    slope: &mut [Lane<T>],
    phi: impl Fn(T::Vector) -> (T::Vector, T::Vector),
) {
    for ((u, h), slope) in u.iter().zip(h).zip(slope) {
        let (value, derivative) = phi(T::Vector::load(u));
        (*h, *slope) = (value.store(), derivative.store());
    }
}

/// `1 / (1 + e^-u)` and its derivative, by `e = e^-|u|`: neither cancels, however large u is.
#[inline(always)]
fn sigmoid<T: Real>(u: T::Vector) -> (T::Vector, T::Vector) {
    let one = T::Vector::splat(T::ONE);
    let e = T::exp(-u.abs());
    let r = one / (one + e);
    (u.select_less(T::Vector::splat(T::ZERO), e * r, r), e * r * r)
}

/// What the activations of one layer look like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activity {
    /// Their mean over batch and units.
    pub mean: f64,
    /// Their standard deviation over batch and units.
    pub std: f64,
    /// Fraction whose slope is below the threshold.
    pub saturated: f64,
    /// Fraction of units whose slope is zero on the whole batch.
    pub dead: f64,
}

/// The activity of a layer with activations `h`, whose slopes φ′ count as saturated below `threshold`.
pub fn measure<T: Real>(h: &Panels<T>, slope: &Panels<T>, threshold: T) -> Activity {
    const RUN: usize = 64;
    let count = (h.rows() * h.cols()) as f64;
    // Differences to one of the values, so that the variance does not cancel where all are nearly equal.
    let pivot = if h.rows() > 0 { h.get(0, 0) } else { T::ZERO };
    let (mut sum, mut sum_of_squares, mut saturated, mut dead) = (0.0, 0.0, 0.0, 0_usize);
    for panel in 0..h.panels() {
        let cols = h.panel_cols(panel);
        let mut steepest = [T::ZERO; LANES];
        for (h, slope) in h.panel(panel).chunks(RUN).zip(slope.panel(panel).chunks(RUN)) {
            let (mut sums, mut squares, mut flat) = ([T::ZERO; LANES], [T::ZERO; LANES], [T::ZERO; LANES]);
            for (h, slope) in h.iter().zip(slope) {
                for i in 0..LANES {
                    let difference = h[i] - pivot;
                    sums[i] += difference;
                    squares[i] += difference * difference;
                    let magnitude = slope[i].abs();
                    flat[i] += if magnitude < threshold { T::ONE } else { T::ZERO };
                    steepest[i] = steepest[i].max(magnitude);
                }
            }
            sum += sums[..cols].iter().map(|x| x.to_f64()).sum::<f64>();
            sum_of_squares += squares[..cols].iter().map(|x| x.to_f64()).sum::<f64>();
            saturated += flat[..cols].iter().map(|x| x.to_f64()).sum::<f64>();
        }
        dead += steepest[..cols].iter().filter(|slope| **slope == T::ZERO).count();
    }
    let mean = sum / count;
    Activity {
        mean: pivot.to_f64() + mean,
        std: (sum_of_squares / count - mean * mean).max(0.0).sqrt(),
        saturated: saturated / count,
        dead: dead as f64 / h.cols() as f64,
    }
}

/// `g ← factor · g ⊙ slope`, entry by entry.
pub fn multiply_by_slope<T: Real>(g: &mut Panels<T>, slope: &Panels<T>, factor: T) {
    for panel in 0..g.panels() {
        for (g, slope) in g.panel_mut(panel).iter_mut().zip(slope.panel(panel)) {
            for i in 0..LANES {
                g[i] = factor * g[i] * slope[i];
            }
        }
    }
}

/// `target ← factor · (target + other)`, entry by entry; `other` may be absent.
pub fn add_and_scale<T: Real>(target: &mut Panels<T>, other: Option<&Panels<T>>, factor: T) {
    for panel in 0..target.panels() {
        let target = target.panel_mut(panel);
        match other {
            Some(other) => {
                for (target, other) in target.iter_mut().zip(other.panel(panel)) {
                    for i in 0..LANES {
                        target[i] = factor * (target[i] + other[i]);
                    }
                }
            }
            None => target.iter_mut().flatten().for_each(|x| *x *= factor),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;
    use crate::random::{Purpose, Random};
    use ndarray::Array2;

    /// φ by the textbook, in f64.
    fn plain(activation: Activation, u: f64) -> f64 {
        match activation {
            Activation::Linear => u,
            Activation::Sigmoid => 1.0 / (1.0 + libm::exp(-u)),
            Activation::Tanh => libm::tanh(u),
            Activation::Relu => u.max(0.0),
            Activation::LeakyRelu => u.max(0.01 * u),
            Activation::Elu => {
                if u > 0.0 {
                    u
                } else {
                    libm::expm1(u)
                }
            }
            Activation::Selu => SELU_SCALE * if u > 0.0 { u } else { SELU_ALPHA * libm::expm1(u) },
            Activation::Gelu => 0.5 * u * libm::erfc(-u / std::f64::consts::SQRT_2),
            Activation::Silu => u / (1.0 + libm::exp(-u)),
        }
    }

    fn run<T: Real>(activation: Activation, u: f64) -> (f64, f64) {
        let (mut h, mut slope) = ([[T::ZERO; LANES]], [[T::ZERO; LANES]]);
        activate(activation, &[[T::from_f64(u); LANES]], &mut h, &mut slope);
        (h[0][0].to_f64(), slope[0][0].to_f64())
    }

    #[test]
    fn values_and_slopes_agree_with_the_textbook() {
        for &activation in Activation::ALL {
            for i in -60..=60 {
                let u = f64::from(i) * 0.25 + 0.03125;
                let step = 1e-5;
                let slope = (plain(activation, u + step) - plain(activation, u - step)) / (2.0 * step);
                let value = plain(activation, u);
                for (got, tolerance) in [(run::<f64>(activation, u), 1e-13), (run::<f32>(activation, u), 1e-6)] {
                    assert!(
                        (got.0 - value).abs() <= tolerance * value.abs().max(1e-3),
                        "{activation:?}({u}) = {}",
                        got.0
                    );
                    assert!((got.1 - slope).abs() <= tolerance.max(1e-9) * 10.0, "{activation:?}′({u}) = {}", got.1);
                }
            }
        }
    }

    #[test]
    fn slopes_at_zero_follow_pytorch() {
        for (activation, slope) in [(Activation::Relu, 0.0), (Activation::LeakyRelu, 0.01), (Activation::Elu, 1.0)] {
            assert_eq!(run::<f64>(activation, 0.0).1, slope, "{activation:?}");
        }
        assert!((run::<f64>(Activation::Selu, 0.0).1 - SELU_SCALE * SELU_ALPHA).abs() < 1e-15);
    }

    #[test]
    fn far_out_slopes_are_small_and_not_zero() {
        for activation in [Activation::Sigmoid, Activation::Tanh] {
            for u in [-30.0, 30.0] {
                assert!(run::<f32>(activation, u).1 > 0.0, "{activation:?} {u}");
            }
        }
    }

    #[test]
    fn what_is_not_a_number_stays_so() {
        for &activation in Activation::ALL {
            assert!(run::<f32>(activation, f64::NAN).0.is_nan(), "{activation:?}");
        }
    }

    #[test]
    fn activity_agrees_with_its_definition() {
        let mut random = Random::new(2, Purpose::Data);
        let h = Array2::from_shape_fn((70, 11), |_| 0.5 + 1e-4 * random.normal());
        let slope = Array2::from_shape_fn((70, 11), |(i, j)| if j == 3 || (i + j) % 5 == 0 { 0.0 } else { 1.0 });
        let activity = measure(&Panels::<f32>::from_array(&h), &Panels::from_array(&slope), 0.05);
        let mean = h.mean().unwrap();
        assert!((activity.mean - mean).abs() < 1e-6);
        assert!((activity.std - h.std(0.0)).abs() < 1e-7, "{} {}", activity.std, h.std(0.0));
        let flat = slope.iter().filter(|s| **s == 0.0).count() as f64 / 770.0;
        assert_eq!((activity.saturated, activity.dead), (flat, 1.0 / 11.0));
    }
}
