//! The claims about recurrent runs hold, and would not hold of other gradients.

use super::*;
use crate::choice::Choice;
use crate::data::sequences::Corpus;
use crate::experiment::share::from_fragment;
use crate::run::AnyTrainer;

const RUNS: [&str; 5] = [
    "model=rnn&task=first-symbol",
    "model=rnn&activation=relu&task=adding&rec-init=identity",
    "model=lstm&task=first-symbol&stack=2",
    "model=gru&task=copy",
    "model=gru&task=parity&stack=2",
];

fn run(fragment: &str) -> RecurrentTrainer<f64> {
    let fragment = format!("{fragment}&hidden=5&length=8&batch=4&samples=16");
    let (experiment, notices) = from_fragment(&fragment);
    assert!(notices.is_empty(), "{notices:?}");
    let mut run = AnyTrainer::recurrent::<f32>(&experiment, &Corpus::default()).unwrap();
    for _ in 0..3 {
        run.step().unwrap();
    }
    run.recurrent_in_f64()
}

fn checks(run: RecurrentTrainer<f64>) -> Vec<Check> {
    let mut proof = ProofThroughTime::new(run);
    let pieces = (0..10_000).take_while(|_| proof.work()).count();
    assert!(pieces < 9_999, "the work comes to an end");
    proof.checks(Some((0, 7)))
}

#[test]
fn every_claim_holds_of_every_cell() {
    for fragment in RUNS {
        for Check { claim, found } in checks(run(fragment)) {
            let found = found.unwrap_or_else(|why| panic!("{fragment}, {claim:?}: {why:?}"));
            assert!(found.holds() && found.compared > 0, "{fragment}, {claim:?}: {found:?}");
        }
    }
}

#[test]
fn a_gradient_that_is_wrong_is_found_out() {
    for fragment in RUNS {
        let mut run = run(fragment);
        run.probe().unwrap();
        let count = run.network().parameters().count();
        for index in 0..count {
            let mut wrong = run.network().clone();
            let parameter = wrong.parameters_mut().nth(index).unwrap();
            if parameter.grad_norm() == 0.0 {
                continue;
            }
            let grad = parameter.grad.clone();
            parameter.set_grad(parameter.exponent, |panel, lanes| {
                for (lane, right) in lanes.iter_mut().zip(grad.panel(panel)) {
                    *lane = right.map(|g| 1.001 * g);
                }
            });
            let mut slopes = Slopes { done: index, ..Slopes::default() };
            while slopes.done == index {
                slopes.work(&wrong, &mut run);
            }
            let found = slopes.found().unwrap();
            assert!(!found.holds(), "{fragment}, tensor {index}: {found:?}");
        }
        let mut wrong = run.network().clone();
        let weight = &mut wrong.levels[0].recurrent.weight;
        let grad = weight.grad.get(1, 2);
        weight.grad.set(1, 2, 1.001 * grad + 1e-6);
        let found = sum_over_time(&wrong, run.batch()).unwrap();
        assert!(!found.holds(), "{fragment}: {found:?}");
    }
}

#[test]
fn a_window_that_cuts_is_told_from_one_that_does_not() {
    let run = run("model=lstm&task=first-symbol");
    let (network, times) = (run.network(), run.network().spec.times);
    assert_eq!(window_against_none(network, times, &run).error, 0.0);
    assert!(!window_against_none(network, times - 1, &run).holds());
}

#[test]
fn what_truncation_cuts_is_no_slope_of_the_loss() {
    let made = checks(run("model=lstm&task=first-symbol&window=3"));
    let found = |claim| made.iter().find(|check| check.claim == claim).unwrap().found;
    assert_eq!(found(Claim::FiniteDifference), Err(NotClaimed::Truncated));
    assert!(found(Claim::SumOverTime).unwrap().holds() && found(Claim::FullWindow).unwrap().holds());
}

#[test]
fn each_claim_is_of_one_kind_of_network_at_least() {
    for claim in Claim::ALL {
        assert!(Claim::OF_LAYERS.contains(claim) || Claim::THROUGH_TIME.contains(claim), "{claim:?}");
    }
}
