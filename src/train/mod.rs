//! Training: one optimizer step at a time, each with its [`StepReport`].

mod history;
mod report;
mod samples;
mod trainer;

pub use history::{Bucket, History, bucket_of};
pub use report::{Quantity, StepReport};
pub use samples::Samples;
pub(crate) use samples::{Data, MOST_HELD_OUT, load};
pub(crate) use trainer::Pass;
pub use trainer::{DecayScope, DivergedQuantity, Divergence, Trainer};
