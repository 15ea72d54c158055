//! What a run begins with, as digests by which runs in different workers are compared bit by bit.

use super::recurrent::RecurrentTrainer;
use super::samples::Samples;
use super::trainer::Trainer;
use crate::data::Batches;
use crate::data::sequences::{SequenceInputs, SequenceSet, SequenceTargets};
use crate::kernel::{Panels, Real};
use crate::nn::{Parameter, Targets};
use serde::{Deserialize, Serialize};

/// Batches that are compared: of more, one that were another would have been among these.
const BATCHES: usize = 200;

/// What a run begins with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Beginning {
    /// Its weights and biases in the order of the network from the input to the output.
    pub tensors: Vec<Tensor>,
    /// A digest of the samples with their targets.
    pub data: u64,
    /// A digest of which samples are in each of the first batches.
    pub batches: u64,
}

/// The shape and the bits of some weights, or of a bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tensor {
    /// Rows and columns.
    pub shape: (u32, u32),
    /// A digest of the bits of all entries.
    pub digest: u64,
}

/// In what two runs begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alike {
    /// The tensors at the same place in both networks that have the same shape.
    pub comparable: usize,
    /// How many of these have the same bits.
    pub same: usize,
    /// Whether their samples have.
    pub data: bool,
    /// Whether the same samples are in each batch.
    pub batches: bool,
}

impl Beginning {
    /// In what it is like another one.
    pub fn alike(&self, other: &Self) -> Alike {
        let pairs = || self.tensors.iter().zip(&other.tensors).filter(|(one, other)| one.shape == other.shape);
        Alike {
            comparable: pairs().count(),
            same: pairs().filter(|(one, other)| one.digest == other.digest).count(),
            data: self.data == other.data,
            batches: self.batches == other.batches,
        }
    }
}

impl<T: Real> Trainer<T> {
    /// What the run begins with, if it has not made a step.
    pub fn beginning(&self) -> Beginning {
        // Scale and shift of a normalization are not drawn.
        let tensors = self.mlp.layers.iter().flat_map(|layer| {
            let linear = &layer.linear;
            std::iter::once(&linear.weight).chain(linear.bias.as_ref()).map(tensor_of)
        });
        let Samples { x, targets } = &self.data.training;
        let mut digest = Digest::default();
        digest.add_all(bits(x));
        match targets {
            Targets::Values(values) => digest.add_all(bits(values)),
            Targets::Classes(classes) => digest.add_all(classes.iter().map(|class| u64::from(*class))),
        }
        Beginning { tensors: tensors.collect(), data: digest.0, batches: of_batches(&self.batches) }
    }
}

impl<T: Real> RecurrentTrainer<T> {
    /// See [`Trainer::beginning`].
    pub fn beginning(&self) -> Beginning {
        let SequenceSet { inputs, targets, spans, read_at, .. } = &self.data().training;
        let mut digest = Digest::default();
        match inputs {
            SequenceInputs::Symbols { symbols, .. } => digest.add_all(symbols.iter().map(|symbol| u64::from(*symbol))),
            SequenceInputs::Numbers { numbers, .. } => digest.add_all(numbers.iter().map(|x| x.to_bits())),
        }
        match targets {
            SequenceTargets::Classes(classes) | SequenceTargets::EachClasses(classes) => {
                digest.add_all(classes.iter().map(|class| u64::from(*class)));
            }
            SequenceTargets::Numbers(numbers) | SequenceTargets::EachNumbers(numbers) => {
                digest.add_all(numbers.iter().map(|x| x.to_bits()));
            }
        }
        digest.add_all(spans.iter().map(|(first, end)| u64::from(*first) << 32 | u64::from(*end)));
        digest.add_all(read_at.iter().map(|step| u64::from(*step)));
        let tensors = self.network().parameters().map(tensor_of).collect();
        Beginning { tensors, data: digest.0, batches: of_batches(&self.batches) }
    }
}

fn tensor_of<T: Real>(parameter: &Parameter<T>) -> Tensor {
    let value = &parameter.value;
    let mut digest = Digest::default();
    digest.add_all(bits(value));
    Tensor { shape: (value.rows() as u32, value.cols() as u32), digest: digest.0 }
}

/// f64 holds every f32, so different bits stay different.
fn bits<T: Real>(values: &Panels<T>) -> impl Iterator<Item = u64> {
    values.entries().map(f64::to_bits)
}

fn of_batches(batches: &Batches) -> u64 {
    let (mut batches, mut digest) = (batches.clone(), Digest::default());
    for _ in 0..BATCHES {
        let batch = batches.current();
        digest.add_all(batch.iter().map(|sample| *sample as u64));
        digest.add_all([u64::MAX]);
        batches.advance();
    }
    digest.0
}

/// FNV-1a over words of 64 bits, each turned so that all bits of a word reach all of the digest.
struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    fn add_all(&mut self, words: impl IntoIterator<Item = u64>) {
        for word in words {
            self.0 = ((self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3)).rotate_left(29);
        }
    }
}

#[cfg(test)]
#[path = "beginning_tests.rs"]
mod tests;
