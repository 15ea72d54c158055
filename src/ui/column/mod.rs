//! The column beside the charts: what is happening, why, what to try, and what was before a run diverged.

mod post_mortem;
mod side;
mod verdict;
mod why;

pub use side::Side;
