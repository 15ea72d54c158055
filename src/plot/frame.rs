//! What the charts have in common: a plot with a value axis, and strips beside it for what has no place on the axis.

use super::paint::{Painter, TextLook};
use super::scale::{Reading, ValueScale};
use super::surface::{Rect, Surface};
use super::theme::Theme;
use super::ticks::{Tick, TickLabel};
use plotters_backend::text_anchor::{HPos, VPos};

/// A strip beside the plot, for the marks of readings that have no place on the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StripKind {
    /// Above the plot and above the infinite.
    NotANumber,
    /// Above the plot.
    Infinite,
    /// Below the plot, and only where the axis is logarithmic.
    Zero,
}

impl StripKind {
    /// The strip on which a number is marked, if it has no place on the scale.
    pub fn of(value: f64, scale: &ValueScale) -> Option<Self> {
        match (Reading::of(value), scale) {
            (Reading::NotANumber, _) => Some(Self::NotANumber),
            (Reading::Infinite, _) => Some(Self::Infinite),
            (Reading::Zero, ValueScale::Log(_) | ValueScale::NarrowLog(_)) => Some(Self::Zero),
            _ => None,
        }
    }

    /// The kinds of strips that numbers need, from the uppermost down.
    pub(super) fn among(values: impl Iterator<Item = f64>, scale: &ValueScale) -> Vec<Self> {
        let mut is_needed = [false; 3];
        for kind in values.filter_map(|value| Self::of(value, scale)) {
            is_needed[kind as usize] = true;
        }
        [Self::NotANumber, Self::Infinite, Self::Zero].into_iter().filter(|kind| is_needed[*kind as usize]).collect()
    }
}

/// The words at the strips.
#[derive(Clone, Debug, PartialEq)]
pub struct StripLabels {
    /// At the marks of exact zeros.
    pub zero: String,
    /// At the marks of infinite numbers.
    pub infinite: String,
    /// At the marks of NaN.
    pub not_a_number: String,
}

impl Default for StripLabels {
    fn default() -> Self {
        Self { zero: "0".into(), infinite: "∞".into(), not_a_number: "NaN".into() }
    }
}

/// The room that a chart asks for around its plot, in units of the font's size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Margins {
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

/// A plot with its value axis, laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// What it is drawn on.
    pub surface: Surface,
    /// The size of ordinary text in device pixels; every other size follows it.
    pub em: f64,
    /// The plot itself.
    pub plot: Rect,
    /// The value axis.
    pub scale: ValueScale,
    strips: Vec<(StripKind, Rect)>,
    lanes: usize,
    ticks: Vec<Tick>,
}

/// The height of a series' lane in a strip, in units of the font's size.
const LANE_EM: f64 = 0.8;

impl Frame {
    /// The layout, or `None` where there is no room for a plot.
    ///
    /// Each strip has a lane for every one of `lanes` series.
    pub(super) fn new(
        surface: Surface,
        theme: &Theme,
        margins: Margins,
        scale: ValueScale,
        strip_kinds: &[StripKind],
        lanes: usize,
    ) -> Option<Self> {
        let em = theme.font_px * surface.scale;
        if !(em.is_finite() && em >= 1.0) {
            return None;
        }
        let strip_height = (LANE_EM * lanes.max(1) as f64).max(1.4) * em;
        // As far from the plot as the label of its outermost tick reaches beyond it.
        let gap = 0.7 * em;
        let mut top = margins.top * em;
        let mut bottom = f64::from(surface.height) - margins.bottom * em;
        let mut strips = Vec::new();
        for kind in [StripKind::NotANumber, StripKind::Infinite, StripKind::Zero] {
            if !strip_kinds.contains(&kind) {
                continue;
            }
            let strip_top = if kind == StripKind::Zero { bottom - strip_height } else { top };
            strips.push((kind, Rect { left: 0.0, top: strip_top, right: 0.0, bottom: strip_top + strip_height }));
            match kind {
                StripKind::Zero => bottom = strip_top - gap,
                _ => top += strip_height + gap,
            }
        }
        let ticks = scale.ticks(((bottom - top) / (2.0 * em)).max(0.0) as usize + 1);
        let label_em = ticks.iter().filter_map(|tick| tick.label.as_ref()).map(TickLabel::width_em).fold(1.8, f64::max);
        let left = ((label_em + 1.0) * em).round();
        let right = f64::from(surface.width) - margins.right * em;
        let plot = Rect { left, top: top.round(), right: right.round(), bottom: bottom.round() };
        if plot.width() < 2.0 * em || plot.height() < em {
            return None;
        }
        for (_, rect) in &mut strips {
            *rect = Rect { left: plot.left, right: plot.right, ..*rect };
        }
        Some(Self { surface, em, plot, scale, strips, lanes: lanes.max(1), ticks })
    }

    /// The height at which a number stands; `None` for what has no place on the axis.
    pub fn value_to_y(&self, value: f64) -> Option<f64> {
        self.scale.position(value).map(|position| self.plot.bottom - position * self.plot.height())
    }

    /// The number that stands at a height.
    pub fn y_to_value(&self, y: f64) -> f64 {
        self.scale.value_at((self.plot.bottom - y) / self.plot.height())
    }

    /// The height of a series' mark for a number that has no place on the axis.
    pub fn strip_y(&self, value: f64, lane: usize) -> Option<f64> {
        let kind = StripKind::of(value, &self.scale)?;
        let (_, rect) = self.strips.iter().find(|(other, _)| *other == kind)?;
        Some(rect.top + rect.height() * (lane as f64 + 0.5) / self.lanes as f64)
    }

    /// The lower edge of the plot and of what hangs below it.
    pub fn floor(&self) -> f64 {
        self.strips.iter().map(|(_, rect)| rect.bottom).fold(self.plot.bottom, f64::max)
    }

    /// The width of the thinnest lines.
    pub(super) fn hairline(&self) -> f64 {
        self.surface.scale.round().max(1.0)
    }

    /// Draws background, grid, the value axis with its title, and the strips.
    pub(super) fn draw(&self, painter: &mut Painter<'_>, theme: &Theme, title: &str, labels: &StripLabels) {
        let (em, plot) = (self.em, self.plot);
        painter.rect((0.0, 0.0), (self.surface.width.into(), self.surface.height.into()), theme.background, 1.0);
        let numbers = TextLook::new(em, theme.muted, HPos::Right, VPos::Center);
        for tick in &self.ticks {
            let y = plot.bottom - tick.position * plot.height();
            let Some(label) = &tick.label else {
                painter.level_line(plot.left, plot.right, y, self.hairline(), theme.grid.mix(theme.background, 0.5));
                continue;
            };
            painter.level_line(plot.left, plot.right, y, self.hairline(), theme.grid);
            self.draw_label(painter, label, y, numbers);
        }
        for (kind, rect) in &self.strips {
            painter.rect((rect.left, rect.top), (rect.right, rect.bottom), theme.strip, 1.0);
            let label = match kind {
                StripKind::Zero => &labels.zero,
                StripKind::Infinite => &labels.infinite,
                StripKind::NotANumber => &labels.not_a_number,
            };
            painter.text(label, (plot.left - 0.5 * em, (rect.top + rect.bottom) / 2.0), numbers);
        }
        painter.level_line(plot.left, plot.right, plot.bottom, self.hairline(), theme.axis);
        painter.text(title, (0.3 * em, 0.9 * em), TextLook::new(em, theme.text, HPos::Left, VPos::Center));
    }

    /// Writes a tick's label. A power's exponent is drawn raised, all exponents from one line on.
    fn draw_label(&self, painter: &mut Painter<'_>, label: &TickLabel, y: f64, look: TextLook) {
        let em = self.em;
        let right = self.plot.left - 0.5 * em;
        match label {
            TickLabel::Text(text) => painter.text(text, (right, y), look),
            TickLabel::Power(exponent) => {
                let widest = self.ticks.iter().filter_map(|tick| tick.label.as_ref()).map(TickLabel::width_em);
                let seam = right - (widest.fold(0.0, f64::max) - 1.2) * em;
                painter.text("10", (seam, y), look);
                let raised = TextLook { size: 0.74 * em, horizontal: HPos::Left, ..look };
                painter.text(&exponent.to_string().replace('-', "−"), (seam + 0.06 * em, y - 0.38 * em), raised);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scale::{LinearRange, LogRange};
    use super::*;

    const MARGINS: Margins = Margins { top: 2.0, right: 1.0, bottom: 3.0 };

    fn frame(width: u32, height: u32, strips: &[StripKind]) -> Option<Frame> {
        let surface = Surface { width, height, scale: 1.0 };
        Frame::new(surface, &Theme::light(), MARGINS, ValueScale::Log(LogRange::EMPTY), strips, 3)
    }

    #[test]
    fn without_room_there_is_no_frame() {
        for (width, height) in [(0, 0), (1, 1), (20, 400), (400, 60)] {
            assert_eq!(frame(width, height, &[]), None, "{width}×{height}");
        }
        let surface = Surface { width: 400, height: 300, scale: f64::NAN };
        let scale = ValueScale::Linear(LinearRange::UNIT);
        assert_eq!(Frame::new(surface, &Theme::light(), MARGINS, scale, &[], 1), None);
    }

    #[test]
    fn values_and_heights_are_inverse() {
        let frame = frame(600, 400, &[]).unwrap();
        assert_eq!(frame.value_to_y(1.0), Some(frame.plot.top));
        assert_eq!(frame.value_to_y(1e-4), Some(frame.plot.bottom));
        assert!((frame.y_to_value(frame.value_to_y(0.02).unwrap()) / 0.02 - 1.0).abs() < 1e-9);
        assert_eq!(frame.value_to_y(0.0), None);
    }

    #[test]
    fn each_special_reading_has_its_strip_and_each_series_its_lane() {
        let frame = frame(600, 400, &[StripKind::Zero, StripKind::Infinite, StripKind::NotANumber]).unwrap();
        let nan = frame.strip_y(f64::NAN, 0).unwrap();
        let infinite = frame.strip_y(f64::INFINITY, 0).unwrap();
        let zero = frame.strip_y(0.0, 0).unwrap();
        assert!(nan < infinite && infinite < frame.plot.top && frame.plot.bottom < zero && zero < frame.floor());
        assert!(frame.strip_y(0.0, 1).unwrap() > zero);
        assert_eq!(frame.strip_y(1.0, 0), None);
    }
}
