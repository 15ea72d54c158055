//! One optimizer step after another, each measured in every layer.

use super::report::{Quantity, StepReport};
use crate::choice::choice;
use crate::data::{Batches, Dataset, classes_of};
use crate::experiment::{Experiment, Precision, Rejection};
use crate::kernel::{Panels, Real};
use crate::nn::{Layer, Linear, Loss, Mlp, Norm, Targets};
use crate::optim::{Hyper, Optimizer, OptimizerKind, State};
use crate::random::{Purpose, Random};
use serde::{Deserialize, Serialize};

choice! {
    /// The number that was first found not to be finite.
    pub enum DivergedQuantity {
        /// An activation.
        Activation => "activation",
        /// The loss.
        Loss => "loss",
        /// ∂L/∂z.
        GradZ => "grad-z",
        /// A parameter's gradient.
        Grad => "grad",
        /// A parameter's update.
        Update => "update",
    }
}

/// Where a run ended: the first number that was not finite. The update that would have spread it was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Divergence {
    /// The step that could not be completed.
    pub step: u64,
    /// The layer, from 1 at the input side; `None` for the loss.
    pub layer: Option<usize>,
    /// What was not finite there.
    pub quantity: DivergedQuantity,
}

impl std::fmt::Display for Divergence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "step {}: {:?} of layer {:?} is not finite", self.step, self.quantity, self.layer)
    }
}

impl std::error::Error for Divergence {}

/// The samples that a run learns from.
#[derive(Clone, Debug)]
pub struct Samples<T> {
    x: Vec<Vec<T>>,
    targets: Rows<T>,
}

#[derive(Clone, Debug)]
enum Rows<T> {
    Values(Vec<Vec<T>>),
    Classes(Vec<u32>),
}

impl<T: Real> Samples<T> {
    /// Samples with a row of numbers each as their targets.
    pub fn with_values(x: &ndarray::Array2<f64>, y: &ndarray::Array2<f64>) -> Self {
        Self { x: rows(x), targets: Rows::Values(rows(y)) }
    }

    /// Samples with a class each, from 0.
    pub fn with_classes(x: &ndarray::Array2<f64>, classes: Vec<u32>) -> Self {
        Self { x: rows(x), targets: Rows::Classes(classes) }
    }
}

fn rows<T: Real>(matrix: &ndarray::Array2<f64>) -> Vec<Vec<T>> {
    matrix.outer_iter().map(|row| row.iter().map(|x| T::from_f64(*x)).collect()).collect()
}

/// What decides whether weight decay applies to a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecayScope {
    /// To every parameter, as in PyTorch unless told otherwise.
    All,
    /// To weight matrices only.
    Weights,
}

/// A run in progress.
#[derive(Clone, Debug)]
pub struct Trainer<T> {
    mlp: Mlp<T>,
    loss: Loss,
    kind: OptimizerKind,
    hyper: Hyper,
    decay_scope: DecayScope,
    /// The optimizer's state of every parameter, in the order of [`crate::nn::Layer::parameters`], layer by layer.
    states: Vec<Vec<State<T>>>,
    samples: Samples<T>,
    targets: Targets<T>,
    batches: Batches,
    report: StepReport,
    /// ‖W‖ of every layer: of the weights that the last step made.
    weight_norms: Vec<f64>,
}

impl<T: Real> Trainer<T> {
    /// The run that an experiment describes, before its first step.
    ///
    /// # Errors
    /// The first parameter of the experiment whose value is not allowed.
    pub fn new(experiment: &Experiment) -> Result<Self, Rejection> {
        experiment.validate()?;
        let samples = experiment.samples as usize;
        let data = Dataset::generate(experiment.dataset, samples, experiment.noise, experiment.seed);
        let batches = Batches::new(samples, experiment.batch_size() as usize, experiment.seed);
        let layers = experiment.layer_specs().into_iter().enumerate().map(|(layer, spec)| {
            let mut random = Random::new(experiment.seed, Purpose::Parameters { layer: layer as u32 });
            let Experiment { init, gain, bias_std, .. } = *experiment;
            (spec, Linear::random(spec.fan_in, spec.fan_out, init, gain, bias_std, &mut random))
        });
        let mlp = Mlp::new(layers.collect(), batches.size());
        let samples = match experiment.loss {
            Loss::SoftmaxCrossEntropy => Samples::with_classes(&data.x, classes_of(&data.y)),
            Loss::BceWithLogits | Loss::Mse => Samples::with_values(&data.x, &data.y),
        };
        let hyper = Hyper::of(experiment);
        Ok(Self::with_network(mlp, samples, batches, experiment.loss, experiment.optimizer, hyper, DecayScope::All))
    }

    /// A run of a given network on given samples.
    pub fn with_network(
        mlp: Mlp<T>,
        samples: Samples<T>,
        batches: Batches,
        loss: Loss,
        kind: OptimizerKind,
        hyper: Hyper,
        decay_scope: DecayScope,
    ) -> Self {
        let states = mlp.layers.iter().map(|layer| layer.parameters().map(|p| State::new(kind, p)).collect()).collect();
        let targets = match &samples.targets {
            Rows::Values(y) => Targets::Values(Panels::zeros(batches.size(), y.first().map_or(0, Vec::len))),
            Rows::Classes(_) => Targets::Classes(Vec::with_capacity(batches.size())),
        };
        let report = StepReport::new(mlp.layers.len());
        let weight_norms = mlp.layers.iter().map(|layer| layer.linear.weight.value.sum_of_squares().sqrt()).collect();
        Self { mlp, loss, kind, hyper, decay_scope, states, samples, targets, batches, report, weight_norms }
    }

    /// The network.
    pub fn mlp(&self) -> &Mlp<T> {
        &self.mlp
    }

    /// Steps made.
    pub fn steps(&self) -> u64 {
        self.report.step
    }

    /// Uses these hyper-parameters from the next step on.
    pub fn set_hyper(&mut self, hyper: Hyper) {
        self.hyper = hyper;
    }

    /// Measures the loss and the gradients that the next step will see, without making it.
    ///
    /// # Errors
    /// The first number that is not finite.
    pub fn probe(&mut self) -> Result<&StepReport, Divergence> {
        self.forward()?;
        self.mlp.backward(|_, _| {});
        self.report_gradients()?;
        for (index, norm) in self.weight_norms.iter().enumerate() {
            self.report.set(index, Quantity::Weight, *norm);
        }
        Ok(&self.report)
    }

    /// Makes one optimizer step. After the first, it allocates no memory.
    ///
    /// # Errors
    /// The first number that is not finite. The parameters are then still those before the step; the optimizer's state is
    /// not, so the run has ended.
    pub fn step(&mut self) -> Result<&StepReport, Divergence> {
        self.forward()?;
        let step = self.report.step + 1;
        let mut optimizer = Optimizer::new(self.kind, self.hyper, step);
        let overflowed;
        if optimizer.needs_grad_norm() {
            self.mlp.backward(|_, _| {});
            self.report_gradients()?;
            optimizer.set_grad_norm(self.report.grad_norm());
            let (mlp, mut update) = self.update(optimizer);
            mlp.layers.iter().enumerate().rev().for_each(|(index, layer)| update.prepare(index, layer));
            overflowed = update.overflowed;
        } else {
            let (mlp, mut update) = self.update(optimizer);
            // A layer is updated while its gradients are near the processor.
            mlp.backward(|index, layer| update.prepare(index, layer));
            overflowed = update.overflowed;
            self.report_gradients()?;
        }
        if overflowed.is_some() {
            return Err(Divergence { step, layer: overflowed, quantity: DivergedQuantity::Update });
        }
        for (layer, states) in self.mlp.layers.iter_mut().zip(&mut self.states) {
            for (parameter, state) in layer.parameters_mut().zip(states) {
                state.commit(parameter);
            }
            layer.norm.iter_mut().for_each(Norm::update_running_statistics);
        }
        self.batches.advance();
        self.report.step = step;
        Ok(&self.report)
    }

    fn update(&mut self, optimizer: Optimizer) -> (&mut Mlp<T>, Update<'_, T>) {
        let Self { mlp, decay_scope, states, report, weight_norms, .. } = self;
        let decay_scope = *decay_scope;
        (mlp, Update { optimizer, decay_scope, states, report, weight_norms, overflowed: None })
    }

    /// The forward pass on the next batch with its part of the report, and ∂L/∂o.
    fn forward(&mut self) -> Result<(), Divergence> {
        let step = self.report.step + 1;
        let diverged = |layer, quantity| Divergence { step, layer, quantity };
        let batch = self.batches.current();
        load(self.mlp.input_mut(batch.len()), &self.samples.x, batch);
        match (&mut self.targets, &self.samples.targets) {
            (Targets::Values(values), Rows::Values(rows)) => {
                values.set_rows(batch.len());
                load(values, rows, batch);
            }
            (Targets::Classes(classes), Rows::Classes(all)) => {
                classes.clear();
                classes.extend(batch.iter().map(|&sample| all[sample]));
            }
            _ => {}
        }
        self.mlp.forward();
        for (index, layer) in self.mlp.layers.iter().enumerate() {
            let activity = layer.activity();
            if !(activity.mean.is_finite() && activity.std.is_finite()) {
                return Err(diverged(Some(index + 1), DivergedQuantity::Activation));
            }
            self.report.set(index, Quantity::ActivationMean, activity.mean);
            self.report.set(index, Quantity::ActivationStd, activity.std);
            self.report.set(index, Quantity::Saturated, activity.saturated);
            self.report.set(index, Quantity::Dead, activity.dead);
        }
        let (output, grad) = self.mlp.output_and_grad();
        let loss = self.loss.evaluate(output, &self.targets, grad);
        if !loss.is_finite() {
            return Err(diverged(None, DivergedQuantity::Loss));
        }
        self.report.set_loss(loss);
        Ok(())
    }

    /// The part of the report that the backward pass measured.
    fn report_gradients(&mut self) -> Result<(), Divergence> {
        let step = self.report.step + 1;
        let diverged = |index, quantity| Divergence { step, layer: Some(index + 1), quantity };
        let mut grad_squares = 0.0;
        // From the output, as the gradient comes, so that the first layer to overflow is the one that is named.
        for (index, layer) in self.mlp.layers.iter().enumerate().rev() {
            if !layer.grad_z_norm().is_finite() {
                return Err(diverged(index, DivergedQuantity::GradZ));
            }
            let mut norms = [0.0; 4];
            for (norm, parameter) in norms.iter_mut().zip(layer.parameters()) {
                *norm = parameter.grad_norm();
                grad_squares += *norm * *norm;
            }
            if !norms.iter().all(|norm| norm.is_finite()) {
                return Err(diverged(index, DivergedQuantity::Grad));
            }
            self.report.set(index, Quantity::GradZ, layer.grad_z_norm());
            self.report.set(index, Quantity::GradW, norms[0]);
            self.report.set(index, Quantity::GradB, norms[1]);
        }
        // Where squares leave the range of f64, norms may still be in it.
        let grad_norm = if (1e-280..1e280).contains(&grad_squares) {
            grad_squares.sqrt()
        } else {
            let parameters = self.mlp.layers.iter().flat_map(Layer::parameters);
            parameters.fold(0.0, |total, parameter| libm::hypot(total, parameter.grad_norm()))
        };
        self.report.set_grad_norm(grad_norm);
        Ok(())
    }
}

/// What checks of a run need of it.
impl<T: Real> Trainer<T> {
    /// The same network in f64 on its next step's batch alone, to compute with: its optimizer has no history.
    pub(super) fn in_f64(&self) -> Trainer<f64> {
        let mut loaded = self.clone();
        // A pass that diverges has loaded its batch too.
        let _ = loaded.forward();
        let rows = loaded.batches.current().len();
        let x = loaded.mlp.input_mut(rows).to_array();
        let samples = match &loaded.targets {
            Targets::Values(values) => Samples::with_values(&x, &values.to_array()),
            Targets::Classes(classes) => Samples::with_classes(&x, classes.clone()),
        };
        let layers = self.mlp.layers.iter().map(|layer| {
            let bias = layer.linear.bias.as_ref().map(|bias| bias.value.to_array());
            (layer.spec, Linear::new(&layer.linear.weight.value.to_array(), bias.as_ref()))
        });
        let mut mlp = Mlp::new(layers.collect(), rows);
        for (copy, layer) in mlp.layers.iter_mut().zip(&self.mlp.layers) {
            for (copy, parameter) in copy.parameters_mut().zip(layer.parameters()) {
                copy.value = Panels::from_array(&parameter.value.to_array());
            }
        }
        let batches = Batches::fixed(vec![(0..rows).collect()]);
        Trainer::with_network(mlp, samples, batches, self.loss, self.kind, self.hyper, self.decay_scope)
    }

    /// The network, to move its parameters.
    pub(super) fn mlp_mut(&mut self) -> &mut Mlp<T> {
        &mut self.mlp
    }

    /// The loss on the batch of the last pass, where only layers from `first` (from 0) on have changed since.
    pub(super) fn loss_from(&mut self, first: usize) -> f64 {
        self.mlp.forward_from(first);
        let (output, grad) = self.mlp.output_and_grad();
        self.loss.evaluate(output, &self.targets, grad)
    }
}

/// The optimizer's part of a step: what it prepares layer by layer, with its part of the report.
struct Update<'a, T> {
    optimizer: Optimizer,
    decay_scope: DecayScope,
    states: &'a mut [Vec<State<T>>],
    report: &'a mut StepReport,
    weight_norms: &'a mut [f64],
    /// The lowest layer, from 1, with an update that is not finite.
    overflowed: Option<usize>,
}

impl<T: Real> Update<'_, T> {
    fn prepare(&mut self, index: usize, layer: &Layer<T>) {
        for (role, (parameter, state)) in layer.parameters().zip(&mut self.states[index]).enumerate() {
            let is_weight = role == 0;
            let decays = is_weight || self.decay_scope == DecayScope::All;
            let norms = self.optimizer.prepare(parameter, state, decays);
            if !(norms.update.is_finite() && norms.value.is_finite()) {
                self.overflowed = Some(index + 1);
            }
            if is_weight {
                let before = std::mem::replace(&mut self.weight_norms[index], norms.value);
                self.report.set(index, Quantity::Update, norms.update);
                self.report.set(index, Quantity::Weight, norms.value);
                self.report.set(index, Quantity::UpdateRatio, ratio(norms.update, before));
                self.report.set(index, Quantity::FirstMoment, norms.first_moment);
                self.report.set(index, Quantity::SecondMoment, norms.second_moment);
            }
        }
    }
}

/// `part / whole`, 0 where both are.
fn ratio(part: f64, whole: f64) -> f64 {
    if part == 0.0 { 0.0 } else { part / whole }
}

/// Fills the rows of a batch from those of all samples.
fn load<T: Real>(batch: &mut Panels<T>, all: &[Vec<T>], samples: &[usize]) {
    for (row, &sample) in samples.iter().enumerate() {
        for (col, value) in all[sample].iter().enumerate() {
            batch.set(row, col, *value);
        }
    }
}

/// A [`Trainer`] in the precision that its experiment names.
#[derive(Clone, Debug)]
pub enum AnyTrainer {
    /// In f32.
    F32(Box<Trainer<f32>>),
    /// In f64.
    F64(Box<Trainer<f64>>),
}

impl AnyTrainer {
    /// See [`Trainer::new`].
    ///
    /// # Errors
    /// As [`Trainer::new`].
    pub fn new(experiment: &Experiment) -> Result<Self, Rejection> {
        Ok(match experiment.precision {
            Precision::F32 => Self::F32(Box::new(Trainer::new(experiment)?)),
            Precision::F64 => Self::F64(Box::new(Trainer::new(experiment)?)),
        })
    }

    /// See [`Trainer::step`].
    ///
    /// # Errors
    /// As [`Trainer::step`].
    pub fn step(&mut self) -> Result<&StepReport, Divergence> {
        match self {
            Self::F32(trainer) => trainer.step(),
            Self::F64(trainer) => trainer.step(),
        }
    }

    /// See [`Trainer::probe`].
    ///
    /// # Errors
    /// As [`Trainer::probe`].
    pub fn probe(&mut self) -> Result<&StepReport, Divergence> {
        match self {
            Self::F32(trainer) => trainer.probe(),
            Self::F64(trainer) => trainer.probe(),
        }
    }

    /// See [`Trainer::steps`].
    pub fn steps(&self) -> u64 {
        match self {
            Self::F32(trainer) => trainer.steps(),
            Self::F64(trainer) => trainer.steps(),
        }
    }

    /// See [`Trainer::set_hyper`].
    pub fn set_hyper(&mut self, hyper: Hyper) {
        match self {
            Self::F32(trainer) => trainer.set_hyper(hyper),
            Self::F64(trainer) => trainer.set_hyper(hyper),
        }
    }
}
