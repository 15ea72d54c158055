//! The two floating-point formats.

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
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Scaled gradients and optimizer state below this are made zero, because they or their squares could turn into
    /// denormals, which are very slow to compute with. The scale keeps what matters near 1, far above it.
    const TINY: Self;
    /// The square of [`Real::TINY`], still a normal number: the same bound for second moments.
    const TINY_SQUARE: Self;

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
    /// `e^x`, within 2 units in the last place.
    fn exp(self) -> Self;
    /// `tanh x`, within 2 units in the last place, and its derivative `1 - tanh² x`, which does not cancel.
    fn tanh_with_slope(self) -> (Self, Self);
    /// The complementary error function.
    fn erfc(self) -> Self;
    /// `|self|` with the sign of `sign`.
    fn copysign(self, sign: Self) -> Self;

    /// `2^exponent`, 0 where that is below the normal range.
    fn power_of_two(exponent: i32) -> Self;

    /// The number, or 0 where its magnitude is below `bound`.
    #[inline(always)]
    fn flush(self, bound: Self) -> Self {
        if self.abs() < bound { Self::ZERO } else { self }
    }
}

macro_rules! real {
    ($Float:ident, $tiny:expr, $tiny_square:expr, $min_exponent:expr, $exp:path, $tanh:path, $erfc:path) => {
        impl Real for $Float {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const TINY: Self = $tiny;
            const TINY_SQUARE: Self = $tiny_square;

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
            fn exp(self) -> Self {
                $exp(self)
            }
            #[inline(always)]
            fn tanh_with_slope(self) -> (Self, Self) {
                $tanh(self)
            }
            #[inline(always)]
            fn erfc(self) -> Self {
                $erfc(self)
            }
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                Self::copysign(self, sign)
            }
            fn power_of_two(exponent: i32) -> Self {
                if exponent < $min_exponent { 0.0 } else { libm::ldexp(1.0, exponent) as Self }
            }
        }
    };
}

real!(f32, 1e-18, 1e-36, -126, super::elementary::exp_f32, super::elementary::tanh_f32, libm::erfcf);
real!(f64, 1e-150, 1e-300, -1022, super::elementary::exp_f64, super::elementary::tanh_f64, libm::erfc);
