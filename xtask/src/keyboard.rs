//! Keys as a visitor presses them, in any browser.

use crate::webdriver::Session;
use anyhow::Result;
use serde_json::{Value, json};

/// A key that is held, or `""`, and the one that is pressed meanwhile; both by their names in `KeyboardEvent.key`.
pub type Chord = (&'static str, &'static str);

/// The letters by which the WebDriver protocol calls keys that have none.
const LETTERS: [(&str, char); 15] = [
    ("Backspace", '\u{e003}'),
    ("Tab", '\u{e004}'),
    ("Enter", '\u{e007}'),
    ("Shift", '\u{e008}'),
    ("Control", '\u{e009}'),
    ("Escape", '\u{e00c}'),
    ("PageUp", '\u{e00e}'),
    ("PageDown", '\u{e00f}'),
    ("End", '\u{e010}'),
    ("Home", '\u{e011}'),
    ("ArrowLeft", '\u{e012}'),
    ("ArrowUp", '\u{e013}'),
    ("ArrowRight", '\u{e014}'),
    ("ArrowDown", '\u{e015}'),
    ("Delete", '\u{e017}'),
];

/// Presses and releases keys wherever the focus is, one after another, each with the one that is held.
///
/// # Errors
/// If the browser is no longer there.
pub fn press(session: &Session, chords: &[(&str, &str)]) -> Result<()> {
    let strokes = chords.iter().flat_map(|(held, key)| {
        let letters = [letter(held), letter(key)].into_iter().flatten().collect::<Vec<_>>();
        let down = letters.iter().map(|letter| stroke("keyDown", *letter));
        let up = letters.iter().rev().map(|letter| stroke("keyUp", *letter));
        down.chain(up).collect::<Vec<_>>()
    });
    perform(session, strokes.collect())
}

/// Types a text wherever the focus is.
///
/// # Errors
/// If the browser is no longer there.
pub fn type_text(session: &Session, text: &str) -> Result<()> {
    perform(session, text.chars().flat_map(|letter| [stroke("keyDown", letter), stroke("keyUp", letter)]).collect())
}

/// Whether [`press`] knows the key: a letter, or one of those with names.
#[must_use]
pub fn is_key(name: &str) -> bool {
    name.chars().count() == 1 || LETTERS.iter().any(|(key, _)| *key == name)
}

fn letter(name: &str) -> Option<char> {
    let named = LETTERS.iter().find(|(key, _)| *key == name).map(|(_, letter)| *letter);
    named.or_else(|| name.chars().next())
}

fn stroke(kind: &str, letter: char) -> Value {
    json!({ "type": kind, "value": letter })
}

fn perform(session: &Session, strokes: Vec<Value>) -> Result<()> {
    session.perform(json!([{ "type": "key", "id": "keyboard", "actions": strokes }]))
}
