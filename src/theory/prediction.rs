//! What a wide network would do with an experiment's first batch.

use super::NoPrediction;
use super::first_batch::FirstBatch;
use super::gaussian::moments;
use super::line::Line;
use super::mean_field::{FixedPoint, MeanField, Phase, Settling, depth_scale};
use super::signal::Signal;
use super::wide::{Passage, Path, WideLayer};
use crate::data::sequences::Corpus;
use crate::experiment::{Experiment, Precision};
use crate::nn::{Activation, Initializer, Normalization, Residual};
use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

/// What theory expects of one layer before the first step, the mean over the first batch's samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerPrediction {
    /// σ_w² = fan_in · Var(W).
    pub sigma_w2: f64,
    /// The variance of the biases.
    pub sigma_b2: f64,
    /// q = E\[z²\], before normalization.
    pub q: f64,
    /// E\[φ′(u)²\].
    pub mean_square_slope: f64,
    /// The factor by which the mean square of ∂L/∂z grows from the layer after to this one; without normalization and
    /// skip connections χ = σ_w² E\[φ′(√q Z)²\] with the next layer's σ_w². `None` for the output layer, and where
    /// [`Prediction::missing`] says why.
    pub chi: Option<f64>,
    /// log10(‖∂L/∂z^l‖ / ‖∂L/∂z^(L+1)‖), 0 for the output layer. `None` where [`Prediction::missing`] says why.
    pub log10_ratio: Option<f64>,
}

/// Where hidden layers end, were there ever more of them, and ever larger batches; the ε of normalizations neglected.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// σ_w² of a layer between two hidden layers.
    pub sigma_w2: f64,
    /// The variance of its biases.
    pub sigma_b2: f64,
    /// Where q settles, and χ there.
    pub fixed_point: FixedPoint,
    /// The phase by that χ.
    pub phase: Option<Phase>,
    /// `1 / |ln χ|` in layers; infinite at χ = 1.
    pub depth_scale: Option<f64>,
}

/// What theory expects of an experiment before its first step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The layers from 1 to L + 1, the output layer.
    pub layers: Vec<LayerPrediction>,
    /// Why the gradient of some of the layers is not predicted; `None` where that of all is.
    pub missing: Option<NoPrediction>,
    /// The first of them that is a hidden layer, counted from 0: the second after an embedding.
    pub first: usize,
    /// Where deep layers end; `None` with skip connections, along which q grows from layer to layer.
    pub limit: Option<Limit>,
}

impl Prediction {
    /// What a forecast shows of it: the ratios, and as the factor √χ of the middle layer, or with skip connections, where χ
    /// changes from layer to layer, the geometric mean of all.
    pub fn line(&self) -> Line {
        Line {
            log10_ratios: self.layers.iter().map(|layer| layer.log10_ratio).collect(),
            missing: self.missing,
            mean_squares: self.layers.iter().map(|layer| layer.q).collect(),
            factor: if self.limit.is_some() { self.middle_factor() } else { self.mean_factor() },
        }
    }

    /// A layer in the middle, counted from 0, that has its χ from the hidden layer after it; `None` where there is none.
    pub fn middle(&self) -> Option<usize> {
        let between = self.layers.len().checked_sub(2).filter(|between| *between > self.first)?;
        // From the middle towards the output, for those that are missing are the first.
        (self.first + (between - self.first - 1) / 2..between).find(|layer| self.layers[*layer].chi.is_some())
    }

    /// The geometric mean of the factors by which the gradient is multiplied on its way back through the hidden layers;
    /// `None` where that of some is missing, and where there is one hidden layer.
    pub fn mean_factor(&self) -> Option<f64> {
        let last = self.layers.len().checked_sub(2).filter(|last| *last > self.first)?;
        let log10_total = self.layers[self.first].log10_ratio? - self.layers[last].log10_ratio?;
        Some(libm::pow(10.0, log10_total / (last - self.first) as f64))
    }

    /// √χ of that layer: by what the gradient is multiplied on its way back through it.
    pub fn middle_factor(&self) -> Option<f64> {
        Some(self.layers[self.middle()?].chi?.sqrt())
    }
}

/// The fewest samples over which BatchNorm has a prediction: its correction is of first order in 1 / samples.
const FEWEST_SAMPLES: usize = 8;

/// The fewest units over which LayerNorm has a prediction: over three, the mean square of ∂L/∂z is infinite.
const FEWEST_UNITS: usize = 4;

/// After so many layers with BatchNorm and ReLU the samples have the same angle to each other, or near enough: in networks
/// of 24 layers of 128 units on two inputs, the line of the sixth is then within 0.07 decades of the median network's, for
/// batches from 8 to 256. With smooth activations 20 layers are not enough, and linear layers never come to it.
const UNSETTLED_LAYERS: usize = 5;

/// Up to so many samples each has its own recursion; more are grouped by their length.
const MOST_GROUPS: usize = 32;

/// See [`predict_on`]; on the texts that are shipped.
///
/// # Errors
/// As there.
pub fn predict(experiment: &Experiment) -> Result<Prediction, NoPrediction> {
    predict_on(experiment, &Corpus::default())
}

/// What mean-field theory expects of a valid experiment of a multilayer perceptron before its first step, on the texts of a
/// corpus.
///
/// Every sample of the first batch has its own recursion, from the mean square of its own inputs: with one mean for all,
/// the line of a tanh network of gain 3 is 0.2 decades off after 20 layers, and that of LayerNorm 0.4 in the first. All
/// samples are taken to have the same ‖∂L/∂o‖, which moves the line by 0.03 decades at most where they have not.
///
/// Weights are taken as normal and independent of everything else, layers as infinitely wide, but for the part of the
/// gradient along h, one of n, that skip connections let grow (`theory::skip`). How far networks of the experiment's width
/// are from that says [`super::Band`]; where they are too far, [`super::Forecast`] has their median instead.
///
/// With BatchNorm the gradient depends on the angles between the samples. Only ReLU and leaky ReLU bring all of them to
/// one angle within a few layers, and only without skip connections; elsewhere the gradient is not predicted, and
/// [`Prediction::limit`] says what it would come to.
///
/// # Errors
/// Where there is nothing to expect, with the reason.
pub fn predict_on(experiment: &Experiment, corpus: &Corpus) -> Result<Prediction, NoPrediction> {
    let Experiment { init, bias_std, .. } = *experiment;
    let x = FirstBatch::new(experiment, corpus)?.x;
    refuse(experiment, x.nrows())?;
    let layers: Vec<WideLayer> = experiment
        .layer_specs()
        .into_iter()
        .enumerate()
        .map(|(index, spec)| {
            let sigma_w2 = spec.fan_in as f64 * experiment.weight_variance(index, &spec);
            // An embedding has no bias.
            let has_bias = !(index == 0 && experiment.has_embedding_layer());
            let (bias_mean, sigma_b2) = if has_bias { init.bias_moments(spec.fan_in, bias_std) } else { (0.0, 0.0) };
            WideLayer { spec, sigma_w2, sigma_b2, bias_mean, batch: x.nrows() as f64 }
        })
        .collect();
    let largest_q = match experiment.precision {
        Precision::F32 => f64::from(f32::MAX) * f64::from(f32::MAX),
        Precision::F64 => 1e300,
    };
    let groups = if experiment.norm == Normalization::Batch { vec![whole(&x)] } else { group(&x) };
    let paths: Option<Vec<Path>> = groups.iter().map(|group| Path::new(group.input, &layers, largest_q)).collect();
    let paths = paths.ok_or(NoPrediction::Overflow)?;
    let mut layers: Vec<_> = (0..layers.len()).map(|index| mean_layer(&layers, &groups, &paths, index)).collect();
    let unsettled = unsettled_layers(experiment);
    for layer in &mut layers[..unsettled] {
        (layer.chi, layer.log10_ratio) = (None, None);
    }
    let missing = (unsettled > 0).then_some(NoPrediction::Geometry);
    let first = experiment.way().places.start;
    let (bias_mean, _) = experiment.init.bias_moments(experiment.width as usize, bias_std);
    let limit = layers.get(first).and_then(|layer| limit_from(experiment, layer.q - bias_mean * bias_mean));
    Ok(Prediction { limit, missing, layers, first })
}

/// How many layers' gradients depend on how BatchNorm finds the samples arranged.
fn unsettled_layers(experiment: &Experiment) -> usize {
    // Counted from the first layer, which may be an embedding, to the last hidden one.
    let (before, depth) = (usize::from(experiment.has_embedding_layer()), experiment.depth as usize);
    match (experiment.norm, experiment.activation, experiment.residual) {
        (Normalization::None | Normalization::Layer, ..) => 0,
        (Normalization::Batch, Activation::Relu | Activation::LeakyRelu, Residual::None) => {
            before + UNSETTLED_LAYERS.min(depth)
        }
        (Normalization::Batch, ..) => before + depth,
    }
}

fn refuse(experiment: &Experiment, samples: usize) -> Result<(), NoPrediction> {
    match experiment.init {
        Initializer::Zeros => return Err(NoPrediction::ZeroWeights),
        Initializer::Constant => return Err(NoPrediction::EqualWeights),
        _ => {}
    }
    match experiment.norm {
        Normalization::Batch if samples < FEWEST_SAMPLES => Err(NoPrediction::FewSamples),
        Normalization::Layer if (experiment.width as usize) < FEWEST_UNITS => Err(NoPrediction::FewUnits),
        _ => Ok(()),
    }
}

/// Samples that are alike.
struct Group {
    samples: f64,
    input: Signal,
}

/// The first batch's samples by the lengths of their inputs.
fn group(x: &Array2<f64>) -> Vec<Group> {
    let mut inputs: Vec<(f64, f64)> =
        x.outer_iter().map(|row| (row.dot(&row) / row.len() as f64, row.sum() / row.len() as f64)).collect();
    inputs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let size = inputs.len().div_ceil(MOST_GROUPS).max(1);
    let groups = inputs.chunks(size).map(|inputs| {
        let samples = inputs.len() as f64;
        let mean_square = inputs.iter().map(|input| input.0).sum::<f64>() / samples;
        let mean = inputs.iter().map(|input| input.1).sum::<f64>() / samples;
        Group { samples, input: Signal { mean_square, mean, batch_variance: 0.0 } }
    });
    groups.collect()
}

/// The first batch as one group.
fn whole(x: &Array2<f64>) -> Group {
    let mean = |array: &Array2<f64>| array.mean().unwrap_or(0.0);
    let batch_variance = x.var_axis(Axis(0), 0.0).mean().unwrap_or(0.0);
    let input = Signal { mean_square: mean(&x.mapv(|x| x * x)), mean: mean(x), batch_variance };
    Group { samples: x.nrows() as f64, input }
}

/// One layer, the mean over all samples.
fn mean_layer(layers: &[WideLayer], groups: &[Group], paths: &[Path], index: usize) -> LayerPrediction {
    let samples: f64 = groups.iter().map(|group| group.samples).sum();
    let mean = |of: &dyn Fn(&Passage) -> f64| {
        groups.iter().zip(paths).map(|(group, path)| group.samples * of(&path.passages[index])).sum::<f64>() / samples
    };
    let log_square = log_mean_square(groups, paths, index);
    let is_output = index + 1 == layers.len();
    let chi = (!is_output).then(|| libm::exp(log_square - log_mean_square(groups, paths, index + 1)));
    LayerPrediction {
        sigma_w2: layers[index].sigma_w2,
        sigma_b2: layers[index].sigma_b2,
        q: mean(&|passage| passage.q),
        mean_square_slope: mean(&|passage| passage.moments.mean_square_slope),
        chi,
        log10_ratio: Some(0.5 * log_square / std::f64::consts::LN_10),
    }
}

/// ln of the mean square of ∂L/∂z of a layer over that of the output layer.
fn log_mean_square(groups: &[Group], paths: &[Path], index: usize) -> f64 {
    let largest = paths.iter().map(|path| path.log_squares[index]).fold(f64::NEG_INFINITY, f64::max);
    let (mut sum, mut total) = (0.0, 0.0);
    for (group, path) in groups.iter().zip(paths) {
        sum += group.samples * libm::exp(path.log_squares[index] - largest);
        total += group.samples;
    }
    largest + libm::log(sum / total)
}

/// Where the deep layers of an experiment's network end, were the variance of z over the random weights this in the first; `None`
/// with skip connections, along which it grows from layer to layer. It matters only where there are several fixed points.
pub fn limit_from(experiment: &Experiment, first_variance: f64) -> Option<Limit> {
    if experiment.residual != Residual::None {
        return None;
    }
    let Experiment { activation, init, gain, bias_std, norm, .. } = *experiment;
    let width = experiment.width as usize;
    let sigma_w2 = width as f64 * gain * gain * init.variance(width, width);
    let (bias_mean, sigma_b2) = init.bias_moments(width, bias_std);
    let fixed_point = match norm {
        Normalization::None => {
            let field = MeanField { activation, sigma_w2, sigma_b2, bias_mean };
            field.fixed_point(first_variance)
        }
        Normalization::Layer | Normalization::Batch => {
            let of_unit = moments(activation, 0.0, 1.0);
            let variance = match norm {
                Normalization::Layer => sigma_w2 * of_unit.mean_square + sigma_b2,
                _ => sigma_w2 * (of_unit.mean_square - of_unit.mean * of_unit.mean),
            };
            FixedPoint {
                settling: Settling::Converged,
                q_star: Some(sigma_w2 * of_unit.mean_square + sigma_b2 + bias_mean * bias_mean),
                chi: Some(sigma_w2 * of_unit.mean_square_slope / variance),
            }
        }
    };
    let chi = fixed_point.chi;
    Some(Limit { sigma_w2, sigma_b2, fixed_point, phase: chi.map(Phase::of), depth_scale: chi.map(depth_scale) })
}

#[cfg(test)]
#[path = "prediction_tests.rs"]
mod tests;
