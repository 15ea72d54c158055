//! The page: Leptos components, one file each, and no numerics.

// The message catalogue: every word on the page, from `locales/`.
leptos_i18n::load_locales!();

pub mod chart;
pub mod lab;
