//! The one serializable description of a run: what is in an [`Experiment`] is in the URL, and nothing else decides
//! a number on the page.

pub mod comparison;
mod guess;
mod hyper;
mod live;
mod model;
mod network;
mod parameter;
pub mod presets;
pub mod ready;
mod rejection;
pub mod same_start;
pub mod scene;
mod sequence;
pub mod share;
mod stop;
pub(crate) mod table;
mod value;
mod way;

pub use model::Model;
pub use parameter::{Effect, Experiment, Group, Key, Place, Symbol};
pub(crate) use rejection::shorten;
pub use rejection::{Given, Rejection};
pub use sequence::BadText;
pub use stop::{Stop, StopReason};
pub use value::{Batch, Kind, Precision, Scale, Speed, Value, Window};
pub use way::{Entry, Way};

use crate::choice::Choice;
use crate::decimal;

impl Experiment {
    /// Samples that a run learns from: those that were chosen, or of sentences all.
    pub fn sample_count(&self) -> u32 {
        self.task.fixed_samples().unwrap_or(self.samples)
    }

    /// Samples of a step, but for the last of an epoch, which may have fewer.
    pub fn batch_size(&self) -> u32 {
        match self.batch {
            Batch::Full => self.sample_count(),
            Batch::Size(size) => size.min(self.sample_count()),
        }
    }

    /// Samples of the batch that the report of a step is of. The report of step 0 is of the first step's batch.
    pub fn batch_size_at(&self, step: u64) -> u32 {
        let (size, samples) = (self.batch_size(), self.sample_count());
        let batches = samples.div_ceil(size);
        let is_last = step.saturating_sub(1) % u64::from(batches) == u64::from(batches - 1);
        if is_last { samples - (batches - 1) * size } else { size }
    }

    /// A tenth of the learning rate, as one would write it and no less than what is allowed.
    pub fn tenth_of_lr(&self) -> f64 {
        // Through text, because the quotient of decimal fractions is rarely the fraction that one would write.
        let tenth = decimal::parse(&format!("{:.11e}", self.lr / 10.0)).unwrap_or(self.lr / 10.0);
        f64::max(tenth, 1e-6)
    }

    /// The value of one parameter.
    pub fn get(&self, key: Key) -> Value {
        self.field(key).value()
    }

    /// Sets one parameter.
    ///
    /// What depends on it follows: parameters that stood at their defaults go to their new ones (the learning rate when
    /// the optimizer changes), and so do those whose value is no longer allowed (the loss when the data set changes).
    ///
    /// # Errors
    /// A [`Rejection`], and the experiment as it was, if the parameter does not allow the value.
    pub fn set(&mut self, key: Key, value: Value) -> Result<(), Rejection> {
        let text = value.to_string();
        self.set_text(key, &text)
    }

    /// Sets one parameter from the text that a URL or an input field holds; see [`Experiment::set`].
    ///
    /// # Errors
    /// A [`Rejection`], and the experiment as it was, if the parameter does not allow what the text says.
    pub fn set_text(&mut self, key: Key, text: &str) -> Result<(), Rejection> {
        let allowed = self.allowed(key);
        let reject = || Rejection { key, given: Given::Text(rejection::shorten(text)), allowed };
        let value = allowed.parse(text).ok_or_else(reject)?;
        let (before, defaults_before) = (self.clone(), self.defaults());
        self.field_mut(key).set(value).ok_or_else(reject)?;
        for &other in Key::ALL.iter().filter(|&&other| other != key) {
            let was_default = before.get(other) == defaults_before.get(other);
            if was_default || !self.allowed(other).allows(self.get(other)) {
                let default = self.default_of(other);
                self.field_mut(other).set(default);
            }
        }
        Ok(())
    }

    /// The default of a parameter; for those that depend on the optimizer or the data set, in this experiment.
    pub fn default_of(&self, key: Key) -> Value {
        self.defaults().get(key)
    }

    /// Whether a parameter stands at its default.
    pub fn is_default(&self, key: Key) -> bool {
        self.get(key) == self.default_of(key)
    }

    /// Whether both describe the same run up to what may change live.
    pub fn is_same_run(&self, other: &Self) -> bool {
        Key::ALL.iter().all(|&key| key.effect() != Effect::Restart || self.get(key) == other.get(key))
    }

    /// The same run to the last bit, opened, paced and paused as `other` says.
    pub fn conducted_as(&self, other: &Self) -> Self {
        let mut conducted = self.clone();
        for &key in Key::ALL.iter().filter(|key| !key.changes_numbers()) {
            conducted.field_mut(key).set(other.get(key));
        }
        conducted
    }

    /// Checks every parameter.
    ///
    /// # Errors
    /// The first parameter whose value is not allowed.
    pub fn validate(&self) -> Result<(), Rejection> {
        for &key in Key::ALL {
            let (value, allowed) = (self.get(key), self.allowed(key));
            if !allowed.allows(value) {
                return Err(Rejection { key, given: Given::Value(value), allowed });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Loss;
    use crate::optim::{Hyper, OptimizerKind};

    #[test]
    fn the_defaults_are_allowed_and_default() {
        let experiment = Experiment::default();
        experiment.validate().unwrap();
        for &key in Key::ALL {
            assert!(experiment.is_default(key), "{key:?}");
        }
    }

    #[test]
    fn nonsense_names_the_field_the_value_and_what_is_allowed() {
        let experiment = Experiment { lr: f64::NAN, ..Experiment::default() };
        let rejection = experiment.validate().unwrap_err();
        assert_eq!((rejection.key, rejection.given.to_string().as_str()), (Key::Lr, "NaN"));
        assert_eq!(rejection.allowed, Key::Lr.kind());
    }

    #[test]
    fn a_new_optimizer_brings_its_own_learning_rate_unless_one_was_chosen() {
        let mut experiment = Experiment::default();
        experiment.set_text(Key::Optimizer, "adam").unwrap();
        assert_eq!(experiment.lr, OptimizerKind::Adam.defaults().lr);
        experiment.set_text(Key::Lr, "0.5").unwrap();
        experiment.set_text(Key::Optimizer, "sgd").unwrap();
        assert_eq!(experiment.lr, 0.5);
    }

    #[test]
    fn a_data_set_that_does_not_allow_the_loss_brings_its_own() {
        let mut experiment = Experiment::default();
        experiment.set_text(Key::Dataset, "plane").unwrap();
        assert_eq!(experiment.loss, Loss::Mse);
        assert!(experiment.set_text(Key::Loss, "bce").is_err());
        assert_eq!(experiment.loss, Loss::Mse);
    }

    #[test]
    fn how_a_run_is_conducted_is_taken_from_another_and_changes_no_number() {
        let (run, notices) = share::from_fragment("depth=5&optimizer=adam&lr=0.5&clip=norm&stop-at=9&step=3&run=1");
        assert_eq!(notices, []);
        let (other, notices) = share::from_fragment(
            "depth=7&lr=0.2&step=20&speed=max&stop-at=37&stop-loss=0.25&background=1&optimizer=momentum",
        );
        assert_eq!(notices, []);
        let conducted = run.conducted_as(&other);
        assert_eq!((conducted.step, conducted.run, conducted.speed), (20, false, Speed::Max));
        assert_eq!((conducted.stop_at, conducted.stop_loss, conducted.background), (Some(37), Some(0.25), true));
        for &key in Key::ALL.iter().filter(|key| key.changes_numbers()) {
            assert_eq!(conducted.get(key), run.get(key), "{key:?}");
        }
        // What the optimizer uses is numbers, and so is what the network is; nothing else is.
        for &key in Key::ALL {
            let before = Experiment::default();
            let mut changed = before.clone();
            let text = if changed.get(key).to_string() == "1" { "2" } else { "1" };
            if changed.set_text(key, text).is_ok() && changed != before {
                let is_other = !changed.is_same_run(&before) || Hyper::of(&changed) != Hyper::of(&before);
                assert_eq!(key.changes_numbers(), is_other, "{key:?}");
            }
        }
    }

    #[test]
    fn a_rejected_value_changes_nothing() {
        for (key, text) in
            [(Key::Depth, "1e9"), (Key::Depth, "0"), (Key::Lr, "NaN"), (Key::Seed, "-1"), (Key::Run, "yes")]
        {
            let mut experiment = Experiment::default();
            assert!(experiment.set_text(key, text).is_err(), "{key:?} {text}");
            assert_eq!(experiment, Experiment::default());
        }
    }
}
