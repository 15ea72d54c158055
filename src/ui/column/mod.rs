//! The column beside the charts: what is happening, why, what to try, and what was before a run diverged.

mod decay;
mod emphasis;
mod face;
mod post_mortem;
mod side;
mod slope;
mod standing;
mod time_formula;
mod time_theory;
mod time_verdict;
mod time_why;
mod verdict;
mod why;

pub use face::badge_of;
pub use side::Side;
