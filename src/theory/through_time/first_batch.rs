//! The sequences of a run's first step.

use super::pairs::Pairs;
use crate::data::Batches;
use crate::data::sequences::{Corpus, SequenceData, SequenceInputs, SequenceSet};
use crate::experiment::Experiment;
use crate::theory::NoPrediction;

/// The first batch of a run, on which the gradients before the first step are measured.
#[derive(Clone, Debug)]
pub(super) struct FirstBatch {
    /// All sequences that the run learns from.
    pub set: SequenceSet,
    /// Which of them are in the batch.
    pub rows: Vec<usize>,
    /// How many symbols there are; 0 where what is read are numbers.
    pub vocabulary: usize,
}

impl FirstBatch {
    /// The first batch of a recurrent experiment, on the texts of a corpus.
    ///
    /// # Errors
    /// Where the text is not there, or does not do.
    pub(super) fn new(experiment: &Experiment, corpus: &Corpus) -> Result<Self, NoPrediction> {
        let data = SequenceData::generate(&experiment.sequence_spec(), corpus).map_err(|_| NoPrediction::NoText)?;
        let vocabulary = data.vocabulary();
        let set = data.training;
        let mut batches = Batches::new(set.samples, experiment.batch_size() as usize, experiment.seed);
        let rows = batches.current().to_vec();
        Ok(Self { set, rows, vocabulary })
    }

    /// `x_t · x_t′` of two time steps, from 1, the mean over the batch; for vectors that stand for symbols, over their draws
    /// N(0, 1) of `embedding` numbers each too.
    pub(super) fn products(&self, embedding: Option<f64>) -> Pairs {
        /// More sequences than this tell hardly more.
        const MOST: usize = 64;
        let times = self.set.times;
        let rows = &self.rows[..self.rows.len().min(MOST)];
        let mut products = Pairs::new(times);
        for (one, other) in (1..=times).flat_map(|one| (one..=times).map(move |other| (one, other))) {
            let product = |row: &usize| match &self.set.inputs {
                SequenceInputs::Symbols { symbols, has_padding, .. } => {
                    let [one, other] = [one, other].map(|time| symbols[row * times + time - 1]);
                    let is_read = !(*has_padding && one == 0);
                    if one == other && is_read { embedding.unwrap_or(1.0) } else { 0.0 }
                }
                SequenceInputs::Numbers { width, numbers } => {
                    let [one, other] = [one, other].map(|time| {
                        let first = (row * times + time - 1) * width;
                        &numbers[first..first + width]
                    });
                    one.iter().zip(other).map(|(one, other)| one * other).sum()
                }
            };
            products.set(one, other, rows.iter().map(product).sum::<f64>() / rows.len().max(1) as f64);
        }
        products
    }
}
