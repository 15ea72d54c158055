//! A map of many runs: which parameters it has along its axes, which runs that is, and what they come to together.
//!
//! A [`Sweep`] is what a link holds; with the experiment that all its runs have but for the parameters of its axes it is a
//! [`Plan`]: cells, each of them an experiment, and for each cell as many runs as there are seeds. What is asked of each run
//! ([`Need`]) and what came of it ([`Measured`]) do not know of each other's sweeps, so what was once measured is measured no
//! more ([`Known`]). [`Dealer`] hands the runs to those who make them, coarse cells first, and again where one of them was
//! lost. [`Summary`] is what the seeds of a cell come to, and [`Seen`] what a map
//! says by now.
//!
//! Where it is made, [`measuring`] makes a run piece by piece, and [`border`] is theory's word on the map.

mod axis;
pub mod border;
mod dealer;
mod definition;
mod known;
pub mod measuring;
mod outcome;
mod plan;
mod seen;
mod summary;
mod work;

pub use axis::{Axis, Points, PointsError, number_of};
pub use dealer::{Dealer, MOST_LOSSES};
pub use definition::{MOST_STEPS, Problem, Sweep, outcome_of};
pub use known::Known;
pub use outcome::{Came, Measured, Need, Outcome};
pub use plan::{Cell, Excess, Plan, Refusal};
pub use seen::{Finding, Seen};
pub use summary::Summary;
