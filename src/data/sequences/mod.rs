//! What recurrent networks learn: tasks, all generated from a seed or made of texts that the project ships.

mod corpus;
mod generate;
mod set;
mod task;

pub use corpus::{BadText, Corpus, MOST_CHARACTERS, Shipped};
pub use set::{NO_TARGET, SequenceData, SequenceInputs, SequenceSet, SequenceSpec, SequenceTargets};
pub use task::{Decisive, Language, Padding, Task};
