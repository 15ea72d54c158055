//! The axes of a map of runs: one place for each value, evenly, with as many labels as fit.

use super::paint::{Painter, TextLook, letters_em};
use super::surface::Rect;
use super::theme::Theme;
use plotters_backend::text_anchor::{HPos, VPos};

/// The values along an axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Along {
    /// What the axis is called.
    pub title: String,
    /// What each value is called.
    pub labels: Vec<String>,
    /// Whether they are numbers, so that some may stand for those between them.
    pub is_of_numbers: bool,
}

/// How the labels from left to right stand.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rows {
    /// In one row: every so many of them.
    One(usize),
    /// All of them, in this many rows by turns.
    Several(usize),
}

/// The distance between two labels, in units of the font's size.
const GAP_EM: f64 = 0.7;

/// The height of a row of labels.
const ROW_EM: f64 = 1.25;

/// Names that fit in no more rows than these are written smaller.
const MOST_ROWS: usize = 3;

impl Along {
    fn widest_em(&self) -> f64 {
        self.labels.iter().map(|label| letters_em(label)).fold(0.0, f64::max)
    }

    fn rows(&self, width: f64, em: f64) -> Rows {
        let count = self.labels.len().max(1);
        let each_em = width / em / count as f64;
        let needed = ((self.widest_em() + GAP_EM) / each_em).ceil().max(1.0) as usize;
        if self.is_of_numbers { Rows::One(needed) } else { Rows::Several(needed.min(MOST_ROWS)) }
    }

    /// The height of labels and title below a plot of this width.
    pub(super) fn height_below(&self, width: f64, em: f64) -> f64 {
        let rows = match self.rows(width, em) {
            Rows::One(_) => 1,
            Rows::Several(rows) => rows,
        };
        (0.4 + ROW_EM * rows as f64 + 1.55) * em
    }

    /// The width of the labels beside a plot, up to a bound.
    pub(super) fn width_beside(&self, em: f64, most: f64) -> f64 {
        ((self.widest_em() + 0.9) * em).min(most)
    }

    /// The middle of a place from left to right.
    pub(super) fn x(plot: Rect, count: usize, place: f64) -> f64 {
        plot.left + (place + 0.5) / count.max(1) as f64 * plot.width()
    }

    /// The middle of a place from the bottom up.
    pub(super) fn y(plot: Rect, count: usize, place: f64) -> f64 {
        plot.bottom - (place + 0.5) / count.max(1) as f64 * plot.height()
    }

    /// The place at a distance from the first edge of an axis of this length.
    pub(super) fn at(distance: f64, length: f64, count: usize) -> usize {
        ((distance / length * count as f64).max(0.0) as usize).min(count.saturating_sub(1))
    }

    /// Draws labels and title below a plot whose lowest part is at `floor`.
    pub(super) fn draw_below(&self, painter: &mut Painter<'_>, theme: &Theme, em: f64, plot: Rect, floor: f64) {
        let count = self.labels.len();
        let look = TextLook::new(em, theme.muted, HPos::Center, VPos::Center);
        let rows = self.rows(plot.width(), em);
        let title_y = floor + self.height_below(plot.width(), em) - 0.75 * em;
        match rows {
            Rows::One(every) => {
                for (place, label) in self.labels.iter().enumerate().step_by(every) {
                    painter.text(label, (Self::x(plot, count, place as f64), floor + 0.95 * em), look);
                }
            }
            Rows::Several(rows) => {
                let room_em = plot.width() / em * rows as f64 / count as f64;
                let size = em * (room_em / (self.widest_em() + 0.5 * GAP_EM)).min(1.0);
                for (place, label) in self.labels.iter().enumerate() {
                    let y = floor + (0.95 + ROW_EM * (place % rows) as f64) * em;
                    painter.text(label, (Self::x(plot, count, place as f64), y), TextLook { size, ..look });
                }
            }
        }
        let title = TextLook { color: theme.text, ..look };
        painter.text(&self.title, ((plot.left + plot.right) / 2.0, title_y), title);
    }

    /// Draws the labels on the left of a plot.
    pub(super) fn draw_beside(&self, painter: &mut Painter<'_>, theme: &Theme, em: f64, plot: Rect) {
        let count = self.labels.len();
        let each = plot.height() / count.max(1) as f64;
        let every = if self.is_of_numbers { (1.3 * em / each).ceil().max(1.0) as usize } else { 1 };
        let room_em = (plot.left / em - 0.7).max(0.1);
        for (place, label) in self.labels.iter().enumerate().step_by(every) {
            let size = em * (room_em / letters_em(label).max(0.1)).min(each / (1.1 * em)).min(1.0);
            let size = if self.is_of_numbers { em } else { size };
            let look = TextLook::new(size, theme.muted, HPos::Right, VPos::Center);
            painter.text(label, (plot.left - 0.5 * em, Self::y(plot, count, place as f64)), look);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn along(labels: &[&str], is_of_numbers: bool) -> Along {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        Along { title: "t".into(), labels, is_of_numbers }
    }

    #[test]
    fn of_numbers_some_are_written_and_of_names_all() {
        let numbers: Vec<String> = (0..20).map(|number| format!("0.{number}")).collect();
        let numbers = Along { labels: numbers, ..along(&[], true) };
        assert_eq!(numbers.rows(1000.0, 10.0), Rows::One(1));
        assert!(matches!(numbers.rows(200.0, 10.0), Rows::One(every) if every > 1));
        let names = along(&["SGD", "Momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam", "AdamW"], false);
        assert_eq!(names.rows(900.0, 10.0), Rows::Several(1));
        assert_eq!(names.rows(250.0, 10.0), Rows::Several(2));
        assert_eq!(names.rows(60.0, 10.0), Rows::Several(MOST_ROWS));
        assert!(names.height_below(250.0, 10.0) > names.height_below(900.0, 10.0));
    }

    #[test]
    fn places_and_pixels_are_inverse() {
        let plot = Rect { left: 30.0, top: 10.0, right: 230.0, bottom: 110.0 };
        for place in 0..7 {
            let (x, y) = (Along::x(plot, 7, place as f64), Along::y(plot, 7, place as f64));
            assert_eq!(Along::at(x - plot.left, plot.width(), 7), place);
            assert_eq!(Along::at(plot.bottom - y, plot.height(), 7), place);
        }
        assert_eq!((Along::at(-5.0, 10.0, 3), Along::at(50.0, 10.0, 3), Along::at(f64::NAN, 10.0, 3)), (0, 2, 0));
    }
}
