//! What drives the run and says where it stands: the bar with its buttons, the line of its status, the slider of steps.

mod bar;
mod notices;
mod scrubber;
mod status_line;

pub use bar::RunBar;
pub use notices::RunNotices;
pub use scrubber::Scrubber;
