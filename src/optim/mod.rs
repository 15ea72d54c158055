//! The optimizers: each turns the gradient of a parameter tensor into the change of its entries.

mod adagrad;
mod adam;
mod clip;
mod hyper;
mod kind;
mod momentum;
mod rmsprop;
mod rule;
mod schedule;
mod sgd;
mod update;

pub use clip::ClipKind;
pub use hyper::{Defaults, Hyper};
pub use kind::OptimizerKind;
pub use schedule::ScheduleKind;
pub use update::{Optimizer, State, UpdateNorms};
