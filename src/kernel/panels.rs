//! The layout of every matrix in the engine.

use super::{LANES, Lane, Real, Squares, Vector};
use ndarray::Array2;
use std::ops::Range;

/// Rows that are summed in the format before the sum goes on in f64.
pub const RUN: usize = 64;

/// A matrix in panels of eight columns: panel p holds the columns 8p … 8p + 7 of every row, row after row.
///
/// Columns beyond the last are padding. The engine keeps the padding of weights and gradients at zero, and never
/// reads that of activations.
///
/// The numbers of rows and of columns may be anything up to those that the matrix was made with: the last batch of an
/// epoch is smaller than the others, and one matrix may serve layers of different widths.
#[derive(Clone, Debug, PartialEq)]
pub struct Panels<T> {
    lanes: Vec<Lane<T>>,
    /// Rows that a panel has room for.
    capacity: usize,
    rows: usize,
    cols: usize,
}

impl<T: Real> Panels<T> {
    /// A matrix of zeros.
    pub fn zeros(rows: usize, cols: usize) -> Self {
        Self { lanes: vec![[T::ZERO; LANES]; cols.div_ceil(LANES) * rows], capacity: rows, rows, cols }
    }

    /// A matrix of zeros for batches of at most so many samples.
    ///
    /// A product reads the same rows of all panels one after the other. Where panels lay half a memory page apart, or whole
    /// ones, those would fall on the same few places of the cache and drive each other out, so two rows are left unused there.
    pub fn for_batch(max_rows: usize, cols: usize) -> Self {
        const PAGE: usize = 4096;
        let is_aligned = (max_rows * size_of::<Lane<T>>()).is_multiple_of(PAGE / 2);
        let mut panels = Self::zeros(if is_aligned { max_rows + 2 } else { max_rows }, cols);
        panels.set_rows(max_rows);
        panels
    }

    /// The same matrix as a plain array, rounded to the format.
    pub fn from_array(array: &Array2<f64>) -> Self {
        let (rows, cols) = array.dim();
        let mut panels = Self::zeros(rows, cols);
        for ((row, col), value) in array.indexed_iter() {
            panels.set(row, col, T::from_f64(*value));
        }
        panels
    }

    /// The matrix as a plain array, without the padding.
    pub fn to_array(&self) -> Array2<f64> {
        Array2::from_shape_fn((self.rows, self.cols), |(row, col)| self.get(row, col).to_f64())
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns, without the padding.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Sets the number of rows; what they hold is not cleared.
    ///
    /// # Panics
    /// If there are more than the matrix was made with.
    pub fn set_rows(&mut self, rows: usize) {
        assert!(rows <= self.capacity, "{rows} rows in a matrix of at most {}", self.capacity);
        self.rows = rows;
    }

    /// Sets the numbers of rows and columns; what they hold is not cleared.
    ///
    /// # Panics
    /// If there are more than the matrix was made with.
    pub fn set_shape(&mut self, rows: usize, cols: usize) {
        self.set_rows(rows);
        let room = cols.div_ceil(LANES) * self.capacity;
        assert!(room <= self.lanes.len(), "{cols} columns in a matrix of fewer");
        self.cols = cols;
    }

    /// Number of panels.
    pub fn panels(&self) -> usize {
        self.cols.div_ceil(LANES)
    }

    /// How many of a panel's columns are not padding.
    pub fn panel_cols(&self, panel: usize) -> usize {
        (self.cols - panel * LANES).min(LANES)
    }

    /// The rows of one panel.
    pub fn panel(&self, panel: usize) -> &[Lane<T>] {
        debug_assert!(panel < self.panels(), "panel {panel} of {}", self.panels());
        &self.lanes[panel * self.capacity..][..self.rows]
    }

    /// The rows of each panel.
    pub fn each_panel(&self) -> impl Iterator<Item = &[Lane<T>]> {
        self.lanes.chunks_exact(self.capacity.max(1)).take(self.panels()).map(|panel| &panel[..self.rows])
    }

    /// The rows of one panel, for writing.
    pub fn panel_mut(&mut self, panel: usize) -> &mut [Lane<T>] {
        debug_assert!(panel < self.panels(), "panel {panel} of {}", self.panels());
        &mut self.lanes[panel * self.capacity..][..self.rows]
    }

    /// Some rows of some panels, for writing.
    ///
    /// # Panics
    /// If a panel is named twice, or there are not so many.
    pub fn parts_mut<const N: usize>(&mut self, panels: [usize; N], rows: Range<usize>) -> [&mut [Lane<T>]; N] {
        debug_assert!(rows.end <= self.rows, "rows {rows:?} of {}", self.rows);
        let of = |panel: usize| panel * self.capacity + rows.start..panel * self.capacity + rows.end;
        self.lanes.get_disjoint_mut(panels.map(of)).expect("panels that are not the same")
    }

    /// All lanes, panel after panel. Only for matrices that are all in use.
    pub fn lanes(&self) -> &[Lane<T>] {
        debug_assert_eq!(self.rows * self.panels(), self.lanes.len());
        &self.lanes
    }

    /// All lanes, for writing. Only for matrices that are all in use.
    pub fn lanes_mut(&mut self) -> &mut [Lane<T>] {
        debug_assert_eq!(self.rows * self.panels(), self.lanes.len());
        &mut self.lanes
    }

    /// One entry.
    pub fn get(&self, row: usize, col: usize) -> T {
        self.panel(col / LANES)[row][col % LANES]
    }

    /// Sets one entry.
    pub fn set(&mut self, row: usize, col: usize, value: T) {
        self.panel_mut(col / LANES)[row][col % LANES] = value;
    }

    /// All entries without the padding, exactly, eight columns after the others.
    pub fn entries(&self) -> impl Iterator<Item = f64> + Clone {
        (0..self.panels()).flat_map(move |panel| {
            let cols = self.panel_cols(panel);
            self.panel(panel).iter().flat_map(move |lane| lane[..cols].iter().map(|x| x.to_f64()))
        })
    }

    /// The memory that the numbers take.
    pub fn bytes(&self) -> usize {
        size_of_val(&self.lanes[..])
    }

    /// The Frobenius norm, right wherever in the format the entries are. The padding must be zero.
    pub fn norm(&self) -> f64 {
        self.squares(self.sum_of_squares()).norm()
    }

    /// The squares of all entries, whose sum was found; summed anew where they left the range of f64. The padding must be zero.
    pub fn squares(&self, sum: f64) -> Squares {
        Squares::found::<T>(sum).unwrap_or_else(|| {
            let width = self.panels() * LANES;
            Squares::of(self.rows * width, &|i| self.panel(i % width / LANES)[i / width][i % LANES].to_f64())
        })
    }

    /// The sum of squares of all entries, in f64. The padding must be zero.
    pub fn sum_of_squares(&self) -> f64 {
        (0..self.panels()).map(|panel| sum_of_squares(self.panel(panel))).sum()
    }
}

/// The sum of squares of lanes, right to the format's precision where it is in the range of f64.
///
/// Summed in the format over runs of 64 rows and in f64 over the runs; where squares leave the range of the format,
/// all in f64. Where they leave that too, [`Panels::squares`] has the norm.
pub fn sum_of_squares<T: Real>(lanes: &[Lane<T>]) -> f64 {
    let mut total = 0.0;
    for run in lanes.chunks(RUN) {
        let mut sum = T::Vector::splat(T::ZERO);
        for lane in run {
            let x = T::Vector::load(lane);
            sum = sum + x * x;
        }
        total += sum_lane(&sum.store());
    }
    checked_squares(total, lanes)
}

/// The sum of squares of lanes as it was summed in the format, or summed again in f64 if squares may have left the range.
pub(super) fn checked_squares<T: Real>(total: f64, lanes: &[Lane<T>]) -> f64 {
    // Where the mean square is far above the smallest normal number, what was lost to underflow does not count.
    let smallest = (lanes.len() * LANES) as f64 * 1e8 * f64::from(f32::MIN_POSITIVE);
    if total.is_finite() && total > smallest {
        return total;
    }
    lanes.iter().flatten().map(|x| x.to_f64() * x.to_f64()).sum()
}

/// The sum over a lane, in f64.
#[inline]
pub fn sum_lane<T: Real>(lane: &Lane<T>) -> f64 {
    lane.iter().map(|x| x.to_f64()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_survives_the_layout() {
        for (rows, cols) in [(1, 1), (3, 8), (5, 9), (2, 17)] {
            let array = Array2::from_shape_fn((rows, cols), |(i, j)| (i * 100 + j) as f64);
            let panels = Panels::<f32>::from_array(&array);
            assert_eq!(panels.to_array(), array);
            let squares: f64 = array.iter().map(|x| x * x).sum();
            assert_eq!(panels.sum_of_squares(), squares);
            assert_eq!(panels.entries().sum::<f64>(), array.sum());
            assert_eq!(panels.entries().count(), array.len());
        }
    }

    #[test]
    fn squares_outside_the_format_are_summed_all_the_same() {
        for entry in [1e-30_f32, 1e-22, 1e25] {
            let lanes = vec![[entry; LANES]; 100];
            let want = 800.0 * f64::from(entry).powi(2);
            assert!((sum_of_squares(&lanes) / want - 1.0).abs() < 1e-6, "{entry}");
        }
        assert_eq!(sum_of_squares(&[[0.0_f32; LANES]]), 0.0);
        assert!(sum_of_squares(&[[f32::NAN; LANES]]).is_nan());
    }

    #[test]
    fn fewer_rows_are_a_view_of_the_first() {
        let array = Array2::from_shape_fn((4, 9), |(i, j)| (i * 10 + j) as f64);
        let mut panels = Panels::<f64>::from_array(&array);
        panels.set_rows(2);
        assert_eq!(panels.to_array(), array.slice_axis(ndarray::Axis(0), (..2).into()));
        assert_eq!(panels.panel(1).len(), 2);
        panels.set_shape(3, 5);
        assert_eq!(panels.to_array(), array.slice(ndarray::s![..3, ..5]));
        assert_eq!((panels.panels(), panels.each_panel().count()), (1, 1));
    }
}
