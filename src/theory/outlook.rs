//! What becomes of the gradient over the hidden layers of an experiment that was not made yet.

use super::NoPrediction;
use super::band_sampler::BandSampler;
use super::prediction::predict;
use crate::experiment::Experiment;
use serde::{Deserialize, Serialize};

/// How ‖∂L/∂z‖ of an experiment's first batch will change over its hidden layers, going back from the output.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    /// The geometric mean of a layer's factors: `total^(1 / (L - 1))`. 1 where there is one hidden layer.
    pub factor_per_layer: f64,
    /// ‖∂L/∂z‖ of the first hidden layer over that of the last whose gradient is not zero. 0 where no gradient passes, and
    /// infinite where numbers leave the format.
    pub total: f64,
    /// Whether networks of the experiment's width were drawn, of which this is the median; by theory otherwise.
    pub is_drawn: bool,
}

impl Outlook {
    fn new(log10_total: f64, hidden: usize, is_drawn: bool) -> Self {
        let log10_factor = if hidden > 1 { log10_total / (hidden - 1) as f64 } else { 0.0 };
        Self { factor_per_layer: libm::pow(10.0, log10_factor), total: libm::pow(10.0, log10_total), is_drawn }
    }

    /// What theory says; `None` where it says nothing.
    fn of_theory(experiment: &Experiment) -> Option<Self> {
        let hidden = experiment.depth as usize;
        match predict(experiment) {
            Ok(line) => {
                let ratio = |layer: usize| line.layers.get(layer)?.log10_ratio;
                Some(Self::new(ratio(0)? - ratio(hidden - 1)?, hidden, false))
            }
            Err(NoPrediction::Overflow) => Some(Self::new(f64::INFINITY, hidden, false)),
            Err(_) => None,
        }
    }
}

/// Makes an [`Outlook`], a network at a time.
#[derive(Clone, Debug)]
pub struct OutlookSampler {
    experiment: Experiment,
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

    /// Of a valid experiment.
    pub fn new(experiment: &Experiment) -> Self {
        let one = BandSampler::multiplications(experiment).max(1);
        let is_small = one <= Self::MOST_MULTIPLICATIONS;
        let wanted = (Self::MULTIPLICATIONS / one).clamp(Self::FEWEST as u64, Self::MOST as u64) as usize;
        let mut made = Self { experiment: experiment.clone(), sampler: None, wanted, outlook: None };
        match is_small.then(|| BandSampler::drawing(experiment)) {
            None => made.outlook = Outlook::of_theory(experiment),
            // Networks of equal weights are all one, which nobody draws.
            Some(Err(NoPrediction::EqualWeights)) => {}
            // No gradient passes in any network.
            Some(Err(_)) => made.outlook = Some(Outlook::new(f64::NEG_INFINITY, experiment.depth as usize, true)),
            Some(Ok(sampler)) => made.sampler = Some(Box::new(sampler)),
        }
        made
    }

    /// The same without any network, as theory says: where there is no memory for one.
    pub fn by_theory(experiment: &Experiment) -> Self {
        let outlook = Outlook::of_theory(experiment);
        Self { experiment: experiment.clone(), sampler: None, wanted: 0, outlook }
    }

    /// The memory in bytes that [`OutlookSampler::new`] and drawing take at most, about.
    pub fn bytes(experiment: &Experiment) -> usize {
        BandSampler::bytes(experiment)
    }

    /// Draws one network more, unless there are as many as wanted; returns whether more are wanted.
    pub fn sample_one(&mut self) -> bool {
        let Some(sampler) = &mut self.sampler else { return false };
        sampler.sample_one();
        if sampler.has_overflowed() {
            // In f32, in which they are drawn; what theory says of the experiment's own format holds.
            self.sampler = None;
            self.outlook = Outlook::of_theory(&self.experiment);
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
        let mut log10_totals: Vec<f64> = sampler.networks().filter_map(log10_total).collect();
        if log10_totals.len() < Self::FEWEST {
            return Outlook::of_theory(&self.experiment);
        }
        log10_totals.sort_by(f64::total_cmp);
        // The lower of both in the middle of an even number: between minus infinity and a number there is no mean.
        let median = log10_totals[(log10_totals.len() - 1) / 2];
        Some(Outlook::new(median, self.experiment.depth as usize, true))
    }
}

/// log10 of the total of a network with these log10 of ‖∂L/∂z‖, the output layer's being the last.
fn log10_total(log10_norms: &[f64]) -> Option<f64> {
    let (_, hidden) = log10_norms.split_last()?;
    let last = hidden.iter().rev().find(|norm| norm.is_finite());
    // Where no gradient reaches any hidden layer, none passes through them.
    Some(last.map_or(f64::NEG_INFINITY, |last| hidden[0] - last))
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
        let theory = Outlook::of_theory(&from_fragment(fragment).0).unwrap();
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
        assert_eq!(outlook("depth=1"), Some(Outlook { factor_per_layer: 1.0, total: 1.0, is_drawn: true }));
        // Beyond the f32 in which networks are drawn, theory speaks of f64.
        let wide_range = outlook("init=normal&gain=10&activation=linear&depth=60&precision=f64").unwrap();
        assert!(!wide_range.is_drawn && wide_range.total > 1e30 && wide_range.total.is_finite(), "{wide_range:?}");
    }

    #[test]
    fn networks_that_take_long_are_left_to_theory() {
        let sampler = OutlookSampler::new(&from_fragment("depth=100&width=256&activation=tanh&init=orthogonal").0);
        assert!(sampler.sampler.is_none() && sampler.outlook().is_some_and(|outlook| !outlook.is_drawn));
        let deep = from_fragment("depth=100&width=256&activation=tanh").0;
        assert!(BandSampler::multiplications(&deep) < OutlookSampler::MOST_MULTIPLICATIONS);
        // Too few networks are no median.
        let (experiment, _) = from_fragment("v=1");
        let mut sampler = OutlookSampler::new(&experiment);
        for _ in 1..OutlookSampler::FEWEST {
            sampler.sample_one();
        }
        assert!(!sampler.clone().outlook().unwrap().is_drawn);
        sampler.sample_one();
        assert!(sampler.outlook().unwrap().is_drawn);
    }
}
