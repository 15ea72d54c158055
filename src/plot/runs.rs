//! How several runs stand on one chart: as series ([`SeriesLook`]), each with the letter of its run at the end of its line.

use super::paint::{Painter, TextLook};
use super::series::{SeriesLook, TOLD_APART};
use super::theme::Theme;
use plotters_backend::text_anchor::{HPos, VPos};

/// The letters of runs, in their order.
pub const LETTERS: [&str; TOLD_APART] = ["A", "B", "C", "D"];

/// How wide a run's line is: lines farther back are wider, so that of lines that coincide each is seen.
pub(super) fn line_width(behind: usize, em: f64) -> f64 {
    ((0.19 + 0.05 * behind as f64) * em).max(1.0)
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
        let look = SeriesLook::of(theme, place);
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
