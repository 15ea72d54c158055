//! What is known of the networks that repairs would make.

use crate::theory::Outlook;

/// What is known of the network that a repair would make.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Foreseen {
    /// It is being worked out.
    Waiting,
    /// It is not known.
    Nothing,
    /// This.
    Outlook(Outlook),
}
