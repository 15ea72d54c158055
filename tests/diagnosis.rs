//! The verdict on labelled situations: real runs, and reports made up for one trait.

use gradient_lab::diagnosis::{
    Condition, Diagnosis, Flow, MOST_OFFERED, Repair, Situation, ZeroCause, diagnose, last_good, leading_since,
};
use gradient_lab::experiment::Experiment;
use gradient_lab::experiment::share::{from_fragment, to_fragment};
use gradient_lab::optim::{ClipKind, Hyper};
use gradient_lab::run::AnyTrainer;
use gradient_lab::train::{Divergence, History, Quantity, StepReport};

fn run(fragment: &str, steps: u32) -> Diagnosis {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    let mut trainer = AnyTrainer::new(&experiment).unwrap();
    let mut divergence: Option<Divergence> = None;
    let mut report = StepReport::new(experiment.depth as usize + 1);
    match trainer.probe() {
        Ok(first) => report = first.clone(),
        Err(error) => divergence = Some(error),
    }
    for _ in 0..steps {
        match trainer.step() {
            Ok(next) => report = next.clone(),
            Err(error) => {
                divergence = Some(error);
                break;
            }
        }
    }
    diagnose(&experiment, &report, divergence)
}

#[test]
fn real_runs_get_the_verdict_that_their_name_says() {
    use Condition::{Dead, Diverged, Exploding, Healthy, Saturated, Underflow, Vanishing};
    let mut failures = Vec::new();
    for (fragment, steps, leading) in [
        ("", 0, Vanishing),
        ("", 100, Vanishing),
        ("optimizer=adam", 100, Vanishing),
        ("optimizer=adam&depth=30", 0, Vanishing),
        ("activation=tanh&gain=0.3", 0, Vanishing),
        ("init=zeros&activation=tanh", 0, Vanishing),
        ("activation=relu&init=pytorch", 0, Vanishing),
        ("init=zeros&activation=tanh", 2, Vanishing),
        ("init=zeros", 30, Vanishing),
        ("activation=tanh", 0, Healthy),
        ("activation=leaky-relu&init=kaiming-normal", 0, Healthy),
        ("activation=relu&depth=4&init=kaiming-normal&lr=10&width=8", 20, Dead),
        ("activation=tanh", 100, Healthy),
        ("activation=relu&init=kaiming-normal", 0, Healthy),
        ("activation=selu&init=lecun-normal", 0, Healthy),
        ("activation=gelu&init=kaiming-normal", 0, Healthy),
        ("activation=relu&init=kaiming-normal&norm=layer", 0, Healthy),
        ("activation=relu&init=kaiming-normal&residual=scaled", 0, Healthy),
        ("depth=1", 0, Healthy),
        ("depth=2", 0, Healthy),
        ("activation=relu&init=kaiming-normal&gain=2.5", 0, Exploding),
        ("activation=linear&init=lecun-normal&gain=3", 0, Exploding),
        ("activation=relu&init=kaiming-normal&norm=batch&depth=60&width=64&batch=full", 0, Exploding),
        ("activation=relu&depth=4&init=kaiming-normal&lr=3", 20, Dead),
        ("activation=relu&bias-std=0&init=kaiming-normal&depth=4&lr=10", 20, Dead),
        ("activation=tanh&init=normal&gain=2&depth=4", 0, Saturated),
        ("activation=linear&dataset=plane&init=kaiming-normal&lr=10", 500, Diverged),
        ("activation=linear&gain=2&depth=100&init=kaiming-normal", 1, Diverged),
        ("dataset=clouds", 0, Vanishing),
        ("dataset=clouds&activation=tanh", 0, Healthy),
        ("dataset=spiral3&activation=relu&init=kaiming-normal", 0, Healthy),
        ("dataset=noise&activation=tanh", 0, Healthy),
        ("depth=30", 0, Vanishing),
        ("depth=30&residual=scaled", 0, Healthy),
        ("depth=30&activation=tanh&norm=layer", 0, Healthy),
        ("depth=30&activation=relu&init=kaiming-normal&norm=layer&gain=3", 0, Healthy),
        ("depth=30&activation=tanh&gain=0.5", 0, Vanishing),
        ("depth=30&activation=linear&init=orthogonal", 0, Healthy),
        ("depth=30&activation=linear&init=orthogonal&gain=0.7", 0, Vanishing),
        ("depth=30&activation=linear&init=orthogonal&gain=1.4", 0, Exploding),
        ("depth=30&activation=relu&init=kaiming-normal&residual=add", 0, Exploding),
        ("depth=40&activation=silu&init=kaiming-normal", 0, Vanishing),
        ("depth=20&activation=elu&init=lecun-normal", 0, Healthy),
        ("activation=relu&init=normal", 0, Exploding),
        ("activation=relu&init=playground&depth=60", 0, Vanishing),
        ("activation=relu&init=kaiming-normal&norm=batch&batch=1", 0, Vanishing),
        ("activation=relu&init=zeros", 0, Vanishing),
        ("depth=3&activation=tanh&optimizer=adam&lr=10", 20, Vanishing),
        ("activation=tanh&init=normal&gain=3&depth=3", 0, Saturated),
        ("activation=tanh&optimizer=adam", 200, Healthy),
        ("depth=1&activation=relu&init=kaiming-normal", 50, Healthy),
        ("depth=1&width=1", 0, Healthy),
    ] {
        let diagnosis = run(fragment, steps);
        if diagnosis.conditions[0] != leading {
            failures.push(format!("{fragment} after {steps} steps is not {leading:?}: {diagnosis:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(run("depth=100", 0).conditions, [Vanishing, Underflow]);
}

#[test]
fn the_factor_is_the_slope_of_the_logarithms() {
    let mut report = StepReport::new(6);
    for layer in 0..6 {
        report.set(layer, Quantity::GradZ, 0.25_f64.powi(5 - layer as i32));
    }
    let experiment = Experiment { depth: 5, ..Experiment::default() };
    let diagnosis = diagnose(&experiment, &report, None);
    assert!((diagnosis.flow.factor - 0.25).abs() < 1e-12);
    assert!((diagnosis.flow.total - 0.25_f64.powi(4)).abs() < 1e-12);
    assert_eq!(diagnosis.conditions, [Condition::Healthy], "3.9e-3 over five layers is above the threshold");
}

#[test]
fn exact_zeros_are_no_small_numbers() {
    let mut report = StepReport::new(5);
    for layer in 2..5 {
        report.set(layer, Quantity::GradZ, 1.0);
    }
    let diagnosis = diagnose(&Experiment { depth: 4, ..Experiment::default() }, &report, None);
    assert_eq!((diagnosis.flow.zero_places, diagnosis.flow.factor), (2, 0.0), "nothing arrives");
    assert_eq!(diagnosis.conditions[0], Condition::Vanishing);
    assert!(!diagnosis.repairs.contains(&Repair::Skip), "a zero stays a zero");
    assert_eq!(diagnosis.zero_cause, Some(ZeroCause::ZeroWeights));
}

#[test]
fn the_cause_of_a_zero_is_found() {
    for (fragment, steps, cause) in [
        ("init=zeros&activation=tanh", 0, ZeroCause::ZeroWeights),
        ("init=zeros&activation=relu", 3, ZeroCause::ZeroWeights),
        ("norm=batch&batch=1&activation=relu&init=kaiming-normal", 0, ZeroCause::SingleSample),
        ("activation=relu&depth=4&init=kaiming-normal&lr=10&width=8", 20, ZeroCause::Slope),
    ] {
        assert_eq!(run(fragment, steps).zero_cause, Some(cause), "{fragment} after {steps} steps");
    }
    assert_eq!(run("", 0).zero_cause, None);
}

#[test]
fn no_unit_but_of_relu_is_dead() {
    let saturated = run("depth=3&activation=tanh&optimizer=adam&lr=10", 20);
    assert_eq!(saturated.conditions[0], Condition::Vanishing, "{saturated:?}");
    assert!(saturated.conditions.contains(&Condition::Saturated) && !saturated.conditions.contains(&Condition::Dead));
}

/// How ill a network is, by its leading condition; a weakened gradient lies between, and a loss above guessing.
fn severity(diagnosis: &Diagnosis) -> usize {
    use Condition::{Dead, Diverged, Exploding, Healthy, Saturated, Trained, Underflow, Vanishing};
    match diagnosis.conditions[0] {
        Trained => 0,
        Healthy if diagnosis.flow.is_weakened() => 2,
        Healthy if diagnosis.is_worse_than_guessing => 1,
        Healthy => 0,
        Saturated => 3,
        Vanishing | Underflow => 4,
        Dead => 5,
        Exploding => 6,
        Diverged => 7,
    }
}

/// Those of the repairs that the page shows: what changes the network only if the gradient arrives in it.
fn offered(experiment: &Experiment, diagnosis: &Diagnosis) -> Vec<Repair> {
    let arrives = |repaired: &Experiment| {
        let flow = run(&to_fragment(repaired), 0).flow;
        diagnosis.is_mended_at(flow.total, flow.beyond_readout)
    };
    let is_shown = |repair: &&Repair| {
        let repaired = repair.apply(experiment);
        repaired.is_same_run(experiment) || arrives(&repaired)
    };
    diagnosis.repairs.iter().filter(is_shown).take(MOST_OFFERED).copied().collect()
}

/// Whoever is offered a repair may expect that it repairs: after it, the same steps end in a milder verdict.
#[test]
fn every_repair_that_is_offered_is_allowed_and_repairs() {
    let mut failures = Vec::new();
    for (fragment, steps) in [
        ("", 0),
        ("depth=6", 0),
        ("depth=100", 0),
        ("activation=gelu", 0),
        ("activation=tanh&gain=0.3", 0),
        ("activation=tanh&init=pytorch", 0),
        ("activation=relu&init=kaiming-normal&gain=2.5", 0),
        ("activation=relu&init=normal", 0),
        ("activation=relu&init=zeros", 0),
        ("activation=tanh&init=zeros", 0),
        ("activation=linear&init=kaiming-normal&gain=2&depth=100", 1),
        ("activation=relu&init=kaiming-normal&norm=batch&depth=60&width=64&batch=full", 0),
        ("activation=relu&init=kaiming-normal&norm=batch&batch=1", 0),
        ("activation=relu&depth=4&init=kaiming-normal&lr=3", 20),
        ("activation=tanh&init=normal&gain=2&depth=4", 0),
        ("activation=tanh&lr=10&depth=4", 5),
        ("activation=tanh&gain=4", 20),
        ("activation=tanh&gain=4", 100),
        ("depth=3&activation=tanh&optimizer=adam&lr=10", 20),
        ("activation=linear&gain=2", 100),
        ("depth=50&width=4&activation=linear&init=lecun-normal&seed=2", 0),
        ("depth=50&width=8&activation=relu&init=kaiming-normal&seed=3", 0),
        ("depth=100&width=64&activation=tanh&init=xavier-normal&gain=1.6667", 0),
        ("depth=30&width=64&activation=relu&init=kaiming-normal&residual=add&batch=64", 0),
        ("depth=6&activation=tanh&lr=0.1&weight-decay=0.1", 400),
        ("depth=2&width=8&activation=tanh&init=playground&dataset=spiral&noise=0.15&batch=30&lr=3&weight-decay=1", 30),
        ("dataset=clouds&activation=relu&init=kaiming-normal&depth=4&gain=3", 0),
        ("dataset=plane&activation=linear&init=lecun-normal&depth=2&lr=1", 200),
    ] {
        let (experiment, _) = from_fragment(fragment);
        let before = run(fragment, steps);
        assert!(!before.repairs.is_empty(), "{fragment} after {steps} steps: {before:?}");
        let offered = offered(&experiment, &before);
        assert!(!offered.is_empty(), "{fragment} after {steps} steps: {before:?}");
        for repair in &offered {
            let repaired = repair.apply(&experiment);
            repaired.validate().unwrap();
            let after = run(&to_fragment(&repaired), steps);
            if severity(&after) >= severity(&before) {
                failures
                    .push(format!("{fragment} after {steps} steps: {:?}, {repair:?}: {after:?}", before.conditions));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Where weights and steps are both too large each has a repair. Either alone leaves the units where φ is flat; both
/// together take them from there.
#[test]
fn two_causes_are_mended_one_after_the_other() {
    let (fragment, steps) = ("activation=tanh&gain=4&optimizer=momentum&lr=3", 400);
    let (experiment, _) = from_fragment(fragment);
    let before = run(fragment, steps);
    assert_eq!(before.repairs, [Repair::UnitGain, Repair::LowerLr], "{before:?}");
    for (first, second) in [(Repair::UnitGain, Repair::LowerLr), (Repair::LowerLr, Repair::UnitGain)] {
        let once = first.apply(&experiment);
        let between = run(&to_fragment(&once), steps);
        assert!(between.conditions.contains(&Condition::Saturated), "after {first:?}: {between:?}");
        assert!(between.repairs.contains(&second), "after {first:?}: {between:?}");
        let after = run(&to_fragment(&second.apply(&once)), steps);
        assert!(!after.conditions.contains(&Condition::Saturated), "{first:?}, {second:?}: {after:?}");
        assert!(after.flow.total > 1e3 * before.flow.total, "{after:?}");
    }
}

#[test]
fn a_tenth_of_a_decimal_fraction_is_one() {
    for (lr, tenth) in [(0.1, 0.01), (0.07, 0.007), (3.0, 0.3), (0.00123456, 0.000123456)] {
        let experiment = Experiment { lr, ..Experiment::default() };
        assert_eq!(Repair::LowerLr.apply(&experiment).lr, tenth);
    }
}

#[test]
fn the_first_repairs_of_the_default_network_cure_it() {
    for repair in &run("", 0).repairs[..2] {
        let repaired = repair.apply(&Experiment::default());
        let mut trainer = AnyTrainer::new(&repaired).unwrap();
        let diagnosis = diagnose(&repaired, trainer.probe().unwrap(), None);
        assert_eq!(diagnosis.conditions, [Condition::Healthy], "{repair:?}");
    }
}

#[test]
fn the_last_good_step_is_the_last_before_the_loss_outgrew_its_start() {
    let history = |losses: &[f64]| {
        let mut history = History::new(64);
        for (step, loss) in losses.iter().enumerate() {
            let mut report = StepReport::new(2);
            report.step = step as u64;
            report.set_loss(*loss);
            report.set_grad_norm(10.0 * loss);
            history.push_report(&report);
        }
        history
    };
    let good = |losses: &[f64], ending: usize| {
        let all = history(losses);
        let kept = losses.len() - ending;
        let good = last_good(&history(&losses[..kept]), &all.buckets()[kept..]).unwrap();
        assert_eq!(good.grad_norm, 10.0 * good.loss);
        (good.step, good.loss)
    };
    // Step t reports the loss before its update: 0.5 is that of the parameters after step 2.
    assert_eq!(good(&[0.7, 0.7, 0.6, 0.5, 0.9, 1e30], 2), (2, 0.5));
    assert_eq!(good(&[0.7, 0.7, 0.8, 0.6, 2.0], 2), (2, 0.6), "it came back");
    assert_eq!(good(&[0.7, 0.7, 0.8, 2.0], 1), (0, 0.7));
    assert_eq!(good(&[0.7], 0), (0, 0.7));
    assert_eq!(last_good(&History::new(4), &[]), None);
}

#[test]
fn a_diverged_run_goes_farther_from_its_last_good_step_with_clipping_and_with_smaller_steps() {
    for fragment in [
        "activation=linear&depth=4&init=kaiming-normal&dataset=plane&lr=0.5",
        "activation=tanh&depth=6&gain=4&dataset=ripple&optimizer=momentum&lr=3",
    ] {
        let (experiment, _) = from_fragment(fragment);
        let run = |experiment: &Experiment, change: Option<(u64, Hyper)>| {
            let mut trainer = AnyTrainer::new(experiment).unwrap();
            let mut history = History::new(512);
            history.push_report(trainer.probe().unwrap());
            while trainer.steps() < 1000 {
                if let Some((step, hyper)) = change
                    && step == trainer.steps()
                {
                    trainer.set_hyper(hyper);
                }
                match trainer.step() {
                    Ok(report) => history.push_report(report),
                    Err(_) => break,
                }
            }
            (trainer.steps(), history)
        };
        let (end, history) = run(&experiment, None);
        let good = last_good(&history, &[]).unwrap();
        let hyper = Hyper::of(&experiment);
        let clipped = Hyper { clip: ClipKind::Norm, clip_at: good.grad_norm.clamp(1e-4, 1e4), ..hyper };
        let slower = Hyper { lr: experiment.tenth_of_lr(), ..hyper };
        let ends = [clipped, slower].map(|other| run(&experiment, Some((good.step, other))).0);
        assert!(good.step < end && end < 1000, "{fragment}: {good:?} of {end}");
        assert!(ends.iter().all(|other| *other >= end) && ends.contains(&1000), "{fragment}: {ends:?} after {end}");
    }
}

#[test]
fn a_layer_without_gradient_makes_no_explosion() {
    // Skip connections lead past the last hidden layer when its units are all off.
    for (norms, total) in
        [(&[0.5, 1.0, 0.0][..], 0.5), (&[2.0, 0.0], 1.0), (&[0.0, 1.0], 0.0), (&[3.0], 1.0), (&[], 1.0)]
    {
        assert_eq!(Flow::through(norms).total, total, "{norms:?}");
    }
    assert!(Flow::through(&[0.0, 0.0]).total.is_nan());
    for step in 0..20 {
        let narrow = "activation=relu&init=kaiming-normal&residual=scaled&width=2&batch=1";
        assert!(!run(narrow, step).conditions.contains(&Condition::Exploding), "step {step}");
    }
}

#[test]
fn the_step_since_which_a_verdict_leads_is_found() {
    let since = |fragment: &str, steps: u64, at: u64| {
        let (experiment, _) = from_fragment(fragment);
        let mut trainer = AnyTrainer::new(&experiment).unwrap();
        let mut history = History::new(512);
        history.push_report(trainer.probe().unwrap());
        for _ in 0..steps {
            history.push_report(trainer.step().unwrap());
        }
        let leading = |step: u64| {
            let report = &history.at(step).unwrap().last;
            diagnose(&experiment, report, None).conditions[0]
        };
        let guess_loss = experiment.guess_loss();
        let since = leading_since(&experiment, &history, at, leading(at), guess_loss).unwrap();
        assert_eq!(leading_since(&experiment, &history, at, Condition::Diverged, guess_loss), None);
        assert!((since..=at).all(|step| leading(step) == leading(at)), "{fragment}: {since}");
        assert!(since == 0 || leading(since - 1) != leading(at), "{fragment}: {since}");
        (since, leading(at))
    };
    assert_eq!(since("", 30, 20), (0, Condition::Vanishing));
    let dies = "activation=relu&depth=4&init=kaiming-normal&lr=3";
    let (step, condition) = since(dies, 30, 30);
    assert!(step > 0 && condition == Condition::Dead, "{condition:?} since {step}");
    assert_eq!(since(dies, 30, 0).0, 0);
    assert_eq!(leading_since(&Experiment::default(), &History::new(4), 9, Condition::Vanishing, 1.0), None);
}

#[test]
fn a_factor_is_the_geometric_mean_of_what_was_measured() {
    for (fragment, steps) in [
        ("depth=50&width=64&activation=relu&init=kaiming-normal&norm=batch&batch=full", 50),
        ("depth=10&width=3&activation=tanh&seed=2", 0),
        ("", 0),
    ] {
        let flow = run(fragment, steps).flow;
        let power = flow.factor.powi(flow.from as i32 - 1);
        assert!((power / flow.total - 1.0).abs() < 1e-9, "{fragment}: {flow:?}");
    }
    let deep = run("depth=50&width=64&activation=relu&init=kaiming-normal&norm=batch&batch=full", 50).flow;
    assert!((deep.factor - 1.05).abs() < 0.01, "{deep:?}");
}

#[test]
fn a_network_that_has_learned_is_not_ill() {
    for fragment in [
        "activation=tanh&depth=4&dataset=gaussians&optimizer=adam&lr=0.01&noise=0",
        "activation=tanh&depth=3&lr=1&dataset=gaussians&noise=0&batch=full",
        "activation=linear&depth=2&dataset=plane&noise=0&optimizer=adam&lr=0.01&init=lecun-normal",
    ] {
        let learned = run(fragment, 3000);
        assert!(learned.loss < 0.01 * learned.guess_loss, "{fragment}: {learned:?}");
        assert_eq!(learned.conditions[0], Condition::Trained, "{fragment}: {learned:?}");
        assert!(learned.repairs.is_empty() && !learned.is_worse_than_guessing, "{fragment}: {learned:?}");
        assert!(!run(fragment, 0).conditions.contains(&Condition::Trained), "{fragment}");
    }
}

#[test]
fn the_loss_of_few_samples_shows_no_training_unless_the_scores_do() {
    let experiment = from_fragment("batch=1&activation=tanh").0;
    let mut report = StepReport::new(13);
    report.step = 100;
    report.set_loss(1e-6);
    (0..13).for_each(|layer| report.set(layer, Quantity::GradZ, 1e-6));
    let leading = |score| {
        Situation {
            experiment: &experiment,
            report: &report,
            divergence: None,
            start: None,
            score,
            guess_loss: experiment.guess_loss(),
        }
        .diagnose()
        .conditions[0]
    };
    assert_eq!(leading(None), Condition::Healthy);
    assert_eq!(leading(Some((0.5, Some(0.7)))), Condition::Healthy);
    assert_eq!(leading(Some((1e-4, Some(0.99)))), Condition::Trained);
    assert_eq!(leading(Some((0.03, Some(1.0)))), Condition::Trained);
    assert_eq!(leading(Some((0.03, Some(0.98)))), Condition::Healthy);
}

#[test]
fn a_loss_above_that_of_guessing_is_told() {
    let wild = run("dataset=clouds&activation=relu&init=kaiming-normal&depth=4&gain=3", 0);
    assert!(wild.is_worse_than_guessing, "{wild:?}");
    assert!((wild.guess_loss - 4.0_f64.ln()).abs() < 1e-9);
    assert!(!run("dataset=clouds&activation=tanh", 0).is_worse_than_guessing);
}

#[test]
fn before_the_first_step_no_learning_rate_is_too_large() {
    let is_slower = |repair: &Repair| matches!(repair, Repair::LowerLr | Repair::LeakyRelu | Repair::ClipNorm);
    let mut dead = 0;
    for seed in 1..40 {
        for network in [
            "depth=10&width=4&activation=relu&init=kaiming-normal",
            "depth=3&activation=tanh&init=normal&gain=4",
            "depth=6&width=3&activation=relu&init=normal",
            "depth=40&activation=linear&init=normal&gain=3",
        ] {
            let found = run(&format!("{network}&seed={seed}"), 0);
            assert!(!found.repairs.iter().any(is_slower), "{network}, seed {seed}: {found:?}");
            dead += usize::from(found.conditions[0] == Condition::Dead);
        }
    }
    assert!(dead > 0, "of a network that dies at the start nothing was seen");
}

/// What holds since the start was done by no step, however late it is seen.
#[test]
fn what_no_step_has_done_is_mended_in_the_network() {
    let (experiment, _) = from_fragment("depth=10&width=4&activation=relu&init=kaiming-normal&lr=0.001&seed=1");
    let seeds = (1..200).map(|seed| Experiment { seed, ..experiment.clone() });
    let dies = |experiment: &Experiment| run(&to_fragment(experiment), 0).conditions[0] == Condition::Dead;
    let experiment = seeds.clone().find(dies).unwrap();
    let mut trainer = AnyTrainer::new(&experiment).unwrap();
    let start = trainer.probe().unwrap().clone();
    let report = (0..5).map(|_| trainer.step().unwrap().clone()).last().unwrap();
    let situation = Situation {
        experiment: &experiment,
        report: &report,
        divergence: None,
        start: Some(&start),
        score: None,
        guess_loss: experiment.guess_loss(),
    };
    let found = situation.diagnose();
    assert_eq!(found.conditions[0], Condition::Dead);
    assert!(!found.repairs.contains(&Repair::LowerLr) && found.repairs.contains(&Repair::LeakyUnits), "{found:?}");
    let unknown = Situation { start: None, ..situation }.diagnose();
    assert!(unknown.repairs.contains(&Repair::LowerLr), "{unknown:?}");
}

/// No step has made the weights too large of a network that explodes before the first.
#[test]
fn a_network_that_explodes_from_the_start_is_mended_in_its_weights_when_it_diverges() {
    let (experiment, _) = from_fragment("dataset=noise&depth=20&activation=linear&init=normal");
    let mut trainer = AnyTrainer::new(&experiment).unwrap();
    let start = trainer.probe().unwrap().clone();
    let mut report = start.clone();
    let divergence = loop {
        match trainer.step() {
            Ok(next) => report = next.clone(),
            Err(divergence) => break divergence,
        }
    };
    let situation = Situation {
        experiment: &experiment,
        report: &report,
        divergence: Some(divergence),
        start: Some(&start),
        score: None,
        guess_loss: experiment.guess_loss(),
    };
    let found = situation.diagnose();
    assert_eq!(found.conditions[0], Condition::Diverged);
    assert_eq!(found.repairs[0], Repair::FittingInit, "{found:?}");
    assert!(!found.repairs.contains(&Repair::LowerLr), "{found:?}");
}

#[test]
fn where_width_is_the_cause_width_or_orthogonal_weights_are_offered() {
    let mut vanishing = 0;
    for seed in 1..=40 {
        let fragment = format!("depth=50&width=4&activation=linear&init=lecun-normal&seed={seed}");
        let (experiment, _) = from_fragment(&fragment);
        let found = run(&fragment, 0);
        if found.conditions[0] == Condition::Vanishing {
            vanishing += 1;
            let offered = offered(&experiment, &found);
            assert!(offered.contains(&Repair::Orthogonal), "{seed}: {found:?}");
            let after = run(&to_fragment(&Repair::Orthogonal.apply(&experiment)), 0);
            assert!((after.flow.total - 1.0).abs() < 1e-3, "{seed}: {after:?}");
        }
    }
    assert!(vanishing > 10, "{vanishing} of 40");
}

#[test]
fn weight_decay_is_named_where_it_is_the_cause() {
    let shrunk = run("depth=6&activation=tanh&lr=0.1&weight-decay=0.1", 400);
    let decay = shrunk.decay.unwrap();
    assert!(shrunk.is_of_decay() && shrunk.repairs == [Repair::NoDecay], "{shrunk:?}");
    assert!(decay.size < 0.1 && (decay.factor.unwrap() - 0.99).abs() < 1e-12, "{decay:?}");
    let grown =
        "depth=2&width=8&activation=tanh&init=playground&dataset=spiral&noise=0.15&batch=30&lr=3&weight-decay=1";
    let grown = run(grown, 30);
    assert!(grown.is_of_decay() && grown.decay.unwrap().factor == Some(-2.0), "{grown:?}");
    assert_eq!(grown.repairs, [Repair::NoDecay, Repair::LowerLr]);
    for fragment in ["activation=tanh&weight-decay=0.0001", "weight-decay=0.01", "optimizer=adamw&activation=tanh"] {
        assert_eq!(run(fragment, 100).decay, None, "{fragment}");
    }
    let adam = run("depth=6&activation=tanh&optimizer=adam&lr=0.01&weight-decay=0.5", 300);
    assert!(adam.decay.is_some_and(|decay| decay.factor.is_none()), "{adam:?}");
}

#[test]
fn zero_weights_are_counted_as_they_were_when_the_gradient_was_computed() {
    let zeros = |steps| run("depth=4&init=zeros", steps);
    assert_eq!((zeros(0).zero_weights, zeros(0).zero_cause), (5, Some(ZeroCause::ZeroWeights)));
    assert_eq!(zeros(1).zero_weights, 5, "step 1 saw the weights before its update");
    let later = zeros(3);
    assert!(later.zero_weights < 5, "{later:?}");
}
