//! The two floating-point formats.

use super::elementary as e;
use super::real::Real;
use super::vector::{F32x8, F64x8};

macro_rules! real {
    ($Float:ident, $Vector:ident, $tiny:expr, $rounds_tiny:expr, $faint:expr, $min_exponent:expr, $exp:path, $exp_m1:path,
     $tanh:path, $normal:path) => {
        impl Real for $Float {
            type Vector = $Vector;
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const TINY: Self = $tiny;
            const ROUNDS_TINY: Self = $rounds_tiny;
            const FAINT: Self = $faint;
            const MIN_POSITIVE: Self = $Float::MIN_POSITIVE;
            const SQUARES_FIT_F64: bool = 4 * $Float::MAX_EXP < f64::MAX_EXP;

            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                x as Self
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                Self::sqrt(self)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                Self::abs(self)
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                if self < other { other } else { self }
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                if self > other { other } else { self }
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                Self::is_finite(self)
            }
            #[inline(always)]
            fn exp(x: $Vector) -> $Vector {
                $exp(x, None)
            }
            #[inline(always)]
            fn exp_m1(x: $Vector) -> ($Vector, $Vector) {
                $exp_m1(x)
            }
            #[inline(always)]
            fn tanh_with_slope(x: $Vector) -> ($Vector, $Vector) {
                $tanh(x)
            }
            #[inline(always)]
            fn normal(x: $Vector) -> ($Vector, $Vector) {
                $normal(x)
            }
            fn power_of_two(exponent: i32) -> Self {
                if exponent < $min_exponent { 0.0 } else { libm::ldexp(1.0, exponent) as Self }
            }
        }
    };
}

real!(f32, F32x8, 1e-18, 8.673_617_4e-19, 7.888_609e-31, -126, e::exp_f32, e::exp_m1_f32, e::tanh_f32, e::normal_f32);
real!(
    f64,
    F64x8,
    1e-150,
    1.221_974_545_399_842e-150,
    9.332_636_185_032_189e-302,
    -1022,
    e::exp_f64,
    e::exp_m1_f64,
    e::tanh_f64,
    e::normal_f64
);
