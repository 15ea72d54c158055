//! How the samples of each data set are drawn.

use super::{Dataset, DatasetKind};
use crate::random::{Purpose, Random};
use core::f64::consts::TAU;
use ndarray::{Array2, Axis};

impl Dataset {
    /// A data set of so many samples, all from the seed.
    ///
    /// `noise`, from 0 to 0.5, is the standard deviation of the positions in units of the data's own extent for
    /// classification, and of the targets in units of their deviation for regression.
    pub fn generate(kind: DatasetKind, samples: usize, noise: f64, seed: u32) -> Self {
        Self::with_held_out(kind, samples, 0, noise, seed).0
    }

    /// The data set of [`Dataset::generate`], and so many samples of the same law that are not in it. The latter are drawn
    /// from a stream of their own and standardized by the means and deviations of the former, as new data would be.
    pub fn with_held_out(kind: DatasetKind, samples: usize, held_out: usize, noise: f64, seed: u32) -> (Self, Self) {
        let mut data = Self::draw(kind, samples, noise, &mut Random::new(seed, Purpose::Data));
        let mut held_out = Self::draw(kind, held_out, noise, &mut Random::new(seed, Purpose::HeldOut));
        standardize(&mut data.x, &mut held_out.x);
        if kind.classes().is_none() {
            standardize(&mut data.y, &mut held_out.y);
        }
        (data, held_out)
    }

    /// Samples as they are drawn, before they are standardized.
    fn draw(kind: DatasetKind, samples: usize, noise: f64, random: &mut Random) -> Self {
        let (inputs, outputs) = kind.dimensions();
        let mut x = Array2::zeros((samples, inputs));
        let mut y = Array2::zeros((samples, outputs));
        let classes = kind.classes().unwrap_or(2);
        // Classes alternate and are then shuffled, so that all are equally many.
        let mut order: Vec<usize> = (0..samples).collect();
        random.shuffle(&mut order);
        for (index, &row) in order.iter().enumerate() {
            let class = index % classes;
            let mut put = |a: f64, b: f64, target: f64| {
                x[[row, 0]] = a;
                x[[row, 1]] = b;
                // Of several classes each has a column.
                if classes > 2 {
                    y[[row, class]] = 1.0;
                } else {
                    y[[row, 0]] = target;
                }
            };
            match kind {
                DatasetKind::Circle => {
                    // Radii whose squares are uniform fill the disc (to 0.5) and the ring (0.7 to 1) evenly.
                    let (low, high): (f64, f64) = if class == 1 { (0.0, 0.5) } else { (0.7, 1.0) };
                    let radius = random.uniform(low * low, high * high).sqrt();
                    let (sin, cos) = libm::sincos(random.uniform(0.0, TAU));
                    let (a, b) = jitter(random, noise, radius * cos, radius * sin);
                    put(a, b, class as f64);
                }
                DatasetKind::Xor => {
                    let a = random.uniform(0.05, 1.0) * sign(random);
                    let b = random.uniform(0.05, 1.0) * a.signum() * if class == 1 { 1.0 } else { -1.0 };
                    let (a, b) = jitter(random, noise, a, b);
                    put(a, b, class as f64);
                }
                DatasetKind::Gaussians => {
                    let centre = if class == 1 { 1.0 } else { -1.0 };
                    let spread = 0.3 + 2.0 * noise;
                    put(centre + spread * random.normal(), centre + spread * random.normal(), class as f64);
                }
                DatasetKind::Clouds => {
                    let (sin, cos) = libm::sincos(TAU * (class as f64 + 0.5) / 4.0);
                    let spread = 0.25 + noise;
                    put(cos + spread * random.normal(), sin + spread * random.normal(), class as f64);
                }
                DatasetKind::Spiral | DatasetKind::Spiral3 => {
                    let t = random.uniform(0.05, 1.0);
                    let turn = 1.5 * TAU * t / 2.0 + TAU * class as f64 / classes as f64;
                    let (sin, cos) = libm::sincos(turn);
                    let (a, b) = jitter(random, 0.5 * noise, t * sin, t * cos);
                    put(a, b, class as f64);
                }
                DatasetKind::Plane => {
                    let (a, b) = (random.uniform(-1.0, 1.0), random.uniform(-1.0, 1.0));
                    put(a, b, 0.8 * a + 0.6 * b + 0.58 * noise * random.normal());
                }
                DatasetKind::Ripple => {
                    let (a, b) = (random.uniform(-1.0, 1.0), random.uniform(-1.0, 1.0));
                    let wave = libm::sin(1.5 * TAU * libm::hypot(a, b) / 2.0);
                    put(a, b, wave + 0.7 * noise * random.normal());
                }
                DatasetKind::Noise => {
                    x.row_mut(row).map_inplace(|x| *x = random.normal());
                    y.row_mut(row).map_inplace(|y| *y = random.normal());
                }
            }
        }
        Self { x, y }
    }
}

fn jitter(random: &mut Random, noise: f64, a: f64, b: f64) -> (f64, f64) {
    (a + noise * random.normal(), b + noise * random.normal())
}

fn sign(random: &mut Random) -> f64 {
    if random.unit() < 0.5 { -1.0 } else { 1.0 }
}

/// Gives every column mean 0 and standard deviation 1, where it varies; the columns of `others` move with them.
fn standardize(matrix: &mut Array2<f64>, others: &mut Array2<f64>) {
    for (mut column, mut others) in matrix.axis_iter_mut(Axis(1)).zip(others.axis_iter_mut(Axis(1))) {
        let mean = column.mean().unwrap_or(0.0);
        let std = column.std(0.0);
        let standardized = |x: &mut f64| *x = (*x - mean) / if std > 0.0 { std } else { 1.0 };
        column.map_inplace(standardized);
        others.map_inplace(standardized);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;

    #[test]
    fn every_data_set_is_standardized_balanced_and_fixed_by_its_seed() {
        for &kind in DatasetKind::ALL {
            let data = Dataset::generate(kind, 200, 0.1, 7);
            assert_eq!(data, Dataset::generate(kind, 200, 0.1, 7));
            assert_ne!(data, Dataset::generate(kind, 200, 0.1, 8));
            assert_eq!((data.x.ncols(), data.y.ncols()), kind.dimensions());
            for column in data.x.axis_iter(Axis(1)) {
                assert!(column.mean().unwrap().abs() < 1e-12 && (column.std(0.0) - 1.0).abs() < 1e-12, "{kind:?}");
            }
            match kind.classes() {
                None => {}
                Some(2) => assert_eq!(data.y.sum(), 100.0, "{kind:?}"),
                Some(classes) => {
                    assert!(data.y.axis_iter(Axis(0)).all(|row| row.sum() == 1.0), "{kind:?}");
                    let counts = data.y.sum_axis(Axis(0));
                    assert!(counts.iter().all(|n| (n - 200.0 / classes as f64).abs() < 1.0), "{kind:?}: {counts}");
                }
            }
        }
    }

    #[test]
    fn held_out_samples_are_new_and_measured_by_those_of_the_run() {
        for &kind in DatasetKind::ALL {
            let (data, held_out) = Dataset::with_held_out(kind, 1000, 500, 0.1, 7);
            assert_eq!(data, Dataset::generate(kind, 1000, 0.1, 7), "{kind:?}");
            assert_eq!((held_out.x.nrows(), held_out.y.nrows()), (500, 500));
            assert!(held_out.x.outer_iter().all(|x| data.x.outer_iter().all(|other| other != x)), "{kind:?}");
            for column in held_out.x.axis_iter(Axis(1)) {
                // Of the same law, but not standardized by themselves.
                let (mean, std) = (column.mean().unwrap(), column.std(0.0));
                assert!(mean.abs() < 0.15 && (std - 1.0).abs() < 0.1, "{kind:?}: {mean}, {std}");
                assert!(mean.abs() > 1e-9 && (std - 1.0).abs() > 1e-9, "{kind:?}: {mean}, {std}");
            }
        }
    }

    #[test]
    fn without_noise_the_classes_are_where_they_should_be() {
        let data = Dataset::generate(DatasetKind::Circle, 2000, 0.0, 1);
        let radius = |row: usize| data.x.row(row).dot(&data.x.row(row)).sqrt();
        let largest_inside = (0..2000).filter(|&i| data.y[[i, 0]] == 1.0).map(radius).fold(0.0, f64::max);
        let smallest_outside = (0..2000).filter(|&i| data.y[[i, 0]] == 0.0).map(radius).fold(9.0, f64::min);
        assert!(largest_inside < smallest_outside);
        let data = Dataset::generate(DatasetKind::Xor, 2000, 0.0, 1);
        let product = |i: usize| data.x[[i, 0]] * data.x[[i, 1]];
        let right = (0..2000).filter(|&i| (product(i) > 0.0) == (data.y[[i, 0]] == 1.0)).count();
        assert!(right >= 1900, "standardizing moves the axes a little: {right} of 2000");
    }
}
