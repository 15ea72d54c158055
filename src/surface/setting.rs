//! What is on the screen: a function, a start, and up to four optimizers.

use super::curvature::Point;
use super::objective::{Function, Objective};
use super::tuned::{HyperParameter, Method, Tuned};

/// The most paths: as many as can be told apart.
pub const MOST_PATHS: usize = 4;

/// The most steps of a path.
pub const MOST_STEPS: u32 = 10_000;

/// A function, where the paths begin, and whose they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The function.
    pub objective: Objective,
    /// Where all paths begin.
    pub start: Point,
    /// The optimizers, from one to [`MOST_PATHS`].
    pub paths: Vec<Tuned>,
    /// How many steps they have made.
    pub steps: u32,
}

impl Setting {
    /// A function as it is shown first.
    pub fn new(function: Function) -> Self {
        Self {
            objective: Objective::new(function),
            start: function.default_start(),
            paths: usual_paths(function),
            steps: 0,
        }
    }

    /// Whether the optimizers and the function are those of another setting, however they are tuned and wherever they begin.
    pub fn is_of_the_kind_of(&self, other: &Self) -> bool {
        let methods = |setting: &Self| setting.paths.iter().map(|path| path.method).collect::<Vec<_>>();
        self.objective.function == other.objective.function && methods(self) == methods(other)
    }
}

/// The optimizers with which a function is first shown.
fn usual_paths(function: Function) -> Vec<Tuned> {
    let with = |method: Method, lr: f64| Tuned::new(method).with(HyperParameter::Lr, lr);
    match function {
        Function::Quadratic => {
            vec![with(Method::Sgd, 0.18), with(Method::Momentum, 0.05).with(HyperParameter::Momentum, 0.7)]
        }
        Function::Ravine => vec![with(Method::Sgd, 0.035), with(Method::Momentum, 0.035)],
        Function::Rosenbrock => vec![with(Method::Sgd, 0.0005), with(Method::Adam, 0.1)],
        Function::Beale => vec![with(Method::Sgd, 0.01), with(Method::Adam, 0.1)],
        Function::Saddle => vec![with(Method::Sgd, 0.05), with(Method::Adam, 0.05)],
        Function::Online => [Method::Adam, Method::AmsGrad]
            .map(|method| with(method, 0.5).with(HyperParameter::Beta1, 0.0).with(HyperParameter::Beta2, 0.1))
            .into(),
    }
}

impl Default for Setting {
    fn default() -> Self {
        Self::new(Function::Quadratic)
    }
}
