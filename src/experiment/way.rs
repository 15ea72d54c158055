//! The places between which the gradient's way back can be judged.

use super::Experiment;
use crate::data::sequences::{Padding, Task};
use crate::nn::recurrent::{Cell, Reading};
use std::ops::Range;

/// The way of the gradient through a network, as far as what is measured at its places can be compared.
///
/// | network | the way |
/// | --- | --- |
/// | multilayer perceptron | its hidden layers |
/// | recurrent, the loss at the end | the time steps to T from the first that is not cut off by truncation |
/// | padding before the text | those to T from the first at which half of all sentences have begun |
/// | *copy* | those to the first at which something is asked, before which no step has a loss of its own; where truncation cuts them, as below |
/// | a loss at every step | the last window |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Its places, from 0; the gradient comes from the last.
    pub places: Range<usize>,
    /// Where on it gradient comes in.
    pub entry: Entry,
    /// How many of its factors, those next to the loss, are of the readout, and of no average: 2 of an LSTM whose samples
    /// all begin at the last place. What is read is h, what is carried is the cell state c: from ∂L/∂h_T, which the readout
    /// gives, the gradient goes into c, and at both steps before it ∂L/∂h has what the gates of the step after it give back.
    /// The output gate of step T alone has the readout's own.
    pub readout: usize,
}

/// At which places of a way the loss is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// At its last place, or beyond it.
    Last,
    /// For each sample at a place of its own: sentences that are read at their own last word.
    Ends,
    /// At each place, which so has a gradient of its own beside what comes from later ones: where nothing arrives the
    /// norms stay level, and do not fall.
    Each,
}

/// See [`Way::readout`].
const INTO_CELL: usize = 2;

impl Experiment {
    /// The way of its gradient.
    pub fn way(&self) -> Way {
        let Some(spec) = self.recurrent_spec(0) else {
            // The layer before them is a table of vectors, of which each sample reads its words' alone.
            let first = usize::from(self.has_embedding_layer());
            return Way { places: first..first + self.depth as usize, entry: Entry::Last, readout: 0 };
        };
        let padding = (self.task == Task::Sentiment).then_some(self.padding);
        let asked = first_asked(spec.times);
        // From the step after a cut, counted from 1, which is that cut's own number counted from 0.
        let cut_before = |end: usize| (1..end).rev().find(|time| spec.is_cut_after(*time)).unwrap_or(0);
        let (end, entry) = match (spec.reading, padding) {
            (Reading::Each, _) if self.task == Task::Copy && cut_before(asked) == 0 => (asked, Entry::Last),
            (Reading::Each, _) => (spec.times, Entry::Each),
            (Reading::Last, Some(Padding::Masked)) => (spec.times, Entry::Ends),
            (Reading::Last, _) => (spec.times, Entry::Last),
        };
        let text = match padding {
            Some(Padding::Before) => spec.times.saturating_sub(self.language.usual_words()),
            _ => 0,
        };
        let readout = if spec.cell == Cell::Lstm && entry == Entry::Last { INTO_CELL } else { 0 };
        Way { places: text.max(cut_before(end))..end, entry, readout }
    }
}

impl Way {
    /// How many times the gradient is multiplied on it.
    pub fn factors(&self) -> usize {
        self.places.len().saturating_sub(1)
    }

    /// How many of so many factors, up to the last place with a gradient, are of the readout: none where nothing else would
    /// be left.
    pub fn readout_of(&self, factors: usize) -> usize {
        if factors > self.readout { self.readout } else { 0 }
    }

    /// The places, from 0, whose norms are compared: of these, the last with a gradient is the one that the others are
    /// measured by. `norms` are those of all places or their logarithms, in which a norm of 0 is `nothing`.
    ///
    /// All of the way, but where each sample's gradient begins at a place of its own and then shrinks, only those up to the
    /// one where it is largest.
    pub fn compared(&self, norms: &[f64], nothing: f64) -> Range<usize> {
        let end = self.places.end.min(norms.len());
        let first = self.places.start.min(end);
        match self.entry {
            Entry::Last | Entry::Each => first..end,
            Entry::Ends => first..first + up_to_largest(&norms[first..end], nothing),
        }
    }
}

/// How many there are up to the place from which they shrink. Samples that end early join those that end late on the way
/// back, so at the last places the norm is only that of a few; and where nobody ends there is no gradient, which is no
/// illness.
fn up_to_largest(norms: &[f64], nothing: f64) -> usize {
    let ends = norms.iter().rposition(|norm| *norm != nothing).map_or(norms.len(), |last| last + 1);
    let norms = &norms[..ends];
    if norms.first() >= norms.last() {
        return ends;
    }
    let largest = (0..ends).fold(0, |best, place| if norms[place] >= norms[best] { place } else { best });
    (largest + 1).min(ends)
}

/// The first time step, from 1, at which *copy* asks for a symbol.
fn first_asked(times: usize) -> usize {
    (times / 2).max(1) + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sequences::{Corpus, Language, SequenceData};
    use crate::experiment::Model;
    use crate::experiment::share::from_fragment;

    #[test]
    fn half_of_all_sentences_have_the_usual_number_of_words() {
        for language in [Language::English, Language::Chinese] {
            let experiment = Experiment { language, ..from_fragment("model=rnn&task=sentiment").0 };
            let data = SequenceData::generate(&experiment.sequence_spec(), &Corpus::default()).unwrap();
            let mut words: Vec<_> = data.training.spans.iter().map(|(start, end)| (end - start) as usize).collect();
            words.sort_unstable();
            assert_eq!(words[words.len() / 2], language.usual_words(), "{language:?}");
        }
    }

    #[test]
    fn the_way_goes_from_the_loss_to_the_first_place_or_to_the_cut() {
        for (fragment, places, entry) in [
            ("depth=12", 0..12, Entry::Last),
            ("model=rnn&length=30", 0..30, Entry::Last),
            ("model=rnn&length=30&window=30", 0..30, Entry::Last),
            ("model=rnn&length=30&window=10", 20..30, Entry::Last),
            ("model=rnn&length=30&window=1", 29..30, Entry::Last),
            ("model=gru&task=copy&length=20", 0..11, Entry::Last),
            ("model=gru&task=copy&length=20&window=4", 16..20, Entry::Each),
            ("model=rnn&task=copy&length=2", 0..2, Entry::Last),
            ("model=lstm&task=next-character&length=40&window=15", 25..40, Entry::Each),
            ("model=lstm&task=sentiment&length=20&padding=masked", 0..20, Entry::Ends),
            ("model=lstm&task=sentiment&length=60", 44..60, Entry::Last),
            ("model=lstm&task=sentiment&length=60&window=5", 55..60, Entry::Last),
            ("model=lstm&task=sentiment&length=9", 0..9, Entry::Last),
            ("model=lstm&task=sentiment&length=20&padding=after", 0..20, Entry::Last),
        ] {
            let (experiment, notices) = from_fragment(fragment);
            assert_eq!(notices, [], "{fragment}");
            let readout = if experiment.model == Model::Lstm && entry == Entry::Last { 2 } else { 0 };
            assert_eq!(experiment.way(), Way { places, entry, readout }, "{fragment}");
        }
    }
}
