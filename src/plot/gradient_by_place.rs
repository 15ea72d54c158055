//! The chart of gradient norms by place, on a logarithmic axis: from layer 1 at the input side to the output layer, or from
//! the first time step to the last.

use super::chart_axes::ChartAxes;
use super::clip::{clip_line, clip_polygon};
use super::color::Rgb;
use super::frame::{Frame, Margins, StripKind, StripLabels};
use super::paint::{Marker, Painter, TextLook, rough_width};
use super::paper::Paper;
use super::place_axis::PlaceAxis;
use super::runs::spread;
use super::scale::{LogRange, ValueScale, segments};
use super::surface::Surface;
use super::theme::Theme;
use plotters_backend::text_anchor::{HPos, VPos};

pub use super::place_axis::PlaceNames;
pub use super::place_marks::{Far, PlaceMarks};

/// One quantity in every place.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What is written at the end of its line.
    pub label: String,
    /// Its colour.
    pub color: Rgb,
    /// The shape of its marks.
    pub marker: Marker,
    /// Its values from the first place to the last.
    pub values: Vec<f64>,
    /// For each place, below which value plain f32 would read zero or a denormal number: such a mark is hollow. Empty where
    /// that is not so.
    pub underflow_below: Vec<f64>,
}

/// What theory expects of the leading quantity, ‖∂L/∂z‖ of a layer or ‖∂L/∂h‖ of a time step.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// What is written at the end of the line, and smaller below it.
    pub label: (String, String),
    /// Written in the place of the latter where no part of the line is on the axis.
    pub beyond: String,
    /// The expected value from the first place on; NaN where theory says nothing.
    pub center: Vec<f64>,
    /// The lower edge of the central 90 %.
    pub low: Vec<f64>,
    /// Its upper edge.
    pub high: Vec<f64>,
}

/// A value that is the same in every place, to be compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// The value.
    pub value: f64,
    /// What is written at its line.
    pub label: String,
}

/// What the chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    /// The measured quantities; those that are switched off or not measured are left out.
    pub series: Vec<Series>,
    /// The leading quantity at earlier steps, from the nearest back: where the curve came from.
    pub trail: Vec<Vec<f64>>,
    /// What theory expects, if it is known.
    pub prediction: Option<Prediction>,
    /// A level line, always in view.
    pub level: Option<Level>,
    /// The value under which plain f32 would read zero or a denormal number.
    pub underflow_below: Option<f64>,
    /// What sets some places apart.
    pub marks: PlaceMarks,
}

/// The words on the chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// The title of the axis of places.
    pub place_axis: String,
    /// The same for charts too narrow for it.
    pub place_axis_short: String,
    /// What is written at its ticks.
    pub places: PlaceNames,
    /// The title of the value axis.
    pub value_axis: String,
    /// The same for charts too narrow for it.
    pub value_axis_short: String,
    /// In the range that plain f32 lacks.
    pub underflow: String,
    /// At the strips.
    pub strips: StripLabels,
}

/// The chart's axes: how places and values stand on the surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    /// The plot and its value axis.
    pub frame: Frame,
    places: usize,
    range: LogRange,
    underflow_y: Option<f64>,
    has_line_labels: bool,
}

/// The fewest decades that the axis spans, so that a healthy gradient looks as level as it is.
const FEWEST_DECADES: i32 = 3;

/// How visible the curves of the trail are, from the nearest on.
const TRAIL: [f64; 6] = [0.6, 0.46, 0.36, 0.28, 0.21, 0.15];

/// The recorded steps whose curves trail behind that of the one at `shown`, the nearest first: 1, 2, 4, … places back,
/// so that slow motion is seen as well as fast.
pub fn trail_of(shown: usize) -> impl Iterator<Item = usize> {
    (0..TRAIL.len()).filter_map(move |power| shown.checked_sub(1 << power))
}

impl ChartAxes for Axes {
    type Data<'a> = Data;
    type Labels = Labels;

    fn fit(surface: Surface, theme: &Theme, data: &Data, previous: Option<&Self>) -> Option<Self> {
        let places = data.series.iter().map(|series| series.values.len()).max().filter(|places| *places > 0)?;
        let previous = previous.filter(|previous| previous.places == places);
        let is_shown = |(place, value): &(usize, f64)| !data.marks.is_cut(*place, *value);
        let all = || data.series.iter().flat_map(|series| series.values.iter().copied().enumerate());
        let values = || all().filter(is_shown).map(|(_, value)| value);
        let level = data.level.iter().map(|level| level.value);
        let range =
            range(|| values().chain(level.clone()), data.prediction.as_ref()).settle(previous.map(|axes| axes.range));
        let scale = ValueScale::Log(range);
        let strips: Vec<StripKind> = values().filter_map(|value| StripKind::of(value, &scale)).collect();
        let em = theme.font_px * surface.scale;
        let has_line_labels = f64::from(surface.width) > 30.0 * em;
        let margins = Margins { top: 2.2, right: if has_line_labels { 6.2 } else { 1.2 }, bottom: 3.4 };
        let frame = Frame::new(surface, theme, margins, scale, &strips, data.series.len())?;
        let underflow_y = data.underflow_below.and_then(|value| frame.value_to_y(value));
        let underflow_y = underflow_y.filter(|y| *y < frame.plot.bottom);
        Some(Self { frame, places, range, underflow_y, has_line_labels })
    }

    fn draw(&self, paper: &mut dyn Paper, theme: &Theme, labels: &Labels) {
        let mut painter = Painter::new(paper, theme);
        let (frame, em, plot) = (&self.frame, self.frame.em, self.frame.plot);
        let has_room = rough_width(&labels.value_axis, em) <= f64::from(frame.surface.width);
        let title = if has_room { &labels.value_axis } else { &labels.value_axis_short };
        frame.draw(&mut painter, theme, title, &labels.strips);
        if let Some(y) = self.underflow_y {
            let is_limit_in_view = y >= plot.top;
            let y = y.max(plot.top);
            painter.rect((plot.left, y), (plot.right, plot.bottom), theme.strip, 1.0);
            if is_limit_in_view {
                painter.dashed_path(&[(plot.left, y), (plot.right, y)], frame.hairline(), 0.4 * em, theme.axis);
            }
            if plot.bottom - y > 1.2 * em {
                let look = TextLook::new(0.9 * em, theme.muted, HPos::Right, VPos::Center);
                painter.text(&labels.underflow, (plot.right - 0.5 * em, y + 0.75 * em), look);
            }
        }
        let titles = [labels.place_axis.as_str(), &labels.place_axis_short];
        PlaceAxis { frame, places: self.places, names: &labels.places, titles }.draw(&mut painter, theme);
    }

    fn draw_data(&self, paper: &mut dyn Paper, theme: &Theme, data: &Data) {
        let mut painter = Painter::new(paper, theme);
        data.marks.draw(&mut painter, theme, &self.frame, self.places);
        if let Some(prediction) = &data.prediction {
            self.draw_band(&mut painter, theme, prediction);
        }
        self.draw_trail(&mut painter, theme, &data.trail);
        if let Some(level) = &data.level {
            self.draw_level(&mut painter, theme, level);
        }
        // The first series is the one that matters most, and is drawn over the others.
        for (lane, series) in data.series.iter().enumerate().rev() {
            self.draw_series(&mut painter, theme, series, lane, &data.marks);
        }
        if let Some(prediction) = &data.prediction {
            self.draw_center(&mut painter, theme, prediction);
        }
        if self.has_line_labels {
            self.draw_line_labels(&mut painter, theme, data);
        }
    }
}

impl Axes {
    /// How many places there are.
    pub fn places(&self) -> usize {
        self.places
    }

    /// Where a place stands, counted from 0.
    pub fn place_to_x(&self, place: usize) -> f64 {
        self.frame.plot.left + self.spacing() * (place as f64 + 0.5)
    }

    /// The place nearest to a point of the axis, counted from 0.
    pub fn x_to_place(&self, x: f64) -> usize {
        let place = (x - self.frame.plot.left) / self.spacing();
        (place.max(0.0) as usize).min(self.places - 1)
    }

    fn spacing(&self) -> f64 {
        self.frame.plot.width() / self.places as f64
    }

    fn marker_radius(&self) -> f64 {
        (0.2 * self.spacing()).clamp(0.24 * self.frame.em, 0.42 * self.frame.em)
    }

    /// How many places there are from one mark to the next, so that marks do not touch.
    fn mark_every(&self) -> usize {
        ((2.6 * self.marker_radius() / self.spacing()).ceil() as usize).max(1)
    }

    /// Whether a number has a place within the plot.
    fn is_in_view(&self, value: f64) -> bool {
        let plot = self.frame.plot;
        self.frame.value_to_y(value).is_some_and(|y| (plot.top..=plot.bottom).contains(&y))
    }

    /// The place (from 0) that of some numbers has the one farthest off the axis; `None` where all have a place on it.
    pub fn beyond(&self, values: &[f64]) -> Option<usize> {
        let plot = self.frame.plot;
        let off = values.iter().take(self.places).enumerate().filter_map(|(place, value)| {
            let y = self.frame.value_to_y(*value)?;
            Some((place, (plot.top - y).max(y - plot.bottom)))
        });
        off.filter(|(_, off)| *off > 0.0).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(place, _)| place)
    }

    fn draw_band(&self, painter: &mut Painter<'_>, theme: &Theme, prediction: &Prediction) {
        let edges = prediction.low.iter().zip(&prediction.high).take(self.places).enumerate();
        let band = edges.map(|(place, (low, high))| {
            // A lower edge of zero reaches down to the end of the axis.
            let low = if *low == 0.0 { Some(self.frame.plot.bottom) } else { self.frame.value_to_y(*low) };
            Some((self.place_to_x(place), low?, self.frame.value_to_y(*high)?))
        });
        let plot = self.frame.plot;
        for stretch in segments(band) {
            let upper = stretch.iter().map(|(x, _, high)| (*x, *high));
            // Of a band that is all below the axis, no lower edge is above the upper one.
            let lower = stretch.iter().rev().map(|(x, low, high)| (*x, low.max(*high)));
            let outline: Vec<_> = upper.chain(lower).collect();
            let outline = clip_polygon(&outline, (plot.top, plot.bottom));
            painter.polygon(&outline, theme.grad_z, theme.band_opacity);
        }
    }

    /// Earlier curves, the fainter the farther back. Where they leave the plot they break: the axis is that of the present.
    fn draw_trail(&self, painter: &mut Painter<'_>, theme: &Theme, trail: &[Vec<f64>]) {
        let plot = self.frame.plot;
        for (values, opacity) in trail.iter().zip(TRAIL).rev() {
            let points = values.iter().take(self.places).enumerate().map(|(place, value)| {
                let y = self.frame.value_to_y(*value).filter(|y| (plot.top..=plot.bottom).contains(y))?;
                Some((self.place_to_x(place), y))
            });
            for stretch in segments(points) {
                painter.faint_path(&stretch, (0.11 * self.frame.em).max(1.0), theme.grad_z, opacity);
            }
        }
    }

    fn draw_level(&self, painter: &mut Painter<'_>, theme: &Theme, level: &Level) {
        let (em, plot) = (self.frame.em, self.frame.plot);
        let Some(y) = self.frame.value_to_y(level.value).filter(|_| self.is_in_view(level.value)) else { return };
        painter.dashed_path(&[(plot.left, y), (plot.right, y)], 0.12 * em, 0.6 * em, theme.text);
        // At the output side, where a vanishing gradient is far above; over its line, unless there is no room.
        let text_y = if y - plot.top > 1.4 * em { y - 0.75 * em } else { y + 0.75 * em };
        let look = TextLook::new(em, theme.text, HPos::Right, VPos::Center).bold();
        painter.text(&level.label, (plot.right - 0.5 * em, text_y), look);
    }

    /// The expected line: thin dashes over the measured ones, which would hide it where theory is right. It goes out of the
    /// plot where it leaves the axis.
    fn draw_center(&self, painter: &mut Painter<'_>, theme: &Theme, prediction: &Prediction) {
        let plot = self.frame.plot;
        let center = prediction.center.iter().take(self.places).enumerate();
        let center = center.map(|(place, value)| Some((self.place_to_x(place), self.frame.value_to_y(*value)?)));
        for stretch in segments(center) {
            for piece in clip_line(&stretch, (plot.top, plot.bottom)) {
                painter.dashed_path(&piece, 0.1 * self.frame.em, 0.45 * self.frame.em, theme.text);
            }
        }
    }

    fn draw_series(&self, painter: &mut Painter<'_>, theme: &Theme, series: &Series, lane: usize, marks: &PlaceMarks) {
        let values = series.values.iter().take(self.places).enumerate();
        let points =
            values.clone().map(|(place, value)| Some((self.place_to_x(place), self.frame.value_to_y(*value)?)));
        for stretch in segments(points) {
            // Lines behind others are wider, so that of lines that coincide each is seen.
            let width = (0.19 + 0.06 * lane as f64) * self.frame.em;
            painter.path(&stretch, width.max(1.0), series.color);
        }
        let (radius, every) = (self.marker_radius(), self.mark_every());
        for (place, value) in values {
            let x = self.place_to_x(place);
            let is_marked = place.is_multiple_of(every) || place + 1 == self.places;
            if let Some(y) = self.frame.value_to_y(*value) {
                if !is_marked {
                    continue;
                }
                if every == 1 {
                    painter.marker(series.marker, (x, y), radius + 0.12 * self.frame.em, theme.background);
                }
                painter.marker(series.marker, (x, y), radius, series.color);
                if series.underflow_below.get(place).is_some_and(|limit| value < limit) {
                    painter.marker(series.marker, (x, y), 0.55 * radius, theme.background);
                }
            } else if let Some(y) = self.frame.strip_y(*value, lane).filter(|_| !marks.is_cut(place, *value)) {
                painter.marker(series.marker, (x, y), radius.min(0.3 * self.frame.em), series.color);
            }
        }
    }

    /// Writes each line's name at its right end, names apart from each other.
    fn draw_line_labels(&self, painter: &mut Painter<'_>, theme: &Theme, data: &Data) {
        let em = self.frame.em;
        let mut ends: Vec<(f64, LineLabel<'_>)> = Vec::new();
        // Each at its place at once: the code that sorts is longer than that of this chart's lines.
        let mut put = |y: f64, label| ends.insert(ends.partition_point(|(other, _)| *other <= y), (y, label));
        for (lane, series) in data.series.iter().enumerate() {
            let Some(&last) = series.values.last() else { continue };
            if let Some(y) = self.frame.value_to_y(last).or_else(|| self.frame.strip_y(last, lane)) {
                put(y, LineLabel::Series(series));
            }
        }
        if let Some(Prediction { center, label, beyond, .. }) = &data.prediction
            && let Some(y) = center.last().and_then(|last| self.frame.value_to_y(*last))
        {
            // The name of a line that ends off the axis is at the end that it left by.
            let y = y.clamp(self.frame.plot.top, self.frame.plot.bottom);
            put(y, LineLabel::Prediction(&label.0));
            let is_seen = center.iter().any(|value| self.is_in_view(*value));
            put(y, LineLabel::Remark(if is_seen { &label.1 } else { beyond }));
        }
        let wanted: Vec<f64> = ends.iter().map(|(y, _)| *y).collect();
        let bounds = (self.frame.plot.top, self.frame.floor());
        let x = self.frame.plot.right + 0.6 * em;
        let name = TextLook::new(em, theme.text, HPos::Left, VPos::Center).bold();
        for (y, (_, label)) in spread(&wanted, 1.5 * em, bounds).into_iter().zip(ends) {
            let at = (x + 0.85 * em, y);
            match label {
                LineLabel::Series(series) => {
                    painter.marker(series.marker, (x + 0.2 * em, y), 0.3 * em, series.color);
                    painter.text(&series.label, at, name);
                }
                LineLabel::Prediction(words) => {
                    let dashes = [(x - 0.35 * em, y), (x + 0.65 * em, y)];
                    painter.dashed_path(&dashes, 0.1 * em, 0.35 * em, theme.text);
                    painter.text(words, at, name);
                }
                LineLabel::Remark(words) => {
                    let look = TextLook::new(0.9 * em, theme.muted, HPos::Left, VPos::Center);
                    painter.text(words, (at.0, y - 0.3 * em), look);
                }
            }
        }
    }
}

/// What stands at the right end of a line.
enum LineLabel<'a> {
    Series(&'a Series),
    Prediction(&'a str),
    /// Below the name of the prediction.
    Remark(&'a str),
}

/// The range of the measured values, made wider for what is expected, but by no more than half on either side: what is
/// measured is never pressed flat for the sake of what is not.
fn range<I: Iterator<Item = f64>>(values: impl Fn() -> I, prediction: Option<&Prediction>) -> LogRange {
    let is_placed = |value: &f64| *value > 0.0 && value.is_finite();
    let (least, most) =
        values().filter(is_placed).fold((f64::INFINITY, 0.0), |(a, b): (f64, f64), value| (a.min(value), b.max(value)));
    let expected = prediction.iter().flat_map(|p| [&p.center, &p.low, &p.high]).flatten().copied().filter(is_placed);
    if least > most {
        return LogRange::fit(expected, FEWEST_DECADES);
    }
    let room = 0.5 * (most.log10() - least.log10()).max(f64::from(FEWEST_DECADES));
    let (low, high) = (least.log10() - room, most.log10() + room);
    let clipped = expected.map(|value| 10f64.powf(value.log10().clamp(low, high)));
    LogRange::fit(values().chain(clipped), FEWEST_DECADES)
}

#[cfg(test)]
#[path = "gradient_by_place_tests.rs"]
mod tests;
