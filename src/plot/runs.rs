//! How several runs are told apart on one chart: by colour, by dashes, by marks, and by the letter at the end of each line.

use super::color::Rgb;
use super::paint::{Marker, Painter, TextLook};
use super::theme::Theme;
use plotters_backend::text_anchor::{HPos, VPos};

/// The letters of runs, in their order.
pub const LETTERS: [&str; 4] = ["A", "B", "C", "D"];

/// How the lines of a run look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Its colour.
    pub color: Rgb,
    /// The shape of its marks.
    pub marker: Marker,
    /// The length of its dashes, in units of the font's size; 0 where the line is whole.
    pub dash_em: f64,
}

impl Look {
    /// That of the run at a place, from 0.
    pub fn of(theme: &Theme, place: usize) -> Self {
        let (color, marker, dash_em) = match place % LETTERS.len() {
            0 => (theme.grad_z, Marker::Circle, 0.0),
            1 => (theme.grad_w, Marker::Diamond, 1.3),
            2 => (theme.update, Marker::Triangle, 0.65),
            _ => (theme.second_moment, Marker::Square, 0.28),
        };
        Self { color, marker, dash_em }
    }

    /// Draws a line through points as this run's; lines farther back are wider, so that of lines that coincide each is seen.
    pub(super) fn line(&self, painter: &mut Painter<'_>, points: &[(f64, f64)], em: f64, behind: usize) {
        let width = ((0.19 + 0.05 * behind as f64) * em).max(1.0);
        if self.dash_em == 0.0 {
            painter.path(points, width, self.color);
        } else {
            painter.dashed_path(points, width, self.dash_em * em, self.color);
        }
    }

    /// Draws its mark with a rim of the ground, so that it stands out from lines behind it.
    pub(super) fn mark(&self, painter: &mut Painter<'_>, at: (f64, f64), radius: f64, em: f64, ground: Rgb) {
        painter.marker(self.marker, at, radius + 0.11 * em, ground);
        painter.marker(self.marker, at, radius, self.color);
    }
}

/// The room that letters take at the right of a plot, in units of the font's size.
pub(super) const LETTERS_EM: f64 = 2.6;

/// Writes the letters at the right ends of their lines, apart from each other. `ends` are their places and the heights that
/// they want.
pub(super) fn draw_letters(
    painter: &mut Painter<'_>,
    theme: &Theme,
    (x, em): (f64, f64),
    bounds: (f64, f64),
    mut ends: Vec<(usize, f64)>,
) {
    ends.sort_by(|one, other| one.1.total_cmp(&other.1));
    let wanted: Vec<f64> = ends.iter().map(|(_, y)| *y).collect();
    let name = TextLook::new(1.15 * em, theme.text, HPos::Left, VPos::Center).bold();
    // Where the plot is low they come closer rather than leave it.
    let gap = (1.35 * em).min((bounds.1 - bounds.0 + em) / wanted.len().max(1) as f64);
    for (y, (place, _)) in spread(&wanted, gap, bounds).into_iter().zip(ends) {
        let look = Look::of(theme, place);
        painter.marker(look.marker, (x + 0.65 * em, y), 0.34 * em, look.color);
        painter.text(LETTERS[place % LETTERS.len()], (x + 1.35 * em, y), name);
    }
}

/// Places near the wanted ones (in ascending order) that are at least `gap` apart and within bounds if they fit.
pub(super) fn spread(wanted: &[f64], gap: f64, (low, high): (f64, f64)) -> Vec<f64> {
    let mut places = wanted.to_vec();
    for index in 1..places.len() {
        places[index] = places[index].max(places[index - 1] + gap);
    }
    // What was pushed apart is moved back by half, so that the group stays around where it wanted to be.
    let pushed = places.iter().zip(wanted).map(|(place, wanted)| place - wanted).fold(0.0, f64::max);
    let shift = (pushed / 2.0).max(places.last().map_or(0.0, |last| last - high));
    let shift = shift.min(places.first().map_or(0.0, |first| first - low)).max(0.0);
    places.iter().map(|place| place - shift).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_told_apart_without_hue() {
        for theme in [Theme::light(), Theme::dark()] {
            let looks: Vec<Look> = (0..LETTERS.len()).map(|place| Look::of(&theme, place)).collect();
            for (place, look) in looks.iter().enumerate() {
                assert!(look.color.contrast(theme.background) >= 3.0, "{look:?}");
                for other in &looks[..place] {
                    assert_ne!(look.color, other.color);
                    assert_ne!(look.marker, other.marker);
                    let (long, short) = (look.dash_em.max(other.dash_em), look.dash_em.min(other.dash_em));
                    assert!(long > 1.5 * short, "{look:?} and {other:?}");
                }
            }
        }
    }
}
