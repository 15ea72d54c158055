//! What the engine asks of a floating-point format, and of eight numbers of it that are computed with at once.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

/// Columns of a panel.
pub const LANES: usize = 8;

/// One row of a panel: eight neighbouring columns.
pub type Lane<T> = [T; LANES];

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
    /// Beyond what matters for numbers whose scale keeps that near 1, and so far above the least normal number that products
    /// with it are not denormal unless the other factor is next to nothing too. A power of two.
    const FAINT: Self;
    /// The least number with all digits: squares below it have lost some.
    const MIN_POSITIVE: Self;
    /// Whether sums of squares of whatever numbers of the format are within the range of f64.
    const SQUARES_FIT_F64: bool;

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

/// Eight numbers of the format `Scalar`.
pub trait Vector:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// The format of one entry.
    type Scalar: Real<Vector = Self>;

    /// Eight times the same number.
    fn splat(x: Self::Scalar) -> Self;
    /// From memory.
    fn load(lane: &Lane<Self::Scalar>) -> Self;
    /// To memory.
    fn store(self) -> Lane<Self::Scalar>;
    /// `√x`.
    fn sqrt(self) -> Self;
    /// `|x|`.
    fn abs(self) -> Self;
    /// The numbers, which are not negative, with the sign of `sign`.
    fn with_sign_of(self, sign: Self) -> Self;
    /// The larger of both; NaN where `self` is.
    fn max(self, other: Self) -> Self;
    /// The smaller of both; NaN where `self` is.
    fn min(self, other: Self) -> Self;
    /// `yes` where `self < other`, `no` elsewhere and where one of them is NaN.
    fn select_less(self, other: Self, yes: Self, no: Self) -> Self;
    /// `2^k` for whole numbers k in the normal range, given as `k + bias + 1.5 · 2^p`, p the bits of the significand and the
    /// bias that of the exponent: the sum holds the exponent of `2^k` in its last bits.
    fn power_of_shifted(self) -> Self;

    /// Eight rows of eight as eight columns.
    fn transpose(rows: [Self; LANES]) -> [Self; LANES];

    /// Eight times the number nearest to `x`.
    #[inline(always)]
    fn constant(x: f64) -> Self {
        Self::splat(Self::Scalar::from_f64(x))
    }

    /// The numbers, rounded to 0 where they are so small that products with them could be denormal, which processors are
    /// very slow to compute with: far below [`Real::TINY`]. Those far above keep their digits, but perhaps the last.
    ///
    /// Adding a number and taking it away again is cheaper than a comparison.
    #[inline(always)]
    fn forget_tiny(self) -> Self {
        let large = Self::splat(Self::Scalar::ROUNDS_TINY);
        (self + large) - large
    }

    /// The numbers, and 0 where they are below [`Real::FAINT`]: products with what is left are hardly ever denormal, and no
    /// digit of it changes.
    #[inline(always)]
    fn without_faint(self) -> Self {
        self.abs().select_less(Self::splat(Self::Scalar::FAINT), Self::splat(Self::Scalar::ZERO), self)
    }

    /// The squares, and 0 where the number is below [`Real::TINY`], so that none is denormal.
    #[inline(always)]
    fn square_without_tiny(self) -> Self {
        let root = self.abs().select_less(Self::splat(Self::Scalar::TINY), Self::splat(Self::Scalar::ZERO), self);
        root * root
    }

    /// The squares, but none below that of [`Real::TINY`], so that neither they nor sums or means of them are ever denormal.
    #[inline(always)]
    fn square_of_at_least_tiny(self) -> Self {
        let root = self.abs().max(Self::splat(Self::Scalar::TINY));
        root * root
    }
}
