//! How well a recurrent network does.

use super::evaluation::{Answers, Scoring, Tally};
use super::view::Evaluation;
use crate::data::sequences::{SequenceSet, SequenceTargets};
use crate::kernel::Real;
use crate::train::RecurrentTrainer;

/// Sequences that are scored at once: as many as a batch has, but not too few and not too many.
const SCORED_AT_ONCE: (usize, usize) = (8, 64);

impl<T: Real> RecurrentTrainer<T> {
    /// As [`crate::train::Trainer::evaluate`]; an answer to a sequence is one wherever its target asks for one.
    pub fn evaluate(&self) -> Evaluation {
        let mut scoring = Scoring::default();
        loop {
            if let Some(evaluation) = self.evaluate_some(&mut scoring) {
                return evaluation;
            }
        }
    }

    /// As [`crate::train::Trainer::evaluate_some`].
    pub fn evaluate_some(&self, scoring: &mut Scoring) -> Option<Evaluation> {
        let data = self.data();
        if scoring.training.rows < data.training.samples {
            self.score_some(&mut scoring.training, &data.training);
        } else {
            self.score_some(&mut scoring.held_out, &data.held_out);
        }
        let has_classes = has_classes(&data.training);
        (scoring.held_out.rows == data.held_out.samples).then(|| Evaluation {
            step: self.steps(),
            training: scoring.training.score(has_classes),
            held_out: scoring.held_out.score(has_classes),
        })
    }

    /// Counts the answers to the next sequences.
    fn score_some(&self, tally: &mut Tally, set: &SequenceSet) {
        let at_once = self.batch().unrolled().batch().clamp(SCORED_AT_ONCE.0, SCORED_AT_ONCE.1);
        let sequences: Vec<usize> = (tally.rows..set.samples).take(at_once).collect();
        if !sequences.is_empty() {
            let answers = self.answers(set, &sequences);
            let output = Answers { loss: self.loss(), output: answers.output };
            tally.add(sequences.len(), &output, &answers.targets);
        }
    }
}

/// Whether the targets are classes: numbers that are all 0 or 1 are two of them.
pub(super) fn has_classes(set: &SequenceSet) -> bool {
    match &set.targets {
        SequenceTargets::Classes(_) | SequenceTargets::EachClasses(_) => true,
        SequenceTargets::Numbers(numbers) | SequenceTargets::EachNumbers(numbers) => {
            numbers.iter().all(|number| *number == 0.0 || *number == 1.0)
        }
    }
}
