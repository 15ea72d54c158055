//! In what two runs are equal before their first step.

use super::{Experiment, Key};

/// What of two runs has the same bits before their first step. A seed has a stream of random numbers for each purpose, so
/// that what does not take part in a purpose changes nothing of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SameStart {
    /// Their seeds.
    pub seed: bool,
    /// All weights and biases.
    pub weights: bool,
    /// What they learn from.
    pub data: bool,
    /// Which samples are in each step's batch.
    pub batches: bool,
}

/// What decides the shapes of the weights and the numbers in them, as far as it matters to the kind of network.
const OF_WEIGHTS: [Key; 12] = [
    Key::Model,
    Key::Depth,
    Key::Width,
    Key::Hidden,
    Key::Init,
    Key::Gain,
    Key::BiasStd,
    Key::RecInit,
    Key::Rho,
    Key::ForgetBias,
    Key::Stack,
    Key::Embedding,
];

/// What decides what there is to be learned, and so the first and the last shape.
const OF_TASK: [Key; 3] = [Key::Task, Key::Dataset, Key::Language];

/// What besides decides the samples.
const OF_DATA: [Key; 6] = [Key::Samples, Key::Noise, Key::Length, Key::Decisive, Key::Padding, Key::Loss];

impl SameStart {
    /// Of two experiments.
    pub fn of(one: &Experiment, other: &Experiment) -> Self {
        let is_alike = |keys: &[Key]| {
            let relevant = keys.iter().filter(|key| one.is_relevant(**key) || other.is_relevant(**key));
            relevant.copied().all(|key| one.get(key) == other.get(key))
        };
        let seed = one.seed == other.seed;
        // Numbers are drawn in f64, and rounded to the format of the run.
        let format = one.precision == other.precision;
        let task = is_alike(&OF_TASK) && one.model.is_recurrent() == other.model.is_recurrent();
        let is_as_large = one.sample_count() == other.sample_count() && one.batch_size() == other.batch_size();
        Self {
            seed,
            weights: seed && format && task && is_alike(&OF_WEIGHTS),
            data: seed && format && task && is_alike(&OF_DATA),
            batches: seed && is_as_large,
        }
    }

    /// What is so here and there.
    pub fn and(self, other: Self) -> Self {
        Self {
            seed: self.seed && other.seed,
            weights: self.weights && other.weights,
            data: self.data && other.data,
            batches: self.batches && other.batches,
        }
    }
}

#[cfg(test)]
#[path = "same_start_tests.rs"]
mod tests;
