//! What recurrent networks learn: tasks, all generated from a seed or made of texts that the project ships.

mod corpus;
mod generate;
mod generated;
mod lengths;
mod loading;
mod own_text;
mod sentences;
mod set;
mod task;
mod text;

pub use corpus::{Corpus, Shipped};
pub use lengths::padding_shares;
pub(crate) use loading::{for_each_asked, load_inputs, load_targets, room_for_targets};
pub use own_text::{BadText, MOST_CHARACTERS};
pub use set::{NO_TARGET, SequenceData, SequenceInputs, SequenceSet, SequenceSpec, SequenceTargets};
pub use task::{Decisive, Language, Padding, Task};
pub(crate) use task::{LONGEST_SENTENCE, SYMBOLS};
pub use text::character_entropy;
