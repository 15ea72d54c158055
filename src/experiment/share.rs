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
    /// The parameter does not allow this value; its default was taken.
    BadValue(Rejection),
    /// The link was made by a later version than this one (or says something else of its version), and may hold what
    /// this one cannot read.
    NewerVersion(String),
}

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
/// The order of the keys does not matter; of a repeated key the last counts.
pub fn from_fragment(fragment: &str) -> (Experiment, Vec<Notice>) {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    let mut notices = Vec::new();
    let mut given: Vec<(Key, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(fragment.as_bytes()) {
        if name == "v" {
            if value.parse::<u32>().is_ok_and(|version| (1..=VERSION).contains(&version)) {
                continue;
            }
            notices.retain(|notice| !matches!(notice, Notice::NewerVersion(_)));
            notices.push(Notice::NewerVersion(shorten(&value)));
        } else if let Some(key) = Key::from_name(&name) {
            given.retain(|(other, _)| *other != key);
            given.push((key, value.into_owned()));
        } else {
            notices.push(Notice::UnknownKey(shorten(&name)));
        }
    }
    keep_amsgrad(&mut given);
    let mut experiment = Experiment::default();
    // In the order of the keys, in which the parameters that defaults depend on come before those that depend on them.
    for &key in Key::ALL {
        let Some((_, text)) = given.iter().find(|(other, _)| *other == key) else { continue };
        if let Err(rejection) = experiment.set_text(key, text) {
            notices.push(Notice::BadValue(rejection));
        }
    }
    (experiment, notices)
}

/// AMSGrad was an optimizer of its own, with Adam's defaults, before it was a switch of Adam.
fn keep_amsgrad(given: &mut Vec<(Key, String)>) {
    let old =
        given.iter_mut().find(|(key, text)| *key == Key::Optimizer && text.trim().eq_ignore_ascii_case("amsgrad"));
    let Some((_, optimizer)) = old else { return };
    *optimizer = OptimizerKind::Adam.name().to_owned();
    if given.iter().all(|(key, _)| *key != Key::Amsgrad) {
        given.push((Key::Amsgrad, Value::Switch(true).to_string()));
    }
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
}
