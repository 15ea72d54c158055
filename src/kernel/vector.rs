//! Eight numbers that are computed with at once: a [`Lane`] in registers.
//!
//! Formulas over a vector are written once, with operators, for both formats. Natively a vector is an array, which the
//! compiler turns into the machine's instructions; in WebAssembly it is made of `v128`s, because there the compiler
//! leaves loops with comparisons and bit patterns to scalar code. Either way every entry is rounded as IEEE 754 says,
//! so the results are the same bits.

// In WebAssembly only the tests name it.
#[cfg(any(test, not(target_arch = "wasm32")))]
use super::real::Real;
use super::real::{LANES, Lane, Vector};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// `op` of each pair of entries.
#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
fn zip<T: Real>(a: [T; LANES], b: [T; LANES], op: impl Fn(T, T) -> T) -> [T; LANES] {
    std::array::from_fn(|i| op(a[i], b[i]))
}

#[cfg(not(target_arch = "wasm32"))]
macro_rules! native {
    ($Vector:ident, $Float:ident, $significand:literal) => {
        /// Eight numbers, as an array.
        #[derive(Clone, Copy, Debug)]
        pub struct $Vector([$Float; LANES]);

        native!(@operator $Vector, Add, add, +);
        native!(@operator $Vector, Sub, sub, -);
        native!(@operator $Vector, Mul, mul, *);
        native!(@operator $Vector, Div, div, /);

        impl Neg for $Vector {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                Self(self.0.map(|x| -x))
            }
        }

        impl Vector for $Vector {
            type Scalar = $Float;
            #[inline(always)]
            fn splat(x: $Float) -> Self {
                Self([x; LANES])
            }
            #[inline(always)]
            fn load(lane: &Lane<$Float>) -> Self {
                Self(*lane)
            }
            #[inline(always)]
            fn store(self) -> Lane<$Float> {
                self.0
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                Self(self.0.map($Float::sqrt))
            }
            #[inline(always)]
            fn abs(self) -> Self {
                Self(self.0.map($Float::abs))
            }
            #[inline(always)]
            fn with_sign_of(self, sign: Self) -> Self {
                Self(zip(self.0, sign.0, $Float::copysign))
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                Self(zip(self.0, other.0, |a, b| if a < b { b } else { a }))
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                Self(zip(self.0, other.0, |a, b| if b < a { b } else { a }))
            }
            #[inline(always)]
            fn select_less(self, other: Self, yes: Self, no: Self) -> Self {
                Self(std::array::from_fn(|i| if self.0[i] < other.0[i] { yes.0[i] } else { no.0[i] }))
            }
            #[inline(always)]
            fn transpose(rows: [Self; LANES]) -> [Self; LANES] {
                std::array::from_fn(|j| Self(std::array::from_fn(|i| rows[i].0[j])))
            }
            #[inline(always)]
            fn power_of_shifted(self) -> Self {
                Self(self.0.map(|x| $Float::from_bits(x.to_bits() << $significand)))
            }
        }
    };
    (@operator $Vector:ident, $Trait:ident, $method:ident, $operator:tt) => {
        impl $Trait for $Vector {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(zip(self.0, other.0, |a, b| a $operator b))
            }
        }
    };
}

#[cfg(not(target_arch = "wasm32"))]
native!(F32x8, f32, 23);
#[cfg(not(target_arch = "wasm32"))]
native!(F64x8, f64, 52);

#[cfg(target_arch = "wasm32")]
macro_rules! wasm {
    ($Vector:ident, $Float:ident, $parts:literal, $significand:literal, $int_shl:ident, $splat:ident, $add:ident,
     $sub:ident, $mul:ident, $div:ident, $neg:ident, $sqrt:ident, $abs:ident, $pmax:ident, $pmin:ident, $lt:ident,
     $transpose:ident) => {
        /// Eight numbers in registers of 128 bits.
        #[derive(Clone, Copy, Debug)]
        pub struct $Vector([core::arch::wasm32::v128; $parts]);

        impl $Vector {
            #[inline(always)]
            fn zip(
                self,
                other: Self,
                op: impl Fn(core::arch::wasm32::v128, core::arch::wasm32::v128) -> core::arch::wasm32::v128,
            ) -> Self {
                Self(std::array::from_fn(|i| op(self.0[i], other.0[i])))
            }
        }

        impl $Vector {
            /// All bits set where `self < other`.
            #[inline(always)]
            fn mask_less(self, other: Self) -> Self {
                self.zip(other, |a, b| core::arch::wasm32::$lt(a, b))
            }
        }

        wasm!(@operator $Vector, Add, add, $add);
        wasm!(@operator $Vector, Sub, sub, $sub);
        wasm!(@operator $Vector, Mul, mul, $mul);
        wasm!(@operator $Vector, Div, div, $div);

        impl Neg for $Vector {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                Self(self.0.map(|x| core::arch::wasm32::$neg(x)))
            }
        }

        impl Vector for $Vector {
            type Scalar = $Float;
            #[inline(always)]
            fn splat(x: $Float) -> Self {
                Self([core::arch::wasm32::$splat(x); $parts])
            }
            #[inline(always)]
            #[allow(unsafe_code, reason = "the bits of a lane, read as what they are")]
            fn load(lane: &Lane<$Float>) -> Self {
                // SAFETY: both are the same number of plain bits, and every pattern is valid for both.
                Self(unsafe { std::mem::transmute::<Lane<$Float>, [core::arch::wasm32::v128; $parts]>(*lane) })
            }
            #[inline(always)]
            #[allow(unsafe_code, reason = "the bits of a lane, written as what they are")]
            fn store(self) -> Lane<$Float> {
                // SAFETY: as in `load`.
                unsafe { std::mem::transmute::<[core::arch::wasm32::v128; $parts], Lane<$Float>>(self.0) }
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                Self(self.0.map(|x| core::arch::wasm32::$sqrt(x)))
            }
            #[inline(always)]
            fn abs(self) -> Self {
                Self(self.0.map(|x| core::arch::wasm32::$abs(x)))
            }
            #[inline(always)]
            fn with_sign_of(self, sign: Self) -> Self {
                let mask = core::arch::wasm32::$splat(-0.0);
                self.zip(sign, |x, sign| core::arch::wasm32::v128_or(x, core::arch::wasm32::v128_and(sign, mask)))
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                self.zip(other, |a, b| core::arch::wasm32::$pmax(a, b))
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                self.zip(other, |a, b| core::arch::wasm32::$pmin(a, b))
            }
            #[inline(always)]
            fn select_less(self, other: Self, yes: Self, no: Self) -> Self {
                let mask = self.mask_less(other);
                Self(std::array::from_fn(|i| core::arch::wasm32::v128_bitselect(yes.0[i], no.0[i], mask.0[i])))
            }
            #[inline(always)]
            fn transpose(rows: [Self; LANES]) -> [Self; LANES] {
                $transpose(rows.map(|row| row.0)).map(Self)
            }
            #[inline(always)]
            fn power_of_shifted(self) -> Self {
                Self(self.0.map(|x| core::arch::wasm32::$int_shl(x, $significand)))
            }
        }
    };
    (@operator $Vector:ident, $Trait:ident, $method:ident, $operation:ident) => {
        impl $Trait for $Vector {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, |a, b| core::arch::wasm32::$operation(a, b))
            }
        }
    };
}

#[cfg(target_arch = "wasm32")]
wasm!(
    F32x8,
    f32,
    2,
    23,
    i32x4_shl,
    f32x4_splat,
    f32x4_add,
    f32x4_sub,
    f32x4_mul,
    f32x4_div,
    f32x4_neg,
    f32x4_sqrt,
    f32x4_abs,
    f32x4_pmax,
    f32x4_pmin,
    f32x4_lt,
    transpose_f32
);
#[cfg(target_arch = "wasm32")]
wasm!(
    F64x8,
    f64,
    4,
    52,
    i64x2_shl,
    f64x2_splat,
    f64x2_add,
    f64x2_sub,
    f64x2_mul,
    f64x2_div,
    f64x2_neg,
    f64x2_sqrt,
    f64x2_abs,
    f64x2_pmax,
    f64x2_pmin,
    f64x2_lt,
    transpose_f64
);

/// Four blocks of 4 × 4, two of which change places.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
fn transpose_f32(rows: [[core::arch::wasm32::v128; 2]; LANES]) -> [[core::arch::wasm32::v128; 2]; LANES] {
    use core::arch::wasm32::{i32x4_shuffle, i64x2_shuffle};
    let block = |row: usize, half: usize| {
        let [a, b, c, d] = [0, 1, 2, 3].map(|i| rows[row + i][half]);
        let (ab, ab_high) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
        let (cd, cd_high) = (i32x4_shuffle::<0, 4, 1, 5>(c, d), i32x4_shuffle::<2, 6, 3, 7>(c, d));
        [
            i64x2_shuffle::<0, 2>(ab, cd),
            i64x2_shuffle::<1, 3>(ab, cd),
            i64x2_shuffle::<0, 2>(ab_high, cd_high),
            i64x2_shuffle::<1, 3>(ab_high, cd_high),
        ]
    };
    let [top, bottom] = [0, 1].map(|half| (block(0, half), block(4, half)));
    std::array::from_fn(|j| {
        let (upper, lower) = if j < 4 { top } else { bottom };
        [upper[j % 4], lower[j % 4]]
    })
}

/// Blocks of 2 × 2.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
fn transpose_f64(rows: [[core::arch::wasm32::v128; 4]; LANES]) -> [[core::arch::wasm32::v128; 4]; LANES] {
    use core::arch::wasm32::i64x2_shuffle;
    std::array::from_fn(|j| {
        std::array::from_fn(|part| {
            let (a, b) = (rows[2 * part][j / 2], rows[2 * part + 1][j / 2]);
            if j % 2 == 0 { i64x2_shuffle::<0, 2>(a, b) } else { i64x2_shuffle::<1, 3>(a, b) }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Real>() {
        let unit = |x: f64| T::Vector::constant(x).forget_tiny().store()[0].to_f64();
        let tiny = T::TINY.to_f64();
        for x in [0.0, 1e-20 * tiny, -1e-17 * tiny] {
            assert_eq!(unit(x), 0.0, "{x:e}");
        }
        for x in [1e3 * tiny, -1e9 * tiny, 1.0, -3.0, f64::INFINITY] {
            let rounded = T::from_f64(x).to_f64();
            assert!(unit(x) == rounded || (unit(x) / rounded - 1.0).abs() < 1.3e-7, "{x:e} becomes {:e}", unit(x));
        }
        assert!(unit(f64::NAN).is_nan());
        let square = |x: f64| T::Vector::constant(x).square_of_at_least_tiny().store()[0];
        let least = T::TINY * T::TINY;
        assert_eq!([square(0.0), square(-1e-3 * tiny), square(-2.0)], [least, least, T::from_f64(4.0)]);
        assert!(square(f64::NAN).to_f64().is_nan() && square(f64::NEG_INFINITY).to_f64().is_infinite());
    }

    #[test]
    fn tiny_numbers_are_forgotten_and_others_kept() {
        check::<f32>();
        check::<f64>();
    }
}
