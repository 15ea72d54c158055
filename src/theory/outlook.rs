//! What becomes of the gradient over the places of an experiment that was not made yet.

use super::NoPrediction;
use super::band_sampler::BandSampler;
use super::foreteller::Foreteller;
use crate::data::sequences::Corpus;
use crate::experiment::{Experiment, Way};
use serde::{Deserialize, Serialize};

/// How the gradient of an experiment's first batch will change on its way back: ‖∂L/∂z‖ over the hidden layers of a multilayer
/// perceptron, ‖∂L/∂h‖ over the time steps of a recurrent network. Where its gradient is cut after a window of time steps,
/// over the last of those windows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    /// The geometric mean of the factors of a step back but for those of the readout ([`Way::readout`]), so that a power of
    /// it is `beyond_readout`. 1 where it is one place.
    pub factor_per_place: f64,
    /// The norm at the first place over that at the last whose gradient is not zero, or where each sample's begins at a place
    /// of its own, at the place where it is largest, as the verdict has it (see [`Way::compared`]). 0 where no gradient
    /// passes, and infinite where numbers leave the format.
    pub total: f64,
    /// The same without the factors of the readout.
    pub beyond_readout: f64,
    /// Whether networks of the experiment's size were drawn, of which this is the median; by theory otherwise.
    pub is_drawn: bool,
}

impl Outlook {
    fn new(change: Change, is_drawn: bool) -> Self {
        let Change { log10_total, log10_beyond, averaged } = change;
        let log10_factor = if averaged > 0 { log10_beyond / averaged as f64 } else { 0.0 };
        let [factor_per_place, total, beyond_readout] =
            [log10_factor, log10_total, log10_beyond].map(|l| libm::pow(10.0, l));
        Self { factor_per_place, total, beyond_readout, is_drawn }
    }
}

/// log10 of how a gradient changes on its way, of the same without the readout's factors, and how many those are.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Change {
    log10_total: f64,
    log10_beyond: f64,
    averaged: usize,
}

impl Change {
    /// Of these log10 of the norms at the places that are compared.
    fn of(way: &Way, log10_norms: &[f64]) -> Self {
        match log10_norms.iter().rposition(|norm| norm.is_finite()) {
            Some(last) => {
                let level = last - way.readout_of(last);
                let over = |place: usize| match log10_norms[0] - log10_norms[place] {
                    // Nothing over nothing.
                    ratio if ratio.is_nan() => f64::NEG_INFINITY,
                    ratio => ratio,
                };
                Self { log10_total: over(last), log10_beyond: over(level), averaged: level }
            }
            // Where no gradient reaches any place, none passes through them.
            None => Self::all(way, f64::NEG_INFINITY),
        }
    }

    /// By the same in all and without the readout: nothing, or beyond all bounds.
    fn all(way: &Way, log10_total: f64) -> Self {
        let factors = way.factors();
        Self { log10_total, log10_beyond: log10_total, averaged: factors - way.readout_of(factors) }
    }
}

/// Makes an [`Outlook`], a network at a time.
#[derive(Debug)]
pub struct OutlookSampler {
    foreteller: Foreteller,
    experiment: Experiment,
    corpus: Corpus,
    sampler: Option<Box<BandSampler>>,
    wanted: usize,
    outlook: Option<Outlook>,
}

impl OutlookSampler {
    /// The fewest networks of which a median is made.
    pub const FEWEST: usize = 5;

    /// The most networks that are drawn: the median's deviation is then a quarter of theirs. Where they are large they are
    /// fewer, as those of large width are more alike.
    pub const MOST: usize = 31;

    /// As many networks as this many multiplications draw are enough.
    const MULTIPLICATIONS: u64 = 1_000_000_000;

    /// A network that takes more multiplications than this, about half a second, is not drawn.
    const MOST_MULTIPLICATIONS: u64 = 2_500_000_000;

    /// Of a valid experiment of any kind, on the texts that are shipped.
    pub fn new(experiment: &Experiment) -> Self {
        Self::by(&Foreteller::of(experiment), experiment, &Corpus::default())
    }

    /// Of a valid experiment of the foreteller's kind, on the texts of a corpus.
    pub fn by(foreteller: &Foreteller, experiment: &Experiment, corpus: &Corpus) -> Self {
        let one = foreteller.multiplications(experiment).max(1);
        let is_small = one <= Self::MOST_MULTIPLICATIONS;
        let wanted = (Self::MULTIPLICATIONS / one).clamp(Self::FEWEST as u64, Self::MOST as u64) as usize;
        let mut made = Self::undrawn(foreteller, experiment, corpus, wanted);
        match is_small.then(|| BandSampler::drawing(foreteller, experiment, corpus)) {
            None => made.outlook = made.of_theory(),
            // Networks of equal weights are all one, which nobody draws; without its text, none is.
            Some(Err(NoPrediction::EqualWeights | NoPrediction::NoText)) => {}
            // No gradient passes in any network.
            Some(Err(_)) => made.outlook = Some(Outlook::new(Change::all(&experiment.way(), f64::NEG_INFINITY), true)),
            Some(Ok(sampler)) => made.sampler = Some(Box::new(sampler)),
        }
        made
    }

    /// The same without any network, as theory says: where there is no memory for one.
    pub fn by_theory(foreteller: &Foreteller, experiment: &Experiment, corpus: &Corpus) -> Self {
        let mut made = Self::undrawn(foreteller, experiment, corpus, 0);
        made.outlook = made.of_theory();
        made
    }

    fn undrawn(foreteller: &Foreteller, experiment: &Experiment, corpus: &Corpus, wanted: usize) -> Self {
        let (experiment, corpus) = (experiment.clone(), corpus.clone());
        Self { foreteller: *foreteller, experiment, corpus, sampler: None, wanted, outlook: None }
    }

    /// The memory in bytes that [`OutlookSampler::by`] and drawing take at most, about.
    pub fn bytes(foreteller: &Foreteller, experiment: &Experiment) -> usize {
        foreteller.bytes(experiment)
    }

    /// What theory says; `None` where it says nothing.
    fn of_theory(&self) -> Option<Outlook> {
        let way = self.experiment.way();
        match self.foreteller.line(&self.experiment, &self.corpus) {
            Ok(line) => {
                let ratios = line.log10_ratios.get(way.places.clone())?;
                let is_known = ratios.first()?.is_some() && ratios.last()?.is_some();
                let ratios: Vec<f64> = ratios.iter().map(|ratio| ratio.unwrap_or(f64::NAN)).collect();
                is_known.then(|| Outlook::new(Change::of(&way, &ratios), false))
            }
            Err(NoPrediction::Overflow) => Some(Outlook::new(Change::all(&way, f64::INFINITY), false)),
            Err(_) => None,
        }
    }

    /// Draws one network more, unless there are as many as wanted; returns whether more are wanted.
    pub fn sample_one(&mut self) -> bool {
        let Some(sampler) = &mut self.sampler else { return false };
        sampler.sample_one();
        if sampler.has_overflowed() {
            // In f32, in which they are drawn; what theory says of the experiment's own format holds.
            self.sampler = None;
            self.outlook = self.of_theory();
            return false;
        }
        sampler.samples() < self.wanted
    }

    /// How many networks were drawn.
    pub fn samples(&self) -> usize {
        self.sampler.as_ref().map_or(0, |sampler| sampler.samples())
    }

    /// What came of it: the median of the networks, or theory's word where they are fewer than [`OutlookSampler::FEWEST`];
    /// `None` where theory has none either.
    pub fn outlook(self) -> Option<Outlook> {
        let Some(sampler) = &self.sampler else { return self.outlook };
        let way = self.experiment.way();
        let changed = |ratios: &[f64]| Change::of(&way, &ratios[way.compared(ratios, f64::NEG_INFINITY)]);
        let mut changes: Vec<Change> = sampler.drawn_ratios().map(changed).collect();
        if changes.len() < Self::FEWEST {
            return self.of_theory();
        }
        changes.sort_by(|a, b| a.log10_total.total_cmp(&b.log10_total));
        // The lower of both in the middle of an even number: between minus infinity and a number there is no mean.
        Some(Outlook::new(changes[(changes.len() - 1) / 2], true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::from_fragment;

    fn outlook(fragment: &str) -> Option<Outlook> {
        let (experiment, notices) = from_fragment(fragment);
        assert_eq!(notices, [], "{fragment}");
        let mut sampler = OutlookSampler::new(&experiment);
        while sampler.sample_one() {}
        sampler.outlook()
    }

    #[test]
    fn narrow_layers_lose_what_theory_of_wide_ones_keeps() {
        let fragment = "depth=50&width=4&activation=linear&init=lecun-normal";
        let layers = Foreteller::of_layers();
        let theory = OutlookSampler::by_theory(&layers, &from_fragment(fragment).0, &Corpus::NONE).outlook().unwrap();
        assert!((theory.total - 1.0).abs() < 1e-9 && !theory.is_drawn);
        assert!(outlook(fragment).unwrap().total < 0.05);
    }

    #[test]
    fn nothing_that_passes_and_nothing_that_stays_finite_are_told() {
        let total = |fragment: &str| outlook(fragment).map(|outlook| outlook.total);
        assert_eq!(total("init=zeros"), Some(0.0));
        assert_eq!(total("norm=batch&batch=1"), Some(0.0));
        assert_eq!(total("depth=40&width=1&activation=relu"), Some(0.0), "half of all units are off");
        assert_eq!(total("init=normal&gain=10&activation=linear&depth=100"), Some(f64::INFINITY));
        assert_eq!(
            outlook("depth=1"),
            Some(Outlook { factor_per_place: 1.0, total: 1.0, beyond_readout: 1.0, is_drawn: true })
        );
        // Beyond the f32 in which networks are drawn, theory speaks of f64.
        let wide_range = outlook("init=normal&gain=10&activation=linear&depth=60&precision=f64").unwrap();
        assert!(!wide_range.is_drawn && wide_range.total > 1e30 && wide_range.total.is_finite(), "{wide_range:?}");
    }

    #[test]
    fn networks_that_take_long_are_left_to_theory() {
        let sampler = OutlookSampler::new(&from_fragment("depth=100&width=256&activation=tanh&init=orthogonal").0);
        assert!(sampler.sampler.is_none() && sampler.outlook().is_some_and(|outlook| !outlook.is_drawn));
        let deep = from_fragment("depth=100&width=256&activation=tanh").0;
        assert!(Foreteller::of_layers().multiplications(&deep) < OutlookSampler::MOST_MULTIPLICATIONS);
        // Too few networks are no median.
        let (experiment, _) = from_fragment("v=1");
        for (networks, is_drawn) in [(OutlookSampler::FEWEST - 1, false), (OutlookSampler::FEWEST, true)] {
            let mut sampler = OutlookSampler::new(&experiment);
            (0..networks).for_each(|_| _ = sampler.sample_one());
            assert_eq!(sampler.outlook().unwrap().is_drawn, is_drawn);
        }
    }
}
