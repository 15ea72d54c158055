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

/// At most 40 characters of a text, for showing it on the page. Characters that are not seen stand as `\u{fffd}`: some
/// turn the sentence round them, and all look as if there were none.
pub(crate) fn shorten(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut letters = text.chars();
    let mut shown: String = letters.by_ref().take(LONGEST).map(|c| if is_unseen(c) { '\u{fffd}' } else { c }).collect();
    if letters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Controls, and the marks and spaces without width that give a text its direction or its joints.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_shown_is_short_and_seen() {
        assert_eq!(shorten("tanh"), "tanh");
        assert_eq!(shorten(&"é".repeat(40)), "é".repeat(40));
        assert_eq!(shorten(&"7".repeat(1_000_000)), format!("{}…", "7".repeat(40)));
        assert_eq!(shorten("a\0b\nc\u{202e}d\u{2066}e"), "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e");
    }
}
