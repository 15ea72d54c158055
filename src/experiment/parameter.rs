//! The parameters of an experiment: their names, what values each allows, and when a change takes effect.

use crate::choice::{Choice, choice};

choice! {
    /// One parameter. Its name is the key in a URL and the `id` of its control on the page.
    pub enum Key {
        /// Hidden layers.
        Depth => "depth",
        /// Units in every hidden layer.
        Width => "width",
        /// Activation of the hidden layers.
        Activation => "activation",
        /// Distribution of the initial weights.
        Init => "init",
        /// Factor on the initial weights.
        Gain => "gain",
        /// Standard deviation of the initial biases, σ_b.
        BiasStd => "bias-std",
        /// Normalization before the activation.
        Norm => "norm",
        /// Skip connections around the hidden layers.
        Residual => "residual",
        /// Data set.
        Dataset => "dataset",
        /// Number of samples.
        Samples => "samples",
        /// Noise of labels or positions.
        Noise => "noise",
        /// Loss function.
        Loss => "loss",
        /// Samples in a mini-batch.
        Batch => "batch",
        /// Update rule.
        Optimizer => "optimizer",
        /// Learning rate η.
        Lr => "lr",
        /// Momentum μ.
        Momentum => "momentum",
        /// Decay of the first moment, β₁.
        Beta1 => "beta1",
        /// Decay of the second moment, β₂ (RMSProp: α).
        Beta2 => "beta2",
        /// ε of the adaptive optimizers.
        Epsilon => "epsilon",
        /// Weight decay λ.
        WeightDecay => "weight-decay",
        /// Learning-rate schedule.
        Schedule => "schedule",
        /// Steps of a schedule's period.
        ScheduleSteps => "schedule-steps",
        /// Steps over which the learning rate rises linearly from 0.
        Warmup => "warmup",
        /// Gradient clipping.
        Clip => "clip",
        /// Threshold of the clipping.
        ClipAt => "clip-at",
        /// Floating-point format.
        Precision => "precision",
        /// Seed of every random number.
        Seed => "seed",
        /// The step at which the page opens.
        Step => "step",
        /// Steps a second.
        Speed => "speed",
        /// Whether the run starts on opening.
        Run => "run",
    }
}

/// How a slider maps its positions to values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal distances are equal differences.
    Linear,
    /// Equal distances are equal ratios.
    Logarithmic,
}

/// The values that a parameter allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A whole number from `min` to `max`.
    Integer {
        /// Smallest value.
        min: u32,
        /// Largest value.
        max: u32,
        /// Scale of its slider.
        scale: Scale,
        /// A word that stands for a value outside the numbers (`full`), if one is allowed.
        word: Option<&'static str>,
    },
    /// A finite number from `min` to `max`.
    Real {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
        /// Scale of its slider.
        scale: Scale,
        /// A word that stands for a value outside the numbers (`max`), if one is allowed.
        word: Option<&'static str>,
    },
    /// One of these names.
    Choice(&'static [&'static str]),
    /// `0` or `1`.
    Switch,
}

/// A value of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Of [`Kind::Integer`].
    Integer(u32),
    /// Of [`Kind::Real`].
    Real(f64),
    /// A name of [`Kind::Choice`], or the word of a number.
    Name(&'static str),
    /// Of [`Kind::Switch`].
    Switch(bool),
}

/// When a change takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It changes what the network is: training restarts from the same seed.
    Restart,
    /// It changes how the network learns: it holds from the next step on.
    Live,
    /// It says how the page opens, and changes no number.
    Opening,
}

/// Where on the page a parameter's control stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What the network is.
    Network,
    /// How it learns.
    Optimizer,
    /// What it learns from.
    Data,
    /// The run bar; no control in the panel.
    Run,
}

impl Key {
    /// The values that the parameter allows.
    pub fn kind(self) -> Kind {
        use Scale::{Linear, Logarithmic};
        let integer = |min, max, scale| Kind::Integer { min, max, scale, word: None };
        let real = |min, max, scale| Kind::Real { min, max, scale, word: None };
        match self {
            Self::Depth => integer(1, 100, Linear),
            Self::Width => integer(1, 256, Logarithmic),
            Self::Activation => Kind::Choice(crate::nn::Activation::NAMES),
            Self::Init => Kind::Choice(crate::nn::Initializer::NAMES),
            Self::Gain => real(0.01, 10.0, Logarithmic),
            Self::BiasStd => real(0.0, 2.0, Linear),
            Self::Norm => Kind::Choice(crate::nn::Normalization::NAMES),
            Self::Residual => Kind::Choice(crate::nn::Residual::NAMES),
            Self::Dataset => Kind::Choice(crate::data::DatasetKind::NAMES),
            Self::Samples => integer(16, 2048, Logarithmic),
            Self::Noise => real(0.0, 0.5, Linear),
            Self::Loss => Kind::Choice(crate::nn::Loss::NAMES),
            Self::Batch => Kind::Integer { min: 1, max: 2048, scale: Logarithmic, word: Some("full") },
            Self::Optimizer => Kind::Choice(crate::optim::OptimizerKind::NAMES),
            Self::Lr => real(1e-6, 10.0, Logarithmic),
            Self::Momentum | Self::Beta1 => real(0.0, 0.9999, Linear),
            Self::Beta2 => real(0.0, 0.999_999, Linear),
            Self::Epsilon => real(1e-12, 1.0, Logarithmic),
            Self::WeightDecay => real(0.0, 1.0, Linear),
            Self::Schedule => Kind::Choice(crate::optim::ScheduleKind::NAMES),
            Self::ScheduleSteps => integer(1, 1_000_000, Logarithmic),
            Self::Warmup => integer(0, 1000, Linear),
            Self::Clip => Kind::Choice(crate::optim::ClipKind::NAMES),
            Self::ClipAt => real(1e-4, 1e4, Logarithmic),
            Self::Precision => Kind::Choice(super::Precision::NAMES),
            Self::Seed => integer(0, u32::MAX, Linear),
            Self::Step => integer(0, 1_000_000, Linear),
            Self::Speed => Kind::Real { min: 0.5, max: 1000.0, scale: Logarithmic, word: Some("max") },
            Self::Run => Kind::Switch,
        }
    }

    /// When a change of the parameter takes effect.
    pub fn effect(self) -> Effect {
        match self {
            Self::Depth
            | Self::Width
            | Self::Activation
            | Self::Init
            | Self::Gain
            | Self::BiasStd
            | Self::Norm
            | Self::Residual
            | Self::Dataset
            | Self::Samples
            | Self::Noise
            | Self::Loss
            | Self::Batch
            | Self::Optimizer
            | Self::Precision
            | Self::Seed => Effect::Restart,
            Self::Lr
            | Self::Momentum
            | Self::Beta1
            | Self::Beta2
            | Self::Epsilon
            | Self::WeightDecay
            | Self::Schedule
            | Self::ScheduleSteps
            | Self::Warmup
            | Self::Clip
            | Self::ClipAt
            | Self::Speed => Effect::Live,
            Self::Step | Self::Run => Effect::Opening,
        }
    }

    /// Where the parameter's control stands.
    pub fn group(self) -> Group {
        match self {
            Self::Depth
            | Self::Width
            | Self::Activation
            | Self::Init
            | Self::Gain
            | Self::BiasStd
            | Self::Norm
            | Self::Residual
            | Self::Precision
            | Self::Seed => Group::Network,
            Self::Batch
            | Self::Optimizer
            | Self::Lr
            | Self::Momentum
            | Self::Beta1
            | Self::Beta2
            | Self::Epsilon
            | Self::WeightDecay
            | Self::Schedule
            | Self::ScheduleSteps
            | Self::Warmup
            | Self::Clip
            | Self::ClipAt => Group::Optimizer,
            Self::Dataset | Self::Samples | Self::Noise | Self::Loss => Group::Data,
            Self::Step | Self::Speed | Self::Run => Group::Run,
        }
    }

    /// Whether the control is shown only under *More*.
    pub fn is_advanced(self) -> bool {
        !matches!(
            self,
            Self::Depth
                | Self::Width
                | Self::Activation
                | Self::Init
                | Self::Gain
                | Self::Dataset
                | Self::Batch
                | Self::Optimizer
                | Self::Lr
                | Self::Momentum
                | Self::Beta1
                | Self::Beta2
                | Self::Epsilon
        )
    }
}

impl Kind {
    /// The value that `text` writes, or `None` where the parameter does not allow it.
    pub fn parse(self, text: &str) -> Option<Value> {
        let text = text.trim();
        match self {
            Self::Integer { min, max, word, .. } => parse_word(text, word)
                .or_else(|| text.parse().ok().filter(|n| (min..=max).contains(n)).map(Value::Integer)),
            Self::Real { min, max, word, .. } => parse_word(text, word)
                .or_else(|| text.parse().ok().filter(|x| (min..=max).contains(x)).map(Value::Real)),
            Self::Choice(names) => {
                names.iter().find(|name| name.eq_ignore_ascii_case(text)).map(|name| Value::Name(name))
            }
            Self::Switch => match text {
                "0" => Some(Value::Switch(false)),
                "1" => Some(Value::Switch(true)),
                _ => None,
            },
        }
    }
}

fn parse_word(text: &str, word: Option<&'static str>) -> Option<Value> {
    word.filter(|word| word.eq_ignore_ascii_case(text)).map(Value::Name)
}

/// The shortest text that [`Kind::parse`] reads back as the same value.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::Integer(n) => write!(f, "{n}"),
            Self::Real(x) if x != 0.0 && (x.abs() < 1e-3 || x.abs() >= 1e6) => write!(f, "{x:e}"),
            Self::Real(x) => write!(f, "{x}"),
            Self::Name(name) => f.write_str(name),
            Self::Switch(on) => write!(f, "{}", u8::from(on)),
        }
    }
}
