//! What every chart is to the page.

use super::paper::Paper;
use super::surface::Surface;
use super::theme::Theme;

/// A chart's axes: how its data stand on a surface.
pub trait ChartAxes: Clone + PartialEq {
    /// What the chart shows.
    type Data<'a>;
    /// The words on the chart.
    type Labels: PartialEq;

    /// The axes for data, close to the previous ones; `None` where there is nothing to show or no room for it.
    fn fit(surface: Surface, theme: &Theme, data: &Self::Data<'_>, previous: Option<&Self>) -> Option<Self>;

    /// Draws everything but the data.
    fn draw(&self, paper: &mut dyn Paper, theme: &Theme, labels: &Self::Labels);

    /// Draws the data.
    fn draw_data(&self, paper: &mut dyn Paper, theme: &Theme, data: &Self::Data<'_>);
}
