//! What an infinitely wide network would do with an experiment's first batch.

use super::NoPrediction;
use super::first_batch::FirstBatch;
use super::gaussian::{Moments, moments};
use super::mean_field::{FixedPoint, MeanField, Phase, Settling, depth_scale};
use crate::experiment::{Experiment, Precision};
use crate::nn::{Activation, Initializer, LayerSpec, Loss, NORM_EPSILON, Normalization, Residual};
use ndarray::ArrayView1;

/// What theory expects of one layer before the first step, the mean over the first batch's samples.
#[derive(Clone, Copy, Debug, PartialEq)]
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
    /// skip connections χ = σ_w² E\[φ′(√q Z)²\] with the next layer's σ_w². `None` for the output layer.
    pub chi: Option<f64>,
    /// log10(‖∂L/∂z^l‖ / ‖∂L/∂z^(L+1)‖); 0 for the output layer.
    pub log10_ratio: f64,
}

/// Where hidden layers end, were there ever more of them.
#[derive(Clone, Copy, Debug, PartialEq)]
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
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// The layers from 1 to L + 1, the output layer.
    pub layers: Vec<LayerPrediction>,
    /// Where deep layers end; `None` with skip connections, along which q grows from layer to layer.
    pub limit: Option<Limit>,
}

/// The fewest samples over which BatchNorm is near its limit of infinitely many.
const FEWEST_SAMPLES: usize = 8;

/// The fewest units over which LayerNorm is near its limit of infinitely many.
const FEWEST_UNITS: usize = 8;

/// Up to so many samples each has its own recursion; more are grouped by their length.
const MOST_GROUPS: usize = 32;

/// What mean-field theory expects of a valid experiment before its first step.
///
/// Every sample of the first batch has its own recursion, because its q⁰ is the mean square of its own inputs, and
/// counts by the mean square of its ∂L/∂o. Weights are taken as normal and independent of everything else, layers as
/// infinitely wide. How far networks of the experiment's width are from that says [`super::Band`].
///
/// # Formula
/// Forward, with m and μ the mean square and the mean of h over the units:
/// `q = σ_w² m + σ_b²`; then `m = E[φ²]`, or around a skip connection `m + 2 α μ E[φ] + α² E[φ²]`, and μ alike.
/// Backward, with c = α² E\[φ′²\] (α = 1 without a skip) and g the mean square of ∂L/∂h_out relative to that of the
/// output layer's ∂L/∂z: `‖∂L/∂z‖² = c g`, and below the layer `g σ_w² c`, plus g where there is a skip.
///
/// LayerNorm makes u a normal variable of mean 0 and variance 1 and divides c by the variance of z. BatchNorm does so
/// with the variance over the batch, `σ_w² (m - E[φ]²)`, where the samples of a deep layer have all the same angle to
/// each other (G. Yang et al. 2019, "A mean field theory of batch normalization").
///
/// # Errors
/// Where there is nothing to expect, with the reason.
pub fn predict(experiment: &Experiment) -> Result<Prediction, NoPrediction> {
    let Experiment { init, gain, bias_std, .. } = *experiment;
    let batch = FirstBatch::new(experiment);
    refuse(experiment, batch.x.nrows())?;
    let layers: Vec<WideLayer> = experiment
        .layer_specs()
        .into_iter()
        .map(|spec| {
            let sigma_w2 = spec.fan_in as f64 * gain * gain * init.variance(spec.fan_in, spec.fan_out);
            let (bias_mean, sigma_b2) = init.bias_moments(spec.fan_in, bias_std);
            WideLayer { spec, sigma_w2, sigma_b2, bias_mean }
        })
        .collect();
    let largest_q = match experiment.precision {
        Precision::F32 => f64::from(f32::MAX) * f64::from(f32::MAX),
        Precision::F64 => 1e300,
    };
    let groups = if experiment.norm == Normalization::Batch { vec![whole(&batch)] } else { group(&batch) };
    let mut paths = Vec::with_capacity(groups.len());
    for group in &groups {
        paths.push(group.path(&layers, experiment.loss, largest_q)?);
    }
    let layers: Vec<_> = (0..layers.len()).map(|index| mean_layer(&layers, &groups, &paths, index)).collect();
    Ok(Prediction { limit: limit(experiment, &layers), layers })
}

fn refuse(experiment: &Experiment, samples: usize) -> Result<(), NoPrediction> {
    if experiment.init == Initializer::Zeros {
        return Err(NoPrediction::ZeroWeights);
    }
    match experiment.norm {
        Normalization::Batch if samples < FEWEST_SAMPLES => Err(NoPrediction::FewSamples),
        Normalization::Layer if (experiment.width as usize) < FEWEST_UNITS => Err(NoPrediction::FewUnits),
        _ => Ok(()),
    }
}

/// A layer by the moments of its parameters.
struct WideLayer {
    spec: LayerSpec,
    sigma_w2: f64,
    sigma_b2: f64,
    bias_mean: f64,
}

/// h of an infinitely wide layer.
#[derive(Clone, Copy)]
struct Signal {
    /// Mean square over the units.
    mean_square: f64,
    /// Mean over the units.
    mean: f64,
    /// Variance over the batch, the mean of all units'.
    batch_variance: f64,
}

/// What a layer makes of its input.
struct Passage {
    /// E\[z²\].
    q: f64,
    /// Of φ over u.
    moments: Moments,
    /// The mean square of ∂L/∂z over that of ∂L/∂h_out.
    c: f64,
    output: Signal,
}

impl WideLayer {
    fn pass(&self, input: Signal) -> Passage {
        let variance = self.sigma_w2 * input.mean_square + self.sigma_b2;
        let q = variance + self.bias_mean * self.bias_mean;
        // u, and the square of what the normalization divides z by.
        let (mean, variance, divisor) = match self.spec.norm {
            Normalization::None => (self.bias_mean, variance, 1.0),
            Normalization::Layer => (0.0, variance / (variance + NORM_EPSILON), variance + NORM_EPSILON),
            Normalization::Batch => {
                let variance = self.sigma_w2 * input.batch_variance;
                (0.0, variance / (variance + NORM_EPSILON), variance + NORM_EPSILON)
            }
        };
        let moments = moments(self.spec.activation, mean, variance);
        let a = Signal {
            mean_square: moments.mean_square,
            mean: moments.mean,
            batch_variance: moments.mean_square - moments.mean * moments.mean,
        };
        let alpha = self.spec.residual.unwrap_or(1.0);
        let output = match self.spec.residual {
            None => a,
            Some(alpha) => Signal {
                mean_square: input.mean_square
                    + 2.0 * alpha * input.mean * a.mean
                    + alpha * alpha * a.mean_square,
                mean: input.mean + alpha * a.mean,
                batch_variance: input.batch_variance + alpha * alpha * a.batch_variance,
            },
        };
        Passage { q, moments, c: alpha * alpha * moments.mean_square_slope / divisor, output }
    }
}

/// Samples that are alike.
struct Group {
    samples: f64,
    input: Signal,
    /// The means of y and of y², over samples and outputs.
    target: (f64, f64),
}

/// What the layers do with a group.
struct Path {
    passages: Vec<Passage>,
    /// ln of the mean square of ∂L/∂z of every layer over that of the output layer.
    log_squares: Vec<f64>,
    /// The mean square of ∂L/∂o, up to a factor that is the same for all groups.
    output_square: f64,
}

impl Group {
    fn path(&self, layers: &[WideLayer], loss: Loss, largest_q: f64) -> Result<Path, NoPrediction> {
        let mut signal = self.input;
        let mut passages = Vec::with_capacity(layers.len());
        for layer in layers {
            let passage = layer.pass(signal);
            if passage.q > largest_q || !passage.q.is_finite() {
                return Err(NoPrediction::Overflow);
            }
            signal = passage.output;
            passages.push(passage);
        }
        let mut log_squares = vec![0.0; layers.len()];
        // Of g, the mean square of ∂L/∂h_out; from where the output layer's ∂L/∂z is 1.
        let mut log_g = -passages.last().map_or(0.0, |passage| libm::log(passage.c));
        for (index, (layer, passage)) in layers.iter().zip(&passages).enumerate().rev() {
            log_squares[index] = log_g + libm::log(passage.c);
            let past = if layer.spec.residual.is_some() { 1.0 } else { 0.0 };
            log_g += libm::log(past + layer.sigma_w2 * passage.c);
        }
        let output_square = match (layers.last(), passages.last()) {
            (Some(layer), Some(passage)) => self.output_square(loss, layer.bias_mean, passage.q),
            _ => 1.0,
        };
        Ok(Path { passages, log_squares, output_square })
    }

    /// E\[(∂L/∂o)²\] for outputs `o ~ N(mean, q - mean²)`, up to the factor that all samples have in common.
    fn output_square(&self, loss: Loss, mean: f64, q: f64) -> f64 {
        let (y, y_square) = self.target;
        let (o, o_square) = match loss {
            Loss::Mse => (mean, q),
            Loss::BceWithLogits | Loss::SoftmaxCrossEntropy => {
                let sigma = moments(Activation::Sigmoid, mean, q - mean * mean);
                (sigma.mean, sigma.mean_square)
            }
        };
        o_square - 2.0 * y * o + y_square
    }
}

/// The first batch's samples by the lengths of their inputs.
fn group(batch: &FirstBatch) -> Vec<Group> {
    let mean = |row: ArrayView1<f64>, of: fn(f64) -> f64| row.iter().map(|x| of(*x)).sum::<f64>() / row.len() as f64;
    let mut rows: Vec<(f64, f64, f64, f64)> = batch
        .x
        .outer_iter()
        .zip(batch.y.outer_iter())
        .map(|(x, y)| (mean(x, |x| x * x), mean(x, |x| x), mean(y, |y| y), mean(y, |y| y * y)))
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let size = rows.len().div_ceil(MOST_GROUPS).max(1);
    let groups = rows.chunks(size).map(|rows| {
        let samples = rows.len() as f64;
        let mean = |of: fn(&(f64, f64, f64, f64)) -> f64| rows.iter().map(of).sum::<f64>() / samples;
        let input = Signal { mean_square: mean(|row| row.0), mean: mean(|row| row.1), batch_variance: 0.0 };
        Group { samples, input, target: (mean(|row| row.2), mean(|row| row.3)) }
    });
    groups.collect()
}

/// The first batch as one group.
fn whole(batch: &FirstBatch) -> Group {
    let mean_of = |array: &ndarray::Array2<f64>| array.mean().unwrap_or(0.0);
    let square = batch.x.mapv(|x| x * x);
    let batch_variance = batch.x.var_axis(ndarray::Axis(0), 0.0).mean().unwrap_or(0.0);
    let input = Signal { mean_square: mean_of(&square), mean: mean_of(&batch.x), batch_variance };
    Group { samples: batch.x.nrows() as f64, input, target: (mean_of(&batch.y), mean_of(&batch.y.mapv(|y| y * y))) }
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
        log10_ratio: 0.5 * log_square / std::f64::consts::LN_10,
    }
}

/// ln of the mean square of ∂L/∂z of a layer over that of the output layer, every sample by its part in the latter.
fn log_mean_square(groups: &[Group], paths: &[Path], index: usize) -> f64 {
    let largest = paths.iter().map(|path| path.log_squares[index]).fold(f64::NEG_INFINITY, f64::max);
    let (mut sum, mut total) = (0.0, 0.0);
    for (group, path) in groups.iter().zip(paths) {
        let weight = group.samples * path.output_square;
        sum += weight * libm::exp(path.log_squares[index] - largest);
        total += weight;
    }
    largest + libm::log(sum / total)
}

fn limit(experiment: &Experiment, layers: &[LayerPrediction]) -> Option<Limit> {
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
            field.fixed_point(layers.first()?.q - bias_mean * bias_mean)
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
                chi: Some(sigma_w2 * of_unit.mean_square_slope / (variance + NORM_EPSILON)),
            }
        }
    };
    let chi = fixed_point.chi;
    Some(Limit { sigma_w2, sigma_b2, fixed_point, phase: chi.map(Phase::of), depth_scale: chi.map(depth_scale) })
}
