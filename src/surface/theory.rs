//! What gradient descent and the momentum methods do on a quadratic, in closed form.
//!
//! Along each eigenvector of the second derivatives, with eigenvalue λ, a path is a sequence of one number z, whatever the
//! others do. All three methods make of it a linear recurrence `z' = t z − d z⁻` of the two numbers before, whose
//! characteristic polynomial is `r² − t r + d`:
//!
//! | | t | d |
//! | --- | --- | --- |
//! | gradient descent | 1 − ηλ | 0 |
//! | momentum | 1 + μ − ηλ | μ |
//! | Nesterov | (1 + μ)(1 − ηλ) | μ (1 − ηλ) |
//!
//! In the long run each step multiplies z by the larger root's size (Polyak 1964; O'Donoghue and Candès 2015; Lessard, Recht
//! and Packard 2016). Adagrad, RMSProp and Adam divide by what depends on all gradients before, and have no such rate.

use super::curvature::Curvature;
use super::curvature::Point;
use super::tuned::{HyperParameter, Method, Tuned};
use crate::decimal;

/// The trace t and the determinant d of a method's recurrence; `None` where it has none.
fn recurrence(tuned: &Tuned, lambda: f64) -> Option<(f64, f64)> {
    let (a, mu) = (1.0 - tuned.lr() * lambda, tuned.momentum());
    match tuned.method {
        Method::Sgd => Some((a, 0.0)),
        Method::Momentum => Some((mu + a, mu)),
        Method::Nesterov => Some(((1.0 + mu) * a, mu * a)),
        Method::Adagrad | Method::RmsProp | Method::Adam | Method::AmsGrad => None,
    }
}

/// By what each step multiplies the distance along an eigenvector with eigenvalue λ, in the long run; `None` of methods that
/// have no such rate.
pub fn rate(tuned: &Tuned, lambda: f64) -> Option<f64> {
    let (t, d) = recurrence(tuned, lambda)?;
    let discriminant = t * t - 4.0 * d;
    // Two complex roots have the size √d.
    Some(if discriminant < 0.0 { d.sqrt() } else { (t.abs() + discriminant.sqrt()) / 2.0 })
}

/// The rate of a path that begins at an offset from the stationary point: that of the slowest direction in which it has to
/// go, or of the one in which it leaves.
pub fn rate_from(tuned: &Tuned, curvature: &Curvature, offset: Point) -> Option<f64> {
    if offset == [0.0, 0.0] {
        return None;
    }
    let along = curvature.along(offset);
    let rates = curvature.lambda.into_iter().zip(along).filter(|(_, along)| *along != 0.0);
    rates.map(|(lambda, _)| rate(tuned, lambda)).try_fold(0.0, |most: f64, rate| Some(most.max(rate?)))
}

/// The learning rate below which the method comes closer along an eigenvector with eigenvalue λ > 0: 2/λ for gradient
/// descent, 2 (1 + μ)/λ with momentum, 2 (1 + μ)/((1 + 2 μ) λ) for Nesterov's; `None` of methods that have no such limit.
pub fn limit(tuned: &Tuned, lambda: f64) -> Option<f64> {
    let mu = tuned.momentum();
    match tuned.method {
        Method::Sgd => Some(2.0 / lambda),
        Method::Momentum => Some(2.0 * (1.0 + mu) / lambda),
        Method::Nesterov => Some(2.0 * (1.0 + mu) / ((1.0 + 2.0 * mu) * lambda)),
        Method::Adagrad | Method::RmsProp | Method::Adam | Method::AmsGrad => None,
    }
}

/// The hyper-parameters with which a method is the fastest on a quadratic, and its rate with them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Best {
    /// Learning rate η.
    pub lr: f64,
    /// Momentum μ, 0 of gradient descent.
    pub momentum: f64,
    /// By what each step multiplies the distance in the long run.
    pub rate: f64,
}

/// The best hyper-parameters for eigenvalues from λ₁ > 0 to λₙ; `None` of methods that have no rate.
///
/// # Formula
/// gradient descent: `η = 2 / (λ₁ + λₙ)`, rate `(κ − 1) / (κ + 1)`
///
/// momentum: `η = (2 / (√λ₁ + √λₙ))²`, `μ = ((√κ − 1) / (√κ + 1))²`, rate `(√κ − 1) / (√κ + 1)`
///
/// Nesterov: `η = 4 / (3 λₙ + λ₁)`, `μ = (√(3κ + 1) − 2) / (√(3κ + 1) + 2)`, rate `1 − 2 / √(3κ + 1)`
///
/// where κ = λₙ/λ₁ (Polyak 1964; Lessard, Recht and Packard 2016).
pub fn best(method: Method, [least, most]: [f64; 2]) -> Option<Best> {
    let kappa = most / least;
    match method {
        Method::Sgd => Some(Best { lr: 2.0 / (least + most), momentum: 0.0, rate: (kappa - 1.0) / (kappa + 1.0) }),
        Method::Momentum => {
            let rate = (kappa.sqrt() - 1.0) / (kappa.sqrt() + 1.0);
            let root = 2.0 / (least.sqrt() + most.sqrt());
            Some(Best { lr: root * root, momentum: rate * rate, rate })
        }
        Method::Nesterov => {
            let root = (3.0 * kappa + 1.0).sqrt();
            let momentum = (root - 2.0) / (root + 2.0);
            Some(Best { lr: 4.0 / (3.0 * most + least), momentum, rate: 1.0 - 2.0 / root })
        }
        Method::Adagrad | Method::RmsProp | Method::Adam | Method::AmsGrad => None,
    }
}

/// How much slower than the best a rate may be whose numbers are to be short.
const SLACK: f64 = 1.002;

/// A method with its best hyper-parameters, rounded to as few digits as its rate allows: at the best momentum both roots are
/// one, and a small change of either number is a large one of the rate.
pub fn best_tuned(method: Method, lambda: [f64; 2]) -> Option<Tuned> {
    let best = best(method, lambda)?;
    let with = |lr: f64, momentum: f64| {
        let tuned = Tuned::new(method).with(HyperParameter::Lr, lr);
        if method == Method::Sgd { tuned } else { tuned.with(HyperParameter::Momentum, momentum) }
    };
    // With a little more momentum than the best, every direction still turns as it should, and none creeps.
    let mut rounded = (3..=15).map(|digits| with(to_digits(best.lr, digits), up_to_digits(best.momentum, digits)));
    let slowest = |tuned: &Tuned| lambda.iter().filter_map(|lambda| rate(tuned, *lambda)).fold(0.0, f64::max);
    let is_fast = |tuned: &Tuned| slowest(tuned) <= best.rate * SLACK + 1e-9;
    rounded.find(is_fast).or_else(|| Some(with(best.lr, best.momentum)))
}

fn to_digits(value: f64, digits: usize) -> f64 {
    decimal::parse(&format!("{value:.*e}", digits - 1)).unwrap_or(value)
}

/// The least number of so many digits that is not below.
fn up_to_digits(value: f64, digits: usize) -> f64 {
    let near = to_digits(value, digits);
    if near >= value || value == 0.0 {
        return near;
    }
    let exponent = libm::floor(libm::log10(value)) as i32 + 1 - digits as i32;
    to_digits(near + libm::pow(10.0, exponent.into()), digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const METHODS: [Method; 3] = [Method::Sgd, Method::Momentum, Method::Nesterov];

    fn slowest(tuned: &Tuned, lambda: [f64; 2]) -> f64 {
        lambda.iter().map(|lambda| rate(tuned, *lambda).unwrap()).fold(0.0, f64::max)
    }

    fn with(method: Method, lr: f64, momentum: f64) -> Tuned {
        Tuned::new(method).with(HyperParameter::Lr, lr).with(HyperParameter::Momentum, momentum)
    }

    #[test]
    fn the_best_has_the_rate_that_it_says_and_nothing_near_is_faster() {
        for kappa in [1.5, 4.0, 10.0, 100.0, 1000.0] {
            for least in [1.0, 0.3] {
                let lambda = [least, kappa * least];
                for method in METHODS {
                    let best = best(method, lambda).unwrap();
                    // At a double root rounding counts by its root.
                    let at_best = slowest(&with(method, best.lr, best.momentum), lambda);
                    assert!((at_best - best.rate).abs() < 1e-7, "{method:?} {kappa}: {at_best}, {}", best.rate);
                    for lr in [0.9, 0.99, 0.999, 1.0, 1.001, 1.01, 1.1] {
                        for momentum in [0.9, 0.99, 0.999, 1.0, 1.001, 1.01] {
                            let near = slowest(&with(method, lr * best.lr, momentum * best.momentum), lambda);
                            assert!(near > best.rate - 1e-7, "{method:?} {kappa}: × {lr}, × {momentum}: {near}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn short_numbers_are_nearly_as_fast() {
        for kappa in [1.0, 2.0, 10.0, 33.0, 100.0, 1000.0] {
            let lambda = [1.0, kappa];
            for method in METHODS {
                let (best, tuned) = (best(method, lambda).unwrap(), best_tuned(method, lambda).unwrap());
                assert!(slowest(&tuned, lambda) <= best.rate * SLACK + 1e-9, "{method:?} {kappa}: {tuned:?}");
                let digits = |value: f64| format!("{value:e}").split('e').next().unwrap().replace(['.', '-'], "").len();
                assert!(kappa == 1.0 || digits(tuned.lr()) <= 7, "{method:?} {kappa}: {tuned:?}");
            }
        }
        assert_eq!([up_to_digits(0.66942, 3), up_to_digits(0.25, 2), up_to_digits(0.0, 3)], [0.67, 0.25, 0.0]);
        assert_eq!(best_tuned(Method::Adam, [1.0, 10.0]), None);
    }

    #[test]
    fn below_the_limit_all_comes_closer_and_above_it_goes_away() {
        for method in METHODS {
            for momentum in [0.0, 0.5, 0.9, 0.99] {
                for lambda in [0.2, 1.0, 30.0] {
                    let tuned = with(method, 1.0, momentum);
                    let limit = limit(&tuned, lambda).unwrap();
                    for (part, comes_closer) in [(0.01, true), (0.5, true), (0.999, true), (1.001, false), (1.5, false)]
                    {
                        let rate = rate(&with(method, part * limit, momentum), lambda).unwrap();
                        assert_eq!(rate < 1.0, comes_closer, "{method:?} {momentum} {lambda} × {part}: {rate}");
                    }
                }
            }
        }
    }
}
