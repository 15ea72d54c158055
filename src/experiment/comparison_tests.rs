use super::*;
use crate::experiment::scene::{Link, Scene};
use crate::experiment::share::from_fragment;
use crate::experiment::{Given, Kind};
use crate::random::{Purpose, Random};

fn run(fragment: &str) -> Experiment {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    experiment
}

fn parsed(first: &str, pairs: &str) -> Comparison {
    let (comparison, notices) = Comparison::parse(&run(first), pairs);
    assert_eq!(notices, [], "{pairs}");
    comparison
}

/// A value of a parameter that it allows in an experiment, any as likely as another.
fn any_value(random: &mut Random, experiment: &Experiment, key: Key) -> String {
    let word = |random: &mut Random, word: Option<&str>| word.filter(|_| random.below(3) == 0).map(str::to_owned);
    match experiment.allowed(key) {
        Kind::Choice(names) => names[random.below(names.len())].to_owned(),
        Kind::Switch => random.below(2).to_string(),
        Kind::Integer { min, max, word: name, .. } => word(random, name)
            .unwrap_or_else(|| (min + random.below((max - min).min(200) as usize + 1) as u32).to_string()),
        Kind::Real { min, max, word: name, .. } => word(random, name)
            .unwrap_or_else(|| Value::Real(random.uniform(min, max.min(min + 2.0)).clamp(min, max)).to_string()),
    }
}

/// An experiment in which many parameters are other than in the one given.
fn any(random: &mut Random, from: &Experiment, changes: usize) -> Experiment {
    let mut experiment = from.clone();
    for _ in 0..random.below(changes + 1) {
        let key = Key::ALL[random.below(Key::ALL.len())];
        let text = any_value(random, &experiment, key);
        experiment.set_text(key, &text).unwrap_or_else(|rejection| panic!("{rejection}"));
    }
    experiment
}

#[test]
fn any_runs_survive_the_journey_through_a_link() {
    let mut random = Random::new(11, Purpose::Data);
    let (mut recurrent, mut empty) = (0, 0);
    for _ in 0..3_000 {
        let mut first = any(&mut random, &Experiment::default(), 12);
        if random.below(2) == 0 {
            let model = ["rnn", "lstm", "gru"][random.below(3)];
            first.set_text(Key::Model, model).unwrap();
        }
        let others = (0..random.below(MOST_RUNS))
            .map(|_| {
                let changes = [0, 2, 15][random.below(3)];
                // From another one altogether, too, so that nothing is as it follows from the first.
                let from = if random.below(4) == 0 { Experiment::default() } else { first.clone() };
                any(&mut random, &from, changes).conducted_as(&first)
            })
            .collect::<Vec<_>>();
        recurrent += usize::from(first.model.is_recurrent());
        empty += others.iter().filter(|other| **other == first).count();
        let pace = Pace::ALL[random.below(2)];
        let comparison = Comparison { others, pace };
        let fragment = Link::fragment(&first, &comparison.pairs(&first));
        let link = Link::parse(&fragment);
        assert!(!fragment.contains('%') && fragment.is_ascii(), "{fragment}");
        let (first_again, notices) = from_fragment(&link.experiment);
        if comparison.others.is_empty() {
            // A pace alone shows a run, and is told of.
            assert_eq!((link.scene, first_again), (Scene::Run, first), "{fragment}");
            continue;
        }
        assert_eq!((link.scene, notices, &first_again), (Scene::Comparison, vec![], &first), "{fragment}");
        assert_eq!(Comparison::parse(&first_again, &link.scene_pairs), (comparison, vec![]), "{fragment}");
    }
    assert!(recurrent > 1_000 && empty > 300, "{recurrent} recurrent, {empty} the same");
}

#[test]
fn a_link_says_what_differs_and_nothing_that_follows_from_it() {
    for (first, other, pairs) in [
        ("", "optimizer=adam", "vs=optimizer:adam"),
        ("", "optimizer=adam&lr=0.1", "vs=optimizer:adam,lr:0.1"),
        ("lr=0.5", "optimizer=adam", "vs=optimizer:adam,lr:0.001"),
        ("", "", "vs="),
        ("model=rnn", "model=lstm&forget-bias=3", "vs=model:lstm,forget-bias:3"),
        ("model=rnn&task=copy", "", "vs=model:mlp"),
        ("optimizer=adam", "optimizer=adam&epsilon=1e-8&amsgrad=1", "vs=amsgrad:1"),
        ("optimizer=adam", "optimizer=adam&epsilon=1e-4", "vs=epsilon:1e-4"),
    ] {
        let (first, other) = (run(first), run(other));
        let comparison = Comparison { others: vec![other], pace: Pace::Lockstep };
        assert_eq!(comparison.pairs(&first), pairs);
    }
    let free = Comparison { others: vec![run("")], pace: Pace::Free };
    assert_eq!(free.pairs(&run("")), "vs=&pace=free");
}

#[test]
fn the_order_of_differences_does_not_matter_and_they_may_be_encoded() {
    let one = parsed("", "vs=lr:0.5,optimizer:adam&pace=FREE");
    assert_eq!(one, parsed("", "pace=free&vs=optimizer%3Aadam%2Clr%3A0.5,"));
    assert_eq!(one.others, [run("optimizer=adam&lr=0.5")]);
    assert_eq!(one.pace, Pace::Free);
    // How runs are conducted is the first's.
    let conducted = parsed("speed=max&stop-at=9&step=3&run=1", "vs=depth:3");
    assert_eq!(conducted.others, [run("speed=max&stop-at=9&step=3&run=1&depth=3")]);
}

#[test]
fn what_cannot_be_used_is_told_with_its_run_and_what_is_allowed() {
    let (comparison, notices) = Comparison::parse(&run("depth=3"), "vs=&vs=colour:red,depth:1e9,width:4,speed:max");
    assert_eq!(comparison.others, [run("depth=3"), run("depth=3&width=4")]);
    let unknown = Notice::UnknownKey { run: 3, key: "colour".to_owned() };
    assert_eq!(notices[..2], [unknown, Notice::OfAllRuns { run: 3, key: Key::Speed }]);
    let Notice::BadValue { run: 3, rejection } = &notices[2] else { panic!("{notices:?}") };
    assert_eq!(rejection.key, Key::Depth);
    assert_eq!(rejection.given, Given::Text("1e9".to_owned()));
    assert_eq!(rejection.allowed, Key::Depth.kind());

    let told = |pairs: &str| Comparison::parse(&run(""), pairs).1;
    assert_eq!(told("vs=&pace=fast"), [Notice::BadPace("fast".to_owned())]);
    assert_eq!(told("vs=depth:3,depth:4"), [Notice::RepeatedKey { run: 2, key: Key::Depth }]);
    assert_eq!(told("vs=depth:3,depth:3"), []);
    assert_eq!(told("vs=:,depth"), {
        let allowed = Key::Depth.kind();
        let rejection = Rejection { key: Key::Depth, given: Given::Text(String::new()), allowed };
        [Notice::UnknownKey { run: 2, key: ":".to_owned() }, Notice::BadValue { run: 2, rejection }]
    });
    // What the run that it becomes does not allow.
    let (comparison, notices) = Comparison::parse(&run("activation=gelu"), "vs=model:rnn,activation:gelu");
    assert_eq!(comparison.others, [run("model=rnn")]);
    assert!(matches!(&notices[..], [Notice::BadValue { run: 2, rejection }] if rejection.key == Key::Activation));
}

#[test]
fn of_too_many_runs_the_first_four_are_shown() {
    let (comparison, notices) = Comparison::parse(&run(""), "vs=depth:1&vs=depth:2&vs=depth:3&vs=depth:4&vs=nonsense");
    assert_eq!(comparison.others, [run("depth=1"), run("depth=2"), run("depth=3")]);
    assert_eq!(notices, [Notice::TooManyRuns(6)]);
}

#[test]
fn a_megabyte_of_nonsense_is_told_in_a_few_lines() {
    let nonsense: String = (0..200_000).map(|number| format!("{number}:,")).collect();
    let (comparison, notices) = Comparison::parse(&run(""), &format!("vs={nonsense}"));
    assert_eq!(comparison.others, [run("")]);
    assert_eq!((notices.len(), notices.last()), (6, Some(&Notice::More(200_000 - 5))));
}

#[test]
fn runs_are_told_apart_by_what_differs_in_any_of_them() {
    let differ = |fragments: &[&str]| differing(&fragments.iter().map(|text| run(text)).collect::<Vec<_>>());
    assert_eq!(differ(&["", "", ""]), []);
    assert_eq!(differ(&["", "optimizer=adam", "optimizer=momentum"]), [Key::Optimizer, Key::Lr]);
    assert_eq!(differ(&["", "speed=max"]), []);
    // What only follows from the kind of network is left out, but for what it learns and how.
    let told = [Key::Model, Key::Task, Key::Optimizer, Key::Lr];
    assert_eq!(differ(&["", "model=lstm"]), told);
    assert_eq!(differ(&["model=rnn", "model=lstm", "model=lstm&forget-bias=3"]), [Key::Model, Key::ForgetBias]);
    // SGD has no momentum, and nobody sees that its value is another.
    assert_eq!(differ(&["", "momentum=0.5"]), []);
    assert_eq!(differ(&["", "optimizer=momentum&lr=0.1&momentum=0.5"]), [Key::Optimizer, Key::Momentum]);
}
