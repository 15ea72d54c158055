//! What weight decay does to the weights by itself, and whether it is the cause of what is seen.

use crate::experiment::Experiment;
use crate::optim::{Hyper, OptimizerKind};
use crate::train::{Quantity, StepReport};

/// What weight decay has done to a network that suffers from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decay {
    /// What one step makes of weights without a gradient, by decay alone: `1 − ηλ`, and with momentum the multiplier of
    /// the slowest part of the motion. `None` where decay is in the gradient of an adaptive optimizer, which takes its
    /// size away: its step does not scale with the weights.
    pub factor: Option<f64>,
    /// ‖W‖ of the hidden layers by the norm that their initialization gives, the geometric mean.
    pub size: f64,
}

/// How far decay must have brought the weights to be called the cause: to half of the size they are drawn with.
const SHRUNK: f64 = 0.5;

impl Decay {
    /// The decay of a step's network where it is what drives the weights away or shrinks them, and `None` elsewhere.
    pub fn as_cause(experiment: &Experiment, report: &StepReport) -> Option<Self> {
        if experiment.weight_decay == 0.0 || report.step == 0 {
            return None;
        }
        let factor = factor(experiment, report.step);
        let size = relative_size(experiment, report)?;
        let drives_away = factor.is_some_and(|factor| factor.abs() > 1.0);
        (drives_away || size < SHRUNK).then_some(Self { factor, size })
    }

    /// Whether decay, which should shrink the weights, makes them grow: `ηλ > 2` in plain descent.
    pub fn drives_away(&self) -> bool {
        self.factor.is_some_and(|factor| factor.abs() > 1.0)
    }
}

/// The multiplier of one step on weights that no gradient reaches; see [`Decay::factor`].
fn factor(experiment: &Experiment, step: u64) -> Option<f64> {
    let hyper = Hyper::of(experiment);
    let product = hyper.lr_at(step) * hyper.weight_decay;
    let (trace, determinant) = match experiment.optimizer {
        OptimizerKind::Sgd | OptimizerKind::AdamW => return Some(1.0 - product),
        // v ← μ v + λ θ, θ ← θ − η v.
        OptimizerKind::Momentum => (1.0 + hyper.momentum - product, hyper.momentum),
        // The same with θ ← θ − η (λ θ + μ v).
        OptimizerKind::Nesterov => {
            (1.0 + hyper.momentum - product * (1.0 + hyper.momentum), hyper.momentum * (1.0 - product))
        }
        OptimizerKind::Adagrad | OptimizerKind::RmsProp | OptimizerKind::Adam => return None,
    };
    // The roots of z² − trace z + determinant: the larger one, or the size of a pair that is not real.
    let discriminant = trace * trace / 4.0 - determinant;
    Some(if discriminant < 0.0 { determinant.abs().sqrt() } else { trace / 2.0 + discriminant.sqrt().copysign(trace) })
}

fn relative_size(experiment: &Experiment, report: &StepReport) -> Option<f64> {
    let specs = experiment.layer_specs();
    let hidden = specs.len().saturating_sub(1).min(report.layers());
    // The first layer has few weights, and where there are others these say more.
    let layers = if hidden > 1 { 1..hidden } else { 0..hidden };
    let count = layers.len() as f64;
    let logarithms = layers.map(|layer| {
        let (fan_in, fan_out) = (specs[layer].fan_in, specs[layer].fan_out);
        let variance = experiment.init.variance(fan_in, fan_out) * (fan_in * fan_out) as f64;
        (report.get(layer, Quantity::Weight) / (experiment.gain * variance.sqrt())).ln()
    });
    let size = (logarithms.sum::<f64>() / count).exp();
    size.is_finite().then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::from_fragment;

    /// Weights without a gradient, made by the rules themselves.
    fn simulated(optimizer: &str, mu: f64, product: f64, steps: u32) -> f64 {
        let (mut theta, mut v) = (1.0_f64, 0.0_f64);
        for _ in 0..steps {
            v = mu * v + theta;
            theta -= product * if optimizer == "nesterov" { theta + mu * v } else { v };
        }
        theta.abs().powf(1.0 / f64::from(steps))
    }

    #[test]
    fn the_factor_is_that_of_the_optimizers_rule() {
        for optimizer in ["momentum", "nesterov"] {
            for (lr, decay) in [(0.01, 0.5), (3.0, 1.0), (5.0, 1.0), (10.0, 1.0)] {
                let (experiment, _) = from_fragment(&format!("optimizer={optimizer}&lr={lr}&weight-decay={decay}"));
                let factor = factor(&experiment, 1).unwrap();
                let seen = simulated(optimizer, 0.9, lr * decay, 240);
                assert!((factor.abs() / seen - 1.0).abs() < 0.02, "{optimizer}, {lr}, {decay}: {factor}, not {seen}");
            }
        }
        assert_eq!(factor(&from_fragment("lr=3&weight-decay=1").0, 1), Some(-2.0));
        assert_eq!(factor(&from_fragment("optimizer=adam&lr=3&weight-decay=1").0, 1), None);
    }
}
