//! `e^x`, `tanh x`, `e^x - 1` and the normal distribution over vectors, without branches.
//!
//! Exponentials are needed only of arguments up to 0: with those nothing overflows, and the functions below are written
//! so that nothing cancels. The reduction by ln 2 in two parts is that of S. L. Moshier's Cephes library (1992).

#![allow(clippy::excessive_precision, reason = "constants with the digits of their sources")]

use super::vector::Vector;
use super::{F32x8, F64x8};
use std::hint::black_box;

/// Constants that are read from memory: browsers make a vector of a literal by four instructions, each time that it is
/// used, and of a number in memory by one.
#[inline(always)]
fn from_memory<V: Vector, const N: usize>(table: &'static [V::Scalar; N]) -> [V; N] {
    let table = black_box(table);
    // Not `map`, which would copy the table.
    std::array::from_fn(|i| V::splat(table[i]))
}

/// `c[0] x^n + … + c[n]`, by Horner's rule in x² for the even and for the odd powers: as many operations as in x, in two
/// chains that do not wait for each other.
#[inline(always)]
fn polynomial<V: Vector, const N: usize>(x: V, square: V, coefficients: [V; N]) -> V {
    let mut parts = [V::constant(0.0); 2];
    for (i, coefficient) in coefficients.into_iter().enumerate() {
        let part = &mut parts[(N - 1 - i) % 2];
        *part = if i < 2 { coefficient } else { *part * square + coefficient };
    }
    let [even, odd] = parts;
    odd * x + even
}

macro_rules! exponentials {
    ($parts:ident, $exp:ident, $exp_m1:ident, $Vector:ident, $Float:ident, $round:expr, $log2_e:expr, $high:literal,
     $low:literal, $lowest:literal, $terms:literal, $coefficients:expr) => {
        /// `2^k (e^r - 1)` and `2^k` with `x + tail = k ln 2 + r`, `-ln 2 <= r <= 0` and a whole number k, for `x <= 0` and
        /// a tail far smaller than 1. x counts as the lowest at which `2^k` is a normal number, if it is below.
        ///
        /// r keeps to one side of 0, so that `2^k (e^r - 1)` and `2^k - 1` are never of opposite signs.
        /// `(e^r - 1 - r) / r²` is a polynomial fitted at Chebyshev nodes, to 10⁻⁹ in f32 and 10⁻¹⁷ in f64.
        #[inline(always)]
        fn $parts(x: $Vector, tail: $Vector) -> ($Vector, $Vector) {
            static P: [$Float; $terms] = $coefficients;
            static REDUCTION: [$Float; 6] = [$lowest, $log2_e, 0.5 - $Float::EPSILON / 4.0, $round, $high, $low];
            let [lowest, log2_e, half, round, high, low] = from_memory::<$Vector, _>(&REDUCTION);
            let x = x.max(lowest);
            // Adding 1.5 · 2^p + bias rounds to the nearest whole number, with almost a half before it to the next one up,
            // so that r is not above 0 to speak of; with all of the half, the tie at 0 would go to 1. ln 2 is in two
            // parts, the first exact in few bits, so that its product with k is exact.
            let shifted = (x * log2_e + half) + round;
            let k = shifted - round;
            let r = (x - k * high) - k * low + tail;
            let power = shifted.power_of_shifted();
            let square = r * r;
            ((polynomial(r, square, from_memory(&P)) * square + r) * power, power)
        }

        /// `e^(x + tail)` for `x <= 0` and a tail far smaller than 1; 0 where the result would be denormal.
        #[inline(always)]
        pub fn $exp(x: $Vector, tail: $Vector) -> $Vector {
            let (part, power) = $parts(x, tail);
            x.select_less($Vector::splat($lowest), $Vector::splat(0.0), part + power)
        }

        /// `e^x - 1` for `x <= 0`.
        #[inline(always)]
        pub fn $exp_m1(x: $Vector) -> $Vector {
            let (part, power) = $parts(x, $Vector::splat(0.0));
            part + (power - $Vector::splat(1.0))
        }
    };
}

/// `tanh x` and its derivative: with `e = e^-2|x|` and `r = 2 e / (1 + e)`, `|tanh x| = 1 - r` and
/// `1 - tanh² x = 2 r / (1 + e)`; near 0, where `1 - r` cancels, an odd polynomial.
#[inline(always)]
pub fn tanh_f32(x: F32x8) -> (F32x8, F32x8) {
    // `(e^r - 1 - r) / r²` for |r| <= ln 2 / 2, to 3·10⁻⁹ of e^r; `(tanh x / x - 1) / x²` in x² for |x| <= 0.55, to
    // 4·10⁻⁸ of tanh x / x: the least errors at the largest (Lawson's iteration).
    static TABLE: [f32; 18] = [
        0.00139506022,
        0.00836895352,
        0.0416662041,
        0.166665183,
        0.50000001,
        0.016_458_762,
        -0.052_684_145,
        0.133_209_42,
        -0.333_329_58,
        -2.0,
        -87.3,
        std::f32::consts::LOG2_E,
        12_582_912.0 + 127.0,
        0.693_359_375,
        -2.121_944_4e-4,
        1.0,
        2.0,
        0.55,
    ];
    let [e4, e3, e2, e1, e0, t3, t2, t1, t0, minus_two, lowest, log2_e, round, ln2_high, ln2_low, one, two, near_zero] =
        from_memory(&TABLE);
    let magnitude = x.abs();
    // As in the other exponentials, but with the nearest k.
    let t = (magnitude * minus_two).max(lowest);
    let shifted = t * log2_e + round;
    let k = shifted - round;
    let r = (t - k * ln2_high) - k * ln2_low;
    let square = r * r;
    let terms = polynomial(r, square, [e4, e3, e2, e1, e0]);
    let e = ((terms * square + r) + one) * shifted.power_of_shifted();
    let root = two / (one + e);
    let rest = e * root;
    let z = x * x;
    let near = polynomial(z, z * z, [t3, t2, t1, t0]) * (z * x) + x;
    (magnitude.select_less(near_zero, near, (one - rest).with_sign_of(x)), rest * root)
}

/// `tanh x` and its derivative: with `m = e^-2|x| - 1`, `|tanh x| = -m / (2 + m)` and
/// `1 - tanh² x = 4 (m + 1) / (2 + m)²`. m and m + 1 are computed apart, so that neither cancels.
#[inline(always)]
pub fn tanh_f64(x: F64x8) -> (F64x8, F64x8) {
    let constant = F64x8::splat;
    let (part, power) = parts_f64(x.abs() * constant(-2.0), constant(0.0));
    let m = part + (power - constant(1.0));
    let root = constant(2.0) / (constant(2.0) + m);
    ((m * constant(-0.5) * root).with_sign_of(x), (part + power) * root * root)
}

exponentials!(
    parts_f32,
    exp_f32,
    exp_m1_f32,
    F32x8,
    f32,
    12_582_912.0 + 127.0,
    std::f32::consts::LOG2_E,
    0.693_359_375,
    -2.121_944_4e-4,
    -87.3,
    6,
    [0.000153574947, 0.00135558471, 0.00832167175, 0.0416648127, 0.166666552, 0.5]
);
exponentials!(
    parts_f64,
    exp_f64,
    exp_m1_f64,
    F64x8,
    f64,
    6_755_399_441_055_744.0 + 1023.0,
    std::f64::consts::LOG2_E,
    6.931_457_519_531_25e-1,
    1.428_606_820_309_417_3e-6,
    -708.3,
    11,
    [
        1.560807709693516e-09,
        2.4229325463034716e-08,
        2.7482841546764107e-07,
        2.7553093084837761e-06,
        2.4801432686350503e-05,
        0.00019841266206840647,
        0.0013888888835759945,
        0.0083333333328834032,
        0.041666666666647471,
        0.16666666666666635,
        0.5
    ]
);

macro_rules! normal {
    ($name:ident, $Vector:ident, $Float:ident, $exp:ident, $split:literal, $root_half:expr, $root_tau:literal,
     $terms:literal, $coefficients:expr) => {
        /// Φ and φ, the normal distribution function and its density.
        ///
        /// `1 - Φ(|u|) = t P(t) e^-x²`, `x = |u| / √2`, `t = 2 / (2 + x)`, with a polynomial fitted to `e^x² erfc x / 2t`
        /// (at Chebyshev nodes, to 2·10⁻⁹ in f32 and 6·10⁻¹⁶ in f64). The square is taken of a head and a tail,
        /// so that its error does not grow into that of the exponential.
        #[inline(always)]
        pub fn $name(u: $Vector) -> ($Vector, $Vector) {
            static P: [$Float; $terms] = $coefficients;
            static CONSTANTS: [$Float; 7] = [0.5, 1.0, 2.0, 40.0, $split, $root_half, $root_tau];
            let [half, one, two, far, split, root_half, root_tau] = from_memory::<$Vector, _>(&CONSTANTS);
            // Beyond 40 nothing is left, and the square of what is far beyond would leave the format.
            let magnitude = u.abs().min(far);
            // u² / 2 = head² / 2 + (|u| - head)(|u| + head) / 2, the first exact.
            let scaled = magnitude * split;
            let head = scaled - (scaled - magnitude);
            let tail = (magnitude - head) * (magnitude + head) * half;
            let gauss = $exp(-(head * head * half), -tail);
            let t = two / (two + magnitude * root_half);
            let upper = t * polynomial(t, t * t, from_memory(&P)) * gauss;
            let below = u.select_less($Vector::splat(0.0), upper, one - upper);
            (below, gauss * root_tau)
        }
    };
}

normal!(
    normal_f32,
    F32x8,
    f32,
    exp_f32,
    4097.0,
    std::f32::consts::FRAC_1_SQRT_2,
    0.398_942_28,
    11,
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
    exp_f64,
    134_217_729.0,
    std::f64::consts::FRAC_1_SQRT_2,
    0.398_942_280_401_432_7,
    22,
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
    use super::super::{LANES, Lane, Real};
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

    const NAMES: [&str; 5] = ["exp", "exp - 1", "tanh", "Φ", "φ"];

    /// The worst errors over every `step`-th bit pattern of f32, in units of the last place.
    fn worst_f32(step: usize) -> [f64; 5] {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let part = |thread: usize| {
            let mut worst = [0.0_f64; 5];
            // In turns, because long stretches of bit patterns are numbers that are left out.
            for start in (0..=u32::MAX as usize).step_by(step * LANES).skip(thread).step_by(threads) {
                let x: Lane<f32> = std::array::from_fn(|i| f32::from_bits((start + i * step) as u32));
                if x.iter().any(|x| x.abs() >= 1e-30) {
                    see_f32(&x, &mut worst);
                }
            }
            worst
        };
        let parts: Vec<[f64; 5]> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|thread| scope.spawn(move || part(thread))).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        std::array::from_fn(|i| parts.iter().map(|worst| worst[i]).fold(0.0, f64::max))
    }

    fn see_f32(x: &Lane<f32>, worst: &mut [f64; 5]) {
        let v = F32x8::load(x);
        let (distribution_of_v, density) = normal_f32(v);
        let got = [exp_f32(v, F32x8::splat(0.0)), exp_m1_f32(v), tanh_f32(v).0, distribution_of_v, density];
        let got = got.map(Vector::store);
        for (i, &x) in x.iter().enumerate().filter(|(_, x)| x.is_finite() && x.abs() >= 1e-30) {
            let exact = f64::from(x);
            let mut see = |index: usize, want: f64| worst[index] = worst[index].max(ulps_f32(got[index][i], want));
            if (-87.3..=0.0).contains(&x) {
                see(0, libm::exp(exact));
            }
            if x < 0.0 {
                see(1, libm::expm1(exact));
            }
            see(2, libm::tanh(exact));
            if x > -13.0 {
                see(3, distribution(exact));
            }
            if x.abs() < 13.0 {
                see(4, libm::exp(-exact * exact / 2.0) / std::f64::consts::TAU.sqrt());
            }
        }
    }

    /// Two units, but for the far tails of Φ and φ, products of several rounded factors.
    fn allowed(name: &str) -> f64 {
        match name {
            "Φ" => 7.0,
            "φ" => 3.5,
            _ => 2.0,
        }
    }

    #[test]
    fn f32_is_within_a_few_units_in_the_last_place() {
        // 4 million numbers: all signs and exponents.
        for (name, worst) in NAMES.into_iter().zip(worst_f32(997)) {
            assert!(worst <= allowed(name), "{name} is off by {worst} units in the last place");
        }
    }

    #[test]
    #[ignore = "all 4 billion numbers: minutes"]
    fn f32_is_within_a_few_units_in_the_last_place_everywhere() {
        for (name, worst) in NAMES.into_iter().zip(worst_f32(1)) {
            println!("{name}: {worst:.3} units in the last place");
            assert!(worst <= allowed(name), "{name} is off by {worst} units in the last place");
        }
    }

    #[test]
    fn f64_is_near_libm() {
        for i in -70_000..70_000 {
            let x = f64::from(i) * 0.010_101_37;
            if x < 0.0 {
                assert!(ulps_f64(at(|x| exp_f64(x, F64x8::splat(0.0)), x), libm::exp(x)) <= 3.0, "exp({x})");
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
        assert_eq!([-200.0, f32::NEG_INFINITY, 0.0].map(|x| at(|x| exp_f32(x, F32x8::splat(0.0)), x)), [0.0, 0.0, 1.0]);
        assert_eq!([-1e4, f64::NEG_INFINITY, 0.0].map(|x| at(|x| exp_f64(x, F64x8::splat(0.0)), x)), [0.0, 0.0, 1.0]);
        assert_eq!([-200.0, f32::NEG_INFINITY, 0.0].map(|x| at(exp_m1_f32, x)), [-1.0, -1.0, 0.0]);
        assert_eq!([-1e9, 0.0, 1e9].map(|x: f32| at(|x| tanh_f32(x).0, x)), [-1.0, 0.0, 1.0]);
        assert_eq!([-1e9, 0.0, f64::INFINITY].map(|x| at(|x| tanh_f64(x).0, x)), [-1.0, 0.0, 1.0]);
        assert_eq!([-1e38, 1e38, f32::INFINITY].map(|x| at(|x| normal_f32(x).0, x)), [0.0, 1.0, 1.0]);
        assert!([at(exp_m1_f32, f32::NAN), at(|x| tanh_f32(x).0, f32::NAN)].iter().all(|x| x.is_nan()));
        assert!([at(exp_m1_f64, f64::NAN), at(|x| normal_f64(x).0, f64::NAN)].iter().all(|x| x.is_nan()));
    }
}
