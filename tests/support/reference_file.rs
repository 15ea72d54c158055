//! The files of reference runs, as `tests/reference/README.md` describes them. A field or a name that is not known
//! here is an error: no feature of a file can be passed over.

#[path = "reference_activation.rs"]
mod activation;

pub use activation::Activation;
use serde::Deserialize;

/// A row of numbers, or rows of rows.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Numbers {
    Vector(Vec<f64>),
    Matrix(Vec<Vec<f64>>),
}

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
    pub init_note: serde_json::Value,
    pub network: Network,
    pub loss: Loss,
    pub optimizer: Optimizer,
    pub clip: Option<Clip>,
    pub steps: usize,
    pub data: Data,
    pub batches: Vec<Vec<usize>>,
    pub initial_parameters: Parameters,
    pub expected: Expected,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    pub float64: f64,
    pub float32: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    pub input_dim: usize,
    pub layers: Vec<Layer>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    pub fan_in: usize,
    pub fan_out: usize,
    pub bias: bool,
    pub norm: Option<Norm>,
    pub activation: Activation,
    pub residual_scale: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Norm {
    LayerNorm { eps: f64 },
    BatchNorm { eps: f64, running_momentum: f64 },
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    Mse,
    BceWithLogits,
    SoftmaxCrossEntropy,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecayMode {
    Coupled,
    Decoupled,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecayScope {
    All,
    Weights,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Optimizer {
    #[serde(rename = "type")]
    pub rule: Rule,
    pub lr: f64,
    pub weight_decay: f64,
    pub weight_decay_mode: DecayMode,
    pub decay_scope: DecayScope,
    pub momentum: Option<f64>,
    pub nesterov: Option<bool>,
    pub alpha: Option<f64>,
    pub beta1: Option<f64>,
    pub beta2: Option<f64>,
    pub eps: Option<f64>,
    pub amsgrad: Option<bool>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    Sgd,
    RmsProp,
    Adagrad,
    Adam,
    AdamW,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Clip {
    GlobalNorm { max_norm: f64 },
    Value { clip_value: f64 },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    pub x: Vec<Vec<f64>>,
    pub y: Numbers,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    pub layers: Vec<LayerParameters>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case, reason = "the files call the weights W")]
pub struct LayerParameters {
    pub W: Vec<Vec<f64>>,
    pub b: Option<Vec<f64>>,
    pub gamma: Option<Vec<f64>>,
    pub beta: Option<Vec<f64>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub loss: Vec<f64>,
    pub total_grad_norm: Vec<f64>,
    pub grad_norm: GradNorms,
    pub first_step: FirstStep,
    pub final_output: Vec<Vec<f64>>,
    pub final_parameters: Parameters,
    pub final_buffers: Option<Buffers>,
}

/// Each \[step\]\[layer\], null where the layer has no such parameter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case, reason = "the files call the weights W")]
pub struct GradNorms {
    pub W: Vec<Vec<Option<f64>>>,
    pub b: Vec<Vec<Option<f64>>>,
    pub z: Vec<Vec<Option<f64>>>,
    pub u: Option<Vec<Vec<Option<f64>>>>,
    pub gamma: Option<Vec<Vec<Option<f64>>>>,
    pub beta: Option<Vec<Vec<Option<f64>>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstStep {
    pub output: Vec<Vec<f64>>,
    pub gradients: Parameters,
    pub z_mean_square: Vec<f64>,
    pub h_mean_square: Vec<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Buffers {
    pub layers: Vec<Option<RunningStatistics>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunningStatistics {
    pub running_mean: Vec<f64>,
    pub running_var: Vec<f64>,
}
