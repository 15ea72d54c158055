//! How much memory a recurrent run will take, before it is made.

use super::recurrent::RecurrentTrainer;
use crate::data::sequences::{Corpus, Task};
use crate::experiment::Experiment;
use crate::kernel::{LANES, Real};
use crate::nn::Loss;
use crate::nn::recurrent::{Reading, RecurrentSpec, TimeStep};

/// Symbols of the text that is shipped, about, which is not read for this.
const SYMBOLS_OF_A_TEXT: usize = 64;

impl<T: Real> RecurrentTrainer<T> {
    /// The memory in bytes that the run of an experiment on the texts of a corpus will take, about: what
    /// [`RecurrentTrainer::bytes`] says of it once it is made. `usize::MAX` where that is more than there can be; 0 of a
    /// multilayer perceptron.
    pub fn bytes_of(experiment: &Experiment, corpus: &Corpus) -> usize {
        let vocabulary = match (experiment.task, &corpus.own_text) {
            (Task::Sentiment, _) => experiment.language.vocabulary(),
            (Task::NextCharacter, Some(text)) => {
                let mut symbols: Vec<char> = text.chars().collect();
                symbols.sort_unstable();
                symbols.dedup();
                symbols.len()
            }
            _ => SYMBOLS_OF_A_TEXT,
        };
        let Some(spec) = experiment.recurrent_spec(vocabulary) else { return 0 };
        let batch = u64::from(experiment.batch_size());
        let slots = experiment.optimizer.slots(experiment.amsgrad) as u64;
        // Values and gradients, the values after the step, and what the optimizer keeps.
        let numbers = numbers_of_pass(&spec, batch, experiment) + (3 + slots) * parameters(&spec);
        let times = (spec.stack * spec.times * size_of::<TimeStep>()) as u64;
        usize::try_from(numbers * size_of::<T>() as u64 + times).unwrap_or(usize::MAX)
    }
}

/// So many units as whole panels have. In 64 bits, because the products of such sizes leave 32.
fn padded(units: usize) -> u64 {
    units.next_multiple_of(LANES) as u64
}

/// Entries of all parameters.
fn parameters(spec: &RecurrentSpec) -> u64 {
    let columns = spec.cell.blocks() as u64 * padded(spec.hidden);
    // Both matrices have a row more for their biases.
    let rows = |level: usize| (if level == 0 { spec.inputs } else { spec.hidden } + spec.hidden + 2) as u64;
    let table = spec.embedding.map_or(0, |symbols| symbols as u64 * padded(spec.inputs));
    table
        + (0..spec.stack).map(|level| rows(level) * columns).sum::<u64>()
        + (spec.hidden as u64 + 1) * padded(spec.outputs)
}

/// Numbers of the passes forward and back.
fn numbers_of_pass(spec: &RecurrentSpec, batch: u64, experiment: &Experiment) -> u64 {
    let rows = batch * spec.times as u64;
    let hidden = padded(spec.hidden);
    let cell = spec.cell;
    // Pre-activations and gates; h and ∂L/∂h; of an LSTM c, tanh(c) and ∂L/∂c.
    let panels = cell.work_blocks() + cell.gates().len() + 2 + if cell.has_cell_state() { 3 } else { 0 };
    let inputs = match experiment.task {
        Task::Adding | Task::Parity => padded(spec.inputs),
        // The vectors of the words, and their gradients.
        Task::Sentiment => 2 * padded(spec.inputs),
        Task::Points | Task::FirstSymbol | Task::Copy | Task::NextCharacter => 1,
    };
    let reads = if spec.reading == Reading::Each { rows } else { batch };
    let targets = if experiment.loss == Loss::SoftmaxCrossEntropy { 1 } else { padded(spec.outputs) };
    let columns = (cell.blocks() as u64 * hidden).max(padded(spec.outputs));
    rows * ((panels * spec.stack) as u64 * hidden + inputs)
        + reads * (2 * hidden + 2 * padded(spec.outputs) + targets + 1)
        + batch * (hidden + 2 * LANES as u64)
        + columns * padded(spec.hidden.max(spec.inputs))
}
