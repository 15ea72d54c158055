//! The page: Leptos components, one file each, in rooms by what the reader sees; no numerics.

/// The message catalogue: every word on the page, from `locales/`, made into code by `build.rs`.
#[allow(missing_docs, clippy::all, reason = "generated")]
mod catalogue {
    include!(concat!(env!("OUT_DIR"), "/i18n.rs"));
}
pub use catalogue::i18n;

pub mod app;
pub mod chart;
pub mod column;
pub mod lab;
pub mod run_bar;
pub mod settings;
pub mod shared;
pub mod top;
pub mod workbench;

pub use app::start;

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
