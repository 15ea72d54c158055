use super::*;
use crate::choice::Choice;
use crate::data::DatasetKind;
use crate::experiment::{Batch, Experiment, Precision};
use crate::kernel::LANES;
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
                assert_eq!(checks.iter().map(|check| check.claim).collect::<Vec<_>>(), Claim::OF_LAYERS, "{name}");
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
    // Only the output's bias has a gradient; that of all others is exactly zero, and so is the slope of the loss.
    let Ok(seen) = found(&zeros) else { panic!("nothing was seen") };
    assert!(seen.holds() && seen.compared == 13 && seen.too_small == 0, "{seen:?}");
    let Ok(nothing) = prove(&run(&zeros, 0), None)[1].found else { panic!("nothing is nothing") };
    assert_eq!((nothing.error, nothing.compared, nothing.too_small), (0.0, 12, 0));
}

/// Behind a layer that is off for a sample, every z is exactly 0 for it: φ has a kink there, and both slopes are right.
#[test]
fn a_kink_is_no_error() {
    let mut kinks = 0;
    for activation in [Activation::Relu, Activation::LeakyRelu, Activation::Elu, Activation::Selu] {
        for (norm, residual) in [
            (Normalization::None, Residual::None),
            (Normalization::None, Residual::Add),
            (Normalization::Layer, Residual::None),
            (Normalization::Batch, Residual::Scaled),
        ] {
            for seed in 1..=12 {
                let precision = if seed % 3 == 0 { Precision::F64 } else { Precision::F32 };
                let init = Initializer::KaimingNormal;
                let plain = Experiment { depth: 10, width: 4, init, activation, ..Experiment::default() };
                let experiment = Experiment { norm, residual, seed, precision, ..plain };
                for steps in [0, 2] {
                    let trainer = run(&experiment, steps);
                    for Check { claim, found } in prove(&trainer, Some(&trainer)) {
                        let name = format!("{activation:?} {norm:?} {residual:?} seed {seed} step {steps}: {claim:?}");
                        assert!(found.is_err() || found.is_ok_and(|found| found.holds()), "{name} {found:?}");
                    }
                    let mut copy = trainer.in_f64();
                    copy.probe().unwrap();
                    kinks += copy
                        .mlp()
                        .layers
                        .iter()
                        .flat_map(|layer| layer.activation().entries())
                        .filter(|a| *a == 0.0)
                        .count();
                }
            }
        }
    }
    assert!(kinks > 1000, "{kinks} units at a kink or off");
}

/// What backpropagation takes at a kink is checked all the same: a gradient that is zero and should not be, or is not and
/// should be, is found where whole layers are off.
#[test]
fn a_wrong_gradient_fails_beside_a_kink() {
    let init = Initializer::KaimingNormal;
    let plain = Experiment { depth: 10, width: 4, init, activation: Activation::Relu, ..Experiment::default() };
    let fails = |seed: u32, tamper: &dyn Fn(&mut Mlp<f64>)| {
        let (mut mlp, mut run) = probed(&Experiment { seed, ..plain.clone() });
        tamper(&mut mlp);
        let mut slopes = FiniteDifference::new(mlp.layers.len());
        while slopes.work(&mlp, &mut run) {}
        slopes.found().is_ok_and(|found| !found.holds())
    };
    for seed in [2, 3, 4, 5] {
        assert!(!fails(seed, &|_| {}), "seed {seed}");
        let last = &|mlp: &mut Mlp<f64>| mlp.layers[10].linear.bias.as_mut().unwrap().grad.set(0, 0, 0.0);
        assert!(fails(seed, last), "seed {seed}: a gradient that is missing");
        let doubled = &|mlp: &mut Mlp<f64>| {
            let grad = mlp.layers.iter_mut().map(|layer| &mut layer.linear.weight.grad).find(|grad| grad.norm() > 1e-6);
            grad.into_iter().for_each(|grad| grad.lanes_mut().as_flattened_mut().iter_mut().for_each(|g| *g *= 1.001));
        };
        let has_gradient = {
            let (mlp, _) = probed(&Experiment { seed, ..plain.clone() });
            mlp.layers.iter().any(|layer| layer.linear.weight.grad.norm() > 1e-6)
        };
        assert!(!has_gradient || fails(seed, doubled), "seed {seed}: a gradient that is a little too large");
    }
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
    let tampers: [(&str, Tamper); 5] = [
        ("nothing", |_| {}),
        ("a layer a little too large", |mlp| {
            mlp.layers[1].linear.weight.grad.lanes_mut().as_flattened_mut().iter_mut().for_each(|g| *g *= 1.0001);
        }),
        ("one sign", |mlp| {
            let grad = &mut mlp.layers[2].linear.weight.grad;
            grad.set(1, 2, -grad.get(1, 2));
        }),
        ("a layer without a gradient", |mlp| {
            mlp.layers[2].parameters_mut().for_each(|parameter| parameter.grad.lanes_mut().fill([0.0; LANES]));
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
