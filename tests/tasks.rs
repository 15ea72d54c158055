//! The tasks of recurrent networks against their definitions.

use gradient_lab::choice::Choice;
use gradient_lab::data::Dataset;
use gradient_lab::data::sequences::{
    BadText, Corpus, Decisive, Language, NO_TARGET, Padding, SequenceData, SequenceInputs, SequenceSet, SequenceSpec,
    SequenceTargets, Shipped, Task,
};
use gradient_lab::experiment::share::from_fragment;
use gradient_lab::train::Trainer;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

fn spec(task: Task, times: usize) -> SequenceSpec {
    SequenceSpec {
        task,
        times,
        samples: 1000,
        language: Language::English,
        decisive: Decisive::Late,
        padding: Padding::Before,
        seed: 7,
    }
}

fn generate(spec: &SequenceSpec) -> SequenceData {
    SequenceData::generate(spec, &Corpus::default()).unwrap()
}

fn symbols(set: &SequenceSet) -> impl Iterator<Item = &[u16]> {
    let SequenceInputs::Symbols { symbols, vocabulary, .. } = &set.inputs else { panic!("symbols are read") };
    assert_eq!(symbols.len(), set.samples * set.times);
    assert!(symbols.iter().all(|&symbol| usize::from(symbol) < *vocabulary));
    symbols.chunks_exact(set.times)
}

fn numbers(set: &SequenceSet, of_step: usize) -> impl Iterator<Item = &[f64]> {
    let SequenceInputs::Numbers { width, numbers } = &set.inputs else { panic!("numbers are read") };
    assert_eq!((*width, numbers.len()), (of_step, set.samples * set.times * of_step));
    numbers.chunks_exact(set.times * of_step)
}

fn answers(set: &SequenceSet) -> &[f64] {
    let SequenceTargets::Numbers(answers) = &set.targets else { panic!("a number is asked") };
    assert_eq!(answers.len(), set.samples);
    answers
}

fn each(set: &SequenceSet) -> impl Iterator<Item = &[u32]> {
    let SequenceTargets::EachClasses(classes) = &set.targets else { panic!("each step is asked") };
    assert_eq!(classes.len(), set.samples * set.times);
    classes.chunks_exact(set.times)
}

const GENERATED: [Task; 4] = [Task::FirstSymbol, Task::Copy, Task::Adding, Task::Parity];

#[test]
fn sequences_are_fixed_by_the_seed_and_held_out_ones_are_others() {
    for task in GENERATED.into_iter().chain([Task::Sentiment, Task::NextCharacter]) {
        let spec = spec(task, 30);
        let data = generate(&spec);
        assert_eq!(data, generate(&spec), "{task:?}");
        assert_ne!(data, generate(&SequenceSpec { seed: 8, ..spec }), "{task:?}");
        let samples = if task == Task::Sentiment { 512 } else { 1000 };
        assert_eq!((data.training.samples, data.training.times), (samples, 30), "{task:?}");
        assert!(data.held_out.samples >= 100 && data.held_out.samples <= 512, "{task:?}");
        let rows = |set: &SequenceSet| -> HashSet<Vec<u64>> {
            match &set.inputs {
                SequenceInputs::Symbols { .. } => {
                    symbols(set).map(|row| row.iter().map(|&symbol| u64::from(symbol)).collect()).collect()
                }
                SequenceInputs::Numbers { width, .. } => {
                    numbers(set, *width).map(|row| row.iter().map(|x| x.to_bits()).collect()).collect()
                }
            }
        };
        assert!(rows(&data.training).is_disjoint(&rows(&data.held_out)), "{task:?}");
        if task != Task::Sentiment {
            assert!(data.training.spans.iter().all(|&span| span == (0, 30)));
            assert!(data.training.read_at.iter().all(|&at| at == 29));
        }
    }
}

#[test]
fn the_first_symbol_is_the_answer_and_noise_follows_it() {
    for times in [2, 30] {
        let SequenceData { training, .. } = generate(&spec(Task::FirstSymbol, times));
        let SequenceTargets::Classes(classes) = &training.targets else { panic!("a class is asked") };
        let mut noise: HashSet<u16> = HashSet::new();
        for (row, &class) in symbols(&training).zip(classes) {
            assert_eq!(u32::from(row[0]), class);
            noise.extend(&row[1..]);
        }
        assert_eq!(noise.len(), 8, "noise is of all symbols");
        assert!((0..8).all(|class| classes.iter().filter(|&&other| other == class).count() == 125));
    }
}

#[test]
fn copy_asks_for_the_symbol_of_half_the_length_before() {
    for times in [2, 3, 20, 21] {
        let SequenceData { training, .. } = generate(&spec(Task::Copy, times));
        let delay = times / 2;
        for (row, targets) in symbols(&training).zip(each(&training)) {
            assert!(targets[..delay].iter().all(|&target| target == NO_TARGET));
            assert!((delay..times).all(|time| targets[time] == u32::from(row[time - delay])));
        }
        let all: Vec<u16> = symbols(&training).flatten().copied().collect();
        let share = |symbol| all.iter().filter(|&&other| other == symbol).count() as f64 / all.len() as f64;
        assert!((0..8).all(|symbol| (share(symbol) - 0.125).abs() < 0.03), "{times}");
    }
}

#[test]
fn adding_asks_for_the_sum_of_one_number_of_each_half() {
    for times in [2, 3, 40] {
        let SequenceData { training, .. } = generate(&spec(Task::Adding, times));
        let (mut marked, mut squares) = (HashSet::new(), 0.0);
        for (row, &answer) in numbers(&training, 2).zip(answers(&training)) {
            assert!(row.chunks(2).all(|step| (0.0..1.0).contains(&step[0]) && (step[1] == 0.0 || step[1] == 1.0)));
            let marks: Vec<usize> = (0..times).filter(|&time| row[2 * time + 1] == 1.0).collect();
            assert!(marks.len() == 2 && marks[0] < times / 2 && marks[1] >= times / 2, "{times}: {marks:?}");
            assert_eq!(answer, row[2 * marks[0]] + row[2 * marks[1]]);
            marked.extend(marks);
            squares += (answer - 1.0) * (answer - 1.0);
        }
        assert_eq!(marked.len(), times, "every step is marked in some sequence");
        // The variance is 1/6.
        assert!((squares / 1000.0 - 1.0 / 6.0).abs() < 0.02, "{times}");
    }
}

#[test]
fn parity_asks_whether_the_ones_are_odd() {
    for times in [2, 20] {
        let SequenceData { training, .. } = generate(&spec(Task::Parity, times));
        for (row, &answer) in numbers(&training, 1).zip(answers(&training)) {
            assert!(row.iter().all(|&bit| bit == 0.0 || bit == 1.0));
            assert_eq!(answer, row.iter().sum::<f64>() % 2.0);
        }
        assert_eq!(answers(&training).iter().sum::<f64>(), 500.0);
        for time in 0..times {
            let ones = numbers(&training, 1).map(|row| row[time]).sum::<f64>();
            assert!((ones - 500.0).abs() < 80.0, "{times}, {time}: {ones}");
        }
    }
}

/// The words of each sentence, without padding.
fn sentences(data: &SequenceData, set: &SequenceSet) -> Vec<Vec<String>> {
    let row = |(row, &(start, end)): (&[u16], &(u32, u32))| {
        let words = row[start as usize..end as usize].iter();
        words.map(|&symbol| data.names[usize::from(symbol)].clone()).collect()
    };
    symbols(set).zip(&set.spans).map(row).collect()
}

/// The decisive words of a language with their labels, and the words of the neutral clauses, from its file.
fn decisive_words(file: &str) -> (HashMap<&str, f64>, HashSet<&str>) {
    let (mut decisive, mut others) = (HashMap::new(), HashSet::new());
    for line in file.lines() {
        let (kind, clause) = line.split_once(' ').unwrap();
        assert!(["=", "+", "-"].contains(&kind), "{line}");
        let marked: Vec<&str> = clause.split(' ').filter_map(|word| word.strip_prefix('*')).collect();
        assert_eq!(marked.len(), usize::from(kind != "="), "{line}");
        others.extend(clause.split(' ').filter(|word| !word.starts_with('*')));
        for word in marked {
            let label = f64::from(u8::from(kind == "+"));
            assert_eq!(*decisive.entry(word).or_insert(label), label, "{word} praises and blames");
        }
    }
    (decisive, others)
}

#[test]
fn sentences_are_many_distinct_and_decided_by_one_word_where_the_key_says() {
    let files = [
        include_str!("../src/data/sequences/sentences/english.txt"),
        include_str!("../src/data/sequences/sentences/chinese.txt"),
    ];
    for (&language, file) in Language::ALL.iter().zip(files) {
        let (decisive_words, others) = decisive_words(file);
        assert!(decisive_words.keys().all(|word| !others.contains(word)), "{language:?}");
        let mut splits = Vec::new();
        for &decisive in Decisive::ALL {
            let data = generate(&SequenceSpec { language, decisive, ..spec(Task::Sentiment, 20) });
            assert_eq!(data.vocabulary(), language.vocabulary(), "{language:?}");
            assert_eq!(data.names.len(), data.vocabulary());
            let mut all = HashSet::new();
            for set in [&data.training, &data.held_out] {
                assert_eq!(answers(set).iter().sum::<f64>(), set.samples as f64 / 2.0, "as much praise as blame");
                for (words, &label) in sentences(&data, set).into_iter().zip(answers(set)) {
                    let marked: Vec<usize> =
                        (0..words.len()).filter(|&at| decisive_words.contains_key(&*words[at])).collect();
                    let [at] = marked[..] else { panic!("{words:?} has {} decisive words", marked.len()) };
                    assert_eq!(decisive_words[&*words[at]], label, "{words:?}");
                    let is_there = match decisive {
                        Decisive::Early => 3 * (at + 1) <= words.len(),
                        Decisive::Late => 3 * at >= 2 * words.len(),
                    };
                    assert!(is_there, "{decisive:?}: {words:?}");
                    assert!(all.insert(words.clone()), "{words:?} is there twice");
                }
            }
            assert_eq!((data.training.samples, data.held_out.samples, all.len()), (512, 128, 640), "{language:?}");
            // What decides held-out sentences was met before.
            let met: HashSet<String> = sentences(&data, &data.training).into_iter().flatten().collect();
            let is_known = |words: &Vec<String>| {
                words.iter().any(|word| decisive_words.contains_key(&**word) && met.contains(word))
            };
            let known = sentences(&data, &data.held_out).iter().filter(|words| is_known(words)).count();
            println!("{language:?} {decisive:?}: {} symbols, {known} of 128 decided by a word that was met", met.len());
            assert!(known >= 122, "{known}");
            let sorted = |words: &Vec<String>| {
                let mut words = words.clone();
                words.sort();
                words
            };
            let mut held_out: Vec<Vec<String>> = sentences(&data, &data.held_out).iter().map(sorted).collect();
            held_out.sort();
            splits.push(held_out);
        }
        assert_eq!(splits[0], splits[1], "both orders hold the same sentences out");
    }
}

#[test]
fn padding_is_where_it_says_and_the_answer_is_read_there() {
    for &padding in Padding::ALL {
        let set = generate(&SequenceSpec { padding, ..spec(Task::Sentiment, 24) }).training;
        for ((row, &(start, end)), &read_at) in symbols(&set).zip(&set.spans).zip(&set.read_at) {
            let (start, end) = (start as usize, end as usize);
            assert!(row[start..end].iter().all(|&symbol| symbol > 1));
            assert!(row[..start].iter().chain(&row[end..]).all(|&symbol| symbol == 0));
            let expected = match padding {
                Padding::Before => (24, 23),
                Padding::Masked => (end, end as u32 - 1),
                Padding::After => (end, 23),
            };
            assert_eq!((end, read_at), expected);
            assert!(padding == Padding::Before || start == 0);
        }
    }
}

#[test]
fn a_short_length_never_cuts_the_decisive_word_off() {
    let file = include_str!("../src/data/sequences/sentences/english.txt");
    let (decisive_words, _) = decisive_words(file);
    for &decisive in Decisive::ALL {
        for times in [2, 5, 10] {
            let data = generate(&SequenceSpec { decisive, ..spec(Task::Sentiment, times) });
            for words in sentences(&data, &data.training) {
                assert!(words.len() == times && words.iter().any(|word| decisive_words.contains_key(&**word)));
            }
        }
    }
}

#[test]
fn windows_of_the_text_ask_for_the_next_character() {
    let text: Vec<char> = (Shipped::all().text)().chars().collect();
    let data = generate(&spec(Task::NextCharacter, 40));
    let place = |row: &[u16]| -> usize {
        let read: Vec<char> =
            row.iter().map(|&symbol| data.names[usize::from(symbol)].chars().next().unwrap()).collect();
        text.windows(40).position(|window| window == read).unwrap()
    };
    let last_of_training = symbols(&data.training).map(place).max().unwrap();
    let first_held_out = symbols(&data.held_out).map(place).min().unwrap();
    // The target of a window's last character is the one after the window.
    assert!(last_of_training + 41 <= first_held_out);
    for (row, targets) in symbols(&data.training).zip(each(&data.training)) {
        assert!(row[1..].iter().zip(targets).all(|(&symbol, &target)| u32::from(symbol) == target));
        let next = text[place(row) + 40].to_string();
        assert_eq!(data.names[targets[39] as usize], next);
    }
}

fn of_text(text: &str, times: usize) -> Result<SequenceData, BadText> {
    let corpus = Corpus { own_text: Some(Arc::from(text)), ..Corpus::default() };
    SequenceData::generate(&spec(Task::NextCharacter, times), &corpus)
}

#[test]
fn a_text_of_any_language_is_read_by_its_characters() {
    let data = of_text(&"床前明月光，疑是地上霜。\r\n".repeat(4), 12).unwrap();
    assert_eq!(data.vocabulary(), 13);
    assert_eq!(data.names[0], "\n");
    assert!(data.names.contains(&"霜".to_owned()));
    assert_eq!((data.training.samples, data.training.times), (1000, 12));
    // Far more different characters than there are symbols.
    let many: String =
        (0..600).map(|index| char::from_u32(0x4E00 + index).unwrap()).chain("的的的的".chars()).collect();
    let data = of_text(&many, 10).unwrap();
    assert_eq!((data.vocabulary(), &*data.names[255]), (256, "\u{FFFD}"));
    assert!(data.names.contains(&"的".to_owned()), "the most frequent is not left out");
    let rare = symbols(&data.training).flatten().filter(|&&symbol| symbol == 255).count();
    assert!(rare > 1000, "{rare}");
    // Neither joined marks nor what is beyond two bytes is a problem.
    assert!(of_text(&"e\u{301}🙂 שלום ".repeat(9), 5).is_ok());
}

#[test]
fn a_text_that_does_not_do_is_told_why() {
    assert!(matches!(of_text("", 10), Err(BadText::TooShort { characters: 0, needed: 22 })));
    assert!(matches!(of_text("to be or not to be", 10), Err(BadText::TooShort { characters: 18, .. })));
    assert!(of_text("to be or not to be, or", 10).is_ok());
    assert!(matches!(of_text(&"ab".repeat(10_001), 10), Err(BadText::TooLong { characters: 20_002 })));
    assert!(of_text(&"ab".repeat(10_000), 200).is_ok());
    assert!(matches!(of_text(&"a".repeat(100), 10), Err(BadText::OneCharacter)));
    let nothing = SequenceData::generate(&spec(Task::NextCharacter, 10), &Corpus::NONE);
    assert!(matches!(nothing, Err(BadText::NotHere)));
}

#[test]
fn bags_have_the_shares_of_the_words_whatever_the_padding() {
    let bags = |padding| Dataset::bags(&generate(&SequenceSpec { padding, ..spec(Task::Sentiment, 20) }).training);
    let data = bags(Padding::Before);
    assert_eq!((data.x.dim(), data.y.dim()), ((512, Language::English.vocabulary()), (512, 1)));
    assert!(data.x.outer_iter().all(|row| (row.sum() - 1.0).abs() < 1e-12 && row[0] == 0.0));
    assert_eq!(data, bags(Padding::After));
}

#[test]
fn a_perceptron_learns_sentences_without_their_order() {
    for language in ["english", "chinese"] {
        let (experiment, notices) = from_fragment(&format!(
            "task=sentiment&language={language}&depth=2&activation=relu&init=kaiming-normal&optimizer=adam&lr=0.01"
        ));
        assert_eq!(notices, []);
        let mut trainer = Trainer::<f32>::new(&experiment).unwrap();
        assert_eq!(trainer.report().places(), experiment.layer_count());
        for _ in 0..200 {
            trainer.step().unwrap();
        }
        let evaluation = trainer.evaluate();
        println!("{language}: {evaluation:?}");
        assert!(evaluation.training.accuracy.unwrap() > 0.99, "{evaluation:?}");
        assert!(evaluation.held_out.accuracy.unwrap() > 0.75, "{evaluation:?}");
    }
}
