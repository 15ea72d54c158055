//! A batch of sequences in an unrolled network, with its loss.

use crate::data::sequences::{NO_TARGET, SequenceInputs, SequenceSet, SequenceTargets};
use crate::kernel::{Panels, Real};
use crate::nn::recurrent::{Branches, InputKind, Loading, Reading, Recurrent, RecurrentSpec, Unrolled};
use crate::nn::{Loss, Targets};

/// A batch of sequences with their targets, and the network's numbers on it: what a pass of any network of one shape needs
/// besides its parameters.
#[derive(Clone, Debug)]
pub struct SequenceBatch<T> {
    unrolled: Unrolled<T>,
    targets: Targets<T>,
    loss: Loss,
    /// The sequences that were read.
    sequences: Vec<usize>,
}

impl InputKind {
    /// How the inputs of a set are read by a network.
    pub fn of(spec: &RecurrentSpec, set: &SequenceSet) -> Self {
        match set.inputs {
            SequenceInputs::Numbers { .. } => Self::Numbers,
            SequenceInputs::Symbols { has_padding, .. } if spec.embedding.is_some() => Self::Embedded { has_padding },
            SequenceInputs::Symbols { has_padding, .. } => Self::OneHot { has_padding },
        }
    }
}

impl<T: Real> SequenceBatch<T> {
    /// Room for at most `max_batch` sequences of a set.
    pub fn new(spec: RecurrentSpec, set: &SequenceSet, max_batch: usize, loss: Loss) -> Self {
        let reads = if spec.reading == Reading::Each { max_batch * spec.times } else { max_batch };
        let targets = room_for_targets(loss, reads, spec.outputs);
        let unrolled = Unrolled::new(spec, InputKind::of(&spec, set), max_batch, reads);
        Self { unrolled, targets, loss, sequences: Vec::with_capacity(max_batch) }
    }

    /// Reads some sequences of the set.
    ///
    /// # Panics
    /// If there are more than there is room for, or the set is of another kind.
    pub fn load(&mut self, set: &SequenceSet, sequences: &[usize]) {
        let spec = *self.unrolled.spec();
        let batch = sequences.len();
        self.sequences.clear();
        self.sequences.extend_from_slice(sequences);
        let Loading { symbols, numbers, reads } = self.unrolled.load(batch);
        load_inputs(symbols, numbers, 0, set, sequences, 0..spec.times);
        for_each_asked(set, spec.reading, sequences, |time, row| reads.push((time * batch + row) as u32));
        let Self { unrolled, targets, .. } = self;
        load_targets(
            targets,
            set,
            unrolled.reads().iter().map(|row| {
                let row = *row as usize;
                (sequences[row % batch], row / batch)
            }),
        );
    }

    /// Computes all states of a network, o, the loss and ∂L/∂o, and returns the loss.
    ///
    /// # Panics
    /// If the network is not of the shape that there is room for.
    pub fn forward(&mut self, network: &Recurrent<T>) -> f64 {
        self.unrolled.forward(network);
        let (output, grad) = self.unrolled.output_and_grad();
        self.loss.evaluate(output, &self.targets, grad)
    }

    /// Computes the gradients of all states, but none of parameters.
    pub fn backward(&mut self, network: &Recurrent<T>) {
        self.unrolled.backward(network);
    }

    /// Computes the gradients of all parameters from those of the states.
    pub fn weight_gradients(&mut self, network: &mut Recurrent<T>) {
        self.unrolled.weight_gradients(network);
    }

    /// The network's numbers.
    pub fn unrolled(&self) -> &Unrolled<T> {
        &self.unrolled
    }

    /// The sequences that were read, as their places in the set.
    pub fn sequences(&self) -> &[usize] {
        &self.sequences
    }

    /// What is asked of each state that is read.
    pub fn targets(&self) -> &Targets<T> {
        &self.targets
    }

    /// The loss that is taken.
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// The memory that the numbers take.
    pub fn bytes(&self) -> usize {
        let targets = match &self.targets {
            Targets::Values(values) => values.bytes(),
            Targets::Classes(classes) => 4 * classes.capacity(),
        };
        self.unrolled.bytes() + targets
    }
}

impl SequenceBatch<f64> {
    /// The loss of a network that is held on the branches of a pass on the same batch.
    pub(crate) fn loss_on_branches(&mut self, network: &Recurrent<f64>, branches: &Branches) -> f64 {
        self.unrolled.forward_on_branches(network, branches);
        let (output, grad) = self.unrolled.output_and_grad();
        self.loss.evaluate(output, &self.targets, grad)
    }
}

/// Room for the targets of so many states that are read.
pub(crate) fn room_for_targets<T: Real>(loss: Loss, reads: usize, outputs: usize) -> Targets<T> {
    match loss {
        Loss::SoftmaxCrossEntropy => Targets::Classes(Vec::with_capacity(reads)),
        Loss::BceWithLogits | Loss::Mse => Targets::Values(Panels::zeros(reads, outputs)),
    }
}

/// Fills the rows of some time steps of some sequences, in the order of time: all of `symbols`, and those of `numbers` from one
/// on.
pub(crate) fn load_inputs<T: Real>(
    symbols: &mut [u16],
    numbers: &mut Panels<T>,
    first_row: usize,
    set: &SequenceSet,
    sequences: &[usize],
    times: std::ops::Range<usize>,
) {
    let batch = sequences.len();
    match &set.inputs {
        SequenceInputs::Symbols { symbols: all, .. } => {
            for (rows, time) in symbols.chunks_mut(batch).zip(times) {
                let of = |sequence: &usize| all[sequence * set.times + time];
                rows.iter_mut().zip(sequences).for_each(|(symbol, sequence)| *symbol = of(sequence));
            }
        }
        SequenceInputs::Numbers { width, numbers: all } => {
            for (step, time) in times.enumerate() {
                for (row, sequence) in sequences.iter().enumerate() {
                    let first = (sequence * set.times + time) * width;
                    let row = first_row + step * batch + row;
                    let given = all[first..first + width].iter().enumerate();
                    given.for_each(|(col, x)| numbers.set(row, col, T::from_f64(*x)));
                }
            }
        }
    }
}

/// Calls `visit` with the time step and the place in `sequences` of each state that is read, in the order of time.
pub(crate) fn for_each_asked(
    set: &SequenceSet,
    reading: Reading,
    sequences: &[usize],
    mut visit: impl FnMut(usize, usize),
) {
    if reading == Reading::Last {
        let rows = sequences.iter().enumerate();
        rows.for_each(|(row, &sequence)| visit(set.read_at[sequence] as usize, row));
        return;
    }
    for time in 0..set.times {
        for (row, &sequence) in sequences.iter().enumerate() {
            let is_asked = match &set.targets {
                SequenceTargets::EachClasses(classes) => classes[sequence * set.times + time] != NO_TARGET,
                _ => true,
            };
            if is_asked {
                visit(time, row);
            }
        }
    }
}

/// Makes targets those of some sequences at some time steps.
pub(crate) fn load_targets<T: Real>(
    targets: &mut Targets<T>,
    set: &SequenceSet,
    asked: impl ExactSizeIterator<Item = (usize, usize)>,
) {
    let class = |sequence: usize, time: usize| match &set.targets {
        SequenceTargets::Classes(classes) => classes[sequence],
        SequenceTargets::EachClasses(classes) => classes[sequence * set.times + time],
        SequenceTargets::Numbers(_) | SequenceTargets::EachNumbers(_) => unreachable!("numbers are no classes"),
    };
    match targets {
        Targets::Classes(classes) => {
            classes.clear();
            classes.extend(asked.map(|(sequence, time)| class(sequence, time)));
        }
        Targets::Values(values) => {
            values.set_rows(asked.len());
            let outputs = values.cols();
            for (row, (sequence, time)) in asked.enumerate() {
                for col in 0..outputs {
                    let value = match &set.targets {
                        SequenceTargets::Numbers(all) => all[sequence * outputs + col],
                        SequenceTargets::EachNumbers(all) => all[(sequence * set.times + time) * outputs + col],
                        SequenceTargets::Classes(_) | SequenceTargets::EachClasses(_) => {
                            f64::from(class(sequence, time))
                        }
                    };
                    values.set(row, col, T::from_f64(value));
                }
            }
        }
    }
}
