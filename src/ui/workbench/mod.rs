//! The instruments below the main chart: the tabs, and the panes that are more than a chart.

mod answers;
mod cell;
mod learned;
mod network;
mod panes;
mod proof;
mod tabs;
mod unrolled;
mod walk;
mod worked_formulas;

pub use tabs::Workbench;
