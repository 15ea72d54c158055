//! Training: one optimizer step at a time, each with its [`StepReport`].

mod beginning;
mod divergence;
mod history;
mod layout;
mod norms;
mod quantity;
mod recurrent;
mod recurrent_memory;
mod report;
mod samples;
mod sequence_answers;
mod sequence_batch;
mod trainer;

pub use beginning::{Alike, Beginning, Tensor};
pub use divergence::{DivergedQuantity, Divergence};
pub use history::{Bucket, History, bucket_of};
pub use layout::{Layout, Weights};
pub use quantity::Quantity;
pub use recurrent::RecurrentTrainer;
pub use report::StepReport;
pub use samples::Samples;
pub(crate) use samples::{Data, load};
pub use sequence_answers::SequenceAnswers;
pub use sequence_batch::SequenceBatch;
pub(crate) use trainer::Pass;
pub use trainer::{DecayScope, Trainer};
