//! The Web Worker that owns the training, and the page's handle on it.
//!
//! [`protocol`] says what they tell each other; [`session`] is what the worker does, with `travel` to earlier steps,
//! `looking` for what the page looks at, `inquiry` for what it asks and `fetching` for the parts of its code that are not
//! there yet ([`parts`]); `runtime` is its place in the browser, `client` its handle on the page.

mod checkpoints;
mod fetching;
mod forecaster;
mod inquiry;
mod looking;
mod lookout;
pub mod parts;
pub mod protocol;
mod run;
pub mod session;
mod stopping;
mod travel;

#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub mod client;
#[cfg(target_arch = "wasm32")]
pub mod runtime;

/// How long a slice of work lasts before the mailbox is looked at, unless one step takes longer.
const SLICE_MS: f64 = 8.0;
