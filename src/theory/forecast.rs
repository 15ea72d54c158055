//! Theory beside what was measured: from ratios to the norms that a run should have.

use super::NoPrediction;
use super::band::Band;
use super::line::Line;
use serde::{Deserialize, Serialize};

/// What theory expects of a run before its first step, beside what was measured there.
///
/// Theory speaks of ratios to the last place, the output layer or the last time step, or where no sample is read there, to the
/// last that has a gradient; norms come of them by the one measured there.
///
/// The line is for wide layers of independent weights. Where networks of the run's own width do something else, it leaves
/// the band that they draw: then it is no expectation of this run, and what it says is not said. Their median is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// The gradient's norm at step 0, from the first place to the last: ‖∂L/∂z‖ of the layers, or ‖∂L/∂h‖ of the time steps.
    pub measured: Vec<f64>,
    /// What wide layers would do; of use as far as the band allows, see [`Forecast::kept_line`].
    pub line: Result<Line, NoPrediction>,
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
    /// The expected norms from the first place to the last: by the line, and where it says nothing by the median of the
    /// networks drawn; NaN where neither says anything. With a band, always within it.
    pub fn center(&self) -> Vec<f64> {
        let (line, band) = (self.kept_line(), self.edges());
        let ratio = |place: usize| {
            let edges = band.and_then(|band| Some((*band.low.get(place)?, *band.high.get(place)?)));
            // Past an edge by no more than rounding.
            let within = |ratio: f64| edges.map_or(ratio, |(low, high)| ratio.max(low).min(high));
            let line = ratio_at(line, place).map(within);
            line.or_else(|| band?.median.get(place).copied()).unwrap_or(f64::NAN)
        };
        self.norms((0..self.measured.len()).map(ratio))
    }

    /// The line, unless it leaves the band of the networks drawn at some place before the last.
    pub fn kept_line(&self) -> Option<&Line> {
        self.line.as_ref().ok().filter(|_| !self.line_leaves_band())
    }

    /// Whether the line leaves the band at some place before the last: networks of this width do not follow it.
    pub fn line_leaves_band(&self) -> bool {
        let (Ok(line), Some(band)) = (&self.line, self.edges()) else { return false };
        let edges = band.low.iter().zip(&band.high).take(self.before_last());
        line.log10_ratios
            .iter()
            .zip(edges)
            .any(|(ratio, (low, high))| ratio.is_some_and(|ratio| ratio < low - EDGE || ratio > high + EDGE))
    }

    /// The norm above which 95 % of networks lie at each place; NaN without a band.
    pub fn low(&self) -> Vec<f64> {
        self.edge(|band| &band.low)
    }

    /// The norm below which 95 % of networks lie at each place; NaN without a band.
    pub fn high(&self) -> Vec<f64> {
        self.edge(|band| &band.high)
    }

    /// Whether a norm is expected at any place but that whose own is given.
    pub fn says_something(&self) -> bool {
        self.center()[..self.before_last()].iter().any(|norm| !norm.is_nan())
    }

    /// Whether the line of some places is missing, and that of the networks drawn stands in for it.
    pub fn has_stand_in(&self) -> bool {
        let line = self.kept_line();
        let is_missing = |place: usize| ratio_at(line, place).is_none();
        self.edges().is_some() && self.says_something() && (0..self.before_last()).any(is_missing)
    }

    /// Whether the line is there at some place before the last.
    pub fn has_line(&self) -> bool {
        let line = self.kept_line();
        (0..self.before_last()).any(|place| ratio_at(line, place).is_some())
    }

    /// Why the line is missing at some places or at all.
    pub fn reason(&self) -> Option<NoPrediction> {
        match &self.line {
            Ok(_) if self.line_leaves_band() => Some(NoPrediction::Width),
            Ok(line) => line.missing,
            Err(reason) => Some(*reason),
        }
    }

    /// Where the norm measured at a place, counted from 0, lies; `None` without a band.
    pub fn standing(&self, place: usize) -> Option<Standing> {
        self.standing_of(place, *self.measured.get(place)?)
    }

    /// Where another norm at that place lies, measured at a later step, say; `None` without a band.
    pub fn standing_of(&self, place: usize, norm: f64) -> Option<Standing> {
        let (band, last) = (self.edges()?, self.unit());
        if !(norm.is_finite() && last.is_finite()) {
            return None;
        }
        let ratio = libm::log10(norm) - libm::log10(last);
        Some(match (*band.low.get(place)?, *band.high.get(place)?) {
            (low, _) if ratio < low - EDGE => Standing::Below,
            (_, high) if ratio > high + EDGE => Standing::Above,
            _ => Standing::Inside,
        })
    }

    /// By what the gradient is multiplied at a place, by theory: see [`Line::factor`]. `None` where the line says nothing of it,
    /// and where it leaves the band.
    pub fn factor(&self) -> Option<f64> {
        self.kept_line()?.factor
    }

    /// After how many places the squared norm has changed by e, by theory: see [`Line::memory`].
    pub fn memory(&self) -> Option<f64> {
        self.kept_line()?.memory()
    }

    /// The places before the last that has a gradient.
    fn before_last(&self) -> usize {
        self.measured.iter().rposition(|norm| *norm != 0.0).unwrap_or(self.measured.len().saturating_sub(1))
    }

    /// The norm there, to which ratios are; NaN where there is none.
    fn unit(&self) -> f64 {
        self.measured.get(self.before_last()).copied().filter(|norm| *norm > 0.0).unwrap_or(f64::NAN)
    }

    fn edges(&self) -> Option<&Band> {
        self.band.as_ref().ok()?.as_ref()
    }

    fn edge(&self, edge: impl Fn(&Band) -> &Vec<f64>) -> Vec<f64> {
        let ratios = self.edges().map(edge);
        self.norms((0..self.measured.len()).map(|place| ratios.and_then(|r| r.get(place).copied()).unwrap_or(f64::NAN)))
    }

    /// The norms whose ratios to that of the last place with a gradient have these logarithms.
    fn norms(&self, log10_ratios: impl Iterator<Item = f64>) -> Vec<f64> {
        let last = self.unit();
        log10_ratios.map(|ratio| libm::pow(10.0, ratio) * last).collect()
    }
}

fn ratio_at(line: Option<&Line>, place: usize) -> Option<f64> {
    *line?.log10_ratios.get(place)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sequences::Corpus;
    use crate::experiment::share::from_fragment;
    use crate::theory::Foreteller;

    fn line(fragment: &str) -> Result<Line, NoPrediction> {
        Foreteller::of_layers().line(&from_fragment(fragment).0, &Corpus::NONE)
    }

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
        let line = line("depth=2").unwrap();
        let expected = 5.0 * libm::pow(10.0, line.log10_ratios[0].unwrap());
        let found = Forecast { line: Ok(line), band: Ok(None), ..found };
        assert_eq!((found.center()[0], found.center()[2]), (expected, 5.0));
        assert!(found.low().iter().all(|low| low.is_nan()) && !found.has_stand_in() && found.has_line());
        assert_eq!((found.reason(), found.standing(0)), (None, None));
        let factor = found.factor().unwrap();
        assert!((found.memory().unwrap() * -2.0 * factor.ln() - 1.0).abs() < 1e-12, "{found:?}");
        let nothing = Forecast { measured: vec![0.0; 3], ..found };
        assert!(!nothing.says_something(), "of nothing there are no ratios");
        let nothing = Forecast { measured: vec![0.0; 3], ..forecast([1.0; 3], -2.0, -1.0) };
        assert!(!nothing.says_something() && !nothing.has_stand_in(), "nothing stands in where nothing is said");
    }

    #[test]
    fn a_line_outside_of_the_band_is_no_expectation() {
        let line = line("depth=2").unwrap();
        let [first, second] = [0, 1].map(|layer| line.log10_ratios[layer].unwrap());
        let with = |low: [f64; 2], high: [f64; 2]| {
            let [low, high] = [low, high].map(|edge| vec![edge[0], edge[1], 0.0]);
            let median = low.iter().zip(&high).map(|(low, high)| 0.5 * (low + high)).collect();
            let band = Ok(Some(Band { low, median, high }));
            Forecast { measured: vec![1.0; 3], line: Ok(line.clone()), band, is_complete: true }
        };
        let inside = with([first - 0.1, second - 0.1], [first + 0.1, second + 0.1]);
        assert!(inside.has_line() && !inside.has_stand_in() && inside.reason().is_none() && inside.factor().is_some());
        // Half a hundredth of a decade beyond in one layer, and nothing of it is said in any.
        for outside in [
            with([first + 0.005, second - 0.1], [first + 0.1, second + 0.1]),
            with([first - 0.1, second - 0.1], [first + 0.1, second - 0.005]),
        ] {
            assert!(!outside.has_line() && outside.has_stand_in() && outside.factor().is_none());
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
}
