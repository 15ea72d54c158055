//! Which texts do for *next character*.

/// Why a text does not do for a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadText {
    /// It has fewer characters than a sequence and the one after it, once to learn from and once to be held out.
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
    /// It is one that is shipped, and was not fetched.
    NotHere,
}

/// The longest text that a user may type, in characters.
pub const MOST_CHARACTERS: usize = 20_000;

impl BadText {
    /// Why a text does not do for sequences of so many time steps; `None` where it does.
    pub fn of(text: &str, times: usize) -> Option<Self> {
        let (characters, needed) = (line_ends_as_one(text).count(), 2 * (times + 1));
        let mut all = line_ends_as_one(text);
        let first = all.next();
        if characters > MOST_CHARACTERS {
            Some(Self::TooLong { characters })
        } else if characters < needed {
            Some(Self::TooShort { characters, needed })
        } else {
            all.all(|character| Some(character) == first).then_some(Self::OneCharacter)
        }
    }
}

/// The characters of a text, a line end as `\n` whether it is written so, as `\r\n` or as `\r`.
pub(super) fn line_ends_as_one(text: &str) -> impl Iterator<Item = char> {
    let mut last = ' ';
    text.chars().filter_map(move |character| {
        let is_half = character == '\n' && last == '\r';
        last = character;
        (!is_half).then_some(if character == '\r' { '\n' } else { character })
    })
}
