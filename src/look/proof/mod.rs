//! Claims about a run that can be checked on the run itself.

mod checks;
mod claim;
mod finite_difference;
mod identities;
mod through_time;

pub use checks::Proof;
pub use claim::{Check, Claim, Found, NotClaimed};
pub use through_time::ProofThroughTime;
