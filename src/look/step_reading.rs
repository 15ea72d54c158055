//! What an optimizer makes of the gradient: the step that follows from it, layer by layer.
//!
//! A plain step is as small as its gradient. An adaptive one divides the gradient by `√v̂ + ε`, a measure of the gradient
//! itself, and so hides that it vanishes; until √v̂ is no larger than ε.

use crate::experiment::Experiment;
use crate::optim::{Hyper, OptimizerKind};
use crate::train::{Layout, Quantity, StepReport, Weights};

/// The gradient and what became of it in one step, of all weights in their order ([`Layout::weights`]), each as the root mean
/// square of its entries.
#[derive(Clone, Debug, PartialEq)]
pub struct StepByLayer {
    /// ∂L/∂W, before clipping and weight decay.
    pub gradient: Vec<f64>,
    /// m̂ of Adam and its relatives, v of the momentum methods; `None` for the others.
    pub first_moment: Option<Vec<f64>>,
    /// √v̂, by which an adaptive optimizer divides; `None` for the others.
    pub second_moment: Option<Vec<f64>>,
    /// ΔW / η, the step in units of the learning rate; `None` where no step was made, or η was 0.
    pub step: Option<Vec<f64>>,
    /// ε, of an optimizer that adds it to √v̂.
    pub epsilon: Option<f64>,
    rule: StepRule,
    is_through_time: bool,
    /// The weights that are compared, from those near the loss to those far from it.
    ends: (usize, usize),
}

/// How an optimizer's step follows from the gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepRule {
    /// It is η times the gradient.
    Plain,
    /// It is η times a sum of past gradients.
    Momentum,
    /// It is divided by √v̂ + ε.
    Adaptive,
}

/// How the gradient and the step differ between the ends of the network, and where ε is felt. Layers are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepReading {
    /// How the step follows from the gradient.
    pub rule: StepRule,
    /// The weights near the loss, from 0: those of the last hidden layer, or of the output layer where there is but one that is
    /// hidden; in a recurrent network the readout's.
    pub from: usize,
    /// The weights far from it, from 0: those of layer 1, or the recurrent ones of the lowest level.
    pub to: usize,
    /// The gradient of the former over that of the latter: above 1 where it vanishes on its way down. `None` where one of
    /// them is zero or not finite.
    pub gradient: Option<f64>,
    /// The same of the step.
    pub step: Option<f64>,
    /// What both together say.
    pub course: Course,
    /// The layers where √v̂ is below ε.
    pub below_epsilon: Option<Layers>,
    /// The least √v̂ over ε, where none is below it.
    pub margin: Option<f64>,
}

/// What gradient and step do from the last hidden layer to the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// The gradient is nearly as large in both.
    Level,
    /// The step differs as much as the gradient.
    Follows,
    /// The step hardly differs, though the gradient does.
    Steady,
    /// The step differs, but not as the gradient does.
    Apart,
    /// There is no gradient, or no step, to compare.
    Nothing,
}

/// Some layers, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layers {
    /// The first of them.
    pub first: usize,
    /// The last of them.
    pub last: usize,
    /// How many they are; fewer than there are from the first to the last, where others are between them.
    pub count: usize,
}

/// Gradients whose sizes differ by less than this factor are about equal.
const LEVEL: f64 = 3.0;

impl StepByLayer {
    /// What a step made of the gradient in a multilayer perceptron.
    ///
    /// `hyper` are the hyper-parameters of that step.
    pub fn of(experiment: &Experiment, hyper: &Hyper, report: &StepReport) -> Self {
        let entries: Vec<usize> = experiment.layer_specs().iter().map(|spec| spec.fan_in * spec.fan_out).collect();
        Self::of_weights(experiment, hyper, report, &entries)
    }

    /// The same of any network, whose weights have so many entries, in their order.
    pub fn of_weights(experiment: &Experiment, hyper: &Hyper, report: &StepReport, entries: &[usize]) -> Self {
        let root_mean_square = |quantity: Quantity| {
            let mut values = report.weights_series(quantity)?;
            values.truncate(entries.len());
            for (value, entries) in values.iter_mut().zip(entries) {
                *value /= (*entries as f64).sqrt();
            }
            Some(values)
        };
        let kind = experiment.optimizer;
        let rule = match kind {
            OptimizerKind::Sgd => StepRule::Plain,
            _ if kind.uses_momentum() => StepRule::Momentum,
            _ => StepRule::Adaptive,
        };
        let lr = hyper.lr_at(report.step);
        let step = root_mean_square(Quantity::Update).filter(|_| lr > 0.0);
        let has_first = kind.uses_momentum() || kind.uses_beta1();
        Self {
            gradient: root_mean_square(Quantity::GradW).unwrap_or_default(),
            first_moment: root_mean_square(Quantity::FirstMoment).filter(|_| has_first),
            second_moment: root_mean_square(Quantity::SecondMoment).filter(|_| rule == StepRule::Adaptive),
            step: step.map(|step| step.into_iter().map(|update| update / lr).collect()),
            epsilon: kind.uses_epsilon().then_some(hyper.epsilon),
            rule,
            is_through_time: report.layout().is_through_time(),
            ends: ends(report.layout()),
        }
    }

    /// Whether it is of a recurrent network.
    pub fn is_through_time(&self) -> bool {
        self.is_through_time
    }

    /// What can be read from it; `None` before the first step, and where there is but one layer.
    pub fn reading(&self) -> Option<StepReading> {
        let step = self.step.as_ref()?;
        let (from, to) = self.ends;
        // A single layer has none to be compared with.
        if !self.is_through_time {
            step.get(from)?;
        }
        let ratio = |values: &[f64]| {
            let ratio = values.get(from)? / values.get(to)?;
            (ratio.is_finite() && ratio > 0.0).then_some(ratio)
        };
        let (gradient, step) = (ratio(&self.gradient), ratio(step));
        let course = match (gradient.map(f64::ln), step.map(f64::ln)) {
            (Some(gradient), Some(step)) => course(gradient, step),
            _ => Course::Nothing,
        };
        let (below_epsilon, margin) = self.epsilon_felt();
        Some(StepReading { rule: self.rule, from, to, gradient, step, course, below_epsilon, margin })
    }

    /// The layers where √v̂ is below ε, or else how far the least is above it.
    fn epsilon_felt(&self) -> (Option<Layers>, Option<f64>) {
        let (Some(epsilon), Some(second)) = (self.epsilon.filter(|epsilon| *epsilon > 0.0), &self.second_moment) else {
            return (None, None);
        };
        let below = || second.iter().enumerate().filter(|(_, value)| **value < epsilon).map(|(layer, _)| layer + 1);
        let layers =
            below().next().zip(below().next_back()).map(|(first, last)| Layers { first, last, count: below().count() });
        let least = second.iter().copied().filter(|value| value.is_finite()).fold(f64::INFINITY, f64::min);
        (layers, (layers.is_none() && least.is_finite()).then_some(least / epsilon))
    }
}

/// The weights that are compared: near the loss, and far from it.
fn ends(layout: Layout) -> (usize, usize) {
    let weights = layout.weights();
    if layout.is_through_time() {
        let recurrent = weights.iter().position(|weights| *weights == Weights::Recurrent(0));
        return (weights.len() - 1, recurrent.unwrap_or(0));
    }
    // The last hidden layer is the second from the end, unless that is the first as well; an embedding is none.
    let first = usize::from(layout.is_embedding(0));
    (weights.len().saturating_sub(2).max(first + 1), first)
}

/// By the logarithms of both ratios.
fn course(gradient: f64, step: f64) -> Course {
    let level = LEVEL.ln();
    if gradient.abs() < level {
        // A step that is not level though its gradient is does not follow it.
        if step.abs() < level { Course::Level } else { Course::Apart }
    } else if (gradient - step).abs() <= level.max(0.1 * gradient.abs()) {
        Course::Follows
    } else if step.abs() < level.max(0.2 * gradient.abs()) {
        Course::Steady
    } else {
        Course::Apart
    }
}

#[cfg(test)]
#[path = "step_reading_tests.rs"]
mod tests;
