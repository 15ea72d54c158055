//! Recurrent networks drawn as a run's was.

use super::first_batch::FirstBatch;
use crate::data::sequences::{Corpus, for_each_asked, load_inputs, load_targets, room_for_targets};
use crate::experiment::Experiment;
use crate::kernel::LANES;
use crate::nn::Targets;
use crate::nn::recurrent::{InputKind, Loading, Reading, RecurrentDraw, RecurrentInit, RecurrentSpec, Unrolled};
use crate::random::{Purpose, Random};
use crate::theory::{Networks, NoPrediction};

/// Networks of an experiment on its first batch: ‖∂L/∂h_t‖ of the lowest level at every time step.
///
/// With a loss at every time step the norm at a step is of all losses from there on; with a window, of those within it. What
/// is cut, and what is padding after a loss, has none.
///
/// In f32, whatever the experiment's precision, with the engine's powers of two, so that no gradient is too small for it.
#[derive(Clone, Debug)]
struct RecurrentNetworks {
    experiment: Experiment,
    spec: RecurrentSpec,
    has_padding: bool,
    unrolled: Unrolled<f32>,
    targets: Targets<f32>,
}

/// See [`crate::theory::Foreteller`].
///
/// # Errors
/// Where the text of the task is not there.
pub(in super::super) fn networks(experiment: &Experiment, corpus: &Corpus) -> Result<Box<dyn Networks>, NoPrediction> {
    Ok(Box::new(RecurrentNetworks::new(experiment, corpus)?))
}

impl RecurrentNetworks {
    fn new(experiment: &Experiment, corpus: &Corpus) -> Result<Self, NoPrediction> {
        let FirstBatch { set, rows, vocabulary } = FirstBatch::new(experiment, corpus)?;
        let Some(spec) = experiment.recurrent_spec(vocabulary) else { return Err(NoPrediction::NoText) };
        let (kind, batch) = (InputKind::of(&spec, &set), rows.len());
        // What is read: time step and place in the batch.
        let mut asked = Vec::new();
        for_each_asked(&set, spec.reading, &rows, |time, place| asked.push((time, place)));
        let mut unrolled = Unrolled::new(spec, kind, batch, asked.len());
        let Loading { symbols, numbers, reads } = unrolled.load(batch);
        load_inputs(symbols, numbers, 0, &set, &rows, 0..set.times);
        reads.extend(asked.iter().map(|(time, place)| (time * batch + place) as u32));
        let mut targets = room_for_targets(experiment.loss, asked.len(), spec.outputs);
        load_targets(&mut targets, &set, asked.iter().map(|(time, place)| (rows[*place], *time)));
        let has_padding = kind.has_padding();
        Ok(Self { experiment: experiment.clone(), spec, has_padding, unrolled, targets })
    }
}

impl Networks for RecurrentNetworks {
    fn places(&self) -> usize {
        self.spec.times
    }

    fn multiplications(&self) -> u64 {
        multiplications(&self.experiment)
    }

    fn norms(&mut self, network: u32) -> Vec<f64> {
        let Experiment { seed, rec_init, rho, forget_bias, loss, .. } = self.experiment;
        let draw = RecurrentDraw { init: rec_init, rho, forget_bias };
        // Each tensor has a stream of its own, of at most eight.
        let mut random = |tensor: u32| Random::new(seed, Purpose::Ensemble { network: 8 * network + tensor });
        let network = draw.draw::<f32>(self.spec, self.has_padding, &mut random);
        self.unrolled.forward(&network);
        let (output, grad) = self.unrolled.output_and_grad();
        loss.evaluate(output, &self.targets, grad);
        self.unrolled.backward(&network);
        self.unrolled.levels()[0].times().iter().map(|step| step.grad_h).collect()
    }
}

/// See [`crate::theory::Foreteller`].
pub(in super::super) fn multiplications(experiment: &Experiment) -> u64 {
    let Some(spec) = experiment.recurrent_spec(VOCABULARY) else { return 0 };
    let rows = u64::from(experiment.batch_size()) * spec.times as u64;
    let of_levels = (0..spec.stack).map(|level| {
        let inputs = if level == 0 { spec.inputs } else { spec.hidden };
        let columns = (spec.cell.blocks() * spec.hidden) as u64;
        let weights = (inputs + spec.hidden) as u64 * columns;
        // The gates and their slopes take about as long as 40 multiplications each; drawing a weight as 50.
        let pass = rows * (2 * weights + 40 * columns);
        let hidden = spec.hidden as u64;
        let draw = match experiment.rec_init {
            RecurrentInit::Pytorch | RecurrentInit::Identity => 0,
            // Each vector is made orthogonal to all before it, twice.
            RecurrentInit::Orthogonal => 2 * hidden * hidden * columns,
            // All eigenvalues are found.
            RecurrentInit::Normal => 20 * hidden * hidden * columns,
        };
        pass + draw + 50 * weights
    });
    let read = if spec.reading == Reading::Each { rows } else { u64::from(experiment.batch_size()) };
    of_levels.sum::<u64>() + 2 * read * (spec.hidden * spec.outputs) as u64
}

/// The memory in bytes that drawing networks of an experiment takes at most, about; see [`crate::theory::Foreteller`].
pub(in super::super) fn bytes(experiment: &Experiment) -> usize {
    let Some(spec) = experiment.recurrent_spec(VOCABULARY) else { return 0 };
    // In 64 bits, because the products of the largest sizes leave 32.
    let padded = |units: usize| units.next_multiple_of(LANES) as u64;
    let (batch, blocks) = (u64::from(experiment.batch_size()) + 2, spec.cell.blocks() as u64);
    let rows = batch * spec.times as u64;
    let columns = blocks * padded(spec.hidden);
    // Gates and their pre-activations, with one block more in a GRU, h, ∂L/∂h, and of an LSTM c, tanh(c) and ∂L/∂c.
    let states = (2 * blocks + 6) * padded(spec.hidden) * spec.stack as u64;
    let read = if spec.reading == Reading::Each { rows } else { batch };
    let numbers = rows * (states + 2 * padded(spec.inputs) + 2)
        + read * 2 * (padded(spec.hidden) + padded(spec.outputs))
        + columns.max(padded(spec.outputs)) * padded(spec.hidden.max(spec.inputs));
    // Parameters and their gradients, and while they are drawn two copies in f64.
    let table = spec.embedding.map_or(0, |symbols| symbols as u64 * padded(spec.inputs));
    let weights = table
        + (spec.stack * (spec.inputs.max(spec.hidden) + spec.hidden + 2)) as u64 * columns
        + (spec.hidden + 1) as u64 * padded(spec.outputs);
    let [single, double] = [size_of::<f32>(), size_of::<f64>()].map(|bytes| bytes as u64);
    usize::try_from(numbers * single + weights * (2 * single + 2 * double)).unwrap_or(usize::MAX)
}

/// Symbols of a text, about, where it is not read for this.
const VOCABULARY: usize = 100;
