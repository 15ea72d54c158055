//! The recursion of a wide network's variances, its fixed point, and what that means for the gradient.

use super::gaussian::{Moments, SMALLEST_VARIANCE, moments};
use crate::choice::choice;
use crate::nn::Activation;
use serde::{Deserialize, Serialize};

/// The layers of a wide network with random weights, all alike.
///
/// # Formula
/// `q^l = σ_w² E[φ(√q^(l-1) Z)²] + σ_b²` and `χ^l = σ_w² E[φ′(√q^l Z)²]`, where q is the variance of a pre-activation z
/// over the random weights, `σ_w² = fan_in · Var(W)`, `σ_b² = Var(b)` and Z ~ N(0, 1); going back one layer multiplies
/// the mean square of ∂L/∂z by χ.
///
/// B. Poole et al. 2016, "Exponential expressivity in deep neural networks through transient chaos";
/// S. S. Schoenholz et al. 2017, "Deep information propagation".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanField {
    /// φ.
    pub activation: Activation,
    /// σ_w².
    pub sigma_w2: f64,
    /// σ_b².
    pub sigma_b2: f64,
    /// The mean of the biases, which is the mean of z: `φ(√q Z)` becomes `φ(bias_mean + √q Z)`. Zero but in the
    /// `playground` initialization.
    pub bias_mean: f64,
}

choice! {
    /// On which side of χ = 1 a network stands.
    pub enum Phase {
        /// χ < 1: inputs become alike, gradients vanish.
        Ordered => "ordered",
        /// χ = 1: the edge of chaos.
        Critical => "critical",
        /// χ > 1: inputs are torn apart, gradients explode.
        Chaotic => "chaotic",
    }
}

impl Phase {
    /// The phase of a network with this χ; within 1e-9 of 1 it is critical.
    pub fn of(chi: f64) -> Self {
        match chi - 1.0 {
            distance if distance.abs() <= 1e-9 => Self::Critical,
            distance if distance < 0.0 => Self::Ordered,
            _ => Self::Chaotic,
        }
    }
}

/// `1 / |ln χ|`: over so many layers the gradient's mean square changes by a factor e; infinite in the critical phase.
pub fn depth_scale(chi: f64) -> f64 {
    if Phase::of(chi) == Phase::Critical { f64::INFINITY } else { 1.0 / libm::log(chi).abs() }
}

choice! {
    /// What becomes of q in deep layers.
    pub enum Settling {
        /// It settles at q*.
        Converged => "converged",
        /// It grows beyond every bound.
        Diverges => "diverges",
        /// V′(q*) = 1: every q is a fixed point, or q falls to 0 only as 1/l.
        Marginal => "marginal",
    }
}

/// Where the variances of deep layers end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixedPoint {
    /// What becomes of q.
    pub settling: Settling,
    /// q*, unless q diverges.
    pub q_star: Option<f64>,
    /// χ(q*). Where q diverges only for piecewise-linear activations, whose χ does not depend on q.
    pub chi: Option<f64>,
}

/// A bound beyond which no q that is still growing stops.
const FAR: f64 = 1e12;

/// A bound below which a q that is still falling has 0 as its fixed point, unless V(0) is above 0.
const NEAR_ZERO: f64 = 1e-12;

/// What is below this is 0: the smallest variance that [`moments`] knows, times any σ_w².
const ZERO: f64 = 1e-200;

/// How far apart the points are, as a factor, between which a fixed point is looked for.
const STRIDE: f64 = 1.1;

impl MeanField {
    /// The moments of φ over z of variance q.
    pub fn moments(&self, q: f64) -> Moments {
        moments(self.activation, self.bias_mean, q)
    }

    /// V(q), the variance of the next layer's z.
    pub fn next_q(&self, q: f64) -> f64 {
        self.sigma_w2 * self.moments(q).mean_square + self.sigma_b2
    }

    /// χ(q).
    pub fn chi(&self, q: f64) -> f64 {
        self.sigma_w2 * self.moments(q).mean_square_slope
    }

    /// The fixed point that the recursion reaches from `q0`.
    ///
    /// V grows with q, so the recursion moves in one direction and stops at the first fixed point there. It is looked
    /// for in steps of 10 % and then between the two neighbours, because the recursion itself may take for ever.
    pub fn fixed_point(&self, q0: f64) -> FixedPoint {
        if is_piecewise_linear(self.activation) && self.bias_mean == 0.0 {
            return self.linear_fixed_point(q0);
        }
        let rise = |q: f64| self.next_q(q) - q;
        let lowest = self.next_q(0.0);
        // No q of a later layer is below V(0).
        let mut from = q0.max(lowest).max(SMALLEST_VARIANCE);
        let first = rise(from);
        if first.abs() <= 1e-12 * from {
            return self.settled_at(from);
        }
        if first > 0.0 {
            while from < FAR {
                let to = from * STRIDE;
                if rise(to) <= 0.0 {
                    return self.settled_at(bisect(from, to, |q| rise(q) > 0.0));
                }
                from = to;
            }
            return FixedPoint { settling: Settling::Diverges, q_star: None, chi: None };
        }
        if lowest > ZERO {
            while from > lowest {
                let to = (from / STRIDE).max(lowest);
                if rise(to) >= 0.0 {
                    return self.settled_at(bisect(to, from, |q| rise(q) > 0.0));
                }
                from = to;
            }
            return self.settled_at(lowest);
        }
        while from > NEAR_ZERO {
            let to = from / STRIDE;
            if rise(to) >= 0.0 {
                return self.settled_at(bisect(to, from, |q| rise(q) > 0.0));
            }
            from = to;
        }
        // V′(0) = σ_w² φ′(0)² = χ(0), the mean of both sides' where there is a kink.
        let chi = self.chi(0.0);
        let is_marginal = Phase::of(chi) == Phase::Critical;
        let settling = if is_marginal { Settling::Marginal } else { Settling::Converged };
        FixedPoint { settling, q_star: Some(0.0), chi: Some(chi) }
    }

    fn settled_at(&self, q: f64) -> FixedPoint {
        FixedPoint { settling: Settling::Converged, q_star: Some(q), chi: Some(self.chi(q)) }
    }

    /// Where `V(q) = χ q + σ_b²`.
    fn linear_fixed_point(&self, q0: f64) -> FixedPoint {
        let chi = self.chi(q0);
        let (settling, q_star) = match Phase::of(chi) {
            Phase::Ordered => (Settling::Converged, Some(self.sigma_b2 / (1.0 - chi))),
            Phase::Critical if self.sigma_b2 == 0.0 => (Settling::Marginal, Some(q0)),
            _ => (Settling::Diverges, None),
        };
        FixedPoint { settling, q_star, chi: Some(chi) }
    }
}

/// The σ_w² at which χ(q*) = 1, and the q* there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CriticalPoint {
    /// σ_w².
    pub sigma_w2: f64,
    /// q*; `None` for piecewise-linear activations, where it does not matter.
    pub q_star: Option<f64>,
}

/// The edge of chaos of an activation at a given σ_b²: with σ_w² growing from 0, the first at which χ(q*) = 1.
///
/// `None` where there is none: the fixed point is lost, and q diverges, while χ is still below 1.
///
/// Along the fixed points `σ_w² = (q* - σ_b²) / E[φ²]`, so q* is what is varied. For σ_b² = 0 and an activation with
/// φ(0) = 0, q* is 0 up to the edge.
pub fn critical_point(activation: Activation, sigma_b2: f64) -> Option<CriticalPoint> {
    let at = |q: f64| moments(activation, 0.0, q);
    if is_piecewise_linear(activation) {
        return Some(CriticalPoint { sigma_w2: 1.0 / at(1.0).mean_square_slope, q_star: None });
    }
    let at_zero = at(0.0);
    if sigma_b2 == 0.0 && at_zero.mean_square < NEAR_ZERO {
        return Some(CriticalPoint { sigma_w2: 1.0 / at_zero.mean_square_slope, q_star: Some(0.0) });
    }
    let sigma_w2 = |q: f64| (q - sigma_b2) / at(q).mean_square;
    let is_ordered = |q: f64| (q - sigma_b2) * at(q).mean_square_slope < at(q).mean_square;
    let mut from = sigma_b2.max(NEAR_ZERO);
    while from < FAR {
        let to = from * STRIDE;
        if !is_ordered(to) {
            let q = bisect(from, to, is_ordered);
            return Some(CriticalPoint { sigma_w2: sigma_w2(q), q_star: Some(q) });
        }
        if sigma_w2(to) < sigma_w2(from) {
            return None;
        }
        from = to;
    }
    None
}

/// Whether φ is linear on each side of 0, so that the moments of φ scale with q and those of φ′ do not change.
pub fn is_piecewise_linear(activation: Activation) -> bool {
    matches!(activation, Activation::Linear | Activation::Relu | Activation::LeakyRelu)
}

/// The number between `low` and `high` up to which `holds`, to the last digit.
fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return low;
        }
        if holds(middle) { low = middle } else { high = middle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(activation: Activation, sigma_w2: f64, sigma_b2: f64) -> MeanField {
        MeanField { activation, sigma_w2, sigma_b2, bias_mean: 0.0 }
    }

    fn chi(activation: Activation, sigma_w2: f64, sigma_b2: f64) -> f64 {
        field(activation, sigma_w2, sigma_b2).fixed_point(1.0).chi.unwrap()
    }

    /// The rows of the table in which theory is usually told.
    #[test]
    fn well_known_values_come_out() {
        for (sigma_w2, want) in [(1.0, 0.759), (1.3, 0.880), (2.5, 1.134), (4.0, 1.342), (1.76095, 1.0)] {
            let got = chi(Activation::Tanh, sigma_w2, 0.05);
            assert!((got - want).abs() < 6e-4, "tanh, σ_w² = {sigma_w2}: {got}, not {want}");
        }
        let edge = critical_point(Activation::Tanh, 0.05).unwrap();
        assert!((edge.sigma_w2 - 1.76095).abs() < 6e-6 && (edge.q_star.unwrap() - 0.570).abs() < 6e-4, "{edge:?}");
        let sigmoid = chi(Activation::Sigmoid, 1.0, 0.0);
        assert!((sigmoid - 0.0557).abs() < 6e-5 && (sigmoid.sqrt() - 0.236).abs() < 6e-4, "sigmoid: {sigmoid}");
        for (sigma_w2, factor) in [(2.0, 1.0), (1.0, 0.5_f64.sqrt()), (1.0 / 3.0, 0.4082)] {
            let got = chi(Activation::Relu, sigma_w2, 0.0).sqrt();
            assert!((got - factor).abs() < 6e-5, "ReLU, σ_w² = {sigma_w2}: {got}, not {factor}");
        }
    }

    #[test]
    fn phases_are_told_apart_and_have_a_depth_scale() {
        let relu = |sigma_w2| field(Activation::Relu, sigma_w2, 0.0).fixed_point(1.0);
        for (sigma_w2, settling, phase) in [
            (1.9, Settling::Converged, Phase::Ordered),
            (2.0, Settling::Marginal, Phase::Critical),
            (2.1, Settling::Diverges, Phase::Chaotic),
        ] {
            let point = relu(sigma_w2);
            assert_eq!((point.settling, point.chi.map(Phase::of)), (settling, Some(phase)));
        }
        assert!((depth_scale((-0.25_f64).exp()) - 4.0).abs() < 1e-12 && depth_scale(1.0).is_infinite());
    }

    #[test]
    fn slow_and_lost_fixed_points_are_found_or_told() {
        // V(q) - q tends to 1 with ELU at σ_w² = 2: q grows for ever, though ever more slowly in proportion.
        let elu = field(Activation::Elu, 2.0, 0.0).fixed_point(1.0);
        assert_eq!((elu.settling, elu.q_star), (Settling::Diverges, None));
        // Just below the edge of chaos at σ_b = 0, the recursion would take thousands of steps.
        let tanh = field(Activation::Tanh, 1.001, 0.0).fixed_point(1.0);
        let q = tanh.q_star.unwrap();
        assert!(q > 1e-4 && (field(Activation::Tanh, 1.001, 0.0).next_q(q) / q - 1.0).abs() < 1e-13, "{tanh:?}");
        // Biases of one value: from above and from below the same.
        let playground = MeanField { bias_mean: 0.1, ..field(Activation::Relu, 0.5, 0.0) };
        let (above, below) = (playground.fixed_point(1e6), playground.fixed_point(1e-6));
        assert!((above.q_star.unwrap() / below.q_star.unwrap() - 1.0).abs() < 1e-9, "{above:?} {below:?}");
        let tiny = field(Activation::Tanh, 0.5, 1e-16).fixed_point(1.0).q_star.unwrap();
        assert!((tiny / 2e-16 - 1.0).abs() < 1e-9, "{tiny:e}");
    }
}
