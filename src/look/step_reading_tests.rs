use super::*;
use crate::run::AnyTrainer;

/// Of these gradients and steps from layer 1 on, under this rule.
fn by_layer(rule: StepRule, gradient: &[f64], step: &[f64]) -> StepByLayer {
    StepByLayer {
        gradient: gradient.to_vec(),
        first_moment: None,
        second_moment: None,
        step: Some(step.to_vec()),
        epsilon: None,
        rule,
        is_through_time: false,
        ends: ends(gradient.len().into()),
    }
}

#[test]
fn gradient_and_step_are_compared_from_the_last_hidden_layer_to_the_first() {
    // Gradient and step from layer 1 to the output layer, and the layer, ratios and course that are read.
    type Case = (&'static [f64], &'static [f64], usize, Option<f64>, Option<f64>, Course);
    let cases: [Case; 12] = [
        (&[1e-6, 1e-2, 1.0, 1.0], &[1e-6, 1e-2, 1.0, 1.0], 3, Some(1e6), Some(1e6), Course::Follows),
        (&[1e-6, 1e-2, 1.0, 1.0], &[0.5, 0.7, 1.0, 1.0], 3, Some(1e6), Some(2.0), Course::Steady),
        (&[1e-6, 1e-2, 1.0, 1.0], &[1e-3, 0.1, 1.0, 1.0], 3, Some(1e6), Some(1e3), Course::Apart),
        (&[1e6, 1e2, 1.0, 1.0], &[1.0, 1.0, 1.0, 1.0], 3, Some(1e-6), Some(1.0), Course::Steady),
        (&[1e6, 1e2, 1.0, 1.0], &[2e6, 2e2, 1.0, 1.0], 3, Some(1e-6), Some(0.5e-6), Course::Follows),
        (&[0.5, 0.7, 1.0, 9.0], &[0.5, 0.7, 1.0, 9.0], 3, Some(2.0), Some(2.0), Course::Level),
        (&[0.5, 0.7, 1.0, 9.0], &[0.01, 0.7, 1.0, 9.0], 3, Some(2.0), Some(100.0), Course::Apart),
        (&[0.0, 0.0, 1.0, 1.0], &[1.0, 1.0, 1.0, 1.0], 3, None, Some(1.0), Course::Nothing),
        (&[f64::NAN, 1.0, 1.0, 1.0], &[0.0, 1.0, 1.0, 1.0], 3, None, None, Course::Nothing),
        (&[0.0, 0.0], &[0.0, 0.0], 2, None, None, Course::Nothing),
        (&[0.1, 1.0], &[0.1, 1.0], 2, Some(10.0), Some(10.0), Course::Follows),
        (&[0.1, 1.0, 5.0], &[0.1, 1.0, 5.0], 2, Some(10.0), Some(10.0), Course::Follows),
    ];
    for (gradient, step, from_layer, gradient_ratio, step_ratio, course) in cases {
        let reading = by_layer(StepRule::Plain, gradient, step).reading().unwrap();
        let is_near = |found: Option<f64>, expected: Option<f64>| match (found, expected) {
            (Some(found), Some(expected)) => (found / expected - 1.0).abs() < 1e-12,
            (found, expected) => found == expected,
        };
        assert_eq!((reading.from + 1, reading.course), (from_layer, course), "{gradient:?}, {step:?}");
        assert!(is_near(reading.gradient, gradient_ratio) && is_near(reading.step, step_ratio), "{reading:?}");
    }
    // Of an embedding, three hidden layers and the output layer; with one hidden layer it is the output layer that is compared.
    assert_eq!(ends(Layout::Layers { layers: 5, has_embedding: true }), (3, 1));
    assert_eq!(ends(Layout::Layers { layers: 3, has_embedding: true }), (2, 1));
    assert_eq!(by_layer(StepRule::Plain, &[1.0], &[1.0]).reading(), None, "there are two layers at least");
}

#[test]
fn epsilon_is_felt_where_the_root_is_below_it() {
    let layers = |first, last, count| Some(Layers { first, last, count });
    type Case = (&'static [f64], Option<f64>, Option<Layers>, Option<f64>);
    let cases: [Case; 7] = [
        (&[1e-10, 1e-9, 1e-6, 1e-3], Some(1e-8), layers(1, 2, 2), None),
        (&[1e-10, 1e-6, 1e-9, 1e-3], Some(1e-8), layers(1, 3, 2), None),
        (&[0.0, 1.0, 1.0, 1.0], Some(1e-8), layers(1, 1, 1), None),
        (&[1e-5, 1.0, 1.0, 1.0], Some(1e-8), None, Some(1e3)),
        (&[f64::NAN; 4], Some(1e-8), None, None),
        (&[1e-10, 1.0, 1.0, 1.0], Some(0.0), None, None),
        (&[1e-10, 1.0, 1.0, 1.0], None, None, None),
    ];
    for (roots, epsilon, below, margin) in cases {
        let plain = by_layer(StepRule::Adaptive, &[1.0; 4], &[1.0; 4]);
        let reading = StepByLayer { second_moment: Some(roots.to_vec()), epsilon, ..plain }.reading().unwrap();
        assert_eq!(reading.below_epsilon, below, "{roots:?}");
        let is_near = match (reading.margin, margin) {
            (Some(found), Some(expected)) => (found / expected - 1.0).abs() < 1e-9,
            (found, expected) => found == expected,
        };
        assert!(is_near, "{roots:?}: {:?}", reading.margin);
    }
}

/// The last report of so many steps of a vanishing network, read.
fn run(
    optimizer: OptimizerKind,
    steps: u32,
    change: impl FnOnce(&mut Experiment),
) -> (StepByLayer, Option<StepReading>) {
    let mut experiment = Experiment { optimizer, ..Experiment::default() };
    experiment.lr = optimizer.defaults().lr;
    experiment.epsilon = optimizer.defaults().epsilon;
    change(&mut experiment);
    let mut trainer = AnyTrainer::new(&experiment).unwrap();
    let mut report = trainer.probe().unwrap().clone();
    for _ in 0..steps {
        report = trainer.step().unwrap().clone();
    }
    let by_layer = StepByLayer::of(&experiment, &Hyper::of(&experiment), &report);
    let reading = by_layer.reading();
    (by_layer, reading)
}

#[test]
fn optimizers_are_told_apart_on_a_vanishing_gradient() {
    use OptimizerKind::{Adagrad, Adam, Momentum, Nesterov, RmsProp, Sgd};
    let cases = [
        (Sgd, StepRule::Plain, Course::Follows),
        (Momentum, StepRule::Momentum, Course::Follows),
        (Nesterov, StepRule::Momentum, Course::Follows),
        (Adagrad, StepRule::Adaptive, Course::Steady),
        (RmsProp, StepRule::Adaptive, Course::Steady),
        (Adam, StepRule::Adaptive, Course::Steady),
    ];
    for (optimizer, rule, course) in cases {
        let (by_layer, reading) = run(optimizer, 1, |experiment| experiment.epsilon = 1e-12);
        let reading = reading.unwrap();
        assert_eq!((reading.rule, reading.course, reading.from + 1), (rule, course, 12), "{optimizer:?}");
        assert!(reading.gradient.unwrap() > 1e4, "{reading:?}");
        assert_eq!(by_layer.second_moment.is_some(), rule == StepRule::Adaptive);
        assert_eq!(by_layer.first_moment.is_some(), !matches!(optimizer, Sgd | Adagrad | RmsProp));
    }
}

#[test]
fn the_step_is_in_units_of_the_learning_rate_of_its_step() {
    // After the first of three steps of warm-up η is a quarter; Adam's first step is η in every entry.
    let (by_layer, _) = run(OptimizerKind::Adam, 1, |experiment| experiment.warmup = 3);
    for step in &by_layer.step.unwrap()[11..] {
        assert!((step - 1.0).abs() < 1e-2, "{step}");
    }
    let (by_layer, reading) = run(OptimizerKind::Sgd, 2, |_| {});
    for (step, gradient) in by_layer.step.unwrap().iter().zip(&by_layer.gradient) {
        assert!((step / gradient - 1.0).abs() < 1e-5, "{step} of {gradient}");
    }
    assert!(reading.is_some());
    let (before, reading) = run(OptimizerKind::Adam, 0, |_| {});
    assert_eq!((before.step, reading), (None, None), "there is no step before the first");
}

#[test]
fn an_epsilon_above_the_root_shows() {
    let (_, reading) = run(OptimizerKind::Adam, 3, |experiment| experiment.epsilon = 1e-5);
    let reading = reading.unwrap();
    let below = reading.below_epsilon.unwrap();
    assert!(below.first == 1 && below.last < 12 && below.count == below.last, "{below:?}");
    assert_ne!(reading.course, Course::Steady);
    let (_, reading) = run(OptimizerKind::Adam, 3, |experiment| experiment.epsilon = 1e-12);
    assert!(reading.unwrap().margin.unwrap() > 1.0);
}

#[test]
fn of_a_recurrent_network_the_readout_is_compared_with_the_recurrent_weights() {
    let (experiment, _) = crate::experiment::share::from_fragment("model=lstm&stack=2&optimizer=sgd&lr=0.5");
    let mut report = StepReport::new(crate::train::Layout::of(&experiment));
    report.step = 3;
    // W_ih, W_hh, W_ih, W_hh, W_ho.
    for (weights, norm) in [2.0, 1e-4, 2.0, 2.0, 8.0].into_iter().enumerate() {
        report.set_of_weights(weights, Quantity::GradW, norm);
        report.set_of_weights(weights, Quantity::Update, 0.5 * norm);
    }
    let by_weights = StepByLayer::of_weights(&experiment, &Hyper::of(&experiment), &report, &[4, 4, 4, 4, 16]);
    assert_eq!(by_weights.gradient, [1.0, 5e-5, 1.0, 1.0, 2.0]);
    let reading = by_weights.reading().unwrap();
    assert_eq!((reading.from, reading.to, reading.course), (4, 1, Course::Follows));
    assert!((reading.gradient.unwrap() - 4e4).abs() < 1e-6);
    // Until it is known how many entries they have, nothing is said.
    let unknown = StepByLayer::of_weights(&experiment, &Hyper::of(&experiment), &report, &[]);
    assert!(unknown.gradient.is_empty());
    assert_eq!(unknown.reading().map(|reading| reading.course), Some(Course::Nothing));
}
