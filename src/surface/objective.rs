//! The functions: their values and their gradients.

use super::curvature::{Curvature, Point};
use crate::choice::choice;
use crate::experiment::{Kind, Scale};

choice! {
    /// A function of two parameters. The last is one of a single parameter, and another one at every step.
    pub enum Function {
        /// `½ (u² + κ v²)`, where (u, v) are (x, y) turned: a quadratic of condition number κ.
        Quadratic => "quadratic",
        /// `√(1 + u²) − 1 + ½ κ v²`: steep walls, and a floor whose slope is never over 1.
        Ravine => "ravine",
        /// `(1 − x)² + 100 (y − x²)²` (Rosenbrock 1960).
        Rosenbrock => "rosenbrock",
        /// `(1.5 − x + x y)² + (2.25 − x + x y²)² + (2.625 − x + x y³)²` (Beale 1958).
        Beale => "beale",
        /// `x² − y²`.
        Saddle => "saddle",
        /// `C x` at steps 1, 4, 7, … and `−x` at all others, for x from −1 to 1 (Reddi, Kale and Kumar 2018, theorem 1).
        Online => "online",
    }
}

/// A function with its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// Which function.
    pub function: Function,
    /// The condition number κ, of those that have one.
    pub kappa: f64,
    /// By how many degrees their valley is turned against the x axis.
    pub angle: f64,
    /// How much the rare gradient of the online losses is larger than the others.
    pub c: f64,
}

impl Function {
    /// Whether the condition number can be chosen, and the angle.
    pub fn has_kappa(self) -> bool {
        matches!(self, Self::Quadratic | Self::Ravine)
    }

    /// Whether there is one parameter, and another loss at every step.
    pub fn is_online(self) -> bool {
        self == Self::Online
    }

    /// Whether the function has a point of least value; else it falls without end, or differs from step to step.
    pub fn has_minimum(self) -> bool {
        !matches!(self, Self::Saddle | Self::Online)
    }

    /// Where paths begin unless something else is chosen.
    pub fn default_start(self) -> Point {
        match self {
            Self::Quadratic => [-3.5, 2.0],
            Self::Ravine => [-3.5, 1.0],
            Self::Rosenbrock => [-1.5, 2.5],
            Self::Beale => [0.5, 1.5],
            Self::Saddle => [-1.5, 0.001],
            Self::Online => [0.0, 0.0],
        }
    }

    /// From where to where a map of it is to reach at least, in x and in y.
    pub fn view(self) -> [(f64, f64); 2] {
        match self {
            Self::Quadratic | Self::Ravine => [(-4.0, 4.0), (-2.8, 2.8)],
            Self::Rosenbrock => [(-2.0, 2.0), (-1.0, 3.0)],
            Self::Beale => [(-0.5, 4.5), (-2.0, 2.5)],
            Self::Saddle => [(-2.0, 2.0), (-2.0, 2.0)],
            Self::Online => [(-1.0, 1.0), (-1.0, 1.0)],
        }
    }

    /// The numbers that a coordinate of the start may have.
    pub fn start_kind(self) -> Kind {
        let far = if self.is_online() { 1.0 } else { 10.0 };
        Kind::Real { min: -far, max: far, scale: Scale::Linear, word: None }
    }
}

impl Objective {
    /// What κ allows.
    pub const KAPPA: Kind = Kind::Real { min: 1.0, max: 1000.0, scale: Scale::Logarithmic, word: None };
    /// What the angle allows, in degrees.
    pub const ANGLE: Kind = Kind::Integer { min: 0, max: 90, scale: Scale::Linear, word: None };
    /// What C allows: above 2, for there x = −1 is the best.
    pub const C: Kind = Kind::Real { min: 2.1, max: 100.0, scale: Scale::Logarithmic, word: None };

    /// A function with its usual numbers.
    pub fn new(function: Function) -> Self {
        let kappa = if function == Function::Ravine { 50.0 } else { 10.0 };
        Self { function, kappa, angle: 0.0, c: 3.0 }
    }

    /// The value at a point; of online losses the loss of a step, counted from 1.
    pub fn value(&self, [x, y]: Point, step: u64) -> f64 {
        match self.function {
            Function::Quadratic => {
                let [u, v] = self.turned([x, y]);
                0.5 * (u * u + self.kappa * v * v)
            }
            Function::Ravine => {
                let [u, v] = self.turned([x, y]);
                // √(1 + u²) − 1 without cancellation.
                u * u / (1.0 + (1.0 + u * u).sqrt()) + 0.5 * self.kappa * v * v
            }
            Function::Rosenbrock => {
                let (a, b) = (1.0 - x, y - x * x);
                a * a + 100.0 * b * b
            }
            Function::Beale => beale_terms([x, y]).iter().map(|term| term * term).sum(),
            Function::Saddle => x * x - y * y,
            Function::Online => self.slope(step) * x,
        }
    }

    /// The gradient at a point; of online losses that of a step, counted from 1.
    pub fn gradient(&self, [x, y]: Point, step: u64) -> Point {
        match self.function {
            Function::Quadratic => {
                let [u, v] = self.turned([x, y]);
                self.turned_back([u, self.kappa * v])
            }
            Function::Ravine => {
                let [u, v] = self.turned([x, y]);
                self.turned_back([u / (1.0 + u * u).sqrt(), self.kappa * v])
            }
            Function::Rosenbrock => {
                let b = y - x * x;
                [-2.0 * (1.0 - x) - 400.0 * x * b, 200.0 * b]
            }
            Function::Beale => {
                let terms = beale_terms([x, y]);
                let by_x = [y - 1.0, y * y - 1.0, y * y * y - 1.0];
                let by_y = [x, 2.0 * x * y, 3.0 * x * y * y];
                let sum =
                    |slopes: [f64; 3]| 2.0 * terms.iter().zip(slopes).map(|(term, slope)| term * slope).sum::<f64>();
                [sum(by_x), sum(by_y)]
            }
            Function::Saddle => [2.0 * x, -2.0 * y],
            Function::Online => [self.slope(step), 0.0],
        }
    }

    /// The nearest point that is allowed: online losses are for x from −1 to 1.
    pub fn project(&self, [x, y]: Point) -> Point {
        if self.function.is_online() { [x.clamp(-1.0, 1.0), 0.0] } else { [x, y] }
    }

    /// How a learning rate falls with the steps: the theorem on the online losses is about η / √t.
    pub fn rate_factor(&self, step: u64) -> f64 {
        if self.function.is_online() { 1.0 / (step as f64).sqrt() } else { 1.0 }
    }

    /// The point of least value, or the saddle; of online losses the x that is best in the long run.
    pub fn stationary(&self) -> Point {
        match self.function {
            Function::Quadratic | Function::Ravine | Function::Saddle => [0.0, 0.0],
            Function::Rosenbrock => [1.0, 1.0],
            Function::Beale => [3.0, 0.5],
            Function::Online => [-1.0, 0.0],
        }
    }

    /// How the function is curved at its stationary point; `None` of online losses, which are not.
    pub fn curvature(&self) -> Option<Curvature> {
        let hessian = match self.function {
            Function::Quadratic | Function::Ravine => {
                let [cos, sin] = self.direction();
                let (a, b) = (cos * cos + self.kappa * sin * sin, sin * sin + self.kappa * cos * cos);
                return Some(Curvature {
                    lambda: [1.0, self.kappa],
                    direction: [[cos, sin], [-sin, cos]],
                    hessian: [a, (1.0 - self.kappa) * sin * cos, b],
                });
            }
            Function::Rosenbrock => [802.0, -400.0, 200.0],
            // Twice the sums of products of the slopes at (3, ½), where all three terms are 0.
            Function::Beale => [3.156_25, -11.437_5, 46.125],
            Function::Saddle => [2.0, 0.0, -2.0],
            Function::Online => return None,
        };
        Some(Curvature::of(hessian))
    }

    /// `C` at steps 1, 4, 7, …, and −1 at all others.
    fn slope(&self, step: u64) -> f64 {
        if step % 3 == 1 { self.c } else { -1.0 }
    }

    /// The sum of the slopes of the first steps: the least that the losses of all of them sum up to is its negative, at −1.
    pub(super) fn slopes(&self, steps: u64) -> f64 {
        let rare = steps.div_ceil(3);
        self.c * rare as f64 - (steps - rare) as f64
    }

    /// The direction of the valley.
    fn direction(&self) -> Point {
        // Exact where it lies along an axis, so that a path in the valley stays in it.
        if self.angle == 0.0 {
            [1.0, 0.0]
        } else if self.angle == 90.0 {
            [0.0, 1.0]
        } else {
            let radians = self.angle.to_radians();
            [libm::cos(radians), libm::sin(radians)]
        }
    }

    /// (x, y) as (u, v): along the valley and across it.
    fn turned(&self, [x, y]: Point) -> Point {
        let [cos, sin] = self.direction();
        [cos * x + sin * y, cos * y - sin * x]
    }

    fn turned_back(&self, [u, v]: Point) -> Point {
        let [cos, sin] = self.direction();
        [cos * u - sin * v, sin * u + cos * v]
    }
}

fn beale_terms([x, y]: Point) -> [f64; 3] {
    [1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y * y * y]
}

/// The distance of two points.
pub(super) fn distance([a, b]: Point, [c, d]: Point) -> f64 {
    libm::hypot(a - c, b - d)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;
    use crate::random::{Purpose, Random};

    /// Every function, some with other numbers than their usual ones.
    fn objectives() -> Vec<Objective> {
        let usual = Function::ALL.iter().map(|function| Objective::new(*function));
        let turned = [Function::Quadratic, Function::Ravine].map(|function| Objective {
            kappa: 37.0,
            angle: 25.0,
            ..Objective::new(function)
        });
        usual.chain(turned).chain([Objective { c: 12.5, ..Objective::new(Function::Online) }]).collect()
    }

    #[test]
    fn gradients_are_those_of_finite_differences() {
        let mut random = Random::new(4, Purpose::Data);
        for objective in objectives() {
            for step in 1..60 {
                let mut coordinate = || 6.0 * random.unit() - 3.0;
                let at = [coordinate(), coordinate()];
                let gradient = objective.gradient(at, step);
                for (axis, by) in gradient.iter().enumerate() {
                    let h = 1e-5;
                    let beside = |sign: f64| {
                        let mut beside = at;
                        beside[axis] += sign * h;
                        objective.value(beside, step)
                    };
                    let difference = (beside(1.0) - beside(-1.0)) / (2.0 * h);
                    let size = 1.0 + by.abs() + objective.value(at, step).abs();
                    assert!(
                        (difference - by).abs() < 2e-9 / h * 1e-1 * size,
                        "{objective:?} at {at:?}: {by}, {difference}"
                    );
                }
            }
        }
    }

    #[test]
    fn nothing_is_lower_than_the_minimum_and_there_the_gradient_is_zero() {
        let mut random = Random::new(5, Purpose::Data);
        for objective in objectives().into_iter().filter(|objective| objective.function.has_minimum()) {
            let least = objective.stationary();
            assert_eq!(objective.value(least, 1), 0.0, "{objective:?}");
            assert!(objective.gradient(least, 1).iter().all(|entry| *entry == 0.0), "{objective:?}");
            for _ in 0..1000 {
                let at = [8.0 * random.unit() - 4.0, 8.0 * random.unit() - 4.0];
                assert!(objective.value(at, 1) > 0.0, "{objective:?} at {at:?}");
            }
        }
    }

    #[test]
    fn curvatures_are_the_slopes_of_the_gradient() {
        for objective in objectives().into_iter().filter(|objective| objective.function != Function::Online) {
            let (at, h) = (objective.stationary(), 1e-5);
            let curvature = objective.curvature().unwrap();
            let column = |axis: usize| {
                let beside = |sign: f64| {
                    let mut beside = at;
                    beside[axis] += sign * h;
                    objective.gradient(beside, 1)
                };
                let (above, below) = (beside(1.0), beside(-1.0));
                [(above[0] - below[0]) / (2.0 * h), (above[1] - below[1]) / (2.0 * h)]
            };
            let ([a, b], [_, d]) = (column(0), column(1));
            let near = |one: f64, other: f64| (one - other).abs() < 1e-5 * (1.0 + other.abs());
            let [xx, xy, yy] = curvature.hessian;
            assert!(near(a, xx) && near(b, xy) && near(d, yy), "{objective:?}: {a} {b} {d}");
            for (lambda, [x, y]) in curvature.lambda.into_iter().zip(curvature.direction) {
                assert!(near(xx * x + xy * y, lambda * x) && near(xy * x + yy * y, lambda * y), "{objective:?}");
                assert!(near(x * x + y * y, 1.0));
            }
            assert!(curvature.lambda[0] <= curvature.lambda[1]);
        }
    }

    #[test]
    fn the_online_losses_sum_up_as_told() {
        let objective = Objective { c: 5.0, ..Objective::new(Function::Online) };
        let mut sum = 0.0;
        for step in 1..40 {
            sum += objective.value([1.0, 0.0], step);
            assert_eq!(objective.slopes(step), sum);
            assert!(sum > 0.0, "so −1 is the best at every step");
        }
    }
}
