//! What is seen of recurrent networks, against the same computed by the formulas from its numbers.

use super::super::recurrent_view::{RecurrentWatch, SampleView, SampleWatch, TimeView, UnitInTime};
use super::super::view::{View, Watch};
use crate::data::sequences::Corpus;
use crate::experiment::share::from_fragment;
use crate::nn::recurrent::Gate;
use crate::train::{Quantity, RecurrentTrainer};

const RUNS: [&str; 6] = [
    "model=rnn&task=first-symbol",
    "model=rnn&activation=relu&task=adding&stack=2",
    "model=lstm&task=first-symbol&stack=2",
    "model=gru&task=copy&stack=2",
    "model=lstm&task=copy&window=3",
    "model=gru&task=parity",
];

fn run(fragment: &str) -> RecurrentTrainer<f64> {
    let fragment = format!("{fragment}&hidden=5&length=7&batch=3&samples=16&precision=f64");
    let (experiment, notices) = from_fragment(&fragment);
    assert!(notices.is_empty(), "{notices:?}");
    RecurrentTrainer::new(&experiment, &Corpus::default()).unwrap()
}

fn look(trainer: &mut RecurrentTrainer<f64>, recurrent: RecurrentWatch) -> View {
    trainer.view(&Watch { recurrent, ..Watch::default() })
}

fn sample(trainer: &mut RecurrentTrainer<f64>, sample: usize, level: usize, unit: (usize, usize)) -> SampleView {
    let watch = SampleWatch { sample, level, unit: Some(unit) };
    look(trainer, RecurrentWatch { sample: Some(watch), ..RecurrentWatch::default() }).sample.unwrap()
}

fn unit(trainer: &mut RecurrentTrainer<f64>, of: usize, level: usize, unit: (usize, usize)) -> UnitInTime {
    sample(trainer, of, level, unit).unit.unwrap()
}

fn time_view(trainer: &mut RecurrentTrainer<f64>, level: usize) -> TimeView {
    look(trainer, RecurrentWatch { time: Some(level), ..RecurrentWatch::default() }).time.unwrap()
}

fn assert_near(got: f64, want: f64, case: &str) {
    assert!((got - want).abs() <= 1e-12 * want.abs().max(1e-6), "{case}: {got}, and not {want}");
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn sigma(u: f64) -> f64 {
    1.0 / (1.0 + (-u).exp())
}

/// Every unit of every level at every time step of every sample, after some steps.
fn each_unit(check: impl Fn(&str, &UnitInTime)) {
    for fragment in RUNS {
        let mut trainer = run(fragment);
        for _ in 0..2 {
            trainer.step().unwrap();
        }
        let levels = trainer.network().spec.stack;
        for (of, level, time, number) in [
            (0, 0, 0, 0),
            (1, 0, 3, 2),
            (2, 0, 6, 4),
            (0, levels - 1, 0, 1),
            (1, levels - 1, 4, 3),
            (2, levels - 1, 6, 0),
        ] {
            let unit = unit(&mut trainer, of, level, (number, time));
            check(&format!("{fragment}, level {level}, unit {number}, t = {time}"), &unit);
        }
    }
}

#[test]
fn a_unit_is_what_its_formulas_make_of_its_numbers() {
    each_unit(|case, unit| {
        let value = |gate: Gate| unit.blocks.iter().find(|block| block.gate == Some(gate)).unwrap().value;
        for block in &unit.blocks {
            let a = dot(&unit.inputs, &block.input_weights) + block.input_bias;
            let q = dot(&unit.states, &block.weights) + block.bias;
            let is_reset = block.gate == Some(Gate::Candidate) && unit.cell_states.is_none();
            let u = if is_reset { a + value(Gate::Reset) * q } else { a + q };
            assert_near(block.pre_activation, u, case);
            let (f, slope) = match block.gate {
                Some(Gate::Candidate) => (u.tanh(), 1.0 - u.tanh().powi(2)),
                Some(_) => (sigma(u), sigma(u) * (1.0 - sigma(u))),
                None if case.contains("relu") => (u.max(0.0), if u > 0.0 { 1.0 } else { 0.0 }),
                None => (u.tanh(), 1.0 - u.tanh().powi(2)),
            };
            assert_near(block.value, f, case);
            assert_near(block.slope, slope, case);
        }
        let own = unit.states[unit.unit];
        let h = match unit.cell_states {
            Some((before, c)) => {
                assert_near(c, value(Gate::Forget) * before + value(Gate::Input) * value(Gate::Candidate), case);
                value(Gate::Output) * c.tanh()
            }
            None if unit.blocks.len() == 1 => unit.blocks[0].value,
            None => (1.0 - value(Gate::Update)) * value(Gate::Candidate) + value(Gate::Update) * own,
        };
        assert_near(unit.output, h, case);
    });
}

#[test]
fn the_gradient_of_a_unit_is_what_comes_from_above_and_from_later() {
    each_unit(|case, unit| {
        let above = dot(&unit.weights_above, &unit.deltas_above);
        let later = dot(&unit.weights_later, &unit.deltas_later);
        let kept = unit.kept.map_or(0.0, |(gate, grad)| gate * grad);
        assert_near(unit.grad_output, above + later + kept, case);
        assert_eq!(unit.deltas_later.is_empty(), unit.time == 6 || unit.is_cut, "{case}");
        let of = |gate: Gate| unit.blocks.iter().find(|block| block.gate == Some(gate)).unwrap();
        let h = unit.grad_output;
        match unit.grad_cell_state {
            Some((c, later)) => {
                let (before, now) = unit.cell_states.unwrap();
                let through_h = h * of(Gate::Output).value * (1.0 - now.tanh().powi(2));
                assert_near(c, through_h + later.map_or(0.0, |(f, grad)| f * grad), case);
                for (gate, by) in [
                    (Gate::Input, c * of(Gate::Candidate).value),
                    (Gate::Forget, c * before),
                    (Gate::Candidate, c * of(Gate::Input).value),
                    (Gate::Output, h * now.tanh()),
                ] {
                    assert_near(of(gate).delta, by * of(gate).slope, case);
                }
            }
            None if unit.blocks.len() == 1 => assert_near(unit.blocks[0].delta, h * unit.blocks[0].slope, case),
            None => {
                let (n, z, r) = (of(Gate::Candidate), of(Gate::Update), of(Gate::Reset));
                assert_near(n.delta, h * (1.0 - z.value) * n.slope, case);
                assert_near(z.delta, h * (unit.states[unit.unit] - n.value) * z.slope, case);
                assert_near(r.delta, n.delta * n.from_state * r.slope, case);
            }
        }
    });
}

#[test]
fn the_shares_of_time_steps_are_those_of_the_products_that_the_gradient_is_the_sum_of() {
    for fragment in RUNS {
        let mut trainer = run(fragment);
        trainer.step().unwrap();
        let seen = time_view(&mut trainer, 0);
        let is_gru = fragment.contains("gru");
        let blocks = seen.blocks.len();
        let norm = |time: usize, trainer: &mut RecurrentTrainer<f64>| {
            let mut sums = vec![0.0; 5 * 5 * blocks];
            for of in 0..3 {
                for number in 0..5 {
                    let unit = unit(trainer, of, 0, (number, time));
                    let reset = unit.blocks[0].value;
                    for (block, of_block) in unit.blocks.iter().enumerate() {
                        let at_q = of_block.delta * if is_gru && block == 2 { reset } else { 1.0 };
                        for (from, state) in unit.states.iter().enumerate() {
                            sums[(block * 5 + number) * 5 + from] += state * at_q;
                        }
                    }
                }
            }
            sums.iter().map(|x| x * x).sum::<f64>().sqrt()
        };
        let norms: Vec<f64> = (0..7).map(|time| norm(time, &mut trainer)).collect();
        let sum: f64 = norms.iter().sum();
        assert_near(seen.norms, sum, fragment);
        for (time, share) in seen.shares.iter().enumerate() {
            assert_near(*share, norms[time] / sum, &format!("{fragment}, t = {time}"));
        }
        assert_eq!(seen.shares[0], 0.0, "there is no state before the first step");
        assert!(seen.gradient <= sum * (1.0 + 1e-12));
    }
}

#[test]
fn what_truncation_cuts_has_no_share() {
    let mut trainer = run("model=rnn&task=first-symbol&window=3");
    trainer.step().unwrap();
    let shares = time_view(&mut trainer, 0).shares;
    assert!(
        shares[..4].iter().all(|share| *share == 0.0) && shares[4..].iter().all(|share| *share > 0.0),
        "{shares:?}"
    );
    let at_seam = unit(&mut trainer, 0, 0, (0, 3));
    assert!(at_seam.is_cut && at_seam.grad_output == 0.0);
}

#[test]
fn the_spectrum_is_that_of_a_matrix_that_is_known() {
    let mut trainer = run("model=lstm&task=first-symbol&rec-init=identity&rho=0.5");
    trainer.probe().unwrap();
    let seen = time_view(&mut trainer, 0);
    assert_eq!(seen.blocks.iter().filter_map(|block| block.gate).count(), 4);
    for block in seen.blocks {
        assert_near(block.radius, 0.5, "radius");
        assert!((block.largest_singular - 0.5).abs() < 1e-9);
        assert_eq!(block.eigenvalues.len(), 5);
    }
    // Alone it is the same, of the lowest level.
    for fragment in ["model=rnn&task=first-symbol&stack=2", "model=rnn&task=first-symbol&activation=relu"] {
        let mut trainer = run(fragment);
        trainer.step().unwrap();
        let blocks = time_view(&mut trainer, 0).blocks;
        assert_eq!(blocks.len(), 1);
        let watch = RecurrentWatch { spectrum: true, ..RecurrentWatch::default() };
        assert_eq!(look(&mut trainer, watch).spectrum, blocks, "{fragment}");
    }
}

#[test]
fn the_histograms_hold_every_number_of_the_cells() {
    for fragment in RUNS {
        let mut trainer = run(fragment);
        let level = trainer.network().spec.stack - 1;
        for (time, is_stepped) in [(None, false), (Some(4), true)] {
            if is_stepped {
                trainer.step().unwrap();
            }
            let watch = RecurrentWatch { cell: Some((level, time)), ..RecurrentWatch::default() };
            let seen = look(&mut trainer, watch).cell.unwrap();
            let times = time.map_or(0..7, |time| time..time + 1);
            let mut units = Vec::new();
            for time in times {
                for of in 0..3 {
                    units.extend((0..5).map(|number| unit(&mut trainer, of, level, (number, time))));
                }
            }
            let mean = |of: &dyn Fn(&UnitInTime) -> f64| units.iter().map(of).sum::<f64>() / units.len() as f64;
            let total = |histogram: &super::super::view::Histogram| histogram.counts.iter().sum::<u32>() as usize;
            for (index, block) in seen.blocks.iter().enumerate() {
                assert_eq!((total(&block.pre_activation), total(&block.values)), (units.len(), units.len()));
                assert_near(block.pre_activation.mean, mean(&|unit| unit.blocks[index].pre_activation), fragment);
                assert_near(block.values.mean, mean(&|unit| unit.blocks[index].value), fragment);
            }
            assert_near(seen.states.mean, mean(&|unit| unit.output), fragment);
            assert_eq!(seen.cell_states.is_some(), fragment.contains("lstm"));
            if let Some(c) = &seen.cell_states {
                assert_near(c.mean, mean(&|unit| unit.cell_states.unwrap().1), fragment);
            }
            assert_eq!(total(&seen.weights), 25 * seen.blocks.len());
            assert_eq!(total(&seen.gradients), 25 * seen.blocks.len());
            assert_eq!(seen.updates.is_some(), is_stepped);
        }
    }
}

#[test]
fn a_sample_is_followed_through_time() {
    for fragment in RUNS {
        let mut trainer = run(fragment);
        trainer.step().unwrap();
        let samples: Vec<SampleView> = (0..3).map(|of| sample(&mut trainer, of, 0, (0, 0))).collect();
        let report = trainer.report().clone();
        for time in 0..7 {
            let squares: f64 = samples.iter().map(|sample| sample.gradient_norms[time].powi(2)).sum();
            assert_near(squares.sqrt(), report.get(time, Quantity::GradH), fragment);
            for (gate, means) in &samples[0].gates {
                let quantity = match gate {
                    Gate::Input => Quantity::InputGate,
                    Gate::Forget => Quantity::ForgetGate,
                    Gate::Output => Quantity::OutputGate,
                    Gate::Reset => Quantity::ResetGate,
                    _ => Quantity::UpdateGate,
                };
                let others = samples[1..].iter().flat_map(|sample| &sample.gates).filter(|(other, _)| other == gate);
                let sum = means[time] + others.map(|(_, means)| means[time]).sum::<f64>();
                assert_near(sum / 3.0, report.get(time, quantity), fragment);
            }
        }
        let answers: Vec<_> = samples.iter().flat_map(|sample| &sample.answers).collect();
        let loss = answers.iter().map(|answer| answer.loss).sum::<f64>() / answers.len() as f64;
        assert_near(loss, report.loss(), fragment);
        assert_eq!(samples[0].inputs.len(), 7);
        assert_eq!(samples[0].span, (0, 7));
        // A sample that a smaller batch lacks is its last.
        assert_eq!(sample(&mut trainer, 99, 0, (0, 0)).sample, 2);
    }
}

#[test]
fn the_weight_of_a_unit_moves_as_its_numbers_say() {
    for fragment in RUNS {
        let mut trainer = run(fragment);
        trainer.probe().unwrap();
        assert_eq!(unit(&mut trainer, 0, 0, (1, 2)).weight.unwrap().numbers.update, None);
        trainer.step().unwrap();
        let before = trainer.network().clone();
        let seen = unit(&mut trainer, 0, 0, (1, 2));
        let weight = seen.weight.unwrap();
        let after = trainer.network().levels[0].recurrent.weight.value.clone();
        let col = weight.block * 8 + 1;
        assert_near(after.get(weight.from, col), weight.numbers.value + weight.numbers.update.unwrap(), fragment);
        assert!(weight.numbers.first_moment.is_some() && weight.numbers.second_root.is_some(), "Adam");
        let untouched = before.parameters().zip(trainer.network().parameters());
        assert!(untouched.into_iter().all(|(before, after)| before.value == after.value), "looking changes nothing");
    }
}

#[test]
fn what_is_not_there_is_not_seen() {
    let mut trainer = run("model=rnn&task=first-symbol");
    let watch = RecurrentWatch {
        spectrum: false,
        time: Some(3),
        cell: Some((0, Some(99))),
        sample: Some(SampleWatch { sample: 0, level: 0, unit: Some((99, 0)) }),
        weight_entries: true,
    };
    let view = look(&mut trainer, watch);
    assert!(view.time.is_none() && view.cell.is_none());
    assert!(view.sample.is_some_and(|sample| sample.unit.is_none()));
    assert_eq!(view.weight_entries, [8 * 5, 5 * 5, 5 * 8]);
}

#[test]
fn a_run_that_diverged_is_seen_where_it_did() {
    let mut trainer = run("model=rnn&task=adding&optimizer=sgd&lr=10");
    let diverged = (0..5_000).any(|_| trainer.step().is_err());
    assert!(diverged, "at this learning rate");
    let watch = RecurrentWatch { time: Some(0), cell: Some((0, None)), ..RecurrentWatch::default() };
    let view = look(&mut trainer, watch);
    assert!(view.time.is_some() && view.cell.is_some());
}
