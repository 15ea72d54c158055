//! Theory's word on a map: on which side of the edge of chaos its cells lie, and how far from it.

use super::axis::Axis;
use super::definition::Sweep;
use super::plan::experiment_with;
use crate::choice::choice;
use crate::experiment::{Experiment, Key, Kind, Value};
use crate::nn::{Initializer, Normalization, Residual};
use crate::theory::limit_from;
use serde::{Deserialize, Serialize};

/// Depth times ln χ over a map: 0 on its border, and ±6 where the network is six depth scales deep.
///
/// `χ = σ_w² E[φ′(√q* Z)²]` is by what the mean square of the gradient is multiplied in each of many layers, and ξ = 1 / |ln χ|
/// its depth scale, so D layers are `D |ln χ|` depth scales. S. S. Schoenholz et al. 2017, "Deep information propagation", find
/// networks up to about 6 ξ deep trainable.
///
/// Values stand row by row from the bottom up, evenly from the first value of each axis to its last; of an axis of names, one for
/// each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Border {
    /// Values in a row.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// The values; NaN where theory has none.
    pub values: Vec<f64>,
}

choice! {
    /// Why a map has no border.
    pub enum NoBorder {
        /// Its networks are recurrent: the theory is of layers.
        ThroughTime => "through-time",
        /// Skip connections, along which q grows from layer to layer.
        Skips => "skips",
        /// BatchNorm, with which the gradient depends on the angles between the samples.
        BatchNorm => "batch-norm",
        /// Weights that are not drawn.
        Weights => "weights",
        /// Neither χ nor the depth changes over the map.
        Same => "same",
        /// All of it is the border: χ = 1 everywhere.
        Critical => "critical",
    }
}

/// Depths are so many depth scales at the second of the map's curves.
pub const SCALES: f64 = 6.0;

/// Values along an axis of numbers: where one is the depth, which costs nothing, and where χ is computed for each.
const FINE: usize = 121;
const COARSE: usize = 49;

/// A variance from which most activations come to the fixed point that they come to from any.
const START_VARIANCE: f64 = 1.0;

/// Makes a [`Border`], a value of χ at a time.
#[derive(Debug)]
pub struct BorderSampler {
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

impl BorderSampler {
    /// Of a map of an experiment.
    ///
    /// # Errors
    /// Why it has no border, as far as that is known before it is computed.
    pub fn new(sweep: &Sweep, base: &Experiment) -> Result<Self, NoBorder> {
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
    pub fn work(&mut self) -> bool {
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

    /// What came of it.
    ///
    /// # Errors
    /// [`NoBorder::Same`] where nothing changes over the map, and [`NoBorder::Critical`] where that is χ = 1; where theory has
    /// no value at all, why it has none.
    pub fn border(self) -> Result<Border, NoBorder> {
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
        let values: Vec<f64> = (0..columns * rows).map(value).collect();
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        let (least, most) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        if least > most {
            return Err(self.reason.unwrap_or(NoBorder::Same));
        }
        match least.abs().max(most.abs()) {
            _ if most - least > 1e-9 => Ok(Border { columns, rows, values }),
            farthest if farthest <= 1e-9 => Err(NoBorder::Critical),
            _ => Err(NoBorder::Same),
        }
    }
}

/// Why theory has nothing to say of an experiment's network, with the parameter that is why.
fn reasons(experiment: &Experiment) -> impl Iterator<Item = (Key, NoBorder)> {
    let is_drawn = !matches!(experiment.init, Initializer::Zeros | Initializer::Constant);
    [
        (experiment.model.is_recurrent(), Key::Model, NoBorder::ThroughTime),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::from_fragment;

    fn border(base: &str, pairs: &str) -> Result<Border, NoBorder> {
        let (base, notices) = from_fragment(base);
        let (sweep, problems) = Sweep::from_pairs(pairs, &base);
        assert_eq!((notices, problems), (vec![], vec![]), "{pairs}");
        let mut sampler = BorderSampler::new(&sweep, &base)?;
        while sampler.work() {}
        sampler.border()
    }

    /// Where along its first row a border's sign changes, from 0 to 1.
    fn crossing(border: &Border) -> f64 {
        let row = &border.values[..border.columns];
        let index = row.windows(2).position(|pair| pair[0] < 0.0 && pair[1] >= 0.0).expect("a change of sign");
        let part = row[index] / (row[index] - row[index + 1]);
        (index as f64 + part) / (border.columns - 1) as f64
    }

    #[test]
    fn the_border_is_where_theory_has_it() {
        for (base, gain) in [
            // χ = σ_w² / 2 of ReLU, with σ_w² = 2 gain² and gain².
            ("activation=relu&init=kaiming-normal", 1.0),
            ("activation=relu&init=lecun-normal", 2f64.sqrt()),
            ("activation=tanh&init=xavier-normal", 1.0),
            ("activation=linear&init=xavier-normal", 1.0),
            // σ_b² = 0.05: σ_w² = 1.76095.
            ("activation=tanh&init=xavier-normal&bias-std=0.22360679774997896", 1.76095f64.sqrt()),
        ] {
            let border = border(base, "sweep=gain:0.5..4*9&sweep=depth:2..40*5").unwrap();
            let place = crossing(&border);
            let want = (gain / 0.5).ln() / 8f64.ln();
            assert!((place - want).abs() < 0.005, "{base}: at {place}, not {want}");
        }
    }

    #[test]
    fn depths_are_counted_in_depth_scales() {
        // ReLU: ln χ = ln(gain²), so at a gain of e^(-1/4) six depth scales are twelve layers.
        let border =
            border("activation=relu&init=kaiming-normal", "sweep=gain:0.7788007830714049,2&sweep=depth:2..22*6");
        let border = border.unwrap();
        let column: Vec<f64> = border.values.iter().step_by(border.columns).copied().collect();
        assert_eq!(column.len(), FINE);
        let middle = column[FINE / 2];
        assert!((middle + SCALES).abs() < 1e-9, "{middle}");
    }

    #[test]
    fn names_are_places_of_their_own_and_numbers_have_others_between() {
        let of = border("", "sweep=activation:tanh,relu,sigmoid&sweep=gain:0.5..4*9").unwrap();
        assert_eq!((of.columns, of.rows, of.values.len()), (3, COARSE, 3 * COARSE));
        let of = border("activation=tanh", "sweep=bias-std:0..1*4&sweep=gain:0.5..4*9").unwrap();
        assert_eq!((of.columns, of.rows), (COARSE, COARSE));
        let of = border("activation=tanh", "sweep=gain:0.5..4*9").unwrap();
        assert_eq!((of.columns, of.rows), (FINE, 1));
        // A parameter that only deep layers do not depend on leaves the depth's border.
        assert!(border("activation=tanh&gain=0.9", "sweep=width:8..64*4&sweep=depth:2..40*5").is_ok());
    }

    #[test]
    fn where_theory_has_no_border_it_says_why() {
        for (base, pairs, reason) in [
            ("model=rnn", "sweep=length:5..60*12", NoBorder::ThroughTime),
            ("residual=add", "sweep=gain:0.5..4*9", NoBorder::Skips),
            ("norm=batch", "sweep=gain:0.5..4*9", NoBorder::BatchNorm),
            ("init=constant", "sweep=gain:0.5..4*9", NoBorder::Weights),
            ("", "sweep=lr:0.1..1*9&sweep=optimizer:sgd,adam", NoBorder::Same),
            ("activation=tanh&norm=layer", "sweep=gain:0.5..4*9", NoBorder::Same),
            ("activation=relu&init=kaiming-normal", "sweep=depth:2..20*10", NoBorder::Critical),
            ("activation=linear&init=lecun-normal", "sweep=width:2..20*4&sweep=depth:2..20*10", NoBorder::Critical),
        ] {
            assert_eq!(border(base, pairs).err(), Some(reason), "{base} {pairs}");
        }
        // Where all of an axis has none, too, whatever the experiment beside it has.
        for (base, pairs, reason) in [
            ("model=rnn", "sweep=model:rnn,lstm,gru&sweep=length:5..60*4", NoBorder::ThroughTime),
            ("", "sweep=model:rnn,lstm&sweep=hidden:4..16*3", NoBorder::ThroughTime),
            ("", "sweep=residual:add,scaled", NoBorder::Skips),
            ("residual=add", "sweep=residual:add,scaled&sweep=depth:2..20*4", NoBorder::Skips),
        ] {
            assert_eq!(border(base, pairs).err(), Some(reason), "{base} {pairs}");
        }
        // Where it is along an axis, those of its values that have one have it.
        let some = border("", "sweep=residual:none,add&sweep=gain:0.5..4*9").unwrap();
        assert!(some.values.iter().step_by(2).all(|value| value.is_finite()));
        assert!(some.values.iter().skip(1).step_by(2).all(|value| value.is_nan()));
    }
}
