//! What a recurrent network answers to sequences, of whatever number, beside its training.

use super::recurrent::RecurrentTrainer;
use crate::data::sequences::{SequenceSet, for_each_asked, load_inputs, load_targets, room_for_targets};
use crate::kernel::{Panels, Real};
use crate::nn::Targets;
use crate::nn::recurrent::{InputKind, Stepper};

/// Answers to some sequences, a row for each that was asked for: of the last time step, or of each that has a target.
#[derive(Clone, Debug)]
pub struct SequenceAnswers<T> {
    /// o.
    pub output: Panels<T>,
    /// What would have been right.
    pub targets: Targets<T>,
    /// The sequence of each row, as a place in those that were given, and its time step from 0.
    pub asked: Vec<(usize, usize)>,
}

impl<T: Real> RecurrentTrainer<T> {
    /// The answers of the present parameters to some sequences of a set, in the order of time. It allocates, and needs about as
    /// long as the forward pass on as many.
    pub fn answers(&self, set: &SequenceSet, sequences: &[usize]) -> SequenceAnswers<T> {
        let network = self.network();
        let spec = network.spec;
        let mut asked = Vec::new();
        for_each_asked(set, spec.reading, sequences, |time, row| asked.push((row, time)));
        let mut targets = room_for_targets(self.loss(), asked.len(), spec.outputs);
        load_targets(&mut targets, set, asked.iter().map(|(row, time)| (sequences[*row], *time)));
        let mut output = Panels::zeros(asked.len(), spec.outputs);
        // Of sentences of different length the last answers are not asked for in the order of time.
        let mut in_order: Vec<usize> = (0..asked.len()).collect();
        in_order.sort_by_key(|index| asked[*index].1);
        let mut next = in_order.into_iter().peekable();
        let mut stepper = Stepper::new(network, InputKind::of(&spec, set), sequences.len());
        for time in 0..set.times {
            let present = stepper.step(network, |symbols, numbers, first| {
                load_inputs(symbols, numbers, first, set, sequences, time..time + 1);
            });
            while let Some(index) = next.next_if(|index| asked[*index].1 == time) {
                for panel in 0..output.panels() {
                    output.panel_mut(panel)[index] = present.panel(panel)[asked[index].0];
                }
            }
        }
        SequenceAnswers { output, targets, asked }
    }
}
