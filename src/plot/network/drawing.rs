//! Units, lines and bands of the picture, and what is lit and chosen in it.

use super::axes::{Axes, DEGREES, Data, LOOKS, Shade, Strength, TURNS, hue, is_lit, is_whole};
use super::unit::draw_unit;
use crate::look::phase::Phase;
use crate::look::view::NetworkView;
use crate::plot::color::okabe_ito;
use crate::plot::paint::{Marker, Painter, TextLook};
use crate::plot::theme::Theme;
use crate::plot::walks::{Stop, walks};
use crate::train::StepReport;
use plotters_backend::text_anchor::{HPos, VPos};

impl Axes {
    /// Draws units and lines, or bands, and what is pointed out in them.
    pub(super) fn draw_network(&self, painter: &mut Painter<'_>, theme: &Theme, data: &Data<'_>) {
        let Data { network, report, pointed, .. } = *data;
        if network.widths != self.widths {
            return;
        }
        self.draw_light(painter, theme, pointed.phase);
        match self.radius {
            Some(radius) if is_whole(network) => {
                for layer in 0..self.widths.len() - 1 {
                    let is_dim = !is_lit(pointed.phase, layer, self.widths.len() - 1);
                    self.draw_edges(painter, theme, network, layer, is_dim);
                }
                self.draw_chosen_edges(painter, theme, network, pointed.unit);
                self.draw_chosen_column(painter, theme, pointed.unit);
                self.draw_units(painter, theme, network, radius, pointed.unit);
            }
            _ => {
                self.draw_bands(painter, theme, report);
                self.draw_chosen_column(painter, theme, pointed.unit);
            }
        }
        self.draw_arrow(painter, theme, pointed.phase);
    }

    /// Lights the columns that a phase is about.
    fn draw_light(&self, painter: &mut Painter<'_>, theme: &Theme, phase: Option<Phase>) {
        let half = (0.4 * self.spacing()).clamp(0.2 * self.em, 0.9 * self.em);
        let last = self.column_to_x(self.widths.len() - 1);
        let column = |layer: usize| self.column_to_x((layer + 1).min(self.widths.len() - 1));
        let (left, right) = match phase {
            None => return,
            Some(Phase::Forward(layer) | Phase::Backward(layer)) => (column(layer) - half, column(layer) + half),
            Some(Phase::Loss) => (last - half, last + 2.5 * self.em),
            Some(Phase::Update) => (self.column_to_x(0) - half, last + half),
        };
        let light = theme.background.mix(okabe_ito::YELLOW, 0.4);
        painter.rect((left, self.plot.top - 0.3 * self.em), (right, self.plot.bottom + 0.2 * self.em), light, 1.0);
        if phase == Some(Phase::Loss) {
            let look = TextLook::new(1.2 * self.em, theme.text, HPos::Center, VPos::Center).bold();
            painter.text("L", (last + 1.8 * self.em, (self.plot.top + self.plot.bottom) / 2.0), look);
        }
    }

    /// Draws an arrow over the columns between which a phase goes, in its direction.
    fn draw_arrow(&self, painter: &mut Painter<'_>, theme: &Theme, phase: Option<Phase>) {
        let (em, y) = (self.em, self.plot.top - 0.9 * self.em);
        let last = self.widths.len() - 1;
        let x = |column: usize| self.column_to_x(column.min(last));
        // The gradient comes to the output layer from the loss, beside it.
        let above = |layer: usize| if layer + 1 >= last { x(last) + 1.6 * em } else { x(layer + 2) };
        let (from, to) = match phase {
            Some(Phase::Forward(layer)) => (x(layer), x(layer + 1)),
            Some(Phase::Backward(layer)) => (above(layer), x(layer + 1)),
            _ => return,
        };
        let toward = (to - from).signum();
        // Between columns that stand close, an arrow that can be seen.
        let from = if (to - from).abs() < 2.0 * em { to - toward * 2.0 * em } else { from };
        painter.path(&[(from, y), (to - toward * 0.5 * em, y)], 0.22 * em, theme.text);
        let back = to - toward * 0.9 * em;
        painter.polygon(&[(to, y), (back, y - 0.5 * em), (back, y + 0.5 * em)], theme.text, 1.0);
    }

    /// Draws the lines into a layer, the faintest first.
    fn draw_edges(&self, painter: &mut Painter<'_>, theme: &Theme, network: &NetworkView, layer: usize, is_dim: bool) {
        let outputs = self.widths[layer + 1];
        // Equally strong lines of both signs would hide one another, so they take turns.
        let turns = if self.shade == Shade::Gradient { TURNS } else { 1 };
        let mut by_look: [Vec<(usize, usize)>; LOOKS] = Default::default();
        for turn in 0..turns {
            by_look.iter_mut().for_each(Vec::clear);
            for input in (turn..self.widths[layer]).step_by(turns) {
                for output in 0..outputs {
                    let slot = match self.strength(self.edge(network, layer, input * outputs + output)) {
                        Strength::None => continue,
                        Strength::Degree { degree, is_negative } => 2 * (degree - 1) + usize::from(is_negative),
                        Strength::NotFinite => LOOKS - 1,
                    };
                    by_look[slot].push((input, output));
                }
            }
            for (slot, edges) in by_look.iter().enumerate() {
                let degree = (slot / 2 + 1).min(DEGREES);
                let color = if slot == LOOKS - 1 { theme.not_a_number } else { hue(theme, slot % 2 == 1, degree) };
                let color = if is_dim { theme.background.mix(color, 0.3) } else { color };
                for walk in walks(edges) {
                    let points: Vec<_> = walk.iter().map(|stop| self.stop_to_point(layer, *stop)).collect();
                    painter.path(&points, self.line_width(degree), color);
                }
                if let Some(radius) = self.gap_radius(layer).filter(|_| slot % 2 == 1) {
                    self.draw_gaps(painter, theme, layer, edges, radius.max(0.8 * self.line_width(degree)));
                }
            }
        }
    }

    /// Interrupts lines, which says that they are negative to those who do not see that by their hue.
    fn draw_gaps(&self, painter: &mut Painter<'_>, theme: &Theme, layer: usize, edges: &[(usize, usize)], radius: f64) {
        for &(input, output) in edges {
            let (from, to) =
                (self.stop_to_point(layer, Stop::Left(input)), self.stop_to_point(layer, Stop::Right(output)));
            // Not all at the same place, where they would make an upright line.
            let along = 0.3 + 0.1 * ((input + 2 * output) % 5) as f64;
            let at = (from.0 + (to.0 - from.0) * along, from.1 + (to.1 - from.1) * along);
            painter.marker(Marker::Circle, at, radius, theme.background);
        }
    }

    /// Draws the lines at the chosen unit once more, wider and, where they are negative, dashed.
    fn draw_chosen_edges(
        &self,
        painter: &mut Painter<'_>,
        theme: &Theme,
        network: &NetworkView,
        chosen: Option<(usize, usize)>,
    ) {
        let Some((layer, unit)) = chosen.filter(|(layer, unit)| *unit < self.units(layer + 1)) else { return };
        let into = (0..self.widths[layer]).map(|input| (layer, input, unit));
        let above = (0..self.units(layer + 2)).map(|output| (layer + 1, unit, output));
        for (layer, input, output) in into.chain(above) {
            let value = self.edge(network, layer, input * self.widths[layer + 1] + output);
            let ends = [self.stop_to_point(layer, Stop::Left(input)), self.stop_to_point(layer, Stop::Right(output))];
            let width = |degree| self.line_width(degree) + self.surface.scale;
            match self.strength(value) {
                Strength::None => {}
                Strength::Degree { degree, is_negative: true } => {
                    painter.dashed_path(&ends, width(degree), 0.5 * self.em, hue(theme, true, degree));
                }
                Strength::Degree { degree, .. } => painter.path(&ends, width(degree), hue(theme, false, degree)),
                Strength::NotFinite => painter.path(&ends, width(DEGREES), theme.not_a_number),
            }
        }
    }

    /// Draws the units by the first sample's outputs: a disc for a positive one, a ring for a negative one.
    fn draw_units(
        &self,
        painter: &mut Painter<'_>,
        theme: &Theme,
        network: &NetworkView,
        radius: f64,
        chosen: Option<(usize, usize)>,
    ) {
        let outputs = || network.outputs.iter().flatten().map(|h| f64::from(h.abs()));
        let largest = outputs().filter(|h| h.is_finite()).fold(0.0, f64::max);
        for (column, &units) in self.widths.iter().enumerate() {
            for unit in 0..units {
                let at = (self.column_to_x(column), self.unit_to_y(column, unit));
                if column > 0 && chosen == Some((column - 1, unit)) {
                    painter.marker(Marker::Circle, at, radius + 3.0 * self.surface.scale, theme.text);
                    painter.marker(Marker::Circle, at, radius + 1.4 * self.surface.scale, theme.background);
                }
                let h = network.outputs.get(column).and_then(|row| row.get(unit)).copied().map(f64::from);
                draw_unit(painter, theme, at, radius, h.map(|h| (h, h.abs() / largest)));
            }
        }
    }

    /// Draws a band for each column, and the weights between as what joins them.
    fn draw_bands(&self, painter: &mut Painter<'_>, theme: &Theme, report: Option<&StepReport>) {
        let half = (0.3 * self.spacing()).clamp(0.5 * self.surface.scale, 0.6 * self.em);
        let middle = (self.plot.top + self.plot.bottom) / 2.0;
        for column in 0..self.widths.len() {
            let (x, reach) = (self.column_to_x(column), (self.column_height(column) / 2.0).max(self.surface.scale));
            let color = match column.checked_sub(1) {
                None => theme.zero,
                Some(layer) => self.band_value(report, layer).map_or(theme.zero, |value| self.band_color(theme, value)),
            };
            if column > 0 {
                let (before, at) = (self.column_to_x(column - 1) + half, self.column_height(column - 1) / 2.0);
                let corners = [
                    (before, middle - at),
                    (x - half, middle - reach),
                    (x - half, middle + reach),
                    (before, middle + at),
                ];
                painter.polygon(&corners, theme.background.mix(color, 0.5), 1.0);
            }
            painter.rect((x - half, middle - reach), (x + half, middle + reach), color, 1.0);
        }
    }

    /// Draws a frame around the chosen unit's column.
    fn draw_chosen_column(&self, painter: &mut Painter<'_>, theme: &Theme, chosen: Option<(usize, usize)>) {
        let Some((layer, _)) = chosen.filter(|(layer, _)| layer + 1 < self.widths.len()) else { return };
        let (x, half) = (self.column_to_x(layer + 1), (0.42 * self.spacing()).clamp(0.2 * self.em, 0.9 * self.em));
        let (top, bottom) = (self.plot.top - 0.3 * self.em, self.plot.bottom + 0.2 * self.em);
        let (left, right) = (x - half, x + half);
        let around = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        painter.path(&around, self.surface.scale, theme.text);
    }
}
