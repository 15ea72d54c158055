//! The few shapes that the charts are made of, drawn with sub-pixel input on any paper.

use super::color::Rgb;
use super::paper::{Ink, Letters, Paper};
use super::surface::Rect;
use super::theme::Theme;
use plotters_backend::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{BackendColor, FontStyle};

/// The shape of a series' marks, so that series differ by more than colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// A disc.
    Circle,
    /// A square on its corner.
    Diamond,
    /// A triangle on its base.
    Triangle,
    /// A square on its side.
    Square,
}

/// How a text stands at its point, and how it looks.
#[derive(Clone, Copy)]
pub(super) struct TextLook {
    pub size: f64,
    pub color: Rgb,
    pub horizontal: HPos,
    pub vertical: VPos,
    pub is_bold: bool,
}

impl TextLook {
    pub(super) fn new(size: f64, color: Rgb, horizontal: HPos, vertical: VPos) -> Self {
        Self { size, color, horizontal, vertical, is_bold: false }
    }

    pub(super) fn bold(self) -> Self {
        Self { is_bold: true, ..self }
    }
}

/// Paper with the theme's type.
pub(super) struct Painter<'a> {
    paper: &'a mut dyn Paper,
    theme: &'a Theme,
}

impl<'a> Painter<'a> {
    pub(super) fn new(paper: &'a mut dyn Paper, theme: &'a Theme) -> Self {
        Self { paper, theme }
    }

    /// A filled rectangle between two corners, its edges on whole pixels.
    pub(super) fn rect(&mut self, from: (f64, f64), to: (f64, f64), color: Rgb, opacity: f64) {
        self.paper.rect(from, to, fill(color, opacity));
    }

    /// A bar of colours, each of its height from 0 at the lower end to 1.
    pub(super) fn color_bar(&mut self, bar: Rect, color: impl Fn(f64) -> Rgb) {
        // At most 128 rectangles look as smooth as one of as many as the bar has pixels.
        let pieces = (bar.height().max(0.0) as usize).min(128);
        for piece in 0..pieces {
            let top = bar.top + bar.height() * piece as f64 / pieces as f64;
            let bottom = bar.top + bar.height() * (piece + 1) as f64 / pieces as f64;
            let position = 1.0 - (piece as f64 + 0.5) / pieces as f64;
            self.rect((bar.left, top), (bar.right, bottom), color(position), 1.0);
        }
    }

    /// A circle of which only the line is drawn.
    pub(super) fn ring(&mut self, at: (f64, f64), radius: f64, width: f64, color: Rgb) {
        self.paper.circle(at, radius.round().max(1.0) as u32, stroke(color, width, 1.0), false);
    }

    /// A level line: a rectangle, because that is sharp on every backend.
    pub(super) fn level_line(&mut self, from_x: f64, to_x: f64, y: f64, width: f64, color: Rgb) {
        let (top, width) = ((y - width / 2.0).round(), width.round().max(1.0));
        self.rect((from_x, top), (to_x, top + width), color, 1.0);
    }

    /// An upright line.
    pub(super) fn upright_line(&mut self, x: f64, from_y: f64, to_y: f64, width: f64, color: Rgb) {
        let (left, width) = ((x - width / 2.0).round(), width.round().max(1.0));
        self.rect((left, from_y), (left + width, to_y), color, 1.0);
    }

    /// A tick at the lower edge of a plot, with its number at a distance below.
    pub(super) fn tick_below(&mut self, (x, edge): (f64, f64), width: f64, text: &str, below: f64, look: TextLook) {
        self.upright_line(x, edge, edge + 0.3 * look.size, width, self.theme.axis);
        self.text(text, (x, edge + below), look);
    }

    /// A line through points; nothing for fewer than two.
    pub(super) fn path(&mut self, points: &[(f64, f64)], width: f64, color: Rgb) {
        self.faint_path(points, width, color, 1.0);
    }

    /// The same, through which shows what is behind it.
    pub(super) fn faint_path(&mut self, points: &[(f64, f64)], width: f64, color: Rgb, opacity: f64) {
        if points.len() < 2 {
            return;
        }
        self.paper.path(points, stroke(color, width, opacity));
    }

    /// A line of dashes through points.
    pub(super) fn dashed_path(&mut self, points: &[(f64, f64)], width: f64, dash: f64, color: Rgb) {
        for dash in dashes(points, dash, dash * 0.8) {
            self.path(&dash, width, color);
        }
    }

    /// A filled polygon.
    pub(super) fn polygon(&mut self, points: &[(f64, f64)], color: Rgb, opacity: f64) {
        if points.len() < 3 {
            return;
        }
        self.paper.polygon(points, fill(color, opacity));
    }

    /// A mark, whose corners look out from behind a disc of the same radius.
    pub(super) fn marker(&mut self, marker: Marker, (x, y): (f64, f64), radius: f64, color: Rgb) {
        match marker {
            Marker::Circle => {
                self.paper.circle((x, y), radius.round().max(1.0) as u32, fill(color, 1.0), true);
            }
            Marker::Diamond => {
                self.shape(&[(0.0, -1.45), (1.45, 0.0), (0.0, 1.45), (-1.45, 0.0)], (x, y), radius, color);
            }
            Marker::Triangle => self.shape(&[(0.0, -1.4), (1.3, 0.95), (-1.3, 0.95)], (x, y), radius, color),
            Marker::Square => {
                self.shape(&[(-1.05, -1.05), (1.05, -1.05), (1.05, 1.05), (-1.05, 1.05)], (x, y), radius, color);
            }
        }
    }

    /// A filled polygon, its corners given from a point in units of a radius.
    pub(super) fn shape(&mut self, corners: &[(f64, f64)], (x, y): (f64, f64), radius: f64, color: Rgb) {
        let corners: Vec<_> = corners.iter().map(|(dx, dy)| (x + dx * radius, y + dy * radius)).collect();
        self.polygon(&corners, color, 1.0);
    }

    /// The mark of a step that is visited: an upright line, with a triangle that stands on its upper end.
    pub(super) fn visited(&mut self, x: f64, (top, bottom): (f64, f64), em: f64) {
        let (color, halo) = (self.theme.text, self.theme.background);
        self.upright_line(x, top, bottom, 0.32 * em, halo);
        self.upright_line(x, top, bottom, 0.12 * em, color);
        self.polygon(
            &[(x, top + 0.1 * em), (x - 0.5 * em, top - 0.7 * em), (x + 0.5 * em, top - 0.7 * em)],
            color,
            1.0,
        );
    }

    /// A text at a point.
    pub(super) fn text(&mut self, text: &str, at: (f64, f64), look: TextLook) {
        let size = look.size * self.theme.text_zoom;
        if text.is_empty() || size < 1.0 {
            return;
        }
        let letters = Letters {
            family: &self.theme.font_family,
            size,
            style: if look.is_bold { FontStyle::Bold } else { FontStyle::Normal },
            color: shade(look.color, 1.0),
            anchor: Pos::new(look.horizontal, look.vertical),
        };
        self.paper.text(text, at, &letters);
    }
}

/// A rough width of a text.
pub(super) fn rough_width(text: &str, em: f64) -> f64 {
    0.57 * text.chars().count() as f64 * em
}

/// The width of a text by its letters, in units of the font's size: rather too wide than too narrow for the fonts that a
/// browser has.
pub(super) fn letters_em(text: &str) -> f64 {
    let width = |letter| match letter {
        'm' | 'M' | 'W' | '%' => 0.98,
        'w' | '−' | '+' | '=' | '×' | '≤' | '≥' => 0.84,
        'f' | 'i' | 'j' | 'l' | 'r' | 't' | 'I' | ' ' | '.' | ',' | ':' | '-' | '/' | '(' | ')' => 0.42,
        '⁰' | '¹' | '²' | '³' | '⁴' | '⁵' | '⁶' | '⁷' | '⁸' | '⁹' | '⁻' => 0.46,
        _ => 0.64,
    };
    text.chars().map(width).sum()
}

fn fill(color: Rgb, opacity: f64) -> Ink {
    Ink { color: shade(color, opacity), width: 0 }
}

fn stroke(color: Rgb, width: f64, opacity: f64) -> Ink {
    Ink { color: shade(color, opacity), width: width.round().max(1.0) as u32 }
}

fn shade(Rgb(red, green, blue): Rgb, opacity: f64) -> BackendColor {
    BackendColor { alpha: opacity, rgb: (red, green, blue) }
}

/// The drawn pieces of a dashed line through points.
fn dashes(points: &[(f64, f64)], on: f64, off: f64) -> Vec<Vec<(f64, f64)>> {
    let mut dashes = Vec::new();
    let mut current: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
    let (mut is_on, mut rest) = (true, on.max(1.0));
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let mut done = 0.0;
        while length - done > rest {
            done += rest;
            let point = (from.0 + (to.0 - from.0) * done / length, from.1 + (to.1 - from.1) * done / length);
            if is_on {
                current.push(point);
                dashes.push(std::mem::take(&mut current));
            } else {
                current = vec![point];
            }
            is_on = !is_on;
            rest = if is_on { on.max(1.0) } else { off.max(1.0) };
        }
        rest -= length - done;
        if is_on {
            current.push(to);
        }
    }
    if is_on && current.len() > 1 {
        dashes.push(current);
    }
    dashes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_turn_corners() {
        let dashes = dashes(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], 4.0, 4.0);
        assert_eq!(
            dashes,
            [vec![(0.0, 0.0), (4.0, 0.0)], vec![(8.0, 0.0), (10.0, 0.0), (10.0, 2.0)], vec![(10.0, 6.0), (10.0, 10.0)],]
        );
        assert!(super::dashes(&[], 4.0, 4.0).is_empty());
    }
}
