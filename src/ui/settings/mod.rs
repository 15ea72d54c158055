//! The settings: the panel, and the control of each parameter, generated from the table of parameters.

mod choice_control;
mod control;
mod notches;
mod number_control;
mod panel;
mod parts;
mod switch_control;

pub use control::{Control, SetElsewhere};
pub use notches::Notches;
pub use panel::Panel;
