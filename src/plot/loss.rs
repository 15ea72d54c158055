//! The chart of the loss over the steps.

use super::frame::{Frame, Margins, StripKind, StripLabels, Surface};
use super::number;
use super::paint::{Drawn, Marker, Painter, TextLook};
use super::scale::{LinearRange, LogRange, StepRange, ValueScale, segments};
use super::theme::Theme;
use super::ticks::TickLabel;
use crate::train::Bucket;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

/// The words on the chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// The title of the step axis.
    pub step_axis: String,
    /// The title of the value axis.
    pub value_axis: String,
    /// At the strips.
    pub strips: StripLabels,
}

/// The chart's axes: how steps and losses stand on the surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    /// The plot and its value axis.
    pub frame: Frame,
    steps: StepRange,
}

impl Axes {
    /// The axes for a run, close to the previous ones; `None` where there is nothing to show or no room for it.
    ///
    /// A linear axis begins at zero.
    pub fn fit(
        surface: Surface,
        theme: &Theme,
        buckets: &[Bucket],
        is_log: bool,
        previous: Option<&Self>,
    ) -> Option<Self> {
        let latest = buckets.last()?.last.step;
        let values = || {
            buckets.iter().flat_map(|bucket| {
                let (min, max) = bucket.loss_range();
                [min, max, bucket.last.loss()]
            })
        };
        let scale = match (is_log, previous.map(|axes| axes.frame.scale)) {
            (true, Some(ValueScale::Log(range))) => ValueScale::Log(LogRange::fit(values(), 1).settle(Some(range))),
            (true, _) => ValueScale::Log(LogRange::fit(values(), 1)),
            (false, previous) => {
                let range = LinearRange::fit(values().chain([0.0]));
                let previous = previous.and_then(|scale| match scale {
                    ValueScale::Linear(range) => Some(range),
                    ValueScale::Log(_) => None,
                });
                ValueScale::Linear(range.settle(previous))
            }
        };
        let strips: Vec<StripKind> = values().filter_map(|value| StripKind::of(value, &scale)).collect();
        let margins = Margins { top: 2.2, right: 1.6, bottom: 3.2 };
        let frame = Frame::new(surface, theme, margins, scale, &strips, 1)?;
        Some(Self { frame, steps: StepRange::covering(latest) })
    }

    /// The place of a step.
    pub fn step_to_x(&self, step: u64) -> f64 {
        self.frame.plot.left + self.steps.position(step as f64) * self.frame.plot.width()
    }

    /// The step nearest to a place.
    pub fn x_to_step(&self, x: f64) -> u64 {
        self.steps.step_at((x - self.frame.plot.left) / self.frame.plot.width())
    }

    /// Draws everything but the data.
    ///
    /// # Errors
    /// Those of the backend.
    pub fn draw<DB: DrawingBackend>(&self, backend: &mut DB, theme: &Theme, labels: &Labels) -> Drawn<DB> {
        let mut painter = Painter::new(backend, theme);
        let (frame, em, plot) = (&self.frame, self.frame.em, self.frame.plot);
        frame.draw(&mut painter, theme, &labels.value_axis, &labels.strips)?;
        let numbers = TextLook::new(em, theme.muted, HPos::Center, VPos::Center);
        let widest_em = 0.58 * number::grouped(self.steps.last()).len() as f64 + 1.2;
        for tick in self.steps.ticks((plot.width() / (widest_em * em)) as usize) {
            let x = plot.left + tick.position * plot.width();
            painter.upright_line(x, frame.floor(), frame.floor() + 0.3 * em, frame.hairline(), theme.axis)?;
            let text = tick.label.as_ref().map(TickLabel::text).unwrap_or_default();
            painter.text(&text, (x, frame.floor() + 1.0 * em), numbers)?;
        }
        let title = TextLook::new(em, theme.text, HPos::Center, VPos::Center);
        painter.text(&labels.step_axis, ((plot.left + plot.right) / 2.0, frame.floor() + 2.3 * em), title)
    }

    /// Draws the band between the smallest and the largest loss of each bucket, and the line of its last.
    ///
    /// # Errors
    /// Those of the backend.
    pub fn draw_data<DB: DrawingBackend>(&self, backend: &mut DB, theme: &Theme, buckets: &[Bucket]) -> Drawn<DB> {
        let mut painter = Painter::new(backend, theme);
        let (frame, em) = (&self.frame, self.frame.em);
        let band = buckets.iter().map(|bucket| {
            let (min, max) = bucket.loss_range();
            // A smallest loss of zero reaches down to the end of a logarithmic axis.
            let low = if min == 0.0 { Some(frame.plot.bottom) } else { frame.value_to_y(min) };
            Some((self.step_to_x(bucket.last.step), low?, frame.value_to_y(max)?))
        });
        for stretch in segments(band) {
            let upper = stretch.iter().map(|(x, _, high)| (*x, *high));
            let lower = stretch.iter().rev().map(|(x, low, _)| (*x, *low));
            painter.polygon(&upper.chain(lower).collect::<Vec<_>>(), theme.loss, theme.band_opacity)?;
        }
        let point = |bucket: &Bucket| Some((self.step_to_x(bucket.last.step), frame.value_to_y(bucket.last.loss())?));
        for stretch in segments(buckets.iter().map(point)) {
            painter.path(&stretch, 0.16 * em, theme.loss)?;
        }
        for bucket in buckets {
            if let Some(y) = frame.strip_y(bucket.last.loss(), 0) {
                painter.marker(Marker::Circle, (self.step_to_x(bucket.last.step), y), 0.3 * em, theme.loss)?;
            }
        }
        match buckets.last().and_then(point) {
            Some(latest) => {
                painter.marker(Marker::Circle, latest, 0.44 * em, theme.background)?;
                painter.marker(Marker::Circle, latest, 0.32 * em, theme.loss)
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "loss_tests.rs"]
mod tests;
