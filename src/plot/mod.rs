//! Scales, ticks and charts, drawn on [`Paper`], which any of plotters' back ends is: the same code draws on the page's
//! canvases and into SVG files.
//!
//! A chart is drawn in two layers. Its *axes* (frame, grid, labels) change only with range, size and theme; its *data*
//! change with every frame. Both are drawn by way of the chart's axes value, which maps numbers to pixels and back, so
//! that what the pointer reads is what is drawn. Every word comes from outside; a chart knows none.

mod chart_axes;
mod clip;
pub mod color;
pub mod contour;
pub mod csv;
pub mod curves;
mod frame;
pub mod gradient_by_place;
pub mod gradient_over_time;
pub mod histogram;
pub mod learned;
pub mod level_map;
mod levels;
pub mod loss;
pub mod network;
pub mod number;
mod paint;
mod paper;
pub mod parameter_list;
mod place_axis;
mod place_marks;
pub mod runs;
pub mod runs_by_place;
pub mod runs_over_steps;
pub mod scale;
pub mod series;
mod step_axis;
pub mod step_curves;
mod surface;
pub mod svg;
pub mod sweep_axis;
pub mod sweep_curve;
pub mod sweep_lines;
pub mod sweep_map;
#[cfg(test)]
mod testing;
pub mod theme;
pub mod ticks;
pub mod unrolled;
mod value_axis;
mod viridis;
mod walks;
pub mod worked;

pub use chart_axes::ChartAxes;
pub use frame::{Frame, StripKind, StripLabels};
pub use paint::Marker;
pub use paper::Paper;
pub use surface::{Rect, Surface};
