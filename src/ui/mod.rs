//! The page: Leptos components, one file each, and no numerics.

// The message catalogue: every word on the page, from `locales/`.
leptos_i18n::load_locales!();

pub mod address;
pub mod app;
pub mod chart;
pub mod control;
pub mod dropdown;
pub mod formula;
pub mod icon;
pub mod keyboard;
pub mod lab;
pub mod lessons;
pub mod notices;
pub mod number;
pub mod panel;
pub mod reading;
pub mod run_bar;
pub mod share_dialog;
pub mod side;
pub mod status_line;
pub mod storage;
pub mod theme;
pub mod verdict;
pub mod why;
pub mod words;

/// Makes the compiler look again when the catalogue changes, which the macro above does not.
const _CATALOGUE: [&str; 2] =
    [include_str!("../../locales/en/page.json"), include_str!("../../locales/en/parameters.json")];
