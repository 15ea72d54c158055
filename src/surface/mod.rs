//! Optimizers on functions of two parameters: the rules that train networks, where all that they do can be seen.
//!
//! An [`Objective`] has a value and an exact gradient everywhere; a [`Descent`] is what an optimizer of [`crate::optim`]
//! makes of it, step by step; [`theory`] says what it should make of a quadratic, and [`Outcome`] what it did. A
//! [`Setting`] is all of that, as a link describes it.

mod curvature;
mod descent;
pub mod examples;
mod link;
mod objective;
mod outcome;
mod setting;
pub mod theory;
mod tuned;

pub use curvature::{Curvature, Point};
pub use descent::{Descent, FAR, Made};
pub use link::{Allowed, Notice};
pub use objective::{Function, Objective};
pub use outcome::{Agreement, End, Outcome};
pub use setting::{MOST_PATHS, MOST_STEPS, Setting};
pub use tuned::{HyperParameter, Method, Tuned};
