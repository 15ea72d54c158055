//! What is said of a value that a parameter does not allow.

use super::parameter::Key;
use super::value::{Kind, Value};
use crate::choice::Choice;

/// A value that a parameter does not allow.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejection {
    /// The parameter.
    pub key: Key,
    /// What was given.
    pub given: Given,
    /// What the parameter allows in this experiment.
    pub allowed: Kind,
}

/// What was given as a value.
///
/// A value is printed by whoever says what is wrong with it: the worker, which only finds it, has no code to print numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// A text that says no value that is allowed, shortened to a length that fits on the page.
    Text(String),
    /// A value out of its range.
    Value(Value),
}

impl std::fmt::Display for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Value(value) => value.fmt(f),
        }
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} = {} is not allowed; allowed: {:?}", self.key.name(), self.given, self.allowed)
    }
}

impl std::error::Error for Rejection {}

/// At most 40 characters of a text, for showing it on the page.
pub(super) fn shorten(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut shown: String = text.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
