//! Activations with their derivatives over lanes, and what the report says of them.

use super::panels::checked_squares;
use super::{Activation, LANES, Lane, Panels, RUN, Real, Vector, mean_and_std, sum_lane};

/// SELU's scale s and α (Klambauer et al. 2017).
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;
const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;

/// `h = φ(u)` and `slope = φ′(u)`, entry by entry.
pub fn activate<T: Real>(activation: Activation, u: &[Lane<T>], h: &mut [Lane<T>], slope: &mut [Lane<T>]) {
    let constant = T::Vector::constant;
    let (zero, one) = (constant(0.0), constant(1.0));
    match activation {
        Activation::Linear => each(u, h, slope, |u| (u, one)),
        Activation::Sigmoid => each(u, h, slope, sigmoid::<T>),
        Activation::Tanh => each(u, h, slope, T::tanh_with_slope),
        // NaN is neither above 0 nor not above it, and stays.
        Activation::Relu => each(u, h, slope, |u| {
            let otherwise = u.min(zero) - u.min(zero);
            (zero.select_less(u, u, otherwise), zero.select_less(u, one, otherwise))
        }),
        Activation::LeakyRelu => {
            let leak = constant(0.01);
            each(u, h, slope, |u| (zero.select_less(u, u, leak * u), zero.select_less(u, one, leak)));
        }
        Activation::Elu => each(u, h, slope, |u| {
            let (negative, slope) = T::exp_m1(u.min(zero));
            (zero.select_less(u, u, negative), zero.select_less(u, one, slope))
        }),
        Activation::Selu => {
            let (scale, alpha) = (constant(SELU_SCALE), constant(SELU_SCALE * SELU_ALPHA));
            each(u, h, slope, |u| {
                let (negative, slope) = T::exp_m1(u.min(zero));
                (zero.select_less(u, scale * u, alpha * negative), zero.select_less(u, scale, alpha * slope))
            });
        }
        Activation::Gelu => each(u, h, slope, |u| {
            let (distribution, density) = T::normal(u);
            (u * distribution, distribution + u * density)
        }),
        Activation::Silu => each(u, h, slope, |u| {
            let (s, s_prime) = sigmoid::<T>(u);
            (u * s, s + u * s_prime)
        }),
    }
}

/// The branch of φ on the positive or the other side of 0, wherever u is; `None` of a φ that is one formula.
pub fn on_branch(activation: Activation, positive: bool, u: f64) -> Option<f64> {
    let below = match activation {
        Activation::Relu => 0.0,
        Activation::LeakyRelu => 0.01 * u,
        Activation::Elu => libm::expm1(u),
        Activation::Selu => SELU_SCALE * SELU_ALPHA * libm::expm1(u),
        Activation::Linear | Activation::Sigmoid | Activation::Tanh | Activation::Gelu | Activation::Silu => {
            return None;
        }
    };
    let above = if activation == Activation::Selu { SELU_SCALE * u } else { u };
    Some(if positive { above } else { below })
}

// A function of its own for every φ: what is merged into a larger one is compiled less well.
#[inline(never)]
fn each<T: Real>(
    u: &[Lane<T>],
    h: &mut [Lane<T>],
    slope: &mut [Lane<T>],
    phi: impl Fn(T::Vector) -> (T::Vector, T::Vector),
) {
    for ((u, h), slope) in u.iter().zip(h).zip(slope) {
        let (value, derivative) = phi(T::Vector::load(u));
        (*h, *slope) = (value.store(), derivative.store());
    }
}

/// Sums over the activations of a layer, from which its [`Activity`] follows.
#[derive(Clone, Copy, Debug)]
pub struct Tally<T> {
    /// Slopes φ′ below it count as saturated.
    threshold: T,
    /// One of the activations. The sums are of the differences to it, so that the variance does not cancel where all are
    /// nearly equal.
    pivot: T,
    /// Sums of differences and of their squares, and numbers of saturated slopes and of dead units: of the last rows in the
    /// format, of all before in f64.
    last: [Lane<T>; 4],
    last_rows: usize,
    totals: [f64; 4],
    count: usize,
    units: usize,
}

impl<T: Real> Tally<T> {
    /// Of nothing yet; slopes φ′ below `threshold` will count as saturated.
    pub fn new(threshold: T) -> Self {
        Self {
            threshold,
            pivot: T::ZERO,
            last: [[T::ZERO; LANES]; 4],
            last_rows: 0,
            totals: [0.0; 4],
            count: 0,
            units: 0,
        }
    }

    /// Counts the activations and slopes of one panel, of which `cols` columns are not padding.
    #[inline(never)]
    pub fn add(&mut self, h: &[Lane<T>], slope: &[Lane<T>], cols: usize) {
        if self.count == 0 {
            self.pivot = h.first().map_or(T::ZERO, |h| h[0]);
        }
        let splat = T::Vector::splat;
        let (zero, one, pivot, threshold) = (splat(T::ZERO), splat(T::ONE), splat(self.pivot), splat(self.threshold));
        let mut steepest = zero;
        for (h, slope) in h.chunks(RUN).zip(slope.chunks(RUN)) {
            let [mut sum, mut squares, mut saturated] = [zero; 3];
            for (h, slope) in h.iter().zip(slope) {
                let (difference, magnitude) = (T::Vector::load(h) - pivot, T::Vector::load(slope).abs());
                sum = sum + difference;
                squares = squares + difference * difference;
                saturated = saturated + magnitude.select_less(threshold, one, zero);
                steepest = steepest.max(magnitude);
            }
            self.last_rows += h.len();
            for (last, sum) in self.last.iter_mut().zip([sum, squares, saturated]) {
                add_first(last, sum, cols);
            }
            if self.last_rows >= RUN {
                self.finish_run();
            }
        }
        let [.., dead] = &mut self.last;
        add_first(dead, zero.select_less(steepest, zero, one), cols);
        self.count += h.len() * cols;
        self.units += cols;
    }

    fn finish_run(&mut self) {
        for (total, last) in self.totals.iter_mut().zip(&mut self.last) {
            *total += sum_lane(last);
            *last = [T::ZERO; LANES];
        }
        self.last_rows = 0;
    }

    /// What was counted; `h` are all the activations that were.
    pub fn activity(mut self, h: &Panels<T>) -> Activity {
        self.finish_run();
        let [sum, sum_of_squares, saturated, dead] = self.totals;
        let count = self.count as f64;
        let mean = sum / count;
        let mut activity = Activity {
            mean: self.pivot.to_f64() + mean,
            std: (sum_of_squares / count - mean * mean).max(0.0).sqrt(),
            saturated: saturated / count,
            dead: dead / self.units as f64,
        };
        // Sums and squares leave the format before the activations do, upwards and downwards.
        let has_lost_digits =
            sum_of_squares < count * T::MIN_POSITIVE.to_f64() && h.entries().any(|h| h != self.pivot.to_f64());
        if has_lost_digits || !(sum.is_finite() && sum_of_squares.is_finite()) {
            let cols = h.cols();
            let (mean, std) = mean_and_std(self.count, &|i| h.get(i / cols, i % cols).to_f64());
            if !sum.is_finite() {
                activity.mean = mean;
            }
            activity.std = std;
        }
        activity
    }
}

/// Adds the first `cols` of eight numbers.
#[inline(always)]
fn add_first<T: Real>(sums: &mut Lane<T>, terms: T::Vector, cols: usize) {
    if cols == LANES {
        *sums = (T::Vector::load(sums) + terms).store();
    } else {
        sums[..cols].iter_mut().zip(terms.store()).for_each(|(sum, term)| *sum += term);
    }
}

/// `1 / (1 + e^-u)` and its derivative, by `e = e^-|u|`: neither cancels, however large u is.
#[inline(always)]
pub(super) fn sigmoid<T: Real>(u: T::Vector) -> (T::Vector, T::Vector) {
    let one = T::Vector::splat(T::ONE);
    let e = T::exp(-u.abs());
    let r = one / (one + e);
    (u.select_less(T::Vector::splat(T::ZERO), e * r, r), e * r * r)
}

/// What the activations of one layer look like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Activity {
    /// Their mean over batch and units.
    pub mean: f64,
    /// Their standard deviation over batch and units.
    pub std: f64,
    /// Fraction whose slope is below the threshold.
    pub saturated: f64,
    /// Fraction of units whose slope is zero on the whole batch.
    pub dead: f64,
}

/// `delta = factor · g ⊙ slope`, entry by entry, for one panel; returns the sums of its columns and that of all squares.
#[inline(never)]
pub fn multiply_by_slope<T: Real>(
    g: &[Lane<T>],
    slope: &[Lane<T>],
    factor: T,
    delta: &mut [Lane<T>],
) -> (Lane<T>, f64) {
    let (g, slope) = (&g[..delta.len()], &slope[..delta.len()]);
    let factor = T::Vector::splat(factor);
    replace_and_sum(delta, |row, _| factor * T::Vector::load(&g[row]) * T::Vector::load(&slope[row]))
}

/// Replaces each row of one panel by `entry` of its number and what it was; returns the sums of the new columns and that
/// of all new squares.
#[inline(always)]
pub fn replace_and_sum<T: Real>(
    lanes: &mut [Lane<T>],
    entry: impl Fn(usize, T::Vector) -> T::Vector,
) -> (Lane<T>, f64) {
    let zero = T::Vector::splat(T::ZERO);
    let (mut columns, mut total) = (zero, 0.0);
    for start in (0..lanes.len()).step_by(RUN) {
        let mut squares = zero;
        for row in start..(start + RUN).min(lanes.len()) {
            let x = entry(row, T::Vector::load(&lanes[row]));
            lanes[row] = x.store();
            columns = columns + x;
            squares = squares + x * x;
        }
        total += sum_lane(&squares.store());
    }
    (columns.store(), checked_squares(total, lanes))
}

/// `target ← target + factor · other`, entry by entry.
pub fn add_scaled<T: Real>(target: &mut [Lane<T>], factor: T, other: &[Lane<T>]) {
    let factor = T::Vector::splat(factor);
    for (target, other) in target.iter_mut().zip(other) {
        *target = (T::Vector::load(target) + factor * T::Vector::load(other)).store();
    }
}

#[cfg(test)]
mod tests {
    use super::super::Panels;
    use super::*;
    use crate::choice::Choice;
    use crate::random::{Purpose, Random};
    use ndarray::{Array2, Axis};

    /// φ by the textbook, in f64.
    fn plain(activation: Activation, u: f64) -> f64 {
        match activation {
            Activation::Linear => u,
            Activation::Sigmoid => 1.0 / (1.0 + libm::exp(-u)),
            Activation::Tanh => libm::tanh(u),
            Activation::Relu => u.max(0.0),
            Activation::LeakyRelu => u.max(0.01 * u),
            Activation::Elu => {
                if u > 0.0 {
                    u
                } else {
                    libm::expm1(u)
                }
            }
            Activation::Selu => SELU_SCALE * if u > 0.0 { u } else { SELU_ALPHA * libm::expm1(u) },
            Activation::Gelu => 0.5 * u * libm::erfc(-u / std::f64::consts::SQRT_2),
            Activation::Silu => u / (1.0 + libm::exp(-u)),
        }
    }

    fn run<T: Real>(activation: Activation, u: f64) -> (f64, f64) {
        let (mut h, mut slope) = ([[T::ZERO; LANES]], [[T::ZERO; LANES]]);
        activate(activation, &[[T::from_f64(u); LANES]], &mut h, &mut slope);
        (h[0][0].to_f64(), slope[0][0].to_f64())
    }

    #[test]
    fn values_and_slopes_agree_with_the_textbook() {
        for &activation in Activation::ALL {
            for i in -60..=60 {
                let u = f64::from(i) * 0.25 + 0.03125;
                let step = 1e-5;
                let slope = (plain(activation, u + step) - plain(activation, u - step)) / (2.0 * step);
                let value = plain(activation, u);
                for (got, tolerance) in [(run::<f64>(activation, u), 1e-13), (run::<f32>(activation, u), 1e-6)] {
                    assert!(
                        (got.0 - value).abs() <= tolerance * value.abs().max(1e-3),
                        "{activation:?}({u}) = {}",
                        got.0
                    );
                    assert!((got.1 - slope).abs() <= tolerance.max(1e-9) * 10.0, "{activation:?}′({u}) = {}", got.1);
                }
            }
        }
    }

    #[test]
    fn slopes_at_zero_follow_pytorch() {
        for (activation, slope) in [(Activation::Relu, 0.0), (Activation::LeakyRelu, 0.01), (Activation::Elu, 1.0)] {
            assert_eq!(run::<f64>(activation, 0.0).1, slope, "{activation:?}");
        }
        assert!((run::<f64>(Activation::Selu, 0.0).1 - SELU_SCALE * SELU_ALPHA).abs() < 1e-15);
    }

    #[test]
    fn far_out_slopes_are_small_and_not_zero() {
        for activation in [Activation::Sigmoid, Activation::Tanh] {
            for u in [-30.0, 30.0] {
                assert!(run::<f32>(activation, u).1 > 0.0, "{activation:?} {u}");
            }
        }
    }

    #[test]
    fn far_out_slopes_keep_their_digits() {
        let steps = |u: f64| libm::exp(u) / (1.0 + libm::exp(u));
        for i in 1..=16 {
            let u = -5.0 * f64::from(i);
            let cases = [
                (Activation::Sigmoid, steps(u) * (1.0 - steps(u))),
                (Activation::Tanh, 4.0 * libm::exp(u) / (1.0 + libm::exp(u)).powi(2)),
                (Activation::Elu, libm::exp(u)),
                (Activation::Selu, SELU_SCALE * SELU_ALPHA * libm::exp(u)),
                (Activation::Silu, steps(u) * (1.0 + u * (1.0 - steps(u)))),
            ];
            for (activation, want) in cases {
                // Half of it for tanh, whose slope falls off twice as fast.
                let at = if activation == Activation::Tanh { u / 2.0 } else { u };
                let relative = run::<f32>(activation, at).1 / want - 1.0;
                assert!(relative.abs() < 1e-6, "{activation:?}′({at}) is off by {relative:e}");
            }
        }
    }

    #[test]
    fn what_is_not_a_number_stays_so() {
        for &activation in Activation::ALL {
            assert!(run::<f32>(activation, f64::NAN).0.is_nan(), "{activation:?}");
        }
    }

    /// What a layer's activations look like for these u.
    fn activity<T: Real>(activation: Activation, u: &Array2<f64>) -> Activity {
        let u = Panels::<T>::from_array(u);
        let (mut h, mut slope) = (u.clone(), u.clone());
        let mut tally = Tally::new(T::from_f64(0.01));
        for panel in 0..u.panels() {
            let (h, slope) = (h.panel_mut(panel), slope.panel_mut(panel));
            activate(activation, u.panel(panel), h, slope);
            tally.add(h, slope, u.panel_cols(panel));
        }
        tally.activity(&h)
    }

    /// From where the squares are denormal to where the sum of two activations is infinite.
    #[test]
    fn activity_is_right_from_the_least_number_to_the_largest() {
        let mut random = Random::new(4, Purpose::Data);
        let u = Array2::from_shape_fn((70, 11), |_| random.uniform(-1.0, 1.0));
        let (mean, std) = (u.mean().unwrap(), u.std(0.0));
        let check = |scale: f64, activity: Activity, tolerance: f64| {
            assert!((activity.mean / scale - mean).abs() < tolerance, "{scale:e}: {activity:?}, not {mean}");
            assert!((activity.std / scale - std).abs() < tolerance, "{scale:e}: {activity:?}, not {std}");
        };
        for scale in [1e-36, 1e-30, 1e-22, 1e-10, 1.0, 1e18, 2e19, 1e30, 3e38] {
            check(scale, activity::<f32>(Activation::Linear, &(&u * scale)), 1e-5);
        }
        for scale in [1e-300, 1e-200, 1e-162, 1e-150, 1.0, 1e150, 1e154, 1e200, 1.7e308] {
            check(scale, activity::<f64>(Activation::Linear, &(&u * scale)), 1e-13);
        }
    }

    #[test]
    fn far_out_numbers_of_the_format_have_an_image() {
        for &activation in Activation::ALL {
            for u in [2e19, 1e30, 3.2e38] {
                for u in [u, -u] {
                    let (value, slope) = run::<f32>(activation, u);
                    let want = plain(activation, f64::from(u as f32));
                    assert!(
                        (value - want).abs() <= 1e-6 * want.abs(),
                        "{activation:?}({u:e}) = {value:e}, not {want:e}"
                    );
                    assert!(slope.is_finite(), "{activation:?}′({u:e}) = {slope}");
                }
            }
            for u in [1e154, 1.7e308] {
                for u in [u, -u] {
                    let (value, slope) = run::<f64>(activation, u);
                    let want = plain(activation, u);
                    assert!(
                        (value - want).abs() <= 1e-13 * want.abs(),
                        "{activation:?}({u:e}) = {value:e}, not {want:e}"
                    );
                    assert!(slope.is_finite(), "{activation:?}′({u:e}) = {slope}");
                }
            }
        }
    }

    #[test]
    fn activity_agrees_with_its_definition() {
        let mut random = Random::new(2, Purpose::Data);
        // Two units are off for all 70 samples, one of them in the second panel; others now and then.
        let u = Array2::from_shape_fn((70, 11), |(i, j)| {
            let magnitude = 0.5 + 1e-4 * random.normal();
            if j == 3 || j == 9 || (i + j) % 5 == 0 { -magnitude } else { magnitude }
        });
        let u = Panels::<f32>::from_array(&u);
        let (mut h, mut slope) = (Panels::zeros(70, 11), Panels::zeros(70, 11));
        let mut tally = Tally::new(0.05);
        for panel in 0..u.panels() {
            let (h, slope) = (h.panel_mut(panel), slope.panel_mut(panel));
            activate(Activation::Relu, u.panel(panel), h, slope);
            tally.add(h, slope, u.panel_cols(panel));
        }
        let activity = tally.activity(&h);
        let (h, slope) = (h.to_array(), slope.to_array());
        let mean = h.mean().unwrap();
        assert!((activity.mean - mean).abs() < 1e-6);
        assert!((activity.std - h.std(0.0)).abs() < 1e-7, "{} {}", activity.std, h.std(0.0));
        let flat = slope.iter().filter(|s| **s == 0.0).count() as f64 / 770.0;
        assert!((activity.saturated - flat).abs() < 1e-12);
        assert_eq!(activity.dead, 2.0 / 11.0);
    }

    #[test]
    fn activations_that_are_nearly_equal_have_a_deviation() {
        let u = Array2::from_shape_fn((100, 8), |(_, col)| if col % 2 == 0 { 1e-4 } else { 0.0 });
        let std = activity::<f32>(Activation::Sigmoid, &u).std;
        assert!((std / 1.25e-5 - 1.0).abs() < 0.01, "{std}");
    }

    #[test]
    fn a_product_with_slopes_knows_its_sums() {
        let mut random = Random::new(3, Purpose::Data);
        let mut matrix = || Array2::from_shape_fn((100, 8), |_| f64::from(random.normal() as f32));
        let (g, slope) = (matrix(), matrix());
        let want = &g * &slope * 0.25;
        let mut delta = vec![[0.0_f64; LANES]; 100];
        let (g, slope) = (Panels::from_array(&g), Panels::from_array(&slope));
        let (columns, squares) = multiply_by_slope(g.panel(0), slope.panel(0), 0.25, &mut delta);
        let sums = want.sum_axis(Axis(0));
        assert!((0..8).all(|j| (columns[j] - sums[j]).abs() < 1e-13 && delta[99][j] == want[[99, j]]));
        assert!((squares / want.mapv(|x| x * x).sum() - 1.0).abs() < 1e-14);
    }
}
