//! The verdict on a step: what happens to the gradient, with the numbers that say so, and what would repair it.

use crate::choice::{Choice, choice};
use crate::experiment::{Experiment, Key};
use crate::nn::{Activation, Initializer, Normalization};
use crate::train::{Bucket, Divergence, History, Quantity, StepReport};

choice! {
    /// What can be wrong with the gradient, the most severe first.
    pub enum Condition {
        /// A number was not finite, and the run stopped.
        Diverged => "diverged",
        /// The gradient grows over a thousandfold from the output to the input, or an update outweighs its weights.
        Exploding => "exploding",
        /// More of a hidden layer's units have φ′ = 0 on the whole batch than chance explains.
        Dead => "dead",
        /// The gradient shrinks over a thousandfold from the output to the input.
        Vanishing => "vanishing",
        /// Plain f32 would read a gradient as zero or denormal.
        Underflow => "underflow",
        /// Over half of a hidden layer's activations are saturated.
        Saturated => "saturated",
        /// None of these.
        Healthy => "healthy",
    }
}

choice! {
    /// A change of the experiment that would mend what is wrong.
    pub enum Repair {
        /// tanh with Xavier weights.
        TanhXavier => "tanh-xavier",
        /// ReLU with Kaiming weights.
        ReluKaiming => "relu-kaiming",
        /// Weights at the scale that the initialization means.
        UnitGain => "unit-gain",
        /// The initialization that is made for the activation.
        FittingInit => "fitting-init",
        /// A tenth of the learning rate.
        LowerLr => "lower-lr",
        /// Gradient clipping by global norm 1.
        ClipNorm => "clip-norm",
        /// Leaky ReLU, whose units cannot die, at a tenth of the learning rate.
        LeakyRelu => "leaky-relu",
        /// Skip connections, scaled by 1/sqrt(L).
        Skip => "skip",
        /// LayerNorm before every activation.
        LayerNorm => "layer-norm",
    }
}

choice! {
    /// What makes a gradient exactly zero.
    pub enum ZeroCause {
        /// Weights that are all zero.
        ZeroWeights => "zero-weights",
        /// BatchNorm over a single sample, which it makes zero.
        SingleSample => "single-sample",
        /// Units with slope 0.
        Slope => "slope",
    }
}

impl Repair {
    /// The experiment with the repair made.
    pub fn apply(self, experiment: &Experiment) -> Experiment {
        let mut repaired = experiment.clone();
        let changes: &[(Key, &str)] = match self {
            Self::TanhXavier => &[(Key::Activation, "tanh"), (Key::Init, "xavier-normal"), (Key::Gain, "1")],
            Self::ReluKaiming => &[(Key::Activation, "relu"), (Key::Init, "kaiming-normal"), (Key::Gain, "1")],
            Self::UnitGain => &[(Key::Gain, "1")],
            Self::FittingInit => &[(Key::Init, fitting_init(experiment.activation)), (Key::Gain, "1")],
            Self::LowerLr => &[],
            Self::ClipNorm => &[(Key::Clip, "norm"), (Key::ClipAt, "1")],
            Self::LeakyRelu => &[(Key::Activation, "leaky-relu"), (Key::Init, "kaiming-normal"), (Key::Gain, "1")],
            Self::Skip => &[(Key::Residual, "scaled")],
            Self::LayerNorm => &[(Key::Norm, "layer")],
        };
        for (key, text) in changes {
            let allowed = repaired.set_text(*key, text);
            debug_assert!(allowed.is_ok(), "{allowed:?}");
        }
        if matches!(self, Self::LowerLr | Self::LeakyRelu) {
            repaired.lr = experiment.tenth_of_lr();
        }
        repaired
    }
}

/// The name of the initialization that keeps the gradient of an activation level, as far as one does.
fn fitting_init(activation: Activation) -> &'static str {
    match activation {
        Activation::Linear | Activation::Selu => "lecun-normal",
        Activation::Sigmoid | Activation::Tanh => "xavier-normal",
        Activation::Relu | Activation::LeakyRelu | Activation::Elu | Activation::Gelu | Activation::Silu => {
            "kaiming-normal"
        }
    }
}

/// The verdict on one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// What holds, the most severe first; [`Condition::Healthy`] alone where nothing is wrong.
    pub conditions: Vec<Condition>,
    /// How the gradient changes over the hidden layers.
    pub flow: Flow,
    /// The hidden layer (from 1) with the largest ‖ΔW‖/‖W‖, and that ratio.
    pub largest_update: (usize, f64),
    /// The hidden layer (from 1) with the largest fraction of dead units, and that fraction.
    pub most_dead: (usize, f64),
    /// Hidden layers of which chance does not explain the dead units.
    pub dead_layers: usize,
    /// What makes gradients exactly zero, where some are.
    pub zero_cause: Option<ZeroCause>,
    /// The hidden layer (from 1) with the largest fraction of saturated activations, and that fraction.
    pub most_saturated: (usize, f64),
    /// The hidden layers (from 1) whose ‖∂L/∂z‖ plain f32 would read as zero or denormal: first and last.
    pub underflow: Option<(usize, usize)>,
    /// Where and how the run ended, if it diverged.
    pub divergence: Option<Divergence>,
    /// What would mend the first condition, the most telling first.
    pub repairs: Vec<Repair>,
}

/// How ‖∂L/∂z‖ changes over the hidden layers, going back from the output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    /// The factor per layer: `e^-s`, s the least-squares slope of `ln ‖∂L/∂z^l‖` over the layers l whose gradient is
    /// neither zero nor infinite. 1 where there are fewer than two.
    pub factor_per_layer: f64,
    /// ‖∂L/∂z‖ of the first hidden layer over that of the last whose gradient is not zero. NaN where all are.
    pub total: f64,
    /// Hidden layers whose gradient is exactly zero.
    pub zero_layers: usize,
}

/// The total factor under which the gradient vanishes, and over whose inverse it explodes.
pub const VANISHING_TOTAL: f64 = 1e-3;

/// The total factor under which the gradient is weakened, though not vanishing, and over whose inverse it has grown.
pub const WEAKENED_TOTAL: f64 = 0.1;

impl Flow {
    /// Whether the gradient loses over nine tenths of its size on the way.
    pub fn is_weakened(&self) -> bool {
        self.total < WEAKENED_TOTAL
    }

    /// The flow that a report measured.
    pub fn of(report: &StepReport) -> Self {
        let hidden = report.layers().saturating_sub(1);
        let norms: Vec<f64> = (0..hidden).map(|layer| report.get(layer, Quantity::GradZ)).collect();
        Self::through(&norms)
    }

    /// Of the ‖∂L/∂z‖ of the hidden layers.
    pub fn through(norms: &[f64]) -> Self {
        let points: Vec<(f64, f64)> = (0..norms.len())
            .filter(|&layer| norms[layer] > 0.0 && norms[layer].is_finite())
            .map(|layer| (layer as f64, norms[layer].ln()))
            .collect();
        // Skip connections lead past a layer whose units are all off.
        let last = norms.iter().rev().find(|norm| **norm != 0.0);
        let total = norms.first().map_or(1.0, |first| first / last.unwrap_or(&0.0));
        let zero_layers = norms.iter().filter(|norm| **norm == 0.0).count();
        Self { factor_per_layer: (-slope(&points)).exp(), total, zero_layers }
    }
}

/// The least-squares slope through points; 0 where it is not defined.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let mean_x = points.iter().map(|p| p.0).sum::<f64>() / n;
    let mean_y = points.iter().map(|p| p.1).sum::<f64>() / n;
    let covariance: f64 = points.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum();
    let variance: f64 = points.iter().map(|p| (p.0 - mean_x).powi(2)).sum();
    if variance > 0.0 { covariance / variance } else { 0.0 }
}

/// The verdict on a step of an experiment.
///
/// Only the hidden layers are judged: the output layer's gradient is the loss's own.
pub fn diagnose(experiment: &Experiment, report: &StepReport, divergence: Option<Divergence>) -> Diagnosis {
    let mut diagnosis = judge(experiment, report, divergence);
    diagnosis.repairs = diagnosis.repairs(experiment, report);
    diagnosis
}

/// The same without repairs.
fn judge(experiment: &Experiment, report: &StepReport, divergence: Option<Divergence>) -> Diagnosis {
    let hidden = report.layers().saturating_sub(1);
    // The first update of weights that were all zero is infinitely larger than they, and no sign of anything.
    let largest = |quantity: Quantity| {
        (0..hidden)
            .map(|layer| (layer + 1, report.get(layer, quantity)))
            .filter(|(_, value)| value.is_finite())
            .fold((1, 0.0), |best: (usize, f64), next| if next.1 > best.1 { next } else { best })
    };
    let flow = Flow::of(report);
    let batch = experiment.batch_size_at(report.step);
    let threshold = dead_threshold(experiment);
    // A unit of one sample has φ′ = 0 whenever it is switched off, which is no death; and no activation but ReLU has an
    // exact zero where a unit should work: what the others have there is saturation, rounded.
    let can_die = experiment.activation == Activation::Relu && batch > 1;
    let dead_layers = (0..hidden).filter(|&layer| can_die && report.get(layer, Quantity::Dead) > threshold).count();
    let zero_cause = (flow.zero_layers > 0).then(|| zero_cause(experiment, report, batch));
    let mut diagnosis = Diagnosis {
        conditions: Vec::new(),
        flow,
        largest_update: largest(Quantity::UpdateRatio),
        most_dead: largest(Quantity::Dead),
        dead_layers,
        zero_cause,
        most_saturated: largest(Quantity::Saturated),
        underflow: underflow(experiment, report, hidden),
        divergence,
        repairs: Vec::new(),
    };
    diagnosis.conditions =
        Condition::ALL.iter().copied().filter(|&condition| diagnosis.holds(condition, experiment)).collect();
    if diagnosis.conditions.is_empty() {
        diagnosis.conditions.push(Condition::Healthy);
    }
    diagnosis
}

/// The first recorded step since which, up to `step`, the verdict has been led by the condition that leads it there.
/// `None` where nothing is recorded by that step. Of steps that were recorded together the last is judged.
pub fn leading_since(experiment: &Experiment, history: &History, step: u64) -> Option<u64> {
    let leading = |report: &StepReport| judge(experiment, report, None).conditions[0];
    let mut earlier = history.buckets().iter().rev().map(|bucket| &bucket.last).skip_while(|report| report.step > step);
    let last = earlier.next()?;
    let condition = leading(last);
    let since = earlier.take_while(|report| leading(report) == condition).last().unwrap_or(last);
    Some(since.step)
}

/// The last state of a diverged run in which all was well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LastGood {
    /// Steps made till then.
    pub step: u64,
    /// The loss there.
    pub loss: f64,
    /// The norm of all gradients together there.
    pub grad_norm: f64,
}

/// The last recorded state whose loss, like that of all steps in its bucket, was no more than at the start; `ending` are
/// the last steps, not thinned. `None` before the first step.
pub fn last_good(history: &History, ending: &[Bucket]) -> Option<LastGood> {
    let first = history.buckets().first()?;
    let start = first.last.loss();
    let is_good = |bucket: &&Bucket| bucket.loss_range().1 <= start;
    let good = ending.iter().rev().chain(history.buckets().iter().rev()).filter(is_good);
    let last = good.max_by_key(|bucket| bucket.last.step).unwrap_or(first);
    // A report is of the parameters before its update, which may be the one that did the harm.
    Some(LastGood { step: last.last.step.saturating_sub(1), loss: last.last.loss(), grad_norm: last.last.grad_norm() })
}

/// What makes the gradient of some layers exactly zero.
fn zero_cause(experiment: &Experiment, report: &StepReport, batch: u32) -> ZeroCause {
    // The output layer's weights are the first on the way back.
    let is_zero = |layer| report.get(layer, Quantity::Weight) == 0.0;
    if (0..report.layers()).any(is_zero) || experiment.init == Initializer::Zeros {
        ZeroCause::ZeroWeights
    } else if experiment.norm == Normalization::Batch && batch == 1 {
        ZeroCause::SingleSample
    } else {
        ZeroCause::Slope
    }
}

impl Diagnosis {
    fn holds(&self, condition: Condition, experiment: &Experiment) -> bool {
        match condition {
            Condition::Diverged => self.divergence.is_some(),
            // Weights that began at zero grow by many times their size, and are small all the same.
            Condition::Exploding => {
                let is_from_zero = self.zero_cause == Some(ZeroCause::ZeroWeights);
                self.flow_explodes() || (self.largest_update.1 > 1.0 && !is_from_zero)
            }
            // Weights of zero make every z zero, so that no unit has had its chance yet.
            Condition::Dead => self.dead_layers > 0 && self.zero_cause != Some(ZeroCause::ZeroWeights),
            Condition::Vanishing => self.flow.total < VANISHING_TOTAL || self.flow.zero_layers > 0,
            Condition::Underflow => self.underflow.is_some(),
            // Half of the inputs of ReLU and leaky ReLU lie on the flat side by design.
            Condition::Saturated => {
                self.most_saturated.1 > 0.5
                    && !matches!(experiment.activation, Activation::Relu | Activation::LeakyRelu)
            }
            Condition::Healthy => false,
        }
    }

    /// Whether it is the gradient itself that explodes, and not only the update.
    pub fn flow_explodes(&self) -> bool {
        self.flow.total > 1.0 / VANISHING_TOTAL
    }

    /// What would mend the leading condition; only changes that change something.
    fn repairs(&self, experiment: &Experiment, report: &StepReport) -> Vec<Repair> {
        use Repair::{ClipNorm, FittingInit, LayerNorm, LeakyRelu, LowerLr, ReluKaiming, Skip, TanhXavier, UnitGain};
        let is_sigmoid = experiment.activation == Activation::Sigmoid;
        let has_large_gain = experiment.gain > 1.0;
        // What is wrong before the first step can be mended only in the network.
        let is_network = report.step == 0 && self.divergence.is_none_or(|divergence| divergence.step <= 1);
        let has_fitting_init = experiment.init.name() == fitting_init(experiment.activation);
        let too_large: &[Repair] = match experiment.norm {
            Normalization::Batch => &[LayerNorm, Skip],
            _ if has_fitting_init && has_large_gain => &[UnitGain, LayerNorm],
            _ if has_fitting_init => &[LayerNorm, Skip],
            _ => &[FittingInit, LayerNorm],
        };
        let is_flattened = !is_network && self.conditions.contains(&Condition::Saturated);
        let candidates: &[Repair] = match self.conditions[0] {
            Condition::Diverged if is_network => too_large,
            // Weights that are too large at the start stay so with every learning rate.
            Condition::Diverged if self.flow_explodes() && has_large_gain => &[UnitGain],
            Condition::Diverged => &[LowerLr, ClipNorm, UnitGain],
            Condition::Exploding if self.flow_explodes() => too_large,
            // Adaptive optimizers make steps of a length that clipping does not change.
            Condition::Exploding if experiment.optimizer.uses_epsilon() => &[LowerLr],
            Condition::Exploding => &[LowerLr, ClipNorm],
            Condition::Dead => &[LowerLr, LeakyRelu],
            // A factor of exactly zero stays so, however short the way.
            Condition::Vanishing if self.zero_cause == Some(ZeroCause::SingleSample) => &[LayerNorm],
            // Large weights or large steps drove the units to where φ is flat; which of both is known by the gain.
            Condition::Saturated if is_flattened && has_large_gain => &[UnitGain],
            Condition::Vanishing if is_flattened && has_large_gain => &[UnitGain, LowerLr],
            Condition::Vanishing if is_flattened => &[LowerLr],
            Condition::Vanishing if self.flow.zero_layers > 0 => &[TanhXavier, ReluKaiming],
            Condition::Vanishing | Condition::Underflow if experiment.gain < 1.0 && !is_sigmoid => {
                &[UnitGain, TanhXavier, ReluKaiming]
            }
            Condition::Vanishing | Condition::Underflow => &[TanhXavier, ReluKaiming, Skip],
            Condition::Saturated if is_network => too_large,
            Condition::Saturated => &[LowerLr],
            Condition::Healthy if self.flow.is_weakened() => &[TanhXavier, ReluKaiming],
            Condition::Healthy => &[],
        };
        candidates.iter().copied().filter(|repair| repair.apply(experiment) != *experiment).collect()
    }
}

/// The fraction of dead units that chance does not explain: a half and three standard deviations of Bin(n, 1/2) / n.
///
/// In a deep ReLU network at initialization the activations of all samples point the same way, so that each unit is on
/// or off for the whole batch, either with probability 1/2, and the gradient passes all the same.
fn dead_threshold(experiment: &Experiment) -> f64 {
    // Below 1, so that a narrow layer that is wholly dead is called so.
    (0.5 + 1.5 / f64::from(experiment.width).sqrt()).min(0.99)
}

/// The layers whose gradient entries, at their root mean square, are below the normal range of f32.
fn underflow(experiment: &Experiment, report: &StepReport, hidden: usize) -> Option<(usize, usize)> {
    let elements = f64::from(experiment.batch_size_at(report.step)) * f64::from(experiment.width);
    let is_under = |layer: &usize| {
        let norm = report.get(*layer, Quantity::GradZ);
        norm > 0.0 && norm / elements.sqrt() < f64::from(f32::MIN_POSITIVE)
    };
    let first = (0..hidden).find(is_under)?;
    let last = (0..hidden).rfind(is_under)?;
    Some((first + 1, last + 1))
}
