//! The samples that a run learns from, and those that it never sees.

use crate::data::sequences::{Corpus, SequenceData};
use crate::data::{Dataset, MOST_HELD_OUT, classes_of};
use crate::experiment::{Experiment, Rejection};
use crate::kernel::{Panels, Real};
use crate::nn::{Loss, Targets};
use ndarray::Array2;

/// Samples with their targets.
#[derive(Clone, Debug)]
pub struct Samples<T> {
    /// Inputs, (samples, inputs).
    pub(crate) x: Panels<T>,
    pub(crate) targets: Targets<T>,
}

impl<T: Real> Samples<T> {
    /// Samples with a row of numbers each as their targets.
    pub fn with_values(x: &Array2<f64>, y: &Array2<f64>) -> Self {
        Self { x: Panels::from_array(x), targets: Targets::Values(Panels::from_array(y)) }
    }

    /// Samples with a class each, from 0.
    pub fn with_classes(x: &Array2<f64>, classes: Vec<u32>) -> Self {
        Self { x: Panels::from_array(x), targets: Targets::Classes(classes) }
    }

    /// The samples of a data set with the targets that a loss takes.
    fn of(data: &Dataset, loss: Loss) -> Self {
        match loss {
            Loss::SoftmaxCrossEntropy => Self::with_classes(&data.x, classes_of(&data.y)),
            Loss::BceWithLogits | Loss::Mse => Self::with_values(&data.x, &data.y),
        }
    }

    /// Room for the targets of at most so many samples.
    pub(crate) fn targets_of_batch(&self, max_batch: usize) -> Targets<T> {
        match &self.targets {
            Targets::Values(values) => Targets::Values(Panels::zeros(max_batch, values.cols())),
            Targets::Classes(_) => Targets::Classes(Vec::with_capacity(max_batch)),
        }
    }

    /// Makes `targets`, of [`Samples::targets_of_batch`], those of some samples.
    pub(crate) fn load_targets(&self, targets: &mut Targets<T>, samples: &[usize]) {
        match (targets, &self.targets) {
            (Targets::Values(values), Targets::Values(all)) => {
                values.set_rows(samples.len());
                load(values, all, samples);
            }
            (Targets::Classes(classes), Targets::Classes(all)) => {
                classes.clear();
                classes.extend(samples.iter().map(|&sample| all[sample]));
            }
            _ => unreachable!("targets are of the kind that targets_of_batch made"),
        }
    }
}

/// Fills the rows of a batch from those of all samples.
pub(crate) fn load<T: Real>(batch: &mut Panels<T>, all: &Panels<T>, samples: &[usize]) {
    for panel in 0..batch.panels() {
        let all = all.panel(panel);
        for (lane, &sample) in batch.panel_mut(panel).iter_mut().zip(samples) {
            *lane = all[sample];
        }
    }
}

/// All data of a run. It never changes, so all copies of a trainer share it.
#[derive(Clone, Debug)]
pub(crate) struct Data<T> {
    pub training: Samples<T>,
    /// Samples that the run never learns from; none where the run is not of an experiment.
    pub held_out: Samples<T>,
    /// How many classes there are; `None` for regression, and where it is not known.
    pub classes: Option<usize>,
    /// The sentences that the samples are the bags of, in the same order; `None` where they are of something else.
    pub sentences: Option<Box<SequenceData>>,
}

impl<T: Real> Data<T> {
    /// The data of an experiment, on the texts of a corpus.
    ///
    /// # Errors
    /// The task, where the corpus does not have its text.
    pub fn of(experiment: &Experiment, corpus: &Corpus) -> Result<Self, Rejection> {
        let (training, held_out) =
            experiment.datasets(MOST_HELD_OUT, corpus).map_err(|_| experiment.rejected_task())?;
        let Experiment { task, dataset, loss, .. } = *experiment;
        let classes = task.classes(dataset, 0);
        let sentences = task.has_embedding().then(|| corpus.sentiment(&experiment.sequence_spec()).ok()).flatten();
        Ok(Self {
            training: Samples::of(&training, loss),
            held_out: Samples::of(&held_out, loss),
            classes,
            sentences: sentences.map(Box::new),
        })
    }

    /// The data of a run that is given nothing but its samples.
    pub fn without_held_out(training: Samples<T>) -> Self {
        let targets = training.targets_of_batch(0);
        let held_out = Samples { x: Panels::zeros(0, training.x.cols()), targets };
        Self { training, held_out, classes: None, sentences: None }
    }
}
