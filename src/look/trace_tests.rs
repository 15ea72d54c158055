use super::*;
use crate::choice::Choice;
use crate::experiment::Experiment;
use crate::experiment::share::from_fragment;
use crate::optim::OptimizerKind;
use crate::run::AnyTrainer;
use crate::train::{Quantity, StepReport};

fn experiment(fragment: &str) -> Experiment {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    experiment
}

/// A trainer after some steps, with its last report.
fn trainer<T: Real>(fragment: &str, steps: u32) -> (Trainer<T>, StepReport) {
    let mut trainer = Trainer::new(&experiment(fragment)).unwrap();
    let mut report = trainer.probe().unwrap().clone();
    for _ in 0..steps {
        report = trainer.step().unwrap().clone();
    }
    (trainer, report)
}

/// Batches of 32, 32, 32 and 4 samples: the fourth step and the eighth have the small one.
const STEPS: [u32; 4] = [0, 1, 4, 7];

fn fragments() -> Vec<String> {
    let mut fragments = Vec::new();
    for optimizer in OptimizerKind::ALL {
        fragments.push(format!("optimizer={}&activation=tanh", optimizer.name()));
    }
    for norm in ["none", "layer", "batch"] {
        for residual in ["none", "add", "scaled"] {
            fragments.push(format!("norm={norm}&residual={residual}&activation=gelu&bias-std=0.3"));
        }
    }
    for rest in [
        "dataset=clouds",
        "dataset=spiral3&loss=bce&optimizer=adamw",
        "dataset=noise&width=10&residual=add",
        "loss=mse&clip=norm&clip-at=0.01",
        "clip=value&clip-at=0.001&weight-decay=0.1",
        "depth=30",
        "width=1&norm=layer",
        "activation=relu&batch=1",
        "task=sentiment&embedding=4",
        "task=sentiment&embedding=4&norm=batch&residual=add",
    ] {
        fragments.push(rest.to_owned());
    }
    let of = |fragment: &String| {
        let depth = if fragment.contains("depth=") { "" } else { "depth=4&" };
        format!("{depth}samples=100&{fragment}")
    };
    fragments.iter().map(of).collect()
}

fn norm<'a>(numbers: impl IntoIterator<Item = &'a f64>) -> f64 {
    numbers.into_iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Everything that is seen is of the very pass that was reported.
fn check_against_report<T: Real>(fragment: &str, steps: u32, epsilon: f64) {
    let (mut trainer, report) = trainer::<T>(fragment, steps);
    let after: Vec<_> = trainer.mlp().layers.iter().map(|layer| layer.linear.weight.value.clone()).collect();
    let mut trace = trainer.trace();
    let layers = trace.trainer.mlp.layers.len();
    let close = |got: f64, want: f64, slack: f64, what: &str| {
        let off = (got - want).abs();
        assert!(off <= 8.0 * epsilon * want.abs() + slack, "{fragment}, step {steps}: {what} {got:e}, not {want:e}");
    };
    assert_eq!(trace.trainer.start_backward(), report.loss(), "{fragment}, step {steps}");
    let mut norms = vec![0.0; layers];
    trace.trainer.mlp.backward_to(
        0,
        |_, _, _| {},
        |index, layer, delta| {
            norms[index] = norm(&delta.entries().map(|x| unscale(x, layer.exponent())).collect::<Vec<_>>());
        },
    );
    for index in 0..layers {
        let layer = &trace.trainer.mlp.layers[index];
        // The sums that the report is made of, bit for bit.
        assert_eq!(layer.grad_z_norm(), report.get(index, Quantity::GradZ), "{fragment}, step {steps}");
        assert_eq!(layer.linear.weight.grad_norm(), report.get(index, Quantity::GradW), "{fragment}, step {steps}");
        close(norms[index], report.get(index, Quantity::GradZ), 0.0, "‖∂L/∂z‖");
        // a is φ of this very u, so W, b and h_in are those of the step.
        let u = trace.u(index);
        let (mut a, mut slope) = (u.clone(), u.clone());
        for panel in 0..u.panels() {
            let (a, slope) = (a.panel_mut(panel), slope.panel_mut(panel));
            activate::activate(layer.spec.activation, u.panel(panel), a, slope);
        }
        let (got, held) = (layer.activation(), layer.slope());
        assert!(a.entries().eq(got.entries()) && slope.entries().eq(held.entries()), "{fragment}, step {steps}");
        let view = trace.layer_view(index).unwrap();
        let (batch, units, inputs) = (got.rows(), layer.spec.fan_out, layer.spec.fan_in);
        close(view.activations.mean, report.get(index, Quantity::ActivationMean), 30.0 * epsilon, "mean a");
        close(view.activations.std, report.get(index, Quantity::ActivationStd), 30.0 * epsilon, "deviation of a");
        let count = |histogram: &Histogram| histogram.counts.iter().sum::<u32>() as usize;
        assert_eq!((count(&view.pre_activation), count(&view.activations)), (batch * units, batch * units));
        assert_eq!((count(&view.weights), count(&view.gradients)), (inputs * units, inputs * units));
        assert_eq!(view.updates.as_ref().map(count), (steps > 0).then_some(inputs * units), "{fragment}");
        assert_eq!((view.pre_activation.counts.len(), view.slope.len()), (41, 121));
        let Histogram { mean, std, .. } = view.weights;
        let weight = report.get(index, Quantity::Weight);
        close(((mean * mean + std * std) * (inputs * units) as f64).sqrt(), weight, 0.0, "‖W‖");
        let units: Vec<UnitView> = (0..units).map(|unit| trace.unit_view(index, unit).unwrap()).collect();
        close(
            norm(units.iter().flat_map(|unit| &unit.grad_weights)),
            report.get(index, Quantity::GradW),
            0.0,
            "‖∂L/∂W‖ of all units",
        );
        close(norm(units.iter().map(|unit| &unit.grad_bias)), report.get(index, Quantity::GradB), 0.0, "‖∂L/∂b‖");
        if steps > 0 {
            let update = norm(units.iter().flat_map(|unit| &unit.updates));
            // What a change is rounded to, where the weights are far larger.
            close(update, report.get(index, Quantity::Update), epsilon * weight, "‖ΔW‖ of all units");
        }
        for (j, unit) in units.iter().enumerate() {
            assert_eq!((unit.loss, unit.batch), (report.loss(), batch), "{fragment}");
            for (i, update) in unit.updates.iter().enumerate() {
                assert_eq!(unit.weights[i] + update, after[index].get(i, j).to_f64(), "{fragment}");
            }
        }
    }
    drop(trace);
    for (layer, after) in trainer.mlp().layers.iter().zip(&after) {
        assert_eq!(&layer.linear.weight.value, after, "{fragment}: the weights are back in place");
    }
}

#[test]
fn what_is_seen_is_what_was_reported() {
    for fragment in fragments() {
        for steps in STEPS {
            check_against_report::<f32>(&fragment, steps, 2e-6);
            check_against_report::<f64>(&fragment, steps, 1e-14);
        }
    }
}

/// The formulas that the page shows hold of the numbers that it shows with them.
#[test]
fn a_unit_s_numbers_are_those_of_its_formulas() {
    let close = |got: f64, want: f64, size: f64, what: &str| {
        assert!((got - want).abs() <= 1e-12 * size.max(1e-300), "{what}: {got:e}, not {want:e}");
    };
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    for fragment in fragments() {
        for steps in STEPS {
            let (mut trainer, _) = trainer::<f64>(&format!("{fragment}&precision=f64"), steps);
            let specs: Vec<_> = trainer.mlp().layers.iter().map(|layer| layer.spec).collect();
            let mut trace = trainer.trace();
            for (index, spec) in specs.iter().enumerate() {
                for unit in [0, spec.fan_out / 2, spec.fan_out - 1] {
                    let what = &format!("{fragment}, step {steps}, layer {index}, unit {unit}");
                    let view = trace.unit_view(index, unit).unwrap();
                    let UnitView { inputs, weights, weights_above, deltas_above, .. } = &view;
                    close(
                        view.z,
                        dot(inputs, weights) + view.bias,
                        norm(inputs) * norm(weights) + view.bias.abs(),
                        what,
                    );
                    let input = if spec.residual.is_some() { inputs[unit] } else { 0.0 };
                    close(
                        view.output,
                        input + spec.residual.unwrap_or(1.0) * view.a,
                        view.output.abs().max(view.a.abs()),
                        what,
                    );
                    if trace.trainer.mlp.layers[index].norm.is_none() {
                        assert_eq!((view.u, view.grad_u), (view.z, view.delta), "{what}");
                    } else {
                        assert!(view.u != view.z && (view.grad_u != view.delta || view.delta == 0.0), "{what}");
                    }
                    let last = index + 1 == specs.len();
                    assert_eq!((weights_above.is_empty(), deltas_above.is_empty()), (last, last), "{what}");
                    assert_eq!(view.updates.len(), if steps == 0 { 0 } else { spec.fan_in }, "{what}");
                    if !last && specs[index + 1].residual.is_none() {
                        let below = view.slope * spec.residual.unwrap_or(1.0);
                        let size = below.abs() * norm(weights_above) * norm(deltas_above);
                        close(view.grad_u, below * dot(weights_above, deltas_above), size, what);
                    }
                    if view.batch == 1 {
                        for (grad, input) in view.grad_weights.iter().zip(inputs) {
                            close(*grad, view.delta * input, grad.abs(), what);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn looking_changes_nothing() {
    for fragment in ["norm=batch&optimizer=adam&residual=add", "optimizer=momentum", "precision=f64&clip=norm"] {
        let experiment = experiment(&format!("samples=100&depth=5&{fragment}"));
        let (mut seen, mut unseen) = (AnyTrainer::new(&experiment).unwrap(), AnyTrainer::new(&experiment).unwrap());
        let watch = Watch {
            layers: vec![1, 3],
            network: true,
            unit: Some((0, 3)),
            parameters: true,
            learned: true,
            evaluation: true,
            ..Watch::default()
        };
        let bits = |report: &StepReport| report.row().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        for _ in 0..12 {
            let view = seen.view(&watch, 5);
            assert_eq!(view, seen.view(&watch, 5), "{fragment}");
            assert_eq!(view, seen.clone().view(&watch, 5), "{fragment}");
            assert_eq!(view.step, unseen.steps());
            assert_eq!(bits(seen.step().unwrap()), bits(unseen.step().unwrap()), "{fragment}");
            let (differing, compared) = seen.differing_bits(&unseen);
            assert!(differing == 0 && compared > 1000, "{fragment}");
        }
        unseen.step().unwrap();
        assert!(seen.differing_bits(&unseen).0 > 100, "{fragment}");
    }
}

#[test]
fn only_what_is_watched_is_there() {
    let mut trainer = AnyTrainer::new(&experiment("depth=2&width=3")).unwrap();
    let view = trainer.view(&Watch::default(), 5);
    assert_eq!(view, View::default());
    let layers = |view: &View| view.layers.iter().map(|layer| layer.layer).collect::<Vec<_>>();
    let view = trainer.view(&Watch { layers: vec![2, 9, 0], unit: Some((0, 3)), ..Watch::default() }, 5);
    assert_eq!((layers(&view), view.unit.is_none(), view.network.is_none()), (vec![2, 0], true, true));
    let view = trainer.view(&Watch { unit: Some((3, 0)), network: true, ..Watch::default() }, 5);
    assert_eq!((view.unit.is_none(), view.network.is_some()), (true, true));
    assert!(trainer.view(&Watch { unit: Some((2, 0)), ..Watch::default() }, 5).unit.is_some());
}

#[test]
fn the_network_is_drawn_where_it_is_small() {
    let (mut trainer, report) = trainer::<f32>("depth=100&width=8&activation=sigmoid", 3);
    let before = trainer.trace().trainer.mlp.layers[7].linear.weight.value.to_array();
    let view = trainer.trace().network_view();
    assert_eq!((view.widths.len(), view.widths[0], view.widths[1], view.widths[101]), (102, 2, 8, 1));
    assert_eq!((view.weights.len(), view.outputs.len()), (101, 102));
    for (outputs, width) in view.outputs.iter().zip(&view.widths) {
        assert_eq!(outputs.len(), *width);
    }
    assert!(view.weights[7].iter().zip(&before).all(|(got, want)| f64::from(*got) == *want), "row by row");
    for (index, (gradient, exponent)) in view.gradients.iter().zip(&view.gradient_exponents).enumerate() {
        let gradient: Vec<f64> = gradient.iter().map(|g| f64::from(*g)).collect();
        let largest = gradient.iter().fold(0.0_f64, |largest, g| largest.max(g.abs()));
        assert!((0.999..10.01).contains(&largest), "{largest}");
        let (got, want) = (norm(&gradient) * 10_f64.powi(-exponent), report.get(index, Quantity::GradW));
        assert!((got / want - 1.0).abs() < 1e-5, "layer {index}: {got:e}, not {want:e}");
    }
    assert!(view.gradient_exponents[0] > 40, "{:?}", view.gradient_exponents);
    for (fragment, drawn) in
        [("width=32&depth=11", 12), ("width=32&depth=13", 0), ("width=33&depth=1", 0), ("width=1&depth=1", 2)]
    {
        let mut trainer = Trainer::<f32>::new(&experiment(fragment)).unwrap();
        let view = trainer.trace().network_view();
        let lengths = (view.weights.len(), view.gradients.len(), view.gradient_exponents.len());
        assert_eq!(lengths, (drawn, drawn, drawn), "{fragment}");
        assert_eq!(view.outputs.len(), view.widths.len(), "{fragment}");
    }
}

#[test]
fn a_gradient_of_zeros_or_beyond_all_bounds_has_an_exponent() {
    use ndarray::Array2;
    for (values, want) in [([0.0, 0.0], 0), ([f64::NAN, f64::INFINITY], 0), ([f64::NAN, 2e5], -5), ([1e-320, 0.0], 300)]
    {
        let mut parameter = Parameter::<f64>::new(&Array2::zeros((1, 2)));
        parameter.grad = Panels::from_array(&Array2::from_shape_vec((1, 2), values.to_vec()).unwrap());
        let (numbers, exponent) = scaled_gradient(&parameter);
        assert_eq!((numbers.len(), exponent), (2, want), "{values:?}");
    }
}

/// What a diverged run shows is counted and never a panic, wherever it broke off.
#[test]
fn a_diverged_run_can_be_looked_at() {
    let watch = |layers: usize| Watch {
        layers: (0..layers).collect(),
        network: true,
        unit: Some((0, 0)),
        parameters: true,
        learned: true,
        evaluation: true,
        ..Watch::default()
    };
    let mut not_finite = 0;
    for rest in ["", "&optimizer=adam", "&clip=norm", "&activation=gelu&norm=batch", "&loss=mse&norm=layer"] {
        let fragment = format!("depth=20&activation=linear&init=kaiming-normal&lr=10&dataset=plane{rest}");
        let (known, _) = from_fragment(&fragment);
        let mut trainer = AnyTrainer::new(&known).unwrap();
        for _ in 0..500 {
            if trainer.step().is_err() {
                break;
            }
        }
        let view = trainer.view(&watch(21), 5);
        assert_eq!((view.step, view.layers.len()), (trainer.steps(), 21), "{rest}");
        for layer in &view.layers {
            not_finite += layer.gradients.not_finite + layer.pre_activation.not_finite;
            assert_eq!(layer.weights.not_finite, 0, "{rest}: an update that is not finite is never made");
        }
    }
    assert!(not_finite > 0, "some run diverged");
    for fragment in
        ["gain=10&depth=100&width=64&activation=relu&init=normal&dataset=noise", "init=zeros&depth=100&width=1"]
    {
        let mut trainer = AnyTrainer::new(&experiment(fragment)).unwrap();
        let _ = trainer.probe();
        let view = trainer.view(&watch(101), 3);
        assert_eq!((view.layers.len(), view.unit.is_some()), (101, true), "{fragment}");
    }
}

#[test]
fn the_loss_of_the_first_sample_is_that_of_a_batch_of_it_alone() {
    for fragment in
        ["", "loss=mse", "dataset=clouds", "dataset=clouds&loss=mse", "dataset=spiral3&loss=bce", "dataset=noise"]
    {
        let first = |batch: &str| {
            let mut trainer =
                AnyTrainer::new(&experiment(&format!("depth=3&activation=tanh&{fragment}&batch={batch}"))).unwrap();
            trainer.probe().unwrap();
            trainer.view(&Watch { unit: Some((0, 0)), ..Watch::default() }, 2).unit.unwrap()
        };
        let (alone, among) = (first("1"), first("32"));
        assert_eq!(alone.sample_loss, alone.loss, "{fragment}");
        // The batches begin with the same sample.
        assert_eq!(alone.inputs, among.inputs, "{fragment}");
        assert!((alone.sample_loss - among.sample_loss).abs() < 1e-6 * alone.loss, "{fragment}");
        assert_ne!(among.sample_loss, among.loss, "{fragment}");
    }
}

#[test]
fn all_parameters_are_listed_before_and_after_the_step() {
    for fragment in ["depth=2&width=3&norm=batch", "depth=2&width=3&norm=layer&precision=f64", "depth=3&width=2"] {
        for steps in [0, 3] {
            let mut trainer = AnyTrainer::new(&experiment(fragment)).unwrap();
            trainer.probe().unwrap();
            let mut earlier = AnyTrainer::new(&experiment(fragment)).unwrap();
            earlier.probe().unwrap();
            (0..steps).for_each(|_| _ = trainer.step().unwrap());
            (1..steps).for_each(|_| _ = earlier.step().unwrap());
            let watch = Watch { parameters: true, ..Watch::default() };
            let (list, before) =
                (trainer.view(&watch, 2).parameters.unwrap(), earlier.view(&watch, 2).parameters.unwrap());
            let kinds: Vec<TensorKind> = list.tensors.iter().filter(|t| t.layer == 0).map(|t| t.kind).collect();
            let all = [TensorKind::Weight, TensorKind::Bias, TensorKind::Scale, TensorKind::Shift];
            assert_eq!(kinds, all[..if fragment.contains("norm") { 4 } else { 2 }], "{fragment}");
            let numbers: usize = list.tensors.iter().map(|tensor| tensor.before.len()).sum();
            assert_eq!(list.count, numbers, "{fragment}");
            for (tensor, earlier) in list.tensors.iter().zip(&before.tensors) {
                // What this step starts from is what the step before made.
                let from = if steps > 1 { &earlier.after } else { &earlier.before };
                assert_eq!(&tensor.before, from, "{fragment}: {:?} of layer {}", tensor.kind, tensor.layer);
                assert_eq!(tensor.after.len(), if steps == 0 { 0 } else { tensor.before.len() });
            }
        }
    }
    let mut large = AnyTrainer::new(&experiment("depth=20&width=64")).unwrap();
    large.probe().unwrap();
    let list = large.view(&Watch { parameters: true, ..Watch::default() }, 2).parameters.unwrap();
    assert!(list.count > MOST_SENT_PARAMETERS && list.tensors.is_empty());
}

#[test]
fn what_comes_around_the_layer_above_is_the_rest_of_the_gradient() {
    for residual in ["add", "scaled"] {
        let (mut trainer, _) = trainer::<f64>(&format!("depth=4&width=5&residual={residual}&activation=tanh"), 2);
        for layer in 0..5 {
            let unit = trainer.trace().unit_view(layer, usize::from(layer < 4)).unwrap();
            // The output layer has no skip connection.
            assert_eq!(unit.bypass.is_some(), layer < 3, "{layer}");
            let through: f64 = unit.weights_above.iter().zip(&unit.deltas_above).map(|(w, delta)| w * delta).sum();
            let whole = unit.residual.unwrap_or(1.0) * unit.slope * (through + unit.bypass.unwrap_or(0.0));
            assert!(layer == 4 || (whole / unit.grad_u - 1.0).abs() < 1e-9, "layer {layer}: {whole}, {}", unit.grad_u);
        }
    }
}
