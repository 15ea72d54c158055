//! A batch of sequences in an unrolled network, with its loss.

use crate::data::sequences::{SequenceSet, for_each_asked, load_inputs, load_targets, room_for_targets};
use crate::kernel::Real;
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
