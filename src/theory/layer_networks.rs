//! Multilayer perceptrons drawn as a run's was.

use super::NoPrediction;
use super::first_batch::FirstBatch;
use super::networks::Networks;
use crate::data::classes_of;
use crate::data::sequences::Corpus;
use crate::experiment::Experiment;
use crate::kernel::{LANES, Panels};
use crate::nn::{Initializer, Layer, Linear, Loss, Mlp, Normalization, Targets};
use crate::random::{Purpose, Random};
use ndarray::Array2;

/// Networks of an experiment on its first batch.
///
/// In f32, whatever the experiment's precision, with the engine's powers of two, so that no gradient is too small for it.
#[derive(Clone, Debug)]
pub(super) struct LayerNetworks {
    experiment: Experiment,
    mlp: Mlp<f32>,
    targets: Targets<f32>,
}

/// See [`super::foreteller::Foreteller::networks`].
pub(super) fn networks(experiment: &Experiment, corpus: &Corpus) -> Result<Box<dyn Networks>, NoPrediction> {
    Ok(Box::new(LayerNetworks::new(experiment, corpus)?))
}

impl LayerNetworks {
    /// Of a valid experiment.
    ///
    /// # Errors
    /// Where the gradient of every network is exactly zero, or all networks are one.
    pub(super) fn new(experiment: &Experiment, corpus: &Corpus) -> Result<Self, NoPrediction> {
        match experiment.init {
            Initializer::Zeros => return Err(NoPrediction::ZeroWeights),
            Initializer::Constant => return Err(NoPrediction::EqualWeights),
            _ => {}
        }
        let batch = FirstBatch::new(experiment, corpus)?;
        let rows = batch.x.nrows();
        match experiment.norm {
            Normalization::Batch if rows == 1 => return Err(NoPrediction::FewSamples),
            Normalization::Layer if experiment.width == 1 => return Err(NoPrediction::FewUnits),
            _ => {}
        }
        let layers: Vec<_> = experiment
            .layer_specs()
            .into_iter()
            .map(|spec| {
                let (weight, bias) = (Array2::zeros((spec.fan_in, spec.fan_out)), Array2::zeros((1, spec.fan_out)));
                (spec, Linear::new(&weight, Some(&bias)))
            })
            .collect();
        let mut mlp = Mlp::new(layers, rows);
        let input = mlp.input_mut(rows);
        for ((row, col), x) in batch.x.indexed_iter() {
            input.set(row, col, *x as f32);
        }
        Ok(Self {
            experiment: experiment.clone(),
            mlp,
            targets: match experiment.loss {
                Loss::SoftmaxCrossEntropy => Targets::Classes(classes_of(&batch.y)),
                Loss::BceWithLogits | Loss::Mse => Targets::Values(Panels::from_array(&batch.y)),
            },
        })
    }
}

impl Networks for LayerNetworks {
    fn places(&self) -> usize {
        self.mlp.layers.len()
    }

    fn multiplications(&self) -> u64 {
        multiplications(&self.experiment)
    }

    fn norms(&mut self, network: u32) -> Vec<f64> {
        let Experiment { seed, loss, .. } = self.experiment;
        let mut random = Random::new(seed, Purpose::Ensemble { network });
        for (index, layer) in self.mlp.layers.iter_mut().enumerate() {
            layer.linear = self.experiment.draw_layer(index, &layer.spec, &mut random);
        }
        self.mlp.forward();
        let (output, grad) = self.mlp.output_and_grad();
        loss.evaluate(output, &self.targets, grad);
        self.mlp.backward_z();
        self.mlp.layers.iter().map(Layer::grad_z_norm).collect()
    }
}

/// See [`super::foreteller::Foreteller::multiplications`].
pub(super) fn multiplications(experiment: &Experiment) -> u64 {
    let layers = experiment.layer_specs().into_iter().map(|spec| {
        let weights = (spec.fan_in * spec.fan_out) as u64;
        // Each vector is made orthogonal to all before it, twice.
        let few = spec.fan_in.min(spec.fan_out) as u64;
        let orthogonal = if experiment.init == Initializer::Orthogonal { 2 * few } else { 0 };
        // Drawing a weight takes about as long as 50.
        weights * (2 * u64::from(experiment.batch_size()) + 50 + orthogonal)
    });
    layers.sum()
}

/// See [`super::foreteller::Foreteller::bytes`].
pub(super) fn bytes(experiment: &Experiment) -> usize {
    let (specs, rows) = (experiment.layer_specs(), experiment.batch_size() as usize + 2);
    let padded = |units: usize| units.next_multiple_of(LANES);
    let layers = specs.iter().map(|spec| {
        // W, b and their gradients; a, φ′, and with a skip or a normalization h_out and z; a few numbers of each.
        let buffers = 2 + usize::from(spec.residual.is_some()) + usize::from(spec.norm != Normalization::None);
        padded(spec.fan_out) * (2 * spec.fan_in + buffers * rows + 16)
    });
    let widest = specs.iter().map(|spec| padded(spec.fan_in.max(spec.fan_out))).max().unwrap_or(0);
    let normalized = specs.iter().filter(|spec| spec.norm != Normalization::None).count();
    // z, its gradients and Wᵀ of one layer at a time; what a normalization keeps of each row.
    let work = widest * (widest + 6 * rows) + 6 * LANES * rows * normalized;
    // One layer more while it is drawn, in f64, and made orthogonal.
    let drawn = 4 * size_of::<f64>() * widest * widest;
    (layers.sum::<usize>() + work) * size_of::<f32>() + drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::from_fragment;

    #[test]
    fn the_memory_of_a_network_is_known_before_it_is_made() {
        for fragment in [
            "v=1",
            "depth=30&width=256&batch=1",
            "depth=20&width=100&batch=full&residual=add",
            "depth=50&width=33&norm=layer&activation=relu",
            "depth=50&width=32&norm=batch&batch=full&activation=relu",
            "depth=3&width=2&dataset=noise&batch=5",
        ] {
            let (experiment, notices) = from_fragment(fragment);
            assert_eq!(notices, [], "{fragment}");
            let taken = LayerNetworks::new(&experiment, &Corpus::NONE).unwrap().mlp.bytes();
            let expected = bytes(&experiment);
            assert!(
                (taken..3 * taken + (16 << 10)).contains(&expected),
                "{fragment}: {expected} bytes, and it took {taken}"
            );
        }
    }
}
