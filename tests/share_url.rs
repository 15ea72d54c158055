//! Experiment ⇄ URL: every experiment survives the journey, and no fragment, however mangled, breaks anything.

use gradient_lab::choice::Choice;
use gradient_lab::experiment::share::{Notice, from_fragment, to_fragment};
use gradient_lab::experiment::{Experiment, Key, Kind, presets::Preset};
use gradient_lab::random::{Purpose, Random};
use proptest::prelude::*;

/// A text that the kind allows: a number in its range or a name.
fn allowed(kind: Kind, choice: u32, fraction: f64) -> String {
    let pick = |names: &[&str]| names[choice as usize % names.len()].to_owned();
    match kind {
        Kind::Choice(names) => pick(names),
        Kind::Switch => pick(&["0", "1"]),
        Kind::Integer { word: Some(word), .. } | Kind::Real { word: Some(word), .. } if choice.is_multiple_of(4) => {
            word.into()
        }
        Kind::Integer { min, max, .. } => (min + (f64::from(max - min) * fraction) as u32).to_string(),
        Kind::Real { min, max, .. } => (min + (max - min) * fraction.powi(3)).to_string(),
    }
}

fn experiment() -> impl Strategy<Value = Experiment> {
    let choices = prop::collection::vec((any::<bool>(), any::<u32>(), 0.0..=1.0_f64), Key::ALL.len());
    choices.prop_map(|choices| {
        let mut experiment = Experiment::default();
        for (&key, (is_set, choice, fraction)) in Key::ALL.iter().zip(choices) {
            if is_set {
                let text = allowed(experiment.allowed(key), choice, fraction);
                experiment.set_text(key, &text).unwrap_or_else(|rejection| panic!("{rejection}"));
            }
        }
        experiment
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_experiment_survives_the_round_trip(experiment in experiment()) {
        experiment.validate().unwrap();
        let fragment = to_fragment(&experiment);
        let (again, notices) = from_fragment(&fragment);
        prop_assert_eq!(notices, []);
        prop_assert_eq!(&again, &experiment, "{}", fragment);
    }

    #[test]
    fn every_text_gives_an_experiment_that_is_allowed(text in "\\PC*") {
        from_fragment(&text).0.validate().unwrap();
    }
}

/// A million fragments: real ones with bytes changed, cut, doubled and mixed.
#[test]
fn mutated_fragments_give_experiments_that_are_allowed() {
    let mut random = Random::new(1, Purpose::Data);
    let mut index = |len: usize| (random.unit() * len as f64) as usize;
    let spice = [
        "=", "&", "#", "%", "%00", "+", "-", "e", "1e999", "NaN", "inf", "-0", "é", "\u{0}", "v=2", "depth", "0x10",
        "lr=",
    ];
    let seeds: Vec<Vec<char>> = Preset::ALL
        .iter()
        .map(|preset| preset.fragment())
        .chain(["v=1&seed=4294967295&speed=max&batch=full&clip=norm&clip-at=1e-4&schedule=cosine&run=1&step=1000000"])
        .map(|fragment| fragment.chars().collect())
        .collect();
    for _ in 0..1_000_000 {
        let mut text = seeds[index(seeds.len())].clone();
        for _ in 0..1 + index(4) {
            let at = index(text.len() + 1);
            match index(4) {
                0 if at < text.len() => {
                    text.remove(at);
                }
                1 => text.splice(at..at, spice[index(spice.len())].chars()).for_each(drop),
                2 if at < text.len() => text[at] = char::from(32 + index(95) as u8),
                _ => text.truncate(at.max(1)),
            }
        }
        let text: String = text.into_iter().collect();
        let (experiment, _) = from_fragment(&text);
        if let Err(rejection) = experiment.validate() {
            panic!("{text:?}: {rejection}");
        }
    }
}

#[test]
fn a_hundred_kilobytes_of_nonsense_are_read_in_one_go() {
    let text = "colour=red&depth=99999999999&".repeat(4_000);
    let (experiment, notices) = from_fragment(&text);
    assert_eq!(experiment, Experiment::default());
    assert!(notices.len() > 1);
}

/// What is kept of a link, and with it the work that each further key makes, does not grow with the link.
#[test]
fn a_megabyte_of_anything_leaves_few_short_notices() {
    let pieces = [
        "a&v=2&",
        "v=2&",
        "&",
        "=&",
        "#",
        "#v=1#",
        "%",
        "%00=%00&",
        "%E0%A4%A&",
        "%ED%A0%80=%ED%B0%80&",
        "\u{202e}depth=\u{202e}3&",
        "depth=3&depth=4&",
        "batch=full&batch=3&",
        "lr=1e999999999999999999999&",
        "lr=-1e-999999999999999999999&",
        "seed=9&",
        "+",
        "é=\u{0}&",
    ];
    let mut links: Vec<String> = pieces.iter().map(|piece| piece.repeat(1_000_000 / piece.len())).collect();
    // A key beside a million others, and values of a million digits.
    links.push((0..150_000).map(|n| format!("k{n:x}&")).collect());
    for &key in Key::ALL {
        for value in ["7", "0", "0.", "1e", "e", "-", "%", "%25", "\u{202e}"] {
            links.push(format!("{}={}", key.name(), value.repeat(20_000)));
            links.push(format!("{}=0.{}1", key.name(), value.repeat(20_000)));
            links.push(format!("{}=1e{}1", key.name(), value.repeat(20_000)));
        }
    }
    for link in links {
        let (experiment, notices) = from_fragment(&link);
        experiment.validate().unwrap();
        let shown = &link[..link.chars().take(30).map(char::len_utf8).sum::<usize>()];
        assert!(notices.len() <= 7, "{shown}: {} notices", notices.len());
        let is_seen = |notice: &Notice| {
            let texts = match notice {
                Notice::UnknownKey(text) | Notice::NewerVersion(text) => vec![text.clone()],
                Notice::BadValue(rejection) => vec![rejection.given.to_string()],
                Notice::RepeatedKey { kept, left_out, .. } => vec![kept.clone(), left_out.clone()],
                Notice::MoreUnknownKeys(_) => vec![],
            };
            texts.iter().all(|text| text.chars().count() <= 41 && !text.contains(['\0', '\n', '\u{202e}']))
        };
        assert!(notices.iter().all(is_seen), "{shown}: {notices:?}");
    }
}

#[test]
fn of_a_million_unknown_keys_a_few_are_named_and_all_are_counted() {
    let (_, notices) = from_fragment(&(0..150_000).map(|n| format!("k{n}&v=2&")).collect::<String>());
    let named = notices.iter().filter(|notice| matches!(notice, Notice::UnknownKey(_))).count();
    assert_eq!(notices.len(), named + 2, "and their number, and the version: {notices:?}");
    assert!(notices.contains(&Notice::MoreUnknownKeys(150_000 - named)), "{notices:?}");
}
