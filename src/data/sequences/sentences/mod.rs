//! *Sentiment*: short sentences that praise or blame.
//!
//! They were written for this project, in scenes. A scene has a neutral clause and four clauses that decide, two of praise
//! and two of blame; a sentence is the neutral clause and one of them, in either order. So the neutral clause tells nothing,
//! both labels are equally many, and where the decisive word stands is a choice. In the files
//!
//! ```text
//! = the neutral clause of a scene
//! + a clause that praises by this *word
//! - a clause that blames by this *word
//! ```

use super::set::{SequenceData, SequenceInputs, SequenceSet, SequenceSpec, SequenceTargets};
use super::task::{Decisive, Language, Padding};
use crate::random::{Purpose, Random};
use std::collections::HashMap;

/// The scenes of a language, in lines; words are split by spaces.
fn scenes_of(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("english.txt"),
        Language::Chinese => include_str!("chinese.txt"),
    }
}

/// What stands between the clauses.
fn joint(language: Language) -> &'static str {
    match language {
        Language::English => "and",
        Language::Chinese => "，",
    }
}

/// Symbols that stand for no word: padding, and any word that no sentence has.
const NO_WORDS: [&str; 2] = ["", "?"];

/// A sentence.
struct Sentence {
    words: Vec<u16>,
    /// Which of them decides.
    decisive: usize,
    praises: bool,
}

/// The sentences of a language as sequences of words: a fifth of the scenes, drawn from the seed, is held out, whole.
///
/// Symbol 0 is padding, 1 stands for words that are in no sentence, and the others are the words of all sentences in the
/// order in which they come first; the vectors of those that only held-out sentences have stay as they were drawn. What the
/// decisive word is in a held-out sentence, it nearly always is in some of the training as well.
///
/// T = 20 has room for every sentence. Of a longer one than T, the T words from the decisive end are kept, or if the
/// decisive word is not among them, those up to it of an early word, and those from it on of a late one: it is never lost.
pub(super) fn sequences(spec: &SequenceSpec) -> SequenceData {
    let mut words = Words::new();
    let mut scenes = sentences(spec.language, spec.decisive, &mut words);
    Random::new(spec.seed, Purpose::HeldOut).shuffle(&mut scenes);
    let (held_out, training) = scenes.split_at(scenes.len() / 5);
    let mut training: Vec<&Sentence> = training.iter().flatten().collect();
    Random::new(spec.seed, Purpose::Data).shuffle(&mut training);
    let held_out: Vec<&Sentence> = held_out.iter().flatten().collect();
    let vocabulary = words.names.len();
    SequenceData {
        training: padded(&training, spec, vocabulary),
        held_out: padded(&held_out, spec, vocabulary),
        names: words.names,
        padding: Some(spec.padding),
    }
}

/// Words and their symbols.
struct Words {
    names: Vec<String>,
    symbols: HashMap<&'static str, u16>,
}

impl Words {
    fn new() -> Self {
        Self { names: NO_WORDS.map(str::to_owned).to_vec(), symbols: HashMap::new() }
    }

    fn symbol(&mut self, word: &'static str) -> u16 {
        *self.symbols.entry(word).or_insert_with(|| {
            self.names.push(word.to_owned());
            self.names.len() as u16 - 1
        })
    }
}

/// The sentences of each scene.
fn sentences(language: Language, decisive: Decisive, words: &mut Words) -> Vec<Vec<Sentence>> {
    let joint = words.symbol(joint(language));
    let mut scenes: Vec<Vec<Sentence>> = Vec::new();
    let mut neutral = Vec::new();
    for line in scenes_of(language).lines() {
        let Some((kind, clause)) = line.split_once(' ') else { continue };
        if kind == "=" {
            neutral = clause.split(' ').map(|word| words.symbol(word)).collect();
            scenes.push(Vec::new());
            continue;
        }
        let at = clause.split(' ').position(|word| word.starts_with('*')).unwrap_or(0);
        let clause: Vec<u16> = clause.split(' ').map(|word| words.symbol(word.trim_start_matches('*'))).collect();
        let (decisive, words) = match decisive {
            Decisive::Early => (at, [&clause[..], &[joint], &neutral].concat()),
            Decisive::Late => (neutral.len() + 1 + at, [&neutral[..], &[joint], &clause].concat()),
        };
        if let Some(scene) = scenes.last_mut() {
            scene.push(Sentence { words, decisive, praises: kind == "+" });
        }
    }
    scenes
}

/// Sentences of T words each: longer ones are cut, shorter ones filled up.
fn padded(sentences: &[&Sentence], spec: &SequenceSpec, vocabulary: usize) -> SequenceSet {
    let (samples, times) = (sentences.len(), spec.times);
    let mut symbols = vec![0; samples * times];
    let (mut spans, mut read_at) = (Vec::with_capacity(samples), Vec::with_capacity(samples));
    for (sentence, row) in sentences.iter().zip(symbols.chunks_exact_mut(times)) {
        let words = kept(sentence, spec);
        let start = if spec.padding == Padding::Before { times - words.len() } else { 0 };
        let end = start + words.len();
        row[start..end].copy_from_slice(words);
        spans.push((start as u32, end as u32));
        read_at.push(if spec.padding == Padding::Masked { end as u32 } else { times as u32 } - 1);
    }
    let targets = sentences.iter().map(|sentence| f64::from(u8::from(sentence.praises))).collect();
    SequenceSet {
        samples,
        times,
        inputs: SequenceInputs::Symbols { vocabulary, symbols, has_padding: true },
        targets: SequenceTargets::Numbers(targets),
        spans,
        read_at,
    }
}

/// The words of a sentence for which T time steps have room.
fn kept<'a>(sentence: &'a Sentence, spec: &SequenceSpec) -> &'a [u16] {
    let Sentence { words, decisive, .. } = sentence;
    let too_many = words.len().saturating_sub(spec.times);
    let start = match spec.decisive {
        Decisive::Early => (decisive + 1).saturating_sub(spec.times),
        Decisive::Late => too_many.min(*decisive),
    };
    &words[start..words.len().min(start + spec.times)]
}
