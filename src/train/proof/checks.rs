//! The checks that compute: each against what backpropagation or an optimizer has made.

use super::{Found, NotClaimed};
use crate::kernel::LANES;
use crate::nn::{Activation, Mlp, Parameter, unscale};
use crate::optim::{ClipKind, Hyper, Optimizer, OptimizerKind, ScheduleKind, State};
use crate::train::trainer::Trainer;

/// Layers that are checked by finite differences; of more, so many evenly spread, the first and the last among them.
const MOST_LAYERS: usize = 32;

/// The relative difference that finite differences may leave.
const ALLOWED_SLOPE: f64 = 1e-5;

/// What sums of products in f64 may leave of an identity.
const ALLOWED_IDENTITY: f64 = 1e-9;

/// The slope of the loss along the gradient of each layer's W, and along that of its b, γ and β together, against the
/// gradient's norm.
///
/// They are not moved as one, for then a gradient of W that is far too small would hide behind that of b. A layer counts
/// as too small if neither can be resolved. `run` has just made the pass that the gradients of `probed` are of.
pub(super) fn finite_difference(probed: &Mlp<f64>, run: &mut Trainer<f64>) -> Result<Found, NotClaimed> {
    let (mut error, mut compared, mut too_small) = (0.0, 0, 0);
    let last = probed.layers.len() - 1;
    let picked = probed.layers.len().min(MOST_LAYERS);
    for index in (0..picked).map(|place| if picked > 1 { place * last / (picked - 1) } else { last }) {
        let errors = Part::ALL.map(|part| {
            let moved = Moved { probed, index, part };
            let norm = moved.gradient_norm();
            let slope = moved.slope(run, norm)?;
            Some((slope - norm).abs() / slope.abs().max(norm))
        });
        match errors.into_iter().flatten().reduce(f64::max) {
            Some(of_layer) => {
                compared += 1;
                error = f64::max(error, of_layer);
            }
            None => too_small += 1,
        }
    }
    if compared == 0 {
        return Err(NotClaimed::TooSmall);
    }
    Ok(Found { error, allowed: ALLOWED_SLOPE, compared, too_small })
}

/// What of a layer is moved at once.
#[derive(Clone, Copy)]
enum Part {
    Weights,
    Others,
}

impl Part {
    const ALL: [Self; 2] = [Self::Weights, Self::Others];
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

    fn gradient_norm(&self) -> f64 {
        self.of(self.probed.layers[self.index].parameters()).fold(0.0, |norm, parameter| {
            let squares = parameter.grad.sum_of_squares();
            libm::hypot(norm, unscale(squares.sqrt(), parameter.exponent))
        })
    }

    /// The slope of the loss along the gradient, whose norm is `norm`, by central differences; `None` where they cannot
    /// resolve it.
    ///
    /// Steps shrink fourfold. Of three neighbours two extrapolations (Richardson) are made, and that is taken where the
    /// two agree best: there the curvature is already gone, and kinks are not met any more, while the loss still changes
    /// by more than its rounding. What backpropagation claims has no part in that choice.
    fn slope(&self, run: &mut Trainer<f64>, norm: f64) -> Option<f64> {
        const STEPS: i32 = 13;
        let loss = self.loss_at(run, 0.0);
        if !(norm > 0.0 && norm.is_finite() && loss.is_finite()) {
            return None;
        }
        // Not so far that the loss would change by more than itself.
        let longest = 0.4 * (loss.abs() / norm).clamp(1e-12, 1.0);
        let (mut central, mut extrapolated): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        let mut best: Option<(f64, f64)> = None;
        for place in 0..STEPS {
            let h = longest * 0.25f64.powi(place);
            central.push((self.loss_at(run, h / norm) - self.loss_at(run, -h / norm)) / (2.0 * h));
            if let [.., wide, narrow] = central[..] {
                extrapolated.push((16.0 * narrow - wide) / 15.0);
            }
            if let [.., before, slope] = extrapolated[..] {
                // Two differences that are both rounded away agree too, so no agreement counts as closer than rounding.
                let rounding = 16.0 * f64::EPSILON * loss.abs() / h;
                let doubt = (slope - before).abs().max(rounding);
                if doubt.is_finite() && best.is_none_or(|(least, _)| doubt < least) {
                    best = Some((doubt, slope));
                }
                if best.is_some_and(|(doubt, slope)| doubt < 1e-3 * ALLOWED_SLOPE * slope.abs()) {
                    break;
                }
            }
        }
        self.loss_at(run, 0.0);
        // Resolved if either number is far above the doubt, so that a gradient that is wrong is not called too small.
        best.filter(|(doubt, slope)| *doubt < 0.1 * ALLOWED_SLOPE * slope.abs().max(norm)).map(|(_, slope)| slope)
    }

    /// The loss with the part moved from where it was by `amount` times its gradient.
    fn loss_at(&self, run: &mut Trainer<f64>, amount: f64) -> f64 {
        let from = self.of(self.probed.layers[self.index].parameters());
        for (moved, parameter) in self.of(run.mlp_mut().layers[self.index].parameters_mut()).zip(from) {
            let factor = unscale(amount, parameter.exponent);
            let ends = parameter.value.lanes().iter().zip(parameter.grad.lanes());
            for (moved, (value, grad)) in moved.value.lanes_mut().iter_mut().zip(ends) {
                *moved = std::array::from_fn(|lane| value[lane] + factor * grad[lane]);
            }
        }
        run.loss_from(self.index)
    }
}

/// `⟨W, ∂L/∂W⟩ + ⟨b, ∂L/∂b⟩` of every hidden layer against `⟨W, ∂L/∂W⟩` of the layer above it, in parts of the sum of all
/// products without their signs.
///
/// Both are ⟨h, ∂L/∂h⟩ of what passes between the two, where `φ(z) = z φ′(z)`.
pub(super) fn weight_gradient(probed: &Mlp<f64>) -> Result<Found, NotClaimed> {
    let (_, hidden) = probed.layers.split_last().ok_or(NotClaimed::TooSmall)?;
    let scales = |activation| matches!(activation, Activation::Linear | Activation::Relu | Activation::LeakyRelu);
    if hidden.iter().any(|layer| layer.norm.is_some() || layer.spec.residual.is_some()) {
        return Err(NotClaimed::Structure);
    }
    if !hidden.iter().all(|layer| scales(layer.spec.activation)) {
        return Err(NotClaimed::Activation);
    }
    let (mut error, mut compared, mut too_small) = (0.0, 0, 0);
    for pair in probed.layers.windows(2) {
        let mut below = products(&pair[0].linear.weight);
        if let Some(bias) = &pair[0].linear.bias {
            let (sum, size) = products(bias);
            below = (below.0 + sum, below.1 + size);
        }
        let above = products(&pair[1].linear.weight);
        let size = below.1 + above.1;
        // Sums near the end of the range of f64 have lost their digits.
        if size > 1e-280 {
            compared += 1;
            error = f64::max(error, (below.0 - above.0).abs() / size);
        } else {
            too_small += 1;
        }
    }
    if compared == 0 {
        return Err(NotClaimed::TooSmall);
    }
    Ok(Found { error, allowed: ALLOWED_IDENTITY, compared, too_small })
}

/// The sum of value times gradient over a tensor, and the same sum without signs.
fn products(parameter: &Parameter<f64>) -> (f64, f64) {
    let pairs = parameter.value.lanes().as_flattened().iter().zip(parameter.grad.lanes().as_flattened());
    let (sum, size) = pairs.fold((0.0, 0.0), |(sum, size), (value, grad)| {
        let product = value * grad;
        (sum + product, size + product.abs())
    });
    (unscale(sum, parameter.exponent), unscale(size, parameter.exponent))
}

/// The first step of `kind`, which should be Adam, on the present gradients against `−η g / (|g| + ε)`, entry by entry.
///
/// From a fresh state, without decay, clipping and schedule, and from parameters of zero, so that the change is not
/// rounded to the last place of the parameters.
pub(super) fn adam_first_step(probed: &Mlp<f64>, kind: OptimizerKind, hyper: Hyper) -> Result<Found, NotClaimed> {
    let plain = Hyper { weight_decay: 0.0, clip: ClipKind::None, schedule: ScheduleKind::Constant, warmup: 0, ..hyper };
    let optimizer = Optimizer::new(kind, plain, 1);
    let (mut error, mut compared, mut too_small) = (0.0, 0, 0);
    for parameter in probed.layers.iter().flat_map(|layer| layer.parameters()) {
        let mut moved = parameter.clone();
        moved.value.lanes_mut().fill([0.0; LANES]);
        let mut state = State::new(kind, &moved);
        optimizer.prepare(&moved, &mut state, false);
        state.commit(&mut moved);
        for (row, col) in (0..moved.value.rows()).flat_map(|row| (0..moved.value.cols()).map(move |col| (row, col))) {
            let scaled = parameter.grad.get(row, col);
            let grad = unscale(scaled, parameter.exponent);
            let claimed = hyper.lr * grad.abs() / (grad.abs() + hyper.epsilon);
            // Beyond these the optimizer leaves a step out, which no weight would notice.
            if scaled.abs() > 1e-140 && parameter.exponent <= 66 && claimed > 0.0 {
                compared += 1;
                let step = -moved.value.get(row, col) * grad.signum();
                // NaN must not pass for agreement.
                let difference = (step - claimed).abs() / claimed;
                error = if difference <= error { error } else { difference };
            } else {
                too_small += 1;
            }
        }
    }
    if compared == 0 {
        return Err(NotClaimed::TooSmall);
    }
    Ok(Found { error, allowed: ALLOWED_IDENTITY, compared, too_small })
}
