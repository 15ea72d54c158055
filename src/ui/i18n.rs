//! The message catalogue: every word on the page, from `locales/`, made into code by `build.rs`.
//!
//! Leptos' own context of the language would bring cookies, headers and the parsing of languages' names along, for a
//! page in one language. Here the language is a signal like any other.

use super::reactive::RwSignal;
use leptos::prelude::{expect_context, provide_context};

#[allow(missing_docs, unused, clippy::all, reason = "generated")]
mod catalogue {
    include!(concat!(env!("OUT_DIR"), "/i18n.rs"));
}
pub use catalogue::i18n::Locale;

/// The catalogue in the present language; reading from it follows a change of language.
#[derive(Clone, Copy)]
pub struct Words(RwSignal<Locale>);

impl Words {
    /// The present language.
    #[inline(never)]
    pub fn locale(self) -> Locale {
        self.0.get()
    }
}

/// Gives the catalogue to all components below.
pub fn provide_words() {
    provide_context(Words(RwSignal::new(Locale::default())));
}

/// The catalogue, in a component.
#[inline(never)]
pub fn use_i18n() -> Words {
    expect_context()
}

/// A text of the catalogue: `t_string!(i18n, place.key)`, or `t_string!(i18n, place.key, name = value)` where it has gaps.
macro_rules! t_string {
    ($i18n:expr, $($key:tt)+) => {
        leptos_i18n::td_string!($crate::ui::i18n::Words::locale($i18n), $($key)+)
    };
}
pub(crate) use t_string;
