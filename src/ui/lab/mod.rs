//! The page's state: the run that it shows, the step of it, what is looked at, and what drives it from outside.

pub mod address;
mod away;
pub mod foreseen;
pub mod instruments;
pub mod keyboard;
mod own_text;
mod pace;
pub mod reading;
mod recovery;
mod requests;
pub mod scene;
mod state;
#[cfg(test)]
mod tests;
mod travel;

pub(super) use pace::paced;
pub use state::{Lab, use_lab};
