//! The page: Leptos components, one file each, and no numerics.

/// The message catalogue: every word on the page, from `locales/`, made into code by `build.rs`.
#[allow(missing_docs, clippy::all, reason = "generated")]
mod catalogue {
    include!(concat!(env!("OUT_DIR"), "/i18n.rs"));
}
pub use catalogue::i18n;

pub mod address;
pub mod app;
pub mod chart;
pub mod clipboard;
pub mod control;
pub mod dropdown;
pub mod formula;
pub mod icon;
pub mod instruments;
pub mod keyboard;
pub mod lab;
pub mod learned;
pub mod lessons;
pub mod network;
pub mod notices;
pub mod panel;
pub mod post_mortem;
pub mod proof;
pub mod reading;
pub mod recovery;
pub mod run_bar;
pub mod scrubber;
pub mod share_dialog;
pub mod side;
pub mod status_line;
pub mod stopped;
pub mod storage;
pub mod theme;
pub mod travel;
pub mod verdict;
pub mod why;
pub mod words;
pub mod workbench;

pub use app::start;

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
