//! How up to four series differ, each by colour, dashes and mark, so that they are told apart without hue too.

use super::color::Rgb;
use super::paint::{Marker, Painter};
use super::theme::Theme;

/// Series that are told apart; more look like the first again.
pub const TOLD_APART: usize = 4;

/// How a series looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeriesLook {
    /// Its colour.
    pub color: Rgb,
    /// The shape of its marks.
    pub marker: Marker,
    /// The length of the dashes of its line, in units of the font's size; `None` where it is drawn through.
    pub dash_em: Option<f64>,
}

impl SeriesLook {
    /// The look of the series with this number, from 0; after the fourth they begin again.
    pub fn of(theme: &Theme, number: usize) -> Self {
        let (color, marker, dash_em) = match number % TOLD_APART {
            0 => (theme.grad_z, Marker::Circle, None),
            1 => (theme.grad_w, Marker::Diamond, Some(1.3)),
            2 => (theme.update, Marker::Triangle, Some(0.65)),
            _ => (theme.second_moment, Marker::Square, Some(0.28)),
        };
        Self { color, marker, dash_em }
    }

    /// Draws a piece of its line.
    pub(super) fn line(self, painter: &mut Painter<'_>, points: &[(f64, f64)], width: f64, em: f64) {
        match self.dash_em {
            None => painter.path(points, width, self.color),
            Some(dash_em) => painter.dashed_path(points, width, dash_em * em, self.color),
        }
    }

    /// Draws one of its marks, with an edge of the ground around it.
    pub(super) fn mark(self, painter: &mut Painter<'_>, at: (f64, f64), radius: f64, ground: Rgb) {
        painter.marker(self.marker, at, 1.35 * radius, ground);
        painter.marker(self.marker, at, radius, self.color);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_of_four_are_alike_in_anything() {
        for theme in [Theme::light(), Theme::dark()] {
            let looks = [0, 1, 2, 3].map(|number| SeriesLook::of(&theme, number));
            for (index, one) in looks.iter().enumerate() {
                assert!(one.color.contrast(theme.background) >= 3.0, "{one:?}");
                for other in &looks[index + 1..] {
                    assert!(one.color != other.color && one.marker != other.marker, "{one:?} and {other:?}");
                    let dashes = [one, other].map(|look| look.dash_em.unwrap_or(0.0));
                    let (long, short) = (dashes[0].max(dashes[1]), dashes[0].min(dashes[1]));
                    assert!(long > 1.5 * short, "{one:?} and {other:?}");
                }
            }
        }
    }
}
