//! Recurrent networks drawn as a run's was.

use super::first_batch::FirstBatch;
use crate::data::sequences::{Corpus, NO_TARGET, SequenceInputs, SequenceTargets};
use crate::experiment::Experiment;
use crate::kernel::{LANES, Panels};
use crate::nn::recurrent::{InputKind, Loading, Reading, RecurrentDraw, RecurrentInit, RecurrentSpec, Unrolled};
use crate::nn::{Loss, Targets};
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
        let (times, batch) = (set.times, rows.len());
        let has_padding = matches!(set.inputs, SequenceInputs::Symbols { has_padding: true, .. });
        let kind = match set.inputs {
            SequenceInputs::Numbers { .. } => InputKind::Numbers,
            SequenceInputs::Symbols { .. } if spec.embedding.is_some() => InputKind::Embedded { has_padding },
            SequenceInputs::Symbols { .. } => InputKind::OneHot { has_padding },
        };
        // What is read: time step and sequence of the batch.
        let is_asked = |row: usize, time: usize| match &set.targets {
            SequenceTargets::EachClasses(classes) => classes[row * times + time] != NO_TARGET,
            SequenceTargets::EachNumbers(_) => true,
            SequenceTargets::Classes(_) | SequenceTargets::Numbers(_) => set.read_at[row] as usize == time,
        };
        let places = (0..times).flat_map(|time| rows.iter().enumerate().map(move |(place, row)| (time, place, *row)));
        let read: Vec<(usize, usize, usize)> = places.filter(|(time, _, row)| is_asked(*row, *time)).collect();
        let mut unrolled = Unrolled::new(spec, kind, batch, read.len());
        let Loading { symbols, numbers, reads } = unrolled.load(batch);
        for (time, place, row) in (0..times).flat_map(|time| rows.iter().enumerate().map(move |(p, r)| (time, p, *r))) {
            match &set.inputs {
                SequenceInputs::Symbols { symbols: of_set, .. } => {
                    symbols[time * batch + place] = of_set[row * times + time];
                }
                SequenceInputs::Numbers { width, numbers: of_set } => {
                    for col in 0..*width {
                        numbers.set(time * batch + place, col, of_set[(row * times + time) * width + col] as f32);
                    }
                }
            }
        }
        reads.extend(read.iter().map(|(time, place, _)| (time * batch + place) as u32));
        let value = |row: usize, time: usize, output: usize| match &set.targets {
            SequenceTargets::Numbers(values) => values[row * spec.outputs + output],
            SequenceTargets::EachNumbers(values) => values[(row * times + time) * spec.outputs + output],
            SequenceTargets::Classes(_) | SequenceTargets::EachClasses(_) => 0.0,
        };
        let targets = match experiment.loss {
            Loss::SoftmaxCrossEntropy => {
                let class = |(time, _, row): &(usize, usize, usize)| match &set.targets {
                    SequenceTargets::Classes(classes) => classes[*row],
                    SequenceTargets::EachClasses(classes) => classes[row * times + time],
                    SequenceTargets::Numbers(_) | SequenceTargets::EachNumbers(_) => 0,
                };
                Targets::Classes(read.iter().map(class).collect())
            }
            Loss::BceWithLogits | Loss::Mse => {
                let mut values = Panels::for_batch(read.len(), spec.outputs);
                for (index, (time, _, row)) in read.iter().enumerate() {
                    (0..spec.outputs).for_each(|output| values.set(index, output, value(*row, *time, output) as f32));
                }
                Targets::Values(values)
            }
        };
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
