//! What is said of a value that a parameter does not allow.

use super::parameter::Key;
use super::value::Kind;
use crate::choice::Choice;

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
    pub(super) fn new(key: Key, given: &str, allowed: Kind) -> Self {
        Self { key, given: shorten(given), allowed }
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} = {:?} is not allowed; allowed: {:?}", self.key.name(), self.given, self.allowed)
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
