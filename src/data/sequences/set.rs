//! Sequences with their targets.

use super::task::{Decisive, Language, Padding, Task};

/// What defines the sequences of a run, besides the texts of a [`Corpus`](super::Corpus).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SequenceSpec {
    /// The task; not [`Task::Points`].
    pub task: Task,
    /// Time steps T.
    pub times: usize,
    /// Sequences to learn from; of sentences all there are.
    pub samples: usize,
    /// Of sentences.
    pub language: Language,
    /// Of sentences.
    pub decisive: Decisive,
    /// Of sentences.
    pub padding: Padding,
    /// Of all that is drawn.
    pub seed: u32,
}

/// Sequences of one length with their targets, in random order; for each time step of each a symbol or numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct SequenceSet {
    /// How many there are.
    pub samples: usize,
    /// Time steps T of each.
    pub times: usize,
    /// What is read.
    pub inputs: SequenceInputs,
    /// What is to be answered.
    pub targets: SequenceTargets,
    /// For each sequence its first step that is no padding, and the step after its last, from 0: `0..times` where there is
    /// none.
    pub spans: Vec<(u32, u32)>,
    /// For each sequence the step, from 0, at whose state the answer is read where it is read once: T − 1, or of masked
    /// padding the sequence's own last step.
    pub read_at: Vec<u32>,
}

impl SequenceSet {
    /// Sequences without padding.
    pub(super) fn whole(samples: usize, times: usize, inputs: SequenceInputs, targets: SequenceTargets) -> Self {
        let (spans, read_at) = (vec![(0, times as u32); samples], vec![times as u32 - 1; samples]);
        Self { samples, times, inputs, targets, spans, read_at }
    }
}

/// What is read, time step after time step of one sequence, and then of the next.
#[derive(Clone, Debug, PartialEq)]
pub enum SequenceInputs {
    /// A symbol a step, below `vocabulary`; read one-hot, or as the vector that stands for it. Padding is a symbol too, the
    /// first, read as zeros.
    Symbols {
        /// How many different ones there are.
        vocabulary: usize,
        /// samples × times of them.
        symbols: Vec<u16>,
        /// Whether symbol 0 is padding.
        has_padding: bool,
    },
    /// `width` numbers a step.
    Numbers {
        /// How many.
        width: usize,
        /// samples × times × width.
        numbers: Vec<f64>,
    },
}

/// What is to be answered.
#[derive(Clone, Debug, PartialEq)]
pub enum SequenceTargets {
    /// A class for each sequence, of more than two.
    Classes(Vec<u32>),
    /// Numbers for each sequence, one for each output; of two classes 0 or 1, as the losses of a single output take them.
    Numbers(Vec<f64>),
    /// A class for each time step of each sequence; [`NO_TARGET`] where nothing is asked.
    EachClasses(Vec<u32>),
    /// Numbers for each time step of each sequence, one for each output.
    EachNumbers(Vec<f64>),
}

impl SequenceSet {
    /// Some of the sequences alone, in this order.
    pub(crate) fn only(&self, sequences: &[usize]) -> Self {
        fn pick<N: Clone>(all: &[N], each: usize, sequences: &[usize]) -> Vec<N> {
            sequences.iter().flat_map(|sequence| &all[sequence * each..(sequence + 1) * each]).cloned().collect()
        }
        let each = |numbers: &Vec<f64>| numbers.len() / self.samples.max(1);
        Self {
            samples: sequences.len(),
            times: self.times,
            inputs: match &self.inputs {
                SequenceInputs::Symbols { vocabulary, symbols, has_padding } => SequenceInputs::Symbols {
                    vocabulary: *vocabulary,
                    symbols: pick(symbols, self.times, sequences),
                    has_padding: *has_padding,
                },
                SequenceInputs::Numbers { width, numbers } => {
                    let numbers = pick(numbers, self.times * width, sequences);
                    SequenceInputs::Numbers { width: *width, numbers }
                }
            },
            targets: match &self.targets {
                SequenceTargets::Classes(classes) => SequenceTargets::Classes(pick(classes, 1, sequences)),
                SequenceTargets::Numbers(numbers) => SequenceTargets::Numbers(pick(numbers, each(numbers), sequences)),
                SequenceTargets::EachClasses(classes) => {
                    SequenceTargets::EachClasses(pick(classes, self.times, sequences))
                }
                SequenceTargets::EachNumbers(numbers) => {
                    SequenceTargets::EachNumbers(pick(numbers, each(numbers), sequences))
                }
            },
            spans: pick(&self.spans, 1, sequences),
            read_at: pick(&self.read_at, 1, sequences),
        }
    }
}

/// The target of a time step at which nothing is asked.
pub const NO_TARGET: u32 = u32::MAX;

/// What a run learns from, and what it never sees.
#[derive(Clone, Debug, PartialEq)]
pub struct SequenceData {
    /// The sequences to learn from.
    pub training: SequenceSet,
    /// Others of the same kind.
    pub held_out: SequenceSet,
    /// What each symbol is called, where they are of a text or a sentence; empty elsewhere.
    pub names: Vec<String>,
    /// Where sentences are filled up, which not every set of them shows; `None` of all that are not sentences.
    pub padding: Option<Padding>,
}

impl SequenceData {
    /// How many symbols there are; 0 where what is read are numbers.
    pub fn vocabulary(&self) -> usize {
        match self.training.inputs {
            SequenceInputs::Symbols { vocabulary, .. } => vocabulary,
            SequenceInputs::Numbers { .. } => 0,
        }
    }
}
