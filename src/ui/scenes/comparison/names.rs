//! What each of several runs is called: by what differs between them.

use crate::experiment::comparison::differing;
use crate::experiment::{Experiment, Key, Kind, Model, Value};
use crate::plot::number::short;
use crate::ui::i18n::{Words, t_string};
use crate::ui::shared::words;

/// The name of each: the first by what it has of the parameters that differ anywhere, the others by what is other in them.
pub fn names(i18n: Words, runs: &[Experiment]) -> Vec<String> {
    let Some(first) = runs.first() else { return Vec::new() };
    let mut keys = differing(runs);
    // How many samples a step sees comes after how it is made.
    keys.sort_by_key(|key| *key == Key::Batch);
    if keys.is_empty() {
        return runs.iter().map(|_| t_string!(i18n, comparison.same_settings).to_owned()).collect();
    }
    let own = |run: &Experiment| {
        let relevant = keys.iter().filter(|key| run.is_relevant(**key));
        relevant.map(|key| part(i18n, *key, None, run.get(*key))).collect::<Vec<_>>().join(", ")
    };
    let others = runs[1..].iter().map(|run| {
        let is_other = |key: &&Key| run.is_relevant(**key) && run.get(**key) != first.get(**key);
        let parts: Vec<String> = keys
            .iter()
            .filter(is_other)
            .map(|key| part(i18n, *key, first.is_relevant(*key).then(|| first.get(*key)), run.get(*key)))
            .collect();
        if parts.is_empty() { t_string!(i18n, comparison.as_the_first).to_owned() } else { parts.join(", ") }
    });
    std::iter::once(own(first)).chain(others).collect()
}

/// A parameter's value, or what it was in the first run and is in this one.
fn part(i18n: Words, key: Key, from: Option<Value>, to: Value) -> String {
    if let Value::Switch(on) = to {
        let label = words::label(i18n, key);
        return if on { label.to_owned() } else { t_string!(i18n, comparison.without, label = label).to_string() };
    }
    let values = match from {
        Some(from) => [value(i18n, key, from), value(i18n, key, to)].join(" → "),
        None => value(i18n, key, to),
    };
    match prefix(i18n, key) {
        Some(prefix) => format!("{prefix} {values}"),
        None => values,
    }
}

/// What stands before the value: its letter, or its name where that does not follow from the value.
fn prefix(i18n: Words, key: Key) -> Option<String> {
    let tells_itself = matches!(
        key,
        Key::Model
            | Key::Optimizer
            | Key::Activation
            | Key::Init
            | Key::RecInit
            | Key::Dataset
            | Key::Task
            | Key::Language
            | Key::Loss
            | Key::Precision
    );
    let is_choice = matches!(key.kind(), Kind::Choice(_));
    match key.symbol() {
        _ if tells_itself => None,
        Some(symbol) if !is_choice => Some(words::letter(symbol)),
        _ if key == Key::Batch => Some(t_string!(i18n, comparison.batch).to_owned()),
        _ => Some(words::label(i18n, key).to_owned()),
    }
}

fn value(i18n: Words, key: Key, value: Value) -> String {
    match value {
        Value::Name("mlp") if key == Key::Model => model(i18n, Model::Mlp).to_owned(),
        Value::Name("rnn") if key == Key::Model => model(i18n, Model::Rnn).to_owned(),
        Value::Name("lstm") if key == Key::Model => model(i18n, Model::Lstm).to_owned(),
        Value::Name("gru") if key == Key::Model => model(i18n, Model::Gru).to_owned(),
        Value::Name(_) if key == Key::Batch => t_string!(i18n, comparison.full_batch).to_owned(),
        Value::Real(x) => short(x),
        other => words::value(i18n, key, other),
    }
}

fn model(i18n: Words, model: Model) -> &'static str {
    match model {
        Model::Mlp => t_string!(i18n, comparison.model.mlp),
        Model::Rnn => t_string!(i18n, comparison.model.rnn),
        Model::Lstm => t_string!(i18n, comparison.model.lstm),
        Model::Gru => t_string!(i18n, comparison.model.gru),
    }
}
