//! Expectations of an activation and its slope over a normal variable, by quadrature.

use crate::kernel::activate::activate;
use crate::kernel::{LANES, Lane};
use crate::nn::Activation;

/// Expectations over `u ~ N(mean, variance)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// E\[φ(u)\].
    pub mean: f64,
    /// E\[φ(u)²\].
    pub mean_square: f64,
    /// E\[φ′(u)²\].
    pub mean_square_slope: f64,
    /// What ties φ and its slope to each other, and to u.
    pub products: Products,
}

/// Expectations of products over the same u, with `x = u - mean`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Products {
    /// E\[x φ′\].
    pub x_slope: f64,
    /// E\[x φ φ′\].
    pub x_phi_slope: f64,
    /// E\[x² φ′²\].
    pub square_x_slope: f64,
    /// E\[φ φ′²\].
    pub phi_square_slope: f64,
    /// E\[φ² φ′²\].
    pub square_phi_slope: f64,
}

/// Where the tails of the normal distribution end: what is beyond is under 1e-20 of the whole.
const TAIL: f64 = 10.0;

/// The widest panel, in standard deviations: sixteen nodes integrate the normal density over it to the last digit.
const WIDEST: f64 = 2.5;

/// Below this, a variance stands for the limit 0 from above; its root times a node is still a normal number.
pub const SMALLEST_VARIANCE: f64 = 1e-280;

/// The positive nodes and their weights of Gauss and Legendre's rule of sixteen nodes on \[-1, 1\].
const RULE: [(f64, f64); LANES] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_58),
    (0.458_016_777_657_227_37, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_8, 0.149_595_988_816_576_74),
    (0.755_404_408_355_003, 0.124_628_971_255_533_88),
    (0.865_631_202_387_831_8, 0.095_158_511_682_492_79),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_894),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_096),
];

/// The moments of an activation over `u ~ N(mean, variance)`, within 1e-12 relative.
///
/// # Formula
/// `E[f(u)] = ∫ f(mean + √variance z) e^(-z²/2) / √(2π) dz`, in panels that meet where `u = 0`, for there some
/// activations have a kink, and grow with the distance from there, for there all activations have their structure.
///
/// A variance of 0 is the limit from above: ReLU's slope at 0 ± 0 has the mean square 1/2.
pub fn moments(activation: Activation, mean: f64, variance: f64) -> Moments {
    let std = variance.max(SMALLEST_VARIANCE).sqrt();
    let kink = (-mean / std).clamp(-TAIL, TAIL);
    let mut integral = Integral { activation, mean, std, kink: -mean / std, sums: [0.0; 8] };
    integral.over(-TAIL, kink);
    integral.over(kink, TAIL);
    Moments::of(integral.sums)
}

impl Moments {
    /// Of the expectations of [`terms`].
    fn of(sums: [f64; 8]) -> Self {
        let [mean, mean_square, mean_square_slope, x_slope, x_phi_slope, square_x_slope, f, square_phi_slope] = sums;
        let products = Products { x_slope, x_phi_slope, square_x_slope, phi_square_slope: f, square_phi_slope };
        Self { mean, mean_square, mean_square_slope, products }
    }
}

/// Of what the expectations are taken.
fn terms(x: f64, phi: f64, slope: f64) -> [f64; 8] {
    let (x_slope, phi_slope) = (x * slope, phi * slope);
    let squares = [x_slope * x_slope, phi_slope * slope, phi_slope * phi_slope];
    [phi, phi * phi, slope * slope, x_slope, x_slope * phi, squares[0], squares[1], squares[2]]
}

/// Sums over the panels so far.
struct Integral {
    activation: Activation,
    mean: f64,
    std: f64,
    /// Where u is 0, in standard deviations from the mean.
    kink: f64,
    sums: [f64; 8],
}

impl Integral {
    /// Adds the integral from `low` to `high`, which lie on one side of the kink.
    fn over(&mut self, low: f64, high: f64) {
        let distance = (low - self.kink).max(self.kink - high).max(0.0);
        // An activation changes over lengths of about 1 in u near the kink, and more slowly farther out.
        let widest = WIDEST.min(distance.max(1.0 / self.std));
        if high - low > widest {
            let middle = low + (high - low) / 2.0;
            self.over(low, middle);
            self.over(middle, high);
        } else if high > low {
            self.panel(low, high);
        }
    }

    fn panel(&mut self, low: f64, high: f64) {
        const DENSITY: f64 = 0.398_942_280_401_432_7;
        let (center, half) = (low + (high - low) / 2.0, (high - low) / 2.0);
        let z = [RULE.map(|(node, _)| center - half * node), RULE.map(|(node, _)| center + half * node)];
        let u = z.map(|lane| lane.map(|z| self.mean + self.std * z));
        let (mut phi, mut slope) = ([Lane::<f64>::default(); 2], [Lane::<f64>::default(); 2]);
        activate(self.activation, &u, &mut phi, &mut slope);
        for side in 0..2 {
            for (i, (_, weight)) in RULE.iter().enumerate() {
                let density = DENSITY * libm::exp(-0.5 * z[side][i] * z[side][i]);
                let weight = half * weight * density;
                for (sum, term) in self.sums.iter_mut().zip(terms(self.std * z[side][i], phi[side][i], slope[side][i]))
                {
                    *sum += weight * term;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;

    fn assert_close(got: f64, want: f64, floor: f64, what: &str) {
        assert!((got - want).abs() <= 1e-11 * want.abs().max(floor), "{what}: {got:e}, not {want:e}");
    }

    /// The normal distribution function.
    fn distribution(x: f64) -> f64 {
        0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
    }

    #[test]
    fn piecewise_activations_have_the_moments_of_their_closed_forms() {
        for q in [1e-12, 1e-3, 0.3, 1.0, 7.0, 1e3, 1e8] {
            let std = f64::sqrt(q);
            let relu = moments(Activation::Relu, 0.0, q);
            assert_close(relu.mean, std / std::f64::consts::TAU.sqrt(), 0.0, "E[relu]");
            assert_close(relu.mean_square, q / 2.0, 0.0, "E[relu²]");
            assert_close(relu.mean_square_slope, 0.5, 0.0, "E[relu′²]");
            let leaky = moments(Activation::LeakyRelu, 0.0, q);
            assert_close(leaky.mean_square, 1.0001 / 2.0 * q, 0.0, "E[leaky²]");
        }
        // E[e^(ku); u < 0] = e^(k² q / 2) Φ(-k √q); larger q would overflow here, not in the quadrature.
        for q in [0.05, 0.3, 1.0, 7.0, 40.0] {
            let below = |k: f64| libm::exp(k * k * q / 2.0) * distribution(-k * f64::sqrt(q));
            let elu = moments(Activation::Elu, 0.0, q);
            assert_close(elu.mean, (q / std::f64::consts::TAU).sqrt() + below(1.0) - 0.5, 0.0, "E[elu]");
            assert_close(elu.mean_square, q / 2.0 + below(2.0) - 2.0 * below(1.0) + 0.5, 0.0, "E[elu²]");
            assert_close(elu.mean_square_slope, 0.5 + below(2.0), 0.0, "E[elu′²]");
        }
    }

    /// The trapezoidal rule on the whole line is exact to the last digits for smooth functions.
    fn trapezoid(activation: Activation, mean: f64, variance: f64) -> Moments {
        let step = 0.05 / variance.sqrt().max(1.0);
        let mut sums = [0.0; 8];
        let count = (12.0 / step) as i64;
        for index in -count..=count {
            let z = index as f64 * step;
            let u = [[mean + variance.sqrt() * z; LANES]];
            let (mut phi, mut slope) = ([[0.0; LANES]], [[0.0; LANES]]);
            activate(activation, &u, &mut phi, &mut slope);
            let weight = step * libm::exp(-z * z / 2.0) / std::f64::consts::TAU.sqrt();
            for (sum, term) in sums.iter_mut().zip(terms(variance.sqrt() * z, phi[0][0], slope[0][0])) {
                *sum += weight * term;
            }
        }
        Moments::of(sums)
    }

    #[test]
    fn smooth_activations_agree_with_the_trapezoidal_rule() {
        use Activation::{Gelu, Linear, Sigmoid, Silu, Tanh};
        for activation in [Linear, Sigmoid, Tanh, Gelu, Silu] {
            for mean in [0.0, 0.1, -3.0] {
                for variance in [1e-6, 0.01, 0.5, 1.0, 9.0, 400.0, 1e5] {
                    let (got, want) = (moments(activation, mean, variance), trapezoid(activation, mean, variance));
                    let what = format!("{activation:?} over N({mean}, {variance})");
                    // The mean of an odd function is what is left of terms that cancel.
                    assert_close(got.mean, want.mean, 1e-3 * variance.sqrt(), &what);
                    assert_close(got.mean_square, want.mean_square, 0.0, &what);
                    assert_close(got.mean_square_slope, want.mean_square_slope, 0.0, &what);
                }
            }
        }
    }

    #[test]
    fn a_kink_away_from_the_mean_is_split_at() {
        // E[relu(m + s Z)] = m Φ(m/s) + s ϕ(m/s), and E[relu′²] = Φ(m/s).
        for (mean, std) in [(0.1, 0.3), (0.1, 1e-3), (-0.5, 0.2), (2.0, 50.0)] {
            let got = moments(Activation::Relu, mean, std * std);
            let ratio: f64 = mean / std;
            let density = libm::exp(-ratio * ratio / 2.0) / std::f64::consts::TAU.sqrt();
            assert_close(got.mean, mean * distribution(ratio) + std * density, 1e-3, "E[relu]");
            assert_close(got.mean_square_slope, distribution(ratio), 1e-3, "E[relu′²]");
        }
    }

    #[test]
    fn no_variance_gives_anything_but_numbers() {
        for &activation in Activation::ALL {
            for variance in [0.0, 1e-300, 1e-100, 1e-20, 1e20, 1e100, 1e290] {
                for mean in [0.0, 0.1] {
                    let got = moments(activation, mean, variance);
                    let all = [got.mean, got.mean_square, got.mean_square_slope];
                    assert!(all.iter().all(|x| x.is_finite()), "{activation:?} {mean} {variance}: {got:?}");
                    assert!(got.mean_square_slope > 0.0, "{activation:?} {mean} {variance}: {got:?}");
                }
            }
        }
    }
}
