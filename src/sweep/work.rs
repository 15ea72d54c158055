//! How much work a run is, about.

use super::outcome::Need;
use crate::experiment::Experiment;
use crate::nn::Initializer;

/// Drawing a weight takes about as long as so many multiplications.
const DRAWING: f64 = 50.0;

/// And updating it.
const UPDATE: f64 = 10.0;

/// Besides its products, each sample costs about as much as so many in every unit: activation, slopes, norms.
const UNIT: f64 = 30.0;

/// What even the smallest run and the smallest step take, in multiplications.
const LEAST_RUN: f64 = 200_000.0;
const LEAST_STEP: f64 = 5_000.0;

/// About how many multiplications it takes to do what is asked of a run.
pub fn multiplications(experiment: &Experiment, need: Need) -> f64 {
    let (weights, units, times) = size(experiment);
    let batch = f64::from(experiment.batch_size()) * times;
    // Forward, back to the units, and back to the weights.
    let step = 3.0 * batch * (weights + UNIT * units) + UPDATE * weights + LEAST_STEP;
    let orthogonal = if experiment.init == Initializer::Orthogonal { 2.0 * f64::from(experiment.width) } else { 0.0 };
    let drawing = weights * (DRAWING + orthogonal);
    // All training samples and as many that are held out, forward.
    let scores = 2.0 * f64::from(experiment.sample_count()) * times * (weights + UNIT * units);
    LEAST_RUN + drawing + step * (f64::from(need.steps) + 1.0) + if need.is_scored { scores } else { 0.0 }
}

/// Weights, units and time steps of a network.
fn size(experiment: &Experiment) -> (f64, f64, f64) {
    let Some(cell) = experiment.cell() else {
        let specs = experiment.layer_specs();
        let weights = specs.iter().map(|spec| (spec.fan_in * spec.fan_out) as f64).sum();
        return (weights, specs.iter().map(|spec| spec.fan_out as f64).sum(), 1.0);
    };
    let (hidden, stack) = (f64::from(experiment.hidden), f64::from(experiment.stack));
    let blocks = cell.blocks() as f64;
    // Inputs are few, or embedded.
    let weights = blocks * stack * hidden * (2.0 * hidden + 16.0);
    (weights, blocks * stack * hidden, f64::from(experiment.length))
}
