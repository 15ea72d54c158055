//! Several runs side by side ⇄ the pairs of a link.
//!
//! The first run is the link's experiment. Each further one is a pair `vs=optimizer:adam,lr:0.001`, which says in what it
//! differs from the first: `vs=` is the same once more. `pace=free` lets each run go as fast as it can; without it they go
//! in lock-step. How a run is conducted (its speed, where it stops, how it opens) is the same for all, and the first's.

use super::rejection::shorten;
use super::{Experiment, Key, Rejection, Value};
use crate::choice::{Choice, choice};

choice! {
    /// How runs go on beside each other.
    #[derive(Default)]
    pub enum Pace {
        /// All are at the same step, so that they are compared step by step.
        #[default]
        Lockstep => "lockstep",
        /// Each as fast as it can, so that they are compared after the same time.
        Free => "free",
    }
}

/// Runs that are compared at the most: of more, nobody tells the curves apart.
pub const MOST_RUNS: usize = 4;

/// What was wrong with pieces of one link, of which each kind is named so often at the most.
const MOST_NAMED: usize = 5;

/// A part of the pairs that was left aside. Runs are counted from 1, the link's own experiment.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// No parameter has this key (shortened to a length that fits on the page).
    UnknownKey {
        /// The run.
        run: usize,
        /// The key, as it was written.
        key: String,
    },
    /// The parameter says how runs are conducted, and so is that of all.
    OfAllRuns {
        /// The run for which it was given.
        run: usize,
        /// The parameter.
        key: Key,
    },
    /// The parameter does not allow this value; the run has what it had without.
    BadValue {
        /// The run.
        run: usize,
        /// The value, and what is allowed.
        rejection: Rejection,
    },
    /// The parameter was given more than once for one run, of which the last counts.
    RepeatedKey {
        /// The run.
        run: usize,
        /// The parameter.
        key: Key,
    },
    /// So many more pieces that could not be used, after those that are named.
    More(usize),
    /// So many runs were given, of which the first [`MOST_RUNS`] are shown.
    TooManyRuns(usize),
    /// There is no such pace (shortened); runs go in lock-step.
    BadPace(String),
}

/// The runs beside the first, and how all go on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The runs beside the first; [`MOST_RUNS`]` − 1` at the most.
    pub others: Vec<Experiment>,
    /// How they go on.
    pub pace: Pace,
}

impl Comparison {
    /// What the pairs of a link say beside its experiment, and what of them could not be used.
    ///
    /// Every text describes a comparison. The time that it takes grows with the text's length alone.
    pub fn parse(first: &Experiment, pairs: &str) -> (Self, Vec<Notice>) {
        let mut comparison = Self::default();
        let (mut notices, mut more, mut given) = (Vec::new(), 0, 1);
        let mut say = |notice: Notice| {
            let alike = |other: &&Notice| std::mem::discriminant(*other) == std::mem::discriminant(&notice);
            if notices.contains(&notice) {
                return;
            }
            if notices.iter().filter(alike).count() < MOST_NAMED {
                notices.push(notice);
            } else {
                more += 1;
            }
        };
        for (name, value) in form_urlencoded::parse(pairs.as_bytes()) {
            if name == "pace" {
                match Pace::from_name(&value.trim().to_ascii_lowercase()) {
                    Some(pace) => comparison.pace = pace,
                    None => say(Notice::BadPace(shorten(&value))),
                }
            } else if name == "vs" {
                given += 1;
                if given <= MOST_RUNS {
                    comparison.others.push(other(first, &value, given, &mut say));
                }
            }
        }
        if given > MOST_RUNS {
            say(Notice::TooManyRuns(given));
        }
        if more > 0 {
            notices.push(Notice::More(more));
        }
        (comparison, notices)
    }

    /// The pairs that [`Comparison::parse`] reads as this comparison. They hold no character that a fragment would have to
    /// write otherwise.
    pub fn pairs(&self, first: &Experiment) -> String {
        let mut pairs: Vec<String> = self.others.iter().map(|other| ["vs=", &written(first, other)].concat()).collect();
        if self.pace != Pace::default() {
            pairs.push(["pace=", self.pace.name()].concat());
        }
        pairs.join("&")
    }
}

/// The run that differs from the first in what a text says.
fn other(first: &Experiment, text: &str, run: usize, say: &mut dyn FnMut(Notice)) -> Experiment {
    let mut given: Vec<Option<&str>> = vec![None; Key::ALL.len()];
    for piece in text.split(',').filter(|piece| !piece.trim().is_empty()) {
        let (name, value) = piece.split_once(':').unwrap_or((piece, ""));
        match Key::from_name(name.trim()) {
            None => say(Notice::UnknownKey { run, key: shorten(if name.is_empty() { ":" } else { name }) }),
            Some(key) if !key.changes_numbers() => say(Notice::OfAllRuns { run, key }),
            Some(key) => {
                if given[key as usize].replace(value).is_some_and(|before| before != value) {
                    say(Notice::RepeatedKey { run, key });
                }
            }
        }
    }
    let mut other = first.clone();
    // In the order of the keys, in which the parameters that defaults depend on come before those that depend on them.
    for &key in Key::ALL {
        if let Some(Err(rejection)) = given[key as usize].map(|value| other.set_text(key, value)) {
            say(Notice::BadValue { run, rejection });
        }
    }
    other
}

fn written(first: &Experiment, other: &Experiment) -> String {
    let pieces: Vec<String> =
        differences(first, other).iter().map(|(key, value)| format!("{}:{value}", key.name())).collect();
    pieces.join(",")
}

/// What must be set in a run, one parameter after another, to make another one of it. A parameter that follows one set
/// before, as a learning rate at its default does its optimizer, is not among them.
pub fn differences(first: &Experiment, other: &Experiment) -> Vec<(Key, Value)> {
    let (mut made, mut differences) = (first.clone(), Vec::new());
    for &key in Key::ALL.iter().filter(|key| key.changes_numbers()) {
        let value = other.get(key);
        if made.get(key) != value && made.set(key, value).is_ok() {
            differences.push((key, value));
        }
    }
    differences
}

/// The parameters by which runs are told apart: those in which they differ, but for what changes nothing in any of them and
/// for defaults that only follow another difference. What a run learns, by which rule and how fast is never left out.
pub fn differing(runs: &[Experiment]) -> Vec<Key> {
    const TOLD: [Key; 3] = [Key::Task, Key::Optimizer, Key::Lr];
    let Some(first) = runs.first() else { return Vec::new() };
    let set: Vec<Key> = runs.iter().flat_map(|run| differences(first, run)).map(|(key, _)| key).collect();
    let differs = |key: &Key| {
        (set.contains(key) || TOLD.contains(key))
            && runs.iter().any(|run| run.get(*key) != first.get(*key))
            && runs.iter().any(|run| run.is_relevant(*key))
    };
    Key::ALL.iter().copied().filter(differs).collect()
}

#[cfg(test)]
#[path = "comparison_tests.rs"]
mod tests;
