//! What a network makes of sequences: plain data, as in [`super::view`].

use super::recurrent_view::Input;
use serde::{Deserialize, Serialize};

/// What of the answers to sequences is to be looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SequencesWatch {
    /// Of the random numbers by which text is sampled, with the step.
    pub seed: u32,
    /// A sentence of the reader's own, for *sentiment*; empty where there is none.
    pub sentence: String,
}

/// What a network makes of sequences that it never saw, with its parameters after the step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LearnedSequences {
    /// What would be right without reading anything.
    pub chance: Chance,
    /// Some of the held-out sequences with its answers; of sentences those are in `sentences`.
    pub shown: Vec<ShownSequence>,
    /// For *sentiment*.
    pub sentences: Option<Sentences>,
    /// For *next character*.
    pub text: Option<SampledText>,
}

/// What always the same answer comes to on the held-out samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chance {
    /// The answers that are asked of them together.
    pub answers: usize,
    /// The share that is right if always the most frequent class is named; `None` for regression.
    pub accuracy: Option<f64>,
    /// The mean squared error if always their mean is answered, for regression; else 0.
    pub loss: f64,
}

/// One sequence with the network's answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownSequence {
    /// What is read at each time step.
    pub inputs: Vec<Input>,
    /// The answers, wherever one is asked for, in the order of time.
    pub answers: Vec<ShownAnswer>,
}

/// What a network answered at a time step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownAnswer {
    /// When, from 0.
    pub time: usize,
    /// The class, or the number.
    pub target: f64,
    /// The class that the network names, or its number; NaN where its output is not finite.
    pub predicted: f64,
    /// Whether classes are symbols such as those that are read.
    pub is_symbol: bool,
    /// For classes the probability of the one that it names.
    pub probability: Option<f64>,
    /// What both classes are called, where they are symbols of a text: the target and the one that is named.
    pub names: Option<(String, String)>,
}

/// The network's answers to sentences that it never saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sentences {
    /// How many there are.
    pub count: usize,
    /// How many of them it gets wrong.
    pub wrong: usize,
    /// Those of which it is surest, of the wrong ones.
    pub worst: Vec<Sentence>,
    /// Some that it gets right.
    pub right: Vec<Sentence>,
    /// The reader's own.
    pub own: Option<OwnSentence>,
}

/// A sentence with the network's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sentence {
    /// Its words.
    pub words: Vec<String>,
    /// Whether it praises.
    pub praises: bool,
    /// The probability that it praises, as the network says.
    pub probability: f64,
}

/// A sentence of the reader's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnSentence {
    /// The sentence as it was asked about.
    pub asked: String,
    /// Its words, and whether each is in the vocabulary.
    pub words: Vec<(String, bool)>,
    /// How many words at its end were not read, because the sequences have room for fewer.
    pub left_out: usize,
    /// The probability that it praises, as the network says; `None` where it knows none of the words.
    pub probability: Option<f64>,
}

/// A text that the network wrote: each character drawn by the probabilities that it gives after all before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampledText {
    /// What it was given to begin with, from the text that it never saw.
    pub prompt: String,
    /// What it wrote.
    pub written: String,
}

/// The probabilities p of text that is sampled are `p^(1/τ)`, divided by their sum, with this temperature τ: likely characters
/// are a little likelier.
pub const TEMPERATURE: f64 = 0.8;
