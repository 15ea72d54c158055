//! The engine against training runs computed with PyTorch: every number of every file of the directory that the
//! environment variable `REFERENCE_DIR` names, by default `tests/reference`.

#[path = "support/reference_directory.rs"]
mod directory;
#[path = "support/reference_file.rs"]
mod file;
#[path = "support/reference_recurrent.rs"]
mod recurrent;

use gradient_lab::data::Batches;
use gradient_lab::experiment::Experiment;
use gradient_lab::kernel::{Panels, Real};
use gradient_lab::nn::{self, LayerSpec, Linear, Loss, Mlp, Normalization, Parameter};
use gradient_lab::optim::{ClipKind, Hyper, OptimizerKind};
use gradient_lab::train::{DecayScope, Quantity, Samples, Trainer};
use ndarray::{Array2, Axis};
use std::path::PathBuf;

#[test]
fn every_reference_run_is_reproduced() {
    let directory = directory::reference_directory();
    let entries = std::fs::read_dir(&directory).unwrap_or_else(|e| panic!("{}: {e}", directory.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let (mut compared, mut skipped, mut errors) = (0, Vec::new(), Vec::new());
    for path in &paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        match (value["schema"].as_str(), value["kind"].as_str()) {
            (Some("dl-reference/1"), Some("mlp")) => {
                let run: file::RunFile = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
                let worst = [
                    compare::<f64>(&run, run.tolerance.float64, &mut errors),
                    compare::<f32>(&run, run.tolerance.float32, &mut errors),
                ];
                println!("{name}: worst error {:.1e} in f64, {:.1e} in f32", worst[0], worst[1]);
                compared += 1;
            }
            (Some("dl-reference/1"), Some("recurrent")) => {
                let run: recurrent::RunFile = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
                let worst = [
                    recurrent::compare::<f64>(&run, run.tolerance.float64, &mut errors),
                    recurrent::compare::<f32>(&run, run.tolerance.float32, &mut errors),
                ];
                println!("{name}: worst error {:.1e} in f64, {:.1e} in f32", worst[0], worst[1]);
                compared += 1;
            }
            (Some("init-table/1"), _) => initializers(&value),
            (Some("mean-field-theory/1"), _) => skipped.push((name, "tests/theory.rs compares it")),
            other => panic!("{name}: unknown kind of file {other:?}"),
        }
    }
    for (name, reason) in &skipped {
        println!("skipped {name}: {reason}");
    }
    println!("{compared} runs compared, {} files skipped", skipped.len());
    assert!(errors.is_empty(), "{} numbers are off:\n{}", errors.len(), errors[..errors.len().min(20)].join("\n"));
    assert!(compared > 0, "no reference run in {}", directory.display());
}

/// Collects what is off by more than the tolerance.
struct Check<'a> {
    name: String,
    tolerance: f64,
    worst: f64,
    errors: &'a mut Vec<String>,
}

impl Check<'_> {
    /// Each number by itself, without an absolute floor.
    fn number(&mut self, what: &str, got: f64, want: f64) {
        let error = if got == want { 0.0 } else { ((got - want) / want).abs() };
        self.judge(what, error, || format!("{got:e}, not {want:e}"));
    }

    /// An array as a whole, by its largest entry.
    fn array(&mut self, what: &str, got: &Array2<f64>, want: &Array2<f64>) {
        assert_eq!(got.dim(), want.dim(), "{} {what}", self.name);
        let largest = |array: &Array2<f64>| array.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
        let off = got
            .iter()
            .zip(want)
            .map(|(g, w)| (g - w).abs())
            .fold(0.0, |a: f64, b| if b > a || b.is_nan() { b } else { a });
        let error = if off == 0.0 { 0.0 } else { off / largest(want) };
        self.judge(what, error, || format!("an entry is off by {off:e}"));
    }

    fn judge(&mut self, what: &str, error: f64, words: impl Fn() -> String) {
        if error.is_nan() || error > self.worst {
            self.worst = error;
        }
        if error.is_nan() || error > self.tolerance {
            self.errors.push(format!("{} {what}: relative error {error:.1e}: {}", self.name, words()));
        }
    }
}

/// Runs a file's training and compares every number; returns the largest relative error.
fn compare<T: Real>(run: &file::RunFile, tolerance: f64, errors: &mut Vec<String>) -> f64 {
    let mut check =
        Check { name: format!("{} ({})", run.name, std::any::type_name::<T>()), tolerance, worst: 0.0, errors };
    assert_eq!(run.kind, "mlp");
    assert_eq!(run.network.input_dim, run.network.layers[0].fan_in);
    let mut trainer = trainer::<T>(run);
    let expected = &run.expected;
    for step in 0..run.steps {
        if step == 0 {
            trainer.probe().unwrap();
            first_step(&mut check, &trainer, &expected.first_step, run);
        }
        let report = trainer.step().unwrap().clone();
        let at = |what: &str| format!("{what} at step {}", step + 1);
        check.number(&at("loss"), report.loss(), expected.loss[step]);
        check.number(&at("total gradient norm"), report.grad_norm(), expected.total_grad_norm[step]);
        for (index, layer) in trainer.mlp().layers.iter().enumerate() {
            let at = |what: &str| format!("{what} of layer {} at step {}", index + 1, step + 1);
            let norms = &expected.grad_norm;
            let want = |of: &[Vec<Option<f64>>]| of[step][index];
            let mut norm = |what: &str, got: Option<f64>, want: Option<f64>| match (got, want) {
                (Some(got), Some(want)) => check.number(&at(what), got, want),
                (None, None) => {}
                other => panic!("{}: {other:?}", at(what)),
            };
            norm("‖∂L/∂W‖", Some(report.get(index, Quantity::GradW)), want(&norms.W));
            norm("‖∂L/∂z‖", Some(report.get(index, Quantity::GradZ)), want(&norms.z));
            let bias = layer.linear.bias.as_ref();
            norm("‖∂L/∂b‖", bias.map(|_| report.get(index, Quantity::GradB)), want(&norms.b));
            let parts = layer.norm.as_ref();
            let want_norm = |of: &Option<Vec<Vec<Option<f64>>>>| of.as_ref().and_then(|of| want(of));
            norm("‖∂L/∂u‖", parts.map(|_| layer.grad_u_norm()), want_norm(&norms.u));
            norm("‖∂L/∂γ‖", parts.map(|norm| norm.gamma.grad_norm()), want_norm(&norms.gamma));
            norm("‖∂L/∂β‖", parts.map(|norm| norm.beta.grad_norm()), want_norm(&norms.beta));
        }
    }
    parameters(&mut check, "final", trainer.mlp(), &expected.final_parameters, |p| p.value.to_array());
    let output = trainer.mlp().predict(&matrix(&run.data.x));
    check.array("final output", &output, &matrix(&expected.final_output));
    if let Some(buffers) = &expected.final_buffers {
        for (layer, buffers) in trainer.mlp().layers.iter().zip(&buffers.layers) {
            let (Some(norm), Some(buffers)) = (&layer.norm, buffers) else {
                assert!(layer.norm.is_none() && buffers.is_none());
                continue;
            };
            check.array("running mean", &row(&norm.running_mean), &row(&buffers.running_mean));
            check.array("running variance", &row(&norm.running_var), &row(&buffers.running_var));
        }
    }
    check.worst
}

fn first_step<T: Real>(check: &mut Check, trainer: &Trainer<T>, expected: &file::FirstStep, run: &file::RunFile) {
    let mlp = trainer.mlp();
    let last = mlp.layers.last().unwrap();
    check.array("first output", &last.output().to_array(), &matrix(&expected.output));
    parameters(check, "gradient", mlp, &expected.gradients, Parameter::grad_array);
    let mut input = matrix(&run.data.x).select(Axis(0), &run.batches[0]);
    for (index, layer) in mlp.layers.iter().enumerate() {
        let mut z = input.dot(&layer.linear.weight.value.to_array());
        if let Some(bias) = &layer.linear.bias {
            z += &bias.value.to_array();
        }
        let h = layer.output().to_array();
        let mean_square = |matrix: &Array2<f64>| matrix.mapv(|x| x * x).mean().unwrap();
        check.number(&format!("mean z² of layer {}", index + 1), mean_square(&z), expected.z_mean_square[index]);
        check.number(&format!("mean h² of layer {}", index + 1), mean_square(&h), expected.h_mean_square[index]);
        input = h;
    }
}

/// Compares the parameters of all layers, or their gradients.
fn parameters<T: Real>(
    check: &mut Check,
    what: &str,
    mlp: &Mlp<T>,
    want: &file::Parameters,
    get: impl Fn(&Parameter<T>) -> Array2<f64>,
) {
    assert_eq!(mlp.layers.len(), want.layers.len());
    for (index, (layer, want)) in mlp.layers.iter().zip(&want.layers).enumerate() {
        let mut array = |part: &str, got: Option<&Parameter<T>>, want: Option<Array2<f64>>| match (got, want) {
            (Some(got), Some(want)) => check.array(&format!("{what} {part} of layer {}", index + 1), &get(got), &want),
            (None, None) => {}
            (got, want) => panic!("{part} of layer {}: {} and {}", index + 1, got.is_some(), want.is_some()),
        };
        let norm = layer.norm.as_ref();
        array("W", Some(&layer.linear.weight), Some(matrix(&want.W)));
        array("b", layer.linear.bias.as_ref(), want.b.as_deref().map(row));
        array("γ", norm.map(|norm| &norm.gamma), want.gamma.as_deref().map(row));
        array("β", norm.map(|norm| &norm.beta), want.beta.as_deref().map(row));
    }
}

fn trainer<T: Real>(run: &file::RunFile) -> Trainer<T> {
    let batches = Batches::fixed(run.batches.clone());
    let layers = run.network.layers.iter().zip(&run.initial_parameters.layers).map(|(layer, parameters)| {
        assert_eq!(layer.bias, parameters.b.is_some());
        let linear = Linear::new(&matrix(&parameters.W), parameters.b.as_deref().map(row).as_ref());
        (spec(layer), linear)
    });
    let mut mlp = Mlp::<T>::new(layers.collect(), batches.size());
    for (layer, parameters) in mlp.layers.iter_mut().zip(&run.initial_parameters.layers) {
        let (Some(norm), Some(gamma), Some(beta)) = (&mut layer.norm, &parameters.gamma, &parameters.beta) else {
            assert!(layer.norm.is_none() && parameters.gamma.is_none());
            continue;
        };
        norm.gamma.value = Panels::from_array(&row(gamma));
        norm.beta.value = Panels::from_array(&row(beta));
    }
    let x = matrix(&run.data.x);
    let samples = match (&run.loss, &run.data.y) {
        (file::Loss::SoftmaxCrossEntropy, file::Numbers::Vector(classes)) => {
            Samples::with_classes(&x, classes.iter().map(|class| *class as u32).collect())
        }
        (_, file::Numbers::Matrix(y)) => Samples::with_values(&x, &matrix(y)),
        _ => panic!("{}: targets do not go with the loss", run.name),
    };
    let loss = match run.loss {
        file::Loss::Mse => Loss::Mse,
        file::Loss::BceWithLogits => Loss::BceWithLogits,
        file::Loss::SoftmaxCrossEntropy => Loss::SoftmaxCrossEntropy,
    };
    let scope = match run.optimizer.decay_scope {
        file::DecayScope::All => DecayScope::All,
        file::DecayScope::Weights => DecayScope::Weights,
    };
    let (kind, hyper) = optimizer(&run.optimizer, run.clip.as_ref());
    Trainer::with_network(mlp, samples, batches, loss, kind, hyper, scope)
}

fn spec(layer: &file::Layer) -> LayerSpec {
    let norm = match layer.norm {
        None => Normalization::None,
        Some(file::Norm::LayerNorm { eps }) => {
            assert_eq!(eps, nn::NORM_EPSILON);
            Normalization::Layer
        }
        Some(file::Norm::BatchNorm { eps, running_momentum }) => {
            assert_eq!((eps, running_momentum), (nn::NORM_EPSILON, 0.1));
            Normalization::Batch
        }
    };
    LayerSpec {
        fan_in: layer.fan_in,
        fan_out: layer.fan_out,
        norm,
        activation: layer.activation.into(),
        residual: layer.residual_scale,
    }
}

fn optimizer(of: &file::Optimizer, clip: Option<&file::Clip>) -> (OptimizerKind, Hyper) {
    let momentum = of.momentum.unwrap_or(0.0);
    let kind = match (of.rule, of.nesterov.unwrap_or(false), of.amsgrad.unwrap_or(false)) {
        (file::Rule::Sgd, false, false) if momentum == 0.0 => OptimizerKind::Sgd,
        (file::Rule::Sgd, false, false) => OptimizerKind::Momentum,
        (file::Rule::Sgd, true, false) => OptimizerKind::Nesterov,
        (file::Rule::RmsProp, false, false) => OptimizerKind::RmsProp,
        (file::Rule::Adagrad, false, false) => OptimizerKind::Adagrad,
        (file::Rule::Adam, false, _) => OptimizerKind::Adam,
        (file::Rule::AdamW, false, _) => OptimizerKind::AdamW,
        other => panic!("unknown optimizer {other:?}"),
    };
    let is_decoupled = of.weight_decay_mode == file::DecayMode::Decoupled;
    assert_eq!(is_decoupled, kind == OptimizerKind::AdamW, "only AdamW decouples weight decay");
    let (clip, clip_at) = match clip {
        None => (ClipKind::None, 1.0),
        Some(file::Clip::GlobalNorm { max_norm }) => (ClipKind::Norm, *max_norm),
        Some(file::Clip::Value { clip_value }) => (ClipKind::Value, *clip_value),
    };
    let hyper = Hyper {
        lr: of.lr,
        momentum,
        beta1: of.beta1.unwrap_or(0.9),
        beta2: of.beta2.or(of.alpha).unwrap_or(0.999),
        epsilon: of.eps.unwrap_or(1e-8),
        weight_decay: of.weight_decay,
        amsgrad: of.amsgrad.unwrap_or(false),
        clip,
        clip_at,
        ..Hyper::of(&Experiment::default())
    };
    (kind, hyper)
}

/// The table of initializers: standard deviations by scheme, shape and gain.
fn initializers(table: &serde_json::Value) {
    use gradient_lab::nn::Initializer;
    let mut compared = 0;
    for row in table["rows"].as_array().unwrap() {
        let fan = |key: &str| row[key].as_u64().unwrap() as usize;
        let (fan_in, fan_out, gain) = (fan("fan_in"), fan("fan_out"), row["gain"].as_f64().unwrap_or(1.0));
        let (mode, scheme) = (row["mode"].as_str(), row["scheme"].as_str().unwrap());
        // `kaiming` by fan_out is fan_in's with the fans exchanged. Its gain of sqrt 2 is in our variance already.
        let (fan_in, fan_out) = if mode == Some("fan_out") { (fan_out, fan_in) } else { (fan_in, fan_out) };
        let (initializer, gain) = match scheme {
            "xavier_normal" => (Initializer::XavierNormal, gain),
            "xavier_uniform" => (Initializer::XavierUniform, gain),
            "kaiming_normal" => (Initializer::KaimingNormal, gain / 2.0_f64.sqrt()),
            "kaiming_uniform" => (Initializer::KaimingUniform, gain / 2.0_f64.sqrt()),
            "pytorch_linear_default" => (Initializer::Pytorch, 1.0),
            other => panic!("unknown initializer {other}"),
        };
        let got = gain * initializer.variance(fan_in, fan_out).sqrt();
        let want = row["std"].as_f64().unwrap();
        assert!((got / want - 1.0).abs() < 1e-12, "{row}: {got}");
        compared += 1;
    }
    println!("inits: {compared} rows compared");
}

fn matrix(rows: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

fn row(vector: &[f64]) -> Array2<f64> {
    Array2::from_shape_vec((1, vector.len()), vector.to_vec()).unwrap()
}
