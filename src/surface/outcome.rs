//! What a path does, in numbers for a sentence.

use super::curvature::Point;
use super::descent::{Descent, Made};
use super::objective::{Function, distance};
use super::theory;

/// What a path does at a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// Too few steps are made to tell.
    Early,
    /// It has ended, because it went away without end.
    Diverged {
        /// The last step that was made.
        step: usize,
        /// The learning rate below which it would not, if there is one and it is above it.
        limit: Option<f64>,
    },
    /// It goes away, and higher.
    Growing {
        /// By what each step multiplies the distance to the minimum.
        rate: f64,
        /// As in [`Outcome::Diverged`].
        limit: Option<f64>,
    },
    /// It has come within `NEAR` of the minimum.
    Arrived {
        /// The first step from which on it was there.
        since: usize,
        /// By what each step multiplies what distance is left; `None` where it comes no closer.
        rate: Option<f64>,
    },
    /// It comes closer to the minimum.
    Nearing {
        /// By what each step multiplies the distance.
        rate: f64,
        /// Whether most steps go against the one before.
        zigzags: bool,
    },
    /// It comes lower, but not closer.
    Descending {
        /// By what each step multiplies the value.
        rate: f64,
    },
    /// It goes to and fro about the minimum and comes no closer.
    Hovering {
        /// How far it was from it at most in the last steps.
        within: f64,
    },
    /// It hardly moves, because there is hardly a slope where it is: a saddle, or a plateau.
    Standing {
        /// How far from the minimum that is.
        distance: f64,
        /// ‖∇f‖ there.
        slope: f64,
    },
    /// It is on the ridge of the saddle, where there is no slope to either side.
    OnRidge {
        /// How far it is from the saddle.
        distance: f64,
    },
    /// It still is about the saddle, and leaves it.
    Leaving {
        /// How far it is from the ridge.
        across: f64,
        /// By what each step multiplies that distance.
        rate: f64,
    },
    /// It has left the saddle, and falls.
    Left {
        /// The first step from which on its value is below the saddle's by more than 1.
        step: usize,
    },
    /// It is where its online losses lead it.
    Online {
        /// The parameter.
        x: f64,
        /// The regret per step.
        regret: f64,
        /// At which end it has been for half of the steps, if it has.
        end: Option<End>,
    },
}

/// An end of the interval of the online losses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// x = −1, where the losses sum up to the least.
    Best,
    /// x = +1.
    Worst,
}

/// What theory says of a rate that was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Agreement {
    /// The same.
    Agrees,
    /// This one, in the long run.
    InTheEnd(f64),
}

/// Within this distance of the minimum a path has arrived.
pub const NEAR: f64 = 1e-3;

/// Fewer points have no rate.
const FEWEST: usize = 6;

/// No rate is of more points.
const MOST: usize = 400;

/// Closer than this to a minimum that is not at 0, digits are missing for a rate.
const DIGITS: f64 = 1e-11;

/// Closer than this to any point, gradients are so small that update rules count them as nothing.
const FLOOR: f64 = 1e-120;

impl Descent {
    /// What the path does at a step.
    pub fn outcome(&self, step: usize) -> Outcome {
        let made = self.up_to(step);
        let (now, objective) = (made[made.len() - 1], self.objective());
        if let Some(step) = self.diverged_by(step).filter(|_| objective.function.has_minimum()) {
            return Outcome::Diverged { step, limit: self.limit() };
        }
        if objective.function.is_online() {
            let regret = self.mean_regret(made.len() - 1);
            let last = &made[window(made.len())..];
            let stays = |end: f64| made.len() > FEWEST && last.iter().all(|made| made.at[0] * end > 0.9);
            let end = if stays(1.0) {
                Some(End::Worst)
            } else if stays(-1.0) {
                Some(End::Best)
            } else {
                None
            };
            return regret.map_or(Outcome::Early, |regret| Outcome::Online { x: now.at[0], regret, end });
        }
        if objective.function == Function::Saddle {
            return self.about_saddle(made);
        }
        let from_minimum = |made: &Made| distance(made.at, objective.stationary());
        let is_near = |made: &Made| from_minimum(made) <= NEAR;
        let rate = self.rate(step);
        if is_near(&now) {
            let since = made.iter().rposition(|made| !is_near(made)).map_or(0, |away| away + 1);
            return Outcome::Arrived { since, rate: rate.filter(|rate| *rate < 0.9999) };
        }
        let Some(rate) = rate else { return Outcome::Early };
        let last = &made[window(made.len())..];
        let by = |rate: f64| libm::pow(rate, last.len() as f64);
        if (0.8..1.25).contains(&by(rate)) && surrounds(last, objective.stationary()) {
            return Outcome::Hovering { within: last.iter().map(from_minimum).fold(0.0, f64::max) };
        }
        let is_flat = now.slope() <= 1e-4 * made[0].slope() && (rate - 1.0).abs() < 1e-3;
        if is_flat && from_minimum(&now) > 100.0 * NEAR {
            return Outcome::Standing { distance: from_minimum(&now), slope: now.slope() };
        }
        let grows = now.value > last[0].value;
        match (rate > 1.0, grows) {
            (true, true) => Outcome::Growing { rate, limit: self.limit() },
            (true, false) => {
                Outcome::Descending { rate: libm::pow(now.value / last[0].value, 1.0 / (last.len() - 1) as f64) }
            }
            (false, _) => Outcome::Nearing { rate, zigzags: zigzags(last) },
        }
    }

    /// By what each of the last steps before `step` multiplied the distance to the minimum, or to the ridge of the saddle: the
    /// slope of a line through their logarithms. It is of the steps before the digits ran out, and `None` where those are too
    /// few.
    pub fn rate(&self, step: usize) -> Option<f64> {
        let (made, stationary) = (self.up_to(step), self.objective().stationary());
        let least = (DIGITS * libm::hypot(stationary[0], stationary[1])).max(FLOOR);
        let has_digits = |made: &Made| self.measured(made.at) > least;
        // A path may come upon the minimum and go on.
        let made = &made[..made.iter().rposition(has_digits).map_or(0, |last| last + 1)];
        let last = made[window(made.len())..].iter().enumerate().filter(|(_, made)| has_digits(made));
        let logs: Vec<_> = last.map(|(place, made)| (place as f64, libm::log(self.measured(made.at)))).collect();
        (logs.len() >= FEWEST).then(|| libm::exp(slope(&logs)))
    }

    /// The distance that is measured: to the minimum, or on a saddle to its ridge.
    pub fn measured(&self, at: Point) -> f64 {
        let objective = self.objective();
        if objective.function == Function::Saddle { at[1].abs() } else { distance(at, objective.stationary()) }
    }

    /// What theory says that [`Descent::rate`] becomes in the long run: of a quadratic exactly, of others near the minimum.
    /// `None` where it says nothing.
    pub fn predicted(&self) -> Option<f64> {
        let (objective, tuned) = (self.objective(), self.tuned());
        let curvature = objective.curvature()?;
        let start = self.up_to(0)[0].at;
        match objective.function {
            Function::Saddle if start[1] != 0.0 => theory::rate(&tuned, curvature.lambda[0]),
            Function::Saddle => None,
            Function::Quadratic => theory::rate_from(&tuned, &curvature, start),
            // Whatever direction the path comes by, in the end it comes by the slowest.
            _ => curvature
                .lambda
                .iter()
                .map(|lambda| theory::rate(&tuned, *lambda))
                .try_fold(0.0, |most: f64, rate| Some(most.max(rate?))),
        }
    }

    /// Whether a rate that was measured at a step is the one that theory predicts; `None` where it predicts none for there.
    pub fn agreement(&self, step: usize, measured: f64) -> Option<Agreement> {
        let (made, objective) = (self.up_to(step), self.objective());
        let is_exact = matches!(objective.function, Function::Quadratic | Function::Saddle);
        let is_near = || distance(made[made.len() - 1].at, objective.stationary()) <= 0.05;
        let predicted = self.predicted().filter(|_| is_exact || is_near())?;
        // A twentieth of what a step takes away, or adds.
        let agrees = (measured - predicted).abs() <= (0.05 * (1.0 - predicted).abs()).max(1e-6);
        Some(if agrees { Agreement::Agrees } else { Agreement::InTheEnd(predicted) })
    }

    /// The learning rate below which the path would come closer, if it is above it.
    fn limit(&self) -> Option<f64> {
        let curvature = self.objective().curvature()?;
        theory::limit(&self.tuned(), curvature.lambda[1]).filter(|limit| self.tuned().lr() > *limit)
    }

    fn about_saddle(&self, made: &[Made]) -> Outcome {
        let now = made[made.len() - 1];
        if now.at[1] == 0.0 {
            return Outcome::OnRidge { distance: now.at[0].abs() };
        }
        let has_left = |made: &Made| made.value < -1.0;
        if has_left(&now) {
            // It may have swung back before.
            return Outcome::Left { step: made.iter().rposition(|made| !has_left(made)).map_or(0, |last| last + 1) };
        }
        let rate = self.rate(made.len() - 1);
        rate.map_or(Outcome::Early, |rate| Outcome::Leaving { across: now.at[1].abs(), rate })
    }
}

/// Where the last steps begin of which a rate is told: the second half, as the first is of other directions too.
fn window(len: usize) -> usize {
    (len / 2).max(len.saturating_sub(MOST)).min(len.saturating_sub(FEWEST))
}

/// Whether most steps have the gradient against that of the step before: they cross the valley.
fn zigzags(made: &[Made]) -> bool {
    let turns = made.windows(2).filter(|pair| {
        let ([a, b], [c, d]) = (pair[0].gradient, pair[1].gradient);
        a * c + b * d < 0.0
    });
    2 * turns.count() > made.len()
}

/// Whether points lie on all sides of one, or next to it.
fn surrounds(made: &[Made], middle: Point) -> bool {
    let far = made.iter().map(|made| distance(made.at, middle)).fold(0.0, f64::max);
    (0..2).all(|axis| {
        let offsets = || made.iter().map(|made| made.at[axis] - middle[axis]);
        let (least, most) = (offsets().fold(f64::INFINITY, f64::min), offsets().fold(f64::NEG_INFINITY, f64::max));
        least <= 0.1 * far && most >= -0.1 * far
    })
}

/// The slope of the line through points that has the least squares of errors.
fn slope(points: &[(f64, f64)]) -> f64 {
    let middle = points.iter().map(|(place, _)| place).sum::<f64>() / points.len() as f64;
    let (mut products, mut squares) = (0.0, 0.0);
    for (place, number) in points {
        let from_middle = place - middle;
        products += from_middle * number;
        squares += from_middle * from_middle;
    }
    products / squares
}
