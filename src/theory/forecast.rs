//! Theory beside what was measured: from ratios to the norms that a run should have.

use super::NoPrediction;
use super::band::Band;
use super::prediction::Prediction;
use serde::{Deserialize, Serialize};

/// What theory expects of a run before its first step, beside what was measured there.
///
/// Theory speaks of ratios to the output layer; norms come of them by the output layer's measured one.
///
/// The line is for wide layers of independent weights. Where networks of the run's own width do something else, it leaves
/// the band that they draw: then it is no expectation of this run, and what it says is not said. Their median is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// ‖∂L/∂z‖ at step 0, from layer 1 to the output layer.
    pub measured: Vec<f64>,
    /// What wide layers would do; of use as far as the band allows, see [`Forecast::kept_line`].
    pub line: Result<Prediction, NoPrediction>,
    /// What networks of the run's width do; `None` while too few of them were drawn, or where drawing takes too long.
    pub band: Result<Option<Band>, NoPrediction>,
    /// Whether the band is final.
    pub is_complete: bool,
}

/// Where a measured norm lies by the central 90 % of networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Under it.
    Below,
    /// Within it.
    Inside,
    /// Over it.
    Above,
}

/// How far, in decades, a measurement may be beyond an edge and still count as inside: where all networks do the same,
/// as linear ones with orthogonal weights, the edges are apart by no more than rounding.
const EDGE: f64 = 1e-4;

impl Forecast {
    /// The expected norms from layer 1 to the output layer: by the line, and where it says nothing by the median of the
    /// networks drawn; NaN where neither says anything. With a band, always within it.
    pub fn center(&self) -> Vec<f64> {
        let (line, band) = (self.kept_line(), self.edges());
        let ratio = |layer: usize| {
            let edges = band.and_then(|band| Some((*band.low.get(layer)?, *band.high.get(layer)?)));
            // Past an edge by no more than rounding.
            let within = |ratio: f64| edges.map_or(ratio, |(low, high)| ratio.max(low).min(high));
            let line = ratio_in(line, layer).map(within);
            line.or_else(|| band?.median.get(layer).copied()).unwrap_or(f64::NAN)
        };
        self.norms((0..self.measured.len()).map(ratio))
    }

    /// The line, unless it leaves the band of the networks drawn in some hidden layer.
    pub fn kept_line(&self) -> Option<&Prediction> {
        self.line.as_ref().ok().filter(|_| !self.line_leaves_band())
    }

    /// Whether the line leaves the band in some hidden layer: networks of this width do not follow it.
    pub fn line_leaves_band(&self) -> bool {
        let (Ok(line), Some(band)) = (&self.line, self.edges()) else { return false };
        let edges = band.low.iter().zip(&band.high).take(self.hidden());
        line.layers.iter().zip(edges).any(|(layer, (low, high))| {
            layer.log10_ratio.is_some_and(|ratio| ratio < low - EDGE || ratio > high + EDGE)
        })
    }

    /// The norm above which 95 % of networks lie in each layer; NaN without a band.
    pub fn low(&self) -> Vec<f64> {
        self.edge(|band| &band.low)
    }

    /// The norm below which 95 % of networks lie in each layer; NaN without a band.
    pub fn high(&self) -> Vec<f64> {
        self.edge(|band| &band.high)
    }

    /// Whether a norm is expected of any layer but the output layer, whose own is given.
    pub fn says_something(&self) -> bool {
        self.center()[..self.hidden()].iter().any(|norm| !norm.is_nan())
    }

    /// Whether the line of some layers is missing, and that of the networks drawn stands in for it.
    pub fn has_stand_in(&self) -> bool {
        let line = self.kept_line();
        self.edges().is_some() && (0..self.hidden()).any(|layer| ratio_in(line, layer).is_none())
    }

    /// Whether the line is there in some layer before the output layer.
    pub fn has_line(&self) -> bool {
        let line = self.kept_line();
        (0..self.hidden()).any(|layer| ratio_in(line, layer).is_some())
    }

    /// Why the line is missing in some layers or in all.
    pub fn reason(&self) -> Option<NoPrediction> {
        match &self.line {
            Ok(_) if self.line_leaves_band() => Some(NoPrediction::Width),
            Ok(line) => line.missing,
            Err(reason) => Some(*reason),
        }
    }

    /// Where the norm measured in a layer, counted from 0, lies; `None` without a band.
    pub fn standing(&self, layer: usize) -> Option<Standing> {
        self.standing_of(layer, *self.measured.get(layer)?)
    }

    /// Where another norm in that layer lies, measured at a later step, say; `None` without a band.
    pub fn standing_of(&self, layer: usize, norm: f64) -> Option<Standing> {
        let (band, output) = (self.edges()?, *self.measured.last()?);
        if !(norm.is_finite() && output.is_finite() && output > 0.0) {
            return None;
        }
        let ratio = libm::log10(norm) - libm::log10(output);
        Some(match (*band.low.get(layer)?, *band.high.get(layer)?) {
            (low, _) if ratio < low - EDGE => Standing::Below,
            (_, high) if ratio > high + EDGE => Standing::Above,
            _ => Standing::Inside,
        })
    }

    /// A layer in the middle, counted from 0, that has its χ from the hidden layer after it; `None` where there is none.
    pub fn middle(&self) -> Option<usize> {
        self.kept_line()?.middle()
    }

    /// By what the gradient is multiplied in a layer: √χ of the middle one, and with skip connections, where χ changes from
    /// layer to layer, the geometric mean of all. `None` where the line says nothing of it, and where it leaves the band.
    pub fn factor(&self) -> Option<f64> {
        let line = self.kept_line()?;
        if line.limit.is_some() { line.middle_factor() } else { line.mean_factor() }
    }

    /// The layers before the output layer.
    fn hidden(&self) -> usize {
        self.measured.len().saturating_sub(1)
    }

    fn edges(&self) -> Option<&Band> {
        self.band.as_ref().ok()?.as_ref()
    }

    fn edge(&self, edge: impl Fn(&Band) -> &Vec<f64>) -> Vec<f64> {
        let ratios = self.edges().map(edge);
        self.norms((0..self.measured.len()).map(|layer| ratios.and_then(|r| r.get(layer).copied()).unwrap_or(f64::NAN)))
    }

    /// The norms whose ratios to the output layer's have these logarithms.
    fn norms(&self, log10_ratios: impl Iterator<Item = f64>) -> Vec<f64> {
        let output = self.measured.last().copied().filter(|norm| *norm > 0.0).unwrap_or(f64::NAN);
        log10_ratios.map(|ratio| libm::pow(10.0, ratio) * output).collect()
    }
}

fn ratio_in(line: Option<&Prediction>, layer: usize) -> Option<f64> {
    line?.layers.get(layer)?.log10_ratio
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::from_fragment;
    use crate::theory::predict;

    fn forecast(measured: [f64; 3], low: f64, high: f64) -> Forecast {
        let band = Band { low: vec![low, -1.0, 0.0], median: vec![-2.0, -0.5, 0.0], high: vec![high, 0.0, 0.0] };
        Forecast {
            measured: measured.to_vec(),
            line: Err(NoPrediction::Overflow),
            band: Ok(Some(band)),
            is_complete: true,
        }
    }

    #[test]
    fn norms_are_ratios_times_the_output_layers_own() {
        let found = forecast([0.1, 1.0, 5.0], f64::NEG_INFINITY, -1.0);
        assert_eq!(found.low(), [0.0, 0.5, 5.0]);
        assert_eq!(found.high(), [0.5, 5.0, 5.0]);
        assert!((found.center()[0] - 0.05).abs() < 1e-15, "the median stands in for the line");
        assert!(found.says_something() && found.has_stand_in() && !found.has_line());
        let (experiment, _) = from_fragment("depth=2");
        let line = predict(&experiment).unwrap();
        let expected = 5.0 * libm::pow(10.0, line.layers[0].log10_ratio.unwrap());
        let found = Forecast { line: Ok(line), band: Ok(None), ..found };
        assert_eq!((found.center()[0], found.center()[2]), (expected, 5.0));
        assert!(found.low().iter().all(|low| low.is_nan()) && !found.has_stand_in() && found.has_line());
        assert_eq!((found.middle(), found.reason(), found.standing(0)), (Some(0), None, None));
        let nothing = Forecast { measured: vec![0.0; 3], ..found };
        assert!(!nothing.says_something(), "of nothing there are no ratios");
    }

    #[test]
    fn a_line_outside_of_the_band_is_no_expectation() {
        let line = predict(&from_fragment("depth=2").0).unwrap();
        let [first, second] = [0, 1].map(|layer| line.layers[layer].log10_ratio.unwrap());
        let with = |low: [f64; 2], high: [f64; 2]| {
            let [low, high] = [low, high].map(|edge| vec![edge[0], edge[1], 0.0]);
            let median = low.iter().zip(&high).map(|(low, high)| 0.5 * (low + high)).collect();
            let band = Ok(Some(Band { low, median, high }));
            Forecast { measured: vec![1.0; 3], line: Ok(line.clone()), band, is_complete: true }
        };
        let inside = with([first - 0.1, second - 0.1], [first + 0.1, second + 0.1]);
        assert!(inside.has_line() && !inside.has_stand_in() && inside.reason().is_none() && inside.middle().is_some());
        // Half a hundredth of a decade beyond in one layer, and nothing of it is said in any.
        for outside in [
            with([first + 0.005, second - 0.1], [first + 0.1, second + 0.1]),
            with([first - 0.1, second - 0.1], [first + 0.1, second - 0.005]),
        ] {
            assert!(!outside.has_line() && outside.has_stand_in() && outside.middle().is_none());
            assert_eq!((outside.reason(), outside.kept_line()), (Some(NoPrediction::Width), None));
            let band = outside.band.clone().unwrap().unwrap();
            for (center, median) in outside.center().iter().zip(&band.median) {
                assert!((center.log10() - median).abs() < 1e-12, "{center} and not the median, 10^{median}");
            }
        }
        // Beyond by rounding, it is moved to the edge.
        let rounded = with([first + 1e-6, second], [first + 1e-6, second]);
        assert!(rounded.has_line() && rounded.center()[0] == rounded.low()[0]);
    }

    #[test]
    fn a_measurement_is_inside_the_band_or_beside_it() {
        let standing = |norm, low, high| forecast([norm, 1.0, 1.0], low, high).standing(0);
        assert_eq!(standing(0.05, -2.0, -1.0), Some(Standing::Inside));
        assert_eq!(standing(0.009, -2.0, -1.0), Some(Standing::Below));
        assert_eq!(standing(0.11, -2.0, -1.0), Some(Standing::Above));
        assert_eq!(standing(0.1 * (1.0 + 1e-7), -1.0, -1.0), Some(Standing::Inside), "but for rounding");
        assert_eq!(standing(0.0, f64::NEG_INFINITY, -1.0), Some(Standing::Inside), "zeros are expected");
        assert_eq!(standing(0.0, -9.0, -1.0), Some(Standing::Below));
        assert_eq!(standing(0.0, f64::NEG_INFINITY, f64::NEG_INFINITY), Some(Standing::Inside));
        assert_eq!(standing(f64::NAN, -2.0, -1.0), None);
    }

    #[test]
    fn the_middle_layer_is_one_whose_factor_is_known() {
        let middle = |fragment: &str| {
            let line = predict(&from_fragment(fragment).0);
            Forecast { line, band: Ok(None), ..forecast([1.0; 3], 0.0, 0.0) }.middle()
        };
        assert_eq!(middle("v=1"), Some(5));
        assert_eq!(middle("depth=1"), None);
        assert_eq!(middle("depth=8&norm=batch&activation=relu"), Some(5), "the first five are missing");
        assert_eq!(middle("norm=batch&activation=tanh"), None);
        assert_eq!(middle("init=zeros"), None);
    }
}
