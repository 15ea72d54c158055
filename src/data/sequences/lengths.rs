//! How long the sentences are, for whoever has not fetched them.

use super::task::{LONGEST_SENTENCE, Language, Padding};

/// Of how many sentences of a language each length is, from 0 words on.
fn lengths_of(language: Language) -> [u16; LONGEST_SENTENCE + 1] {
    match language {
        Language::English => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 14, 142, 257, 185, 38, 4, 0],
        Language::Chinese => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 27, 35, 134, 176, 164, 78, 19, 2, 0],
    }
}

/// For each of T time steps the share of all sentences, from 0 to 1, that have no word there but padding.
pub fn padding_shares(language: Language, padding: Padding, times: usize) -> Vec<f64> {
    let lengths = lengths_of(language);
    let all: u16 = lengths.iter().sum();
    let shorter_than = |words: usize| lengths.iter().take(words).sum::<u16>();
    let share = |time: usize| {
        // Of a sentence with so many words at the most there is none.
        let words = if padding == Padding::Before { times - time } else { time + 1 };
        f64::from(shorter_than(words)) / f64::from(all)
    };
    (0..times).map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Corpus, Decisive, SequenceData, SequenceSpec, Task};
    use super::*;
    use crate::choice::Choice;

    #[test]
    fn the_shares_are_those_of_the_sentences() {
        for &language in Language::ALL {
            for &padding in Padding::ALL {
                for times in [2, 14, 20, 33] {
                    let (task, samples, decisive) = (Task::Sentiment, 512, Decisive::Late);
                    let spec = SequenceSpec { task, times, samples, language, decisive, padding, seed: 7 };
                    let data = SequenceData::generate(&spec, &Corpus::default()).unwrap();
                    let spans: Vec<_> = data.training.spans.iter().chain(&data.held_out.spans).collect();
                    let shares = padding_shares(language, padding, times);
                    for (time, share) in shares.iter().enumerate() {
                        let padded = spans.iter().filter(|(from, to)| !(*from..*to).contains(&(time as u32))).count();
                        let measured = padded as f64 / spans.len() as f64;
                        assert!((share - measured).abs() < 1e-12, "{language:?} {padding:?} step {time} of {times}");
                    }
                    assert_eq!(shares.len(), times);
                }
            }
        }
    }
}
