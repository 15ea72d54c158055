//! The Web Worker that owns the training, and the page's handle on it.
//!
//! [`protocol`] says what they tell each other; [`session`] is what the worker does, `runtime` its place in the
//! browser, `client` its handle on the page.

mod forecaster;
pub mod protocol;
pub mod session;

#[cfg(target_arch = "wasm32")]
pub mod client;
#[cfg(target_arch = "wasm32")]
pub mod runtime;
