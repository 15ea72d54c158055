//! The levels of a function over a rectangle: lines of equal value, logarithmically spaced.

use super::contour::contour;
use super::surface::Rect;

/// A function over a rectangle of the plane.
pub(super) struct Ground<'a> {
    /// Its value at a point.
    pub value: &'a dyn Fn(f64, f64) -> f64,
    /// From where to where x goes, and y.
    pub view: [(f64, f64); 2],
    /// Its largest curvature: closer to a valley's floor than the grid is fine there are no lines.
    pub steepest: f64,
}

/// One level with its lines.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Level {
    /// The value.
    pub value: f64,
    /// Whether it is zero or a whole power of ten, but for its sign.
    pub is_whole: bool,
    /// Its lines, in pixels.
    pub lines: Vec<Vec<(f64, f64)>>,
}

/// Grid points in each direction.
const SIDE: usize = 241;

/// The half decades below the largest value that have lines.
const HALF_DECADES: i32 = 10;

impl Ground<'_> {
    /// The levels that occur, the lowest first, as lines in the plot's pixels: `10^(k/2)`, and where the function is negative
    /// the same below zero, and zero.
    pub fn levels(&self, plot: Rect) -> Vec<Level> {
        // Between grid points the root is nearer to a straight line than the value: beside a minimum it is one.
        let (values, least, most) = self.grid();
        let largest = least.abs().max(most.abs());
        if !(largest > 0.0 && largest.is_finite()) {
            return Vec::new();
        }
        let [(left, right), (low, high)] = self.view;
        let cell = (right - left).max(high - low) / (SIDE - 1) as f64;
        let finest = 0.5 * self.steepest * (1.5 * cell) * (1.5 * cell);
        let top = libm::floor(2.0 * libm::log10(largest)) as i32;
        let sizes = (top - HALF_DECADES..=top).map(|half| (half, libm::pow(10.0, f64::from(half) / 2.0)));
        let sizes = sizes.filter(|(_, size)| *size >= finest).collect::<Vec<_>>();
        let below = sizes.iter().rev().map(|(half, size)| (*half, -size));
        let zero = (least < 0.0).then_some((0, 0.0));
        let all = below.chain(zero).chain(sizes.iter().copied());
        let scale = (plot.width() / (SIDE - 1) as f64, plot.height() / (SIDE - 1) as f64);
        let place = |(col, row): (f64, f64)| (plot.left + col * scale.0, plot.bottom - row * scale.1);
        all.filter(|(_, value)| (least..=most).contains(value))
            .map(|(half, value)| Level {
                value,
                is_whole: half % 2 == 0,
                lines: contour(&values, SIDE, root(value))
                    .into_iter()
                    .map(|line| line.into_iter().map(place).collect())
                    .collect(),
            })
            .collect()
    }

    /// The roots of the values at the grid points, and the least and the largest value.
    fn grid(&self) -> (Vec<f32>, f64, f64) {
        let [(left, right), (low, high)] = self.view;
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        let part = |index: usize| index as f64 / (SIDE - 1) as f64;
        let mut values = Vec::with_capacity(SIDE * SIDE);
        for row in 0..SIDE {
            let y = low + (high - low) * part(row);
            for column in 0..SIDE {
                let value = (self.value)(left + (right - left) * part(column), y);
                (least, most) = (least.min(value), most.max(value));
                values.push(root(value) as f32);
            }
        }
        (values, least, most)
    }
}

/// The root of a number's size, with its sign.
fn root(value: f64) -> f64 {
    value.abs().sqrt().copysign(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLOT: Rect = Rect { left: 10.0, top: 20.0, right: 490.0, bottom: 500.0 };
    const VIEW: [(f64, f64); 2] = [(-4.0, 4.0), (-4.0, 4.0)];

    #[test]
    fn lines_lie_where_the_function_has_their_value() {
        for kappa in [1.0, 10.0, 100.0, 1000.0] {
            let value = move |x: f64, y: f64| 0.5 * (x * x + kappa * y * y);
            let levels = Ground { value: &value, view: VIEW, steepest: kappa }.levels(PLOT);
            assert!((4..=11).contains(&levels.len()), "κ {kappa}: {}", levels.len());
            assert!(levels.windows(2).all(|pair| pair[0].value < pair[1].value));
            for level in &levels {
                assert!(!level.lines.is_empty(), "κ {kappa}: {}", level.value);
                for (px, py) in level.lines.iter().flatten() {
                    let (x, y) = ((px - 10.0) / 60.0 - 4.0, (500.0 - py) / 60.0 - 4.0);
                    // Within a pixel of the true line across the valley.
                    let error = (value(x, y) - level.value).abs() / (kappa * y).hypot(x).max(1e-9);
                    assert!(error < 1.0 / 60.0, "κ {kappa}, level {}: {x} {y} is off by {error}", level.value);
                }
                // Ellipses within the view are whole.
                let half_width = (2.0 * level.value).sqrt();
                if half_width < 3.9 {
                    assert_eq!(level.lines.len(), 1, "κ {kappa}: {}", level.value);
                }
            }
        }
    }

    #[test]
    fn below_zero_there_are_as_many_and_zero_is_between() {
        let value = |x: f64, y: f64| x * x - y * y;
        let levels = Ground { value: &value, view: VIEW, steepest: 2.0 }.levels(PLOT);
        let values: Vec<f64> = levels.iter().map(|level| level.value).collect();
        let mirrored: Vec<f64> = values.iter().rev().map(|value| -value).collect();
        assert!(values.contains(&0.0) && values == mirrored, "{values:?}");
        assert!(levels.iter().filter(|level| level.is_whole).count() > 4);
    }

    #[test]
    fn what_has_no_levels_has_none() {
        for value in [0.0, f64::NAN, f64::INFINITY] {
            assert!(Ground { value: &move |_, _| value, view: VIEW, steepest: 1.0 }.levels(PLOT).is_empty());
        }
    }
}
