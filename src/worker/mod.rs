//! The Web Worker that owns the training, and the page's handle on it.
//!
//! [`protocol`] says what they tell each other; `runtime` is the loop in the worker, `client` its handle on the page.

pub mod protocol;

#[cfg(target_arch = "wasm32")]
pub mod client;
#[cfg(target_arch = "wasm32")]
pub mod runtime;
