//! The Web Worker that owns the training, and the page's handle on it.
//!
//! [`protocol`] says what they tell each other; [`session`] is what the worker does, with `travel` to earlier steps,
//! `looking` for what the page looks at, `inquiry` for what it asks, `away` for when nobody sees it, `memory` for when there
//! is not enough and `fetching` for the parts of its code that are not there yet ([`parts`]); `runtime` is its place in
//! the browser, `client` its handle on the page, which says why when it fails
//! ([`failure`]). Workers of the same code make the runs of maps, when they are started for that: [`orders`] is their protocol,
//! `measurer` what they do, `measurer_runtime` and `measurer_client` as above.

mod away;
mod checkpoints;
pub mod failure;
mod fetching;
mod forecaster;
mod inquiry;
mod looking;
mod lookout;
pub mod measurer;
mod meeting;
mod memory;
mod meter;
pub mod orders;
pub mod parts;
pub mod protocol;
mod run;
pub mod session;
mod stopping;
mod together;
mod travel;
mod worker_part;

#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub mod client;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub mod event;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub mod measurer_client;
#[cfg(target_arch = "wasm32")]
pub mod measurer_runtime;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
mod patience;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
mod place;
#[cfg(target_arch = "wasm32")]
pub mod runtime;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
mod started;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
mod watchdog;

/// How long a slice of work lasts before the mailbox is looked at, unless one step takes longer.
const SLICE_MS: f64 = 8.0;
