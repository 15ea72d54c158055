//! The border of networks of layers: their depth times ln χ of the deep ones.

use super::word::{Border, NoBorder, Through};
use crate::experiment::{Experiment, Key, Kind, Value};
use crate::nn::{Initializer, Normalization, Residual};
use crate::sweep::axis::Axis;
use crate::sweep::definition::Sweep;
use crate::sweep::plan::experiment_with;
use crate::theory::limit_from;

/// Values along an axis of numbers: where one is the depth, which costs nothing, and where χ is computed for each.
pub(super) const FINE: usize = 121;
pub(super) const COARSE: usize = 49;

/// A variance from which most activations come to the fixed point that they come to from any.
const START_VARIANCE: f64 = 1.0;

/// Makes the values of networks of layers, a χ at a time.
#[derive(Debug)]
pub(super) struct LayersSampler {
    base: Experiment,
    across: Places,
    up: Option<Places>,
    /// One for every combination of values but the depth's, as far as they are computed; NaN where theory has none.
    log_chis: Vec<f64>,
    /// Why it has none at the first place where it is known why.
    reason: Option<NoBorder>,
}

/// The places along an axis at which theory is asked.
#[derive(Debug)]
struct Places {
    axis: Axis,
    values: Vec<Value>,
    count: usize,
}

impl Places {
    fn new(axis: &Axis, is_fine: bool) -> Self {
        let (axis, values) = (axis.clone(), axis.values());
        let count = match values.len() {
            0 | 1 => values.len(),
            _ if axis.is_of_numbers() => {
                if is_fine {
                    FINE
                } else {
                    COARSE
                }
            }
            names => names,
        };
        Self { axis, values, count }
    }

    /// The number at one of the places.
    fn number(&self, index: usize) -> Option<f64> {
        let place =
            index as f64 * self.values.len().saturating_sub(1) as f64 / self.count.saturating_sub(1).max(1) as f64;
        self.axis.number_at(&self.values, place)
    }

    /// The value there: of whole numbers the nearest.
    fn value(&self, index: usize) -> Value {
        match (self.number(index), self.axis.key.kind()) {
            (Some(number), Kind::Integer { .. }) => Value::Integer(number.round() as u32),
            (Some(number), _) => Value::Real(number),
            (None, _) => self.values[index.min(self.values.len() - 1)],
        }
    }

    fn is_depth(&self) -> bool {
        self.axis.key == Key::Depth
    }
}

impl LayersSampler {
    /// Of a map of an experiment.
    ///
    /// # Errors
    /// Why it has no border, as far as that is known before it is computed.
    pub(super) fn new(sweep: &Sweep, base: &Experiment) -> Result<Self, NoBorder> {
        let is_on_axis = |key: Key| sweep.axes().any(|axis| axis.key == key);
        // Along an axis there may be other values, which have one.
        if let Some((_, reason)) = reasons(base).find(|(key, _)| !is_on_axis(*key)) {
            return Err(reason);
        }
        let has_depth = is_on_axis(Key::Depth) || sweep.up.is_none();
        let across = Places::new(&sweep.across, has_depth);
        let up = sweep.up.as_ref().map(|axis| Places::new(axis, has_depth));
        Ok(Self { base: base.clone(), across, up, log_chis: Vec::new(), reason: None })
    }

    /// How many places there are along both axes but the depth's.
    fn counts(&self) -> (usize, usize) {
        let count = |places: &Places| if places.is_depth() { 1 } else { places.count };
        (count(&self.across), self.up.as_ref().map_or(1, count))
    }

    /// Computes χ at another place, and says whether there are more.
    pub(super) fn work(&mut self) -> bool {
        let (columns, rows) = self.counts();
        if self.log_chis.len() < columns * rows {
            let (column, row) = (self.log_chis.len() % columns, self.log_chis.len() / columns);
            let settings = [(&self.across, column)].into_iter().chain(self.up.as_ref().map(|up| (up, row)));
            let settings = settings.filter(|(places, _)| !places.is_depth());
            let settings = settings.map(|(places, index)| (places.axis.key, places.value(index))).collect();
            let experiment = experiment_with(&self.base, settings).ok();
            let chi = experiment.as_ref().and_then(chi_of);
            if let (None, None, Some(experiment)) = (self.reason, chi, &experiment) {
                self.reason = reasons(experiment).next().map(|(_, reason)| reason);
            }
            self.log_chis.push(chi.map_or(f64::NAN, libm::log));
        }
        self.log_chis.len() < columns * rows
    }

    /// The values, and why theory has none at the first place where it has none.
    pub(super) fn values(self) -> (Border, Option<NoBorder>) {
        let (columns, rows) = (self.across.count, self.up.as_ref().map_or(1, |up| up.count));
        let (columns_of_chi, _) = self.counts();
        let value = |index: usize| {
            let (column, row) = (index % columns, index / columns);
            let of_chi = |places: &Places, index: usize| if places.is_depth() { 0 } else { index };
            let place =
                of_chi(&self.across, column) + columns_of_chi * self.up.as_ref().map_or(0, |up| of_chi(up, row));
            let depth = [Some((&self.across, column)), self.up.as_ref().map(|up| (up, row))].into_iter().flatten();
            let depth = depth.filter(|(places, _)| places.is_depth()).find_map(|(places, index)| places.number(index));
            depth.unwrap_or(self.base.depth.into()) * self.log_chis.get(place).copied().unwrap_or(f64::NAN)
        };
        let values = (0..columns * rows).map(value).collect();
        (Border { through: Through::Layers, columns, rows, values }, self.reason)
    }
}

/// Why theory has nothing to say of an experiment's network, with the parameter that is why.
fn reasons(experiment: &Experiment) -> impl Iterator<Item = (Key, NoBorder)> {
    let is_drawn = !matches!(experiment.init, Initializer::Zeros | Initializer::Constant);
    [
        (experiment.residual != Residual::None, Key::Residual, NoBorder::Skips),
        (experiment.norm == Normalization::Batch, Key::Norm, NoBorder::BatchNorm),
        (!is_drawn, Key::Init, NoBorder::Weights),
    ]
    .into_iter()
    .filter_map(|(holds, key, reason)| holds.then_some((key, reason)))
}

/// χ in the deep layers of an experiment's network, if theory has one.
fn chi_of(experiment: &Experiment) -> Option<f64> {
    if reasons(experiment).next().is_some() {
        return None;
    }
    limit_from(experiment, START_VARIANCE)?.fixed_point.chi.filter(|chi| *chi > 0.0)
}
