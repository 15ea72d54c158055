//! Expectations of smooth functions over a normal variable.

/// Where the tails of the normal distribution end: what is beyond is under 1e-17 of the whole.
const TAIL: f64 = 8.5;

/// E\[f(u)\] over `u ~ N(mean, variance)`, of some functions at once, within 1e-8 for what tanh, the logistic function and
/// their slopes are made of.
///
/// By the trapezoidal rule, which on the whole line is exact but for e^(−2πd/h), d the distance of the function's nearest pole
/// from the real axis: π/2 for tanh, of standard deviations `π / (2 std)`.
pub(super) fn expect<const N: usize>(mean: f64, variance: f64, mut f: impl FnMut(f64) -> [f64; N]) -> [f64; N] {
    const DENSITY: f64 = 0.398_942_280_401_432_7;
    let std = variance.max(0.0).sqrt();
    let count = (3.0 * TAIL * std.max(1.0)).ceil();
    let step = TAIL / count;
    let mut sums = [0.0; N];
    for index in -(count as i32)..=count as i32 {
        let z = f64::from(index) * step;
        let weight = step * DENSITY * libm::exp(-0.5 * z * z);
        for (sum, term) in sums.iter_mut().zip(f(mean + std * z)) {
            *sum += weight * term;
        }
    }
    sums
}

/// 1 / (1 + e^(−u)).
pub(super) fn logistic(u: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-u))
}

/// Expectations of the logistic function over a normal variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct GateMoments {
    /// E\[σ\].
    pub mean: f64,
    /// E\[σ²\].
    pub square: f64,
    /// E\[σ (1 − σ)\].
    pub slope: f64,
    /// E\[σ² (1 − σ)²\].
    pub square_slope: f64,
}

impl GateMoments {
    /// Over N(mean, variance).
    pub(super) fn new(mean: f64, variance: f64) -> Self {
        let [mean, square, slope, square_slope] = expect(mean, variance, |u| {
            let (on, off) = (logistic(u), logistic(-u));
            let slope = on * off;
            [on, on * on, slope, slope * slope]
        });
        Self { mean, square, slope, square_slope }
    }
}

/// Expectations of tanh over a normal variable of mean 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TanhMoments {
    /// E\[tanh²\].
    pub square: f64,
    /// E\[tanh′\].
    pub slope: f64,
    /// E\[tanh′²\].
    pub square_slope: f64,
    /// tanh in normalized Hermite polynomials of z, the variable over its standard deviation: those of order 1, 3, 5 and 7.
    hermite: [f64; 4],
}

impl TanhMoments {
    /// Over N(0, variance).
    pub(super) fn new(variance: f64) -> Self {
        let std = variance.sqrt().max(f64::MIN_POSITIVE);
        let [square, slope, square_slope, h1, h3, h5, h7] = expect(0.0, variance, |u| {
            let (tanh, z) = (libm::tanh(u), u / std);
            let slope = 1.0 - tanh * tanh;
            let z2 = z * z;
            [
                tanh * tanh,
                slope,
                slope * slope,
                tanh * z,
                tanh * z * (z2 - 3.0),
                tanh * z * ((z2 - 10.0) * z2 + 15.0),
                tanh * z * (((z2 - 21.0) * z2 + 105.0) * z2 - 105.0),
            ]
        });
        let hermite = [h1, h3 / 6.0_f64.sqrt(), h5 / 120.0_f64.sqrt(), h7 / 5040.0_f64.sqrt()];
        Self { square, slope, square_slope, hermite }
    }

    /// E\[tanh(u) tanh(u′)\] of two variables with these moments and a correlation.
    ///
    /// # Formula
    /// `Σ k_n k_n′ ρⁿ` over the Hermite polynomials (Mehler).
    pub(super) fn product(&self, other: &Self, correlation: f64) -> f64 {
        let square = correlation * correlation;
        let mut power = correlation;
        let mut sum = 0.0;
        for (one, other) in self.hermite.iter().zip(other.hermite) {
            sum += one * other * power;
            power *= square;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Activation;
    use crate::theory::gaussian::moments;

    #[test]
    fn they_agree_with_the_panels_of_another_rule() {
        for variance in [1e-9, 0.02, 0.3, 1.0, 9.0, 100.0] {
            let (tanh, other) = (TanhMoments::new(variance), moments(Activation::Tanh, 0.0, variance));
            for (got, want) in [(tanh.square, other.mean_square), (tanh.square_slope, other.mean_square_slope)] {
                assert!((got - want).abs() < 1e-7 * want, "tanh over {variance}: {got}, not {want}");
            }
            for mean in [0.0, 1.0, -10.0, 10.0] {
                let (gate, other) = (GateMoments::new(mean, variance), moments(Activation::Sigmoid, mean, variance));
                let pairs = [
                    (gate.mean, other.mean),
                    (gate.square, other.mean_square),
                    (gate.square_slope, other.mean_square_slope),
                    (gate.slope, gate.mean - gate.square),
                ];
                for (got, want) in pairs {
                    assert!((got - want).abs() < 1e-7 * want, "σ over N({mean}, {variance}): {got}, not {want}");
                }
            }
        }
    }

    #[test]
    fn a_product_of_equal_variables_is_the_square() {
        for variance in [1e-6, 0.3, 2.0] {
            let tanh = TanhMoments::new(variance);
            let product = tanh.product(&tanh, 1.0);
            assert!((product / tanh.square - 1.0).abs() < 0.01, "{variance}: {product} and {}", tanh.square);
            assert_eq!(tanh.product(&tanh, 0.0), 0.0);
            assert!(tanh.product(&tanh, -0.5) < 0.0);
        }
    }
}
