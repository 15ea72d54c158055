//! The spread of the gradient's norm over the random weights, by drawing networks.

use super::NoPrediction;
use super::band::Band;
use super::first_batch::FirstBatch;
use super::relu_law::exact_band;
use crate::data::classes_of;
use crate::experiment::Experiment;
use crate::kernel::{LANES, Panels};
use crate::nn::{Initializer, Layer, Linear, Loss, Mlp, Normalization, Targets};
use crate::random::{Purpose, Random};
use ndarray::Array2;

/// The band of an experiment: at once where it is known exactly (see [`exact_band`]), otherwise by drawing networks as the
/// experiment would and measuring the gradient of each on the experiment's first batch.
///
/// The networks come from a stream of their own, never from the run's: the band says what to expect of the run before
/// anything is known of its weights. One network is drawn at a time, so that a worker can train in between; the memory is
/// that of one network and of [`BandSampler::wanted`] rows of L + 1 numbers.
///
/// In f32, whatever the experiment's precision, with the engine's powers of two, so that no gradient is too small for it.
#[derive(Clone, Debug)]
pub struct BandSampler {
    experiment: Experiment,
    exact: Option<Band>,
    mlp: Mlp<f32>,
    targets: Targets<f32>,
    wanted: usize,
    drawn: usize,
    /// The logarithms of a network's layers, network after network.
    log10_ratios: Vec<f64>,
    has_overflowed: bool,
}

impl BandSampler {
    /// The fewest networks of which a band is made: of 19, each edge leaves one network outside.
    pub const FEWEST: usize = 19;

    /// A sampler for a valid experiment.
    ///
    /// # Errors
    /// Where the gradient of every network is exactly zero.
    pub fn new(experiment: &Experiment) -> Result<Self, NoPrediction> {
        let mut sampler = Self::drawing(experiment)?;
        sampler.exact = exact_band(experiment);
        if sampler.exact.is_some() {
            sampler.wanted = 0;
        }
        Ok(sampler)
    }

    /// A sampler that draws even where the band is known.
    pub(super) fn drawing(experiment: &Experiment) -> Result<Self, NoPrediction> {
        let batch = FirstBatch::new(experiment);
        let rows = batch.x.nrows();
        match experiment.init {
            Initializer::Zeros => return Err(NoPrediction::ZeroWeights),
            Initializer::Constant => return Err(NoPrediction::EqualWeights),
            _ => {}
        }
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
        let weights: usize = layers.iter().map(|(spec, _)| spec.fan_in * spec.fan_out).sum();
        let mut mlp = Mlp::new(layers, rows);
        let input = mlp.input_mut(rows);
        for ((row, col), x) in batch.x.indexed_iter() {
            input.set(row, col, *x as f32);
        }
        Ok(Self {
            experiment: experiment.clone(),
            exact: None,
            mlp,
            targets: match experiment.loss {
                Loss::SoftmaxCrossEntropy => Targets::Classes(classes_of(&batch.y)),
                Loss::BceWithLogits | Loss::Mse => Targets::Values(Panels::from_array(&batch.y)),
            },
            wanted: wanted(weights, rows),
            drawn: 0,
            log10_ratios: Vec::new(),
            has_overflowed: false,
        })
    }

    /// How many networks make the band as sharp as it needs to be; none where it is known exactly.
    pub fn wanted(&self) -> usize {
        self.wanted
    }

    /// How many networks were drawn.
    pub fn samples(&self) -> usize {
        self.drawn
    }

    /// Whether numbers of a network were too large for f32.
    pub(super) fn has_overflowed(&self) -> bool {
        self.has_overflowed
    }

    /// Of every network that has a gradient, log10 of each layer's ‖∂L/∂z‖ over the output layer's.
    pub(super) fn networks(&self) -> impl Iterator<Item = &[f64]> {
        self.log10_ratios.chunks_exact(self.mlp.layers.len())
    }

    /// About how many multiplications it takes to draw a network of an experiment and to measure it.
    pub(super) fn multiplications(experiment: &Experiment) -> u64 {
        let layers = experiment.layer_specs().into_iter().map(|spec| {
            let weights = (spec.fan_in * spec.fan_out) as u64;
            // Each vector is made orthogonal to all before it, twice.
            let few = spec.fan_in.min(spec.fan_out) as u64;
            let orthogonal = if experiment.init == Initializer::Orthogonal { 2 * few } else { 0 };
            weights * (per_weight(experiment.batch_size() as usize) + orthogonal)
        });
        layers.sum()
    }

    /// The memory in bytes that drawing networks of an experiment takes at most, about.
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

    /// Draws one network more, unless there are as many as wanted; returns whether more are wanted.
    pub fn sample_one(&mut self) -> bool {
        if self.drawn >= self.wanted || self.has_overflowed {
            return false;
        }
        let Experiment { seed, init, gain, bias_std, loss, .. } = self.experiment;
        let mut random = Random::new(seed, Purpose::Ensemble { network: self.drawn as u32 });
        self.drawn += 1;
        for layer in &mut self.mlp.layers {
            let (weight, bias) = init.draw(layer.spec.fan_in, layer.spec.fan_out, gain, bias_std, &mut random);
            layer.linear = Linear::new(&weight, Some(&bias));
        }
        self.mlp.forward();
        let (output, grad) = self.mlp.output_and_grad();
        loss.evaluate(output, &self.targets, grad);
        self.mlp.backward_z();
        let norms = || self.mlp.layers.iter().map(Layer::grad_z_norm);
        self.has_overflowed |= !norms().all(f64::is_finite);
        let output = norms().next_back().unwrap_or(0.0);
        // Where the loss itself has no gradient, because every sample is learnt to the last digit, there is no ratio.
        if output > 0.0 {
            self.log10_ratios.extend(norms().map(|norm| libm::log10(norm) - libm::log10(output)));
        }
        self.drawn < self.wanted && !self.has_overflowed
    }

    /// The band by the networks drawn so far; `None` while they are fewer than [`BandSampler::FEWEST`].
    ///
    /// The edges are the order statistics at `p (n + 1)`, between two neighbours in proportion, so that a new network
    /// falls inside with probability 90 % whatever their distribution.
    ///
    /// # Errors
    /// Where numbers of a network were too large for f32.
    pub fn band(&self) -> Result<Option<Band>, NoPrediction> {
        if let Some(exact) = &self.exact {
            return Ok(Some(exact.clone()));
        }
        if self.has_overflowed {
            return Err(NoPrediction::Overflow);
        }
        let layers = self.mlp.layers.len();
        if self.log10_ratios.len() < Self::FEWEST * layers {
            return Ok(None);
        }
        let mut band = Band { low: Vec::new(), median: Vec::new(), high: Vec::new() };
        for layer in 0..layers {
            let mut sorted: Vec<f64> = self.log10_ratios.iter().skip(layer).step_by(layers).copied().collect();
            sorted.sort_by(f64::total_cmp);
            band.low.push(quantile(&sorted, 0.05));
            band.median.push(quantile(&sorted, 0.5));
            band.high.push(quantile(&sorted, 0.95));
        }
        Ok(Some(band))
    }
}

/// As many networks as a fixed amount of work draws, from 200 to 1000.
///
/// With 200 networks the band holds 90 % ± 2 % of all (one standard deviation), with 1000 90 % ± 1 %.
fn wanted(weights: usize, batch: usize) -> usize {
    // About a second of a processor.
    const MULTIPLICATIONS: u64 = 5_000_000_000;
    let one = weights as u64 * per_weight(batch);
    (MULTIPLICATIONS / one).clamp(200, 1000) as usize
}

/// The multiplications that a weight costs; drawing it takes about as long as 50.
fn per_weight(batch: usize) -> u64 {
    2 * batch as u64 + 50
}

/// The p-quantile of a sorted sample: the value at `p (n + 1)`, counted from 1.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let place = p * (sorted.len() + 1) as f64 - 1.0;
    let (below, part) = (place.floor() as usize, place - place.floor());
    let (low, high) = (sorted[below], sorted[(below + 1).min(sorted.len() - 1)]);
    // Between minus infinity and a number there is no proportion.
    if low == high || low.is_infinite() { low } else { low + part * (high - low) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::from_fragment;

    #[test]
    fn drawn_bands_agree_with_the_exact_law() {
        for fragment in ["width=8&depth=6", "width=16&depth=20", "width=64&depth=4&init=xavier-normal&gain=1.5"] {
            let (experiment, _) = from_fragment(&format!("activation=relu&init=kaiming-normal&batch=1&{fragment}"));
            let mut drawing = BandSampler::drawing(&experiment).unwrap();
            while drawing.sample_one() {}
            let exact = exact_band(&experiment).unwrap();
            let (layers, drawn) = (exact.low.len(), drawing.samples() as f64);
            for layer in 0..layers - 1 {
                for (p, edge) in [(0.05, exact.low[layer]), (0.5, exact.median[layer]), (0.95, exact.high[layer])] {
                    let ratios = drawing.log10_ratios.iter().skip(layer).step_by(layers);
                    let below = ratios.filter(|ratio| **ratio < edge).count() as f64 / drawn;
                    let deviation = f64::sqrt(p * (1.0 - p) / drawn);
                    assert!((below - p).abs() < 4.0 * deviation, "{fragment}, layer {}: {below}, not {p}", layer + 1);
                }
            }
            let mut sampler = BandSampler::new(&experiment).unwrap();
            assert!(!sampler.sample_one() && sampler.band() == Ok(Some(exact)));
        }
    }

    #[test]
    fn a_band_is_fixed_by_its_experiment_and_needs_a_few_networks() {
        let (experiment, _) = from_fragment("depth=100&dataset=noise&batch=5");
        let band = |count: usize| {
            let mut sampler = BandSampler::new(&experiment).unwrap();
            for _ in 0..count {
                assert!(sampler.sample_one());
            }
            sampler.band().unwrap()
        };
        assert_eq!(band(18), None);
        let nineteen = band(19).unwrap();
        assert_eq!(band(19), Some(nineteen.clone()));
        assert!(nineteen.low[0] < -50.0 && nineteen.low[0].is_finite(), "no underflow: {}", nineteen.low[0]);
        assert_eq!((nineteen.low[100], nineteen.high[100]), (0.0, 0.0));
    }

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
            let taken = BandSampler::drawing(&experiment).unwrap().mlp.bytes();
            let expected = BandSampler::bytes(&experiment);
            assert!(
                (taken..3 * taken + (16 << 10)).contains(&expected),
                "{fragment}: {expected} bytes, and it took {taken}"
            );
        }
    }

    #[test]
    fn where_no_gradient_passes_or_numbers_overflow_it_is_said() {
        let reason = |fragment: &str| BandSampler::new(&from_fragment(fragment).0).err();
        assert_eq!(reason("init=zeros"), Some(NoPrediction::ZeroWeights));
        assert_eq!(reason("norm=batch&batch=1"), Some(NoPrediction::FewSamples));
        assert_eq!(reason("norm=layer&width=1"), Some(NoPrediction::FewUnits));
        let mut sampler = BandSampler::new(&from_fragment("init=normal&gain=10&activation=linear&depth=60").0).unwrap();
        assert!(!sampler.sample_one());
        assert_eq!(sampler.band(), Err(NoPrediction::Overflow));
    }

    #[test]
    fn quantiles_split_a_sample_where_they_should() {
        let sample: Vec<f64> = (1..=19).map(f64::from).collect();
        assert_eq!([0.05, 0.5, 0.95].map(|p| quantile(&sample, p)), [1.0, 10.0, 19.0]);
        let sample: Vec<f64> = (1..=20).map(f64::from).collect();
        assert!((quantile(&sample, 0.05) - 1.05).abs() < 1e-12 && (quantile(&sample, 0.95) - 19.95).abs() < 1e-12);
        // Of 20, the 5 % quantile lies between the first and the second.
        for zeros in 1..=20 {
            let mut sample = [0.5; 20];
            sample[..zeros].fill(f64::NEG_INFINITY);
            assert_eq!(quantile(&sample, 0.05), f64::NEG_INFINITY);
        }
    }
}
