//! The samples of a run's first step.

use crate::data::{Batches, Dataset};
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
    /// The first batch of an experiment.
    pub fn new(experiment: &Experiment) -> Self {
        let Experiment { dataset, noise, seed, .. } = *experiment;
        let samples = experiment.samples as usize;
        let data = Dataset::generate(dataset, samples, noise, seed);
        let mut batches = Batches::new(samples, experiment.batch_size() as usize, seed);
        let rows = batches.current();
        Self { x: data.x.select(Axis(0), rows), y: data.y.select(Axis(0), rows) }
    }
}
