//! Several runs that are driven as one.

/// Who drives several runs together, in the place of each by itself.
pub trait Conductor {
    /// Runs all, or pauses what runs.
    fn toggle_run(&self);
    /// Makes one step of each and pauses there.
    fn step(&self);
    /// Brings all back to step 0.
    fn reset(&self);
    /// Shows a step of each.
    fn show_step(&self, step: u64);
    /// Shows the latest of each.
    fn show_latest(&self);
    /// Goes on from the step that is shown.
    fn continue_here(&self);
    /// Whether any of them goes on by itself; follows every change of it.
    fn is_under_way(&self) -> bool;
    /// Whether any of them can make another step; follows every change of it.
    fn can_go_on(&self) -> bool;
}
