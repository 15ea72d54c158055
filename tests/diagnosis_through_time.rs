//! The verdict on recurrent networks: labelled situations, each of a real run, and whether what is offered repairs.

use gradient_lab::diagnosis::{
    Condition, Diagnosis, MOST_OFFERED, Repair, Situation, diagnose, last_good, leading_since,
};
use gradient_lab::experiment::Experiment;
use gradient_lab::experiment::share::{from_fragment, to_fragment};
use gradient_lab::nn::recurrent::Cell;
use gradient_lab::optim::{ClipKind, Hyper};
use gradient_lab::run::AnyTrainer;
use gradient_lab::train::{Divergence, History, Layout, Quantity, StepReport, Weights};

/// What a run is like after some steps, and what it was like before the first.
fn run(experiment: &Experiment, steps: u32) -> (Diagnosis, Option<StepReport>) {
    let mut trainer = AnyTrainer::new(experiment).unwrap();
    let mut report = StepReport::new(Layout::of(experiment));
    let mut divergence: Option<Divergence> = None;
    let mut start = None;
    match trainer.probe() {
        Ok(first) => {
            report = first.clone();
            start = Some(first.clone());
        }
        Err(error) => divergence = Some(error),
    }
    for _ in 0..steps {
        if divergence.is_some() {
            break;
        }
        match trainer.step() {
            Ok(next) => report = next.clone(),
            Err(error) => divergence = Some(error),
        }
    }
    let situation = Situation {
        experiment,
        report: &report,
        divergence,
        start: start.as_ref(),
        score: None,
        guess_loss: experiment.guess_loss(),
    };
    (situation.diagnose(), start)
}

fn parsed(fragment: &str) -> Experiment {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    experiment
}

fn found(fragment: &str, steps: u32) -> Diagnosis {
    run(&parsed(fragment), steps).0
}

/// How ill a network is, by its leading condition; a weakened gradient lies between, and steps that are too large beside a
/// gradient that explodes are worse than that alone.
fn severity(diagnosis: &Diagnosis) -> usize {
    match diagnosis.conditions[0] {
        Condition::Trained => 0,
        Condition::Healthy if diagnosis.flow.is_weakened() => 1,
        Condition::Healthy => 0,
        Condition::Saturated => 2,
        Condition::Vanishing | Condition::Underflow => 3,
        Condition::Dead => 4,
        Condition::Exploding if diagnosis.update_explodes() => 6,
        Condition::Exploding => 5,
        Condition::Diverged => 7,
    }
}

/// The situations: a link, steps, and what leads the verdict then.
const SITUATIONS: &[(&str, u32, Condition)] = {
    use Condition::{Dead, Diverged, Exploding, Healthy, Saturated, Vanishing};
    &[
        // A plain network forgets, whatever it reads.
        ("model=rnn", 0, Vanishing),
        ("model=rnn", 5, Vanishing),
        ("model=rnn&length=60", 0, Vanishing),
        ("model=rnn&task=adding", 0, Vanishing),
        ("model=rnn&task=parity", 0, Vanishing),
        ("model=rnn&task=sentiment", 0, Vanishing),
        ("model=rnn&task=sentiment&language=chinese", 0, Vanishing),
        ("model=rnn&task=copy&length=60", 0, Vanishing),
        ("model=rnn&stack=2&hidden=16", 0, Vanishing),
        ("model=rnn&activation=relu", 0, Vanishing),
        ("model=rnn&rec-init=normal&rho=0.5", 0, Vanishing),
        ("model=rnn&rec-init=identity&rho=0.5&activation=relu", 0, Vanishing),
        ("model=rnn&length=200&hidden=16", 0, Vanishing),
        // Where the weights are right at first, or the way is short, something arrives.
        ("model=rnn&rec-init=orthogonal", 0, Healthy),
        ("model=rnn&rec-init=normal", 0, Healthy),
        ("model=rnn&activation=relu&rec-init=identity", 0, Healthy),
        ("model=rnn&activation=relu&rec-init=identity&length=100&hidden=16", 0, Healthy),
        ("model=rnn&length=5", 0, Healthy),
        ("model=rnn&window=8", 0, Healthy),
        ("model=rnn&window=1", 3, Healthy),
        ("model=rnn&length=60&window=20", 0, Vanishing),
        // Gates keep as much as they are open.
        ("model=lstm&forget-bias=0", 0, Vanishing),
        ("model=lstm&forget-bias=3", 0, Healthy),
        ("model=lstm&forget-bias=3&length=60", 0, Healthy),
        ("model=lstm&forget-bias=1&length=60", 0, Vanishing),
        ("model=lstm&forget-bias=5&length=200&hidden=8", 0, Healthy),
        ("model=gru&length=10", 0, Healthy),
        ("model=gru&length=40", 0, Vanishing),
        // Padding after the text has to be passed before a word comes.
        ("model=lstm&task=sentiment&padding=after&length=60&forget-bias=1", 0, Vanishing),
        ("model=lstm&task=sentiment&padding=masked&length=60&forget-bias=1", 0, Healthy),
        ("model=lstm&task=sentiment&padding=before&length=60&forget-bias=1", 0, Healthy),
        ("model=gru&task=sentiment&padding=after&length=40", 0, Vanishing),
        // Recurrent weights that are too large.
        ("model=rnn&rec-init=normal&rho=3&length=60", 0, Exploding),
        ("model=rnn&rec-init=normal&rho=3&length=60", 5, Exploding),
        ("model=rnn&rec-init=normal&rho=2&length=100&optimizer=sgd&lr=0.1", 1, Exploding),
        ("model=rnn&rec-init=normal&rho=3&length=60&optimizer=sgd&lr=0.1&clip=norm", 5, Exploding),
        ("model=rnn&task=next-character&rec-init=normal&rho=4&hidden=16", 0, Exploding),
        ("model=rnn&rec-init=normal&rho=3&length=60&optimizer=sgd&lr=0.1", 10, Vanishing),
        (
            "model=rnn&activation=relu&rec-init=identity&rho=1.1&length=200&hidden=16&optimizer=sgd&lr=0.00001",
            5,
            Diverged,
        ),
        ("model=rnn&rec-init=normal&rho=10&length=200&hidden=32", 1, Diverged),
        // A GRU has a way through its gate, and is long enough for few steps.
        ("model=rnn&length=14", 0, Vanishing),
        ("model=rnn&length=14", 5, Vanishing),
        ("model=gru&length=14", 0, Healthy),
        ("model=gru&task=adding", 0, Vanishing),
        ("model=gru&task=copy&length=60", 0, Vanishing),
        // Units that are off from the start.
        ("model=rnn&activation=relu&hidden=2&length=8&seed=11", 0, Dead),
        // Steps that are too long for their weights: of Adam, whose length is the learning rate's, and of others.
        ("model=rnn&rec-init=orthogonal&optimizer=adam&lr=0.3", 1, Exploding),
        ("model=rnn&rec-init=orthogonal&optimizer=sgd&lr=10", 1, Exploding),
        ("model=rnn&rec-init=orthogonal&optimizer=momentum&lr=10", 1, Exploding),
        ("model=gru&length=10&task=adding&optimizer=sgd&lr=1", 5, Exploding),
        ("model=gru&length=10&task=adding&optimizer=momentum&lr=1", 5, Exploding),
        ("model=rnn&activation=relu&rec-init=identity&task=adding&optimizer=sgd&lr=1", 10, Diverged),
        ("model=rnn&activation=relu&rec-init=identity&task=adding&optimizer=adam&lr=1", 10, Diverged),
        // A gradient at every step, of its own: a level curve is no vanishing, and no proof of the contrary.
        ("model=rnn&task=next-character&hidden=16", 0, Healthy),
        ("model=lstm&task=next-character&hidden=16&window=10", 0, Healthy),
        ("model=rnn&task=copy&length=60&window=10", 0, Healthy),
        // States where tanh is flat.
        ("model=rnn&rec-init=orthogonal&rho=6&length=4", 0, Saturated),
    ]
};

#[test]
fn real_runs_get_the_verdict_that_they_are_labelled_with() {
    assert!(SITUATIONS.len() >= 30);
    let mut failures = Vec::new();
    for (fragment, steps, leading) in SITUATIONS {
        let diagnosis = found(fragment, *steps);
        if diagnosis.conditions[0] != *leading {
            failures.push(format!("{fragment} after {steps} steps is not {leading:?}: {diagnosis:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Those of the repairs that the page shows: what changes the network only if the gradient arrives in it.
fn offered(experiment: &Experiment, diagnosis: &Diagnosis) -> Vec<Repair> {
    let is_shown = |repair: &&Repair| {
        let repaired = repair.apply(experiment);
        let flow = run(&repaired, 0).0.flow;
        repaired.is_same_run(experiment) || diagnosis.is_mended_at(flow.total, flow.beyond_readout)
    };
    diagnosis.repairs.iter().filter(is_shown).take(MOST_OFFERED).copied().collect()
}

/// Whoever is offered a repair may expect that it repairs: after it, the same steps end in a milder verdict.
#[test]
fn every_repair_that_is_offered_is_allowed_and_repairs() {
    let mut failures = Vec::new();
    let mut seen = Vec::new();
    for (fragment, steps, leading) in SITUATIONS {
        let experiment = parsed(fragment);
        let (before, _) = run(&experiment, *steps);
        let offered = offered(&experiment, &before);
        if offered.is_empty() && *leading != Condition::Healthy {
            failures.push(format!("{fragment} after {steps} steps is offered nothing: {before:?}"));
        }
        for repair in offered {
            let repaired = repair.apply(&experiment);
            repaired.validate().unwrap();
            assert_eq!(from_fragment(&to_fragment(&repaired)).0, repaired, "{fragment}, {repair:?}");
            let (after, _) = run(&repaired, *steps);
            if severity(&after) >= severity(&before) {
                failures.push(format!("{fragment} after {steps} steps: {before:?}, {repair:?}: {after:?}"));
            }
            seen.push(repair);
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    for repair in [
        Repair::Lstm,
        Repair::ForgetBias,
        Repair::OrthogonalRecurrent,
        Repair::UnitRadius,
        Repair::Irnn,
        Repair::ShortWindow,
        Repair::PadBefore,
        Repair::PadMasked,
        Repair::ClipNorm,
        Repair::Gru,
        Repair::TanhCell,
        Repair::LowerLr,
    ] {
        assert!(seen.contains(&repair), "{repair:?} is nowhere offered");
    }
}

/// A report of 8 time steps of a plain cell, with a gradient everywhere.
fn made_up(cell: Cell) -> StepReport {
    let mut report = StepReport::new(Layout::Times { cell, times: 8, levels: 1, has_embedding: false });
    report.step = 3;
    report.set_loss(1.0);
    for time in 0..8 {
        report.set(time, Quantity::GradH, 1.0);
    }
    for weights in 0..report.layout().weights_len() {
        report.set_of_weights(weights, Quantity::Weight, 1.0);
    }
    report
}

#[test]
fn a_relu_network_is_dead_where_all_its_units_are_off() {
    let experiment = parsed("model=rnn&activation=relu&length=8");
    let mut report = made_up(Cell::Relu);
    (0..8).for_each(|time| report.set(time, Quantity::Saturated, 0.9));
    assert_eq!(diagnose(&experiment, &report, None).conditions, [Condition::Healthy], "others are on");
    report.set(4, Quantity::Saturated, 1.0);
    (0..5).for_each(|time| report.set(time, Quantity::GradH, 0.0));
    let dead = diagnose(&experiment, &report, None);
    assert_eq!(dead.conditions, [Condition::Dead, Condition::Vanishing]);
    assert_eq!((dead.dead_places, dead.most_dead.0, dead.flow.zero_places), (1, 5, 5));
    // The same share of tanh is where it is flat.
    let flat = diagnose(
        &parsed("model=rnn&length=8"),
        &{
            let mut report = made_up(Cell::Tanh);
            report.set(4, Quantity::Saturated, 1.0);
            report
        },
        None,
    );
    assert_eq!((flat.conditions, flat.most_saturated), (vec![Condition::Saturated], (5, 1.0)));
}

#[test]
fn the_weights_that_a_step_changes_most_are_named() {
    let mut report = made_up(Cell::Tanh);
    report.set_grad_norm(1.0);
    report.set_of_weights(0, Quantity::UpdateRatio, 0.5);
    report.set_of_weights(1, Quantity::UpdateRatio, 3.0);
    report.set_of_weights(2, Quantity::UpdateRatio, 9.0);
    let found = diagnose(&parsed("model=rnn&length=8&optimizer=sgd"), &report, None);
    assert_eq!(found.largest_update, (Weights::Recurrent(0), 3.0), "the output layer is not judged");
    assert_eq!(found.conditions, [Condition::Exploding]);
    assert_eq!(found.repairs, [Repair::LowerLr], "clipping at 1 does not shorten what is no longer");
    report.set_grad_norm(4.0);
    let large = diagnose(&parsed("model=rnn&length=8&optimizer=sgd"), &report, None);
    assert_eq!(large.repairs, [Repair::LowerLr, Repair::ClipNorm]);
    let adaptive = diagnose(&parsed("model=rnn&length=8"), &report, None);
    assert_eq!(adaptive.repairs, [Repair::LowerLr], "clipping does not shorten Adam's steps");
}

#[test]
fn what_truncation_cuts_is_zero_and_no_vanishing() {
    for (fragment, to, factors) in [
        ("model=rnn&hidden=8&length=20&window=1", 20, 0),
        ("model=rnn&hidden=8&length=20&window=4", 17, 3),
        ("model=lstm&hidden=8&length=20&window=7&stack=2", 14, 6),
    ] {
        let experiment = parsed(fragment);
        let mut trainer = AnyTrainer::new(&experiment).unwrap();
        let report = trainer.probe().unwrap().clone();
        let flow = diagnose(&experiment, &report, None).flow;
        assert_eq!((flow.to, flow.factors(), flow.zero_places), (to, factors, 0), "{fragment}: {flow:?}");
        assert!((0..to - 1).all(|time| report.get(time, Quantity::GradH) == 0.0), "{fragment}");
    }
}

#[test]
fn the_gates_alone_leave_the_power_of_their_mean() {
    let kept = found("model=lstm&forget-bias=1&hidden=16", 0).kept.unwrap();
    assert!((kept.gate.powi(kept.steps as i32) / kept.product - 1.0).abs() < 1e-9, "{kept:?}");
    assert!(kept.steps == 27 && (kept.gate - 0.731).abs() < 0.01, "about σ(1): {kept:?}");
    assert_eq!(found("model=rnn&hidden=8", 0).kept, None);
}

#[test]
fn the_average_of_an_lstm_is_of_its_recurrence_and_not_of_its_readout() {
    // From ∂L/∂h_T, which the readout gives, the gradient goes into the cell within two steps, and is level from there.
    let flow = found("model=lstm&forget-bias=3", 0).flow;
    assert!(flow.total < 0.15 && flow.by_readout() < 0.1, "{flow:?}");
    assert!((flow.factor - 1.0).abs() < 0.02 && !flow.is_weakened(), "{flow:?}");
    assert_eq!((flow.from, flow.to, flow.averaged()), (30, 1, 27));
    assert!((flow.by_readout() * flow.factor.powi(27) / flow.total - 1.0).abs() < 1e-9, "{flow:?}");
    // What shrinks at each step is called so all the same.
    assert!(found("model=lstm&forget-bias=0", 0).flow.factor < 0.7);
    for other in ["model=gru&length=10", "model=rnn&length=10", "model=lstm&task=next-character&hidden=8"] {
        assert_eq!(found(other, 0).flow.readout, 0, "{other}");
    }
}

#[test]
fn a_run_that_ends_says_at_which_time_step_and_what_made_the_weights_too_large() {
    let experiment =
        parsed("model=rnn&activation=relu&rec-init=identity&rho=1.1&length=200&hidden=16&optimizer=sgd&lr=0.00001");
    let mut trainer = AnyTrainer::new(&experiment).unwrap();
    let mut history = History::new(64);
    history.push_report(trainer.probe().unwrap());
    let divergence = loop {
        match trainer.step() {
            Ok(report) => history.push_report(report),
            Err(divergence) => break divergence,
        }
    };
    assert!(divergence.time.is_some_and(|time| (1..=200).contains(&time)), "{divergence:?}");
    let (found, _) = run(&experiment, 10);
    assert_eq!(found.divergence, Some(divergence));
    assert_eq!(found.repairs[0], Repair::UnitRadius, "{found:?}");
    assert!(!found.repairs.contains(&Repair::LowerLr), "no learning rate has made the weights too large");
    let good = last_good(&history, &[]).unwrap();
    assert!(good.step < divergence.step && good.loss.is_finite(), "{good:?}");
    let since = leading_since(&experiment, &history, divergence.step, Condition::Exploding, experiment.guess_loss());
    assert_eq!(since, Some(0));
}

/// Who follows a way back may expect that the run goes on.
#[test]
fn what_is_offered_of_a_diverged_run_saves_it() {
    const IRNN: &str = "model=rnn&activation=relu&rec-init=identity";
    let mut failures = Vec::new();
    let mut check = |fragment: String, is_clipped: bool, is_slower: bool| {
        let experiment = parsed(&fragment);
        let run = |change: Option<(u64, Hyper)>| {
            let mut trainer = AnyTrainer::new(&experiment).unwrap();
            let mut history = History::new(512);
            history.push_report(trainer.probe().unwrap());
            while trainer.steps() < 200 {
                if let Some((_, hyper)) = change.filter(|(step, _)| *step == trainer.steps()) {
                    trainer.set_hyper(hyper);
                }
                match trainer.step() {
                    Ok(report) => history.push_report(report),
                    Err(_) => break,
                }
            }
            (trainer.steps(), history)
        };
        let (end, history) = run(None);
        let good = last_good(&history, &[]).unwrap();
        let found = good.ways_back(&experiment, Some(&history.buckets()[0].last));
        let hyper = Hyper::of(&experiment);
        let clipped = found.clip_at.map(|clip_at| Hyper { clip: ClipKind::Norm, clip_at, ..hyper });
        let slower = found.lower_lr.then(|| Hyper { lr: experiment.tenth_of_lr(), ..hyper });
        if (end == 200) || (clipped.is_some(), slower.is_some()) != (is_clipped, is_slower) {
            failures.push(format!("{fragment}, which ends at {end}: {good:?}, {found:?}"));
        }
        for hyper in [clipped, slower].into_iter().flatten() {
            let (end, history) = run(Some((good.step, hyper)));
            let loss = history.latest().unwrap().loss();
            if end < 200 || loss > good.loss {
                failures.push(format!("{fragment} from step {}: ends at {end}, loss {loss}: {hyper:?}", good.step));
            }
        }
    };
    // Recurrent weights a fifth too large: the gradient has exploded before the first step.
    check(format!("{IRNN}&rho=1.2&length=60&optimizer=sgd&lr=1"), true, false);
    check(format!("{IRNN}&rho=1.2&length=60&optimizer=sgd"), true, false);
    check(format!("{IRNN}&rho=1.2&length=60&optimizer=momentum&lr=1"), true, false);
    check(format!("{IRNN}&rho=1.2&length=60&optimizer=sgd&lr=10"), true, false);
    // Adam's step is of one length, whatever the gradient's.
    check(format!("{IRNN}&rho=1.2&length=60&lr=1"), false, false);
    check(format!("{IRNN}&length=60&lr=1"), false, true);
    // It has not, but a tenth of the step is too long as well, or is not.
    check(format!("{IRNN}&rho=1.2&length=30&optimizer=sgd&lr=1"), true, false);
    check(format!("{IRNN}&rho=1.2&length=30&optimizer=sgd&lr=0.1"), true, true);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn since_when_a_verdict_leads_does_not_flicker_at_its_threshold() {
    let experiment = parsed("model=rnn&length=8");
    let of = |step: u64, total: f64| {
        let mut report = made_up(Cell::Tanh);
        report.step = step;
        report.set(0, Quantity::GradH, total);
        report
    };
    let mut history = History::new(64);
    // It arrives, begins to vanish at step 3, is now on one side of a thousandth and now on the other, and arrives again.
    let totals = [1.0, 0.1, 0.01, 9e-4, 1.2e-3, 8e-4, 2e-3, 9e-4, 1.1e-3, 7e-4, 0.1, 5e-4];
    (0..).zip(totals).for_each(|(step, total)| history.push_report(&of(step, total)));
    let since = |step| leading_since(&experiment, &history, step, Condition::Vanishing, experiment.guess_loss());
    for step in 3..=9 {
        assert_eq!(since(step), Some(3), "at step {step}");
    }
    assert_eq!([since(2), since(10), since(11)], [None, None, Some(11)]);
    assert_eq!(leading_since(&experiment, &history, 5, Condition::Exploding, experiment.guess_loss()), None);
}

/// Between two runs the page may hold a report of one kind of network and the settings of another.
#[test]
fn no_report_of_another_network_is_a_reason_to_fail() {
    let experiments = [
        "v=1",
        "depth=1",
        "model=rnn&length=2",
        "model=rnn&activation=relu&window=3&weight-decay=0.5",
        "model=lstm&stack=3&task=copy&weight-decay=0.5&optimizer=sgd&lr=10",
        "model=gru&task=sentiment&padding=masked&length=2",
        "model=lstm&task=next-character&length=200",
    ]
    .map(parsed);
    for experiment in &experiments {
        for other in &experiments {
            for (step, value) in [(0, 0.0), (1, 0.0), (7, 1.0), (7, f64::NAN), (7, f64::INFINITY), (7, 1e-300)] {
                let mut report = StepReport::new(Layout::of(other));
                report.step = step;
                report.row_mut().fill(value);
                let situation = Situation {
                    experiment,
                    report: &report,
                    divergence: None,
                    start: Some(&report),
                    score: None,
                    guess_loss: experiment.guess_loss(),
                };
                let found = situation.diagnose();
                assert!(!found.conditions.is_empty());
                for repair in found.repairs {
                    repair.apply(experiment).validate().unwrap();
                }
            }
        }
    }
}
