//! The axis of steps below a plot.

use super::number;
use super::paint::{Painter, TextLook};
use super::scale::StepRange;
use super::surface::Surface;
use super::theme::Theme;
use super::ticks::TickLabel;
use plotters_backend::text_anchor::{HPos, VPos};

/// Where the axis stands, in device pixels.
pub(super) struct StepAxis {
    /// What it is drawn on.
    pub surface: Surface,
    /// The size of its text.
    pub em: f64,
    /// Its left and right end.
    pub ends: (f64, f64),
    /// Its height.
    pub y: f64,
    /// The steps on it.
    pub steps: StepRange,
}

impl StepAxis {
    /// Draws ticks, as many as have room, where `step_to_x` says, with their numbers and the title below.
    pub(super) fn draw(&self, painter: &mut Painter<'_>, theme: &Theme, title: &str, step_to_x: impl Fn(u64) -> f64) {
        let (em, (left, right)) = (self.em, self.ends);
        let numbers = TextLook::new(em, theme.muted, HPos::Center, VPos::Center);
        let widest_em = 0.58 * number::grouped(self.steps.last()).len() as f64 + 1.2;
        for tick in self.steps.ticks(((right - left) / (widest_em * em)) as usize) {
            let x = step_to_x((tick.position * self.steps.last() as f64).round() as u64);
            let text = tick.label.as_ref().map(TickLabel::text).unwrap_or_default();
            painter.tick_below((x, self.y), self.surface.scale, &text, em, numbers);
        }
        let look = TextLook { color: theme.text, ..numbers };
        painter.text(title, ((left + right) / 2.0, self.y + 2.3 * em), look);
    }
}
