//! What must hold of whole runs: bits, invariants of the theory, and every kind of experiment to its end.

use gradient_lab::choice::Choice;
use gradient_lab::data::DatasetKind;
use gradient_lab::experiment::share::from_fragment;
use gradient_lab::experiment::{Experiment, Key};
use gradient_lab::nn::{Activation, Initializer};
use gradient_lab::optim::OptimizerKind;
use gradient_lab::run::AnyTrainer;
use gradient_lab::train::{DivergedQuantity, Quantity, StepReport, Trainer};

fn experiment(fragment: &str) -> Experiment {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    experiment
}

fn report_after(experiment: &Experiment, steps: u32) -> StepReport {
    let mut trainer = AnyTrainer::new(experiment).unwrap();
    let mut report = trainer.probe().unwrap().clone();
    for _ in 0..steps {
        report = trainer.step().unwrap().clone();
    }
    report
}

#[test]
fn the_same_experiment_gives_the_same_bits() {
    for fragment in ["", "optimizer=adam&activation=tanh&dataset=spiral", "precision=f64&norm=batch&batch=50"] {
        let experiment = experiment(fragment);
        let bits = |report: StepReport| report.row().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(report_after(&experiment, 50)), bits(report_after(&experiment, 50)), "{fragment}");
    }
}

#[test]
fn the_reported_norm_of_the_weights_is_that_after_the_step() {
    for clip in ["", "clip=norm&clip-at=0.01", "clip=value&clip-at=0.001"] {
        let mut trainer = Trainer::<f64>::new(&experiment(&format!("activation=tanh&precision=f64&{clip}"))).unwrap();
        for _ in 0..3 {
            let report = trainer.step().unwrap().clone();
            for (index, layer) in trainer.mlp().layers.iter().enumerate() {
                let norm = layer.linear.weight.value.sum_of_squares().sqrt();
                let reported = report.get(index, Quantity::Weight);
                assert!(
                    (reported / norm - 1.0).abs() < 1e-14,
                    "{clip}: {reported}, not {norm}, in layer {}",
                    index + 1
                );
            }
        }
    }
}

#[test]
fn measuring_before_a_step_changes_nothing() {
    let experiment = experiment("norm=batch&optimizer=adam");
    let mut probed = AnyTrainer::new(&experiment).unwrap();
    let mut plain = AnyTrainer::new(&experiment).unwrap();
    for _ in 0..20 {
        probed.probe().unwrap();
        assert_eq!(probed.step().unwrap(), plain.step().unwrap());
    }
}

#[test]
fn the_default_gradient_falls_by_about_a_factor_four_a_layer() {
    let report = report_after(&Experiment::default(), 0);
    let norm = |layer| report.get(layer, Quantity::GradZ);
    let factor = (norm(0) / norm(11)).powf(1.0 / 11.0);
    assert!((0.17..0.33).contains(&factor), "factor {factor} per layer; mean field says 0.236");
}

/// In f32 a sigmoid network of a hundred layers has gradients far below the format, and they agree with f64's.
#[test]
fn gradients_below_the_format_are_true() {
    let experiment = |precision: &str| experiment(&format!("depth=100&precision={precision}&optimizer=momentum"));
    for steps in [0, 3] {
        let (single, double) = (report_after(&experiment("f32"), steps), report_after(&experiment("f64"), steps));
        assert!(double.get(0, Quantity::GradZ) < 1e-55, "{}", double.get(0, Quantity::GradZ));
        for layer in 0..=100 {
            for quantity in [Quantity::GradZ, Quantity::GradW, Quantity::GradB, Quantity::Update] {
                let (got, want) = (single.get(layer, quantity), double.get(layer, quantity));
                assert!(
                    (got - want).abs() <= 1e-3 * want,
                    "{quantity:?} of layer {}: {got:e}, not {want:e}",
                    layer + 1
                );
            }
        }
    }
}

/// ⟨W, ∂L/∂W⟩ is the same in every layer of a ReLU network without biases: scaling any layer's weights scales the
/// output alike.
#[test]
fn weights_and_gradients_have_one_inner_product_in_every_relu_layer() {
    let experiment = experiment("activation=relu&init=kaiming-normal&precision=f64&depth=8");
    let mut trainer = Trainer::<f64>::new(&experiment).unwrap();
    trainer.probe().unwrap();
    let products: Vec<f64> = trainer
        .mlp()
        .layers
        .iter()
        .map(|layer| (&layer.linear.weight.value.to_array() * &layer.linear.weight.grad_array()).sum())
        .collect();
    for product in &products {
        assert!((product - products[0]).abs() <= 1e-12 * products[0].abs(), "{products:?}");
    }
}

#[test]
fn adams_first_step_is_the_learning_rate_times_g_over_g_plus_epsilon() {
    let experiment = experiment("optimizer=adam&epsilon=0.0001&lr=0.01&precision=f64&depth=3&activation=tanh");
    let mut trainer = Trainer::<f64>::new(&experiment).unwrap();
    let before = trainer.mlp().layers[1].linear.weight.value.to_array();
    trainer.step().unwrap();
    let layer = &trainer.mlp().layers[1].linear.weight;
    let (after, gradient) = (layer.value.to_array(), layer.grad_array());
    for ((before, after), g) in before.iter().zip(&after).zip(&gradient) {
        let want = -0.01 * g / (g.abs() + 1e-4);
        assert!((after - before - want).abs() < 1e-12, "{} not {want}", after - before);
    }
}

/// `|Δθ| ≤ η (1 − β₁) / √(1 − β₂) · √(1 − β₂^t) / (1 − β₁^t) · √(Σ (β₁² / β₂)^k)`, the sum over k from 0 to t − 1:
/// the inequality of Cauchy and Schwarz for the two moments. (The bound of Kingma and Ba 2015, §2.1, without the last
/// root, is for a gradient that was zero before.)
#[test]
fn adams_steps_are_bounded() {
    let (beta1, beta2, lr) = (0.5_f64, 0.9_f64, 0.01);
    let experiment = experiment("optimizer=adam&lr=0.01&beta1=0.5&beta2=0.9&activation=tanh&depth=3&batch=1");
    let mut trainer = Trainer::<f32>::new(&experiment).unwrap();
    for t in 1..=200 {
        let before = trainer.mlp().layers[1].linear.weight.value.to_array();
        trainer.step().unwrap();
        let change = trainer.mlp().layers[1].linear.weight.value.to_array() - before;
        let ratio = beta1 * beta1 / beta2;
        let sum = (1.0 - ratio.powi(t)) / (1.0 - ratio);
        let correction = (1.0 - beta2.powi(t)).sqrt() / (1.0 - beta1.powi(t));
        let bound = lr * (1.0 - beta1) / (1.0 - beta2).sqrt() * correction * sum.sqrt();
        let largest = change.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
        assert!(largest <= bound * (1.0 + 1e-4), "step {t}: {largest}, over {bound}");
    }
}

#[test]
fn a_tanh_network_learns_every_data_set_it_can() {
    for (dataset, below) in [("circle", 0.35), ("xor", 0.35), ("gaussians", 0.1), ("plane", 0.1), ("ripple", 0.6)] {
        let experiment =
            experiment(&format!("depth=2&activation=tanh&optimizer=adam&lr=0.01&noise=0.05&dataset={dataset}"));
        let (first, last) = (report_after(&experiment, 0).loss(), report_after(&experiment, 1500).loss());
        assert!(last < below && last < first, "{dataset}: from {first} to {last}");
    }
}

#[test]
fn every_choice_runs_at_the_edges_of_its_range() {
    let mut fragments: Vec<String> = Vec::new();
    for &activation in Activation::ALL {
        fragments.push(format!("activation={}&depth=100&width=1&batch=1", activation.name()));
        fragments.push(format!("activation={}&depth=1&width=1&samples=16&batch=2048", activation.name()));
    }
    for &init in Initializer::ALL {
        fragments.push(format!("init={}&gain=0.01&depth=20", init.name()));
        fragments.push(format!("init={}&gain=10&depth=20&activation=tanh", init.name()));
    }
    for &dataset in DatasetKind::ALL {
        fragments.push(format!("dataset={}&norm=batch&batch=1", dataset.name()));
        fragments.push(format!("dataset={}&norm=layer&residual=scaled&width=3", dataset.name()));
    }
    for &optimizer in OptimizerKind::ALL {
        for rest in [
            "beta1=0&beta2=0&momentum=0",
            "epsilon=1&clip=norm&clip-at=0.0001",
            "weight-decay=1&schedule=step&warmup=3",
        ] {
            fragments.push(format!("optimizer={}&activation=relu&depth=4&{rest}", optimizer.name()));
        }
    }
    for fragment in fragments {
        let mut trainer = AnyTrainer::new(&experiment(&fragment)).unwrap();
        for _ in 0..20 {
            match trainer.step() {
                Ok(report) => {
                    for layer in 0..report.places() {
                        for &quantity in Quantity::OF_LAYERS {
                            // The first update of weights that are all zero is infinitely larger than they.
                            let is_from_zero = quantity == Quantity::UpdateRatio && fragment.starts_with("init=zeros");
                            let value = report.get(layer, quantity);
                            assert!(value.is_finite() || is_from_zero, "{fragment}: {quantity:?} = {value}");
                        }
                    }
                }
                Err(_) => break,
            }
        }
    }
}

/// With a learning rate of 10, no optimizer may spread a number that is not finite.
#[test]
fn a_run_that_diverges_stops_before_the_update() {
    let mut diverged = 0;
    for &optimizer in OptimizerKind::ALL {
        let fragment = "dataset=plane&activation=linear&depth=20&init=kaiming-normal&lr=10";
        let mut experiment = experiment(fragment);
        experiment.set_text(Key::Optimizer, optimizer.name()).unwrap();
        let mut trainer = Trainer::<f32>::new(&experiment).unwrap();
        for _ in 0..300 {
            let before: Vec<_> =
                trainer.mlp().layers.iter().map(|layer| layer.linear.weight.value.to_array()).collect();
            let Err(divergence) = trainer.step() else { continue };
            diverged += 1;
            assert_eq!(divergence.step, trainer.steps() + 1);
            assert_eq!(divergence.layer.is_none(), divergence.quantity == DivergedQuantity::Loss);
            for (layer, before) in trainer.mlp().layers.iter().zip(&before) {
                let after = layer.linear.weight.value.to_array();
                assert!(after == *before && after.iter().all(|w| w.is_finite()), "{optimizer:?}");
            }
            break;
        }
    }
    assert_eq!(diverged, OptimizerKind::ALL.len(), "every optimizer diverges here");
}

/// Nothing tells the units of a layer apart, so their weights stay the same numbers.
#[test]
fn units_with_equal_weights_stay_alike() {
    for fragment in [
        "activation=tanh",
        "activation=relu&optimizer=adam",
        "norm=layer&activation=gelu",
        "precision=f64&residual=add",
    ] {
        let experiment = experiment(&format!("init=constant&gain=0.1&width=13&depth=3&{fragment}"));
        let mut trainer = Trainer::<f64>::new(&experiment).unwrap();
        let before = trainer.mlp().layers[1].linear.weight.value.to_array();
        assert!(before.iter().all(|w| *w == 0.1), "{fragment}");
        (0..30).for_each(|_| drop(trainer.step().unwrap().clone()));
        for layer in &trainer.mlp().layers[..3] {
            let weights = layer.linear.weight.value.to_array();
            assert!(weights.columns().into_iter().all(|column| column == weights.column(0)), "{fragment}: {weights}");
        }
        let moved = trainer.mlp().layers[3].linear.weight.value.to_array();
        assert!(moved.iter().all(|w| *w != 0.1 && *w == moved[[0, 0]]), "{fragment}: {moved}");
    }
}

/// An old link's AMSGrad is Adam with the switch, to the last bit; AdamW has the switch too.
#[test]
fn amsgrad_is_a_switch_of_adam_and_adamw() {
    let row = |fragment: &str| report_after(&experiment(fragment), 40).row().to_vec();
    let rest = "activation=tanh&beta2=0.9&lr=0.01";
    assert_eq!(row(&format!("optimizer=amsgrad&{rest}")), row(&format!("optimizer=adam&amsgrad=1&{rest}")));
    for optimizer in ["adam", "adamw"] {
        let [plain, switched] = [0, 1].map(|on| row(&format!("optimizer={optimizer}&amsgrad={on}&{rest}")));
        assert_ne!(plain, switched, "{optimizer}");
    }
    // Where nothing decays, both are one.
    let [adam, adamw] =
        ["adam", "adamw"].map(|optimizer| row(&format!("optimizer={optimizer}&weight-decay=0&amsgrad=1&{rest}")));
    assert_eq!(adam, adamw);
    assert_ne!(row(&format!("optimizer=adamw&amsgrad=1&{rest}")), adam);
    assert_eq!(row(&format!("optimizer=sgd&amsgrad=1&{rest}")), row(&format!("optimizer=sgd&{rest}")));
}
