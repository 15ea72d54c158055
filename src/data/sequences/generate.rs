//! The sequences of every task.

use super::corpus::Corpus;
use super::generated;
use super::own_text::BadText;
use super::set::{SequenceData, SequenceSpec};
use super::task::Task;
use super::text;
use crate::data::MOST_HELD_OUT;
use crate::random::{Purpose, Random};

impl SequenceData {
    /// The sequences of a task, all from the seed: the same spec and the same texts give the same sequences.
    ///
    /// | task | read at step t | asked |
    /// | --- | --- | --- |
    /// | first symbol | one of 8 symbols first, then noise of the same, each as likely | at the end, which came first |
    /// | copy | one of 8 symbols, each as likely | at each step t > d the symbol of step t − d, d = T/2 rounded down |
    /// | adding | a number of \[0, 1), and a mark that is 1 at one step of each half and else 0 | at the end, the sum of the two marked numbers |
    /// | parity | 1 or 0, each as likely | at the end, whether the number of ones is odd |
    /// | sentiment | a word | at the end, whether the sentence praises |
    /// | next character | a character | at each step, which comes next |
    ///
    /// Classes are as equally many as the number of samples allows. What is held out is drawn by the same law from a stream
    /// of its own, at most 512 sequences; of texts and sentences it is a part that is in no sequence of the training.
    /// Where there are few different sequences (T near 2), some of them are in both.
    ///
    /// # Errors
    /// Where the text of the corpus does not do for the task.
    ///
    /// # Panics
    /// For [`Task::Points`], which are no sequences.
    pub fn generate(spec: &SequenceSpec, corpus: &Corpus) -> Result<Self, BadText> {
        match spec.task {
            Task::Points => unreachable!("points are no sequences"),
            Task::Sentiment => corpus.sentiment(spec),
            Task::NextCharacter => text::windows(spec, corpus.text()?),
            Task::FirstSymbol | Task::Copy | Task::Adding | Task::Parity => {
                let draw = match spec.task {
                    Task::Copy => generated::copy,
                    Task::Adding => generated::adding,
                    Task::Parity => generated::parity,
                    _ => generated::first_symbol,
                };
                let (samples, times) = (spec.samples, spec.times);
                let training = draw(samples, times, &mut Random::new(spec.seed, Purpose::Data));
                let held_out = draw(samples.min(MOST_HELD_OUT), times, &mut Random::new(spec.seed, Purpose::HeldOut));
                Ok(Self { training, held_out, names: Vec::new(), padding: None })
            }
        }
    }
}
