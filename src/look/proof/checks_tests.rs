use super::*;
use crate::choice::Choice;
use crate::data::DatasetKind;
use crate::experiment::{Batch, Experiment, Precision};
use crate::nn::{Activation, Initializer, Mlp, Normalization, Residual};
use crate::optim::Hyper;
use crate::run::AnyTrainer;

fn small(activation: Activation, norm: Normalization, residual: Residual) -> Experiment {
    Experiment {
        depth: 4,
        width: 5,
        activation,
        norm,
        residual,
        init: Initializer::LecunNormal,
        bias_std: 0.3,
        samples: 24,
        batch: Batch::Size(10),
        ..Experiment::default()
    }
}

/// The run of an experiment after so many steps.
fn run(experiment: &Experiment, steps: u64) -> AnyTrainer {
    let mut trainer = AnyTrainer::new(experiment).unwrap();
    for _ in 0..steps {
        trainer.step().unwrap();
    }
    trainer
}

/// All checks, one piece after the other.
fn prove(trainer: &AnyTrainer, again: Option<&AnyTrainer>) -> Vec<Check> {
    let mut proof = Proof::new(trainer.in_f64());
    let mut progress = 0.0;
    while proof.work() {
        assert!((progress..1.0).contains(&proof.progress()), "{} after {progress}", proof.progress());
        progress = proof.progress();
    }
    proof.checks(again.map(|again| trainer.differing_bits(again)))
}

fn checks(experiment: &Experiment, steps: u64) -> Vec<Check> {
    prove(&run(experiment, steps), Some(&run(experiment, steps)))
}

#[test]
fn every_claim_holds_wherever_it_is_made() {
    for &activation in Activation::ALL {
        for &norm in Normalization::ALL {
            for &residual in Residual::ALL {
                let experiment = small(activation, norm, residual);
                let name = format!("{activation:?} {norm:?} {residual:?}");
                let checks = checks(&experiment, 3);
                assert_eq!(checks.iter().map(|check| check.claim).collect::<Vec<_>>(), Claim::ALL, "{name}");
                let scales = matches!(activation, Activation::Linear | Activation::Relu | Activation::LeakyRelu);
                for Check { claim, found } in checks {
                    let is_claimed = match claim {
                        Claim::WeightGradient if norm != Normalization::None || residual != Residual::None => {
                            assert_eq!(found, Err(NotClaimed::Structure), "{name}");
                            continue;
                        }
                        Claim::WeightGradient => scales,
                        _ => true,
                    };
                    match found {
                        Ok(found) => {
                            assert!(is_claimed && found.holds() && found.compared > 0, "{name} {claim:?} {found:?}")
                        }
                        Err(why) => assert!(!is_claimed && why == NotClaimed::Activation, "{name} {claim:?} {why:?}"),
                    }
                }
            }
        }
    }
}

#[test]
fn every_data_set_optimizer_and_precision_is_checked() {
    for &dataset in DatasetKind::ALL {
        for &optimizer in OptimizerKind::ALL {
            for &precision in Precision::ALL {
                let loss = dataset.default_loss();
                let plain = small(Activation::Tanh, Normalization::None, Residual::None);
                let experiment = Experiment { dataset, optimizer, precision, loss, lr: 0.01, ..plain };
                for check in checks(&experiment, 2) {
                    let name = format!("{dataset:?} {optimizer:?} {precision:?} {check:?}");
                    assert!(check.found.map_or(check.claim == Claim::WeightGradient, |found| found.holds()), "{name}");
                }
            }
        }
    }
}

#[test]
fn layers_that_finite_differences_cannot_see_are_no_failures() {
    let found = |experiment: &Experiment| prove(&run(experiment, 0), None)[0].found;
    let vanishing = Experiment { depth: 30, ..Experiment::default() };
    let Ok(seen) = found(&vanishing) else { panic!("nothing was seen") };
    assert!(seen.holds() && seen.compared >= 5 && seen.too_small >= 5, "{seen:?}");
    assert_eq!(seen.compared + seen.too_small, 31);
    let deep = Experiment { depth: 100, width: 4, samples: 16, activation: Activation::Tanh, ..Experiment::default() };
    let Ok(seen) = found(&deep) else { panic!("nothing was seen") };
    assert!(seen.holds() && seen.compared + seen.too_small == 32, "{seen:?}");
    let zeros = Experiment {
        init: Initializer::Zeros,
        activation: Activation::Relu,
        dataset: DatasetKind::Plane,
        loss: DatasetKind::Plane.default_loss(),
        ..Experiment::default()
    };
    // Only the output's bias has a gradient.
    let Ok(seen) = found(&zeros) else { panic!("nothing was seen") };
    assert!(seen.holds() && seen.compared == 1 && seen.too_small == 12, "{seen:?}");
    assert_eq!(prove(&run(&zeros, 0), None)[1].found, Err(NotClaimed::TooSmall));
}

#[test]
fn an_exploding_network_is_checked_as_long_as_it_is_finite() {
    let normal = Experiment { init: Initializer::KaimingNormal, activation: Activation::Relu, ..Experiment::default() };
    let exploding = Experiment { gain: 4.0, ..normal.clone() };
    for check in prove(&run(&exploding, 0), None) {
        assert!(check.found.map_or(check.claim == Claim::SameBits, |found| found.holds()), "{check:?}");
    }
    let overflowing = Experiment {
        init: Initializer::Normal,
        gain: 10.0,
        depth: 100,
        width: 64,
        dataset: DatasetKind::Plane,
        loss: DatasetKind::Plane.default_loss(),
        ..normal
    };
    let checks = prove(&AnyTrainer::new(&overflowing).unwrap(), None);
    for check in &checks[..3] {
        assert_eq!(check.found, Err(NotClaimed::NotFinite), "{check:?}");
    }
    assert_eq!(checks[3].found, Err(NotClaimed::TooFar));
}

#[test]
fn the_run_is_left_as_it_was() {
    let experiment = Experiment { norm: Normalization::Batch, ..Experiment::default() };
    let (mut checked, mut unchecked) = (run(&experiment, 2), run(&experiment, 2));
    prove(&checked, None);
    for _ in 0..20 {
        checked.step().unwrap();
        unchecked.step().unwrap();
    }
    let found = same_bits(checked.differing_bits(&unchecked));
    assert_eq!((found.error, found.holds()), (0.0, true));
}

/// The probed network of an experiment in f64, and the run that it is of.
fn probed(experiment: &Experiment) -> (Mlp<f64>, Trainer<f64>) {
    let mut run = Trainer::<f64>::new(experiment).unwrap();
    run.probe().unwrap();
    (run.mlp().clone(), run)
}

#[test]
fn a_wrong_gradient_fails() {
    let experiment = small(Activation::LeakyRelu, Normalization::None, Residual::None);
    type Tamper = fn(&mut Mlp<f64>);
    let tampers: [(&str, Tamper); 4] = [
        ("nothing", |_| {}),
        ("a layer a little too large", |mlp| {
            mlp.layers[1].linear.weight.grad.lanes_mut().as_flattened_mut().iter_mut().for_each(|g| *g *= 1.0001);
        }),
        ("one sign", |mlp| {
            let grad = &mut mlp.layers[2].linear.weight.grad;
            grad.set(1, 2, -grad.get(1, 2));
        }),
        ("a layer's scale lost", |mlp| mlp.layers[0].linear.weight.exponent += 40),
    ];
    for (name, tamper) in tampers {
        let (mut mlp, mut run) = probed(&experiment);
        tamper(&mut mlp);
        let mut slopes = FiniteDifference::new(mlp.layers.len());
        while slopes.work(&mlp, &mut run) {}
        let holds =
            [slopes.found(), identities::weight_gradient(&mlp)].map(|found| found.is_ok_and(|found| found.holds()));
        assert_eq!(holds, [name == "nothing"; 2], "{name}");
    }
}

#[test]
fn another_rule_than_adam_s_fails() {
    let experiment = small(Activation::Tanh, Normalization::None, Residual::None);
    let (mlp, _) = probed(&experiment);
    for &kind in OptimizerKind::ALL {
        // From a fresh state these make the same first step.
        let is_adam = matches!(kind, OptimizerKind::Adam | OptimizerKind::AdamW);
        let is_adam = is_adam || kind == OptimizerKind::Adagrad;
        let found = identities::adam_first_step(&mlp, kind, Hyper::of(&experiment)).unwrap();
        assert!(found.holds() == is_adam && found.compared > 100, "{kind:?}: {found:?}");
    }
}

#[test]
fn a_single_bit_is_told() {
    let experiment = small(Activation::Tanh, Normalization::Batch, Residual::None);
    let one = run(&experiment, 1);
    let mut other = run(&experiment, 1);
    let weight = &mut other.get_mut::<f32>().expect("f32 is the default").mlp_mut().layers[1].linear.weight.value;
    weight.set(0, 0, f32::from_bits(weight.get(0, 0).to_bits() ^ 1));
    let found = same_bits(one.differing_bits(&other));
    assert_eq!((found.error, found.holds()), (1.0, false));
    assert!(!same_bits(one.differing_bits(&run(&Experiment { depth: 3, ..experiment }, 1))).holds());
}
