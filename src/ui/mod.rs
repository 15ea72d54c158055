//! The page: Leptos components, one file each, in rooms by what the reader sees; no numerics.

pub mod app;
pub mod chart;
pub mod column;
pub mod i18n;
pub mod lab;
pub mod reactive;
pub mod run_bar;
pub mod scenes;
pub mod settings;
pub mod shared;
pub mod top;
pub mod workbench;

pub use app::start;

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
