//! Gradient Lab trains a small deep network in the browser and shows, after every optimizer step,
//! what happens to the gradient in each layer.
//!
//! `ARCHITECTURE.md` draws the map: which module may use which, and the invariants that the tests keep.

#![deny(unsafe_code)]

pub mod choice;
pub mod data;
pub mod decimal;
pub mod diagnosis;
pub mod experiment;
pub mod kernel;
pub mod look;
pub mod nn;
pub mod optim;
#[cfg(feature = "page")]
pub mod plot;
pub mod random;
pub mod run;
pub mod surface;
pub mod sweep;
pub mod theory;
pub mod train;
pub mod worker;

#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub mod ui;
