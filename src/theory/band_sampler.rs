//! The spread of the gradient's norm over the random weights, by drawing networks.

use super::NoPrediction;
use super::band::Band;
use super::foreteller::Foreteller;
use super::networks::Networks;
use crate::data::sequences::Corpus;
use crate::experiment::Experiment;

/// The band of an experiment: at once where it is known exactly (see [`super::exact_band`]), otherwise by drawing networks as
/// the experiment would and measuring the gradient of each on the experiment's first batch.
///
/// The networks come from a stream of their own, never from the run's: the band says what to expect of the run before
/// anything is known of its weights. One network is drawn at a time, so that a worker can train in between; the memory is
/// that of one network and of [`BandSampler::wanted`] rows of a number for each place.
#[derive(Debug)]
pub struct BandSampler {
    exact: Option<Band>,
    networks: Box<dyn Networks>,
    wanted: usize,
    drawn: usize,
    /// The logarithms of a network's places, network after network.
    log10_ratios: Vec<f64>,
    has_overflowed: bool,
}

impl BandSampler {
    /// The fewest networks of which a band is made: of 19, each edge leaves one network outside.
    pub const FEWEST: usize = 19;

    /// A sampler for a valid experiment of any kind, on the texts that are shipped.
    ///
    /// # Errors
    /// As [`BandSampler::by`].
    pub fn new(experiment: &Experiment) -> Result<Self, NoPrediction> {
        Self::by(&Foreteller::of(experiment), experiment, &Corpus::default())
    }

    /// A sampler for a valid experiment of the foreteller's kind, on the texts of a corpus.
    ///
    /// # Errors
    /// Where the gradient of every network is exactly zero.
    pub fn by(foreteller: &Foreteller, experiment: &Experiment, corpus: &Corpus) -> Result<Self, NoPrediction> {
        let mut sampler = Self::drawing(foreteller, experiment, corpus)?;
        sampler.exact = foreteller.exact_band(experiment);
        if sampler.exact.is_some() {
            sampler.wanted = 0;
        }
        Ok(sampler)
    }

    /// A sampler that draws even where the band is known.
    pub(super) fn drawing(
        foreteller: &Foreteller,
        experiment: &Experiment,
        corpus: &Corpus,
    ) -> Result<Self, NoPrediction> {
        let networks = foreteller.networks(experiment, corpus)?;
        let wanted = wanted(networks.multiplications());
        Ok(Self { exact: None, networks, wanted, drawn: 0, log10_ratios: Vec::new(), has_overflowed: false })
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

    /// Of every network that has a gradient, log10 of each place's norm over that at the last.
    pub(super) fn drawn_ratios(&self) -> impl Iterator<Item = &[f64]> {
        self.log10_ratios.chunks_exact(self.networks.places())
    }

    /// Draws one network more, unless there are as many as wanted; returns whether more are wanted.
    pub fn sample_one(&mut self) -> bool {
        if self.drawn >= self.wanted || self.has_overflowed {
            return false;
        }
        let norms = self.networks.norms(self.drawn as u32);
        self.drawn += 1;
        self.has_overflowed |= !norms.iter().all(|norm| norm.is_finite());
        // The last place, or where every sample is read before it, the last at which one is. Where the loss itself has no
        // gradient, because every sample is learnt to the last digit, there is no ratio.
        if let Some(last) = norms.iter().rev().find(|norm| **norm > 0.0) {
            self.log10_ratios.extend(norms.iter().map(|norm| libm::log10(*norm) - libm::log10(*last)));
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
        let places = self.networks.places();
        if self.log10_ratios.len() < Self::FEWEST * places {
            return Ok(None);
        }
        let mut band = Band { low: Vec::new(), median: Vec::new(), high: Vec::new() };
        for place in 0..places {
            let mut sorted: Vec<f64> = self.log10_ratios.iter().skip(place).step_by(places).copied().collect();
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
fn wanted(multiplications: u64) -> usize {
    // About a second of a processor.
    const MULTIPLICATIONS: u64 = 5_000_000_000;
    (MULTIPLICATIONS / multiplications.max(1)).clamp(200, 1000) as usize
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
    use crate::theory::exact_band;

    #[test]
    fn drawn_bands_agree_with_the_exact_law() {
        for fragment in ["width=8&depth=6", "width=16&depth=20", "width=64&depth=4&init=xavier-normal&gain=1.5"] {
            let (experiment, _) = from_fragment(&format!("activation=relu&init=kaiming-normal&batch=1&{fragment}"));
            let mut drawing = BandSampler::drawing(&Foreteller::of_layers(), &experiment, &Corpus::NONE).unwrap();
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
