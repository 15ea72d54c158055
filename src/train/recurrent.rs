//! One optimizer step after another of a recurrent network, each measured at every time step.

use super::divergence::{DivergedQuantity, Divergence};
use super::layout::Layout;
use super::norms::{differing_bits, norm_together, report_update};
use super::quantity::Quantity;
use super::report::StepReport;
use super::sequence_batch::SequenceBatch;
use super::trainer::{DecayScope, Pass};
use crate::data::Batches;
use crate::data::sequences::{Corpus, SequenceData};
use crate::experiment::{Experiment, Rejection};
use crate::kernel::Real;
use crate::nn::recurrent::{Branches, Gate, InputKind, Recurrent, RecurrentDraw, TimeStep};
use crate::nn::{Loss, Parameter};
use crate::optim::{Hyper, Optimizer, OptimizerKind, State};
use crate::random::{Purpose, Random};
use std::sync::Arc;

/// A run of a recurrent network in progress; as [`super::Trainer`].
#[derive(Clone, Debug)]
pub struct RecurrentTrainer<T> {
    network: Recurrent<T>,
    batch: SequenceBatch<T>,
    kind: OptimizerKind,
    hyper: Hyper,
    decay_scope: DecayScope,
    /// The optimizer's state of every parameter, in the order of [`Recurrent::parameters`].
    states: Vec<State<T>>,
    data: Arc<SequenceData>,
    pub(super) batches: Batches,
    report: StepReport,
    pass: Pass,
    /// ‖W‖ of every group: of the weights that the last step made.
    weight_norms: Vec<f64>,
}

impl<T: Real> RecurrentTrainer<T> {
    /// The run that an experiment describes, before its first step, on the texts of a corpus.
    ///
    /// # Errors
    /// The first parameter of the experiment whose value is not allowed; the task, where the corpus has no text that does.
    pub fn new(experiment: &Experiment, corpus: &Corpus) -> Result<Self, Rejection> {
        experiment.validate()?;
        let no_task = || experiment.rejected_task();
        let data = SequenceData::generate(&experiment.sequence_spec(), corpus).map_err(|_| no_task())?;
        let spec = experiment.recurrent_spec(data.vocabulary()).ok_or_else(no_task)?;
        let Experiment { seed, loss, optimizer, rec_init, rho, forget_bias, .. } = *experiment;
        let draw = RecurrentDraw { init: rec_init, rho, forget_bias };
        let random = &mut |layer| Random::new(seed, Purpose::Parameters { layer });
        let network = draw.draw(spec, InputKind::of(&spec, &data.training).has_padding(), random);
        let batches = Batches::new(data.training.samples, experiment.batch_size() as usize, seed);
        Ok(Self::with_network(network, data, batches, loss, optimizer, Hyper::of(experiment), DecayScope::All))
    }

    /// A run of a given network on given sequences.
    pub fn with_network(
        network: Recurrent<T>,
        data: SequenceData,
        batches: Batches,
        loss: Loss,
        kind: OptimizerKind,
        hyper: Hyper,
        decay_scope: DecayScope,
    ) -> Self {
        let spec = network.spec;
        let layout = Layout::Times {
            cell: spec.cell,
            times: spec.times,
            levels: spec.stack,
            has_embedding: spec.embedding.is_some(),
        };
        let states = network.parameters().map(|parameter| State::new(kind, &hyper, parameter)).collect();
        let weight_norms = network.groups().map(|group| group.weight.value.norm()).collect();
        let batch = SequenceBatch::new(spec, &data.training, batches.size(), loss);
        let (data, report, pass) = (Arc::new(data), StepReport::new(layout), Pass::None);
        Self { network, batch, kind, hyper, decay_scope, states, data, batches, report, pass, weight_norms }
    }

    /// The network.
    pub fn network(&self) -> &Recurrent<T> {
        &self.network
    }

    /// The batch of the last pass, with the network's numbers on it.
    pub fn batch(&self) -> &SequenceBatch<T> {
        &self.batch
    }

    /// What is learned from, and what is held out.
    pub fn data(&self) -> &SequenceData {
        &self.data
    }

    /// The loss.
    pub fn loss(&self) -> Loss {
        self.batch.loss()
    }

    /// The optimizer's state of every parameter, in the order of [`Recurrent::parameters`]; it has the parameters before the
    /// last step.
    pub fn states(&self) -> &[State<T>] {
        &self.states
    }

    /// The kind of optimizer.
    pub fn optimizer(&self) -> OptimizerKind {
        self.kind
    }

    /// Whether the network's numbers are those of a whole pass: not before the first, and not of one that diverged.
    pub fn is_measured(&self) -> bool {
        matches!(self.pass, Pass::Measured | Pass::Applied)
    }

    /// Whether the parameters changed after the last pass: then those that it was made with are in the states.
    pub fn is_applied(&self) -> bool {
        self.pass == Pass::Applied
    }

    /// Makes the pass of the last report whole, to be looked at, and says whether a step was made of it. Before the first step
    /// and without a probe this makes one.
    pub(crate) fn make_pass_whole(&mut self) -> bool {
        if self.pass == Pass::None {
            // What is not finite ends the probe and not what is seen of it.
            let _ = self.probe();
        }
        if self.pass == Pass::Broken {
            self.batch.forward(&self.network);
            self.batch.backward(&self.network);
            self.batch.weight_gradients(&mut self.network);
            self.pass = Pass::Measured;
        }
        self.pass == Pass::Applied
    }

    /// Exchanges the parameters before the last step with those after it.
    pub(crate) fn exchange_values(&mut self) {
        for (parameter, state) in self.network.parameters_mut().zip(&mut self.states) {
            state.commit(parameter);
        }
    }

    /// The sequences of the batch that the next step will read; after a step its own are those of the batch before.
    pub fn next_sequences(&mut self) -> &[usize] {
        self.batches.current()
    }

    /// See [`super::Trainer::steps`].
    pub fn steps(&self) -> u64 {
        self.report.step
    }

    /// See [`super::Trainer::report`].
    pub fn report(&self) -> &StepReport {
        &self.report
    }

    /// See [`super::Trainer::hyper`].
    pub fn hyper(&self) -> Hyper {
        self.hyper
    }

    /// See [`super::Trainer::set_hyper`].
    pub fn set_hyper(&mut self, hyper: Hyper) {
        self.hyper = hyper;
    }

    /// See [`super::Trainer::probe`].
    ///
    /// # Errors
    /// As there.
    pub fn probe(&mut self) -> Result<&StepReport, Divergence> {
        self.measure()?;
        for (index, norm) in self.weight_norms.iter().enumerate() {
            self.report.set_of_weights(index, Quantity::Weight, *norm);
        }
        self.pass = Pass::Measured;
        Ok(&self.report)
    }

    /// See [`super::Trainer::step`].
    ///
    /// # Errors
    /// As there.
    pub fn step(&mut self) -> Result<&StepReport, Divergence> {
        self.measure()?;
        let step = self.report.step + 1;
        let mut optimizer = Optimizer::new(self.kind, self.hyper, step);
        if optimizer.needs_grad_norm() {
            optimizer.set_grad_norm(self.report.grad_norm());
        }
        let mut states = self.states.iter_mut();
        let mut overflowed = None;
        for (index, group) in self.network.groups().enumerate() {
            let mut prepare = |parameter: &Parameter<T>, decays: bool| {
                let state = states.next().expect("a state for every parameter");
                let norms = optimizer.prepare(parameter, state, decays);
                if !(norms.update.is_finite() && norms.value.is_finite()) && overflowed.is_none() {
                    overflowed = Some(index);
                }
                norms
            };
            let norms = prepare(group.weight, true);
            if let Some(bias) = group.bias {
                prepare(bias, self.decay_scope == DecayScope::All);
            }
            report_update(&mut self.report, index, norms, &mut self.weight_norms[index]);
        }
        if let Some(group) = overflowed {
            let layer = self.network.level_of_group(group);
            let time = self.largest_time(layer);
            return Err(Divergence { step, layer, time, quantity: DivergedQuantity::Update });
        }
        for (parameter, state) in self.network.parameters_mut().zip(&mut self.states) {
            state.commit(parameter);
        }
        self.batches.advance();
        self.report.step = step;
        self.pass = Pass::Applied;
        Ok(&self.report)
    }

    /// The pass on the next batch, with its part of the report.
    fn measure(&mut self) -> Result<(), Divergence> {
        self.pass = Pass::Broken;
        self.batch.load(&self.data.training, self.batches.current());
        let loss = self.batch.forward(&self.network);
        self.report_states()?;
        let step = self.report.step + 1;
        if !loss.is_finite() {
            return Err(Divergence { step, layer: None, time: None, quantity: DivergedQuantity::Loss });
        }
        self.report.set_loss(loss);
        self.batch.backward(&self.network);
        self.report_gradients_of_states()?;
        self.batch.weight_gradients(&mut self.network);
        self.report_gradients()
    }

    /// The part of the report that the forward pass measured, in whose order the first state is found that is not finite.
    fn report_states(&mut self) -> Result<(), Divergence> {
        let gates = self.network.spec.cell.gates();
        let step = self.report.step + 1;
        for (level, unrolled) in self.batch.unrolled().levels().iter().enumerate() {
            for (time, measured) in unrolled.times().iter().enumerate() {
                let TimeStep { mean, std, saturated, .. } = *measured;
                // c_t grows by 1 in a step at the most: where it is not finite, h_t is not.
                if !(mean.is_finite() && std.is_finite()) {
                    let (layer, time) = (Some(level + 1), Some(time + 1));
                    return Err(Divergence { step, layer, time, quantity: DivergedQuantity::State });
                }
                let mut set = |quantity, value| self.report.set_at(level, time, quantity, value);
                set(Quantity::ActivationMean, mean);
                set(Quantity::ActivationStd, std);
                set(Quantity::Saturated, saturated);
                for (gate, mean) in gates.iter().zip(measured.gates) {
                    if let Some(quantity) = quantity_of(*gate) {
                        set(quantity, mean);
                    }
                }
            }
        }
        Ok(())
    }

    /// The part of the report that the backward pass through time measured, in its own order: from the last time step of the
    /// highest level.
    fn report_gradients_of_states(&mut self) -> Result<(), Divergence> {
        let step = self.report.step + 1;
        let has_c = self.network.spec.cell.has_cell_state();
        for (level, unrolled) in self.batch.unrolled().levels().iter().enumerate().rev() {
            for (time, measured) in unrolled.times().iter().enumerate().rev() {
                let TimeStep { grad_h, grad_c, grad_z, .. } = *measured;
                let diverged = |quantity| {
                    let (layer, time) = (Some(level + 1), Some(time + 1));
                    Err(Divergence { step, layer, time, quantity })
                };
                if !(grad_h.is_finite() && grad_c.is_finite()) {
                    return diverged(DivergedQuantity::GradState);
                }
                if !grad_z.is_finite() {
                    return diverged(DivergedQuantity::GradZ);
                }
                self.report.set_at(level, time, Quantity::GradH, grad_h);
                self.report.set_at(level, time, Quantity::GradZ, grad_z);
                if has_c {
                    self.report.set_at(level, time, Quantity::GradC, grad_c);
                }
            }
        }
        Ok(())
    }

    /// The time step, from 1, with the largest ‖∂L/∂z‖ in a level, from 1: what adds most to the sum over all of them that a
    /// parameter's gradient is. `None` above the levels.
    fn largest_time(&self, level: Option<usize>) -> Option<usize> {
        let level = level.filter(|level| *level <= self.report.layout().levels())?;
        let norms = self.report.series_at(level - 1, Quantity::GradZ)?;
        norms.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1)).map(|(time, _)| time + 1)
    }

    /// The part of the report that is of the parameters' gradients.
    fn report_gradients(&mut self) -> Result<(), Divergence> {
        let step = self.report.step + 1;
        let mut squares = 0.0;
        for (index, group) in self.network.groups().enumerate() {
            let of_weight = group.weight.grad_norm();
            let of_bias = group.bias.map_or(0.0, Parameter::grad_norm);
            if !(of_weight.is_finite() && of_bias.is_finite()) {
                let layer = self.network.level_of_group(index);
                let time = self.largest_time(layer);
                return Err(Divergence { step, layer, time, quantity: DivergedQuantity::Grad });
            }
            squares += of_weight * of_weight + of_bias * of_bias;
            self.report.set_of_weights(index, Quantity::GradW, of_weight);
            self.report.set_of_weights(index, Quantity::GradB, of_bias);
        }
        let grad_norm = norm_together(squares, self.network.parameters().map(Parameter::grad_norm));
        self.report.set_grad_norm(grad_norm);
        Ok(())
    }

    /// See [`super::Trainer::bytes`].
    pub fn bytes(&self) -> usize {
        let states = self.states.iter().map(State::bytes).sum::<usize>();
        let numbers = size_of_val(self.report.row()) + size_of_val(&self.weight_norms[..]);
        let passes = self.network.bytes() + self.batch.bytes();
        passes + states + numbers + self.batches.bytes() + size_of::<Self>()
    }

    /// See [`super::Trainer::differing_bits`].
    pub fn differing_bits(&self, other: &Self) -> (u64, u64) {
        differing_bits(self.numbers(), other.numbers())
    }

    /// All parameters; f64 holds every f32, so different bits stay different.
    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.network.parameters().flat_map(|parameter| parameter.value.entries())
    }

    /// See [`super::Trainer::in_f64`].
    pub fn in_f64(&self) -> RecurrentTrainer<f64> {
        let mut batches = self.batches.clone();
        let sequences = batches.current();
        let data = SequenceData {
            training: self.data.training.only(sequences),
            held_out: self.data.training.only(&[]),
            names: self.data.names.clone(),
            padding: self.data.padding,
        };
        let batches = Batches::fixed(vec![(0..sequences.len()).collect()]);
        let network = self.network.in_format();
        RecurrentTrainer::with_network(network, data, batches, self.loss(), self.kind, self.hyper, self.decay_scope)
    }

    /// The network, to move its parameters.
    pub fn network_mut(&mut self) -> &mut Recurrent<T> {
        &mut self.network
    }
}

impl RecurrentTrainer<f64> {
    /// The loss on the batch of the last pass, of the parameters as they are now, with every unit on its branch of a pass.
    pub(crate) fn loss_on_branches(&mut self, branches: &Branches) -> f64 {
        self.batch.loss_on_branches(&self.network, branches)
    }
}

/// The quantity that says how open a gate is; a candidate is none.
fn quantity_of(gate: Gate) -> Option<Quantity> {
    Some(match gate {
        Gate::Input => Quantity::InputGate,
        Gate::Forget => Quantity::ForgetGate,
        Gate::Output => Quantity::OutputGate,
        Gate::Reset => Quantity::ResetGate,
        Gate::Update => Quantity::UpdateGate,
        Gate::Candidate => return None,
    })
}
