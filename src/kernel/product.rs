//! Matrix products.
//!
//! Each computes tiles of 4 × 8 entries in registers. An entry's sum runs over its terms in their order, one after
//! the other, whatever the shape, so the result does not depend on how the tiles fall.

use super::{LANES, Lane, Panels, Real, Vector};

/// Rows of a tile.
const TILE: usize = 4;

/// `C = A B + bias`: A is (m, k), B is (k, n), the bias a row of n, C becomes (m, n).
///
/// # Panics
/// If the shapes do not fit.
pub fn product<T: Real>(a: &Panels<T>, b: &Panels<T>, bias: Option<&[Lane<T>]>, c: &mut Panels<T>) {
    assert_eq!((a.rows(), b.cols()), (c.rows(), c.cols()), "shapes of a product");
    for panel in 0..c.panels() {
        product_panel(a, b, panel, bias, c.panel_mut(panel));
    }
}

/// One panel of `C = A B + bias`, for callers that go on with it while it is near.
///
/// # Panics
/// If the shapes do not fit.
#[inline(never)]
pub fn product_panel<T: Real>(a: &Panels<T>, b: &Panels<T>, panel: usize, bias: Option<&[Lane<T>]>, c: &mut [Lane<T>]) {
    assert_eq!((a.cols(), a.rows()), (b.rows(), c.len()), "shapes of a product");
    let start = bias.map_or([T::ZERO; LANES], |bias| bias[panel]);
    let b = b.panel(panel);
    let (tiles, rest) = c.as_chunks_mut::<TILE>();
    for (index, tile) in tiles.iter_mut().enumerate() {
        *tile = product_tile::<T, TILE>(a, index * TILE, b, [start; TILE]);
    }
    let done = tiles.len() * TILE;
    for (index, lane) in rest.iter_mut().enumerate() {
        [*lane] = product_tile::<T, 1>(a, done + index, b, [start]);
    }
}

/// Part of a matrix: its rows from one on, and its panels from one on.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a, T> {
    /// The matrix.
    pub of: &'a Panels<T>,
    /// The first row.
    pub row: usize,
    /// The first panel.
    pub panel: usize,
}

impl<'a, T: Real> Part<'a, T> {
    /// The rows of a matrix from one on.
    pub fn from_row(of: &'a Panels<T>, row: usize) -> Self {
        Self { of, row, panel: 0 }
    }
}

/// One panel of `C = A B + bias`, with as many rows of A as C has.
///
/// # Panics
/// If A is smaller.
#[inline(never)]
pub fn part_product_panel<T: Real>(a: Part<'_, T>, b: &Panels<T>, panel: usize, bias: &[Lane<T>], c: &mut [Lane<T>]) {
    c.fill(bias[panel]);
    add_product_panel(a, b, panel, c);
}

/// One panel of `C ← C + A B`, with as many rows of A as C has.
///
/// # Panics
/// If A is smaller.
#[inline(never)]
pub fn add_product_panel<T: Real>(a: Part<'_, T>, b: &Panels<T>, panel: usize, c: &mut [Lane<T>]) {
    let Part { of, row, panel: first } = a;
    let is_large_enough = row + c.len() <= of.rows() && b.rows() <= of.cols() - LANES * first;
    assert!(is_large_enough, "shapes of a product");
    let b = b.panel(panel);
    let (tiles, rest) = c.as_chunks_mut::<TILE>();
    for (index, tile) in tiles.iter_mut().enumerate() {
        *tile = part_tile::<T, TILE>(of, first, row + index * TILE, b, *tile);
    }
    let done = row + tiles.len() * TILE;
    for (index, lane) in rest.iter_mut().enumerate() {
        [*lane] = part_tile::<T, 1>(of, first, done + index, b, [*lane]);
    }
}

#[inline(always)]
fn part_tile<T: Real, const ROWS: usize>(
    a: &Panels<T>,
    first: usize,
    row: usize,
    b: &[Lane<T>],
    start: [Lane<T>; ROWS],
) -> [Lane<T>; ROWS] {
    sum_products(a.each_panel().skip(first), row, b, start)
}

#[inline(always)]
fn product_tile<T: Real, const ROWS: usize>(
    a: &Panels<T>,
    row: usize,
    b: &[Lane<T>],
    start: [Lane<T>; ROWS],
) -> [Lane<T>; ROWS] {
    sum_products(a.each_panel(), row, b, start)
}

#[inline(always)]
fn sum_products<'a, T: Real, const ROWS: usize>(
    panels: impl Iterator<Item = &'a [Lane<T>]>,
    row: usize,
    b: &[Lane<T>],
    start: [Lane<T>; ROWS],
) -> [Lane<T>; ROWS] {
    let mut sums = start.map(|start| T::Vector::load(&start));
    for (rows, block) in panels.zip(b.chunks(LANES)) {
        let Some(rows) = rows[row..].first_chunk::<ROWS>() else { break };
        match block.as_array::<LANES>() {
            // Of a known length, so that the loop is unrolled.
            Some(block) => block.iter().enumerate().for_each(|(k, b)| add_products(&mut sums, rows, k, b)),
            None => block.iter().enumerate().for_each(|(k, b)| add_products(&mut sums, rows, k, b)),
        }
    }
    sums.map(Vector::store)
}

/// `sums[r] += rows[r][k] b`.
#[inline(always)]
fn add_products<T: Real, const ROWS: usize>(
    sums: &mut [T::Vector; ROWS],
    rows: &[Lane<T>; ROWS],
    k: usize,
    b: &Lane<T>,
) {
    let b = T::Vector::load(b);
    for r in 0..ROWS {
        sums[r] = sums[r] + T::Vector::splat(rows[r][k]) * b;
    }
}

/// One panel of `C = Aᵀ D`: A is (m, k), D is (m, n), C becomes (k, n).
///
/// # Panics
/// If the shapes do not fit.
#[inline(never)]
pub fn transposed_product_panel<T: Real>(a: &Panels<T>, d: &[Lane<T>], c: &mut [Lane<T>]) {
    assert_eq!((a.rows(), a.cols()), (d.len(), c.len()), "shapes of a transposed product");
    let (tiles, rest) = c.as_chunks_mut::<TILE>();
    for (index, tile) in tiles.iter_mut().enumerate() {
        let first = index * TILE;
        *tile = transposed_tile(a.panel(first / LANES), first % LANES, d);
    }
    if !rest.is_empty() {
        let first = tiles.len() * TILE;
        let sums = transposed_tile(a.panel(first / LANES), first % LANES, d);
        rest.iter_mut().zip(sums).for_each(|(lane, sums)| *lane = sums);
    }
}

/// One panel of `C ← C + Aᵀ D`, with as many rows of A as D has.
///
/// # Panics
/// If A is smaller, or C has not as many rows as A has columns.
#[inline(never)]
pub fn add_transposed_product_panel<T: Real>(a: Part<'_, T>, d: &[Lane<T>], c: &mut [Lane<T>]) {
    let Part { of, row, panel } = a;
    assert!(c.len() == of.cols() - LANES * panel, "shapes of a transposed product");
    let (tiles, rest) = c.as_chunks_mut::<TILE>();
    let a = |first: usize| &of.panel(panel + first / LANES)[row..][..d.len()];
    for (index, tile) in tiles.iter_mut().enumerate() {
        let first = index * TILE;
        *tile = add_transposed_tile(a(first), first % LANES, d, *tile);
    }
    if !rest.is_empty() {
        let first = tiles.len() * TILE;
        let start = std::array::from_fn(|i| rest.get(i).copied().unwrap_or_default());
        let sums = add_transposed_tile(a(first), first % LANES, d, start);
        rest.iter_mut().zip(sums).for_each(|(lane, sums)| *lane = sums);
    }
}

#[inline(always)]
fn transposed_tile<T: Real>(a: &[Lane<T>], first: usize, d: &[Lane<T>]) -> [Lane<T>; TILE] {
    add_transposed_tile(a, first, d, [[T::ZERO; LANES]; TILE])
}

#[inline(always)]
fn add_transposed_tile<T: Real>(a: &[Lane<T>], first: usize, d: &[Lane<T>], start: [Lane<T>; TILE]) -> [Lane<T>; TILE] {
    // The two halves of a lane as two instances, so that `first` is a constant in each loop.
    if first == 0 { transposed_half::<T, 0>(a, d, start) } else { transposed_half::<T, TILE>(a, d, start) }
}

#[inline(always)]
fn transposed_half<T: Real, const FIRST: usize>(
    a: &[Lane<T>],
    d: &[Lane<T>],
    start: [Lane<T>; TILE],
) -> [Lane<T>; TILE] {
    let mut sums = start.map(|start| T::Vector::load(&start));
    for (a, d) in a.iter().zip(d) {
        let d = T::Vector::load(d);
        for r in 0..TILE {
            sums[r] = sums[r] + T::Vector::splat(a[FIRST + r]) * d;
        }
    }
    sums.map(Vector::store)
}

/// `B = Aᵀ`.
///
/// # Panics
/// If the shapes do not fit.
pub fn transpose<T: Real>(a: &Panels<T>, b: &mut Panels<T>) {
    assert_eq!((a.rows(), a.cols()), (b.cols(), b.rows()), "shapes of a transpose");
    transpose_panels(a, |panel| panel, b);
}

/// `B = Aᵀ` with its rows in another order: those of a panel of A become the eight rows from `8 · to(panel)` on.
///
/// # Panics
/// If B is too small.
pub fn transpose_panels<T: Real>(a: &Panels<T>, to: impl Fn(usize) -> usize, b: &mut Panels<T>) {
    for panel in 0..a.panels() {
        for (block, rows) in a.panel(panel).chunks(LANES).enumerate() {
            // Beyond the last row there is padding.
            let rows: [T::Vector; LANES] =
                std::array::from_fn(|i| T::Vector::load(rows.get(i).unwrap_or(&[T::ZERO; LANES])));
            let columns = T::Vector::transpose(rows).map(Vector::store);
            let out = &mut b.panel_mut(block)[to(panel) * LANES..];
            for (out, column) in out.iter_mut().zip(columns) {
                *out = column;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Random};
    use ndarray::{Array1, Array2, Axis};

    fn random_matrix(random: &mut Random, rows: usize, cols: usize) -> Array2<f64> {
        // Rounded to f32, so that both formats start from the same numbers.
        Array2::from_shape_fn((rows, cols), |_| f64::from(random.uniform(-1.0, 1.0) as f32))
    }

    fn assert_close(got: &Array2<f64>, want: &Array2<f64>, tolerance: f64, what: &str) {
        let worst = (got - want).iter().fold(0.0_f64, |worst, x| worst.max(x.abs()));
        assert!(worst <= tolerance, "{what} {:?}: off by {worst}", want.dim());
    }

    fn transposed_product<T: Real>(a: &Panels<T>, d: &Panels<T>, c: &mut Panels<T>) {
        (0..c.panels()).for_each(|panel| transposed_product_panel(a, d.panel(panel), c.panel_mut(panel)));
    }

    fn check<T: Real>(epsilon: f64) {
        let mut random = Random::new(5, Purpose::Data);
        let mut size = || 1 + (random.unit() * random.unit() * 260.0) as usize;
        let mut shapes = vec![(1, 1, 1), (4, 8, 8), (5, 9, 17), (260, 260, 260)];
        shapes.extend((0..60).map(|_| (size(), size(), size())));
        for (m, k, n) in shapes {
            let (a, b) = (random_matrix(&mut random, m, k), random_matrix(&mut random, k, n));
            let d = random_matrix(&mut random, m, n);
            let bias: Array1<f64> = random_matrix(&mut random, 1, n).index_axis_move(Axis(0), 0);
            let (pa, pb, pd) = (Panels::<T>::from_array(&a), Panels::from_array(&b), Panels::from_array(&d));
            let bias_lanes = Panels::<T>::from_array(&bias.clone().insert_axis(Axis(0)));
            let tolerance = epsilon * (k.max(m) as f64);

            let mut c = Panels::zeros(m, n);
            product(&pa, &pb, Some(bias_lanes.lanes()), &mut c);
            assert_close(&c.to_array(), &(a.dot(&b) + &bias), tolerance, "product");

            let mut c = Panels::zeros(k, n);
            transposed_product(&pa, &pd, &mut c);
            assert_close(&c.to_array(), &a.t().dot(&d), tolerance, "transposed product");

            let mut c = Panels::zeros(k, m);
            transpose(&pa, &mut c);
            assert_eq!(c.to_array(), a.t());
        }
    }

    #[test]
    fn products_equal_their_plain_twins() {
        check::<f32>(3e-7);
        check::<f64>(3e-16);
    }

    #[test]
    fn padding_of_the_left_factor_is_never_read() {
        let mut a = Panels::<f32>::from_array(&Array2::ones((5, 3)));
        for row in 0..5 {
            a.panel_mut(0)[row][3..].fill(f32::NAN);
        }
        let b = Panels::from_array(&Array2::ones((3, 2)));
        let mut c = Panels::zeros(5, 2);
        product(&a, &b, None, &mut c);
        assert_eq!(c.to_array(), Array2::from_elem((5, 2), 3.0));
        let d = Panels::from_array(&Array2::ones((5, 2)));
        let mut c = Panels::zeros(3, 2);
        transposed_product(&a, &d, &mut c);
        assert_eq!(c.to_array(), Array2::from_elem((3, 2), 5.0));
    }
}
