//! Looking at a run: its last pass seen closely, its scores and answers, what its steps say, and claims checked on it.
//! Nothing here changes the run.

mod answering;
pub mod by_hand;
pub mod by_hand_in_time;
mod evaluation;
pub mod finding;
mod histogram;
pub mod learned_sequences;
pub mod phase;
pub mod proof;
mod recurrent_trace;
pub mod recurrent_view;
mod sample_trace;
mod sequence_evaluation;
mod sequence_view;
pub mod step_reading;
mod trace;
pub mod view;
mod vocabulary;
mod weight;

pub use evaluation::Scoring;
pub use histogram::Extent;
pub use trace::Trace;
pub use weight::WeightInStep;
