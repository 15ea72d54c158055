//! Theory's word on a map: on which side of the edge of chaos its cells lie, and how far from it.

mod layers;
mod through_time;
mod word;

pub use word::{Border, NoBorder, SCALES, Through};

use super::plan::Plan;
use crate::data::sequences::Corpus;
use crate::theory::Foreteller;
use layers::LayersSampler;
use through_time::ThroughTimeSampler;

/// Makes a [`Border`], a value at a time.
#[derive(Debug)]
pub struct BorderSampler(Kind);

#[derive(Debug)]
enum Kind {
    Layers(LayersSampler),
    Time(ThroughTimeSampler),
}

impl BorderSampler {
    /// Of a map. `through_time` is the theory of recurrent networks, on the texts of a corpus; of layers it is not asked.
    ///
    /// # Errors
    /// Why the map has no border, as far as that is known before it is computed.
    pub fn new(plan: Plan, through_time: Option<Foreteller>, corpus: Corpus) -> Result<Self, NoBorder> {
        let sampler = match through(&plan)? {
            Through::Layers => Kind::Layers(LayersSampler::new(&plan.sweep, &plan.base)?),
            Through::Time => Kind::Time(ThroughTimeSampler::new(plan, through_time.ok_or(NoBorder::NoCode)?, corpus)),
        };
        Ok(Self(sampler))
    }

    /// Whether all values together take but a moment: those of layers do, and each of time steps takes as long as a run.
    pub fn is_quick(&self) -> bool {
        matches!(self.0, Kind::Layers(_))
    }

    /// Computes another value, and says whether there are more.
    pub fn work(&mut self) -> bool {
        match &mut self.0 {
            Kind::Layers(sampler) => sampler.work(),
            Kind::Time(sampler) => sampler.work(),
        }
    }

    /// What came of it.
    ///
    /// # Errors
    /// [`NoBorder::Same`] where nothing changes over the map, and [`NoBorder::Critical`] where that is χ = 1; where theory has
    /// no value at all, why it has none.
    pub fn border(self) -> Result<Border, NoBorder> {
        let (border, reason) = match self.0 {
            Kind::Layers(sampler) => sampler.values(),
            Kind::Time(sampler) => sampler.values(),
        };
        let finite = || border.values.iter().copied().filter(|value| value.is_finite());
        let (least, most) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        if least > most {
            return Err(reason.unwrap_or(NoBorder::Same));
        }
        match least.abs().max(most.abs()) {
            _ if most - least > 1e-9 => Ok(border),
            farthest if farthest <= 1e-9 => Err(NoBorder::Critical),
            _ => Err(NoBorder::Same),
        }
    }
}

/// What the gradient goes through in the networks of a map.
///
/// # Errors
/// [`NoBorder::Kinds`] where it is not the same in all.
fn through(plan: &Plan) -> Result<Through, NoBorder> {
    let mut kinds = plan.experiments().map(|experiment| experiment.model.is_recurrent());
    let is_recurrent = kinds.next().unwrap_or(plan.base.model.is_recurrent());
    match kinds.all(|kind| kind == is_recurrent) {
        false => Err(NoBorder::Kinds),
        true if is_recurrent => Ok(Through::Time),
        true => Ok(Through::Layers),
    }
}

#[cfg(test)]
mod tests {
    use super::layers::{COARSE, FINE};
    use super::*;
    use crate::diagnosis::Flow;
    use crate::experiment::Experiment;
    use crate::experiment::share::from_fragment;
    use crate::run::AnyTrainer;
    use crate::sweep::Sweep;

    fn border(base: &str, pairs: &str) -> Result<Border, NoBorder> {
        let (base, notices) = from_fragment(base);
        let (sweep, problems) = Sweep::from_pairs(pairs, &base);
        assert_eq!((notices, problems), (vec![], vec![]), "{pairs}");
        let plan = Plan::new(&sweep, &base).unwrap();
        let mut sampler = BorderSampler::new(plan, Some(Foreteller::through_time()), Corpus::default())?;
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
            ("model=rnn&rec-init=orthogonal", "sweep=length:5..60*12", NoBorder::DependentWeights),
            ("model=rnn&rec-init=normal&stack=2", "sweep=rho:0.5..2*4", NoBorder::Levels),
            ("model=rnn&rec-init=normal&task=next-character", "sweep=rho:0.5..2*4", NoBorder::EveryStep),
            ("model=rnn&task=sentiment&padding=after&rec-init=normal", "sweep=rho:0.5..2*4", NoBorder::Padding),
            ("model=lstm", "sweep=lr:0.1..1*9", NoBorder::Same),
            ("model=rnn&activation=relu&rec-init=normal&length=200", "sweep=rho:4..10*5", NoBorder::Overflow),
            ("model=rnn&rec-init=normal&window=1", "sweep=rho:0.5..2*9", NoBorder::NoWay),
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
            ("", "sweep=model:mlp,lstm", NoBorder::Kinds),
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

    #[test]
    fn recurrent_networks_have_the_border_of_their_kind() {
        let of = border("model=rnn&rec-init=normal", "sweep=rho:0.5..2*13&sweep=length:5..60*12").unwrap();
        assert_eq!((of.through, of.columns, of.rows), (Through::Time, 13, 12));
        assert!(of.values.iter().all(|value| value.is_finite()));
        // All cells have it, of whichever axis the kinds are.
        let of = border("", "sweep=model:rnn,lstm,gru&sweep=length:5..60*4").unwrap();
        assert_eq!((of.through, of.values.len()), (Through::Time, 12));
        // At the longest, the gates keep what a plain network forgets.
        let [rnn, lstm, gru] = [9, 10, 11].map(|cell| of.values[cell]);
        assert!(of.values.iter().all(|value| value.is_finite()) && rnn < gru && rnn < lstm, "{:?}", of.values);
    }

    #[test]
    fn through_time_the_border_lies_where_networks_have_it() {
        for (base, axis) in [
            ("model=rnn&rec-init=normal&hidden=64&length=20", "rho:0.7..1.4*3"),
            ("model=gru&rec-init=normal&hidden=64&length=16", "rho:1,3"),
            ("model=lstm&hidden=64&length=16", "forget-bias:0,3"),
        ] {
            let (experiment, notices) = from_fragment(base);
            assert_eq!(notices, []);
            let pairs = format!("sweep={axis}");
            let of = border(base, &pairs).unwrap();
            let plan = Plan::new(&Sweep::from_pairs(&pairs, &experiment).0, &experiment).unwrap();
            for (experiment, value) in plan.experiments().zip(&of.values) {
                let mut logs = [0.0; 9];
                for (seed, log) in (1..).zip(&mut logs) {
                    let experiment = Experiment { seed, ..experiment.clone() };
                    let mut run = AnyTrainer::new(&experiment).unwrap();
                    *log = 2.0 * Flow::of(&experiment, run.probe().unwrap()).total.ln();
                }
                logs.sort_by(f64::total_cmp);
                let [lowest, .., highest] = logs;
                assert!(lowest < *value && *value < highest, "{base} {axis}: {value}, networks have {logs:?}");
            }
        }
    }
}
