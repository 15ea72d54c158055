//! The page's head: lessons, theme, the link to send, and what the page has to say when something went wrong.

mod lessons;
mod more;
mod notices;
mod share_dialog;
mod stopped;
mod theme;

pub use lessons::Lessons;
pub use more::More;
pub use notices::Notices;
pub use share_dialog::Share;
pub use stopped::show_panics;
pub use theme::{ThemeButton, provide_theme};
