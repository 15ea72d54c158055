//! *Next character*: windows of a text.

use super::own_text::{BadText, line_ends_as_one};
use super::set::{SequenceData, SequenceInputs, SequenceSet, SequenceSpec, SequenceTargets};
use crate::data::MOST_HELD_OUT;
use crate::random::{Purpose, Random};
use std::collections::BTreeMap;

/// The text that is shipped: the first chapter of *Alice's Adventures in Wonderland* by Lewis Carroll (London, Macmillan,
/// 1865) and the beginning of the second. The author died in 1898, so it is in the public domain everywhere.
pub fn shipped() -> &'static str {
    include_str!("alice.txt")
}

/// The most symbols of a text. What has more keeps its most frequent characters, and the others are one symbol.
const MOST_SYMBOLS: usize = 256;

/// The name of the symbol that stands for all rare characters.
const RARE: char = '\u{FFFD}';

/// Sequences of T characters, the target of each character being the one after it.
///
/// The last tenth of the text, and T + 1 characters at least, is held out; windows of the training lie in what is before.
/// They begin at places in random order, each place once before any comes again. The symbols are the text's characters in
/// the order of their code points, 256 at most: of more the most frequent 255 have a symbol each, and the last symbol, named
/// U+FFFD, stands for all others. A line end is one character, however it is written.
///
/// # Errors
/// [`BadText`] of a text that has not 2 (T + 1) characters, more than 20,000, or a single one over and over.
pub(super) fn windows(spec: &SequenceSpec, text: &str) -> Result<SequenceData, BadText> {
    if let Some(bad) = BadText::of(text, spec.times) {
        return Err(bad);
    }
    let characters: Vec<char> = line_ends_as_one(text).collect();
    let (count, window) = (characters.len(), spec.times + 1);
    let symbols = symbols_of(&characters);
    let rare = symbols.len() - 1;
    let symbol = |character: &char| symbols.binary_search(character).unwrap_or(rare) as u16;
    let read: Vec<u16> = characters.iter().map(symbol).collect();
    let (training, held_out) = read.split_at(count - (count / 10).max(window));
    let most_held_out = spec.samples.min(MOST_HELD_OUT).min(held_out.len() - spec.times);
    let draw = |of: &[u16], samples, purpose| {
        cut(of, samples, spec.times, symbols.len(), &mut Random::new(spec.seed, purpose))
    };
    Ok(SequenceData {
        training: draw(training, spec.samples, Purpose::Data),
        held_out: draw(held_out, most_held_out, Purpose::HeldOut),
        names: symbols.iter().map(char::to_string).collect(),
        padding: None,
    })
}

/// The entropy `−Σ p ln p` of the characters of a text by their shares, in nats: the loss of guessing by them alone.
pub fn character_entropy(text: &str) -> f64 {
    let characters: Vec<char> = line_ends_as_one(text).collect();
    let total = characters.len() as f64;
    // From +0, where there is but one character.
    counts_of(&characters).values().fold(0.0, |entropy, &count| {
        let share = f64::from(count) / total;
        entropy - share * libm::log(share)
    })
}

fn counts_of(characters: &[char]) -> BTreeMap<char, u32> {
    let mut counts = BTreeMap::new();
    for &character in characters {
        *counts.entry(character).or_insert(0) += 1;
    }
    counts
}

/// The characters that are symbols, in order; where some are left out, [`RARE`] is the last.
fn symbols_of(characters: &[char]) -> Vec<char> {
    let counts = counts_of(characters);
    let mut symbols: Vec<char> = counts.keys().copied().collect();
    if symbols.len() > MOST_SYMBOLS {
        // Of equally frequent ones the first: the sort is stable.
        symbols.sort_by_key(|character| core::cmp::Reverse(counts[character]));
        symbols.truncate(MOST_SYMBOLS - 1);
        symbols.retain(|&character| character != RARE);
        symbols.sort_unstable();
        symbols.push(RARE);
    }
    symbols
}

/// Windows of a text that has `times` + 1 characters at least.
fn cut(text: &[u16], samples: usize, times: usize, vocabulary: usize, random: &mut Random) -> SequenceSet {
    let mut starts: Vec<usize> = (0..text.len() - times).collect();
    random.shuffle(&mut starts);
    let (mut symbols, mut targets) = (Vec::new(), Vec::new());
    for &start in starts.iter().cycle().take(samples) {
        symbols.extend_from_slice(&text[start..start + times]);
        targets.extend(text[start + 1..=start + times].iter().map(|&symbol| u32::from(symbol)));
    }
    let inputs = SequenceInputs::Symbols { vocabulary, symbols, has_padding: false };
    SequenceSet::whole(samples, times, inputs, SequenceTargets::EachClasses(targets))
}
