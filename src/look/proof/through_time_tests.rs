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

/// Moves biases until every unit stands so near to 0 at the first time step of one sequence, on either side by turns, give or
/// take what rounding leaves.
fn stand_at_kinks(run: &mut RecurrentTrainer<f64>, distance: f64) {
    for level in 0..run.network().spec.stack {
        run.probe().unwrap();
        let (weights, unrolled) = (&run.network().levels[level], run.batch().unrolled());
        let input = level.checked_sub(1).map_or(unrolled.input(), |below| unrolled.levels()[below].h());
        let of = |bias: &Option<Parameter<f64>>, unit: usize| bias.as_ref().unwrap().value.get(0, unit);
        let moved = (0..run.network().spec.hidden).map(|unit| {
            let row = unrolled.row(0, unit % unrolled.batch());
            let product = |from: usize| input.get(row, from) * weights.input.weight.value.get(from, unit);
            let side = if unit % 2 == 0 { distance } else { -distance };
            side - (0..input.cols()).map(product).sum::<f64>() - of(&weights.recurrent.bias, unit)
        });
        let moved: Vec<f64> = moved.collect();
        let bias = &mut run.network_mut().levels[level].input.bias.as_mut().unwrap().value;
        moved.into_iter().enumerate().for_each(|(unit, moved)| bias.set(0, unit, moved));
    }
}

/// At a kink both slopes are right, and backpropagation takes one; so near to it every step of the search is on both sides.
#[test]
fn a_kink_at_a_time_step_is_no_error() {
    for stack in 1..=2 {
        for distance in [0.0, 1e-15, 1e-12, 1e-9] {
            let mut run = run(&format!("{}&stack={stack}", RUNS[1]));
            stand_at_kinks(&mut run, distance);
            let loss = run.probe().unwrap().loss();
            let branches = run.batch().unrolled().branches();
            assert_eq!(run.loss_on_branches(&branches), loss, "where nothing is moved they change nothing");
            let found = checks(run)[0].found.unwrap();
            assert!(found.holds() && found.too_small == 0, "{stack} levels, {distance} from 0: {found:?}");
        }
    }
}

#[test]
fn a_gradient_that_is_wrong_is_found_out() {
    for fragment in RUNS {
        let mut run = run(fragment);
        if run.network().spec.cell == Cell::Relu {
            stand_at_kinks(&mut run, 1e-12);
        }
        run.probe().unwrap();
        let branches = run.batch().unrolled().branches();
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
                slopes.work(&wrong, &branches, &mut run);
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
