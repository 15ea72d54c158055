//! Scales, ticks and charts, generic over plotters' `DrawingBackend`: the same code draws on the page's canvases and,
//! in the tests, into an SVG.
//!
//! A chart is drawn in two layers. Its *axes* (frame, grid, labels) change only with range, size and theme; its *data*
//! change with every frame. Both are drawn by way of the chart's axes value, which maps numbers to pixels and back, so
//! that what the pointer reads is what is drawn. Every word comes from outside; a chart knows none.

pub mod color;
pub mod contour;
pub mod csv;
mod frame;
pub mod gradient_by_layer;
pub mod gradient_over_time;
pub mod histogram;
pub mod learned;
pub mod loss;
pub mod network;
mod network_legend;
pub mod number;
mod paint;
pub mod scale;
pub mod svg;
#[cfg(test)]
mod testing;
pub mod theme;
pub mod ticks;
mod value_axis;
mod viridis;
mod walks;

pub use frame::{Frame, Rect, StripKind, StripLabels, Surface};
pub use paint::{Drawn, Marker};
