//! What every chart is to the page.

use super::paint::Drawn;
use super::surface::Surface;
use super::theme::Theme;
use plotters_backend::DrawingBackend;

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
