//! What weight decay does to the weights by itself, and whether it is the cause of what is seen.

use crate::experiment::Experiment;
use crate::nn::Normalization;
use crate::nn::recurrent::RecurrentInit;
use crate::optim::{Hyper, OptimizerKind};
use crate::train::{Quantity, StepReport, Weights};

/// What weight decay has done to a network that suffers from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decay {
    /// What one step at this learning rate makes of weights without a gradient, by decay alone: `1 − ηλ`, and with momentum
    /// the multiplier of the slowest part of the motion. `None` where decay is in the gradient of an adaptive optimizer,
    /// which divides by the gradient's size: its step does not scale with the weights.
    pub factor: Option<f64>,
    /// Whether that is `1 − ηλ` itself.
    pub is_plain: bool,
    /// ‖W‖ of the hidden layers, or ‖W_hh‖ of the recurrent ones, by the norm that their initialization gives, the
    /// geometric mean; NaN where that is zero.
    pub size: f64,
}

/// How far decay must have brought the weights to be called the cause: to half of the size they are drawn with.
const SHRUNK: f64 = 0.5;

/// What decay alone must have made of them by then, if nothing had kept them up.
const EXPLAINED: f64 = 0.7;

impl Decay {
    /// The decay of a step's network where it is what drives the weights away or shrinks them, and `None` elsewhere.
    pub fn as_cause(experiment: &Experiment, report: &StepReport) -> Option<Self> {
        if experiment.weight_decay == 0.0 || report.step == 0 {
            return None;
        }
        let is_plain = matches!(experiment.optimizer, OptimizerKind::Sgd | OptimizerKind::AdamW);
        let decay = Self {
            factor: factor(experiment, Hyper::of(experiment).lr_at(report.step)),
            is_plain,
            size: relative_size(experiment, report),
        };
        // A normalization takes the size of the weights out of everything that follows.
        let is_normalized = experiment.cell().is_none() && experiment.norm != Normalization::None;
        let shrinks = !is_normalized && decay.size < SHRUNK && explains(experiment, report.step);
        (decay.drives_away() || shrinks).then_some(decay)
    }

    /// Whether decay, which should shrink the weights, makes them grow: `ηλ > 2` in plain descent.
    pub fn drives_away(&self) -> bool {
        self.factor.is_some_and(|factor| factor.abs() > 1.0)
    }
}

/// Whether so many steps of decay alone would have shrunk the weights, at the learning rate before its schedule.
fn explains(experiment: &Experiment, steps: u64) -> bool {
    match factor(experiment, experiment.lr) {
        Some(factor) => libm::pow(factor.abs(), steps as f64) < EXPLAINED,
        // The step of such an optimizer is of the size of η for every weight, however small what pulls it.
        None => {
            let width = experiment.width as usize;
            let drawn = match experiment.cell() {
                Some(_) => recurrent_variance(experiment).sqrt(),
                None => experiment.gain * experiment.init.variance(width, width).sqrt(),
            };
            experiment.lr * steps as f64 > (1.0 - EXPLAINED) * drawn
        }
    }
}

/// The multiplier of one step of this learning rate on weights that no gradient reaches; see [`Decay::factor`].
fn factor(experiment: &Experiment, lr: f64) -> Option<f64> {
    let product = lr * experiment.weight_decay;
    let mu = experiment.momentum;
    let (trace, determinant) = match experiment.optimizer {
        OptimizerKind::Sgd | OptimizerKind::AdamW => return Some(1.0 - product),
        // v ← μ v + λ θ, θ ← θ − η v.
        OptimizerKind::Momentum => (1.0 + mu - product, mu),
        // The same with θ ← θ − η (λ θ + μ v).
        OptimizerKind::Nesterov => (1.0 + mu - product * (1.0 + mu), mu * (1.0 - product)),
        OptimizerKind::Adagrad | OptimizerKind::RmsProp | OptimizerKind::Adam => return None,
    };
    // The roots of z² − trace z + determinant: the larger one, or the size of a pair that is not real.
    let discriminant = trace * trace / 4.0 - determinant;
    Some(if discriminant < 0.0 { determinant.abs().sqrt() } else { trace / 2.0 + discriminant.sqrt().copysign(trace) })
}

/// [`Decay::size`].
fn relative_size(experiment: &Experiment, report: &StepReport) -> f64 {
    let ratios: Vec<f64> = match experiment.cell() {
        Some(cell) => {
            let hidden = f64::from(experiment.hidden);
            let drawn = hidden * (cell.blocks() as f64 * recurrent_variance(experiment)).sqrt();
            let weights = report.layout().weights();
            let recurrent = (0..weights.len()).filter(|&place| matches!(weights[place], Weights::Recurrent(_)));
            recurrent.map(|place| report.of_weights(place, Quantity::Weight) / drawn).collect()
        }
        None => {
            let specs = experiment.layer_specs();
            let hidden = experiment.way().places;
            let ratio = |layer: usize| {
                let spec = &specs[layer];
                let drawn = experiment.weight_variance(layer, spec) * (spec.fan_in * spec.fan_out) as f64;
                report.of_weights(layer, Quantity::Weight) / drawn.sqrt()
            };
            (hidden.start..hidden.end.min(report.layout().weights_len())).map(ratio).collect()
        }
    };
    let size = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
    if size.is_finite() { size } else { f64::NAN }
}

/// The mean square of an entry of W_hh as it is drawn; with a given spectral radius in wide layers.
fn recurrent_variance(experiment: &Experiment) -> f64 {
    let hidden = f64::from(experiment.hidden);
    match experiment.rec_init {
        RecurrentInit::Pytorch => 1.0 / (3.0 * hidden),
        RecurrentInit::Normal | RecurrentInit::Orthogonal | RecurrentInit::Identity => {
            experiment.rho * experiment.rho / hidden
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::from_fragment;
    use crate::train::Layout;

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
    fn the_size_is_of_the_hidden_layers_and_not_of_an_embedding_before_them() {
        for (fragment, first) in [("depth=3", 0), ("task=sentiment&depth=3&gain=0.5&embedding=4", 1)] {
            let (experiment, _) = from_fragment(fragment);
            let specs = experiment.layer_specs();
            let mut report = StepReport::new(Layout::of(&experiment));
            for (layer, spec) in specs.iter().enumerate() {
                let variance = experiment.weight_variance(layer, spec);
                let drawn = (variance * (spec.fan_in * spec.fan_out) as f64).sqrt();
                let is_hidden = (first..specs.len() - 1).contains(&layer);
                report.set(layer, Quantity::Weight, if is_hidden { 0.25 * drawn } else { 7.0 * drawn });
            }
            let size = relative_size(&experiment, &report);
            assert!((size - 0.25).abs() < 1e-12, "{fragment}: {size}");
        }
    }

    #[test]
    fn the_factor_is_that_of_the_optimizers_rule() {
        for optimizer in ["momentum", "nesterov"] {
            for (lr, decay) in [(0.01, 0.5), (3.0, 1.0), (5.0, 1.0), (10.0, 1.0)] {
                let (experiment, _) = from_fragment(&format!("optimizer={optimizer}&lr={lr}&weight-decay={decay}"));
                let factor = factor(&experiment, lr).unwrap();
                let seen = simulated(optimizer, 0.9, lr * decay, 240);
                assert!((factor.abs() / seen - 1.0).abs() < 0.02, "{optimizer}, {lr}, {decay}: {factor}, not {seen}");
            }
        }
        assert_eq!(factor(&from_fragment("lr=3&weight-decay=1").0, 3.0), Some(-2.0));
        assert_eq!(factor(&from_fragment("optimizer=adam&lr=3&weight-decay=1").0, 3.0), None);
    }
}
