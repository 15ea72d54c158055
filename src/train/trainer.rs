//! One optimizer step after another, each measured in every layer.

use super::divergence::{DivergedQuantity, Divergence};
use super::norms::{differing_bits, norm_together, report_update};
use super::quantity::Quantity;
use super::report::StepReport;
use super::samples::{Data, Samples, load};
use crate::data::Batches;
use crate::data::sequences::Corpus;
use crate::experiment::{Experiment, Rejection};
use crate::kernel::{Panels, Real};
use crate::nn::{Layer, Linear, Loss, Mlp, Norm, Parameter, Targets};
use crate::optim::{Hyper, Optimizer, OptimizerKind, State};
use crate::random::{Purpose, Random};
use std::sync::Arc;

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
    pub(crate) mlp: Mlp<T>,
    pub(crate) loss: Loss,
    pub(crate) kind: OptimizerKind,
    hyper: Hyper,
    decay_scope: DecayScope,
    /// The optimizer's state of every parameter, in the order of [`crate::nn::Layer::parameters`], layer by layer.
    pub(crate) states: Vec<Vec<State<T>>>,
    pub(crate) data: Arc<Data<T>>,
    /// Those of the batch in the network.
    pub(crate) targets: Targets<T>,
    pub(super) batches: Batches,
    pub(crate) report: StepReport,
    pub(crate) pass: Pass,
    /// ‖W‖ of every layer: of the weights that the last step made.
    weight_norms: Vec<f64>,
}

/// What became of the pass whose numbers the network holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    /// None was made yet.
    None,
    /// It ended before its end, at a number that is not finite.
    Broken,
    /// It was measured.
    Measured,
    /// It was measured, and the parameters changed.
    Applied,
}

impl<T: Real> Trainer<T> {
    /// The run that an experiment describes, before its first step, on the texts that are shipped.
    ///
    /// # Errors
    /// The first parameter of the experiment whose value is not allowed.
    pub fn new(experiment: &Experiment) -> Result<Self, Rejection> {
        Self::on(experiment, &Corpus::default())
    }

    /// The same on the texts of a corpus.
    ///
    /// # Errors
    /// As [`Trainer::new`].
    pub fn on(experiment: &Experiment, corpus: &Corpus) -> Result<Self, Rejection> {
        experiment.validate()?;
        let data = Data::of(experiment, corpus)?;
        let batches = Batches::new(data.training.x.rows(), experiment.batch_size() as usize, experiment.seed);
        let layers = experiment.layer_specs().into_iter().enumerate().map(|(layer, spec)| {
            let mut random = Random::new(experiment.seed, Purpose::Parameters { layer: layer as u32 });
            (spec, experiment.draw_layer(layer, &spec, &mut random))
        });
        let mlp = Mlp::new(layers.collect(), batches.size());
        let hyper = Hyper::of(experiment);
        let Experiment { loss, optimizer, .. } = *experiment;
        Ok(Self::with_data(mlp, data, batches, loss, optimizer, hyper, DecayScope::All))
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
        Self::with_data(mlp, Data::without_held_out(samples), batches, loss, kind, hyper, decay_scope)
    }

    fn with_data(
        mlp: Mlp<T>,
        data: Data<T>,
        batches: Batches,
        loss: Loss,
        kind: OptimizerKind,
        hyper: Hyper,
        decay_scope: DecayScope,
    ) -> Self {
        let states =
            mlp.layers.iter().map(|layer| layer.parameters().map(|p| State::new(kind, &hyper, p)).collect()).collect();
        let targets = data.training.targets_of_batch(batches.size());
        let report = StepReport::new(mlp.layers.len());
        let weight_norms = mlp.layers.iter().map(|layer| layer.linear.weight.value.norm()).collect();
        let (data, pass) = (Arc::new(data), Pass::None);
        Self { mlp, loss, kind, hyper, decay_scope, states, data, targets, batches, report, pass, weight_norms }
    }

    /// The network.
    pub fn mlp(&self) -> &Mlp<T> {
        &self.mlp
    }

    /// Steps made.
    pub fn steps(&self) -> u64 {
        self.report.step
    }

    /// The report of the last step; before the first that of [`Trainer::probe`].
    pub fn report(&self) -> &StepReport {
        &self.report
    }

    /// The memory that a copy takes by itself, about: what never changes is shared.
    pub fn bytes(&self) -> usize {
        let states = self.states.iter().flatten().map(State::bytes).sum::<usize>();
        let targets = match &self.targets {
            Targets::Values(values) => values.bytes(),
            Targets::Classes(classes) => size_of_val(&classes[..]),
        };
        let numbers = size_of_val(self.report.row()) + size_of_val(&self.weight_norms[..]);
        self.mlp.bytes() + states + targets + numbers + self.batches.bytes() + size_of::<Self>()
    }

    /// How many numbers of all parameters and running statistics have other bits in `other`, and how many there are.
    pub fn differing_bits(&self, other: &Self) -> (u64, u64) {
        differing_bits(self.numbers(), other.numbers())
    }

    /// All parameters and running statistics, layer by layer; f64 holds every f32, so different bits stay different.
    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.mlp.layers.iter().flat_map(|layer| {
            let parameters = layer.parameters().flat_map(|parameter| parameter.value.entries());
            let norm = layer.norm.iter();
            parameters.chain(norm.flat_map(|norm| norm.running_mean.iter().chain(&norm.running_var).copied()))
        })
    }

    /// The hyper-parameters of the next step.
    pub fn hyper(&self) -> Hyper {
        self.hyper
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
        self.pass = Pass::Measured;
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
            return Err(Divergence { step, layer: overflowed, time: None, quantity: DivergedQuantity::Update });
        }
        for (layer, states) in self.mlp.layers.iter_mut().zip(&mut self.states) {
            for (parameter, state) in layer.parameters_mut().zip(states) {
                state.commit(parameter);
            }
            layer.norm.iter_mut().for_each(Norm::update_running_statistics);
        }
        self.batches.advance();
        self.report.step = step;
        self.pass = Pass::Applied;
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
        let diverged = |layer, quantity| Divergence { step, layer, time: None, quantity };
        self.pass = Pass::Broken;
        let batch = self.batches.current();
        load(self.mlp.input_mut(batch.len()), &self.data.training.x, batch);
        self.data.training.load_targets(&mut self.targets, batch);
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
        let diverged = |index, quantity| Divergence { step, layer: Some(index + 1), time: None, quantity };
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
        let parameters = self.mlp.layers.iter().flat_map(Layer::parameters);
        let grad_norm = norm_together(grad_squares, parameters.map(Parameter::grad_norm));
        self.report.set_grad_norm(grad_norm);
        Ok(())
    }
}

/// What checks of a run need of it.
impl<T: Real> Trainer<T> {
    /// The same network in f64 on its next step's batch alone, to compute with: its optimizer has no history.
    pub fn in_f64(&self) -> Trainer<f64> {
        let (mut batches, training) = (self.batches.clone(), &self.data.training);
        let batch = batches.current();
        let rows = batch.len();
        let mut x = Panels::zeros(rows, training.x.cols());
        load(&mut x, &training.x, batch);
        let mut targets = training.targets_of_batch(rows);
        training.load_targets(&mut targets, batch);
        let x = x.to_array();
        let samples = match &targets {
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
    pub(crate) fn mlp_mut(&mut self) -> &mut Mlp<T> {
        &mut self.mlp
    }
}

impl Trainer<f64> {
    /// The loss on the batch of the last pass, where only layers from `first` (from 0) on have changed since, with every unit
    /// on the branch of φ that it was on in `base`.
    pub(crate) fn loss_on_branches(&mut self, first: usize, base: &Mlp<f64>) -> f64 {
        self.mlp.forward_on_branches(first, base);
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
                report_update(self.report, index, norms, &mut self.weight_norms[index]);
            }
        }
    }
}
