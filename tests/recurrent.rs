//! Recurrent networks: gradients against central differences of the loss, what truncation cuts, and gradients below the format.

use gradient_lab::data::Batches;
use gradient_lab::data::sequences::{Corpus, NO_TARGET, SequenceData, SequenceInputs, SequenceSet, SequenceTargets};
use gradient_lab::experiment::Experiment;
use gradient_lab::experiment::share::from_fragment;
use gradient_lab::kernel::{LANES, Real};
use gradient_lab::nn::Loss;
use gradient_lab::nn::recurrent::{Cell, Reading, Recurrent, RecurrentDraw, RecurrentInit, RecurrentSpec};
use gradient_lab::optim::{Hyper, OptimizerKind};
use gradient_lab::random::{Purpose, Random};
use gradient_lab::train::{DecayScope, DivergedQuantity, Quantity, RecurrentTrainer, Weights};

const CELLS: [Cell; 4] = [Cell::Tanh, Cell::Relu, Cell::Lstm, Cell::Gru];
const SAMPLES: usize = 3;
const TIMES: usize = 6;

/// A small network, of which each case changes something.
fn spec(cell: Cell) -> RecurrentSpec {
    RecurrentSpec {
        cell,
        inputs: 2,
        hidden: 3,
        stack: 1,
        outputs: 2,
        times: TIMES,
        reading: Reading::Last,
        embedding: None,
        window: TIMES,
    }
}

struct Case {
    name: String,
    spec: RecurrentSpec,
    set: SequenceSet,
    loss: Loss,
}

fn numbers(random: &mut Random, count: usize) -> Vec<f64> {
    (0..count).map(|_| random.normal()).collect()
}

fn set(inputs: SequenceInputs, targets: SequenceTargets, read_at: [u32; SAMPLES]) -> SequenceSet {
    let spans = read_at.map(|read_at| (0, read_at + 1)).to_vec();
    SequenceSet { samples: SAMPLES, times: TIMES, inputs, targets, spans, read_at: read_at.to_vec() }
}

/// Symbols, with two sequences that are filled up at the end.
fn symbols(has_padding: bool) -> SequenceInputs {
    let symbols = vec![1, 2, 3, 4, 2, 1, 3, 3, 1, 2, 0, 0, 4, 1, 0, 0, 0, 0];
    SequenceInputs::Symbols { vocabulary: 5, symbols, has_padding }
}

fn cases() -> Vec<Case> {
    let mut random = Random::new(2, Purpose::Data);
    let at_end = [TIMES as u32 - 1; SAMPLES];
    let mut cases = Vec::new();
    for cell in CELLS {
        let mut case = |name: &str, loss: Loss, set: SequenceSet, change: &dyn Fn(&mut RecurrentSpec)| {
            let mut spec = spec(cell);
            change(&mut spec);
            cases.push(Case { name: format!("{name} {cell:?}"), spec, set, loss });
        };
        let dense = SequenceInputs::Numbers { width: 2, numbers: numbers(&mut random, SAMPLES * TIMES * 2) };
        let values = SequenceTargets::Numbers(numbers(&mut random, SAMPLES * 2));
        let each = SequenceTargets::EachNumbers(numbers(&mut random, SAMPLES * TIMES * 2));
        let classes = SequenceTargets::Classes(vec![0, 1, 1]);
        // Several panels of eight columns.
        case("numbers", Loss::Mse, set(dense.clone(), values.clone(), at_end), &|spec| spec.hidden = 9);
        case("stack", Loss::Mse, set(dense, each, at_end), &|spec| {
            (spec.stack, spec.reading) = (2, Reading::Each);
        });
        case("one-hot", Loss::SoftmaxCrossEntropy, set(symbols(false), classes.clone(), [5, 3, 1]), &|spec| {
            spec.inputs = 5;
        });
        case("embedding", Loss::BceWithLogits, set(symbols(true), classes, at_end), &|spec| {
            (spec.embedding, spec.outputs, spec.stack) = (Some(5), 1, 3);
        });
        let mut asked = vec![NO_TARGET; SAMPLES * TIMES];
        (2..TIMES).for_each(|time| asked[TIMES + time] = u32::from(time % 2 == 0));
        asked[TIMES - 1] = 1;
        let some = SequenceTargets::EachClasses(asked);
        case("some steps", Loss::SoftmaxCrossEntropy, set(symbols(false), some, at_end), &|spec| {
            (spec.inputs, spec.reading) = (5, Reading::Each);
        });
    }
    cases
}

fn network<T: Real>(spec: RecurrentSpec, has_padding: bool) -> Recurrent<T> {
    let draw = RecurrentDraw { init: RecurrentInit::Normal, rho: 1.1, forget_bias: 1.0 };
    draw.draw(spec, has_padding, &mut |layer| Random::new(4, Purpose::Parameters { layer }))
}

fn trainer<T: Real>(case: &Case, network: Recurrent<T>) -> RecurrentTrainer<T> {
    let data =
        SequenceData { training: case.set.clone(), held_out: case.set.clone(), names: Vec::new(), padding: None };
    let hyper = Hyper::of(&Experiment::default());
    let batches = Batches::new(SAMPLES, SAMPLES, 0);
    RecurrentTrainer::with_network(network, data, batches, case.loss, OptimizerKind::Sgd, hyper, DecayScope::All)
}

#[test]
fn gradients_agree_with_finite_differences() {
    for case in cases() {
        let network = network::<f64>(case.spec, true);
        let mut probed = trainer(&case, network.clone());
        probed.probe().unwrap();
        for (index, parameter) in probed.network().parameters().enumerate() {
            let gradient = parameter.grad_array();
            for ((row, col), got) in gradient.indexed_iter() {
                let value = parameter.value.get(row, col);
                let is_table = case.spec.embedding.is_some() && index == 0;
                // Columns between the gates are no parameters, and the vector of padding is not trained.
                let is_between = !is_table && col % case.spec.hidden.next_multiple_of(LANES) >= case.spec.hidden;
                if is_between || (is_table && row == 0) {
                    assert_eq!((*got, value), (0.0, 0.0), "{}: parameter {index} at ({row}, {col})", case.name);
                    continue;
                }
                // The loss with this entry moved.
                let shifted = |shift: f64| {
                    let mut moved = network.clone();
                    moved.parameters_mut().nth(index).unwrap().value.set(row, col, value + shift);
                    trainer(&case, moved).probe().unwrap().loss()
                };
                // Central differences of fourth order, so near that no unit comes to the kink of its ReLU.
                let h = if case.spec.cell == Cell::Relu { 1e-6 } else { 1e-3 };
                let want = (8.0 * (shifted(h) - shifted(-h)) - (shifted(2.0 * h) - shifted(-2.0 * h))) / (12.0 * h);
                assert!(
                    (got - want).abs() <= 1e-8 * want.abs().max(1e-1),
                    "{}: parameter {index} at ({row}, {col}): {got:e}, not {want:e}",
                    case.name
                );
            }
        }
    }
}

/// Of a case with numbers at each step, the first time steps alone.
fn first_steps(case: &Case, times: usize) -> Case {
    let first = |all: &[f64]| {
        let each = all.len() / (SAMPLES * TIMES);
        all.chunks_exact(each * TIMES).flat_map(|of| of[..each * times].to_vec()).collect::<Vec<f64>>()
    };
    let (SequenceInputs::Numbers { width, numbers }, SequenceTargets::EachNumbers(targets)) =
        (&case.set.inputs, &case.set.targets)
    else {
        panic!("{}: no numbers", case.name)
    };
    let inputs = SequenceInputs::Numbers { width: *width, numbers: first(numbers) };
    let (spans, read_at) = (vec![(0, times as u32); SAMPLES], vec![times as u32 - 1; SAMPLES]);
    let targets = SequenceTargets::EachNumbers(first(targets));
    let set = SequenceSet { samples: SAMPLES, times, inputs, targets, spans, read_at };
    Case { name: case.name.clone(), spec: RecurrentSpec { times, window: times, ..case.spec }, set, loss: case.loss }
}

/// With a loss at each step, the gradients within every window are those of the whole network that ends with it: nothing comes
/// from later steps, and nothing within is lost.
#[test]
fn every_window_has_the_gradient_of_its_own_losses() {
    let mut compared = 0;
    for case in cases().into_iter().filter(|case| matches!(case.set.targets, SequenceTargets::EachNumbers(_))) {
        for window in [1, 2, 4] {
            let mut cut = network::<f64>(case.spec, true);
            cut.spec.window = window;
            let cut = trainer(&case, cut).probe().unwrap().clone();
            for end in (1..=TIMES).filter(|end| (TIMES - end).is_multiple_of(window)) {
                let ending = first_steps(&case, end);
                let mut whole = network::<f64>(case.spec, true);
                (whole.spec.times, whole.spec.window) = (end, end);
                let whole = trainer(&ending, whole).probe().unwrap().clone();
                for level in 0..case.spec.stack {
                    for time in end.saturating_sub(window)..end {
                        // The loss is a mean over so many steps.
                        let want = whole.get_at(level, time, Quantity::GradH) * end as f64 / TIMES as f64;
                        let got = cut.get_at(level, time, Quantity::GradH);
                        let name = &case.name;
                        assert!(
                            (got - want).abs() <= 1e-12 * want,
                            "{name}, window {window}, level {level}, step {time}: {got:e}, not {want:e}"
                        );
                        compared += 1;
                    }
                }
            }
        }
    }
    assert_eq!(compared, CELLS.len() * 3 * 2 * TIMES);
}

/// Up to the first cut, counted from the end, the gradient is the full one to the last bit, and with a loss at the end nothing is
/// left beyond; a window of all steps cuts nothing.
#[test]
fn truncation_cuts_exactly_what_it_says() {
    for case in cases() {
        let full = network::<f32>(case.spec, true);
        let mut cut = full.clone();
        cut.spec.window = 4;
        let (mut full, mut cut) = (trainer(&case, full), trainer(&case, cut));
        let (full, cut) = (full.probe().unwrap().clone(), cut.probe().unwrap().clone());
        assert_eq!(full.loss(), cut.loss(), "{}", case.name);
        let top = case.spec.stack - 1;
        let series = |report: &gradient_lab::train::StepReport| report.series_at(top, Quantity::GradH).unwrap();
        let (full, cut) = (series(&full), series(&cut));
        assert_eq!(full[2..], cut[2..], "{}", case.name);
        let is_at_end = case.spec.reading == Reading::Last && case.set.read_at == [TIMES as u32 - 1; SAMPLES];
        if is_at_end {
            assert_eq!(cut[..2], [0.0, 0.0], "{}: exactly zero", case.name);
        }
        assert!(full[0] > 0.0 || case.spec.cell == Cell::Relu, "{}", case.name);
    }
    for model in ["rnn", "lstm", "gru"] {
        let run = |window: &str| {
            let (experiment, notices) =
                from_fragment(&format!("model={model}&length=12&hidden=9&samples=40&window={window}"));
            assert_eq!(notices, []);
            let mut trainer = RecurrentTrainer::<f32>::new(&experiment, &Corpus::default()).unwrap();
            (0..5).for_each(|_| {
                trainer.step().unwrap();
            });
            trainer
        };
        let (full, whole, part) = (run("full"), run("12"), run("5"));
        assert_eq!(full.differing_bits(&whole).0, 0, "{model}");
        assert!(full.differing_bits(&part).0 > 0, "{model}");
    }
}

/// All gradients of a network whose gradient falls far below f32, against f64.
#[test]
fn vanishing_gradients_are_true_below_the_format() {
    for (model, init) in [
        ("rnn", "rec-init=normal&rho=0.3"),
        ("rnn", "rec-init=identity&rho=0.2&activation=relu"),
        ("lstm", "forget-bias=-2"),
        ("gru", "rec-init=normal&rho=0.1"),
    ] {
        let fragment = format!("model={model}&{init}&length=200&hidden=16&samples=32&batch=full&task=adding&stack=2");
        let (experiment, notices) = from_fragment(&fragment);
        assert_eq!(notices, []);
        let mut narrow = RecurrentTrainer::<f32>::new(&experiment, &Corpus::default()).unwrap();
        let mut wide = narrow.in_f64();
        let (narrow, wide) = (narrow.probe().unwrap(), wide.probe().unwrap());
        let mut least = f64::INFINITY;
        for level in 0..2 {
            for quantity in [Quantity::GradH, Quantity::GradZ] {
                for time in 0..200 {
                    let (got, want) = (narrow.get_at(level, time, quantity), wide.get_at(level, time, quantity));
                    least = least.min(want);
                    assert!(
                        (got / want - 1.0).abs() < 2e-3,
                        "{fragment}: {quantity:?} at {time}: {got:e}, not {want:e}"
                    );
                }
            }
        }
        assert!(least < f64::from(f32::MIN_POSITIVE), "{fragment}: {least:e} has all digits in f32");
        for (index, weights) in narrow.layout().weights().into_iter().enumerate() {
            let (got, want) = (narrow.of_weights(index, Quantity::GradW), wide.of_weights(index, Quantity::GradW));
            assert!((got / want - 1.0).abs() < 1e-4, "{fragment}: {weights:?}: {got:e}, not {want:e}");
        }
    }
}

/// One time step after another with the states carried along, as for scores and for text that is written.
#[test]
fn stepwise_answers_are_those_of_the_pass_to_the_last_bit() {
    for case in cases() {
        let mut probed = trainer(&case, network::<f32>(case.spec, true));
        probed.probe().unwrap();
        let answers = probed.answers(&case.set, &[0, 1, 2]);
        assert_eq!(answers.output.to_array(), probed.batch().unrolled().output().to_array(), "{}", case.name);
    }
}

#[test]
fn what_is_not_finite_is_named_with_its_time_step() {
    let run = |fragment: &str| {
        let (experiment, notices) = from_fragment(fragment);
        assert_eq!(notices, []);
        let mut trainer = RecurrentTrainer::<f32>::new(&experiment, &Corpus::default()).unwrap();
        let divergence = trainer.step().unwrap_err();
        (divergence.quantity, divergence.layer, divergence.time)
    };
    let (quantity, layer, time) = run("model=rnn&activation=relu&rec-init=identity&rho=4&length=200&task=adding");
    assert_eq!((quantity, layer), (DivergedQuantity::State, Some(1)));
    // 4^64 is the largest number of f32.
    assert!((50..75).contains(&time.unwrap()), "{time:?}");
}

#[test]
fn the_report_has_its_weights_in_their_order() {
    let (experiment, _) = from_fragment("model=lstm&task=sentiment&stack=2&hidden=9&length=12");
    let mut trainer = RecurrentTrainer::<f32>::new(&experiment, &Corpus::default()).unwrap();
    let report = trainer.step().unwrap().clone();
    let weights = report.layout().weights();
    assert_eq!(weights[..2], [Weights::Embedding, Weights::Input(0)]);
    for (index, group) in trainer.network().groups().enumerate() {
        let norm = group.weight.value.norm();
        assert!((report.of_weights(index, Quantity::Weight) / norm - 1.0).abs() < 1e-6, "{:?}", weights[index]);
        assert!(report.of_weights(index, Quantity::Update) > 0.0, "{:?}", weights[index]);
    }
    assert_eq!(trainer.network().groups().count(), weights.len());
    for gate in [Quantity::InputGate, Quantity::ForgetGate, Quantity::OutputGate] {
        let series = report.series_at(1, gate).unwrap();
        assert!(series.iter().all(|mean| (0.0..1.0).contains(mean)), "{gate:?}: {series:?}");
    }
}
