//! The tasks: what each asks, and what a network needs for it.

use crate::choice::choice;
use crate::data::DatasetKind;
use crate::nn::Loss;
use crate::nn::recurrent::Reading;

choice! {
    /// What is learned.
    pub enum Task {
        /// Points in the plane, and their like: the data sets of the multilayer perceptron.
        Points => "points",
        /// Say at the end which symbol came first; noise follows it.
        FirstSymbol => "first-symbol",
        /// Say at each time step which symbol was read some steps ago.
        Copy => "copy",
        /// The sum of the two numbers that are marked (Hochreiter, Schmidhuber 1997).
        Adding => "adding",
        /// Whether the number of ones is odd.
        Parity => "parity",
        /// Whether a sentence praises or blames.
        Sentiment => "sentiment",
        /// Which character comes next.
        NextCharacter => "next-character",
    }
}

choice! {
    /// A language of sentences.
    pub enum Language {
        /// English.
        English => "english",
        /// Chinese.
        Chinese => "chinese",
    }
}

impl Language {
    /// How many symbols its sentences have: padding, the one for unknown words, and all their words.
    pub fn vocabulary(self) -> usize {
        match self {
            Self::English => 917,
            Self::Chinese => 1035,
        }
    }

    /// The median of the words of its sentences.
    pub fn usual_words(self) -> usize {
        match self {
            Self::English => 16,
            Self::Chinese => 15,
        }
    }
}

choice! {
    /// Where the decisive word of a sentence stands.
    pub enum Decisive {
        /// In its first third.
        Early => "early",
        /// In its last third.
        Late => "late",
    }
}

choice! {
    /// What is done with sentences that are shorter than T.
    pub enum Padding {
        /// They are filled up before the first word: the last word is the last time step.
        Before => "before",
        /// They are filled up after the last word, and the state at the last word is read.
        Masked => "masked",
        /// They are filled up after the last word, and the state at the end is read: a mistake, and a lesson.
        After => "after",
    }
}

/// Symbols of *first symbol* and of *copy*.
pub(crate) const SYMBOLS: usize = 8;

/// Words of the longest sentence.
pub(crate) const LONGEST_SENTENCE: usize = 20;

/// Sentences of each language to learn from; a quarter as many are held out.
const SENTENCES: u32 = 512;

impl Task {
    /// Whether its inputs are symbols for which a table of trained vectors stands; others are read as they are, or one-hot.
    pub fn has_embedding(self) -> bool {
        self == Self::Sentiment
    }

    /// Numbers of an input at one time step, where there is no embedding; `vocabulary` are the symbols of a text.
    pub fn inputs(self, vocabulary: usize) -> usize {
        match self {
            Self::FirstSymbol | Self::Copy => SYMBOLS,
            Self::Adding => 2,
            Self::Parity => 1,
            Self::Points | Self::Sentiment | Self::NextCharacter => vocabulary,
        }
    }

    /// Numbers of an output.
    pub fn outputs(self, vocabulary: usize) -> usize {
        match self {
            Self::FirstSymbol | Self::Copy => SYMBOLS,
            Self::Points | Self::Adding | Self::Parity | Self::Sentiment => 1,
            Self::NextCharacter => vocabulary,
        }
    }

    /// When the output is taken.
    pub fn reading(self) -> Reading {
        match self {
            Self::Copy | Self::NextCharacter => Reading::Each,
            _ => Reading::Last,
        }
    }

    /// Whether how many samples there are is a choice.
    pub fn has_samples(self) -> bool {
        self.fixed_samples().is_none()
    }

    /// How many samples there are where it is no choice: all sentences.
    pub fn fixed_samples(self) -> Option<u32> {
        (self == Self::Sentiment).then_some(SENTENCES)
    }

    /// Time steps, unless others are chosen.
    pub fn default_length(self) -> u32 {
        match self {
            Self::Points | Self::FirstSymbol => 30,
            Self::Copy | Self::Parity => 20,
            Self::Adding | Self::NextCharacter => 40,
            Self::Sentiment => LONGEST_SENTENCE as u32,
        }
    }

    /// Samples, unless another number is chosen.
    pub fn default_samples(self) -> u32 {
        if self == Self::Points { 256 } else { 2048 }
    }

    /// The loss that a run takes unless another is chosen; of points that of their data set.
    pub fn default_loss(self, dataset: DatasetKind) -> Loss {
        match self {
            Self::Points => dataset.default_loss(),
            Self::Adding => Loss::Mse,
            Self::Parity | Self::Sentiment => Loss::BceWithLogits,
            Self::FirstSymbol | Self::Copy | Self::NextCharacter => Loss::SoftmaxCrossEntropy,
        }
    }

    /// The names of the losses that make sense.
    pub fn loss_names(self, dataset: DatasetKind) -> &'static [&'static str] {
        match self {
            Self::Points => dataset.loss_names(),
            Self::Adding => &["mse"],
            Self::Parity | Self::Sentiment => &["bce", "mse"],
            Self::FirstSymbol | Self::Copy | Self::NextCharacter => &["softmax"],
        }
    }

    /// How many classes there are, `None` for regression; `vocabulary` are the symbols of a text.
    pub fn classes(self, dataset: DatasetKind, vocabulary: usize) -> Option<usize> {
        match self {
            Self::Points => dataset.classes(),
            Self::Adding => None,
            Self::Parity | Self::Sentiment => Some(2),
            Self::FirstSymbol | Self::Copy => Some(SYMBOLS),
            Self::NextCharacter => Some(vocabulary),
        }
    }
}
