//! The ready comparisons: each shows what its question is about.

use gradient_lab::choice::Choice;
use gradient_lab::diagnosis::{Condition, Flow, diagnose};
use gradient_lab::experiment::comparison::Comparison;
use gradient_lab::experiment::ready::Ready;
use gradient_lab::experiment::same_start::SameStart;
use gradient_lab::experiment::scene::{Link, Scene};
use gradient_lab::experiment::{Experiment, Key, share};
use gradient_lab::run::AnyTrainer;
use gradient_lab::train::{Quantity, StepReport};

/// What one of the runs has come to.
struct Run {
    experiment: Experiment,
    /// The report of the step at which the comparison opens, or of the last before the run ended.
    report: StepReport,
    /// The largest loss of the second half of its steps.
    late_loss: f64,
    accuracy: Option<f64>,
    has_ended: bool,
}

impl Run {
    /// Trains up to the step at which the experiment opens.
    fn of(experiment: &Experiment) -> Self {
        let mut trainer = AnyTrainer::new(experiment).expect("an allowed experiment");
        let mut report = trainer.probe().expect("a finite start").clone();
        let (mut late_loss, mut has_ended) = (0.0_f64, false);
        for step in 1..=experiment.step {
            match trainer.step() {
                Ok(made) => report = made.clone(),
                Err(_) => has_ended = true,
            }
            if has_ended {
                break;
            }
            if step > experiment.step / 2 {
                late_loss = late_loss.max(report.loss());
            }
        }
        let accuracy = trainer.evaluate().training.accuracy;
        Self { experiment: experiment.clone(), report, late_loss, accuracy, has_ended }
    }

    fn total(&self) -> f64 {
        Flow::of(&self.experiment, &self.report).total
    }

    fn vanishes(&self) -> bool {
        diagnose(&self.experiment, &self.report, None).conditions.contains(&Condition::Vanishing)
    }

    /// ‖ΔW‖/‖W‖ of the first weights.
    fn first_update(&self) -> f64 {
        self.report.weights_series(Quantity::UpdateRatio).expect("a step was made")[0]
    }

    fn first_weight(&self) -> f64 {
        self.report.weights_series(Quantity::Weight).expect("weights are measured")[0]
    }
}

fn runs(ready: Ready) -> Vec<Run> {
    let link = Link::parse(ready.fragment());
    let (first, notices) = share::from_fragment(&link.experiment);
    assert_eq!((link.scene, notices), (Scene::Comparison, vec![]), "{ready:?}");
    let (comparison, notices) = Comparison::parse(&first, &link.scene_pairs);
    assert_eq!(notices, [], "{ready:?}");
    std::iter::once(&first).chain(&comparison.others).map(Run::of).collect()
}

#[test]
fn every_ready_comparison_is_the_link_that_the_page_writes_of_it() {
    for &ready in Ready::ALL {
        let link = Link::parse(ready.fragment());
        let (first, _) = share::from_fragment(&link.experiment);
        let (comparison, _) = Comparison::parse(&first, &link.scene_pairs);
        assert_eq!(Link::fragment(&first, &comparison.pairs(&first)), ready.fragment(), "{ready:?}");
        assert_eq!(ready.is_through_time(), first.model.is_recurrent(), "{ready:?}");
        assert!(comparison.others.iter().all(|other| other.get(Key::Seed) == first.get(Key::Seed)), "{ready:?}");
    }
}

#[test]
fn no_optimizer_mends_a_vanishing_gradient() {
    let runs = runs(Ready::OptimizersVanishing);
    assert!(runs.iter().all(Run::vanishes));
    // None learns anything, though Adam moves the first layer as no other does.
    assert!(runs.iter().all(|run| (run.report.loss() - core::f64::consts::LN_2).abs() < 0.05));
    let [others @ .., adam] = &runs[..] else { panic!("four runs") };
    assert!(others.iter().all(|other| adam.first_update() > 1e4 * other.first_update()));
}

#[test]
fn on_a_healthy_network_each_optimizer_learns() {
    let runs = runs(Ready::OptimizersHealthy);
    assert!(runs.iter().all(|run| !run.vanishes() && run.accuracy > Some(0.97)));
    let [descent, .., momentum, adam] = &runs[..] else { panic!("four runs") };
    assert!(momentum.report.loss() < descent.report.loss() && adam.report.loss() < descent.report.loss());
}

#[test]
fn the_activation_decides_whether_the_gradient_arrives() {
    let runs = runs(Ready::Activations);
    assert!(runs[0].vanishes() && runs[0].total() < 1e-6);
    for run in &runs[1..] {
        assert!((0.1..100.0).contains(&run.total()) && run.accuracy > Some(0.9), "{}", run.total());
    }
}

#[test]
fn the_size_of_the_first_weights_decides_too() {
    let runs = runs(Ready::Initializations);
    let [xavier, kaiming, twice, pytorch] = &runs[..] else { panic!("four runs") };
    assert!(xavier.vanishes() && pytorch.vanishes() && pytorch.total() < 1e-6);
    assert!((1e-2..100.0).contains(&kaiming.total()) && kaiming.accuracy > Some(0.9));
    assert!(twice.has_ended && twice.total() > 1e3, "{}", twice.total());
}

#[test]
fn skips_and_normalization_let_the_gradient_through() {
    let runs = runs(Ready::Remedies);
    assert!(runs[0].total() < 1e-12);
    for run in &runs[1..] {
        assert!((0.01..1e3).contains(&run.total()) && !run.vanishes(), "{}", run.total());
    }
    assert!(runs[3].total() > 100.0, "BatchNorm makes it grow: {}", runs[3].total());
}

#[test]
fn some_momentum_is_faster_and_too_much_is_not() {
    let losses: Vec<f64> = runs(Ready::Momentum).iter().map(|run| run.report.loss()).collect();
    assert!(losses[1] < 0.1 * losses[0] && losses[2] > losses[0], "{losses:?}");
}

#[test]
fn a_shorter_memory_of_the_square_is_faster_and_none_is_the_end() {
    let runs = runs(Ready::Beta2);
    let losses: Vec<f64> = runs.iter().map(|run| run.report.loss()).collect();
    assert!(losses[1] < 1e-3 * losses[0] && losses[0] < 1e-2, "{losses:?}");
    assert!(losses[2] > 0.1 && losses[3] > 0.1, "{losses:?}");
    assert!(runs[3].first_weight() > 1e4 * runs[0].first_weight());
}

#[test]
fn above_the_size_of_the_gradient_epsilon_makes_adam_plain_gradient_descent() {
    let runs = runs(Ready::Epsilon);
    let updates: Vec<f64> = runs.iter().map(Run::first_update).collect();
    assert!(updates[0] > 5e-5, "Adam moves the first layer: {updates:?}");
    // From there on the step is as small as the gradient by ε.
    for pair in updates[1..].windows(2) {
        assert!((50.0..200.0).contains(&(pair[0] / pair[1])), "{updates:?}");
    }
}

#[test]
fn in_adam_the_decay_of_weights_without_a_gradient_is_as_fast_as_a_step() {
    let runs = runs(Ready::Decay);
    let weights: Vec<f64> = runs.iter().map(Run::first_weight).collect();
    assert!(weights[0] < 0.3 * weights[1] && (weights[1] / weights[2] - 1.0).abs() < 0.02, "{weights:?}");
    assert!(runs[0].total() < 1e-3 * runs[1].total());
}

#[test]
fn adam_spoils_what_it_had_learned_and_amsgrad_and_a_larger_epsilon_do_not() {
    let late: Vec<f64> = runs(Ready::Spoiled).iter().map(|run| run.late_loss).collect();
    assert!(late[0] > 5e-4 && late[1] < 1e-7 && late[2] < 2e-5, "{late:?}");
}

#[test]
fn of_the_cells_only_an_lstm_that_keeps_its_state_lets_the_gradient_through() {
    let runs = runs(Ready::Cells);
    let totals: Vec<f64> = runs.iter().map(Run::total).collect();
    assert!(totals.windows(2).all(|pair| pair[0] < pair[1]), "{totals:?}");
    assert!(runs[..3].iter().all(Run::vanishes) && !runs[3].vanishes());
}

#[test]
fn padding_after_the_text_is_a_longer_way_for_the_gradient() {
    let runs = runs(Ready::Padding);
    let accuracies: Vec<_> = runs.iter().map(|run| run.accuracy).collect();
    assert!(accuracies[0] > Some(0.95) && accuracies[1] > Some(0.95) && accuracies[2] < Some(0.6), "{accuracies:?}");
}

/// Runs that have the same bits before their first step, by what is said of them on the page.
#[test]
fn equal_seeds_give_equal_weights_data_and_batches_whatever_else_differs() {
    let run = |fragment: &str| {
        let (experiment, notices) = share::from_fragment(fragment);
        assert_eq!(notices, [], "{fragment}");
        experiment
    };
    let made = |experiment: &Experiment| AnyTrainer::new(experiment).expect("an allowed experiment");
    for fragments in [
        &[
            "",
            "optimizer=adam&lr=3",
            "activation=relu",
            "residual=add",
            "batch=8",
            "clip=norm&weight-decay=1",
            "noise=0",
        ][..],
        &["norm=layer", "norm=layer&activation=gelu", "norm=layer&samples=64"],
        &["task=sentiment", "task=sentiment&decisive=early", "task=sentiment&optimizer=momentum"],
        &["model=rnn", "model=rnn&activation=relu", "model=rnn&window=3", "model=rnn&batch=4", "model=rnn&length=9"],
        &["model=lstm&task=sentiment", "model=lstm&task=sentiment&padding=after", "model=lstm&task=sentiment&rho=2"],
        &["model=gru&precision=f64", "model=gru&precision=f64&optimizer=sgd"],
    ] {
        let first = run(fragments[0]);
        for other in fragments[1..].iter().map(|fragment| run(fragment)) {
            let (one, another) = (made(&first), made(&other));
            assert!(SameStart::of(&first, &other).weights, "{}", share::to_fragment(&other));
            let (differing, compared) = one.differing_bits(&another);
            assert!(differing == 0 && compared > 1_000, "{differing} of {compared}: {}", share::to_fragment(&other));
        }
    }
    // Where all three are the same, so is all that is measured before the first update, if the same is computed of it.
    for (one, other) in [
        ("", "optimizer=adam&lr=3&clip=norm"),
        ("model=gru", "model=gru&optimizer=sgd&warmup=9"),
        ("batch=full", "batch=256"),
    ] {
        let (one, other) = (run(one), run(other));
        let same = SameStart::of(&one, &other);
        assert!(same.weights && same.data && same.batches);
        let row = |experiment: &Experiment| made(experiment).probe().expect("a finite start").row().to_vec();
        assert_eq!(row(&one), row(&other));
    }
    // And another seed has nothing of it.
    let (one, other) = (run(""), run("seed=8"));
    assert_eq!(SameStart::of(&one, &other), SameStart::default());
    let (differing, compared) = made(&one).differing_bits(&made(&other));
    assert!(2 * differing > compared, "{differing} of {compared}");
}
