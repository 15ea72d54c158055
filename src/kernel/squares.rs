//! Norms and deviations of numbers whose squares leave a format, as they do long before the numbers.
//!
//! The fast loops sum squares as they are. Where such a sum is not finite, or below what squares can tell, it is made again
//! here, of the numbers times an exact power of two. That is rare, so it is compiled once for all formats.

use super::{Lane, Real};

/// A sum of squares, `sum · 4^exponent`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Squares {
    sum: f64,
    exponent: i32,
}

impl Squares {
    /// A sum that was found of numbers of the format T; `None` where it may not be that of their squares, which left the
    /// range of f64.
    pub fn found<T: Real>(sum: f64) -> Option<Self> {
        (T::SQUARES_FIT_F64 || (sum.is_finite() && sum > 1e-290)).then_some(Self { sum, exponent: 0 })
    }

    /// Those of so many numbers, summed anew.
    pub fn of(count: usize, number: &dyn Fn(usize) -> f64) -> Self {
        let largest = (0..count).map(number).fold(0.0_f64, |largest, x| largest.max(x.abs()));
        let exponent = exponent_of(largest);
        let scale = libm::ldexp(1.0, -exponent);
        let sum = (0..count).map(|i| number(i) * scale).map(|x| x * x).sum();
        Self { sum, exponent }
    }

    /// Those of all numbers of some lanes, summed anew.
    pub fn of_lanes<T: Real>(lanes: &[Lane<T>]) -> Self {
        let numbers = lanes.as_flattened();
        Self::of(numbers.len(), &|i| numbers[i].to_f64())
    }

    /// `√Σx²`.
    pub fn norm(self) -> f64 {
        self.root_mean_square(1.0)
    }

    /// `√(Σx² / count)`.
    pub fn root_mean_square(self, count: f64) -> f64 {
        libm::ldexp((self.sum / count).sqrt(), self.exponent)
    }
}

/// The mean and the standard deviation (by n) of so many numbers, wherever in the range of f64 they are. Exactly 0 is the
/// deviation of equal ones.
pub fn mean_and_std(count: usize, number: &dyn Fn(usize) -> f64) -> (f64, f64) {
    // Halves, because a difference may be larger than the largest number.
    let pivot = 0.5 * number(0);
    let difference = |i| 0.5 * number(i) - pivot;
    let largest = (0..count).map(difference).fold(0.0_f64, |largest, x| largest.max(x.abs()));
    let exponent = exponent_of(largest);
    let scale = libm::ldexp(1.0, -exponent);
    let mean = (0..count).map(|i| difference(i) * scale).sum::<f64>() / count as f64;
    let squares = (0..count).map(|i| difference(i) * scale - mean).map(|x| x * x).sum::<f64>();
    let true_size = |x: f64| 2.0 * libm::ldexp(x, exponent);
    (2.0 * (pivot + libm::ldexp(mean, exponent)), true_size((squares / count as f64).sqrt()))
}

/// The binary exponent of a number, or one near it whose power of two has an inverse; 0 of what has none.
fn exponent_of(x: f64) -> i32 {
    if x > 0.0 && x.is_finite() { libm::ilogb(x).clamp(-1000, 1000) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::super::Panels;
    use super::*;

    #[test]
    fn a_norm_is_right_from_the_least_number_to_the_largest() {
        for scale in [5e-324, 1e-310, 1e-170, 1e-162, 1.0, 1e154, 1e200, 1e307] {
            let numbers = [3.0 * scale, -4.0 * scale, 0.0];
            let norm = Squares::of(3, &|i| numbers[i]).norm();
            assert!((norm / scale - 5.0).abs() <= if scale < 1e-300 { 1e-2 } else { 1e-14 }, "{scale}: {norm}");
            let mut panels = Panels::<f64>::zeros(3, 1);
            (0..3).for_each(|row| panels.set(row, 0, numbers[row]));
            assert_eq!(panels.norm(), norm, "{scale}");
        }
        assert_eq!(Squares::of(2, &|_| 0.0).norm(), 0.0);
        for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(!Squares::of(2, &|i| if i == 0 { 1.0 } else { wrong }).norm().is_finite(), "{wrong}");
        }
        let mut panels = Panels::<f32>::zeros(2, 9);
        (0..9).for_each(|col| panels.set(1, col, if col % 2 == 0 { 2e38 } else { -2e38 }));
        assert!((panels.norm() / f64::from(2e38_f32) - 3.0).abs() < 1e-14);
    }

    #[test]
    fn mean_and_deviation_are_right_from_the_least_number_to_the_largest() {
        for scale in [1e-315, 1e-200, 1e-162, 1.0, 1e154, 1e300, 4e307] {
            let numbers = [-4.0 * scale, -4.0 * scale, 4.0 * scale, 2.0 * scale];
            let (mean, std) = mean_and_std(4, &|i| numbers[i]);
            let tolerance = if scale < 1e-300 { 1e-6 } else { 1e-14 };
            assert!((mean / scale + 0.5).abs() < tolerance, "{scale}: {mean}");
            assert!((std / scale - 12.75_f64.sqrt()).abs() < 4.0 * tolerance, "{scale}: {std}");
        }
        assert_eq!(mean_and_std(3, &|_| 0.1), (0.1, 0.0));
        assert!(mean_and_std(2, &|i| [1.0, f64::NAN][i]).1.is_nan());
        let (mean, std) = mean_and_std(2, &|i| [1.0, f64::INFINITY][i]);
        assert!(!mean.is_finite() && !std.is_finite());
    }
}
