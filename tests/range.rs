//! A run goes as far as its own numbers: a format ends where they leave it, and not where their squares do.

use gradient_lab::choice::Choice;
use gradient_lab::experiment::share::from_fragment;
use gradient_lab::experiment::{Experiment, Key};
use gradient_lab::kernel::{Panels, Real};
use gradient_lab::nn::{Norm, Normalization};
use gradient_lab::optim::OptimizerKind;
use gradient_lab::random::{Purpose, Random};
use gradient_lab::run::AnyTrainer;
use gradient_lab::train::{DivergedQuantity, Divergence, Quantity, StepReport};
use ndarray::Array2;

fn experiment(fragment: &str) -> Experiment {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    experiment
}

fn trainer(fragment: &str) -> AnyTrainer {
    AnyTrainer::new(&experiment(fragment)).unwrap()
}

/// `√Σ‖ΔW‖²` over the layers.
fn whole_step(report: &StepReport) -> f64 {
    report.series(Quantity::Update).unwrap().into_iter().fold(0.0, f64::hypot)
}

/// One layer of N(0, 1) weights multiplies by √256, and f32 ends at 2¹²⁸ = 16³².
#[test]
fn activations_are_lost_in_the_layer_where_f32_ends() {
    let divergence = trainer("depth=100&width=256&activation=linear&init=normal").probe().unwrap_err();
    assert_eq!(divergence, Divergence { step: 1, layer: Some(33), time: None, quantity: DivergedQuantity::Activation });
}

/// Two thirds of the way to the end of either format, where no square is a number.
#[test]
fn a_clipped_step_is_as_long_as_its_threshold_says() {
    for fragment in [
        "depth=20&width=256&activation=linear&init=normal&clip=norm&clip-at=1",
        "depth=100&width=64&activation=linear&init=normal&gain=10&clip=norm&clip-at=1&precision=f64",
    ] {
        let mut trainer = trainer(fragment);
        let report = trainer.step().unwrap();
        let largest = report.get(0, Quantity::GradW);
        assert!(largest > 1e22, "{fragment}: the gradient is {largest:e}");
        let length = whole_step(report);
        assert!((length - 0.1).abs() < 5e-5, "{fragment}: a step of {length}, not η c");
        for layer in 0..report.places() {
            for &quantity in Quantity::OF_LAYERS {
                let value = report.get(layer, quantity);
                assert!(value.is_finite(), "{fragment}: {quantity:?} of layer {} is {value}", layer + 1);
            }
        }
    }
}

#[test]
fn a_network_that_explodes_shows_its_first_gradients() {
    let mut trainer = trainer("depth=100&width=32&activation=relu&init=kaiming-normal&residual=add");
    let loss = trainer.probe().unwrap().loss();
    assert!((2.4e21..2.6e21).contains(&loss), "{loss:e}");
    let report = trainer.report();
    assert!(report.get(0, Quantity::GradZ) > 1e19 && report.get(99, Quantity::ActivationStd) > 2e19);
    assert!(trainer.step().is_ok(), "the first update is finite");
    assert!((0..3).any(|_| trainer.step().is_err()), "and what it makes is not");
}

/// `θ ← θ − 3 (g + θ)` makes of every weight −2 times itself, up to the end of f32.
#[test]
fn weights_that_double_do_so_as_long_as_they_are_numbers() {
    let fragment =
        "depth=2&width=8&activation=tanh&init=playground&dataset=spiral&noise=0.15&batch=30&lr=3&weight-decay=1";
    let mut trainer = trainer(fragment);
    let divergence = loop {
        match trainer.step() {
            Ok(report) => {
                let weights = report.series(Quantity::Weight).unwrap();
                let (ratio, step) = (report.series(Quantity::UpdateRatio).unwrap(), report.step);
                assert!(step < 130, "step {step}: {weights:?}");
                assert!(step < 20 || ratio.iter().all(|ratio| (ratio - 3.0).abs() < 1e-3), "step {step}: {ratio:?}");
            }
            Err(divergence) => break divergence,
        }
    };
    assert!((115..=128).contains(&divergence.step), "{divergence}");
}

/// Every number of a report in f32 is that in f64, however small what passes through the network is.
#[test]
fn small_activations_and_what_follows_of_them_are_true() {
    for optimizer in ["sgd", "momentum", "adam", "rmsprop"] {
        let rest =
            format!("depth=15&width=32&activation=linear&init=lecun-normal&gain=0.01&batch=31&optimizer={optimizer}");
        let [mut single, mut double] =
            ["f32", "f64"].map(|precision| trainer(&format!("{rest}&precision={precision}")));
        single.probe().unwrap();
        double.probe().unwrap();
        for step in 0..3 {
            let (got, want) = (single.report().clone(), double.report().clone());
            assert!(
                step > 0 || want.get(14, Quantity::ActivationStd) < 1e-28,
                "{:e}",
                want.get(14, Quantity::ActivationStd)
            );
            for layer in 0..want.places() {
                for &quantity in Quantity::OF_LAYERS.iter().filter(|quantity| step > 0 || !quantity.needs_update()) {
                    let (got, want) = (got.get(layer, quantity), want.get(layer, quantity));
                    assert!(
                        (got - want).abs() <= 1e-3 * want.abs(),
                        "{optimizer}: {quantity:?} of layer {} at step {step}: {got:e}, not {want:e}",
                        layer + 1
                    );
                }
            }
            single.step().unwrap();
            double.step().unwrap();
        }
    }
}

/// A linear network's activations are as many times smaller as its weights.
#[test]
fn activations_in_f64_are_true_where_their_squares_vanish() {
    let std = |gain: &str| {
        let mut trainer =
            trainer(&format!("depth=100&width=16&activation=linear&init=orthogonal&gain={gain}&precision=f64"));
        trainer.probe().unwrap().series(Quantity::ActivationStd).unwrap()
    };
    for (layer, (small, plain)) in std("0.01").into_iter().zip(std("1")).take(100).enumerate() {
        let scale = 0.01_f64.powi(layer as i32 + 1);
        assert!((small / scale / plain - 1.0).abs() < 1e-9, "layer {}: {small:e}, not {:e}", layer + 1, scale * plain);
    }
}

/// As in PyTorch: v is infinite where g² is, and the step is 0. The run goes on, and its report says so.
#[test]
fn a_second_moment_beyond_the_format_makes_no_step() {
    for kind in ["adam", "rmsprop", "adagrad"] {
        let mut trainer = trainer(&format!("depth=24&width=256&activation=linear&init=normal&optimizer={kind}"));
        let report = trainer.step().unwrap();
        assert_eq!(report.get(3, Quantity::SecondMoment), f64::INFINITY, "{kind}");
        assert_eq!(report.get(3, Quantity::Update), 0.0, "{kind}");
        assert!(trainer.step().is_ok(), "{kind}");
    }
}

/// What is made of z by a normalization does not depend on its size, from where ε is nothing to the end of the format.
fn check_normalization<T: Real>(scales: &[f64], tolerance: f64) {
    let mut random = Random::new(3, Purpose::Data);
    let z = Array2::from_shape_fn((20, 11), |_| random.uniform(-1.0, 1.0));
    let normalize = |kind: Normalization, scale: f64| {
        let mut norm = Norm::<T>::new(kind, 11, 20).unwrap();
        let mut u = Panels::<T>::from_array(&(&z * scale));
        norm.set_rows(20);
        norm.forward(&mut u);
        norm.update_running_statistics();
        (u.to_array(), norm.running_var[10] / scale / scale)
    };
    for kind in [Normalization::Layer, Normalization::Batch] {
        let (want, want_var) = normalize(kind, 1e9);
        for &scale in scales {
            let (got, var) = normalize(kind, scale);
            let worst = (&got - &want).iter().fold(0.0_f64, |worst, x| worst.max(x.abs()));
            assert!(worst < tolerance, "{kind:?} at {scale:e}: off by {worst}");
            let is_right = kind == Normalization::Layer || scale > 1e150 || (var / want_var - 1.0).abs() < tolerance;
            assert!(is_right, "{kind:?} at {scale:e}: a variance of {var}, not {want_var}");
        }
    }
}

#[test]
fn a_normalization_knows_no_size() {
    check_normalization::<f32>(&[1e15, 1e19, 1e25, 1e37, 1.6e38], 1e-5);
    check_normalization::<f64>(&[1e15, 1e100, 1e154, 1e200, 8e307], 1e-13);
}

#[test]
fn every_optimizer_goes_as_far_as_its_numbers() {
    // Gradients of about 1e24: their squares are no numbers of f32, they themselves and the weights they lead to are.
    for &kind in OptimizerKind::ALL {
        let mut experiment = experiment("depth=20&width=256&activation=linear&init=normal&lr=0.1");
        experiment.set_text(Key::Optimizer, kind.name()).unwrap();
        let mut trainer = AnyTrainer::new(&experiment).unwrap();
        let report = trainer.step().unwrap_or_else(|divergence| panic!("{kind:?}: {divergence}"));
        assert!(report.get(0, Quantity::GradW) > 2e19 && report.get(0, Quantity::Update).is_finite(), "{kind:?}");
    }
}
