//! A map of runs over two parameters: a cell for each pair of values, and lines over it.

use super::chart_axes::ChartAxes;
use super::color::{Rgb, diverging, viridis};
use super::frame::StripLabels;
use super::paint::{Painter, TextLook, letters_em};
use super::paper::Paper;
use super::scale::{LinearRange, LogRange, ValueScale};
use super::surface::{Rect, Surface};
use super::sweep_axis::Along;
use super::sweep_lines::Lines;
use super::theme::Theme;
use super::ticks::TickLabel;
use plotters_backend::text_anchor::{HPos, VPos};

/// What a cell shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// Nothing yet.
    Unknown,
    /// There is no such run.
    Impossible,
    /// A number.
    Number(f64),
    /// Runs that ended at a number that is not finite.
    Diverged,
    /// Runs that did not come to it.
    Never,
}

/// How numbers are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shading {
    /// Factors, by how far they are from 1 and on which side.
    Factor,
    /// Numbers over 0, by their size.
    Size,
    /// Fractions.
    Share,
}

impl Shading {
    /// The scale of numbers. Of factors it is as far to both sides of 1, and ends where a thousandth of a thousandth is left.
    pub fn scale(self, numbers: impl Iterator<Item = f64>, previous: Option<ValueScale>) -> ValueScale {
        match self {
            Self::Share => ValueScale::Linear(LinearRange::UNIT),
            Self::Factor => {
                let placed = numbers.filter(|number| *number > 0.0 && number.is_finite());
                let farthest = placed.map(|number| number.log10().abs()).fold(1.0, f64::max);
                let decades = if farthest > 3.0 { 6 } else { farthest.ceil() as i32 };
                let ends = [-decades, decades].map(|exponent| 10f64.powi(exponent));
                ValueScale::Log(LogRange::fit(ends, 2))
            }
            Self::Size => {
                let previous = match previous {
                    Some(ValueScale::Log(range)) => Some(range),
                    _ => None,
                };
                ValueScale::Log(LogRange::fit(numbers, 1).settle(previous))
            }
        }
    }

    /// The colour at a place of the scale.
    fn color(self, position: f64) -> Rgb {
        if self == Self::Factor { diverging(position) } else { viridis(position) }
    }
}

/// A line over the map.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Its pieces.
    pub lines: Lines,
    /// What is written at it.
    pub label: String,
    /// Whether it is of dashes.
    pub is_dashed: bool,
}

/// What the map shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// The values across.
    pub across: Along,
    /// The values from the bottom up.
    pub up: Along,
    /// The cells, row by row from the bottom up.
    pub cells: Vec<Cell>,
    /// How numbers are shown.
    pub shading: Shading,
    /// What lies over the cells.
    pub curves: Vec<Curve>,
}

/// The words on the map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// The title of the colour bar.
    pub value_axis: String,
    /// At the colours of zero and infinity.
    pub specials: StripLabels,
    /// At the colour of runs that diverged.
    pub diverged: String,
    /// At the colour of those that did not come to what was waited for.
    pub never: String,
}

/// The map's axes: how its cells and their colours stand on the surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    surface: Surface,
    em: f64,
    /// The map itself.
    pub plot: Rect,
    bar: Rect,
    across: Along,
    up: Along,
    shading: Shading,
    scale: ValueScale,
    specials: Vec<Special>,
}

/// What has no place on the scale, in the order of the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Special {
    Diverged,
    Never,
    Infinite,
    Zero,
}

impl Special {
    const ALL: [Self; 4] = [Self::Diverged, Self::Never, Self::Infinite, Self::Zero];

    /// A gradient that is zero everywhere has a factor that is no number, and is no more than one of which nothing arrives.
    fn of(cell: Cell, scale: &ValueScale) -> Option<Self> {
        match cell {
            Cell::Diverged => Some(Self::Diverged),
            Cell::Never => Some(Self::Never),
            Cell::Number(number) if number.is_infinite() => Some(Self::Infinite),
            Cell::Number(number) if scale.position(number).is_none() => Some(Self::Zero),
            Cell::Number(_) | Cell::Unknown | Cell::Impossible => None,
        }
    }

    fn color(self, theme: &Theme) -> Rgb {
        match self {
            Self::Diverged => theme.infinite,
            Self::Never => theme.strip.mix(theme.text, 0.12),
            Self::Infinite => theme.not_a_number,
            Self::Zero => theme.zero,
        }
    }

    fn label(self, labels: &Labels) -> &str {
        match self {
            Self::Diverged => &labels.diverged,
            Self::Never => &labels.never,
            Self::Infinite => &labels.specials.infinite,
            Self::Zero => &labels.specials.zero,
        }
    }
}

/// The height that the swatch of a special colour takes, in units of the font's size.
const SWATCH_EM: f64 = 1.5;

/// Under this factor a gradient vanishes, and over its inverse it explodes: such cells bear a sign, which is told without hue.
const SIGNED: f64 = 1e-3;

impl ChartAxes for Axes {
    type Data<'a> = Data;
    type Labels = Labels;

    fn fit(surface: Surface, theme: &Theme, data: &Data, previous: Option<&Self>) -> Option<Self> {
        let em = theme.font_px * surface.scale;
        let (columns, rows) = (data.across.labels.len(), data.up.labels.len());
        if !(em.is_finite() && em >= 1.0) || columns == 0 || rows == 0 || data.cells.len() != columns * rows {
            return None;
        }
        let numbers =
            data.cells.iter().filter_map(|cell| if let Cell::Number(number) = cell { Some(*number) } else { None });
        let scale =
            data.shading.scale(numbers, previous.filter(|axes| axes.shading == data.shading).map(|axes| axes.scale));
        let is_there = |special: &Special| data.cells.iter().any(|cell| Special::of(*cell, &scale) == Some(*special));
        let specials: Vec<Special> = Special::ALL.into_iter().filter(is_there).collect();
        let (width, height) = (f64::from(surface.width), f64::from(surface.height));
        let has_words = specials.iter().any(|special| matches!(special, Special::Diverged | Special::Never));
        let beside = if has_words { 7.6 } else { 5.4 };
        let left = data.up.width_beside(em, 0.3 * width).max(1.5 * em).round();
        let right = (width - beside * em).round();
        let below = data.across.height_below(right - left, em);
        let plot = Rect { left, top: (2.0 * em).round(), right, bottom: (height - below).round() };
        if plot.width() < 3.0 * em || plot.height() < 2.0 * em {
            return None;
        }
        let swatches = SWATCH_EM * specials.len() as f64 * em;
        let gap = if specials.is_empty() { 0.0 } else { 0.6 * em };
        let bar = Rect {
            left: plot.right + 1.0 * em,
            top: plot.top + 0.4 * em,
            right: plot.right + 1.9 * em,
            bottom: (plot.bottom - swatches - gap).max(plot.top + em),
        };
        let (across, up) = (data.across.clone(), data.up.clone());
        Some(Self { surface, em, plot, bar, across, up, shading: data.shading, scale, specials })
    }

    fn draw(&self, paper: &mut dyn Paper, theme: &Theme, labels: &Labels) {
        let mut painter = Painter::new(paper, theme);
        let (em, plot) = (self.em, self.plot);
        painter.rect((0.0, 0.0), (self.surface.width.into(), self.surface.height.into()), theme.background, 1.0);
        painter.rect((plot.left, plot.top), (plot.right, plot.bottom), theme.strip, 1.0);
        let title = TextLook::new(em, theme.text, HPos::Left, VPos::Center);
        painter.text(&self.up.title, (0.3 * em, 0.9 * em), title);
        let right = TextLook { horizontal: HPos::Right, ..title };
        painter.text(&labels.value_axis, (f64::from(self.surface.width) - 0.4 * em, 0.9 * em), right);
        self.up.draw_beside(&mut painter, theme, em, plot);
        self.across.draw_below(&mut painter, theme, em, plot, plot.bottom);
        self.draw_legend(&mut painter, theme, labels);
    }

    fn draw_data(&self, paper: &mut dyn Paper, theme: &Theme, data: &Data) {
        let mut painter = Painter::new(paper, theme);
        for (index, cell) in data.cells.iter().enumerate() {
            self.draw_cell(&mut painter, theme, index, *cell);
        }
        for curve in &data.curves {
            self.draw_curve(&mut painter, theme, curve);
        }
    }
}

impl Axes {
    /// How many columns and rows the map has.
    pub fn size(&self) -> (usize, usize) {
        (self.across.labels.len(), self.up.labels.len())
    }

    /// The column and the row at a point.
    pub fn cell_at(&self, (x, y): (f64, f64)) -> (usize, usize) {
        let (columns, rows) = self.size();
        let column = Along::at(x - self.plot.left, self.plot.width(), columns);
        (column, Along::at(self.plot.bottom - y, self.plot.height(), rows))
    }

    /// The point at a place, which may be between cells.
    pub fn point(&self, (column, row): (f64, f64)) -> (f64, f64) {
        let (columns, rows) = self.size();
        (Along::x(self.plot, columns, column), Along::y(self.plot, rows, row))
    }

    /// The colour of a cell; `None` where it shows nothing.
    pub fn color(&self, theme: &Theme, cell: Cell) -> Option<Rgb> {
        if let Some(special) = Special::of(cell, &self.scale) {
            return Some(special.color(theme));
        }
        match cell {
            Cell::Number(number) => self.scale.position(number).map(|position| self.shading.color(position)),
            _ => None,
        }
    }

    fn draw_cell(&self, painter: &mut Painter<'_>, theme: &Theme, index: usize, cell: Cell) {
        let (columns, _) = self.size();
        let (column, row) = ((index % columns) as f64, (index / columns) as f64);
        let (left, bottom) = self.point((column - 0.5, row - 0.5));
        let (right, top) = self.point((column + 0.5, row + 0.5));
        // A gap is seen where cells are large, and would be all there is where they are small.
        let gap = if right - left > 8.0 * self.surface.scale { self.surface.scale.round() } else { 0.0 };
        let middle = ((left + right) / 2.0, (top + bottom) / 2.0);
        let size = 0.2 * (right - left).min(bottom - top).min(2.4 * self.em);
        let width = (0.11 * self.em).max(1.0);
        if cell == Cell::Impossible {
            painter.path(&[(left, bottom), (right, top)], width, theme.axis);
        }
        let Some(color) = self.color(theme, cell) else { return };
        painter.rect((left.round(), top.round() + gap), (right.round() - gap, bottom.round()), color, 1.0);
        if size < 0.1 * self.em {
            return;
        }
        let ink = if color.luminance() > 0.25 { Rgb(0, 0, 0) } else { Rgb(255, 255, 255) };
        let ink = ink.mix(color, 0.35);
        let (x, y) = middle;
        let mut stroke = |from: (f64, f64), to: (f64, f64)| {
            painter.path(&[(x + from.0 * size, y + from.1 * size), (x + to.0 * size, y + to.1 * size)], width, ink);
        };
        match cell {
            Cell::Diverged => {
                stroke((-1.0, -1.0), (1.0, 1.0));
                stroke((-1.0, 1.0), (1.0, -1.0));
            }
            Cell::Number(number) if self.shading == Shading::Factor && number < SIGNED => {
                stroke((-1.0, 0.0), (1.0, 0.0))
            }
            Cell::Number(number) if self.shading == Shading::Factor && number > 1.0 / SIGNED => {
                stroke((-1.0, 0.0), (1.0, 0.0));
                stroke((0.0, -1.0), (0.0, 1.0));
            }
            _ => {}
        }
    }

    fn draw_curve(&self, painter: &mut Painter<'_>, theme: &Theme, curve: &Curve) {
        let em = self.em;
        let mut ends: Vec<(f64, f64)> = Vec::new();
        for line in &curve.lines {
            let points: Vec<_> = line.iter().map(|point| self.point(*point)).collect();
            painter.path(&points, 0.44 * em, theme.background);
            if curve.is_dashed {
                painter.dashed_path(&points, (0.17 * em).max(1.0), 0.55 * em, theme.text);
            } else {
                painter.path(&points, (0.17 * em).max(1.0), theme.text);
            }
            // The lower end, and of those at one height the one on the right.
            let by_place =
                |one: &&(f64, f64), other: &&(f64, f64)| one.1.total_cmp(&other.1).then(one.0.total_cmp(&other.0));
            ends.extend(points.iter().max_by(by_place));
        }
        // Pieces beside each other have one label.
        ends.sort_by(|one, other| other.0.total_cmp(&one.0));
        let few = if curve.lines.iter().all(|line| line.len() == 2) { 1 } else { 2 };
        for &(x, y) in ends.iter().take(few) {
            let half = 0.5 * letters_em(&curve.label) * em + 0.3 * em;
            let x = x.clamp(self.plot.left + half, (self.plot.right - half).max(self.plot.left + half));
            let y = (y - 0.9 * em).clamp(self.plot.top + 0.8 * em, self.plot.bottom - 0.8 * em);
            painter.rect((x - half, y - 0.65 * em), (x + half, y + 0.65 * em), theme.background, 0.88);
            painter.text(&curve.label, (x, y), TextLook::new(em, theme.text, HPos::Center, VPos::Center));
        }
    }

    /// Draws the colour bar, and swatches of the special colours that occur.
    fn draw_legend(&self, painter: &mut Painter<'_>, theme: &Theme, labels: &Labels) {
        let (em, bar) = (self.em, self.bar);
        painter.color_bar(bar, |position| self.shading.color(position));
        let numbers = TextLook::new(0.9 * em, theme.muted, HPos::Left, VPos::Center);
        let x = bar.right + 0.4 * em;
        for tick in self.scale.ticks(((bar.height() / (1.9 * em)) as usize + 1).min(12)) {
            let Some(label) = tick.label else { continue };
            let y = bar.bottom - tick.position * bar.height();
            match label {
                TickLabel::Text(text) => painter.text(&text, (x, y), numbers),
                TickLabel::Power(exponent) => {
                    painter.text("10", (x, y), numbers);
                    let raised = TextLook { size: 0.68 * em, ..numbers };
                    let text = exponent.to_string().replace('-', "−");
                    painter.text(&text, (x + 1.1 * em, y - 0.34 * em), raised);
                }
            }
        }
        for (place, special) in self.specials.iter().rev().enumerate() {
            let bottom = self.plot.bottom - SWATCH_EM * place as f64 * em;
            painter.rect((bar.left, bottom - em), (bar.right, bottom), special.color(theme), 1.0);
            painter.text(special.label(labels), (x, bottom - 0.5 * em), numbers);
        }
    }
}

#[cfg(test)]
#[path = "sweep_map_tests.rs"]
mod tests;
