//! The texts that tasks are made of.

use std::sync::Arc;

/// The texts that tasks are made of: those that are shipped, and one that the user typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Corpus {
    /// The user's own text for *next character*, in the place of the one that is shipped.
    pub own_text: Option<Arc<str>>,
}

/// Why a text does not do for a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadText {
    /// It has fewer characters than a sequence and the one after it.
    TooShort {
        /// Its characters.
        characters: usize,
        /// The fewest that do.
        needed: usize,
    },
    /// It has more characters than [`MOST_CHARACTERS`].
    TooLong {
        /// Its characters.
        characters: usize,
    },
    /// It has a single character over and over, so that nothing is to be learned.
    OneCharacter,
}

/// The longest text that a user may type, in characters.
pub const MOST_CHARACTERS: usize = 20_000;
