//! Infinitely wide layers: what becomes of a sample on its way forward, and of the gradient on its way back.
//!
//! # Formula
//! Forward, with m and μ the mean square and the mean of h over the units: `q = σ_w² m + σ_b²`; then `m = E[φ²]` and
//! `μ = E[φ]`, or around a skip connection `m + 2 α μ E[φ] + α² E[φ²]` and `μ + α E[φ]`.
//!
//! Backward, with g the mean square of ∂L/∂h_out and `c = α² E[φ′²]`, α = 1 without a skip: that of ∂L/∂z is `c g`, and
//! that of ∂L/∂h_in `σ_w² c g`, plus g where there is a skip. With a skip that holds for the part of g across h alone; the
//! one along h may grow faster, and in a layer of n units is followed too ([`super::skip`]).
//!
//! LayerNorm makes u a normal variable of mean 0 and variance 1, and divides c by the variance of z. BatchNorm does so
//! with `σ_w² v`, v the variance of h over the batch: where any two samples have the same angle to each other,
//! `v = E[φ²] - E[φ]²`, and the samples' z are independent but for their mean, which is taken away (G. Yang et al. 2019,
//! "A mean field theory of batch normalization"). Both with ε added to what they divide by.

use super::gaussian::{Moments, moments};
use super::signal::Signal;
use super::skip::{Gradient, SkipLayer};
use crate::nn::{LayerSpec, NORM_EPSILON, Normalization};

/// An infinitely wide layer.
pub struct WideLayer {
    /// What the layer is.
    pub spec: LayerSpec,
    /// σ_w².
    pub sigma_w2: f64,
    /// σ_b².
    pub sigma_b2: f64,
    /// The mean of the biases.
    pub bias_mean: f64,
    /// The samples of a batch.
    pub batch: f64,
}

/// What a layer makes of its input.
pub struct Passage {
    /// E\[z²\].
    pub q: f64,
    /// Of φ over u.
    pub moments: Moments,
    /// The mean square of ∂L/∂z over that of ∂L/∂h_out.
    c: f64,
    /// The square of what the normalization divides z by.
    divisor: f64,
    input: Signal,
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
            batch_variance: moments.mean_square - moments.mean * moments.mean
                // Samples whose angles are all the same are a little more than orthogonal once their mean is taken away.
                + squared_mean_slope(&moments) / (self.batch - 1.0),
        };
        let alpha = self.spec.residual.unwrap_or(1.0);
        let output = match self.spec.residual {
            None => a,
            Some(alpha) => Signal {
                mean_square: input.mean_square + 2.0 * alpha * input.mean * a.mean + alpha * alpha * a.mean_square,
                mean: input.mean + alpha * a.mean,
                batch_variance: input.batch_variance + alpha * alpha * a.batch_variance,
            },
        };
        let c = alpha * alpha * moments.mean_square_slope / divisor * self.projection(&moments);
        Passage { q, moments, c, divisor, input, output }
    }

    /// The layer as [`SkipLayer`] follows the gradient past it; `None` where there is no skip, and where nothing is known
    /// of the gradient's directions: BatchNorm mixes the samples.
    fn skip(&self, passage: &Passage) -> Option<SkipLayer> {
        let alpha = self.spec.residual?;
        let Passage { moments, input, output, .. } = *passage;
        let of_weights = self.sigma_w2 * input.mean_square;
        let layer = SkipLayer {
            alpha,
            units: self.spec.fan_out as f64,
            sigma_w2: self.sigma_w2 / passage.divisor,
            rho: of_weights / (of_weights + self.sigma_b2),
            norm: self.spec.norm,
            moments,
            input,
            output,
        };
        let has_directions = layer.units >= SkipLayer::FEWEST_UNITS && of_weights > 0.0 && output.mean_square > 0.0;
        (has_directions && layer.norm != Normalization::Batch).then_some(layer)
    }

    /// What BatchNorm over a finite batch of B samples leaves of the mean square, to first order in 1/B.
    ///
    /// ∂L/∂z of a unit is `√B P (φ′ ⊙ ∂L/∂h) / |z|`, where P takes away what is along u and along (1, …, 1), which
    /// ∂L/∂h has lost already in the layer above; and the mean of 1/|z|² is that of one over a χ² of B - 1.
    fn projection(&self, moments: &Moments) -> f64 {
        if self.spec.norm != Normalization::Batch {
            return 1.0;
        }
        let Moments { mean, mean_square, mean_square_slope, .. } = *moments;
        // u φ′ = φ for piecewise-linear activations.
        let lost = mean_square_slope - squared_mean_slope(moments) + mean_square - mean * mean;
        (1.0 - lost / (mean_square_slope * (self.batch - 1.0))) * self.batch / (self.batch - 3.0)
    }
}

/// E\[φ′\]² of a piecewise-linear activation over N(0, 1): of slopes a and b, `E[φ′²] = (a² + b²) / 2` and
/// `E[φ]² = (a - b)² / 2π`.
fn squared_mean_slope(moments: &Moments) -> f64 {
    moments.mean_square_slope - std::f64::consts::FRAC_PI_2 * moments.mean * moments.mean
}

/// What the layers do with a sample, forward and backward.
pub struct Path {
    /// Layer by layer from the input.
    pub passages: Vec<Passage>,
    /// ln of the mean square of ∂L/∂z of every layer over that of the last.
    pub log_squares: Vec<f64>,
}

impl Path {
    /// The path of an input; `None` where the mean square of a layer's z is over `largest_q`.
    ///
    /// Backward in logarithms, for in deep networks the squares themselves leave every format.
    pub fn new(input: Signal, layers: &[WideLayer], largest_q: f64) -> Option<Self> {
        let mut signal = input;
        let mut passages = Vec::with_capacity(layers.len());
        for layer in layers {
            let passage = layer.pass(signal);
            if passage.q.is_nan() || passage.q > largest_q {
                return None;
            }
            signal = passage.output;
            passages.push(passage);
        }
        let mut log_squares = vec![0.0; layers.len()];
        // Of g, the mean square of ∂L/∂h_out, so that ∂L/∂z of the last layer has 1.
        let mut log_g = -passages.last().map_or(0.0, |passage| libm::log(passage.c));
        let mut directed = None;
        for (index, (layer, passage)) in layers.iter().zip(&passages).enumerate().rev() {
            if let Some(skip) = layer.skip(passage) {
                let above = directed.unwrap_or_else(|| Gradient::without_direction(skip.output, skip.units));
                let (grad_u, below) = skip.back(&above);
                log_squares[index] = log_g + libm::log(skip.alpha * skip.alpha * grad_u / passage.divisor);
                log_g += libm::log(below.mean_square);
                directed = Some(below.normalized());
                continue;
            }
            directed = None;
            log_squares[index] = log_g + libm::log(passage.c);
            let past = if layer.spec.residual.is_some() { 1.0 } else { 0.0 };
            log_g += libm::log(past + layer.sigma_w2 * passage.c);
        }
        Some(Self { passages, log_squares })
    }
}
