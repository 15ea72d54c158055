//! Training: one optimizer step at a time, each with its [`StepReport`].

mod history;
mod report;
mod trainer;

pub use history::{Bucket, History};
pub use report::{Quantity, StepReport};
pub use trainer::{AnyTrainer, DecayScope, DivergedQuantity, Divergence, Samples, Trainer};
