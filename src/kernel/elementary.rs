//! `e^x`, `tanh x`, `e^x - 1` and the normal distribution over vectors, without branches.
//!
//! Exponentials and hyperbolic tangents by polynomials and rational functions of S. L. Moshier's Cephes library (1992),
//! of which these are rewritten. Only arguments up to 0 are needed: with those nothing overflows, and the functions
//! below are written so that nothing cancels.

#![allow(clippy::excessive_precision, reason = "constants with the digits of their sources")]

use super::vector::Vector;
use super::{F32x8, F64x8};

/// `c[0] x^n + … + c[n]`, by Horner's rule.
#[inline(always)]
fn polynomial<V: Vector>(x: V, coefficients: &[V::Scalar]) -> V {
    let mut sum = V::splat(coefficients[0]);
    for &coefficient in &coefficients[1..] {
        sum = sum * x + V::splat(coefficient);
    }
    sum
}

/// `x = k ln 2 + r` with a whole number k: `k + 1.5 · 2^p` and r, `|r| <= ln 2 / 2`.
macro_rules! reduce {
    ($name:ident, $Vector:ident, $round:literal, $log2_e:expr, $high:literal, $low:literal) => {
        #[inline(always)]
        fn $name(x: $Vector) -> ($Vector, $Vector) {
            // Adding 1.5 · 2^p rounds to a whole number. ln 2 is in two parts, the first exact in few bits, so that
            // its product with k is exact.
            let shifted = x * $Vector::splat($log2_e) + $Vector::splat($round);
            let k = shifted - $Vector::splat($round);
            (shifted, x - k * $Vector::splat($high) - k * $Vector::splat($low))
        }
    };
}
reduce!(reduce_f32, F32x8, 12_582_912.0, std::f32::consts::LOG2_E, 0.693_359_375, -2.121_944_4e-4);
reduce!(
    reduce_f64,
    F64x8,
    6_755_399_441_055_744.0,
    std::f64::consts::LOG2_E,
    6.931_457_519_531_25e-1,
    1.428_606_820_309_417_3e-6
);

/// `e^r - 1` for `|r| <= ln 2 / 2`.
#[inline(always)]
fn exp_m1_reduced_f32(r: F32x8) -> F32x8 {
    const P: [f32; 6] = [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5e-1];
    polynomial(r, &P) * (r * r) + r
}

/// `e^r - 1` for `|r| <= ln 2 / 2`.
#[inline(always)]
fn exp_m1_reduced_f64(r: F64x8) -> F64x8 {
    const P: [f64; 3] = [1.261_771_930_748_105_9e-4, 3.029_944_077_074_419_6e-2, 1.0];
    const Q: [f64; 4] = [3.001_985_051_386_644_5e-6, 2.524_483_403_496_841e-3, 2.272_655_482_081_550_3e-1, 2.0];
    let square = r * r;
    let p = r * polynomial(square, &P);
    let ratio = p / (polynomial(square, &Q) - p);
    ratio + ratio
}

macro_rules! exponentials {
    ($exp:ident, $exp_m1:ident, $exp_sum:ident, $Vector:ident, $reduce:ident, $reduced:ident, $lowest:literal) => {
        /// `e^x` for `x <= 0`; 0 where the result would be denormal.
        #[inline(always)]
        pub fn $exp(x: $Vector) -> $Vector {
            $exp_sum(x, $Vector::splat(0.0))
        }

        /// `e^(x + tail)` for `x <= 0` and a tail far smaller than 1: an exponent to twice the format's precision.
        #[inline(always)]
        fn $exp_sum(x: $Vector, tail: $Vector) -> $Vector {
            let lowest = $Vector::splat($lowest);
            let (shifted, r) = $reduce(x.max(lowest));
            let power = $reduced(r + tail) + $Vector::splat(1.0);
            x.select_less(lowest, $Vector::splat(0.0), power * shifted.power_of_shifted())
        }

        /// `e^x - 1` for `x <= 0`.
        #[inline(always)]
        pub fn $exp_m1(x: $Vector) -> $Vector {
            let (shifted, r) = $reduce(x.max($Vector::splat($lowest)));
            // 2^k (e^r - 1) + (2^k - 1): exact at k = 0, and both of one sign or apart from there on.
            let power = shifted.power_of_shifted();
            $reduced(r) * power + (power - $Vector::splat(1.0))
        }
    };
}
exponentials!(exp_f32, exp_m1_f32, exp_sum_f32, F32x8, reduce_f32, exp_m1_reduced_f32, -87.3);
exponentials!(exp_f64, exp_m1_f64, exp_sum_f64, F64x8, reduce_f64, exp_m1_reduced_f64, -708.3);

/// `tanh x` and its derivative: an odd polynomial up to 0.625, `1 - r` with `r = 2e / (1 + e)`, `e = e^-2|x|`, beyond,
/// where `1 - tanh² x = r (2 - r)` does not cancel.
#[inline(always)]
pub fn tanh_f32(x: F32x8) -> (F32x8, F32x8) {
    const P: [f32; 5] = [-5.704_988_7e-3, 2.063_908_8e-2, -5.373_971_6e-2, 1.333_144_2e-1, -3.333_328e-1];
    let z = x * x;
    let near = polynomial(z, &P) * z * x + x;
    tanh_by_range(x, near, exp_f32(-(x.abs() + x.abs())))
}

/// `tanh x` and its derivative, as [`tanh_f32`] with an odd rational function up to 0.625.
#[inline(always)]
pub fn tanh_f64(x: F64x8) -> (F64x8, F64x8) {
    const P: [f64; 3] = [-9.643_991_794_250_523e-1, -9.928_772_310_019_185e1, -1.614_687_684_417_084_5e3];
    const Q: [f64; 4] = [1.0, 1.128_116_784_916_329_3e2, 2.235_488_390_601_004_5e3, 4.844_063_053_251_255e3];
    let z = x * x;
    let near = x + x * z * (polynomial(z, &P) / polynomial(z, &Q));
    tanh_by_range(x, near, exp_f64(-(x.abs() + x.abs())))
}

#[inline(always)]
fn tanh_by_range<V: Vector>(x: V, near: V, e: V) -> (V, V) {
    let (one, two, limit) = (V::constant(1.0), V::constant(2.0), V::constant(0.625));
    let r = (e + e) / (one + e);
    let far = (one - r).copysign(x);
    let is_near = |near: V, far: V| x.abs().select_less(limit, near, far);
    (is_near(near, far), is_near(one - near * near, r * (two - r)))
}

macro_rules! normal {
    ($name:ident, $Vector:ident, $Float:ident, $exp_sum:ident, $split:literal, $root_half:expr, $root_tau:literal,
     $coefficients:expr) => {
        /// Φ and φ, the normal distribution function and its density.
        ///
        /// `1 - Φ(|u|) = t P(t) e^-x²`, `x = |u| / √2`, `t = 2 / (2 + x)`, with a polynomial fitted to `e^x² erfc x / 2t`
        /// (minimax by Chebyshev nodes, to 2·10⁻⁹ in f32 and 6·10⁻¹⁶ in f64). The square is taken of a head and a tail,
        /// so that its error does not grow into that of the exponential.
        #[inline(always)]
        pub fn $name(u: $Vector) -> ($Vector, $Vector) {
            const P: &[$Float] = &$coefficients;
            let constant = $Vector::splat;
            let half = constant(0.5);
            // Beyond 40 nothing is left, and the square of what is far beyond would leave the format.
            let magnitude = u.abs().min(constant(40.0));
            // u² / 2 = head² / 2 + (|u| - head)(|u| + head) / 2, the first exact.
            let scaled = magnitude * constant($split);
            let head = scaled - (scaled - magnitude);
            let tail = (magnitude - head) * (magnitude + head) * half;
            let gauss = $exp_sum(-(head * head * half), -tail);
            let t = constant(2.0) / (constant(2.0) + magnitude * constant($root_half));
            let upper = t * polynomial(t, P) * gauss;
            let below = u.select_less(constant(0.0), upper, constant(1.0) - upper);
            (below, gauss * constant($root_tau))
        }
    };
}

normal!(
    normal_f32,
    F32x8,
    f32,
    exp_sum_f32,
    4097.0,
    std::f32::consts::FRAC_1_SQRT_2,
    0.398_942_28,
    [
        0.0159222521,
        -0.0841424763,
        0.161857978,
        -0.102741592,
        -0.0498899817,
        0.0415192433,
        0.0176970698,
        0.0954207331,
        0.122145444,
        0.141168833,
        0.141042501
    ]
);
normal!(
    normal_f64,
    F64x8,
    f64,
    exp_sum_f64,
    134_217_729.0,
    std::f64::consts::FRAC_1_SQRT_2,
    0.398_942_280_401_432_7,
    [
        -0.0190977402238106,
        0.22291609419805855,
        -1.2064330505002214,
        4.0051212950974335,
        -9.0858191065528953,
        14.838778760215266,
        -17.897960178660199,
        16.115026657539321,
        -10.891563494614672,
        5.6194510904841382,
        -2.3178100339904062,
        0.77397002976027729,
        -0.16594521075969038,
        0.036485386678387112,
        -0.032745565615112902,
        -0.02764898672522216,
        -0.0022693547138677929,
        0.0418777055593395,
        0.088154434716687366,
        0.12341647639361365,
        0.14104739582663478,
        0.14104739588694173
    ]
);

#[cfg(test)]
mod tests {
    use super::super::Real;
    use super::*;

    /// The distance to the true value in units of the last place of f32.
    fn ulps_f32(got: f32, want: f64) -> f64 {
        let nearest = want as f32;
        if got == nearest {
            return 0.0;
        }
        let ulp = f64::from(f32::from_bits(nearest.abs().to_bits() + 1)) - f64::from(nearest.abs());
        (f64::from(got) - want).abs() / ulp
    }

    /// The same for f64, by a neighbour.
    fn ulps_f64(got: f64, want: f64) -> f64 {
        (got - want).abs() / (f64::from_bits(want.abs().to_bits() + 1) - want.abs())
    }

    fn at<T: Real>(function: impl Fn(T::Vector) -> T::Vector, x: T) -> T {
        function(T::Vector::splat(x)).store()[0]
    }

    /// The normal distribution function.
    fn distribution(u: f64) -> f64 {
        0.5 * libm::erfc(-u * std::f64::consts::FRAC_1_SQRT_2)
    }

    /// The worst error over every `step`-th bit pattern of f32, in units of the last place.
    fn worst_f32(step: usize) -> [(&'static str, f64); 5] {
        let mut worst = ["exp", "exp - 1", "tanh", "Φ", "φ"].map(|name| (name, 0.0_f64));
        let mut see = |index: usize, error: f64| worst[index].1 = worst[index].1.max(error);
        for bits in (0..=u32::MAX).step_by(step) {
            let x = f32::from_bits(bits);
            if !x.is_finite() || x.abs() < 1e-30 {
                continue;
            }
            let exact = f64::from(x);
            if (-87.3..=0.0).contains(&x) {
                see(0, ulps_f32(at(exp_f32, x), libm::exp(exact)));
            }
            if x < 0.0 {
                see(1, ulps_f32(at(exp_m1_f32, x), libm::expm1(exact)));
            }
            see(2, ulps_f32(at(|x| tanh_f32(x).0, x), libm::tanh(exact)));
            if x > -13.0 {
                see(3, ulps_f32(at(|x| normal_f32(x).0, x), distribution(exact)));
            }
            if x.abs() < 13.0 {
                see(
                    4,
                    ulps_f32(
                        at(|x| normal_f32(x).1, x),
                        libm::exp(-exact * exact / 2.0) / std::f64::consts::TAU.sqrt(),
                    ),
                );
            }
        }
        worst
    }

    /// Two units, but for the far tail of Φ, a product of four rounded factors.
    fn allowed(name: &str) -> f64 {
        if name == "Φ" { 6.0 } else { 2.0 }
    }

    #[test]
    fn f32_is_within_two_units_in_the_last_place() {
        // 4 million numbers: all signs and exponents.
        for (name, worst) in worst_f32(997) {
            assert!(worst <= allowed(name), "{name} is off by {worst} units in the last place");
        }
    }

    #[test]
    #[ignore = "all 4 billion numbers: minutes"]
    fn f32_is_within_two_units_in_the_last_place_everywhere() {
        for (name, worst) in worst_f32(1) {
            println!("{name}: {worst:.3} units in the last place");
            assert!(worst <= allowed(name), "{name} is off by {worst} units in the last place");
        }
    }

    #[test]
    fn f64_is_near_libm() {
        for i in -70_000..70_000 {
            let x = f64::from(i) * 0.010_101_37;
            if x < 0.0 {
                assert!(ulps_f64(at(exp_f64, x), libm::exp(x)) <= 3.0, "exp({x})");
                assert!(ulps_f64(at(exp_m1_f64, x), libm::expm1(x)) <= 3.0, "exp({x}) - 1");
            }
            let x = x * 0.03;
            if x != 0.0 {
                assert!(ulps_f64(at(|x| tanh_f64(x).0, x), libm::tanh(x)) <= 3.0, "tanh({x})");
            }
            let relative = at(|x| normal_f64(x).0, x) / distribution(x) - 1.0;
            assert!(relative.abs() < 1e-13, "Φ({x}) is off by {relative:e}");
        }
    }

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!([-200.0, f32::NEG_INFINITY, 0.0].map(|x| at(exp_f32, x)), [0.0, 0.0, 1.0]);
        assert_eq!([-1e4, f64::NEG_INFINITY, 0.0].map(|x| at(exp_f64, x)), [0.0, 0.0, 1.0]);
        assert_eq!([-200.0, f32::NEG_INFINITY, 0.0].map(|x| at(exp_m1_f32, x)), [-1.0, -1.0, 0.0]);
        assert_eq!([-1e9, 0.0, 1e9].map(|x: f32| at(|x| tanh_f32(x).0, x)), [-1.0, 0.0, 1.0]);
        assert_eq!([-1e9, 0.0, f64::INFINITY].map(|x| at(|x| tanh_f64(x).0, x)), [-1.0, 0.0, 1.0]);
        assert_eq!([-1e38, 1e38, f32::INFINITY].map(|x| at(|x| normal_f32(x).0, x)), [0.0, 1.0, 1.0]);
        assert!([at(exp_f32, f32::NAN), at(|x| tanh_f32(x).0, f32::NAN)].iter().all(|x| x.is_nan()));
        assert!([at(exp_f64, f64::NAN), at(|x| normal_f64(x).0, f64::NAN)].iter().all(|x| x.is_nan()));
    }
}
