//! The path of an optimizer: the update rules that train networks, over a parameter of two entries.

use super::curvature::Point;
use super::objective::{Objective, distance};
use super::tuned::Tuned;
use crate::kernel::LANES;
use crate::nn::Parameter;
use crate::optim::{Optimizer, State};
use ndarray::arr2;

/// The path of an optimizer on a function from a start, as far as it was walked.
#[derive(Clone, Debug)]
pub struct Descent {
    objective: Objective,
    tuned: Tuned,
    made: Vec<Made>,
    parameter: Parameter<f64>,
    state: State<f64>,
    has_diverged: bool,
}

/// Where a path is after so many steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Made {
    /// The parameters.
    pub at: Point,
    /// The value of the function there, of online losses that of the next step.
    pub value: f64,
    /// The gradient there, by which the next step goes.
    pub gradient: Point,
    /// The sum of the losses at the points before, where each step has another one.
    losses: f64,
}

/// Beyond this distance from the stationary point a path has diverged: no function has anything else there.
pub const FAR: f64 = 1e6;

impl Descent {
    /// The path's start.
    pub fn new(objective: Objective, tuned: Tuned, start: Point) -> Self {
        let start = objective.project(start);
        let parameter = Parameter::new(&arr2(&[start]));
        let state = State::new(tuned.method.kind(), &tuned.hyper(1.0), &parameter);
        let first =
            Made { at: start, value: objective.value(start, 1), gradient: objective.gradient(start, 1), losses: 0.0 };
        Self { objective, tuned, made: vec![first], parameter, state, has_diverged: false }
    }

    /// Whether it is the path of this optimizer on this function from this start.
    pub fn is_of(&self, objective: Objective, tuned: Tuned, start: Point) -> bool {
        self.objective == objective && self.tuned == tuned && self.made[0].at == objective.project(start)
    }

    /// The function.
    pub fn objective(&self) -> Objective {
        self.objective
    }

    /// The optimizer.
    pub fn tuned(&self) -> Tuned {
        self.tuned
    }

    /// Walks on to a step, unless the path ends before.
    pub fn advance_to(&mut self, step: usize) {
        while self.made.len() <= step && !self.has_diverged {
            self.step();
        }
    }

    /// All that was walked up to a step, the start first.
    pub fn up_to(&self, step: usize) -> &[Made] {
        &self.made[..self.made.len().min(step + 1)]
    }

    /// The step at which it ended because it had diverged, if that is one of the first `step`.
    pub fn diverged_by(&self, step: usize) -> Option<usize> {
        let last = self.made.len() - 1;
        (self.has_diverged && last <= step).then_some(last)
    }

    /// The regret per step of online losses after the first `steps`: how much less the best x would have lost, −1, which is
    /// the best after every step. `None` before the first.
    pub fn mean_regret(&self, steps: usize) -> Option<f64> {
        let made = self.made.get(steps).filter(|_| steps > 0)?;
        Some((made.losses + self.objective.slopes(steps as u64)) / steps as f64)
    }

    fn step(&mut self) {
        let (step, before) = (self.made.len() as u64, self.made[self.made.len() - 1]);
        self.parameter.set_grad(0, |_, lanes| {
            let mut lane = [0.0; LANES];
            lane[..2].copy_from_slice(&before.gradient);
            lanes[0] = lane;
        });
        let hyper = self.tuned.hyper(self.objective.rate_factor(step));
        Optimizer::new(self.tuned.method.kind(), hyper, step).prepare(&self.parameter, &mut self.state, false);
        self.state.commit(&mut self.parameter);
        let values = &mut self.parameter.value;
        let at = self.objective.project([values.get(0, 0), values.get(0, 1)]);
        (0..2).for_each(|axis| values.set(0, axis, at[axis]));
        let (value, gradient) = (self.objective.value(at, step + 1), self.objective.gradient(at, step + 1));
        let numbers = [at[0], at[1], value, gradient[0], gradient[1]];
        if numbers.iter().all(|number| number.is_finite()) {
            self.made.push(Made { at, value, gradient, losses: before.losses + before.value });
            self.has_diverged = distance(at, self.objective.stationary()) > FAR;
        } else {
            // As in a network, an update that is not finite is not made.
            self.has_diverged = true;
        }
    }
}

impl Made {
    /// ‖∇f‖.
    pub fn slope(&self) -> f64 {
        libm::hypot(self.gradient[0], self.gradient[1])
    }
}

#[cfg(test)]
mod tests {
    use super::super::objective::Function;
    use super::super::tuned::{HyperParameter, Method};
    use super::*;

    #[test]
    fn a_path_is_the_same_however_it_is_walked() {
        let objective = Objective::new(Function::Rosenbrock);
        let tuned = Tuned::new(Method::Adam).with(HyperParameter::Lr, 0.05);
        let mut whole = Descent::new(objective, tuned, [-1.5, 2.0]);
        whole.advance_to(300);
        let mut pieces = Descent::new(objective, tuned, [-1.5, 2.0]);
        for step in [0, 1, 1, 7, 300, 20] {
            pieces.advance_to(step);
        }
        assert_eq!(whole.up_to(300), pieces.up_to(300));
        assert_eq!((whole.up_to(300).len(), whole.up_to(5).len()), (301, 6));
        assert!(whole.is_of(objective, tuned, [-1.5, 2.0]) && !whole.is_of(objective, tuned, [-1.5, 2.1]));
    }

    #[test]
    fn a_path_that_diverges_ends_with_finite_numbers() {
        for (lr, start) in [(10.0, [-1.5, 2.0]), (0.5, [8.0, -9.0])] {
            let tuned = Tuned::new(Method::Sgd).with(HyperParameter::Lr, lr);
            let mut path = Descent::new(Objective::new(Function::Beale), tuned, start);
            path.advance_to(10_000);
            let last = path.up_to(10_000).len() - 1;
            assert!(last < 100, "{last}");
            assert_eq!((path.diverged_by(last), path.diverged_by(10_000)), (Some(last), Some(last)));
            assert!(last == 0 || path.diverged_by(last - 1).is_none());
            assert!(path.up_to(last).iter().all(|made| made.value.is_finite() && made.slope().is_finite()));
        }
    }
}
