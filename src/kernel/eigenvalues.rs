//! The spectral radius and the largest singular value of a square matrix, the same bits on every machine.
//!
//! Eigenvalues by Householder's reduction to Hessenberg form and Francis' double-shift QR iteration (Wilkinson, Reinsch 1971,
//! as in EISPACK's `orthes` and `hqr`). The matrices are not balanced first, as rows and columns of recurrent weights are of
//! like sizes.

use ndarray::Array2;

/// The largest absolute value of the eigenvalues of a square matrix; NaN where an entry is not finite.
///
/// # Panics
/// If the matrix is not square.
pub fn spectral_radius(matrix: &Array2<f64>) -> f64 {
    let radius = eigenvalues(matrix).iter().map(|(re, im)| libm::hypot(*re, *im)).fold(0.0, f64::max);
    if matrix.iter().all(|x| x.is_finite()) { radius } else { f64::NAN }
}

/// All eigenvalues as real and imaginary parts, in no particular order.
///
/// # Panics
/// If the matrix is not square.
pub fn eigenvalues(matrix: &Array2<f64>) -> Vec<(f64, f64)> {
    assert!(matrix.is_square(), "eigenvalues of a square matrix");
    if !matrix.iter().all(|x| x.is_finite()) {
        return Vec::new();
    }
    let mut a = matrix.clone();
    to_hessenberg(&mut a);
    hessenberg_eigenvalues(a)
}

/// The largest singular value: the root of the largest eigenvalue of AᵀA; NaN where an entry is not finite.
pub fn largest_singular_value(matrix: &Array2<f64>) -> f64 {
    let largest = matrix.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    if !matrix.iter().all(|x| x.is_finite()) || largest == 0.0 {
        return if largest == 0.0 { 0.0 } else { f64::NAN };
    }
    let scaled = matrix / largest;
    let gram = scaled.t().dot(&scaled);
    let top = eigenvalues(&gram).iter().map(|(re, _)| *re).fold(0.0, f64::max);
    largest * top.sqrt()
}

/// Reduces a matrix by Householder reflections, which keep its eigenvalues, to one with zeros below the first subdiagonal.
fn to_hessenberg(a: &mut Array2<f64>) {
    let n = a.nrows();
    let mut v = vec![0.0; n];
    for k in 0..n.saturating_sub(2) {
        let scale = (k + 1..n).map(|i| a[[i, k]].abs()).fold(0.0, f64::max);
        if scale == 0.0 {
            continue;
        }
        let mut norm = 0.0;
        for i in k + 1..n {
            v[i] = a[[i, k]] / scale;
            norm += v[i] * v[i];
        }
        let alpha = if v[k + 1] > 0.0 { -norm.sqrt() } else { norm.sqrt() };
        let beta = norm - alpha * v[k + 1];
        v[k + 1] -= alpha;
        if beta == 0.0 {
            continue;
        }
        for j in k..n {
            let dot = (k + 1..n).map(|i| v[i] * a[[i, j]]).sum::<f64>() / beta;
            (k + 1..n).for_each(|i| a[[i, j]] -= dot * v[i]);
        }
        for i in 0..n {
            let dot = (k + 1..n).map(|j| a[[i, j]] * v[j]).sum::<f64>() / beta;
            (k + 1..n).for_each(|j| a[[i, j]] -= dot * v[j]);
        }
        (k + 2..n).for_each(|i| a[[i, k]] = 0.0);
    }
}

/// Steps of the QR iteration for one eigenvalue after which it is taken as it stands.
const MOST_STEPS: usize = 100;

/// Francis' iteration on a Hessenberg matrix, of which it splits off one or two eigenvalues at a time from the end.
fn hessenberg_eigenvalues(mut a: Array2<f64>) -> Vec<(f64, f64)> {
    let mut found = Vec::with_capacity(a.nrows());
    let norm: f64 = a.iter().map(|x| x.abs()).sum();
    let mut end = a.nrows();
    let (mut steps, mut shift) = (0, 0.0);
    while end > 0 {
        let last = end - 1;
        let start = block_start(&mut a, last, norm);
        if start == last || steps == MOST_STEPS {
            found.push((a[[last, last]] + shift, 0.0));
            (end, steps) = (last, 0);
        } else if start + 1 == last {
            found.extend(pair(&a, last, shift));
            (end, steps) = (last - 1, 0);
        } else {
            let [mut x, mut y, mut w] =
                [a[[last, last]], a[[last - 1, last - 1]], a[[last, last - 1]] * a[[last - 1, last]]];
            if steps % 10 == 9 {
                // A shift out of turn, where the usual ones go round in a circle.
                shift += x;
                (0..end).for_each(|i| a[[i, i]] -= x);
                let size = a[[last, last - 1]].abs() + a[[last - 1, last - 2]].abs();
                (x, y, w) = (0.75 * size, 0.75 * size, -0.4375 * size * size);
            }
            steps += 1;
            francis_step(&mut a, start, last, x, y, w);
        }
    }
    found
}

/// Where the last block begins that is not yet split off: the row above which the subdiagonal is next to nothing.
fn block_start(a: &mut Array2<f64>, last: usize, norm: f64) -> usize {
    for row in (1..=last).rev() {
        let mut size = a[[row - 1, row - 1]].abs() + a[[row, row]].abs();
        if size == 0.0 {
            size = norm;
        }
        if a[[row, row - 1]].abs() <= f64::EPSILON * size {
            a[[row, row - 1]] = 0.0;
            return row;
        }
    }
    0
}

/// The eigenvalues of the 2 × 2 block that ends at `last`.
fn pair(a: &Array2<f64>, last: usize, shift: f64) -> [(f64, f64); 2] {
    let (x, y) = (a[[last, last]], a[[last - 1, last - 1]]);
    let w = a[[last, last - 1]] * a[[last - 1, last]];
    let p = 0.5 * (y - x);
    let q = p * p + w;
    let z = q.abs().sqrt();
    let x = x + shift;
    if q < 0.0 {
        return [(x + p, z), (x + p, -z)];
    }
    let z = if p < 0.0 { p - z } else { p + z };
    let other = if z == 0.0 { x } else { x - w / z };
    [(x + z, 0.0), (other, 0.0)]
}

/// One double step with the shifts that are the eigenvalues of the last 2 × 2 block, of trace x + y and so on.
fn francis_step(a: &mut Array2<f64>, start: usize, last: usize, x: f64, y: f64, w: f64) {
    let (mut p, mut q, mut r);
    let mut first = last - 2;
    loop {
        let z = a[[first, first]];
        let (dx, dy) = (x - z, y - z);
        p = (dx * dy - w) / a[[first + 1, first]] + a[[first, first + 1]];
        q = a[[first + 1, first + 1]] - z - dx - dy;
        r = a[[first + 2, first + 1]];
        let size = p.abs() + q.abs() + r.abs();
        (p, q, r) = (p / size, q / size, r / size);
        if first == start {
            break;
        }
        let small = a[[first, first - 1]].abs() * (q.abs() + r.abs());
        let large = p.abs() * (a[[first - 1, first - 1]].abs() + z.abs() + a[[first + 1, first + 1]].abs());
        if small <= f64::EPSILON * large {
            break;
        }
        first -= 1;
    }
    for i in first + 2..=last {
        a[[i, i - 2]] = 0.0;
        if i > first + 2 {
            a[[i, i - 3]] = 0.0;
        }
    }
    for k in first..last {
        let has_third = k + 1 < last;
        let mut scale = 1.0;
        if k > first {
            (p, q) = (a[[k, k - 1]], a[[k + 1, k - 1]]);
            r = if has_third { a[[k + 2, k - 1]] } else { 0.0 };
            scale = p.abs() + q.abs() + r.abs();
            if scale == 0.0 {
                continue;
            }
            (p, q, r) = (p / scale, q / scale, r / scale);
        }
        let root = (p * p + q * q + r * r).sqrt();
        let s = if p < 0.0 { -root } else { root };
        if s == 0.0 {
            continue;
        }
        if k > first {
            a[[k, k - 1]] = -s * scale;
        } else if start != first {
            a[[k, k - 1]] = -a[[k, k - 1]];
        }
        p += s;
        let (x, y, z) = (p / s, q / s, r / s);
        (q, r) = (q / p, r / p);
        for j in k..=last {
            let mut p = a[[k, j]] + q * a[[k + 1, j]];
            if has_third {
                p += r * a[[k + 2, j]];
                a[[k + 2, j]] -= p * z;
            }
            a[[k + 1, j]] -= p * y;
            a[[k, j]] -= p * x;
        }
        for i in start..=last.min(k + 3) {
            let mut p = x * a[[i, k]] + y * a[[i, k + 1]];
            if has_third {
                p += z * a[[i, k + 2]];
                a[[i, k + 2]] -= p * r;
            }
            a[[i, k + 1]] -= p * q;
            a[[i, k]] -= p;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Random};

    fn random_matrix(n: usize, seed: u32) -> Array2<f64> {
        let mut random = Random::new(seed, Purpose::Data);
        Array2::from_shape_simple_fn((n, n), || random.normal())
    }

    #[test]
    fn eigenvalues_are_those_that_a_matrix_was_made_of() {
        // Block upper triangular with known eigenvalues, seen from another basis.
        for n in [1, 2, 3, 5, 8, 33] {
            let mut made = Array2::zeros((n, n));
            let mut want = Vec::new();
            let mut random = Random::new(n as u32, Purpose::Data);
            let mut i = 0;
            while i < n {
                if i + 1 < n && i % 3 == 0 {
                    let (re, im) = (random.normal(), 0.1 + random.unit());
                    (made[[i, i]], made[[i + 1, i + 1]]) = (re, re);
                    (made[[i, i + 1]], made[[i + 1, i]]) = (im, -im);
                    want.extend([(re, im), (re, -im)]);
                    i += 2;
                } else {
                    made[[i, i]] = random.normal();
                    want.push((made[[i, i]], 0.0));
                    i += 1;
                }
            }
            // Reflections from both sides keep the eigenvalues.
            for seed in 0..3 {
                let v = random_matrix(n, seed).column(0).to_owned();
                let square = v.dot(&v);
                let reflect =
                    Array2::from_shape_fn((n, n), |(i, j)| f64::from(u8::from(i == j)) - 2.0 * v[i] * v[j] / square);
                made = reflect.dot(&made).dot(&reflect);
            }
            let mut got = eigenvalues(&made);
            assert_eq!(got.len(), n);
            for want in want {
                let distance = |other: &(f64, f64)| libm::hypot(other.0 - want.0, other.1 - want.1);
                let nearest = (0..got.len()).min_by(|a, b| distance(&got[*a]).total_cmp(&distance(&got[*b])));
                let nearest = got.swap_remove(nearest.unwrap());
                assert!(distance(&nearest) < 1e-10, "{n}: {nearest:?}, not {want:?}");
            }
        }
    }

    #[test]
    fn traces_of_powers_are_sums_of_powers_of_eigenvalues() {
        for n in [4, 16, 64, 128] {
            let matrix = random_matrix(n, 7) / (n as f64).sqrt();
            let found = eigenvalues(&matrix);
            assert_eq!(found.len(), n);
            let [mut power, mut powers] = [matrix.clone(), matrix.clone()];
            let mut complex = found.clone();
            for _ in 0..4 {
                let trace = power.diag().sum();
                let sum: f64 = complex.iter().map(|(re, _)| re).sum();
                assert!((trace - sum).abs() < 1e-10, "{n}: {sum}, not {trace}");
                powers = powers.dot(&matrix);
                power.assign(&powers);
                for (z, other) in complex.iter_mut().zip(&found) {
                    *z = (z.0 * other.0 - z.1 * other.1, z.0 * other.1 + z.1 * other.0);
                }
            }
        }
    }

    #[test]
    fn spectral_radius_and_singular_value_of_simple_matrices() {
        assert_eq!(spectral_radius(&Array2::zeros((3, 3))), 0.0);
        assert_eq!(spectral_radius(&(Array2::<f64>::eye(5) * -0.7)), 0.7);
        // A permutation, whose eigenvalues are roots of unity, on which QR without shifts out of turn stands still.
        let turn = Array2::from_shape_fn((7, 7), |(i, j)| f64::from(u8::from((i + 1) % 7 == j)));
        assert!((spectral_radius(&turn) - 1.0).abs() < 1e-12);
        assert!((largest_singular_value(&turn) - 1.0).abs() < 1e-12);
        // Nilpotent: no eigenvalue, and yet a product that is not small.
        let nilpotent = ndarray::array![[0.0, 2.0], [0.0, 0.0]];
        assert_eq!((spectral_radius(&nilpotent), largest_singular_value(&nilpotent)), (0.0, 2.0));
        assert!(spectral_radius(&ndarray::array![[f64::INFINITY]]).is_nan());
        let matrix = random_matrix(40, 3);
        // Power iteration on AᵀA.
        let mut v = ndarray::Array1::ones(40);
        for _ in 0..20_000 {
            let next = matrix.t().dot(&matrix.dot(&v));
            v = &next / next.dot(&next).sqrt();
        }
        let want = matrix.dot(&v);
        assert!((largest_singular_value(&matrix) / want.dot(&want).sqrt() - 1.0).abs() < 1e-9);
    }
}
