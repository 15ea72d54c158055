//! Identities that hold between the numbers of a pass, and between a gradient and the step that an optimizer makes of it.

use super::claim::{Found, NotClaimed, worse};
use crate::kernel::LANES;
use crate::nn::{Activation, Mlp, Parameter, unscale};
use crate::optim::{ClipKind, Hyper, Optimizer, OptimizerKind, ScheduleKind, State};

/// What sums of products in f64 may leave of an identity.
const ALLOWED_IDENTITY: f64 = 1e-9;

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
        // Sums near the ends of the range of f64 have lost their digits; nothing is nothing.
        if size == 0.0 {
            compared += 1;
        } else if (1e-280..=f64::MAX).contains(&size) {
            compared += 1;
            error = worse((below.0 - above.0).abs() / size, error);
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
        let mut state = State::new(kind, &plain, &moved);
        optimizer.prepare(&moved, &mut state, false);
        state.commit(&mut moved);
        for (row, col) in (0..moved.value.rows()).flat_map(|row| (0..moved.value.cols()).map(move |col| (row, col))) {
            let scaled = parameter.grad.get(row, col);
            let grad = unscale(scaled, parameter.exponent);
            let claimed = hyper.lr * grad.abs() / (grad.abs() + hyper.epsilon);
            // Below these the optimizer leaves a step out, which no weight would notice; above them squares are no numbers.
            if grad == 0.0 && scaled == 0.0 {
                compared += 1;
                error = worse(if moved.value.get(row, col) == 0.0 { 0.0 } else { 1.0 }, error);
            } else if (1e-140..1e150).contains(&scaled.abs()) && parameter.exponent <= 66 && claimed > 0.0 {
                compared += 1;
                let step = -moved.value.get(row, col) * grad.signum();
                error = worse((step - claimed).abs() / claimed, error);
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
