//! The files of recurrent reference runs, and their comparison. A field or a name that is not known here is an error.

use super::file::{Clip, DecayScope as FileScope, Loss as FileLoss, Optimizer, Tolerance};
use super::{Check, matrix, optimizer, row};
use gradient_lab::data::Batches;
use gradient_lab::data::sequences::{SequenceData, SequenceInputs, SequenceSet, SequenceTargets};
use gradient_lab::kernel::Real;
use gradient_lab::nn::recurrent::{Cell, LevelArrays, Reading, Recurrent, RecurrentArrays, RecurrentSpec};
use gradient_lab::nn::{Loss, Parameter};
use gradient_lab::train::{DecayScope, Quantity, RecurrentTrainer};
use ndarray::Array2;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "some fields are there for people")]
pub struct RunFile {
    pub schema: String,
    pub name: String,
    pub description: String,
    pub kind: String,
    pub generated_with: serde_json::Value,
    pub tolerance: Tolerance,
    pub network: Network,
    pub loss: FileLoss,
    pub optimizer: Optimizer,
    pub clip: Option<Clip>,
    pub steps: usize,
    pub data: Data,
    pub batches: Vec<Vec<usize>>,
    pub initial_parameters: Parameters,
    pub expected: Expected,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileCell {
    RnnTanh,
    RnnRelu,
    Lstm,
    Gru,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    Last,
    All,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    pub cell: FileCell,
    pub input_dim: usize,
    pub hidden_dim: usize,
    pub output_dim: usize,
    pub time_steps: usize,
    pub output: Output,
    pub train_bh: bool,
}

/// Numbers in a vector, a matrix, or a list of matrices.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Numbers {
    Vector(Vec<f64>),
    Matrix(Vec<Vec<f64>>),
    Matrices(Vec<Vec<Vec<f64>>>),
}

impl Numbers {
    /// All numbers in their order.
    fn flat(&self) -> Vec<f64> {
        match self {
            Self::Vector(vector) => vector.clone(),
            Self::Matrix(rows) => rows.concat(),
            Self::Matrices(matrices) => matrices.iter().flatten().flatten().copied().collect(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    pub x: Vec<Vec<Vec<f64>>>,
    pub y: Numbers,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case, reason = "the files call the weights W")]
pub struct Parameters {
    pub Wx: Vec<Vec<f64>>,
    pub Wh: Vec<Vec<f64>>,
    pub bx: Vec<f64>,
    pub bh: Option<Vec<f64>>,
    pub Wo: Vec<Vec<f64>>,
    pub bo: Vec<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub loss: Vec<f64>,
    pub total_grad_norm: Vec<f64>,
    pub grad_norm: GradNorms,
    pub first_step: FirstStep,
    pub final_output: Numbers,
    pub final_parameters: Parameters,
}

/// Those of parameters \[step\], those of states \[step\]\[time\].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case, reason = "the files call the weights W")]
pub struct GradNorms {
    pub Wx: Vec<f64>,
    pub Wh: Vec<f64>,
    pub bx: Vec<f64>,
    pub bh: Option<Vec<f64>>,
    pub Wo: Vec<f64>,
    pub bo: Vec<f64>,
    pub h: Vec<Vec<f64>>,
    pub z: Vec<Vec<f64>>,
    pub c: Option<Vec<Vec<f64>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstStep {
    pub output: Numbers,
    pub h_last: Vec<Vec<f64>>,
    pub gradients: Parameters,
}

/// Runs a file's training and compares every number; returns the largest relative error.
pub fn compare<T: Real>(run: &RunFile, tolerance: f64, errors: &mut Vec<String>) -> f64 {
    let name = format!("{} ({})", run.name, std::any::type_name::<T>());
    let mut check = Check { name, tolerance, worst: 0.0, errors };
    assert_eq!(run.kind, "recurrent");
    let mut trainer = trainer::<T>(run);
    let (expected, norms) = (&run.expected, &run.expected.grad_norm);
    for step in 0..run.steps {
        if step == 0 {
            trainer.probe().unwrap();
            first_step(&mut check, &trainer, &expected.first_step, run);
        }
        let report = trainer.step().unwrap().clone();
        let at = |what: &str| format!("{what} at step {}", step + 1);
        check.number(&at("loss"), report.loss(), expected.loss[step]);
        check.number(&at("total gradient norm"), report.grad_norm(), expected.total_grad_norm[step]);
        let of_weights = [
            ("‖∂L/∂W_ih‖", 0, Quantity::GradW, Some(&norms.Wx)),
            ("‖∂L/∂b_ih‖", 0, Quantity::GradB, Some(&norms.bx)),
            ("‖∂L/∂W_hh‖", 1, Quantity::GradW, Some(&norms.Wh)),
            ("‖∂L/∂b_hh‖", 1, Quantity::GradB, norms.bh.as_ref()),
            ("‖∂L/∂W_ho‖", 2, Quantity::GradW, Some(&norms.Wo)),
            ("‖∂L/∂b_o‖", 2, Quantity::GradB, Some(&norms.bo)),
        ];
        for (what, weights, quantity, want) in of_weights {
            check.number(&at(what), report.of_weights(weights, quantity), want.map_or(0.0, |want| want[step]));
        }
        for time in 0..run.network.time_steps {
            let at = |what: &str| format!("{what} of time step {} at step {}", time + 1, step + 1);
            check.number(&at("‖∂L/∂h‖"), report.get(time, Quantity::GradH), norms.h[step][time]);
            check.number(&at("‖∂L/∂a‖"), report.get(time, Quantity::GradZ), norms.z[step][time]);
            if let Some(of_c) = &norms.c {
                check.number(&at("‖∂L/∂c‖"), report.get(time, Quantity::GradC), of_c[step][time]);
            }
        }
    }
    parameters(&mut check, "final", trainer.network(), &expected.final_parameters, |p| p.value.to_array());
    let all: Vec<usize> = (0..run.data.x.len()).collect();
    let answers = trainer.answers(&trainer.data().training, &all);
    check_output(&mut check, "final output", &answers.output.to_array(), &answers.asked, &expected.final_output);
    check.worst
}

fn first_step<T: Real>(check: &mut Check, trainer: &RecurrentTrainer<T>, expected: &FirstStep, run: &RunFile) {
    let unrolled = trainer.batch().unrolled();
    let batch = unrolled.batch();
    let asked: Vec<_> = unrolled.reads().iter().map(|row| (*row as usize % batch, *row as usize / batch)).collect();
    check_output(check, "first output", &unrolled.output().to_array(), &asked, &expected.output);
    let h = unrolled.levels()[0].h();
    let last = Array2::from_shape_fn((batch, h.cols()), |(row, unit)| {
        h.get(unrolled.row(run.network.time_steps - 1, row), unit).to_f64()
    });
    check.array("last h", &last, &matrix(&expected.h_last));
    parameters(check, "gradient", trainer.network(), &expected.gradients, Parameter::grad_array);
}

/// Compares o, of which we have a row for each sequence and time step that was asked for, and the file sequence after sequence.
fn check_output(check: &mut Check, what: &str, got: &Array2<f64>, asked: &[(usize, usize)], want: &Numbers) {
    let mut order: Vec<usize> = (0..asked.len()).collect();
    order.sort_by_key(|index| asked[*index]);
    let got = got.select(ndarray::Axis(0), &order);
    let want = Array2::from_shape_vec(got.dim(), want.flat()).unwrap();
    check.array(what, &got, &want);
}

/// Compares all parameters, or their gradients.
fn parameters<T: Real>(
    check: &mut Check,
    what: &str,
    network: &Recurrent<T>,
    want: &Parameters,
    get: impl Fn(&Parameter<T>) -> Array2<f64>,
) {
    let got = network.arrays(get);
    let level = &got.levels[0];
    let mut array = |part: &str, got: &Array2<f64>, want: Array2<f64>| {
        check.array(&format!("{what} {part}"), got, &want);
    };
    array("W_ih", &level.input, matrix(&want.Wx));
    array("b_ih", &level.input_bias, row(&want.bx));
    array("W_hh", &level.recurrent, matrix(&want.Wh));
    if let Some(bias) = &level.recurrent_bias {
        array("b_hh", bias, row(want.bh.as_ref().unwrap()));
    }
    array("W_ho", &got.readout, matrix(&want.Wo));
    array("b_o", &got.readout_bias, row(&want.bo));
}

fn trainer<T: Real>(run: &RunFile) -> RecurrentTrainer<T> {
    let Network { cell, input_dim, hidden_dim, output_dim, time_steps, output, train_bh } = run.network;
    let spec = RecurrentSpec {
        cell: match cell {
            FileCell::RnnTanh => Cell::Tanh,
            FileCell::RnnRelu => Cell::Relu,
            FileCell::Lstm => Cell::Lstm,
            FileCell::Gru => Cell::Gru,
        },
        inputs: input_dim,
        hidden: hidden_dim,
        stack: 1,
        outputs: output_dim,
        times: time_steps,
        reading: if output == Output::Last { Reading::Last } else { Reading::Each },
        embedding: None,
        window: time_steps,
    };
    let initial = &run.initial_parameters;
    let recurrent_bias = train_bh.then(|| row(initial.bh.as_ref().unwrap()));
    assert!(train_bh || initial.bh.iter().flatten().all(|b| *b == 0.0), "a bias that is not trained is 0");
    let level = LevelArrays {
        input: matrix(&initial.Wx),
        input_bias: row(&initial.bx),
        recurrent: matrix(&initial.Wh),
        recurrent_bias,
    };
    let arrays = RecurrentArrays {
        embedding: None,
        levels: vec![level],
        readout: matrix(&initial.Wo),
        readout_bias: row(&initial.bo),
    };
    let (loss, targets) = match (&run.loss, output) {
        (FileLoss::SoftmaxCrossEntropy, Output::Last) => {
            let classes = run.data.y.flat().iter().map(|class| *class as u32).collect();
            (Loss::SoftmaxCrossEntropy, SequenceTargets::Classes(classes))
        }
        (FileLoss::SoftmaxCrossEntropy, Output::All) => {
            let classes = run.data.y.flat().iter().map(|class| *class as u32).collect();
            (Loss::SoftmaxCrossEntropy, SequenceTargets::EachClasses(classes))
        }
        (loss, output) => {
            let numbers = run.data.y.flat();
            let is_last = output == Output::Last;
            let targets =
                if is_last { SequenceTargets::Numbers(numbers) } else { SequenceTargets::EachNumbers(numbers) };
            (if matches!(loss, FileLoss::Mse) { Loss::Mse } else { Loss::BceWithLogits }, targets)
        }
    };
    let samples = run.data.x.len();
    let training = SequenceSet {
        samples,
        times: time_steps,
        inputs: SequenceInputs::Numbers {
            width: input_dim,
            numbers: run.data.x.iter().flatten().flatten().copied().collect(),
        },
        targets,
        spans: vec![(0, time_steps as u32); samples],
        read_at: vec![time_steps as u32 - 1; samples],
    };
    let data = SequenceData { held_out: training.clone(), training, names: Vec::new(), padding: None };
    let scope = match run.optimizer.decay_scope {
        FileScope::All => DecayScope::All,
        FileScope::Weights => DecayScope::Weights,
    };
    let (kind, hyper) = optimizer(&run.optimizer, run.clip.as_ref());
    let batches = Batches::fixed(run.batches.clone());
    RecurrentTrainer::with_network(Recurrent::new(spec, &arrays), data, batches, loss, kind, hyper, scope)
}
