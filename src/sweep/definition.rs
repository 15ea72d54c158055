//! What a link says of a map: its axes, how many seeds each cell has, and what is shown of the runs.

use super::axis::{Axis, PointsError};
use super::outcome::Outcome;
use crate::choice::Choice;
use crate::decimal;
use crate::diagnosis::Condition;
use crate::experiment::{Experiment, Key, shorten};
use crate::nn::Initializer;

/// A map of runs of an experiment, which itself is not in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// The parameter from left to right.
    pub across: Axis,
    /// The parameter from the bottom up, if there are two.
    pub up: Option<Axis>,
    /// Runs of each cell: with the seed of the experiment, and so many after it.
    pub seeds: u32,
    /// What is shown of them.
    pub outcome: Outcome,
    /// After so many steps, where that makes a difference.
    pub after: u32,
}

/// A part of a link's definition that was left aside.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// No parameter has this name (shortened to a length that fits on the page).
    UnknownKey(String),
    /// The parameter is along no axis: it changes no number, or is the seed.
    NotSwept(Key),
    /// These (shortened) are no values of the parameter.
    Values(Key, String, PointsError),
    /// The parameter is along both axes.
    SameKey(Key),
    /// A map has two axes.
    TooManyAxes,
    /// This (shortened) is no number of seeds.
    Seeds(String),
    /// This (shortened) is nothing that is shown.
    Outcome(String),
    /// This (shortened) is no number of steps.
    After(String),
}

/// Steps, where a link says nothing of them.
pub const DEFAULT_STEPS: u32 = 100;

/// The most steps of a run.
pub const MOST_STEPS: u32 = 1_000_000;

impl Sweep {
    /// A map to begin with, of what the gradient of an experiment's kind depends on most; the experiment itself is on it.
    pub fn of(experiment: &Experiment) -> Self {
        let (across, up) = if experiment.model.is_recurrent() {
            (Key::Length, None)
        } else if experiment.init == Initializer::Zeros {
            (Key::Depth, None)
        } else {
            (Key::Gain, Some(Key::Depth))
        };
        let (across, up) = (Axis::of(across, experiment), up.map(|key| Axis::of(key, experiment)));
        Self { across, up, seeds: 1, outcome: Outcome::Factor, after: DEFAULT_STEPS }
    }

    /// The map that a link's pairs describe of an experiment, and what of them could not be used. Without an axis that can
    /// be used it is [`Sweep::of`] the experiment in its axes.
    pub fn from_pairs(pairs: &str, experiment: &Experiment) -> (Self, Vec<Problem>) {
        let (mut sweep, mut problems, mut axes) = (Self::of(experiment), Vec::new(), Vec::new());
        for (name, text) in form_urlencoded::parse(pairs.as_bytes()) {
            match &*name {
                "sweep" => match axis(&text) {
                    Ok(axis) if axes.iter().any(|other: &Axis| other.key == axis.key) => {
                        add(&mut problems, Problem::SameKey(axis.key));
                    }
                    Ok(_) if axes.len() == 2 => add(&mut problems, Problem::TooManyAxes),
                    Ok(axis) => axes.push(axis),
                    Err(problem) => add(&mut problems, problem),
                },
                "seeds" => match text.trim().parse().ok().filter(|seeds| *seeds > 0) {
                    Some(seeds) => sweep.seeds = seeds,
                    None => add(&mut problems, Problem::Seeds(shorten(&text))),
                },
                "outcome" => match outcome_of(&text) {
                    Some(outcome) => sweep.outcome = outcome,
                    None => add(&mut problems, Problem::Outcome(shorten(&text))),
                },
                "after" => match text.trim().parse().ok().filter(|steps| *steps <= MOST_STEPS) {
                    Some(steps) => sweep.after = steps,
                    None => add(&mut problems, Problem::After(shorten(&text))),
                },
                _ => {}
            }
        }
        let mut axes = axes.into_iter();
        if let Some(across) = axes.next() {
            (sweep.across, sweep.up) = (across, axes.next());
        }
        (sweep, problems)
    }

    /// The pairs of its link, in the form that [`Sweep::from_pairs`] reads.
    pub fn pairs(&self) -> String {
        let mut pairs: Vec<String> = self.axes().map(|axis| format!("sweep={}", axis.text())).collect();
        if self.seeds != 1 {
            pairs.push(format!("seeds={}", self.seeds));
        }
        if self.outcome != Outcome::Factor {
            pairs.push(format!("outcome={}", outcome_text(self.outcome)));
        }
        if self.outcome.takes_steps() && self.after != DEFAULT_STEPS {
            pairs.push(format!("after={}", self.after));
        }
        pairs.join("&")
    }

    /// Its axes, the one across first.
    pub fn axes(&self) -> impl Iterator<Item = &Axis> {
        std::iter::once(&self.across).chain(&self.up)
    }
}

/// Adds a problem that was not told. A link can hold any number of them.
fn add(problems: &mut Vec<Problem>, problem: Problem) {
    const MOST: usize = 5;
    if problems.len() < MOST && !problems.contains(&problem) {
        problems.push(problem);
    }
}

/// The axis that a pair says: `depth:1..30*16`.
fn axis(text: &str) -> Result<Axis, Problem> {
    let (name, values) = text.split_once(':').unwrap_or((text, ""));
    let key = Key::from_name(name.trim()).ok_or_else(|| Problem::UnknownKey(shorten(name)))?;
    if !Axis::allows(key) {
        return Err(Problem::NotSwept(key));
    }
    Axis::parse(key, values).map_err(|error| Problem::Values(key, shorten(values), error))
}

/// The outcome that a text names: `loss`, `steps:0.1`, `verdict:dead`.
pub fn outcome_of(text: &str) -> Option<Outcome> {
    let text = text.trim();
    let (name, of) = text.split_once(':').unwrap_or((text, ""));
    Some(match (name, of) {
        ("factor", "") => Outcome::Factor,
        ("loss", "") => Outcome::Loss,
        ("accuracy", "") => Outcome::Accuracy,
        ("steps", loss) => Outcome::StepsTo(decimal::parse(loss.trim()).filter(|loss| (0.0..=1e6).contains(loss))?),
        ("verdict", condition) => Outcome::Verdict(Condition::from_name(condition.trim())?),
        _ => return None,
    })
}

/// The text that [`outcome_of`] reads.
pub fn outcome_text(outcome: Outcome) -> String {
    match outcome {
        Outcome::Factor => "factor".to_owned(),
        Outcome::Loss => "loss".to_owned(),
        Outcome::Accuracy => "accuracy".to_owned(),
        Outcome::StepsTo(loss) => format!("steps:{loss}"),
        Outcome::Verdict(condition) => format!("verdict:{}", condition.name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Model;
    use crate::experiment::scene::{Link, Scene};
    use crate::experiment::share::from_fragment;

    fn read(pairs: &str) -> (Sweep, Vec<Problem>) {
        Sweep::from_pairs(pairs, &Experiment::default())
    }

    #[test]
    fn a_link_keeps_all_of_a_map() {
        for pairs in [
            "sweep=gain:0.5..3*20&sweep=depth:2..40*20",
            "sweep=depth:1..20*20&seeds=20&outcome=verdict:dead&after=0",
            "sweep=lr:1e-4..1*9&sweep=optimizer:sgd,momentum,adam&seeds=3&outcome=loss&after=200",
            "sweep=lr:0.001..1*9&outcome=steps:0.1&after=500",
            "sweep=activation:tanh,relu&outcome=accuracy",
        ] {
            let (sweep, problems) = read(pairs);
            assert_eq!((sweep.pairs().as_str(), problems), (pairs, vec![]));
            let link = Link::parse(&Link::fragment(&Experiment::default(), pairs));
            assert_eq!((link.scene, link.scene_pairs.as_str()), (Scene::Sweep, pairs));
        }
        // However a browser or a mail program writes it.
        let (sweep, problems) = read("sweep=gain%3A0.5..3%2A20&sweep=optimizer%3Asgd%2Cadam");
        assert_eq!((sweep.pairs().as_str(), problems), ("sweep=gain:0.5..3*20&sweep=optimizer:sgd,adam", vec![]));
    }

    #[test]
    fn what_cannot_be_used_is_told_and_the_rest_kept() {
        let (sweep, problems) = read(
            "sweep=colour:1..2*3&sweep=seed:1..9*9&sweep=depth:0..9*3&sweep=gain:1..2*3&sweep=gain:1,2\
             &sweep=activation:tanh&sweep=width:8,16&seeds=0&outcome=joy&after=-1&after=7",
        );
        assert_eq!(sweep.pairs(), "sweep=gain:1..2*3&sweep=activation:tanh");
        assert_eq!(
            problems,
            [
                Problem::UnknownKey("colour".into()),
                Problem::NotSwept(Key::Seed),
                Problem::Values(Key::Depth, "0..9*3".into(), PointsError::Value),
                Problem::SameKey(Key::Gain),
                Problem::TooManyAxes,
            ]
        );
        assert_eq!(
            read("seeds=0&outcome=joy&after=-1").1,
            [Problem::Seeds("0".into()), Problem::Outcome("joy".into()), Problem::After("-1".into())]
        );
        for outcome in ["steps", "steps:", "steps:-1", "steps:nan", "verdict", "verdict:joy", "loss:1", ""] {
            assert_eq!(outcome_of(outcome), None, "{outcome}");
        }
    }

    #[test]
    fn every_kind_of_network_has_a_map_to_begin_with() {
        for &model in Model::ALL {
            let mut experiment = Experiment::default();
            experiment.set_text(Key::Model, model.name()).unwrap();
            let (sweep, problems) = Sweep::from_pairs("", &experiment);
            assert_eq!((problems, &sweep), (vec![], &Sweep::of(&experiment)));
            assert_eq!(Sweep::from_pairs(&sweep.pairs(), &experiment), (sweep, vec![]));
        }
    }

    #[test]
    fn the_map_to_begin_with_has_the_experiment_on_it() {
        for fragment in [
            "",
            "depth=1&gain=0.5",
            "depth=100&gain=3",
            "depth=30&gain=1.7",
            "depth=7&gain=10",
            "gain=1.41421&depth=2",
            "gain=0.0123456",
            "init=zeros",
            "model=rnn",
            "model=lstm&length=60",
            "model=gru&length=200",
        ] {
            let (experiment, notices) = from_fragment(fragment);
            assert_eq!(notices, []);
            let sweep = Sweep::of(&experiment);
            for axis in sweep.axes() {
                let values = axis.values();
                assert!(values.contains(&experiment.get(axis.key)), "{fragment}: {axis:?} {values:?}");
                assert!((5..=12).contains(&values.len()), "{fragment}: {values:?}");
                assert!(values.iter().all(|value| axis.key.kind().allows(*value)), "{fragment}: {values:?}");
            }
            // And so has its link.
            let (read, problems) = Sweep::from_pairs(&sweep.pairs(), &experiment);
            let values = |sweep: &Sweep| sweep.axes().map(Axis::values).collect::<Vec<_>>();
            assert_eq!((values(&read), problems), (values(&sweep), vec![]), "{fragment}");
        }
    }
}
