//! The page's state: the run that it shows, the step of it, what is looked at, and what drives it from outside.

pub mod address;
mod away;
pub mod conductor;
pub mod foreseen;
pub mod instruments;
pub mod keyboard;
mod own_text;
mod pace;
pub mod reading;
mod recovery;
mod repairing;
mod repairs;
mod requests;
pub mod scene;
mod state;
#[cfg(test)]
mod tests;
mod together;
mod travel;

pub(super) use pace::paced;
pub use state::{Lab, use_lab};
