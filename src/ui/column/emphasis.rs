//! Sentences with emphasis in them.

use crate::ui::reactive::Views;
use leptos::prelude::*;
use leptos_i18n::display::DynDisplayFn;
use std::fmt::{self, Formatter, Write};

/// Stands before and after what is emphasized in a sentence; no text has it.
const MARK: char = '\u{1}';

/// Marks what the catalogue has in `<b>`.
pub fn strong(formatter: &mut Formatter<'_>, children: DynDisplayFn<'_>) -> fmt::Result {
    formatter.write_char(MARK)?;
    children(formatter)?;
    formatter.write_char(MARK)
}

/// A text with what is marked in it emphasized.
pub fn emphasized(text: &str) -> AnyView {
    let piece = |(place, piece): (usize, &str)| {
        let piece = piece.to_owned();
        if place % 2 == 1 { view! { <strong>{piece}</strong> }.into_any() } else { piece.into_any() }
    };
    text.split(MARK).enumerate().map(piece).views().into_any()
}
