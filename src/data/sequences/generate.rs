//! The sequences of every task.

use super::corpus::{BadText, Corpus};
use super::set::{SequenceData, SequenceSpec};

impl SequenceData {
    /// The sequences of a task.
    ///
    /// # Errors
    /// Where the text of the corpus does not do for the task.
    pub fn generate(spec: &SequenceSpec, corpus: &Corpus) -> Result<Self, BadText> {
        let _ = (spec, corpus);
        todo!("tasks")
    }
}
