//! Training: one optimizer step at a time, each with its [`StepReport`].

mod any_trainer;
mod evaluation;
pub mod finding;
mod histogram;
mod history;
pub mod phase;
pub mod proof;
mod report;
mod samples;
pub mod step_reading;
mod trace;
mod trainer;
pub mod view;

pub use any_trainer::AnyTrainer;
pub use evaluation::Scoring;
pub use history::{Bucket, History, bucket_of};
pub use report::{Quantity, StepReport};
pub use samples::Samples;
pub use trace::Trace;
pub use trainer::{DecayScope, DivergedQuantity, Divergence, Trainer};
