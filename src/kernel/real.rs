//! The two floating-point formats.

use super::vector::Vector;
use super::{F32x8, F64x8, elementary as e};
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

/// A floating-point format that a network is trained in: `f32` or `f64`.
///
/// The functions are the engine's own or those of the `libm` crate, never the platform's, whose last bits differ
/// from machine to machine.
pub trait Real:
    Copy
    + Debug
    + Default
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + std::iter::Sum
{
    /// Eight numbers of the format.
    type Vector: Vector<Scalar = Self>;

    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Next to nothing for numbers whose scale keeps what matters near 1; its square is still a normal number.
    const TINY: Self;
    /// A power of two near [`Real::TINY`]. Added and taken away again, it rounds numbers to multiples of the last place of
    /// it: what is far below becomes 0, and of what is far above at most the last digit changes.
    const ROUNDS_TINY: Self;

    /// The nearest number to `x`.
    fn from_f64(x: f64) -> Self;
    /// The same number as f64, exactly.
    fn to_f64(self) -> f64;
    /// `sqrt(x)`, correctly rounded.
    fn sqrt(self) -> Self;
    /// `|x|`.
    fn abs(self) -> Self;
    /// The larger of both; NaN if `self` is.
    fn max(self, other: Self) -> Self;
    /// The smaller of both; NaN if `self` is.
    fn min(self, other: Self) -> Self;
    /// Whether the number is neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// `e^x` for `x <= 0`, within 2 units in the last place.
    fn exp(x: Self::Vector) -> Self::Vector;
    /// `e^x - 1` and `e^x` for `x <= 0`; neither cancels.
    fn exp_m1(x: Self::Vector) -> (Self::Vector, Self::Vector);
    /// `tanh x`, within 2 units in the last place, and its derivative `1 - tanh² x`, which does not cancel.
    fn tanh_with_slope(x: Self::Vector) -> (Self::Vector, Self::Vector);
    /// The normal distribution function Φ, within 7 units in the last place of f32, and its density φ, within 3.
    fn normal(x: Self::Vector) -> (Self::Vector, Self::Vector);

    /// `2^exponent`, 0 where that is below the normal range.
    fn power_of_two(exponent: i32) -> Self;
}

macro_rules! real {
    ($Float:ident, $Vector:ident, $tiny:expr, $rounds_tiny:expr, $min_exponent:expr, $exp:path, $exp_m1:path,
     $tanh:path, $normal:path) => {
        impl Real for $Float {
            type Vector = $Vector;
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const TINY: Self = $tiny;
            const ROUNDS_TINY: Self = $rounds_tiny;

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

real!(f32, F32x8, 1e-18, 8.673_617_4e-19, -126, e::exp_f32, e::exp_m1_f32, e::tanh_f32, e::normal_f32);
real!(f64, F64x8, 1e-150, 1.221_974_545_399_842e-150, -1022, e::exp_f64, e::exp_m1_f64, e::tanh_f64, e::normal_f64);
