//! The one serializable description of a run: what is in an [`Experiment`] is in the URL, and nothing else decides
//! a number on the page.

mod network;
mod parameter;
pub mod presets;
pub mod share;

pub use parameter::{Effect, Group, Key, Kind, Scale, Value};

use crate::choice::{Choice, choice};
use crate::data::DatasetKind;
use crate::nn::{Activation, Initializer, Loss, Normalization, Residual};
use crate::optim::{ClipKind, OptimizerKind, ScheduleKind};
use serde::{Deserialize, Serialize};

choice! {
    /// The floating-point format in which the network is trained.
    pub enum Precision {
        /// 32 bits.
        F32 => "f32",
        /// 64 bits.
        F64 => "f64",
    }
}

/// How many samples one step sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Batch {
    /// All of them: gradient descent.
    Full,
    /// So many: 1 is stochastic gradient descent, more is mini-batch.
    Size(u32),
}

/// How fast the page trains.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Speed {
    /// So many steps a second.
    StepsPerSecond(f64),
    /// As fast as the machine can.
    Max,
}

/// Everything that defines a run, one field a [`Key`].
///
/// Values are changed by [`Experiment::set`], which keeps each within what its key allows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is documented at the key of its name")]
pub struct Experiment {
    pub depth: u32,
    pub width: u32,
    pub activation: Activation,
    pub init: Initializer,
    pub gain: f64,
    pub bias_std: f64,
    pub norm: Normalization,
    pub residual: Residual,
    pub dataset: DatasetKind,
    pub samples: u32,
    pub noise: f64,
    pub loss: Loss,
    pub batch: Batch,
    pub optimizer: OptimizerKind,
    pub lr: f64,
    pub momentum: f64,
    pub beta1: f64,
    pub beta2: f64,
    pub epsilon: f64,
    pub weight_decay: f64,
    pub schedule: ScheduleKind,
    pub schedule_steps: u32,
    pub warmup: u32,
    pub clip: ClipKind,
    pub clip_at: f64,
    pub precision: Precision,
    pub seed: u32,
    pub step: u32,
    pub speed: Speed,
    pub run: bool,
}

/// A value that a parameter does not allow.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejection {
    /// The parameter.
    pub key: Key,
    /// What was given, as text, shortened to a length that fits on the page.
    pub given: String,
    /// What the parameter allows in this experiment.
    pub allowed: Kind,
}

impl Rejection {
    fn new(key: Key, given: &str, allowed: Kind) -> Self {
        Self { key, given: share::shorten(given), allowed }
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} = {:?} is not allowed; allowed: {:?}", self.key.name(), self.given, self.allowed)
    }
}

impl std::error::Error for Rejection {}

impl Default for Experiment {
    /// A 12-layer sigmoid network under plain SGD, whose gradient vanishes.
    fn default() -> Self {
        Self {
            depth: 12,
            width: 16,
            activation: Activation::Sigmoid,
            init: Initializer::XavierNormal,
            gain: 1.0,
            bias_std: 0.0,
            norm: Normalization::None,
            residual: Residual::None,
            dataset: DatasetKind::Circle,
            samples: 256,
            noise: 0.1,
            loss: Loss::BceWithLogits,
            batch: Batch::Size(32),
            optimizer: OptimizerKind::Sgd,
            lr: OptimizerKind::Sgd.defaults().lr,
            momentum: 0.9,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            schedule: ScheduleKind::Constant,
            schedule_steps: 1000,
            warmup: 0,
            clip: ClipKind::None,
            clip_at: 1.0,
            precision: Precision::F32,
            seed: 7,
            step: 0,
            speed: Speed::StepsPerSecond(10.0),
            run: false,
        }
    }
}

impl Experiment {
    /// Samples of a step, but for the last of an epoch, which may have fewer.
    pub fn batch_size(&self) -> u32 {
        match self.batch {
            Batch::Full => self.samples,
            Batch::Size(size) => size.min(self.samples),
        }
    }

    /// Samples of the batch that the report of a step is of. The report of step 0 is of the first step's batch.
    pub fn batch_size_at(&self, step: u64) -> u32 {
        let size = self.batch_size();
        let batches = self.samples.div_ceil(size);
        let is_last = step.saturating_sub(1) % u64::from(batches) == u64::from(batches - 1);
        if is_last { self.samples - (batches - 1) * size } else { size }
    }

    /// A tenth of the learning rate, as one would write it and no less than what is allowed.
    pub fn tenth_of_lr(&self) -> f64 {
        // Through text, because the quotient of decimal fractions is rarely the fraction that one would write.
        let tenth = format!("{:.11e}", self.lr / 10.0).parse().unwrap_or(self.lr / 10.0);
        f64::max(tenth, 1e-6)
    }

    /// The value of one parameter.
    pub fn get(&self, key: Key) -> Value {
        match key {
            Key::Depth => Value::Integer(self.depth),
            Key::Width => Value::Integer(self.width),
            Key::Activation => Value::Name(self.activation.name()),
            Key::Init => Value::Name(self.init.name()),
            Key::Gain => Value::Real(self.gain),
            Key::BiasStd => Value::Real(self.bias_std),
            Key::Norm => Value::Name(self.norm.name()),
            Key::Residual => Value::Name(self.residual.name()),
            Key::Dataset => Value::Name(self.dataset.name()),
            Key::Samples => Value::Integer(self.samples),
            Key::Noise => Value::Real(self.noise),
            Key::Loss => Value::Name(self.loss.name()),
            Key::Batch => match self.batch {
                Batch::Full => Value::Name("full"),
                Batch::Size(size) => Value::Integer(size),
            },
            Key::Optimizer => Value::Name(self.optimizer.name()),
            Key::Lr => Value::Real(self.lr),
            Key::Momentum => Value::Real(self.momentum),
            Key::Beta1 => Value::Real(self.beta1),
            Key::Beta2 => Value::Real(self.beta2),
            Key::Epsilon => Value::Real(self.epsilon),
            Key::WeightDecay => Value::Real(self.weight_decay),
            Key::Schedule => Value::Name(self.schedule.name()),
            Key::ScheduleSteps => Value::Integer(self.schedule_steps),
            Key::Warmup => Value::Integer(self.warmup),
            Key::Clip => Value::Name(self.clip.name()),
            Key::ClipAt => Value::Real(self.clip_at),
            Key::Precision => Value::Name(self.precision.name()),
            Key::Seed => Value::Integer(self.seed),
            Key::Step => Value::Integer(self.step),
            Key::Speed => match self.speed {
                Speed::Max => Value::Name("max"),
                Speed::StepsPerSecond(speed) => Value::Real(speed),
            },
            Key::Run => Value::Switch(self.run),
        }
    }

    /// Sets one parameter.
    ///
    /// Parameters whose default depends on it follow: the optimizer's own hyper-parameters when the optimizer
    /// changes and they stood at their defaults, the loss when the data set does not allow the present one.
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
        let reject = || Rejection::new(key, text, allowed);
        let value = allowed.parse(text).ok_or_else(reject)?;
        let dependents: Vec<Key> = DEPENDENT.into_iter().filter(|&d| d != key && self.is_default(d)).collect();
        self.assign(key, value).ok_or_else(reject)?;
        for dependent in dependents {
            self.assign(dependent, self.default_of(dependent));
        }
        if self.allowed(Key::Loss).parse(self.loss.name()).is_none() {
            self.loss = self.dataset.default_loss();
        }
        Ok(())
    }

    fn assign(&mut self, key: Key, value: Value) -> Option<()> {
        fn name<C: Choice>(value: Value) -> Option<C> {
            let Value::Name(name) = value else { return None };
            C::from_name(name)
        }
        let real = || if let Value::Real(x) = value { Some(x) } else { None };
        let integer = || if let Value::Integer(n) = value { Some(n) } else { None };
        match key {
            Key::Depth => self.depth = integer()?,
            Key::Width => self.width = integer()?,
            Key::Activation => self.activation = name(value)?,
            Key::Init => self.init = name(value)?,
            Key::Gain => self.gain = real()?,
            Key::BiasStd => self.bias_std = real()?,
            Key::Norm => self.norm = name(value)?,
            Key::Residual => self.residual = name(value)?,
            Key::Dataset => self.dataset = name(value)?,
            Key::Samples => self.samples = integer()?,
            Key::Noise => self.noise = real()?,
            Key::Loss => self.loss = name(value)?,
            Key::Batch => self.batch = if value == Value::Name("full") { Batch::Full } else { Batch::Size(integer()?) },
            Key::Optimizer => self.optimizer = name(value)?,
            Key::Lr => self.lr = real()?,
            Key::Momentum => self.momentum = real()?,
            Key::Beta1 => self.beta1 = real()?,
            Key::Beta2 => self.beta2 = real()?,
            Key::Epsilon => self.epsilon = real()?,
            Key::WeightDecay => self.weight_decay = real()?,
            Key::Schedule => self.schedule = name(value)?,
            Key::ScheduleSteps => self.schedule_steps = integer()?,
            Key::Warmup => self.warmup = integer()?,
            Key::Clip => self.clip = name(value)?,
            Key::ClipAt => self.clip_at = real()?,
            Key::Precision => self.precision = name(value)?,
            Key::Seed => self.seed = integer()?,
            Key::Step => self.step = integer()?,
            Key::Speed => {
                self.speed = if value == Value::Name("max") { Speed::Max } else { Speed::StepsPerSecond(real()?) }
            }
            Key::Run => {
                let Value::Switch(on) = value else { return None };
                self.run = on;
            }
        }
        Some(())
    }

    /// The values that a parameter allows in this experiment: those of [`Key::kind`], less those that its other
    /// parameters rule out.
    pub fn allowed(&self, key: Key) -> Kind {
        match key {
            Key::Loss => Kind::Choice(self.dataset.loss_names()),
            _ => key.kind(),
        }
    }

    /// The default of a parameter; for those that depend on the optimizer or the data set, in this experiment.
    pub fn default_of(&self, key: Key) -> Value {
        match key {
            Key::Lr => Value::Real(self.optimizer.defaults().lr),
            Key::Beta2 => Value::Real(self.optimizer.defaults().beta2),
            Key::Epsilon => Value::Real(self.optimizer.defaults().epsilon),
            Key::WeightDecay => Value::Real(self.optimizer.defaults().weight_decay),
            Key::Loss => Value::Name(self.dataset.default_loss().name()),
            _ => Self::default().get(key),
        }
    }

    /// Whether a parameter stands at its default.
    pub fn is_default(&self, key: Key) -> bool {
        self.get(key) == self.default_of(key)
    }

    /// Whether a parameter changes anything under the present choice of the others.
    pub fn is_relevant(&self, key: Key) -> bool {
        match key {
            Key::Momentum => self.optimizer.uses_momentum(),
            Key::Beta1 => self.optimizer.uses_beta1(),
            Key::Beta2 => self.optimizer.uses_beta2(),
            Key::Epsilon => self.optimizer.uses_epsilon(),
            Key::ClipAt => self.clip != ClipKind::None,
            Key::ScheduleSteps => self.schedule != ScheduleKind::Constant,
            Key::Gain => self.init != Initializer::Zeros,
            Key::BiasStd => !matches!(self.init, Initializer::Pytorch | Initializer::Playground),
            Key::Noise => self.dataset != DatasetKind::Noise,
            _ => true,
        }
    }

    /// Whether both describe the same run up to what may change live.
    pub fn is_same_run(&self, other: &Self) -> bool {
        Key::ALL.iter().all(|&key| key.effect() != Effect::Restart || self.get(key) == other.get(key))
    }

    /// Checks every parameter.
    ///
    /// # Errors
    /// The first parameter whose value is not allowed.
    pub fn validate(&self) -> Result<(), Rejection> {
        for &key in Key::ALL {
            let text = self.get(key).to_string();
            let allowed = self.allowed(key);
            if allowed.parse(&text).is_none() {
                return Err(Rejection::new(key, &text, allowed));
            }
        }
        Ok(())
    }
}

/// The parameters whose default depends on another one.
const DEPENDENT: [Key; 5] = [Key::Lr, Key::Beta2, Key::Epsilon, Key::WeightDecay, Key::Loss];

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!((rejection.key, rejection.given.as_str()), (Key::Lr, "NaN"));
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
