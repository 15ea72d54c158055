//! The line of an experiment.

use super::first_batch::FirstBatch;
use super::recurrence::Recurrence;
use crate::data::sequences::{Corpus, Padding, Task};
use crate::experiment::{Experiment, Precision, Window};
use crate::nn::recurrent::{Cell, Reading, RecurrentInit};
use crate::theory::{Line, NoPrediction};

/// What theory expects of ‖∂L/∂h_t‖ of a valid recurrent experiment before its first step, over that of the last time step.
///
/// Weights are taken as normal, independent and the same at every time step, the layer as infinitely wide. Inputs count by
/// their products on the first batch. Beyond a window of truncated backpropagation the gradient is exactly zero.
///
/// # Errors
/// Where nothing was derived, with the reason.
pub(in super::super) fn line(experiment: &Experiment, corpus: &Corpus) -> Result<Line, NoPrediction> {
    refuse(experiment)?;
    let Some(cell) = experiment.cell() else { return Err(NoPrediction::DependentWeights) };
    let largest = match experiment.precision {
        Precision::F32 => f64::from(f32::MAX) * f64::from(f32::MAX),
        Precision::F64 => 1e300,
    };
    let network = recurrence(experiment, cell, &FirstBatch::new(experiment, corpus)?);
    let times = experiment.length as usize;
    let window = match experiment.window {
        Window::Full => times,
        Window::Steps(steps) => (steps as usize).min(times),
    };
    let within = network.log10_ratios(window - 1, largest).ok_or(NoPrediction::Overflow)?;
    // Over the steps of which the measured average is: not those of padding before the text, nor those of the readout.
    let way = experiment.way();
    let (back, readout) = (way.factors(), way.readout_of(way.factors()));
    let changed = within.get(back).filter(|_| back > 0).map(|total| total - within[readout]);
    let factor = changed.map(|changed| libm::pow(10.0, changed / (back - readout) as f64));
    let beyond = std::iter::repeat_n(f64::NEG_INFINITY, times - window);
    let log10_ratios = beyond.chain(within.into_iter().rev()).map(Some).collect();
    Ok(Line { log10_ratios, missing: None, factor, mean_squares: Vec::new() })
}

fn refuse(experiment: &Experiment) -> Result<(), NoPrediction> {
    match experiment.rec_init {
        RecurrentInit::Orthogonal | RecurrentInit::Identity => return Err(NoPrediction::DependentWeights),
        RecurrentInit::Pytorch | RecurrentInit::Normal => {}
    }
    if experiment.task.reading() == Reading::Each {
        return Err(NoPrediction::EveryStep);
    }
    if experiment.stack > 1 {
        return Err(NoPrediction::Levels);
    }
    if experiment.task == Task::Sentiment && experiment.padding != Padding::Before {
        return Err(NoPrediction::Padding);
    }
    Ok(())
}

/// The wide network of an experiment.
fn recurrence(experiment: &Experiment, cell: Cell, batch: &FirstBatch) -> Recurrence {
    let hidden = f64::from(experiment.hidden);
    // U(±1/√hidden), W_ih and all biases but the forget gate's.
    let variance = 1.0 / (3.0 * hidden);
    let embedding = experiment.task.has_embedding().then_some(f64::from(experiment.embedding));
    let mut input = batch.products(embedding);
    input.multiply(variance);
    Recurrence {
        cell,
        s2: match experiment.rec_init {
            RecurrentInit::Pytorch => 1.0 / 3.0,
            _ => experiment.rho * experiment.rho * square_by_radius(hidden),
        },
        input,
        bias_variance: variance,
        keeping_bias: if cell == Cell::Lstm { experiment.forget_bias } else { 0.0 },
    }
}

/// s² of a normal matrix over the square of its spectral radius, in the median over matrices.
///
/// 1 for a single unit; of many, the largest eigenvalue lies a little outside of the circle that the others fill. Fitted to
/// matrices of 1 to 128 units, within 3 %: the difference of the logarithms is −0.09 at 8, −0.13 at 16, −0.11 from 64 on.
fn square_by_radius(hidden: f64) -> f64 {
    libm::exp(-0.113 * (1.0 - libm::exp(-(hidden - 1.0) / 5.0)))
}
