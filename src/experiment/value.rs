//! The values of parameters: what a parameter allows, and how a value is read from a text and written as one.

use crate::choice::{Choice, choice};
use crate::decimal;
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

impl Batch {
    /// The word for [`Batch::Full`].
    pub const FULL: &str = "full";
}

/// How far back through time the gradient goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Window {
    /// Through the whole sequence.
    Full,
    /// Through so many time steps: truncated backpropagation.
    Steps(u32),
}

impl Window {
    /// The word for [`Window::Full`].
    pub const FULL: &str = "full";
}

/// How fast the page trains.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Speed {
    /// So many steps a second.
    StepsPerSecond(f64),
    /// As fast as the machine can.
    Max,
}

impl Speed {
    /// The word for [`Speed::Max`].
    pub const MAX: &str = "max";
}

/// The word for a limit that is not set.
pub(super) const NEVER: &str = "never";

/// How a slider maps its positions to values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal distances are equal differences.
    Linear,
    /// Equal distances are equal ratios.
    Logarithmic,
    /// The same, with 0 as the first position.
    LogarithmicFromZero,
    /// Equal distances are equal ratios of what is missing to 1, which is what matters in a decay.
    NearOne,
    /// There is no slider, only the field to type in.
    NoSlider,
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

/// [`Kind::Integer`] without a word.
pub(super) const fn integer(min: u32, max: u32, scale: Scale) -> Kind {
    Kind::Integer { min, max, scale, word: None }
}

/// [`Kind::Real`] without a word.
pub(super) const fn real(min: f64, max: f64, scale: Scale) -> Kind {
    Kind::Real { min, max, scale, word: None }
}

/// All alternatives of a closed set.
pub(super) const fn one_of<C: Choice>() -> Kind {
    Kind::Choice(C::NAMES)
}

impl Kind {
    /// The same numbers, or the word.
    pub(super) const fn or(self, word: &'static str) -> Self {
        let word = Some(word);
        match self {
            Self::Integer { min, max, scale, .. } => Self::Integer { min, max, scale, word },
            Self::Real { min, max, scale, .. } => Self::Real { min, max, scale, word },
            Self::Choice(_) | Self::Switch => self,
        }
    }

    /// Whether the parameter allows the value.
    pub fn allows(self, value: Value) -> bool {
        match (self, value) {
            (Self::Integer { min, max, .. }, Value::Integer(n)) => (min..=max).contains(&n),
            (Self::Real { min, max, .. }, Value::Real(x)) => (min..=max).contains(&x),
            (Self::Integer { word, .. } | Self::Real { word, .. }, Value::Name(name)) => word == Some(name),
            (Self::Choice(names), Value::Name(name)) => names.contains(&name),
            (Self::Switch, Value::Switch(_)) => true,
            _ => false,
        }
    }

    /// The value that `text` writes, or `None` where the parameter does not allow it.
    pub fn parse(self, text: &str) -> Option<Value> {
        let text = text.trim();
        let names = match &self {
            Self::Choice(names) => names,
            Self::Integer { word, .. } | Self::Real { word, .. } => word.as_slice(),
            Self::Switch => &[],
        };
        if let Some(name) = names.iter().find(|name| name.eq_ignore_ascii_case(text)) {
            return Some(Value::Name(name));
        }
        let value = match self {
            Self::Integer { .. } => Value::Integer(text.parse().ok()?),
            Self::Real { .. } => Value::Real(decimal::parse(text)?),
            Self::Switch if text == "0" => Value::Switch(false),
            Self::Switch if text == "1" => Value::Switch(true),
            Self::Switch | Self::Choice(_) => return None,
        };
        self.allows(value).then_some(value)
    }
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

/// A field of an experiment, whatever its type is.
pub(super) trait Field {
    /// Its value.
    fn value(&self) -> Value;

    /// Gives it a value; `None`, and the field as it was, if that is one of another type.
    fn set(&mut self, value: Value) -> Option<()>;
}

impl<C: Choice> Field for C {
    fn value(&self) -> Value {
        Value::Name(self.name())
    }

    fn set(&mut self, value: Value) -> Option<()> {
        let Value::Name(name) = value else { return None };
        *self = C::from_name(name)?;
        Some(())
    }
}

impl Field for u32 {
    fn value(&self) -> Value {
        Value::Integer(*self)
    }

    fn set(&mut self, value: Value) -> Option<()> {
        let Value::Integer(n) = value else { return None };
        *self = n;
        Some(())
    }
}

impl Field for f64 {
    fn value(&self) -> Value {
        Value::Real(*self)
    }

    fn set(&mut self, value: Value) -> Option<()> {
        let Value::Real(x) = value else { return None };
        *self = x;
        Some(())
    }
}

/// A number that need not be set, [`NEVER`] where it is not.
macro_rules! optional {
    ($type:ty, $Variant:ident) => {
        impl Field for Option<$type> {
            fn value(&self) -> Value {
                self.map_or(Value::Name(NEVER), Value::$Variant)
            }

            fn set(&mut self, value: Value) -> Option<()> {
                *self = match value {
                    Value::Name(NEVER) => None,
                    Value::$Variant(x) => Some(x),
                    _ => return None,
                };
                Some(())
            }
        }
    };
}
optional!(u32, Integer);
optional!(f64, Real);

impl Field for bool {
    fn value(&self) -> Value {
        Value::Switch(*self)
    }

    fn set(&mut self, value: Value) -> Option<()> {
        let Value::Switch(on) = value else { return None };
        *self = on;
        Some(())
    }
}

impl Field for Batch {
    fn value(&self) -> Value {
        match *self {
            Self::Full => Value::Name(Self::FULL),
            Self::Size(size) => Value::Integer(size),
        }
    }

    fn set(&mut self, value: Value) -> Option<()> {
        *self = match value {
            Value::Name(Self::FULL) => Self::Full,
            Value::Integer(size) => Self::Size(size),
            _ => return None,
        };
        Some(())
    }
}

impl Field for Window {
    fn value(&self) -> Value {
        match *self {
            Self::Full => Value::Name(Self::FULL),
            Self::Steps(size) => Value::Integer(size),
        }
    }

    fn set(&mut self, value: Value) -> Option<()> {
        *self = match value {
            Value::Name(Self::FULL) => Self::Full,
            Value::Integer(size) => Self::Steps(size),
            _ => return None,
        };
        Some(())
    }
}

impl Field for Speed {
    fn value(&self) -> Value {
        match *self {
            Self::Max => Value::Name(Self::MAX),
            Self::StepsPerSecond(speed) => Value::Real(speed),
        }
    }

    fn set(&mut self, value: Value) -> Option<()> {
        *self = match value {
            Value::Name(Self::MAX) => Self::Max,
            Value::Real(speed) => Self::StepsPerSecond(speed),
            _ => return None,
        };
        Some(())
    }
}
