//! Sequences of a batch whose gradients drift apart on the way back through time: each row has a power of two of its own.
//!
//! One power of two for a whole time step holds what is within some [`Real::FAINT`] of the largest gradient. A sequence that falls
//! below that is nothing beside the others, but may be all that is left where those fall faster later on.

use super::unrolled::{RowScale, Scale, UnrolledLevel, Workspace};
use crate::kernel::product::Part;
use crate::kernel::rows::{has_faint_row, multiply_rows, norm_of_row};
use crate::kernel::{Panels, Real, Squares};
use crate::nn::rescaling;
use std::ops::Range;

/// Below this part of the root mean square of its time step a row is scaled by itself. It is far above [`Real::FAINT`], because the
/// slopes of the time step, which come next, must not take it below that; and far below what the rows of a healthy batch differ by,
/// because one power of two for all costs nothing.
pub(super) const APART: f64 = 1.0 / (1_u64 << 32) as f64;

/// No number of a row is scaled up by more than this power of two at once; see [`rescaling`].
const MAX_SHIFT: i32 = 120;

/// Rows that want powers of two no further apart than so are given the same.
const TOGETHER: i32 = 16;

impl Scale {
    /// The power of two that such gradients want.
    pub(super) fn wanted(self) -> i32 {
        self.exponent + rescaling(self.size, self.exponent)
    }
}

/// Whether a time step's power of two must be chosen row by row: where rows of what comes to it are apart, and where what comes
/// from the next time step is as far from what comes from above, which perhaps are of different rows.
pub(super) fn are_apart(next: Option<Scale>, direct: Option<Scale>) -> bool {
    let has_apart = next.into_iter().chain(direct).any(|scale| scale.is_apart);
    let farthest = -libm::ilogb(APART);
    has_apart
        || next.zip(direct).is_some_and(|(next, direct)| next.wanted().abs_diff(direct.wanted()) as i32 > farthest)
}

/// The power of two that a row of such a size wants; none where there is no gradient.
fn wanted(size: f64, exponent: i32) -> Option<i32> {
    (size != 0.0).then(|| exponent + rescaling(size, exponent))
}

/// What brings a row from one power of two to another. Where the row is all zeros, both may be any.
fn factor<T: Real>(from: i32, to: i32) -> T {
    T::power_of_two((to - from).min(MAX_SHIFT))
}

impl<T: Real> UnrolledLevel<T> {
    /// Chooses the power of two of each row of a time step and what brings it there, from the exponents of the next time step's
    /// rows and those of the gradient from above; returns the least, or `None` where no gradient comes to any row.
    pub(super) fn choose_row_by_row(
        &mut self,
        rows: Range<usize>,
        next: Option<Scale>,
        direct: Option<Scale>,
        scales: &mut [RowScale<T>],
    ) -> Option<i32> {
        let batch = rows.len();
        if let Some(next) = next.filter(|next| !next.is_apart) {
            self.measure_row_by_row(rows.end..rows.end + batch, next.exponent, scales);
        }
        for (row, scale) in rows.clone().zip(&mut *scales) {
            let of_next = next.and_then(|_| wanted(scale.size, self.exponents[row + batch]));
            let of_direct = direct.and_then(|_| {
                let norm = norm_of_row(&self.grad_h, 0..self.panels, row);
                wanted(norm / (self.grad_h.cols() as f64).sqrt(), self.exponents[row])
            });
            // The larger of both gradients decides, so that neither leaves the format.
            scale.wanted = of_next.into_iter().chain(of_direct).min();
        }
        let least = scales[..batch].iter().filter_map(|scale| scale.wanted).min()?;
        for (row, scale) in rows.zip(&mut *scales) {
            let own = scale.wanted.unwrap_or(least);
            let from_next = next.map_or(own, |_| self.exponents[row + batch]);
            scale.factor = factor(from_next, own);
            scale.direct_factor = factor(self.exponents[row], own);
            self.exponents[row] = own;
        }
        Some(least)
    }

    /// Whether a row of ∂L/∂h of a time step is far below their root mean square, or that itself is far below its scale: before
    /// slopes are multiplied, which may be as small again. What of ∂L/∂c an LSTM has kept from the next time step is in `carry`, and
    /// is to be multiplied by `kept`.
    pub(super) fn drifts_apart(
        &self,
        rows: Range<usize>,
        found: f64,
        kept: Option<T>,
        next: Option<Scale>,
        carry: &Panels<T>,
    ) -> bool {
        let of_h = Part::from_row(&self.grad_h, rows.start);
        let Some((kept, next)) = kept.zip(next) else {
            return found.is_finite()
                && (found < APART || has_faint_row(&[(of_h, T::from_f64(found * APART))], 0..rows.len()));
        };
        let size = found.max(next.size * kept.to_f64());
        let least = T::from_f64(size * APART);
        let both = [(of_h, least), (Part::from_row(carry, 0), T::from_f64(size * APART / kept.to_f64()))];
        size.is_finite() && (size < APART || has_faint_row(&both, 0..rows.len()))
    }

    /// Brings each row of ∂L/∂h of a time step back to about 1, with what is kept of ∂L/∂c; returns the least of the rows' powers of
    /// two, which is that of all where they are near each other.
    pub(super) fn lift_row_by_row(&mut self, rows: Range<usize>, kept: Option<T>, work: &mut Workspace<T>) -> i32 {
        let Workspace { carry, rows: scales, .. } = work;
        let root = (self.grad_h.cols() as f64).sqrt();
        for (index, scale) in scales.iter_mut().enumerate().take(rows.len()) {
            let row = rows.start + index;
            let norm = norm_of_row(&self.grad_h, 0..self.panels, row);
            let of_c = kept.map_or(0.0, |kept| norm_of_row(carry, 0..self.panels, index) * kept.to_f64());
            scale.wanted = wanted(if norm < of_c { of_c } else { norm } / root, self.exponents[row]);
        }
        let all = || scales[..rows.len()].iter().filter_map(|scale| scale.wanted);
        let least = all().min().unwrap_or(self.exponents[rows.start]);
        let is_one = all().all(|wanted| wanted - least < TOGETHER);
        for (row, scale) in rows.clone().zip(&mut *scales) {
            let own = scale.wanted.filter(|_| !is_one).unwrap_or(least);
            scale.factor = factor(self.exponents[row], own);
            self.exponents[row] = own;
        }
        for unit in 0..self.panels {
            multiply_rows(&mut self.grad_h.panel_mut(unit)[rows.clone()], scales.iter().map(|scale| scale.factor));
            if let Some(kept) = kept {
                // The product only leaves the format where all that is kept in the row is zeros.
                let both = |scale: &RowScale<T>| Some(scale.factor * kept).filter(|both| both.is_finite());
                multiply_rows(carry.panel_mut(unit), scales.iter().map(|scale| both(scale).unwrap_or(T::ONE)));
            }
        }
        least
    }

    /// Measures each row of a time step for the one before, and returns the norms of ∂L/∂h, ∂L/∂c and ∂L/∂a of all rows, in the
    /// scale of the least of their powers of two.
    pub(super) fn measure_row_by_row(&self, rows: Range<usize>, exponent: i32, scales: &mut [RowScale<T>]) -> [f64; 3] {
        let gradients = self.gradients();
        let norm = |kind: usize, row: usize| {
            let (of, panels) = &gradients[kind];
            norm_of_row(of, panels.clone(), row)
        };
        let to_all = |row: usize| libm::ldexp(1.0, exponent - self.exponents[row]);
        let root = (self.grad_h.cols() as f64).sqrt();
        let mut squares = [0.0; 3];
        for (row, scale) in rows.clone().zip(scales) {
            let norms = [0, 1, 2].map(|kind| norm(kind, row));
            scale.size = if norms[0] < norms[1] { norms[1] } else { norms[0] } / root;
            let factor = to_all(row);
            squares.iter_mut().zip(norms).for_each(|(squares, norm)| *squares += (norm * factor) * (norm * factor));
        }
        [0, 1, 2].map(|kind| {
            let found = squares[kind];
            if found > 1e-290 && found.is_finite() {
                return found.sqrt();
            }
            Squares::of(rows.len(), &|i| norm(kind, rows.start + i) * to_all(rows.start + i)).norm()
        })
    }
}
