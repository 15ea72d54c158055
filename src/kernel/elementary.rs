//! `e^x` and `tanh x` without branches, so that loops over them vectorize.
//!
//! Polynomials and rational functions of S. L. Moshier's Cephes library (1992), of which these are rewritten.

/// `e^x` for f32: `2^k e^r` with `k = round(x / ln 2)`, and a polynomial for `e^r`, `|r| <= ln 2 / 2`.
///
/// Below -87.3 the result would be denormal, and is 0; above 88.72 it is infinite.
#[inline(always)]
pub fn exp_f32(x: f32) -> f32 {
    // Adding and subtracting 1.5 * 2^23 rounds to the nearest whole number.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts, the first exact in few bits, so that `k * LN2_HIGH` is exact.
    const LN2_HIGH: f32 = 355.0 / 512.0;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let clamped = clamp_f32(x, -87.4, 88.8);
    let k = (clamped * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let r = clamped - k * LN2_HIGH - k * LN2_LOW;
    let mut p = 1.987_569_1e-4;
    p = p * r + 1.398_199_9e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 5e-1;
    let power = p * (r * r) + r + 1.0;
    // 2^k in two factors: k may be 128, for which one exponent field is too small.
    let half = (k as i32) >> 1;
    let first = f32::from_bits(((half + 127) as u32) << 23);
    let second = f32::from_bits((((k as i32) - half + 127) as u32) << 23);
    let result = power * first * second;
    let result = if x < -87.3 { 0.0 } else { result };
    let result = if x > 88.722_84 { f32::INFINITY } else { result };
    if x.is_nan() { x } else { result }
}

/// `e^x` for f64, as [`exp_f32`] with a rational function for `e^r`.
///
/// Below -708.3 the result would be denormal, and is 0; above 709.78 it is infinite.
#[inline(always)]
pub fn exp_f64(x: f64) -> f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const LN2_HIGH: f64 = 6.931_457_519_531_25e-1;
    const LN2_LOW: f64 = 1.428_606_820_309_417_3e-6;
    let clamped = clamp_f64(x, -708.4, 709.9);
    let k = (clamped * std::f64::consts::LOG2_E + ROUND) - ROUND;
    let r = clamped - k * LN2_HIGH - k * LN2_LOW;
    let square = r * r;
    let p = r * ((1.261_771_930_748_105_9e-4 * square + 3.029_944_077_074_419_6e-2) * square + 1.0);
    let q = ((3.001_985_051_386_644_5e-6 * square + 2.524_483_403_496_841e-3) * square + 2.272_655_482_081_550_3e-1)
        * square
        + 2.0;
    let power = 1.0 + 2.0 * (p / (q - p));
    let half = (k as i64) >> 1;
    let first = f64::from_bits(((half + 1023) as u64) << 52);
    let second = f64::from_bits((((k as i64) - half + 1023) as u64) << 52);
    let result = power * first * second;
    let result = if x < -708.3 { 0.0 } else { result };
    let result = if x > 709.782_712_893_384 { f64::INFINITY } else { result };
    if x.is_nan() { x } else { result }
}

/// `tanh x` for f32: an odd polynomial up to 0.625, `1 - 2 / (e^2|x| + 1)` beyond.
#[inline(always)]
pub fn tanh_f32(x: f32) -> f32 {
    let z = x * x;
    let mut p = -5.704_988_7e-3;
    p = p * z + 2.063_908_8e-2;
    p = p * z - 5.373_971_6e-2;
    p = p * z + 1.333_144_2e-1;
    p = p * z - 3.333_328e-1;
    let near = p * z * x + x;
    let far = (1.0 - 2.0 / (exp_f32(2.0 * x.abs()) + 1.0)).copysign(x);
    if x.abs() < 0.625 { near } else { far }
}

/// `tanh x` for f64: an odd rational function up to 0.625, `1 - 2 / (e^2|x| + 1)` beyond.
#[inline(always)]
pub fn tanh_f64(x: f64) -> f64 {
    let z = x * x;
    let p = (-9.643_991_794_250_523e-1 * z - 9.928_772_310_019_185e1) * z - 1.614_687_684_417_084_5e3;
    let q = ((z + 1.128_116_784_916_329_3e2) * z + 2.235_488_390_601_004_5e3) * z + 4.844_063_053_251_255e3;
    let near = x + x * z * (p / q);
    let far = (1.0 - 2.0 / (exp_f64(2.0 * x.abs()) + 1.0)).copysign(x);
    if x.abs() < 0.625 { near } else { far }
}

/// Comparisons and selections, which vectorize where `clamp` may not.
#[inline(always)]
fn clamp_f32(x: f32, low: f32, high: f32) -> f32 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

#[inline(always)]
fn clamp_f64(x: f64, low: f64, high: f64) -> f64 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

#[cfg(test)]
mod tests {
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

    /// The same for f64, by the correctly rounded neighbour.
    fn ulps_f64(got: f64, want: f64) -> f64 {
        (got - want).abs() / (f64::from_bits(want.abs().to_bits() + 1) - want.abs())
    }

    #[test]
    fn f32_is_within_two_units_in_the_last_place() {
        let mut worst_exp = 0.0_f64;
        let mut worst_tanh = 0.0_f64;
        // Every 997th bit pattern: all signs and exponents, 4 million numbers.
        for bits in (0..=u32::MAX).step_by(997) {
            let x = f32::from_bits(bits);
            if !x.is_finite() {
                continue;
            }
            if (-87.3..88.72).contains(&x) {
                worst_exp = worst_exp.max(ulps_f32(exp_f32(x), libm::exp(f64::from(x))));
            }
            if x.abs() > 1e-30 {
                worst_tanh = worst_tanh.max(ulps_f32(tanh_f32(x), libm::tanh(f64::from(x))));
            }
        }
        assert!(worst_exp <= 2.0, "exp is off by {worst_exp} units in the last place");
        assert!(worst_tanh <= 2.0, "tanh is off by {worst_tanh} units in the last place");
    }

    #[test]
    fn f64_is_within_three_units_of_libm() {
        for i in -70_000..70_000 {
            let x = f64::from(i) * 0.010_101_37;
            let exp = ulps_f64(exp_f64(x), libm::exp(x));
            assert!(exp <= 3.0, "exp({x}) is off by {exp}");
            let x = x * 0.03;
            if x != 0.0 {
                let tanh = ulps_f64(tanh_f64(x), libm::tanh(x));
                assert!(tanh <= 3.0, "tanh({x}) is off by {tanh}");
            }
        }
    }

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!(exp_f32(-200.0), 0.0);
        assert_eq!(exp_f32(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp_f32(100.0), f32::INFINITY);
        assert!(exp_f32(88.72) < f32::INFINITY);
        assert!(exp_f32(f32::NAN).is_nan() && tanh_f32(f32::NAN).is_nan());
        assert_eq!((exp_f32(0.0), tanh_f32(0.0), tanh_f32(-1e9)), (1.0, 0.0, -1.0));
        assert_eq!((exp_f64(-1e4), exp_f64(1e4), exp_f64(0.0)), (0.0, f64::INFINITY, 1.0));
        assert!(exp_f64(709.7) < f64::INFINITY);
        assert!(exp_f64(f64::NAN).is_nan() && tanh_f64(f64::NAN).is_nan());
        assert_eq!((tanh_f64(0.0), tanh_f64(1e9)), (0.0, 1.0));
    }
}
