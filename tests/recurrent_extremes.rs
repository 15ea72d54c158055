//! Recurrent networks at the ends of what links allow: no number that processors are slow with, and no panic.

use gradient_lab::data::sequences::Corpus;
use gradient_lab::diagnosis::Situation;
use gradient_lab::experiment::share::from_fragment;
use gradient_lab::experiment::{Experiment, Precision};
use gradient_lab::look::learned_sequences::SequencesWatch;
use gradient_lab::look::recurrent_view::{RecurrentWatch, SampleWatch};
use gradient_lab::look::view::{Score, Watch};
use gradient_lab::random::{Purpose, Random};
use gradient_lab::run::AnyTrainer;
use gradient_lab::train::{Layout, Quantity, RecurrentTrainer, StepReport};

fn experiment(fragment: &str) -> Experiment {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    experiment
}

/// All numbers of the last pass, as the engine has them.
fn numbers(trainer: &RecurrentTrainer<f32>) -> Vec<f64> {
    let unrolled = trainer.batch().unrolled();
    let spec = unrolled.spec();
    let rows = spec.times * unrolled.batch();
    let mut all = Vec::new();
    for level in unrolled.levels() {
        for panels in [level.h(), level.c(), level.grad_h(), level.grad_c()] {
            all.extend(panels.entries());
        }
        for (block, row) in (0..spec.cell.blocks()).flat_map(|block| (0..rows).map(move |row| (block, row))) {
            for unit in 0..spec.hidden {
                all.extend([level.grad_a(block, row, unit), level.grad_q(block, row, unit)].map(f64::from));
            }
        }
    }
    all.extend(trainer.network().parameters().flat_map(|p| p.value.entries().chain(p.grad.entries())));
    all
}

/// How small a norm is checked, by that of the last time step.
const FARTHEST: f64 = 1e-30;

/// Where the gradient of one sequence vanishes beside that of another, and where gates are closed.
#[test]
fn no_number_is_denormal_however_saturated_the_network() {
    for fragment in [
        "model=rnn&rec-init=normal&rho=2&length=60&optimizer=sgd",
        "model=rnn&rec-init=normal&rho=10&length=30&optimizer=sgd",
        "model=rnn&rec-init=normal&rho=2&length=30&optimizer=sgd&task=copy",
        "model=lstm&rec-init=normal&rho=8&forget-bias=-10&length=30&optimizer=sgd",
        "model=gru&rec-init=normal&rho=8&length=30&optimizer=sgd",
    ] {
        let mut trainer = AnyTrainer::new(&experiment(fragment)).unwrap();
        for _ in 0..12 {
            trainer.step().unwrap();
        }
        trainer.probe().unwrap();
        let numbers = numbers(trainer.get_recurrent::<f32>().unwrap());
        let denormal = numbers.iter().filter(|x| **x != 0.0 && x.abs() < f64::from(f32::MIN_POSITIVE)).count();
        assert_eq!(denormal, 0, "{fragment}: of {} numbers", numbers.len());

        // And what was left out beside others is missed nowhere.
        let mut double = trainer.recurrent_in_f64();
        let (found, right) = (trainer.report(), double.probe().unwrap());
        for quantity in [Quantity::GradH, Quantity::GradZ] {
            let [found, right] = [found, right].map(|report| report.series_at(0, quantity).unwrap());
            // A sequence that has fallen 2^100 behind another of its batch is left out (`Real::FAINT`); where that other one
            // falls as far later on, the norm is too small. Down to here none of these does.
            let last = right.last().copied().unwrap_or(0.0);
            let told = found.into_iter().zip(right).enumerate().filter(|(_, (_, right))| *right > FARTHEST * last);
            for (time, (found, right)) in told {
                // Slopes of saturated units have the rounding of f32 many times over.
                let is_right = (found - right).abs() <= 0.05 * right;
                assert!(is_right, "{fragment}: {quantity:?} at {}: {found:e}, not {right:e}", time + 1);
            }
        }
    }
}

/// What the worker asks for is what a run takes, and where no computer has as much it says so in 32 bits too.
#[test]
fn the_memory_of_a_run_is_known_before() {
    for fragment in [
        "model=rnn&hidden=40&length=100",
        "model=lstm&hidden=128&length=200",
        "model=lstm&hidden=33&length=30&stack=3&task=copy&batch=full&samples=64&optimizer=adamw",
        "model=gru&hidden=64&length=50&task=adding&precision=f64",
        "model=gru&hidden=20&stack=2&length=40&task=sentiment&batch=50",
        "model=rnn&hidden=64&length=40&task=next-character&batch=16",
        "model=rnn&hidden=1&length=2&task=parity&batch=1",
    ] {
        let experiment = experiment(fragment);
        let bytes = AnyTrainer::new(&experiment).unwrap().bytes() as f64;
        let known = match experiment.precision {
            Precision::F32 => RecurrentTrainer::<f32>::bytes_of(&experiment, &Corpus::default()),
            Precision::F64 => RecurrentTrainer::<f64>::bytes_of(&experiment, &Corpus::default()),
        } as f64;
        // What every run has besides is some kilobytes.
        assert!((known - bytes).abs() < 0.2 * bytes + 32e3, "{fragment}: {known} of {bytes}");
    }
    let largest = experiment("model=lstm&hidden=128&length=200&stack=3&batch=2048&samples=2048&precision=f64");
    assert!(RecurrentTrainer::<f64>::bytes_of(&largest, &Corpus::NONE) > 12 << 30);
    assert_eq!(RecurrentTrainer::<f32>::bytes_of(&Experiment::default(), &Corpus::NONE), 0);
}

/// A link of recurrent networks, drawn from all their keys and more often from the ends of their ranges.
fn random_fragment(random: &mut Random) -> String {
    fn pick<'a>(random: &mut Random, from: &[&'a str]) -> &'a str {
        from[random.below(from.len())]
    }
    let task = pick(random, &["first-symbol", "copy", "adding", "parity", "sentiment", "next-character"]);
    let mut parts = vec![format!("model={}&task={task}", pick(random, &["rnn", "lstm", "gru"]))];
    for (key, values) in [
        ("hidden", &["1", "2", "3", "7", "8", "9", "17", "32"][..]),
        ("length", &["2", "3", "5", "11", "40"]),
        ("stack", &["1", "2", "3"]),
        ("window", &["full", "1", "2", "7", "200"]),
        ("rec-init", &["pytorch", "orthogonal", "identity", "normal"]),
        ("rho", &["0.01", "0.5", "1", "2", "10"]),
        ("forget-bias", &["-10", "0", "1", "10"]),
        ("activation", &["tanh", "relu"]),
        ("batch", &["1", "2", "9", "32", "full"]),
        ("samples", &["16", "17", "40"]),
        ("optimizer", &["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]),
        ("lr", &["1e-6", "0.01", "1", "10"]),
        ("precision", &["f32", "f64"]),
        ("clip", &["none", "norm", "value"]),
        ("clip-at", &["1e-4", "1", "1e4"]),
        ("loss", &["mse", "bce-with-logits", "softmax-cross-entropy"]),
        ("language", &["english", "chinese"]),
        ("decisive", &["early", "late"]),
        ("padding", &["before", "after", "masked"]),
        ("embedding", &["1", "5", "16"]),
        ("weight-decay", &["0", "1"]),
    ] {
        // What a link leaves out has its default, and what does not go with the rest is put right.
        if random.below(3) > 0 {
            parts.push(format!("{key}={}", pick(random, values)));
        }
    }
    parts.join("&")
}

/// Everything that is asked of a run while the page shows it.
fn use_everything(experiment: &Experiment, random: &mut Random) {
    let mut trainer = AnyTrainer::new(experiment).expect("what a link says is put right");
    let (mut start, mut divergence) = (None, None);
    let mut report = StepReport::new(Layout::of(experiment));
    for step in 0..4 {
        let told = if step == 0 { trainer.probe() } else { trainer.step() };
        match told {
            Ok(told) => report = told.clone(),
            Err(error) => divergence = Some(error),
        }
        start = start.or_else(|| divergence.is_none().then(|| report.clone()));
        if step > 0 && step < 3 && divergence.is_none() {
            continue;
        }
        let mut any = |end: u32| random.below(end as usize + 1);
        // One beyond the last now and then, as of a network that was larger.
        let (level, time) = (any(experiment.stack), any(experiment.length));
        let sample = SampleWatch { sample: any(40), level, unit: Some((any(experiment.hidden), time)) };
        let watch = Watch {
            layers: vec![0, 1],
            network: true,
            unit: Some((0, 0)),
            parameters: true,
            learned: true,
            sequences: SequencesWatch { seed: step, sentence: "The soup was cold xyzzy".to_owned() },
            evaluation: true,
            recurrent: RecurrentWatch {
                spectrum: true,
                time: Some(level),
                cell: Some((level, (step % 2 == 0).then_some(time))),
                sample: Some(sample),
                weight_entries: true,
            },
        };
        trainer.view(&watch, 3);
        let Score { loss, accuracy, .. } = trainer.evaluate().training;
        let score = Some((loss, accuracy));
        let guess_loss = experiment.guess_loss();
        Situation { experiment, report: &report, divergence, start: start.as_ref(), score, guess_loss }.diagnose();
        if divergence.is_some() {
            return;
        }
    }
}

/// With `SWEEP` as many as it says.
#[test]
fn no_link_of_a_recurrent_network_ends_in_a_panic() {
    let count = std::env::var("SWEEP").ok().and_then(|count| count.parse().ok()).unwrap_or(10);
    let mut random = Random::new(13, Purpose::Data);
    for number in 0..count {
        let fragment = random_fragment(&mut random);
        println!("{number}: {fragment}");
        let (experiment, _) = from_fragment(&fragment);
        assert!(experiment.model.is_recurrent(), "{fragment}");
        use_everything(&experiment, &mut random);
    }
}
