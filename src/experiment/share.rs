//! Experiment ⇄ URL fragment: `#v=1&depth=30&activation=tanh`. A fragment holds only what differs from the
//! defaults, so links stay short, and it never reaches a server.

use super::rejection::shorten;
use super::{Experiment, Key, Rejection, Value};
use crate::choice::Choice;
use crate::optim::OptimizerKind;

/// The version of the format that [`to_fragment`] writes. A link of an older version must keep its meaning.
pub const VERSION: u32 = 1;

/// A part of a fragment that was left aside.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// No parameter has this key (shortened to a length that fits on the page).
    UnknownKey(String),
    /// So many more keys that no parameter has, after those that are named.
    MoreUnknownKeys(usize),
    /// The parameter was given more than one value.
    RepeatedKey {
        /// The parameter.
        key: Key,
        /// The last value, which counts (shortened).
        kept: String,
        /// The last other one, which was left out (shortened).
        left_out: String,
    },
    /// The parameter does not allow this value; its default was taken.
    BadValue(Rejection),
    /// The link was made by a later version than this one (or says something else of its version), and may hold what
    /// this one cannot read.
    NewerVersion(String),
}

/// Keys without a parameter that are named; of more it is only said how many. A link can hold any number of them.
const MOST_NAMED: usize = 5;

/// An experiment as a fragment, without the `#`.
pub fn to_fragment(experiment: &Experiment) -> String {
    let mut fragment = form_urlencoded::Serializer::new(String::new());
    fragment.append_pair("v", &VERSION.to_string());
    for &key in Key::ALL {
        if !experiment.is_default(key) {
            fragment.append_pair(key.name(), &experiment.get(key).to_string());
        }
    }
    fragment.finish()
}

/// The experiment that a fragment describes, with or without its `#`, and what of it could not be used.
///
/// Every fragment describes an experiment: what is unknown or not allowed is left at its default, with a notice.
/// The order of the keys does not matter; of a repeated key the last counts, and that is told. There are no more notices
/// than parameters have use for, and the time that it takes grows with the fragment's length alone, whatever it says.
pub fn from_fragment(fragment: &str) -> (Experiment, Vec<Notice>) {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    let (mut notices, mut unnamed, mut newer) = (Vec::new(), 0, None);
    let mut given: Vec<Option<Said>> = vec![None; Key::ALL.len()];
    for (name, value) in form_urlencoded::parse(fragment.as_bytes()) {
        if name == "v" {
            if !value.parse::<u32>().is_ok_and(|version| (1..=VERSION).contains(&version)) {
                newer = Some(Notice::NewerVersion(shorten(&value)));
            }
        } else if let Some(key) = Key::from_name(&name) {
            let value = value.into_owned();
            let repeated = match given[key as usize].take() {
                Some(before) if before.value != value => Some((shorten(&value), shorten(&before.value))),
                Some(before) => before.repeated,
                None => None,
            };
            given[key as usize] = Some(Said { value, repeated });
        } else {
            let notice = Notice::UnknownKey(shorten(if name.is_empty() { "=" } else { &name }));
            if notices.len() < MOST_NAMED && !notices.contains(&notice) {
                notices.push(notice);
            } else if !notices.contains(&notice) {
                unnamed += 1;
            }
        }
    }
    if unnamed > 0 {
        notices.push(Notice::MoreUnknownKeys(unnamed));
    }
    notices.extend(newer);
    keep_amsgrad(&mut given);
    let mut experiment = Experiment::default();
    // In the order of the keys, in which the parameters that defaults depend on come before those that depend on them.
    for &key in Key::ALL {
        let Some(Said { value, repeated }) = given[key as usize].take() else { continue };
        if let Err(rejection) = experiment.set_text(key, &value) {
            notices.push(Notice::BadValue(rejection));
        }
        if let Some((kept, left_out)) = repeated {
            notices.push(Notice::RepeatedKey { key, kept, left_out });
        }
    }
    (experiment, notices)
}

/// What a fragment gives a parameter.
#[derive(Clone)]
struct Said {
    value: String,
    /// That value as it was written, and the last other one that it gave before; both shortened.
    repeated: Option<(String, String)>,
}

/// AMSGrad was an optimizer of its own, with Adam's defaults, before it was a switch of Adam.
fn keep_amsgrad(given: &mut [Option<Said>]) {
    let is_old = |said: &&mut Said| said.value.trim().eq_ignore_ascii_case("amsgrad");
    let Some(optimizer) = given[Key::Optimizer as usize].as_mut().filter(is_old) else { return };
    optimizer.value = OptimizerKind::Adam.name().to_owned();
    let switch = || Said { value: Value::Switch(true).to_string(), repeated: None };
    given[Key::Amsgrad as usize].get_or_insert_with(switch);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_link_to_amsgrad_keeps_its_meaning() {
        for old in ["optimizer=amsgrad", "lr=0.02&optimizer=AMSGrad", "optimizer=amsgrad&beta2=0.9"] {
            let (experiment, notices) = from_fragment(old);
            assert_eq!(
                (notices, experiment.optimizer, experiment.amsgrad),
                (vec![], OptimizerKind::Adam, true),
                "{old}"
            );
            let rest = old.to_ascii_lowercase().replace("optimizer=amsgrad", "optimizer=adam&amsgrad=1");
            assert_eq!(from_fragment(&rest), (experiment, vec![]), "{old}");
        }
        let link = to_fragment(&from_fragment("optimizer=amsgrad").0);
        assert_eq!(link, "v=1&optimizer=adam&amsgrad=1");
        // Who writes both means the switch.
        assert!(!from_fragment("optimizer=amsgrad&amsgrad=0").0.amsgrad);
        assert!(from_fragment("optimizer=adamw&amsgrad=1").0.amsgrad);
    }

    #[test]
    fn the_default_experiment_is_the_empty_fragment() {
        assert_eq!(from_fragment(""), (Experiment::default(), vec![]));
        assert_eq!(to_fragment(&Experiment::default()), "v=1");
    }

    #[test]
    fn the_order_of_the_keys_does_not_matter() {
        let (first, _) = from_fragment("#lr=0.5&optimizer=adam");
        let (second, _) = from_fragment("#optimizer=adam&lr=0.5");
        assert_eq!(first, second);
        assert_eq!(first.lr, 0.5);
    }

    #[test]
    fn a_bad_value_is_named_and_the_rest_is_kept() {
        let (experiment, notices) = from_fragment("#depth=1e9&activation=tanh&colour=red");
        assert_eq!(experiment.depth, 12);
        assert_eq!(experiment.activation, crate::nn::Activation::Tanh);
        assert_eq!(notices.len(), 2);
        assert_eq!(notices[0], Notice::UnknownKey("colour".into()));
        let Notice::BadValue(rejection) = &notices[1] else { panic!("{notices:?}") };
        assert_eq!((rejection.key, rejection.given.to_string().as_str()), (Key::Depth, "1e9"));
    }

    #[test]
    fn of_a_repeated_key_the_last_counts_and_the_other_is_told() {
        let repeated = |key, kept: &str, left_out: &str| Notice::RepeatedKey {
            key,
            kept: kept.to_owned(),
            left_out: left_out.to_owned(),
        };
        let (experiment, notices) = from_fragment("#batch=full&depth=3&batch=3");
        assert_eq!((experiment.batch_size(), experiment.depth), (3, 3));
        assert_eq!(notices, [repeated(Key::Batch, "3", "full")]);
        // One of many that were left out, and none that says the same.
        let (experiment, notices) = from_fragment("lr=0.5&lr=0.5&depth=1&depth=2&depth=3&depth=4");
        assert_eq!((experiment.lr, experiment.depth), (0.5, 4));
        assert_eq!(notices, [repeated(Key::Depth, "4", "3")]);
        assert_eq!(from_fragment("depth=3&depth=4&depth=3&depth=3").1, [repeated(Key::Depth, "3", "4")]);
        // What is told is what was written, also where it is read as something else.
        let (experiment, notices) = from_fragment("optimizer=adam&optimizer=amsgrad");
        assert_eq!((experiment.optimizer, experiment.amsgrad), (OptimizerKind::Adam, true));
        assert_eq!(notices, [repeated(Key::Optimizer, "amsgrad", "adam")]);
        assert_eq!(from_fragment("optimizer=AMSGrad&optimizer=adam").1, [repeated(Key::Optimizer, "adam", "AMSGrad")]);
        // What counts may be what is not allowed.
        let (experiment, notices) = from_fragment("depth=3&depth=deep");
        assert_eq!(experiment, Experiment::default());
        assert!(matches!(&notices[0], Notice::BadValue(rejection) if rejection.key == Key::Depth), "{notices:?}");
        assert_eq!(notices[1..], [repeated(Key::Depth, "deep", "3")]);
    }

    #[test]
    fn unknown_keys_are_named_once_and_no_more_than_fit() {
        let named =
            |names: &[&str]| names.iter().map(|name| Notice::UnknownKey((*name).to_owned())).collect::<Vec<_>>();
        assert_eq!(from_fragment("a&b=1&a=2&a&b").1, named(&["a", "b"]));
        let (_, notices) = from_fragment("a&b&c&d&e&f&g&a&h");
        assert_eq!(notices[..5], named(&["a", "b", "c", "d", "e"]));
        assert_eq!(notices[5..], [Notice::MoreUnknownKeys(3)]);
        assert_eq!(from_fragment("&&&").1, []);
        assert_eq!(from_fragment("=1").1, named(&["="]));
    }

    #[test]
    fn the_newest_version_that_is_not_this_is_told_once() {
        assert_eq!(from_fragment("v=2&v=9&v=1").1, [Notice::NewerVersion("9".to_owned())]);
    }
}
