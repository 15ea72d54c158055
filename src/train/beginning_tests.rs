use super::*;
use crate::data::sequences::Corpus;
use crate::experiment::Experiment;
use crate::experiment::same_start::SameStart;
use crate::experiment::share::from_fragment;

fn run(fragment: &str) -> Experiment {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    experiment
}

fn beginning(experiment: &Experiment) -> Beginning {
    if experiment.model.is_recurrent() {
        RecurrentTrainer::<f32>::new(experiment, &Corpus::default()).unwrap().beginning()
    } else {
        Trainer::<f32>::new(experiment).unwrap().beginning()
    }
}

#[test]
fn what_is_said_to_be_alike_has_the_same_bits_and_nothing_else_has() {
    for fragments in [
        &[
            "",
            "optimizer=adam&lr=3",
            "activation=relu",
            "residual=add",
            "norm=layer",
            "batch=8",
            "noise=0",
            "samples=64",
        ][..],
        &["dataset=clouds", "dataset=clouds&loss=mse", "dataset=clouds&seed=9", "dataset=clouds&init=uniform"],
        &["task=sentiment", "task=sentiment&decisive=early", "task=sentiment&optimizer=momentum&batch=full"],
        &[
            "model=rnn",
            "model=rnn&activation=relu",
            "model=rnn&window=3",
            "model=rnn&batch=4",
            "model=rnn&rec-init=identity",
        ],
        &["model=lstm&task=sentiment&length=30", "model=lstm&task=sentiment&length=30&padding=after"],
        &["model=gru&task=adding&length=8", "model=gru&task=adding&length=8&samples=64&optimizer=sgd"],
    ] {
        let first = run(fragments[0]);
        for fragment in fragments {
            let other = run(fragment);
            let (said, found) = (SameStart::of(&first, &other), beginning(&first).alike(&beginning(&other)));
            // Of sentences without their order it is the same where in them a word stands, which nobody says.
            let is_unsaid = fragment.starts_with("task=") && fragment.contains("decisive");
            assert_eq!(said.data || is_unsaid, found.data, "{fragment}: {found:?}");
            assert_eq!(said.batches, found.batches, "{fragment}: {found:?}");
            assert!(found.comparable > 0, "{fragment}");
            assert_eq!(said.weights, found.same == found.comparable, "{fragment}: {found:?}");
        }
    }
}

#[test]
fn of_networks_of_different_depth_the_layers_that_both_have_begin_alike() {
    let alike = beginning(&run("depth=5")).alike(&beginning(&run("depth=9")));
    // W and b of five hidden layers; the output layer stands where the other has a hidden one.
    assert_eq!((alike.comparable, alike.same), (10, 10));
}
