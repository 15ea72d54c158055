//! The inner loops: matrix products, activations over slices, reductions.
//!
//! Everything works on one layout, [`Panels`], whose loops over eight neighbouring columns the compiler turns into
//! vector instructions, and in a fixed order of operations, so that the results are the same bits on every machine.
//! The products are tested against plain twins written with ndarray.

pub mod activate;
mod activation;
pub mod cells;
pub mod eigenvalues;
mod elementary;
mod formats;
mod panels;
pub mod product;
mod real;
pub mod rows;
mod squares;
mod vector;

pub use activation::Activation;
pub use panels::{Panels, RUN, sum_lane, sum_of_squares};
pub use real::{LANES, Lane, Real, Vector};
pub use squares::{Squares, mean_and_std};
pub use vector::{F32x8, F64x8};
