//! Training: one optimizer step at a time, each with its [`StepReport`].

pub mod finding;
mod history;
pub mod proof;
mod report;
mod trainer;
pub mod view;

pub use history::{Bucket, History};
pub use report::{Quantity, StepReport};
pub use trainer::{AnyTrainer, DecayScope, DivergedQuantity, Divergence, Samples, Trainer};
