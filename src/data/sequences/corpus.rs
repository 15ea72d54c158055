//! The texts that tasks are made of.

use super::own_text::BadText;
use super::set::{SequenceData, SequenceSpec};
use super::{sentences, text};
use std::sync::Arc;

/// The texts that tasks are made of: those that are shipped, and one that the user typed.
///
/// What is shipped is reached through pointers to functions, so that a program whose texts are in a file of their own has
/// them no earlier than it needs them. Whoever names [`Corpus::default`] or [`Shipped::all`] has them in its own.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// What is shipped; `None` where it was not fetched.
    pub shipped: Option<Shipped>,
    /// The user's own text for *next character*, in the place of the one that is shipped.
    pub own_text: Option<Arc<str>>,
}

/// The texts that are shipped.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// The labelled sentences of a language as the sequences of *sentiment*.
    pub sentiment: fn(&SequenceSpec) -> SequenceData,
    /// The text of *next character*.
    pub text: fn() -> &'static str,
}

impl Shipped {
    /// All of them.
    pub fn all() -> Self {
        Self { sentiment: sentences::sequences, text: text::shipped }
    }
}

impl Default for Corpus {
    /// All that is shipped, and no text of the user's own.
    fn default() -> Self {
        Self { shipped: Some(Shipped::all()), own_text: None }
    }
}

impl Corpus {
    /// Without any text, for tasks that need none.
    pub const NONE: Self = Self { shipped: None, own_text: None };

    /// The sentences of *sentiment*.
    ///
    /// # Errors
    /// [`BadText::NotHere`] where what is shipped was not fetched.
    pub fn sentiment(&self, spec: &SequenceSpec) -> Result<SequenceData, BadText> {
        self.shipped.map(|shipped| (shipped.sentiment)(spec)).ok_or(BadText::NotHere)
    }

    /// The text of *next character*: the user's own, or the one that is shipped.
    ///
    /// # Errors
    /// [`BadText::NotHere`] where there is neither.
    pub fn text(&self) -> Result<&str, BadText> {
        match (&self.own_text, self.shipped) {
            (Some(own), _) => Ok(own),
            (None, Some(shipped)) => Ok((shipped.text)()),
            (None, None) => Err(BadText::NotHere),
        }
    }
}
