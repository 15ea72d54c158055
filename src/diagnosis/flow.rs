//! How the gradient changes on its way back.

use crate::experiment::{Entry, Experiment, Way};
use crate::train::StepReport;

/// How the norm of the gradient changes over the places of its way, going back from the loss: ‖∂L/∂z‖ over the hidden
/// layers of a multilayer perceptron, ‖∂L/∂h‖ over the time steps of a recurrent network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    /// The factor per place: the geometric mean of the factors measured but for those of the readout, so that a power of
    /// it is `beyond_readout`. 0 where no gradient arrives, 1 where there are no two places to compare.
    pub factor: f64,
    /// The norm at the first place over that at `from`. NaN where all are zero.
    pub total: f64,
    /// How many of the factors, those next to the loss, are of the readout (see [`Way::readout`]).
    pub readout: usize,
    /// The norm at the first place over that where the readout's factors end: `total` where there are none.
    pub beyond_readout: f64,
    /// The place, from 1, from which the gradient comes: the last of the way whose gradient is not zero. Where each
    /// sample's begins at a place of its own and then shrinks, the place where it is largest.
    pub from: usize,
    /// The first place of the way, from 1.
    pub to: usize,
    /// Places of the way whose gradient is exactly zero.
    pub zero_places: usize,
    /// Whether every place has a gradient of its own, from a loss there.
    pub has_own: bool,
}

/// The total factor under which the gradient vanishes, and over whose inverse it explodes.
const VANISHING_TOTAL: f64 = 1e-3;

/// The total factor under which the gradient is weakened, though not vanishing, and over whose inverse it has grown.
const WEAKENED_TOTAL: f64 = 0.1;

impl Flow {
    /// Whether the gradient loses over nine tenths of its size on the way, and not by the readout alone. Where every place
    /// has one of its own, what comes from later ones is not seen.
    pub fn is_weakened(&self) -> bool {
        self.total.max(self.beyond_readout) < WEAKENED_TOTAL && !self.has_own
    }

    /// Whether it grows over a thousandfold on the way.
    pub fn explodes(&self) -> bool {
        self.explodes_within(1.0)
    }

    /// The same of so many times less.
    pub(super) fn explodes_within(&self, times: f64) -> bool {
        self.total * times > 1.0 / VANISHING_TOTAL
    }

    /// Whether it shrinks over a thousandfold, or does not arrive; never said where every place has a gradient of its own.
    pub fn vanishes(&self) -> bool {
        self.vanishes_within(1.0)
    }

    /// The same of so many times less.
    pub(super) fn vanishes_within(&self, times: f64) -> bool {
        (self.total < VANISHING_TOTAL * times || self.zero_places > 0) && !self.has_own
    }

    /// Up to which place, from 1, the gradient is under a thousandth of that at `from`, or over a thousand times as much:
    /// `true`. `None` where that is no place, and where every place has a gradient of its own. `norms` are those of all
    /// places of the network.
    pub fn far_up_to(&self, norms: &[f64]) -> Option<(usize, bool)> {
        let begins = *norms.get(self.from.checked_sub(1)?)?;
        if self.has_own || !(begins > 0.0 && begins.is_finite()) {
            return None;
        }
        let count = |is_far: &dyn Fn(f64) -> bool| norms.iter().take_while(|norm| is_far(**norm)).count();
        let less = count(&|norm| norm < VANISHING_TOTAL * begins);
        let more = count(&|norm| norm > begins / VANISHING_TOTAL);
        let until = less.max(more);
        (until > 0).then_some((until, more > less))
    }

    /// Whether a gradient that changes by this total arrives: what a repair must bring about.
    pub fn is_in_range(total: f64) -> bool {
        (VANISHING_TOTAL..=1.0 / VANISHING_TOTAL).contains(&total)
    }

    /// How many times the gradient is multiplied between the places that are compared.
    pub fn factors(&self) -> usize {
        self.from.saturating_sub(self.to)
    }

    /// How many of them the average is of.
    pub fn averaged(&self) -> usize {
        self.factors() - self.readout
    }

    /// By what the readout's factors multiply it, all together; 1 where there are none.
    pub fn by_readout(&self) -> f64 {
        if self.readout == 0 { 1.0 } else { self.total / self.beyond_readout }
    }

    /// The flow that a report of an experiment measured.
    pub fn of(experiment: &Experiment, report: &StepReport) -> Self {
        let norms = report.series(report.layout().leading()).unwrap_or_default();
        Self::along(&experiment.way(), &norms)
    }

    /// Of the norms at all places of a network.
    pub fn along(way: &Way, norms: &[f64]) -> Self {
        let compared = way.compared(norms, 0.0);
        let first = compared.start;
        let flow = Self::past(way, &norms[compared]);
        Self { from: first + flow.from, to: first + 1, has_own: way.entry == Entry::Each, ..flow }
    }

    /// Of norms, of which the last are those next to the loss.
    pub fn through(norms: &[f64]) -> Self {
        Self::past(&Way { places: 0..norms.len(), entry: Entry::Last, readout: 0 }, norms)
    }

    /// Of the norms on a way.
    fn past(way: &Way, norms: &[f64]) -> Self {
        // Skip connections lead past a layer whose units are all off.
        let last = norms.iter().rposition(|norm| *norm != 0.0);
        let over =
            |place: Option<usize>| norms.first().map_or(1.0, |first| first / place.map_or(0.0, |place| norms[place]));
        let readout = way.readout_of(last.unwrap_or(0));
        let level = last.map(|last| last - readout);
        let factor = match level {
            None if !norms.is_empty() => 0.0,
            None | Some(0) => 1.0,
            // By logarithms, because a ratio of norms may leave the range of f64 before its root does.
            Some(level) => ((norms[0].ln() - norms[level].ln()) / level as f64).exp(),
        };
        let zero_places = norms.iter().filter(|norm| **norm == 0.0).count();
        let from = last.map_or(norms.len(), |last| last + 1);
        Self {
            factor,
            total: over(last),
            readout,
            beyond_readout: over(level),
            from,
            to: 1,
            zero_places,
            has_own: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_of_the_factor_is_the_total() {
        for norms in [&[0.7, 3.0, 0.2, 1.0][..], &[1e-200, 1e-10, 1e-250], &[5.0, 5.0], &[2.0, 3.0, 4.0, 0.0]] {
            let flow = Flow::through(norms);
            let steps = norms.iter().rposition(|norm| *norm > 0.0).unwrap() as i32;
            let power = flow.factor.powi(steps);
            assert!((power / flow.total - 1.0).abs() < 1e-9, "{norms:?}: {flow:?}");
        }
    }

    #[test]
    fn the_steps_of_the_readout_are_of_no_average() {
        let way = |places| Way { places, entry: Entry::Last, readout: 2 };
        let flow = Flow::along(&way(0..5), &[4.0, 2.0, 1.0, 5.0, 40.0]);
        assert_eq!((flow.factor, flow.total, flow.beyond_readout), (2.0, 0.1, 4.0));
        assert_eq!((flow.from, flow.readout, flow.averaged(), flow.by_readout()), (5, 2, 2, 0.025));
        // What the readout alone takes is not lost through time, and what is cut before it leaves nothing else to say.
        let level = Flow::along(&way(0..4), &[1.0, 1.0, 5.0, 40.0]);
        assert!(!level.is_weakened() && Flow::along(&way(0..4), &[0.05, 1.0, 5.0, 40.0]).is_weakened());
        let cut = Flow::along(&way(2..5), &[0.0, 0.0, 0.25, 0.5, 1.0]);
        assert_eq!((cut.factor, cut.readout, cut.beyond_readout), (0.5, 0, 0.25));
        let nothing = Flow::along(&way(0..3), &[0.0; 3]);
        assert_eq!((nothing.factor, nothing.readout, nothing.by_readout()), (0.0, 0, 1.0));
    }

    #[test]
    fn far_is_a_thousandth_of_where_the_gradient_comes_from() {
        let far = |entry, norms: &[f64]| {
            Flow::along(&Way { places: 0..norms.len(), entry, readout: 0 }, norms).far_up_to(norms)
        };
        assert_eq!(far(Entry::Last, &[1e-5, 1e-4, 1e-2, 1.0]), Some((2, false)));
        assert_eq!(far(Entry::Last, &[1e5, 1e4, 1e2, 1.0]), Some((2, true)));
        assert_eq!(far(Entry::Last, &[0.5, 1.0]), None);
        assert_eq!(far(Entry::Each, &[1e-5, 1.0]), None);
        // Most sentences end at step 4, and the last is padding for nearly all: it is no measure.
        assert_eq!(far(Entry::Ends, &[1e-4, 1e-3, 1e-1, 1.0, 2e-3]), Some((1, false)));
        assert_eq!(far(Entry::Ends, &[1e-4, 1e-1, 1.0, 0.0]), Some((1, false)));
        assert_eq!(far(Entry::Last, &[0.0, 0.0]), None);
    }

    #[test]
    fn nothing_that_arrives_is_no_factor_of_one() {
        for (norms, factor) in [
            (&[0.0, 1.0, 1.0][..], 0.0),
            (&[0.0, 0.0], 0.0),
            (&[0.0], 0.0),
            (&[3.0], 1.0),
            (&[3.0, 0.0], 1.0),
            (&[], 1.0),
        ] {
            assert_eq!(Flow::through(norms).factor, factor, "{norms:?}");
        }
    }

    #[test]
    fn a_way_leaves_out_what_is_cut_and_what_has_not_begun() {
        let way = |places, entry| Way { places, entry, readout: 0 };
        // What truncation cuts is exactly zero, and no part of the way.
        let cut = Flow::along(&way(2..5, Entry::Last), &[0.0, 0.0, 0.25, 0.5, 1.0]);
        assert_eq!((cut.factor, cut.total, cut.from, cut.to, cut.zero_places), (0.5, 0.25, 5, 3, 0));
        // Two sentences end at step 3 and one at step 4; step 5 is padding for all.
        let masked = Flow::along(&way(0..5, Entry::Ends), &[0.25, 0.5, 1.0, 0.5, 0.0]);
        assert_eq!((masked.factor, masked.total, masked.from, masked.zero_places), (0.5, 0.25, 3, 0));
        let growing = Flow::along(&way(0..3, Entry::Ends), &[16.0, 4.0, 1.0]);
        assert_eq!((growing.factor, growing.total, growing.from), (4.0, 16.0, 3));
        // A flat curve of gradients that each step has by itself says nothing of what passes; growth does.
        let own = Flow::along(&way(0..3, Entry::Each), &[1e-4, 1.0, 1.0]);
        assert!(!own.vanishes() && !own.is_weakened() && !own.explodes());
        assert!(Flow::along(&way(0..3, Entry::Each), &[1e4, 1e2, 1.0]).explodes());
        // A report that has fewer places than its experiment is no reason to fail.
        assert_eq!(Flow::along(&way(3..9, Entry::Last), &[1.0, 1.0]).total, 1.0);
    }
}
