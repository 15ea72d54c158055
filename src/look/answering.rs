//! What a recurrent network makes of sequences that it never saw.

use super::evaluation::{Answers, class};
use super::learned_sequences::{
    Chance, LearnedSequences, OwnSentence, SampledText, Sentence, Sentences, SequencesWatch, ShownAnswer,
    ShownSequence, TEMPERATURE,
};
use super::recurrent_view::Input;
use super::sequence_evaluation::has_classes;
use super::vocabulary::words_of;
use crate::data::Dataset;
use crate::data::sequences::{NO_TARGET, Padding, SequenceData, SequenceInputs, SequenceSet, SequenceTargets};
use crate::kernel::{Panels, Real};
use crate::nn::Targets;
use crate::nn::recurrent::{InputKind, Stepper};
use crate::random::{Purpose, Random};
use crate::train::{RecurrentTrainer, Trainer};

/// Sequences that are shown.
const SHOWN: usize = 12;

/// Answers to one sequence that are shown: the last ones.
const MOST_ANSWERS: usize = 40;

/// Characters that are sampled, and those that are given to begin with.
const WRITTEN: usize = 300;
const PROMPT: usize = 24;

impl<T: Real> RecurrentTrainer<T> {
    /// What the network makes of sequences that it never saw.
    pub(super) fn learned(&self, watch: &SequencesWatch) -> LearnedSequences {
        let data = self.data();
        let set = &data.held_out;
        let is_of_sentences = is_of_sentences(data);
        let is_of_text = !data.names.is_empty() && !is_of_sentences;
        let shown: Vec<usize> = (0..set.samples).take(SHOWN).collect();
        LearnedSequences {
            chance: chance(set),
            shown: if is_of_sentences { Vec::new() } else { self.shown(&shown) },
            sentences: is_of_sentences.then(|| {
                let all: Vec<usize> = (0..set.samples).collect();
                let probabilities = self.probabilities(set, &all);
                sentences(data, &probabilities, watch, |own| self.probabilities(own, &[0])[0])
            }),
            text: is_of_text.then(|| self.sampled(watch.seed)),
        }
    }

    /// The answers to some of the held-out sequences.
    fn shown(&self, sequences: &[usize]) -> Vec<ShownSequence> {
        if sequences.is_empty() {
            return Vec::new();
        }
        let data = self.data();
        let set = &data.held_out;
        let found = self.answers(set, sequences);
        let answers = Answers { loss: self.loss(), output: found.output };
        let is_class = has_classes(&data.training);
        let name = |class: usize| data.names.get(class).cloned().unwrap_or_default();
        let answer = |row: usize, time: usize| {
            let named = answers.class(row);
            let target = match &found.targets {
                Targets::Values(values) if !is_class => values.get(row, 0).to_f64(),
                targets => class(targets, row) as f64,
            };
            ShownAnswer {
                time,
                is_symbol: matches!(set.inputs, SequenceInputs::Symbols { .. }),
                target,
                predicted: match named {
                    Some(class) if is_class => class as f64,
                    _ => answers.output(row, 0),
                },
                probability: named.filter(|_| is_class).map(|class| answers.probability_of(row, class)),
                names: named
                    .filter(|_| is_class && !data.names.is_empty())
                    .map(|class| (name(target as usize), name(class))),
            }
        };
        let shown = sequences.iter().enumerate().map(|(place, &sequence)| {
            let rows = found.asked.iter().enumerate().filter(|(_, (of, _))| *of == place);
            let mut all: Vec<ShownAnswer> = rows.map(|(row, (_, time))| answer(row, *time)).collect();
            all.drain(..all.len().saturating_sub(MOST_ANSWERS));
            ShownSequence { inputs: inputs_of(data, set, sequence), answers: all }
        });
        shown.collect()
    }

    /// The probability of class 1 of some sequences of which one is asked.
    fn probabilities(&self, set: &SequenceSet, sequences: &[usize]) -> Vec<f64> {
        let found = self.answers(set, sequences);
        let answers = Answers { loss: self.loss(), output: found.output };
        let mut probabilities = vec![f64::NAN; sequences.len()];
        found.asked.iter().enumerate().for_each(|(row, (place, _))| probabilities[*place] = answers.probability(row));
        probabilities
    }

    /// Lets the network write, from the beginning of a held-out sequence on.
    fn sampled(&self, seed: u32) -> SampledText {
        let (data, network) = (self.data(), self.network());
        let SequenceInputs::Symbols { symbols, .. } = &data.held_out.inputs else {
            unreachable!("texts are of symbols");
        };
        let name = |symbol: &u16| data.names.get(usize::from(*symbol)).map_or("", String::as_str);
        let prompt = &symbols[..data.held_out.times.min(PROMPT).min(symbols.len())];
        let mut random = Random::new(seed, Purpose::Text { step: self.steps() as u32 });
        let mut stepper = Stepper::new(network, InputKind::of(&network.spec, &data.held_out), 1);
        let mut read = |symbol: u16, random: &mut Random| {
            let output = stepper.step(network, |symbols, _, _| symbols[0] = symbol);
            let output: Vec<f64> = (0..output.cols()).map(|col| output.get(0, col).to_f64()).collect();
            drawn(&output, random.unit())
        };
        let mut next = None;
        prompt.iter().for_each(|symbol| next = read(*symbol, &mut random));
        let mut written = String::new();
        for _ in 0..WRITTEN {
            let Some(symbol) = next else { break };
            written.push_str(name(&symbol));
            next = read(symbol, &mut random);
        }
        SampledText { prompt: prompt.iter().map(name).collect(), written }
    }
}

impl<T: Real> Trainer<T> {
    /// What a perceptron makes of the sentences of which its samples are the bags; `None` where they are of something else.
    pub(super) fn learned_sentences(&self, watch: &SequencesWatch) -> Option<LearnedSequences> {
        let data = self.data.sentences.as_ref()?;
        let probabilities = |x: &Panels<T>| {
            let answers = self.answers(x);
            (0..x.rows()).map(|row| answers.probability(row)).collect::<Vec<f64>>()
        };
        let ask = |own: &SequenceSet| probabilities(&Panels::from_array(&Dataset::bags(own).x))[0];
        Some(LearnedSequences {
            chance: chance(&data.held_out),
            sentences: Some(sentences(data, &probabilities(&self.data.held_out.x), watch, ask)),
            ..LearnedSequences::default()
        })
    }
}

/// A symbol by the outputs o, `p ∝ e^(o/τ)`, as a number of [0, 1) decides; `None` where an output is not finite.
fn drawn(output: &[f64], unit: f64) -> Option<u16> {
    let largest = output.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = output.iter().map(|o| libm::exp((o - largest) / TEMPERATURE)).collect();
    let sum: f64 = weights.iter().sum();
    if !sum.is_finite() {
        return None;
    }
    let mut left = unit * sum;
    let found = weights.iter().position(|weight| {
        left -= weight;
        left < 0.0
    });
    Some(found.unwrap_or(weights.len() - 1) as u16)
}

/// Whether the symbols are words.
pub(super) fn is_of_sentences(data: &SequenceData) -> bool {
    data.padding.is_some()
}

/// What always the same answer comes to.
fn chance(set: &SequenceSet) -> Chance {
    let most_frequent = |classes: &mut dyn Iterator<Item = u32>| {
        let mut counts: Vec<usize> = Vec::new();
        for class in classes.filter(|class| *class != NO_TARGET) {
            let class = class as usize;
            counts.resize(counts.len().max(class + 1), 0);
            counts[class] += 1;
        }
        let answers: usize = counts.iter().sum();
        let most = counts.into_iter().max().unwrap_or(0);
        Chance { answers, accuracy: Some(most as f64 / answers.max(1) as f64), loss: 0.0 }
    };
    match &set.targets {
        SequenceTargets::Classes(classes) | SequenceTargets::EachClasses(classes) => {
            most_frequent(&mut classes.iter().copied())
        }
        SequenceTargets::Numbers(numbers) | SequenceTargets::EachNumbers(numbers) if has_classes(set) => {
            most_frequent(&mut numbers.iter().map(|number| *number as u32))
        }
        SequenceTargets::Numbers(numbers) | SequenceTargets::EachNumbers(numbers) => {
            let count = numbers.len().max(1) as f64;
            let mean = numbers.iter().sum::<f64>() / count;
            let loss = numbers.iter().map(|number| (number - mean) * (number - mean)).sum::<f64>() / count;
            Chance { answers: numbers.len(), accuracy: None, loss }
        }
    }
}

/// What is read of a sequence at each time step.
fn inputs_of(data: &SequenceData, set: &SequenceSet, sequence: usize) -> Vec<Input> {
    let (start, end) = set.spans[sequence];
    let input = |time: usize| match &set.inputs {
        _ if !(start as usize..end as usize).contains(&time) => Input::Padding,
        SequenceInputs::Symbols { symbols, .. } => {
            let symbol = symbols[sequence * set.times + time];
            Input::Symbol(symbol, data.names.get(usize::from(symbol)).cloned())
        }
        SequenceInputs::Numbers { width, numbers } => {
            let first = (sequence * set.times + time) * width;
            Input::Numbers(numbers[first..first + width].to_vec())
        }
    };
    (0..set.times).map(input).collect()
}

/// What a network says of sentences: `probabilities` of the held-out ones, and of the reader's own by `ask`, which is given a
/// set of that one sentence.
pub(super) fn sentences(
    data: &SequenceData,
    probabilities: &[f64],
    watch: &SequencesWatch,
    ask: impl FnOnce(&SequenceSet) -> f64,
) -> Sentences {
    let set = &data.held_out;
    let praises = |sequence: usize| match &set.targets {
        SequenceTargets::Numbers(numbers) => numbers[sequence] > 0.5,
        _ => unreachable!("a sentence praises or blames"),
    };
    let sentence = |sequence: usize| {
        let inputs = inputs_of(data, set, sequence).into_iter();
        let words = inputs.filter_map(|input| if let Input::Symbol(_, name) = input { name } else { None });
        Sentence { words: words.collect(), praises: praises(sequence), probability: probabilities[sequence] }
    };
    // Where the probability is not a number, nothing is said, and that is wrong.
    let is_right = |sequence: &usize| {
        let probability = probabilities[*sequence];
        !probability.is_nan() && (probability > 0.5) == praises(*sequence)
    };
    let (right, mut wrong): (Vec<usize>, Vec<usize>) = (0..set.samples).partition(is_right);
    // The surest first.
    let doubt = |sequence: &usize| -(probabilities[*sequence] - 0.5).abs();
    wrong.sort_by(|a, b| doubt(a).total_cmp(&doubt(b)));
    Sentences {
        count: set.samples,
        wrong: wrong.len(),
        worst: wrong.into_iter().take(SHOWN).map(sentence).collect(),
        right: right.into_iter().take(SHOWN / 2).map(sentence).collect(),
        own: Some(&watch.sentence).filter(|sentence| !sentence.trim().is_empty()).map(|own| {
            let mut words = words_of(own, &data.names);
            let left_out = words.len().saturating_sub(set.times);
            words.truncate(set.times);
            let is_known = words.iter().any(|word| word.symbol.is_some());
            let symbols: Vec<u16> = words.iter().map(|word| word.symbol.unwrap_or(UNKNOWN)).collect();
            OwnSentence {
                asked: own.clone(),
                probability: is_known.then(|| ask(&alone(data, &symbols))),
                words: words.into_iter().map(|word| (word.text, word.symbol.is_some())).collect(),
                left_out,
            }
        }),
    }
}

/// The symbol that stands for words that are in no sentence.
const UNKNOWN: u16 = 1;

/// A set of one sentence, padded as those of a run are.
fn alone(data: &SequenceData, words: &[u16]) -> SequenceSet {
    let (times, count) = (data.held_out.times, words.len());
    let start = if data.padding == Some(Padding::Before) { times - count } else { 0 };
    let end = start + count;
    let mut symbols = vec![0; times];
    symbols[start..end].copy_from_slice(words);
    let is_masked = data.padding == Some(Padding::Masked);
    SequenceSet {
        samples: 1,
        times,
        inputs: SequenceInputs::Symbols { vocabulary: data.vocabulary(), symbols, has_padding: true },
        targets: SequenceTargets::Numbers(vec![0.0]),
        spans: vec![(start as u32, end as u32)],
        read_at: vec![if is_masked { end as u32 - 1 } else { times as u32 - 1 }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sequences::Corpus;
    use crate::experiment::share::from_fragment;

    /// Of 14 words and more all sentences are: at T = 14 none shows where the padding is.
    #[test]
    fn a_sentence_is_padded_where_the_run_pads_its_own() {
        for times in [14, 20] {
            let end = times - 1;
            for (padding, span, read_at) in
                [("before", (times - 3, times), end), ("after", (0, 3), end), ("masked", (0, 3), 2)]
            {
                let (experiment, notices) =
                    from_fragment(&format!("model=rnn&task=sentiment&length={times}&padding={padding}"));
                assert_eq!(notices, []);
                let data = SequenceData::generate(&experiment.sequence_spec(), &Corpus::default()).unwrap();
                let set = alone(&data, &[2, 3, 4]);
                assert_eq!((set.spans, set.read_at), (vec![span], vec![read_at]), "{padding}, T = {times}");
            }
        }
    }
}
