//! Recurrent networks at the ends of what links allow: no number that processors are slow with, and no panic.

use gradient_lab::data::sequences::Corpus;
use gradient_lab::diagnosis::Situation;
use gradient_lab::experiment::share::from_fragment;
use gradient_lab::experiment::{Experiment, Precision};
use gradient_lab::kernel::LANES;
use gradient_lab::look::learned_sequences::SequencesWatch;
use gradient_lab::look::recurrent_view::{RecurrentWatch, SampleWatch};
use gradient_lab::look::view::{Score, Watch};
use gradient_lab::nn::recurrent::{
    Cell, InputKind, Level, Loading, Reading, Recurrent, RecurrentDraw, RecurrentInit, RecurrentSpec, Unrolled,
};
use gradient_lab::nn::{Linear, unscale};
use gradient_lab::random::{Purpose, Random};
use gradient_lab::run::AnyTrainer;
use gradient_lab::train::{Layout, Quantity, RecurrentTrainer, StepReport};
use ndarray::{Array2, Axis};

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
const FARTHEST: f64 = 1e-90;

/// ‖∂L/∂h_t‖ and ‖∂L/∂a_t‖, (times, batch), of the first level of a plain network on the way back in f64, from the very states that the forward pass
/// found in f32: with states of its own it would have other slopes, by a third of some norms where units are saturated.
fn norms_in_f64(trainer: &RecurrentTrainer<f32>) -> [Array2<f64>; 2] {
    let (network, unrolled) = (trainer.network(), trainer.batch().unrolled());
    let (batch, times, hidden) = (unrolled.batch(), unrolled.spec().times, unrolled.spec().hidden);
    let Level { input, recurrent } = &network.levels[0];
    let bias_of = |linear: &Linear<f32>, unit: usize| linear.bias.as_ref().map_or(0.0, |bias| bias.value.get(0, unit));
    let (w_ih, w_hh, w_ho) = (&input.weight.value, &recurrent.weight.value, &network.readout.weight.value);
    let h = unrolled.levels()[0].h();
    let product = |a: f32, b: f32| f64::from(a) * f64::from(b);
    let mut grad_h = Array2::<f64>::zeros((times * batch, hidden));
    for (place, row) in unrolled.reads().iter().enumerate() {
        for (unit, out) in (0..hidden).flat_map(|unit| (0..w_ho.cols()).map(move |out| (unit, out))) {
            grad_h[[*row as usize, unit]] += product(w_ho.get(unit, out), unrolled.grad_output().get(place, out));
        }
    }
    let mut norms = [Array2::<f64>::zeros((times, batch)), Array2::zeros((times, batch))];
    for row in (0..times * batch).rev() {
        for unit in 0..hidden {
            let a: f64 = if unrolled.symbols().is_empty() {
                (0..w_ih.rows()).map(|i| product(unrolled.input().get(row, i), w_ih.get(i, unit))).sum()
            } else {
                f64::from(w_ih.get(usize::from(unrolled.symbols()[row]), unit))
            };
            let before = row.checked_sub(batch);
            let q: f64 = before.map_or(0.0, |row| (0..hidden).map(|i| product(h.get(row, i), w_hh.get(i, unit))).sum());
            let u = a + q + f64::from(bias_of(input, unit)) + f64::from(bias_of(recurrent, unit));
            let of_h = grad_h[[row, unit]];
            let delta = of_h / (u.cosh() * u.cosh());
            for (norm, x) in norms.iter_mut().zip([of_h, delta]) {
                let norm = &mut norm[[row / batch, row % batch]];
                *norm = norm.hypot(x);
            }
            for from in (0..hidden).filter(|_| before.is_some()) {
                grad_h[[row - batch, from]] += f64::from(w_hh.get(from, unit)) * delta;
            }
        }
    }
    norms
}

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
        let single = trainer.get_recurrent::<f32>().unwrap();
        let numbers = numbers(single);
        let denormal = numbers.iter().filter(|x| **x != 0.0 && x.abs() < f64::from(f32::MIN_POSITIVE)).count();
        assert_eq!(denormal, 0, "{fragment}: of {} numbers", numbers.len());

        // And what was left out beside others is missed nowhere.
        let quantities = [Quantity::GradH, Quantity::GradZ];
        let (right, allowed) = if fragment.starts_with("model=rnn") {
            let of_batch =
                |norms: Array2<f64>| norms.map_axis(Axis(1), |norms| norms.fold(0.0_f64, |a, b| a.hypot(*b)));
            (norms_in_f64(single).map(|norms| of_batch(norms).to_vec()), 3e-3)
        } else {
            // Whose states are not the same: slopes of saturated units have the rounding of f32 many times over.
            let mut double = trainer.recurrent_in_f64();
            let right = double.probe().unwrap();
            (quantities.map(|quantity| right.series_at(0, quantity).unwrap()), 0.05)
        };
        for (quantity, right) in quantities.into_iter().zip(right) {
            let found = trainer.report().series_at(0, quantity).unwrap();
            let last = right.last().copied().unwrap_or(0.0);
            let told = found.into_iter().zip(right).enumerate().filter(|(_, (_, right))| *right > FARTHEST * last);
            for (time, (found, right)) in told {
                let is_right = (found - right).abs() <= allowed * right;
                assert!(is_right, "{fragment}: {quantity:?} at {}: {found:e}, not {right:e}", time + 1);
            }
        }
    }
}

/// The samples' own gradients are true and make up that of the batch, however far they are apart.
#[test]
fn samples_far_apart_are_seen_true() {
    let mut trainer = AnyTrainer::new(&experiment("model=rnn&rec-init=normal&rho=2&length=60&optimizer=sgd")).unwrap();
    for _ in 0..12 {
        trainer.step().unwrap();
    }
    trainer.probe().unwrap();
    let batch = trainer.get_recurrent::<f32>().unwrap().batch().unrolled().batch();
    let of_sample = |sample: usize, trainer: &mut AnyTrainer| {
        let sample = Some(SampleWatch { sample, level: 0, unit: None });
        let watch = Watch { recurrent: RecurrentWatch { sample, ..Default::default() }, ..Default::default() };
        trainer.view(&watch, 3).sample.unwrap().gradient_norms
    };
    let all: Vec<Vec<f64>> = (0..batch).map(|sample| of_sample(sample, &mut trainer)).collect();
    let [right, _] = norms_in_f64(trainer.get_recurrent().unwrap());
    for ((time, sample), right) in right.indexed_iter() {
        let found = all[sample][time];
        assert!((found - right).abs() <= 3e-3 * right, "{sample} at {}: {found:e}, not {right:e}", time + 1);
    }
    for (time, found) in trainer.report().series_at(0, Quantity::GradH).unwrap().into_iter().enumerate() {
        let together = all.iter().map(|norms| norms[time]).fold(0.0, f64::hypot);
        assert!((together - found).abs() <= 1e-5 * found, "t = {}: {found:e}, not {together:e}", time + 1);
    }
    let first = || all.iter().map(|norms| norms[0]);
    assert!(first().fold(0.0, f64::max) > 1e60 * first().fold(f64::INFINITY, f64::min), "samples are far apart");
}

const TIMES: usize = 14;

/// A number that saturates units, and that closes gates by which a state is kept.
fn loud(cell: Cell) -> f32 {
    if cell.gates().is_empty() { 200.0 } else { -50.0 }
}

/// A network in which a time step is quiet (symbol 1) or loud (symbol 2): through a loud one hardly any gradient passes.
fn network_with_loud_steps(cell: Cell, stack: usize, kind: InputKind) -> Recurrent<f32> {
    let (inputs, embedding) = if matches!(kind, InputKind::Embedded { .. }) { (4, Some(3)) } else { (3, None) };
    let spec = RecurrentSpec {
        cell,
        inputs,
        hidden: 9,
        stack,
        outputs: 2,
        times: TIMES,
        reading: Reading::Each,
        embedding,
        window: TIMES,
    };
    let draw = RecurrentDraw { init: RecurrentInit::Normal, rho: 1.1, forget_bias: 1.0 };
    let mut network: Recurrent<f32> =
        draw.draw(spec, kind.has_padding(), &mut |layer| Random::new(4, Purpose::Parameters { layer }));
    let loud = loud(cell);
    let kept = match cell {
        Cell::Lstm | Cell::Gru => Some(1),
        Cell::Tanh | Cell::Relu => None,
    };
    for (index, level) in network.levels.iter_mut().enumerate() {
        let weight = &mut level.input.weight.value;
        let width = 9_usize.next_multiple_of(LANES);
        for (row, unit) in (0..weight.rows()).flat_map(|row| (0..9).map(move |unit| (row, unit))) {
            for block in 0..cell.blocks() {
                let col = block * width + unit;
                let value = weight.get(row, col);
                match kind {
                    _ if index > 0 => weight.set(row, col, 40.0 * value),
                    // What is kept is so of all units or of none, and all others are saturated.
                    _ if row == 1 && kept == Some(block) => weight.set(row, col, 1.0),
                    _ if row == 1 && kept.is_some() => weight.set(row, col, 0.5 * value.signum()),
                    InputKind::OneHot if row == 2 => weight.set(row, col, loud * weight.get(1, col)),
                    _ => {}
                }
            }
        }
    }
    if let Some(table) = &mut network.embedding {
        (0..4).for_each(|col| table.value.set(2, col, if col == 1 { loud } else { 0.1 }));
    }
    network
}

/// Where sequences are read, with the first entry of ∂L/∂o there: time step, sequence, number. Of the last one, which is read in the
/// middle alone, the answer is all but right.
const READ: [(usize, usize, f32); 4] =
    [(TIMES - 1, 0, 0.5), (TIMES - 1, 1, -0.25), (TIMES - 3, 1, 0.5), (3, 2, 1.0 / (1_u128 << 110) as f32)];

/// What each sequence reads at each time step.
fn sequences() -> Vec<Vec<u16>> {
    let half = TIMES / 2;
    let loud_where = |is_loud: &dyn Fn(usize) -> bool| (0..TIMES).map(|time| 1 + u16::from(is_loud(time))).collect();
    vec![loud_where(&|time| time >= half), loud_where(&|time| time < half), loud_where(&|_| false)]
}

/// The passes of some of the sequences.
fn pass(network: &mut Recurrent<f32>, kind: InputKind, chosen: &[usize]) -> Unrolled<f32> {
    let inputs = sequences();
    let batch = chosen.len();
    let mut unrolled = Unrolled::new(network.spec, kind, batch, TIMES * batch);
    let Loading { symbols, numbers, reads } = unrolled.load(batch);
    for (time, place) in (0..TIMES).flat_map(|time| (0..batch).map(move |place| (time, place))) {
        let (row, symbol) = (time * batch + place, inputs[chosen[place]][time]);
        if kind == InputKind::Numbers {
            let loud = loud(network.spec.cell);
            (0..3).for_each(|col| numbers.set(row, col, if (symbol, col) == (2, 1) { loud } else { 0.1 }));
        } else {
            symbols[row] = symbol;
        }
    }
    let asked: Vec<_> = READ.into_iter().filter(|(_, sequence, _)| chosen.contains(sequence)).collect();
    let place = |sequence: usize| chosen.iter().position(|chosen| *chosen == sequence).unwrap();
    reads.extend(asked.iter().map(|(time, sequence, _)| (time * batch + place(*sequence)) as u32));
    unrolled.forward(network);
    let (_, grad) = unrolled.output_and_grad();
    for (row, (_, _, size)) in asked.iter().enumerate() {
        grad.set(row, 0, *size);
        grad.set(row, 1, -0.7 * size);
    }
    unrolled.backward(network);
    unrolled.weight_gradients(network);
    unrolled
}

/// Whether two arrays are the same but for rounding, in parts of the norm of the second.
fn assert_same(found: &[f64], right: &[f64], what: &str) {
    let norm = |of: &mut dyn Iterator<Item = f64>| of.fold(0.0, f64::hypot);
    let (size, off) = (norm(&mut right.iter().copied()), norm(&mut found.iter().zip(right).map(|(a, b)| a - b)));
    assert!(off <= 1e-4 * size, "{what}: off by {off:e} of {size:e}");
}

/// A sequence has the gradient in its batch that it has alone, however far those of others are above it, and the parameters have the
/// sum of all.
#[test]
fn a_sequence_has_the_gradient_that_it_has_alone() {
    let one_hot = InputKind::OneHot;
    let embedded = InputKind::Embedded { has_padding: true };
    for (cell, stack, kind) in [
        (Cell::Tanh, 1, InputKind::Numbers),
        (Cell::Tanh, 2, one_hot),
        (Cell::Relu, 2, InputKind::Numbers),
        (Cell::Lstm, 1, embedded),
        (Cell::Lstm, 2, InputKind::Numbers),
        (Cell::Gru, 1, one_hot),
        (Cell::Gru, 2, embedded),
    ] {
        let case = format!("{cell:?}, {stack} levels, {kind:?}");
        let mut network = network_with_loud_steps(cell, stack, kind);
        let alone: Vec<(Unrolled<f32>, Recurrent<f32>)> = (0..3)
            .map(|sequence| {
                let mut network = network.clone();
                (pass(&mut network, kind, &[sequence]), network)
            })
            .collect();
        let together = pass(&mut network, kind, &[0, 1, 2]);
        let mut spread = 0.0_f64;
        for (level, time) in (0..stack).flat_map(|level| (0..TIMES).map(move |time| (level, time))) {
            let mut norms = [0.0; 3];
            for (sequence, (own, _)) in alone.iter().enumerate() {
                let of = |unrolled: &Unrolled<f32>, place: usize| -> Vec<f64> {
                    (0..9).map(|unit| unrolled.grad_h_at(level, time, place, unit)).collect()
                };
                let right = of(own, 0);
                assert_same(&of(&together, sequence), &right, &format!("{case}: {sequence} at {level}, {time}"));
                norms[sequence] = right.into_iter().fold(0.0, f64::hypot);
            }
            let what = format!("{case}: level {level} at {time}");
            let found = together.levels()[level].times()[time].grad_h;
            assert_same(&[found], &[norms.into_iter().fold(0.0, f64::hypot)], &what);
            let live = || norms.into_iter().filter(|norm| *norm > 0.0);
            spread = spread.max(live().fold(0.0, f64::max) / live().fold(f64::INFINITY, f64::min));
            if time > 0 {
                let right = share(&alone, level, time);
                assert_same(&[together.share_of_time(level, time)], &[right], &what);
            }
        }
        assert!(spread > 2e30, "{case}: nothing is far apart: {spread:e}");
        for (index, parameter) in network.parameters().enumerate() {
            let sum = alone
                .iter()
                .map(|(_, own)| own.parameters().nth(index).unwrap().grad_array())
                .reduce(|sum, own| sum + own)
                .unwrap();
            let entries = |of: Array2<f64>| of.into_iter().collect::<Vec<f64>>();
            assert_same(&entries(parameter.grad_array()), &entries(sum), &format!("{case}: parameter {index}"));
        }
    }
}

/// The norm of `h_{t−1}ᵀ ∂L/∂q_t`, summed over sequences that were passed alone.
fn share(alone: &[(Unrolled<f32>, Recurrent<f32>)], level: usize, time: usize) -> f64 {
    let spec = alone[0].0.spec();
    let mut norm = 0.0_f64;
    for (block, unit) in (0..spec.cell.blocks()).flat_map(|block| (0..9).map(move |unit| (block, unit))) {
        for from in 0..9 {
            let product = |own: &Unrolled<f32>| {
                let seen = &own.levels()[level];
                let delta = unscale(f64::from(seen.grad_q(block, time, unit)), seen.exponent(time));
                f64::from(seen.h().get(time - 1, from)) * delta
            };
            norm = norm.hypot(alone.iter().map(|(own, _)| product(own)).sum());
        }
    }
    norm
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
            unseen: false,
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
