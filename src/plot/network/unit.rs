//! How one unit is drawn.

use crate::plot::paint::{Marker, Painter};
use crate::plot::scale::Reading;
use crate::plot::theme::Theme;

/// Draws a unit by its output and that output's share of the largest; as a small grey disc where there is none.
pub(super) fn draw_unit(
    painter: &mut Painter<'_>,
    theme: &Theme,
    at: (f64, f64),
    radius: f64,
    output: Option<(f64, f64)>,
) {
    let color = |is_negative| theme.background.mix(if is_negative { theme.grad_w } else { theme.grad_z }, 0.75);
    match output.map(|(h, share)| (Reading::of(h), share)) {
        None | Some((Reading::Zero, _)) => painter.marker(Marker::Circle, at, 0.6 * radius, theme.axis),
        Some((Reading::Infinite, _)) => painter.marker(Marker::Diamond, at, radius, theme.infinite),
        Some((Reading::NotANumber, _)) => painter.marker(Marker::Diamond, at, radius, theme.not_a_number),
        Some((Reading::Finite(h), share)) => {
            painter.marker(Marker::Circle, at, radius, color(h < 0.0));
            let share = share.clamp(0.0, 1.0);
            if h < 0.0 {
                // The stronger, the thicker the ring.
                painter.marker(Marker::Circle, at, radius * (0.8 - 0.4 * share), theme.background);
            } else {
                let inside = theme.background.mix(theme.grad_z, 0.2 + 0.8 * share);
                painter.marker(Marker::Circle, at, radius - 1.0, inside);
            }
        }
    }
}
