//! Backpropagation against the slope of the loss, by central differences, a loss at a time.

use super::claim::{Found, NotClaimed, worse};
use crate::nn::{Mlp, Parameter, unscale};
use crate::train::Trainer;

/// Layers that are checked; of more, so many evenly spread, the first and the last among them.
const MOST_LAYERS: usize = 32;

/// The relative difference that finite differences may leave.
pub(super) const ALLOWED: f64 = 1e-5;

/// How often a step is made a quarter of what it was.
const MOST_STEPS: i32 = 13;

/// The slope of the loss along the gradient of each layer's W, and along that of its b, γ and β together, against the
/// gradient's norm. Where the gradient is exactly zero, the loss must have no slope along a direction that is not.
///
/// The loss is that of the branches of φ that the units are on: at a kink both of its slopes are right, and
/// backpropagation takes one.
///
/// They are not moved as one, for then a gradient of W that is far too small would hide behind that of b. A layer counts
/// as too small if neither can be resolved.
pub(super) struct FiniteDifference {
    /// The layers that are checked, and how many of them have been.
    layers: Vec<usize>,
    done: usize,
    /// The part of the present layer that is moved, with its search; `None` before the first.
    search: Option<(Part, Search)>,
    /// The largest relative difference in the present layer.
    of_layer: Option<f64>,
    found: Found,
}

impl FiniteDifference {
    /// For a network of so many layers.
    pub(super) fn new(layers: usize) -> Self {
        let (last, picked) = (layers - 1, layers.min(MOST_LAYERS));
        let layers = (0..picked).map(|place| if picked > 1 { place * last / (picked - 1) } else { last }).collect();
        let found = Found { error: 0.0, allowed: ALLOWED, compared: 0, too_small: 0 };
        Self { layers, done: 0, search: None, of_layer: None, found }
    }

    /// The share that is done, from 0 to 1.
    pub(super) fn progress(&self) -> f64 {
        self.done as f64 / self.layers.len() as f64
    }

    /// Computes one loss, and says whether there are more to come. `run` has made the pass that the gradients of `probed`
    /// are of; whenever a part is finished it stands there again.
    pub(super) fn work(&mut self, probed: &Mlp<f64>, run: &mut Trainer<f64>) -> bool {
        let Some(&index) = self.layers.get(self.done) else { return false };
        let (part, mut search) = self.search.take().unwrap_or_else(|| (Part::Weights, Search::default()));
        let moved = Moved { probed, index, part };
        let norm = moved.gradient_norm();
        let Some(slope) = search.work(norm, &mut |amount| moved.loss_at(run, amount)) else {
            self.search = Some((part, search));
            return true;
        };
        let error = slope.map(|slope| off(slope, norm));
        self.of_layer = [self.of_layer, error].into_iter().flatten().reduce(worse);
        match part {
            Part::Weights => self.search = Some((Part::Others, Search::default())),
            Part::Others => self.finish_layer(),
        }
        self.done < self.layers.len()
    }

    fn finish_layer(&mut self) {
        match self.of_layer.take() {
            Some(error) => {
                self.found.compared += 1;
                self.found.error = worse(error, self.found.error);
            }
            None => self.found.too_small += 1,
        }
        self.done += 1;
    }

    /// What came of it, when all is done.
    pub(super) fn found(&self) -> Result<Found, NotClaimed> {
        if self.found.compared == 0 { Err(NotClaimed::TooSmall) } else { Ok(self.found) }
    }
}

/// What of a layer is moved at once.
#[derive(Clone, Copy)]
enum Part {
    Weights,
    Others,
}

/// The search for the step at which central differences show the slope of the loss best.
///
/// Steps shrink fourfold. Of three neighbours two extrapolations (Richardson) are made, and that is taken where the two
/// agree best: there the curvature is already gone, and kinks are not met any more, while the loss still changes by more
/// than its rounding. What backpropagation claims has no part in that choice.
#[derive(Default)]
pub(super) struct Search {
    /// The loss where nothing is moved.
    loss: Option<f64>,
    /// The loss ahead at the present step, while that behind is still to come.
    ahead: Option<f64>,
    /// Whether all losses so far are the same number.
    is_level: bool,
    central: Vec<f64>,
    extrapolated: Vec<f64>,
    /// The slope with the least doubt, after its doubt.
    best: Option<(f64, f64)>,
}

impl Search {
    /// Computes one loss. `None` while the search goes on; then the slope, or `None` where it cannot be resolved.
    ///
    /// `norm` is that of the gradient that is checked. `loss_at` gives the loss with its parameters moved from where they were
    /// by so many times the gradient; where that is zero, times a vector of length 1 that is not.
    pub(super) fn work(&mut self, norm: f64, loss_at: &mut dyn FnMut(f64) -> f64) -> Option<Option<f64>> {
        let Some(loss) = self.loss else {
            let loss = loss_at(0.0);
            self.loss = Some(loss);
            return (!(norm.is_finite() && loss.is_finite())).then_some(None);
        };
        // Where there is no gradient the direction has a length of its own.
        let is_zero = norm == 0.0;
        let length = if is_zero { 1.0 } else { norm };
        if self.is_over() || (is_zero && self.central.len() == 2 && self.is_level) {
            loss_at(0.0);
            if is_zero {
                // What is no more than rounding is none.
                let is_seen = |(doubt, slope): &(f64, f64)| *doubt < 0.1 * slope.abs();
                return Some(Some(self.best.filter(is_seen).map_or(0.0, |(_, slope)| slope)));
            }
            // Resolved if either number is far above the doubt, so that a gradient that is wrong is not called too small.
            let is_resolved = |(doubt, slope): &(f64, f64)| *doubt < 0.1 * ALLOWED * slope.abs().max(norm);
            return Some(self.best.filter(is_resolved).map(|(_, slope)| slope));
        }
        // Not so far that the loss would change by more than itself.
        let h = 0.4 * (loss.abs() / length).clamp(1e-12, 1.0) * 0.25f64.powi(self.central.len() as i32);
        match self.ahead.take() {
            None => self.ahead = Some(loss_at(h / length)),
            Some(ahead) => {
                let behind = loss_at(-h / length);
                self.is_level = ahead == loss && behind == loss && (self.is_level || self.central.is_empty());
                // Two differences that are both rounded away agree too, so no agreement counts as closer than rounding.
                self.take((ahead - behind) / (2.0 * h), 16.0 * f64::EPSILON * loss.abs() / h);
            }
        }
        None
    }

    fn take(&mut self, central: f64, rounding: f64) {
        self.central.push(central);
        if let [.., wide, narrow] = self.central[..] {
            self.extrapolated.push((16.0 * narrow - wide) / 15.0);
        }
        if let [.., before, slope] = self.extrapolated[..] {
            // Of a loss that overflows nothing is known.
            let doubt = worse((slope - before).abs(), rounding);
            if doubt.is_finite() && self.best.is_none_or(|(least, _)| doubt < least) {
                self.best = Some((doubt, slope));
            }
        }
    }

    /// Whether the slope is clear, or all steps have been tried.
    fn is_over(&self) -> bool {
        self.central.len() as i32 == MOST_STEPS
            || self.best.is_some_and(|(doubt, slope)| doubt < 1e-3 * ALLOWED * slope.abs())
    }
}

/// The relative difference between a slope that was found and the norm that it should be.
pub(super) fn off(slope: f64, norm: f64) -> f64 {
    match slope.abs().max(norm) {
        0.0 => 0.0,
        larger => (slope - norm).abs() / larger,
    }
}

/// Moves a parameter from its value by so many times its gradient; where the gradient of all that is moved is zero, by so much
/// in either direction, in an order that no network knows.
pub(super) fn move_along(moved: &mut Parameter<f64>, from: &Parameter<f64>, amount: f64, aside: Option<f64>) {
    if let Some(aside) = aside {
        let (rows, cols) = (moved.value.rows(), moved.value.cols());
        for (row, col) in (0..rows).flat_map(|row| (0..cols).map(move |col| (row, col))) {
            let is_up = (row * 7 + col * 13) % 5 < 3;
            moved.value.set(row, col, from.value.get(row, col) + if is_up { aside } else { -aside });
        }
        return;
    }
    let factor = unscale(amount, from.exponent);
    let ends = from.value.lanes().iter().zip(from.grad.lanes());
    for (moved, (value, grad)) in moved.value.lanes_mut().iter_mut().zip(ends) {
        *moved = std::array::from_fn(|lane| value[lane] + factor * grad[lane]);
    }
}

/// A part of a layer that is moved along its gradient.
struct Moved<'a> {
    probed: &'a Mlp<f64>,
    index: usize,
    part: Part,
}

impl Moved<'_> {
    /// The parameters of the part among those of the layer.
    fn of<P>(&self, parameters: impl Iterator<Item = P>) -> impl Iterator<Item = P> {
        let (skipped, taken) = match self.part {
            Part::Weights => (0, 1),
            Part::Others => (1, usize::MAX),
        };
        parameters.skip(skipped).take(taken)
    }

    fn own(&self) -> impl Iterator<Item = &Parameter<f64>> {
        self.of(self.probed.layers[self.index].parameters())
    }

    fn gradient_norm(&self) -> f64 {
        self.own().fold(0.0, |norm, parameter| libm::hypot(norm, unscale(parameter.grad.norm(), parameter.exponent)))
    }

    /// The loss with the part moved from where it was by `amount` times its gradient; where that is zero, times a vector of
    /// length 1 that is not.
    fn loss_at(&self, run: &mut Trainer<f64>, amount: f64) -> f64 {
        let is_zero = self.gradient_norm() == 0.0;
        let entries: usize = self.own().map(|parameter| parameter.value.rows() * parameter.value.cols()).sum();
        let aside = is_zero.then(|| amount / (entries as f64).sqrt());
        let parameters = run.mlp_mut().layers[self.index].parameters_mut();
        for (moved, parameter) in self.of(parameters).zip(self.own()) {
            move_along(moved, parameter, amount, aside);
        }
        run.loss_on_branches(self.index, self.probed)
    }
}
