//! The whole picture: the numbers of the layers, the legend and the network.

use super::axes::{Axes, Data, Labels};
use super::legend;
use crate::plot::chart_axes::ChartAxes;
use crate::plot::paint::{Painter, TextLook};
use crate::plot::paper::Paper;
use crate::plot::surface::Surface;
use crate::plot::theme::Theme;
use plotters_backend::text_anchor::{HPos, VPos};

impl ChartAxes for Axes {
    type Data<'a> = Data<'a>;
    type Labels = Labels;

    fn fit(surface: Surface, theme: &Theme, data: &Data<'_>, previous: Option<&Self>) -> Option<Self> {
        Self::of(surface, theme, data, previous)
    }

    /// Draws everything but the network: the numbers of the layers, and the legend.
    fn draw(&self, paper: &mut dyn Paper, theme: &Theme, labels: &Labels) {
        let mut painter = Painter::new(paper, theme);
        let em = self.em;
        painter.rect((0.0, 0.0), (self.surface.width.into(), self.surface.height.into()), theme.background, 1.0);
        let look = TextLook::new(em, theme.muted, HPos::Center, VPos::Center);
        let y = self.plot.bottom + 0.9 * em;
        let (first, last) = (self.column_to_x(0), self.column_to_x(self.widths.len() - 1));
        painter.text(&labels.input, (first, y), look);
        let (numbered, output) = labels.layers.numbered(self.widths.len() - 1);
        painter.text(output.unwrap_or_default(), (last, y), look);
        for (number, place) in labels.layers.ticks(numbered, (self.plot.width() / (1.9 * em)) as usize) {
            let x = self.column_to_x(place + 1);
            if x - first > 1.3 * em && last - x > 1.7 * em {
                painter.text(&number.to_string(), (x, y), look);
            }
        }
        legend::draw(&mut painter, self, theme, labels);
    }

    /// Draws the network.
    fn draw_data(&self, paper: &mut dyn Paper, theme: &Theme, data: &Data<'_>) {
        self.draw_network(&mut Painter::new(paper, theme), theme, data);
    }
}

#[cfg(test)]
#[path = "picture_tests.rs"]
mod tests;
