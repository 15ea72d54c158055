//! The legend under the picture of the network.

use super::axes::{Axes, DEGREES, Labels, hue};
use super::unit::draw_unit;
use crate::plot::color::{Rgb, viridis};
use crate::plot::frame::StripKind;
use crate::plot::gradient_over_time::special_color;
use crate::plot::number::{power_of_ten, significant};
use crate::plot::paint::{Marker, Painter, TextLook, letters_em};
use crate::plot::scale::ValueScale;
use crate::plot::theme::Theme;
use plotters_backend::text_anchor::{HPos, VPos};

/// Draws what lines and units, or bands, show, in one row under the numbers of the layers, or in two where it is narrow.
pub(super) fn draw(painter: &mut Painter<'_>, axes: &Axes, theme: &Theme, labels: &Labels) {
    let room = f64::from(axes.surface.width) - axes.em;
    let needed = lay_out(None, axes, theme, labels, axes.em);
    // Smaller rather than cut.
    lay_out(Some(painter), axes, theme, labels, axes.em * (room / needed).min(1.0));
}

/// How wide the legend is in letters of a size; it is drawn where there is a painter.
fn lay_out(painter: Option<&mut Painter<'_>>, axes: &Axes, theme: &Theme, labels: &Labels, em: f64) -> f64 {
    let start = 0.5 * axes.em;
    let mut first_row = 0.0;
    let mut row = Row { painter, theme, em, x: start, y: axes.plot.bottom + 2.4 * axes.em };
    let right = f64::from(axes.surface.width) - start;
    let (low, high) = ends(&axes.scale);
    // Ends that stand for all beyond them say so.
    let sign = |is_beyond: bool, sign: &'static str| if is_beyond { sign } else { "" };
    let low = format!("{}{low}", sign(axes.beyond.0, "≤ "));
    if axes.has_units() {
        row.text(&labels.units);
        for (share, sign) in [(-0.6, "−"), (0.8, "+")] {
            let at = (row.x + 0.5 * em, row.y);
            if let Some(painter) = &mut row.painter {
                draw_unit(painter, theme, at, 0.42 * em, Some((share, f64::abs(share))));
            }
            row.x += 1.15 * em;
            row.text(sign);
        }
        if axes.has_two_rows {
            first_row = row.x - start;
            (row.x, row.y) = (start, row.y + 1.3 * axes.em);
        } else {
            row.x += 0.8 * em;
        }
        row.text(&labels.edges);
        let (least, most) = (sign(axes.beyond.1, "≤ "), sign(axes.beyond.1, "≥ "));
        let words = letters_em(&high) * 2.0 + letters_em(&low) + 2.0 * letters_em(most) + 3.2 + specials_em(axes);
        let swatch = ((right - row.x - words * em) / (2 * DEGREES) as f64).clamp(0.25 * em, 1.1 * em);
        row.text(&format!("{least}−{high}"));
        row.ramp(swatch, (1..=DEGREES).rev().map(|degree| hue(theme, true, degree)));
        // As in the picture, where lines are interrupted.
        let has_gaps = (0..axes.columns() - 1).any(|layer| axes.gap_radius(layer).is_some());
        for place in 0..if has_gaps { DEGREES } else { 0 } {
            let at = (row.x - (place as f64 + 0.5) * swatch, row.y);
            if let Some(painter) = &mut row.painter {
                painter.marker(Marker::Circle, at, (0.3 * swatch).min(0.2 * em), theme.background);
            }
        }
        row.x += 0.3 * em;
        row.text(&low);
        row.ramp(swatch, (1..=DEGREES).map(|degree| hue(theme, false, degree)));
        row.x += 0.3 * em;
        row.text(&format!("{most}{high}"));
    } else {
        row.text(&labels.bands);
        let words = letters_em(&low) + letters_em(&high) + 1.2 + specials_em(axes);
        let swatch = ((right - row.x - words * em) / 64.0).clamp(0.05 * em, 0.2 * em);
        row.text(&low);
        row.ramp(swatch, (0..64).map(|piece| viridis((f64::from(piece) + 0.5) / 64.0)));
        row.x += 0.3 * em;
        row.text(&high);
    }
    for kind in &axes.specials {
        let sign = match kind {
            // A weight of zero has no line.
            StripKind::Zero if axes.has_units() => continue,
            StripKind::Zero => "0",
            StripKind::Infinite => "∞",
            StripKind::NotANumber => "NaN",
        };
        row.x += 0.4 * em;
        let color = if axes.has_units() { theme.not_a_number } else { special_color(theme, *kind) };
        row.ramp(em, std::iter::once(color));
        row.x += 0.3 * em;
        row.text(sign);
    }
    // Behind the last word is no gap.
    (row.x - start - GAP_EM * em).max(first_row)
}

/// The room that the marks of numbers without a place on the scale take, in units of the font's size.
fn specials_em(axes: &Axes) -> f64 {
    4.0 * axes.specials.len() as f64
}

/// What is written at both ends of a scale.
fn ends(scale: &ValueScale) -> (String, String) {
    match scale {
        ValueScale::Log(range) => {
            let (low, high) = range.exponents();
            (power_of_ten(low), power_of_ten(high))
        }
        ValueScale::NarrowLog(range) | ValueScale::Linear(range) => {
            let (low, high) = range.ends();
            (significant(low, 2), significant(high, 2))
        }
    }
}

/// What is left free behind a word, in units of the font's size.
const GAP_EM: f64 = 0.4;

/// A row of texts and swatches, from left to right.
struct Row<'p, 'b> {
    /// Nothing where it is only measured.
    painter: Option<&'p mut Painter<'b>>,
    theme: &'p Theme,
    em: f64,
    x: f64,
    y: f64,
}

impl Row<'_, '_> {
    fn text(&mut self, text: &str) {
        let look = TextLook::new(0.95 * self.em, self.theme.muted, HPos::Left, VPos::Center);
        if let Some(painter) = &mut self.painter {
            painter.text(text, (self.x, self.y), look);
        }
        self.x += (0.95 * letters_em(text) + GAP_EM) * self.em;
    }

    fn ramp(&mut self, width: f64, colors: impl Iterator<Item = Rgb>) {
        for color in colors {
            let (top, bottom) = (self.y - 0.4 * self.em, self.y + 0.4 * self.em);
            if let Some(painter) = &mut self.painter {
                painter.rect((self.x, top), (self.x + width, bottom), color, 1.0);
            }
            self.x += width;
        }
    }
}
