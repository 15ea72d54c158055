//! Rows of a batch, each with a scale of its own.

use super::product::Part;
use super::{LANES, Lane, Panels, Real, Squares, Vector, sum_lane};
use std::ops::Range;

/// Whether one of so many rows has no entry that is large, but one that is not zero. Its entries are in all the matrices, in each of
/// which they are large from the number beside it on.
pub fn has_faint_row<T: Real>(of: &[(Part<'_, T>, T)], mut rows: Range<usize>) -> bool {
    rows.any(|index| {
        let row_of = |part: &Part<'_, T>, panel: usize| part.of.panel(panel)[part.row + index];
        let is_large = |lane: &Lane<T>, least: T| lane.iter().any(|x| x.abs() >= least);
        // Of nearly every row the first entries tell.
        if of.iter().any(|(part, least)| is_large(&row_of(part, 0), *least)) {
            return false;
        }
        let mut has_any = false;
        for (part, least) in of {
            let mut largest = T::Vector::splat(T::ZERO);
            for panel in 0..part.of.panels() {
                largest = T::Vector::load(&row_of(part, panel)).abs().max(largest);
            }
            let largest = largest.store();
            if is_large(&largest, *least) {
                return false;
            }
            has_any |= largest != [T::ZERO; LANES];
        }
        has_any
    })
}

/// The norm of some rows of some panels, of which the sum of squares was found in the format.
pub fn norm_of_rows<T: Real>(of: &Panels<T>, panels: Range<usize>, rows: Range<usize>, found: f64) -> f64 {
    let width = panels.len() * LANES;
    // Where the mean square is far above that of TINY, below which squares were left out, these do not count.
    let smallest = (rows.len() * width) as f64 * 1e10 * (f32::TINY * f32::TINY).to_f64();
    if found > smallest && found.is_finite() {
        return found.sqrt();
    }
    let number = |i: usize| of.panel(panels.start + i % width / LANES)[rows.start + i / width][i % LANES].to_f64();
    Squares::of(rows.len() * width, &number).norm()
}

/// The norm of one row in some panels.
pub fn norm_of_row<T: Real>(of: &Panels<T>, panels: Range<usize>, row: usize) -> f64 {
    norm_of_rows(of, panels.clone(), row..row + 1, squares_of_row(of, panels, row))
}

/// The sum of the squares of a row in some panels, without those below that of [`Real::TINY`].
fn squares_of_row<T: Real>(of: &Panels<T>, panels: Range<usize>, row: usize) -> f64 {
    let mut squares = T::Vector::splat(T::ZERO);
    for panel in panels {
        squares = squares + T::Vector::load(&of.panel(panel)[row]).square_without_tiny();
    }
    sum_lane(&squares.store())
}

/// Multiplies each row by a power of two of its own; 0 is what would be below [`Real::FAINT`].
pub fn multiply_rows<T: Real>(rows: &mut [Lane<T>], factors: impl Iterator<Item = T>) {
    for (row, factor) in rows.iter_mut().zip(factors) {
        *row = multiply_row(row, factor);
    }
}

/// `row · factor` of a power of two, and 0 where that is below [`Real::FAINT`].
#[inline(always)]
pub fn multiply_row<T: Real>(row: &Lane<T>, factor: T) -> Lane<T> {
    // Known before the product is made, which would be denormal otherwise.
    let least = T::Vector::splat((T::FAINT / factor).max(T::MIN_POSITIVE));
    let x = T::Vector::load(row);
    (x.abs().select_less(least, T::Vector::splat(T::ZERO), x) * T::Vector::splat(factor)).store()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_faint_where_all_its_entries_are() {
        let mut of = Panels::<f32>::zeros(4, 17);
        let faint = |of: &Panels<f32>| has_faint_row(&[(Part::from_row(of, 1), 1e-10)], 0..3);
        of.set(0, 0, 1e-20);
        assert!(!faint(&of), "zeros are no gradient, and another row is not asked for");
        (1..4).for_each(|row| of.set(row, 16, -1.0));
        assert!(!faint(&of), "an entry is enough");
        of.set(2, 16, 1e-12);
        assert!(faint(&of));
        let mut beside = Panels::zeros(3, 9);
        beside.set(1, 8, 1e-3);
        let both = |least| has_faint_row(&[(Part::from_row(&of, 1), 1e-10), (Part::from_row(&beside, 0), least)], 0..3);
        assert!(!both(1e-4), "in the other matrix it has one");
        assert!(both(1e-2));
    }

    #[test]
    fn rows_are_scaled_exactly_or_to_zero() {
        let row = [1.5_f32, -3.0, 1e-30, 0.0, 1e-8, f32::INFINITY, 1e-25, 1.0];
        let half = multiply_row(&row, 0.5);
        assert_eq!(half, [0.75, -1.5, 0.0, 0.0, 0.5e-8, f32::INFINITY, 0.5e-25, 0.5], "below 2^-100 nothing is left");
        let far = multiply_row(&row, f32::power_of_two(-100));
        assert_eq!(far[0].to_bits(), (1.5 * f32::power_of_two(-100)).to_bits());
        assert_eq!(far[4], 0.0);
        assert_eq!(multiply_row(&[1.0_f32; 8], 0.0), [0.0; 8]);
        let up = multiply_row(&row, f32::power_of_two(100));
        assert_eq!(up[2], 1e-30 * f32::power_of_two(100));
    }

    #[test]
    fn a_row_has_its_norm_however_small() {
        for scale in [1.0_f32, 1e-19, 1e-25, 1e-30] {
            let mut of = Panels::<f32>::zeros(2, 9);
            [3.0, 0.0, -4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 12.0]
                .iter()
                .enumerate()
                .for_each(|(col, x)| of.set(1, col, x * scale));
            of.set(0, 0, 100.0);
            let norm = norm_of_row(&of, 0..2, 1) / f64::from(scale);
            assert!((norm - 13.0).abs() < 1e-5, "{scale:e}: {norm}");
        }
    }
}
