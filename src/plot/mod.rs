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
mod step_axis;
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

use plotters_backend::DrawingBackend;
use theme::Theme;

/// A chart's axes: how its data stand on a surface.
pub trait ChartAxes: Clone + PartialEq {
    /// What the chart shows.
    type Data<'a>;
    /// The words on the chart.
    type Labels: PartialEq;

    /// The axes for data, close to the previous ones; `None` where there is nothing to show or no room for it.
    fn fit(surface: Surface, theme: &Theme, data: &Self::Data<'_>, previous: Option<&Self>) -> Option<Self>;

    /// Draws everything but the data.
    ///
    /// # Errors
    /// Those of the backend.
    fn draw<DB: DrawingBackend>(&self, backend: &mut DB, theme: &Theme, labels: &Self::Labels) -> Drawn<DB>;

    /// Draws the data.
    ///
    /// # Errors
    /// Those of the backend.
    fn draw_data<DB: DrawingBackend>(&self, backend: &mut DB, theme: &Theme, data: &Self::Data<'_>) -> Drawn<DB>;
}
