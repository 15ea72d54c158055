//! What the page must show, computed here with the same library.

use gradient_lab::choice::Choice;
use gradient_lab::experiment::{Experiment, Key, Kind, Value, share};
use gradient_lab::run::AnyTrainer;
use gradient_lab::train::{Divergence, StepReport};

/// The experiment that a fragment describes, all of which must be allowed.
pub fn experiment(fragment: &str) -> Experiment {
    let (experiment, notices) = share::from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    experiment
}

/// The report of a step of an experiment; of step 0 the measurement before the first update.
pub fn report_at(experiment: &Experiment, step: u64) -> StepReport {
    let mut trainer = AnyTrainer::new(experiment).expect("an allowed experiment");
    let mut report = trainer.probe().expect("a finite start").clone();
    for _ in 0..step {
        report = trainer.step().expect("a finite step").clone();
    }
    report
}

/// Where an experiment diverges, within so many steps.
pub fn divergence(experiment: &Experiment, within: u64) -> Divergence {
    let mut trainer = AnyTrainer::new(experiment).expect("an allowed experiment");
    (0..within).find_map(|_| trainer.step().err()).expect("it diverges")
}

/// An experiment with one parameter set, as the page would.
pub fn with(experiment: &Experiment, key: Key, text: &str) -> Experiment {
    let mut changed = experiment.clone();
    changed.set_text(key, text).expect("an allowed value");
    changed
}

/// The nearest experiment to the default one in which a parameter matters: one name is another, or two.
pub fn where_relevant(key: Key) -> Experiment {
    let default = Experiment::default();
    if default.is_relevant(key) {
        return default;
    }
    let mut near = with_another_name(&default);
    let found = near.find(|experiment| experiment.is_relevant(key));
    let farther = || {
        let mut far =
            with_another_name(&default).flat_map(|experiment| with_another_name(&experiment).collect::<Vec<_>>());
        far.find(|experiment| experiment.is_relevant(key))
    };
    found.or_else(farther).unwrap_or_else(|| panic!("{key:?} never matters"))
}

/// The experiments in which one parameter has another of its names.
fn with_another_name(experiment: &Experiment) -> impl Iterator<Item = Experiment> + use<> {
    let experiment = experiment.clone();
    let names = Key::ALL.iter().filter_map(|&other| match other.kind() {
        Kind::Choice(names) => Some(names.iter().map(move |name| (other, *name))),
        _ => None,
    });
    names.flatten().filter_map(move |(other, name)| {
        let mut changed = experiment.clone();
        changed.set_text(other, name).is_ok().then_some(changed)
    })
}

/// A value that a parameter allows, which is neither its present one nor its default.
pub fn another_value(experiment: &Experiment, key: Key) -> Value {
    let candidates: Vec<String> = match experiment.allowed(key) {
        Kind::Choice(names) => names.iter().map(|name| (*name).to_owned()).collect(),
        Kind::Switch => vec!["1".to_owned(), "0".to_owned()],
        Kind::Integer { min, max, .. } => [17, 3, 9, 51, min, max].map(|n: u32| n.to_string()).to_vec(),
        Kind::Real { min, max, .. } => [0.37, 0.0123, 2.5, min, max].map(|x: f64| x.to_string()).to_vec(),
    };
    let is_other = |text: &String| {
        let mut changed = experiment.clone();
        changed.set_text(key, text).is_ok() && changed.get(key) != experiment.get(key) && !changed.is_default(key)
    };
    let text = candidates.into_iter().find(is_other).unwrap_or_else(|| panic!("{key:?} allows nothing else"));
    with(experiment, key, &text).get(key)
}
