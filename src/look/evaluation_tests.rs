use super::*;
use crate::choice::Choice;
use crate::data::DatasetKind;
use crate::experiment::share::from_fragment;
use crate::kernel::Panels;
use crate::run::AnyTrainer;
use ndarray::Array2;

fn trainer(fragment: &str, steps: u32) -> Trainer<f64> {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    let mut trainer = Trainer::new(&experiment).unwrap();
    (0..steps).for_each(|_| _ = trainer.step().unwrap());
    trainer
}

/// With a full batch, the training score is the next report's loss, wherever a batch is measured as it is predicted.
#[test]
fn the_training_loss_is_that_of_the_next_full_batch() {
    for &kind in DatasetKind::ALL {
        for loss in kind.loss_names() {
            for rest in ["", "&norm=layer&residual=add", "&width=33&samples=300&residual=scaled"] {
                let fragment = format!(
                    "dataset={}&loss={loss}&batch=full&depth=3&activation=tanh&optimizer=adam&precision=f64{rest}",
                    kind.name()
                );
                let mut trainer = trainer(&fragment, 5);
                let Evaluation { step, training, held_out } = trainer.evaluate();
                let loss = trainer.step().unwrap().loss();
                assert_eq!(step, 5);
                assert!((training.loss / loss - 1.0).abs() < 1e-12, "{fragment}: {} not {loss}", training.loss);
                assert!(held_out.loss.is_finite() && held_out.loss != training.loss, "{fragment}");
                assert_eq!(training.accuracy.is_some(), kind.classes().is_some(), "{fragment}");
                assert_eq!(held_out.accuracy.is_some(), kind.classes().is_some(), "{fragment}");
            }
        }
    }
}

#[test]
fn answers_that_are_no_numbers_are_neither_right_nor_wrong() {
    let (experiment, _) = from_fragment("depth=20&activation=relu&init=kaiming-normal&gain=2");
    let mut trainer = Trainer::<f32>::new(&experiment).unwrap();
    assert!(trainer.evaluate().training.accuracy.is_some());
    while trainer.step().is_ok() {}
    let Evaluation { training, held_out, .. } = trainer.evaluate();
    assert!(training.loss.is_nan() && training.accuracy.is_none() && held_out.accuracy.is_none(), "{training:?}");
}

#[test]
fn what_is_learned_is_known_of_samples_that_were_never_seen() {
    for (rest, at_least) in [
        ("dataset=circle", 0.9),
        ("dataset=circle&loss=mse", 0.9),
        ("dataset=clouds", 0.9),
        ("dataset=clouds&loss=bce", 0.9),
        ("dataset=clouds&loss=mse", 0.9),
        ("dataset=gaussians&norm=batch", 0.95),
    ] {
        let fragment = format!("{rest}&depth=2&activation=tanh&optimizer=adam&lr=0.01&noise=0.05&precision=f64");
        let start = trainer(&fragment, 0).evaluate();
        let trainer = trainer(&fragment, 600);
        let Evaluation { training, held_out, .. } = trainer.evaluate();
        for (score, start) in [(training, start.training), (held_out, start.held_out)] {
            assert!(score.accuracy.unwrap() >= at_least && score.accuracy > start.accuracy, "{fragment}: {score:?}");
            assert!(score.loss < start.loss, "{fragment}: {score:?}");
        }
        // The samples shown agree with the score.
        let learned = trainer.learned(20);
        let right = learned.training.iter().filter(|sample| sample.target == sample.predicted).count();
        assert_eq!(right as f64 / learned.training.len() as f64, training.accuracy.unwrap(), "{fragment}");
    }
}

#[test]
fn a_field_covers_the_samples_and_is_the_network_s_answer() {
    for (fragment, classes) in
        [("", 2), ("loss=mse", 2), ("dataset=spiral3", 3), ("dataset=clouds&loss=mse", 4), ("dataset=ripple", 0)]
    {
        let trainer = trainer(&format!("{fragment}&precision=f64&depth=2&activation=tanh&samples=2000"), 20);
        let side = 9;
        let Learned { field, training, held_out } = trainer.learned(side);
        let field = field.unwrap();
        assert_eq!((field.side, field.classes, field.values.len()), (side, classes, side * side), "{fragment}");
        assert_eq!(field.certainty.len(), if classes > 2 { side * side } else { 0 }, "{fragment}");
        assert!(field.certainty.iter().all(|share| (0.0..=1.0).contains(share)), "{fragment}: {:?}", field.certainty);
        assert_eq!((training.len(), held_out.len()), (81, 81), "{fragment}");
        for Sample { x, .. } in training.iter().chain(&held_out) {
            assert!(field.low.0 < x.0 && x.0 < field.high.0 && field.low.1 < x.1 && x.1 < field.high.1, "{x:?}");
        }
        assert!(((field.high.0 - field.low.0) / (field.high.1 - field.low.1) - 1.0).abs() < 1e-6, "{fragment}");
        // The second point of the third row.
        let at = |low: f32, high: f32, index: f64| f64::from(low) + f64::from(high - low) * index / 8.0;
        let x = [at(field.low.0, field.high.0, 1.0), at(field.low.1, field.high.1, 2.0)];
        let output = trainer.mlp().predict(&Array2::from_shape_vec((1, 2), x.to_vec()).unwrap());
        let want = match (fragment, classes) {
            ("", _) => 1.0 / (1.0 + (-output[[0, 0]]).exp()),
            ("loss=mse", _) => output[[0, 0]].clamp(0.0, 1.0),
            (_, 0) => output[[0, 0]],
            _ => (0..classes).max_by(|a, b| output[[0, *a]].total_cmp(&output[[0, *b]])).unwrap() as f64,
        };
        let got = f64::from(field.values[2 * side + 1]);
        assert!((got - want).abs() < 1e-5, "{fragment}: {got} not {want}");
    }
}

#[test]
fn outputs_are_understood_as_their_loss_means_them() {
    let (bce, mse, softmax) = (Loss::BceWithLogits, Loss::Mse, Loss::SoftmaxCrossEntropy);
    let cases: [(Loss, &[f64], Option<usize>, f64); 13] = [
        (bce, &[0.1], Some(1), f64::NAN),
        (bce, &[-0.1], Some(0), f64::NAN),
        (mse, &[0.6], Some(1), f64::NAN),
        (mse, &[0.4], Some(0), f64::NAN),
        (mse, &[-7.0], Some(0), f64::NAN),
        (bce, &[f64::NAN], None, f64::NAN),
        (softmax, &[0.0, 0.0, 0.0], Some(0), 0.0),
        (softmax, &[-900.0, 900.0, 0.0], Some(1), 1.0),
        (softmax, &[0.0, 2.0_f64.ln()], Some(1), 1.0 / 3.0),
        (bce, &[-90.0, 90.0, -90.0], Some(1), 1.0),
        (mse, &[0.0, 0.0, 1.0, 0.0], Some(2), 1.0),
        (mse, &[-1.0, -2.0, -3.0], Some(0), 0.0),
        (softmax, &[1.0, f64::NAN, 0.0], None, f64::NAN),
    ];
    for (loss, outputs, class, certainty) in cases {
        let output = Array2::from_shape_vec((1, outputs.len()), outputs.to_vec()).unwrap();
        let answers = Answers { loss, output: Panels::<f64>::from_array(&output) };
        assert_eq!(answers.class(0), class, "{loss:?} {outputs:?}");
        if certainty.is_finite() {
            assert!((answers.certainty(0) - certainty).abs() < 1e-12, "{loss:?} {outputs:?}");
        }
    }
}

#[test]
fn whatever_the_network_answers_are_given() {
    for fragment in [
        "dataset=noise",
        "depth=1&width=1&samples=16",
        "init=zeros&dataset=clouds",
        "depth=100&norm=batch&batch=1&dataset=spiral3&precision=f64",
        "gain=10&depth=60&activation=relu&dataset=plane&init=normal",
    ] {
        let (experiment, notices) = from_fragment(fragment);
        assert_eq!(notices, [], "{fragment}");
        let mut trainer = AnyTrainer::new(&experiment).unwrap();
        let _ = trainer.step();
        let is_2d = experiment.dataset != DatasetKind::Noise;
        for side in [0, 1, 5] {
            let watch = crate::look::view::Watch { learned: true, evaluation: true, ..Default::default() };
            let view = trainer.view(&watch, side);
            let learned = view.learned.unwrap();
            assert_eq!(learned.field.map_or(0, |field| field.values.len()), if is_2d { side * side } else { 0 });
            assert_eq!(learned.training.len(), (experiment.samples as usize).min(FEWEST_SAMPLES), "{fragment}");
            assert_eq!(view.evaluation.unwrap().step, trainer.steps(), "{fragment}");
        }
    }
}

#[test]
fn copies_share_the_samples() {
    let trainer = trainer("samples=2048", 1);
    let copy = trainer.clone();
    assert!(std::sync::Arc::ptr_eq(&trainer.data, &copy.data));
    let parameters = trainer.mlp().layers.iter().flat_map(|layer| layer.parameters()).map(|p| p.value.bytes());
    assert!(trainer.bytes() > 3 * parameters.sum::<usize>() && trainer.bytes() < 1 << 20, "{}", trainer.bytes());
}
