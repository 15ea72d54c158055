//! The samples of a run's first step.

use super::NoPrediction;
use crate::data::Batches;
use crate::data::sequences::Corpus;
use crate::experiment::Experiment;
use ndarray::{Array2, Axis};

/// The first batch of a run, on which the gradients before the first step are measured.
#[derive(Clone, Debug)]
pub struct FirstBatch {
    /// Inputs, (batch, inputs).
    pub x: Array2<f64>,
    /// Targets, (batch, outputs).
    pub y: Array2<f64>,
}

impl FirstBatch {
    /// The first batch of an experiment, on the texts of a corpus.
    ///
    /// # Errors
    /// Where its text is not there.
    pub fn new(experiment: &Experiment, corpus: &Corpus) -> Result<Self, NoPrediction> {
        let (data, _) = experiment.datasets(0, corpus).map_err(|_| NoPrediction::NoText)?;
        let mut batches = Batches::new(data.x.nrows(), experiment.batch_size() as usize, experiment.seed);
        let rows = batches.current();
        Ok(Self { x: data.x.select(Axis(0), rows), y: data.y.select(Axis(0), rows) })
    }
}
