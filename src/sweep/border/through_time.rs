//! The border of recurrent networks: by what theory expects the mean square of the gradient to change on its way back through
//! the time steps, as a logarithm.

use super::word::{Border, NoBorder, Through};
use crate::data::sequences::Corpus;
use crate::experiment::Experiment;
use crate::sweep::plan::Plan;
use crate::theory::{Foreteller, NoPrediction};
use std::f64::consts::LN_10;

/// Makes the values of recurrent networks, a cell at a time: the lengths and the inputs of the cells are theirs alone, and
/// between them the values bend little.
#[derive(Debug)]
pub(super) struct ThroughTimeSampler {
    plan: Plan,
    theory: Foreteller,
    corpus: Corpus,
    values: Vec<f64>,
    /// Why theory has none at the first cell where it has none.
    reason: Option<NoBorder>,
}

impl ThroughTimeSampler {
    pub(super) fn new(plan: Plan, theory: Foreteller, corpus: Corpus) -> Self {
        Self { plan, theory, corpus, values: Vec::new(), reason: None }
    }

    /// Computes the value of another cell, and says whether there are more.
    pub(super) fn work(&mut self) -> bool {
        if let Some(cell) = self.plan.cells.get(self.values.len()) {
            let value = cell.experiment.as_ref().ok().map(|experiment| value(&self.theory, experiment, &self.corpus));
            if let Some(Err(reason)) = value {
                self.reason.get_or_insert(reason);
            }
            self.values.push(value.and_then(Result::ok).unwrap_or(f64::NAN));
        }
        self.values.len() < self.plan.cells.len()
    }

    /// The values, and why theory has none at the first cell where it has none.
    pub(super) fn values(self) -> (Border, Option<NoBorder>) {
        let (columns, rows) = (self.plan.columns(), self.plan.rows());
        (Border { through: Through::Time, columns, rows, values: self.values }, self.reason)
    }
}

/// The logarithm of the mean square of an experiment's gradient at the first place of its way over that at the last.
///
/// # Errors
/// Why there is none.
fn value(theory: &Foreteller, experiment: &Experiment, corpus: &Corpus) -> Result<f64, NoBorder> {
    let line = theory.line(experiment, corpus).map_err(no_border)?;
    let way = experiment.way();
    if way.factors() == 0 {
        return Err(NoBorder::NoWay);
    }
    let at = |place: usize| line.log10_ratios.get(place).copied().flatten().filter(|ratio| ratio.is_finite());
    let ends = at(way.places.start).zip(at(way.places.end - 1));
    ends.map(|(first, last)| 2.0 * LN_10 * (first - last)).ok_or(NoBorder::Overflow)
}

fn no_border(reason: NoPrediction) -> NoBorder {
    match reason {
        NoPrediction::DependentWeights => NoBorder::DependentWeights,
        NoPrediction::EveryStep => NoBorder::EveryStep,
        NoPrediction::Levels => NoBorder::Levels,
        NoPrediction::Padding => NoBorder::Padding,
        NoPrediction::NoText => NoBorder::NoText,
        // The others are of layers.
        NoPrediction::Overflow
        | NoPrediction::ZeroWeights
        | NoPrediction::EqualWeights
        | NoPrediction::FewSamples
        | NoPrediction::FewUnits
        | NoPrediction::Geometry
        | NoPrediction::Width => NoBorder::Overflow,
    }
}
