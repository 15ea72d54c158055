//! The chart of how often the numbers of a layer fall where, with φ′ over it.

use super::chart_axes::ChartAxes;
use super::color::Rgb;
use super::frame::{Frame, Margins, StripKind, StripLabels};
use super::number;
use super::paint::{Marker, Painter, TextLook, rough_width};
use super::paper::Paper;
use super::scale::{LinearRange, ValueScale, segments};
use super::surface::Surface;
use super::theme::Theme;
use super::value_axis::{power_of, value_range, value_ticks};
use crate::look::view::Histogram;
use plotters_backend::text_anchor::{HPos, VPos};

/// The numbers that are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// How often the numbers fall where.
    pub histogram: &'a Histogram,
    /// φ′ over the same numbers.
    pub slope: Option<Slope<'a>>,
}

/// What the chart shows.
#[derive(Clone, Debug)]
pub struct Data<'a> {
    /// The numbers.
    pub content: Content<'a>,
    /// Another histogram with the same value axis, in a chart of its own.
    pub beside: Option<&'a Histogram>,
    /// The colour of the bars.
    pub color: Rgb,
    /// The words beside marks.
    pub marks: Marks,
}

/// φ′ over the range of a histogram.
#[derive(Clone, Copy, Debug)]
pub struct Slope<'a> {
    /// φ′ at points evenly spread from the histogram's `low` to its `high`, both included.
    pub values: &'a [f64],
    /// The largest |φ′| anywhere.
    pub largest: f64,
}

/// The words around the plot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// The title of the value axis, in words; its power of ten is put behind it.
    pub value_axis: String,
    /// The same as a formula, for charts too narrow for words.
    pub value_formula: String,
    /// The title of the axis of shares.
    pub share_axis: String,
    /// The title of the axis of φ′.
    pub slope_axis: String,
}

/// The words beside marks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// After the share of exact zeros.
    pub zeros: String,
    /// After the number of those that are not finite.
    pub not_finite: String,
    /// In the zone where φ′ is small.
    pub saturated: String,
}

/// A bar: one bin, or neighbours joined where bins would be too narrow to see.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Its lower edge.
    pub low: f64,
    /// Its upper edge.
    pub high: f64,
    /// How many numbers lie in it.
    pub count: u64,
    /// How many of them are exactly zero. They are drawn as a spike, not in the bar.
    pub zeros: u64,
}

/// The chart's axes: how values and shares stand on the surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    /// The plot, with shares in percent as its value axis.
    pub frame: Frame,
    values: LinearRange,
    /// The power of ten that the numbers at the ticks are multiplied by.
    power: i32,
    /// How many bins make a bar.
    joined: usize,
    /// φ′ at the bottom and at the top of the plot.
    slopes: Option<(f64, f64)>,
}

/// Below this share of the largest |φ′| a unit counts as saturated.
const SATURATED: f64 = 0.05;

impl ChartAxes for Axes {
    type Data<'a> = Data<'a>;
    type Labels = Labels;

    fn fit(surface: Surface, theme: &Theme, data: &Data<'_>, previous: Option<&Self>) -> Option<Self> {
        let content = data.content;
        let em = theme.font_px * surface.scale;
        let ends =
            std::iter::once(content.histogram).chain(data.beside).filter_map(ends).flat_map(|(low, high)| [low, high]);
        let values = value_range(ends).settle(previous.map(|axes| axes.values));
        let margins = Margins { top: 1.9, right: if content.slope.is_some() { 3.0 } else { 1.2 }, bottom: 3.1 };
        let joined =
            bins_of_bar(content.histogram, values, f64::from(surface.width) - (2.8 + margins.right) * em, surface);
        let total = total(content.histogram) as f64;
        let share = |count: u64| if total > 0.0 { 100.0 * count as f64 / total } else { 0.0 };
        let bars = bars(content.histogram, joined);
        let highest = bars.iter().map(|bar| share(bar.count - bar.zeros)).fold(0.0, f64::max);
        let spike = share(content.histogram.zeros.into());
        // A spike of zeros is cut, and its share written beside it, before it would flatten all that is not zero.
        let top = if highest > 0.0 { highest.max(spike.min(3.0 * highest)) } else { spike };
        let before = previous.and_then(|axes| match axes.frame.scale {
            ValueScale::Linear(range) => Some(range),
            ValueScale::Log(_) | ValueScale::NarrowLog(_) => None,
        });
        let scale = ValueScale::Linear(LinearRange::fit([0.0, top]).settle(before));
        let strips: &[StripKind] = if content.histogram.not_finite > 0 { &[StripKind::NotANumber] } else { &[] };
        let frame = Frame::new(surface, theme, margins, scale, strips, 1)?;
        let slopes = content.slope.filter(|slope| slope.largest > 0.0 && slope.largest.is_finite()).map(|slope| {
            // Some activations fall a little, but φ′ of none is under −0.15 of its largest.
            let is_negative = slope.values.iter().any(|value| *value < 0.0);
            (if is_negative { -0.15 * slope.largest } else { 0.0 }, slope.largest)
        });
        Some(Self { frame, values, power: power_of(values), joined, slopes })
    }

    fn draw(&self, paper: &mut dyn Paper, theme: &Theme, labels: &Labels) {
        let mut painter = Painter::new(paper, theme);
        let (frame, em, plot) = (&self.frame, self.frame.em, self.frame.plot);
        let strips = StripLabels { not_a_number: String::new(), ..StripLabels::default() };
        frame.draw(&mut painter, theme, &labels.share_axis, &strips);
        let numbers = TextLook::new(em, theme.muted, HPos::Center, VPos::Center);
        for (value, text) in value_ticks(self.values, self.power, plot.width() / em) {
            let at = (self.value_to_x(value), plot.bottom);
            painter.tick_below(at, frame.hairline(), &text, 1.1 * em, numbers);
        }
        if self.slopes.is_some_and(|(_, largest)| largest > 0.0) {
            let look = TextLook::new(em, slope_color(theme), HPos::Left, VPos::Center);
            for (slope, y) in self.slope_ticks() {
                painter.text(&slope, (plot.right + 0.4 * em, y), look);
            }
            let title = (f64::from(frame.surface.width) - 0.4 * em, 0.9 * em);
            painter.text(&labels.slope_axis, title, TextLook { horizontal: HPos::Right, ..look }.bold());
        }
        let surface_width = f64::from(frame.surface.width);
        let power = if self.power == 0 { String::new() } else { format!(" (×{})", number::power_of_ten(self.power)) };
        let title = [&labels.value_axis, &labels.value_formula].map(|title| format!("{title}{power}"));
        let [words, formula] = &title;
        let title = if rough_width(words, em) <= surface_width - em { words } else { formula };
        let half = rough_width(title, em) / 2.0;
        // Under the middle of the plot, as long as it is not cut there.
        let middle = ((plot.left + plot.right) / 2.0).min(surface_width - half).max(half);
        painter.text(
            title,
            (middle, plot.bottom + 2.3 * em),
            TextLook::new(em, theme.text, HPos::Center, VPos::Center),
        );
    }

    /// Draws the bars, φ′ over them with its saturated zones shaded, the spike of exact zeros, the number of those that
    /// are not finite, and a small triangle at the mean.
    fn draw_data(&self, paper: &mut dyn Paper, theme: &Theme, data: &Data<'_>) {
        let Data { content, color, marks, .. } = data;
        let mut painter = Painter::new(paper, theme);
        let (em, plot, histogram) = (self.frame.em, self.frame.plot, content.histogram);
        if let Some(slope) = content.slope {
            self.draw_saturated(&mut painter, theme, slope, histogram, marks);
        }
        self.draw_bars(&mut painter, histogram, *color);
        if let Some(slope) = content.slope {
            let points = self.slope_points(slope, histogram);
            painter.path(&points, 0.2 * em, slope_color(theme));
        }
        self.draw_zeros(&mut painter, theme, histogram, marks);
        if let Some(y) = self.frame.strip_y(f64::NAN, 0).filter(|_| histogram.not_finite > 0) {
            let text = format!("{} {}", number::grouped(histogram.not_finite.into()), marks.not_finite);
            // In a narrow chart it begins left of the plot, where no other strip's label would stand.
            let has_room = plot.left + 1.6 * em + rough_width(&text, em) < f64::from(self.frame.surface.width);
            let left = if has_room { plot.left } else { 0.0 };
            painter.marker(Marker::Diamond, (left + 0.8 * em, y), 0.35 * em, theme.not_a_number);
            let look = TextLook::new(em, theme.text, HPos::Left, VPos::Center);
            painter.text(&text, (left + 1.6 * em, y), look);
        }
        let mean = self.value_to_x(histogram.mean);
        if ends(histogram).is_some() && histogram.mean.is_finite() && (plot.left..=plot.right).contains(&mean) {
            painter.marker(Marker::Triangle, (mean, plot.bottom + 0.33 * em), 0.24 * em, theme.text);
        }
    }
}

impl Axes {
    /// The place of a value; outside the plot where it is out of range, and the middle of the plot for NaN.
    pub fn value_to_x(&self, value: f64) -> f64 {
        let position = ValueScale::Linear(self.values).position(value).unwrap_or(0.5);
        self.frame.plot.left + position * self.frame.plot.width()
    }

    /// The bars of a histogram, from the left.
    pub fn bars(&self, histogram: &Histogram) -> Vec<Bar> {
        bars(histogram, self.joined)
    }

    /// The bar at a place, or the nearest.
    pub fn x_to_bar(&self, x: f64, histogram: &Histogram) -> Option<usize> {
        let bars = self.bars(histogram);
        let value = ValueScale::Linear(self.values).value_at((x - self.frame.plot.left) / self.frame.plot.width());
        Some(bars.partition_point(|bar| bar.high < value).min(bars.len().checked_sub(1)?))
    }

    /// The height of a bar.
    pub fn bar_to_y(&self, bar: &Bar, histogram: &Histogram) -> f64 {
        self.share_to_y(bar.count - bar.zeros, histogram)
    }

    fn draw_bars(&self, painter: &mut Painter<'_>, histogram: &Histogram, color: Rgb) {
        let (frame, plot) = (&self.frame, self.frame.plot);
        let least = frame.hairline();
        let corners = self.bars(histogram).into_iter().map(|bar| {
            // However few the numbers in it are, a bar is seen.
            let y = self.bar_to_y(&bar, histogram).min(plot.bottom - least);
            let (left, right) = (self.value_to_x(bar.low), self.value_to_x(bar.high));
            (bar.count > bar.zeros).then(|| [(left, y), (right.max(left + 2.0 * least), y)])
        });
        for stretch in segments(corners) {
            let mut outline = stretch.concat();
            if let (Some(first), Some(last)) = (outline.first().copied(), outline.last().copied()) {
                outline.insert(0, (first.0, plot.bottom));
                outline.push((last.0, plot.bottom));
            }
            painter.polygon(&outline, color, 0.6);
            painter.path(&outline, least, color);
        }
    }

    fn draw_saturated(
        &self,
        painter: &mut Painter<'_>,
        theme: &Theme,
        slope: Slope<'_>,
        histogram: &Histogram,
        marks: &Marks,
    ) {
        let (em, plot) = (self.frame.em, self.frame.plot);
        let zones = self.saturated_zones(slope, histogram);
        for (left, right) in &zones {
            painter.rect((*left, plot.top), (*right, plot.bottom), theme.muted, 0.16);
        }
        let room = rough_width(&marks.saturated, em);
        if let Some((left, right)) = zones.into_iter().max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))
            && right - left > room + 0.6 * em
        {
            let look = TextLook::new(em, theme.muted, HPos::Center, VPos::Center);
            painter.text(&marks.saturated, ((left + right) / 2.0, plot.top + 0.8 * em), look);
        }
        let mut under = self.slope_points(slope, histogram);
        if let (Some(first), Some(last), Some(floor)) = (under.first(), under.last(), self.slope_to_y(0.0)) {
            let (from, to) = ((first.0, floor), (last.0, floor));
            under.insert(0, from);
            under.push(to);
            painter.polygon(&under, slope_color(theme), 0.5 * theme.band_opacity);
        }
    }

    fn draw_zeros(&self, painter: &mut Painter<'_>, theme: &Theme, histogram: &Histogram, marks: &Marks) {
        /// From this share on it is written at the spike.
        const NOTEWORTHY: f64 = 0.02;
        /// How much wider bold text is.
        const BOLD: f64 = 1.2;
        let (em, plot) = (self.frame.em, self.frame.plot);
        let x = self.value_to_x(0.0);
        if histogram.zeros == 0 || !(plot.left..=plot.right).contains(&x) {
            return;
        }
        let y = self.share_to_y(histogram.zeros.into(), histogram);
        painter.upright_line(x, y.max(plot.top), plot.bottom, 0.3 * em, theme.text);
        if y < plot.top {
            // It goes on beyond the plot.
            painter.marker(Marker::Triangle, (x, plot.top + 0.3 * em), 0.34 * em, theme.text);
        }
        let share = f64::from(histogram.zeros) / total(histogram).max(1) as f64;
        if share < NOTEWORTHY {
            return;
        }
        let percent = number::percent(share);
        let gap = 0.45 * em;
        let edge = f64::from(self.frame.surface.width);
        let sides = [(edge - x - gap, x + gap, HPos::Left), (x - gap - plot.left, x - gap, HPos::Right)];
        let texts = [format!("{percent} % {}", marks.zeros), format!("{percent} % = 0"), format!("{percent}%")];
        let places = texts.iter().flat_map(|text| sides.map(|(room, at, horizontal)| (text, room, at, horizontal)));
        let fitting = places.into_iter().find(|(text, room, ..)| BOLD * rough_width(text, em) <= *room);
        // Where there is no room it stands beside the spike, thin and at the edge, rather than cut.
        let nearest = if sides[0].0 >= sides[1].0 { (edge, HPos::Right) } else { (plot.left, HPos::Left) };
        let is_bold = fitting.is_some();
        let (text, _, at, horizontal) = fitting.unwrap_or((&texts[2], 0.0, nearest.0, nearest.1));
        let look = TextLook { is_bold, ..TextLook::new(em, theme.text, horizontal, VPos::Center) };
        painter.text(text, (at, y.max(plot.top) + 0.6 * em), look);
    }

    fn share_to_y(&self, count: u64, histogram: &Histogram) -> f64 {
        let share = 100.0 * count as f64 / total(histogram).max(1) as f64;
        self.frame.value_to_y(share).unwrap_or(self.frame.plot.bottom)
    }

    /// The height of a slope on the axis at the right.
    fn slope_to_y(&self, slope: f64) -> Option<f64> {
        let (low, high) = self.slopes?;
        let position = ((slope - low) / (high - low)).clamp(0.0, 1.0);
        position.is_finite().then(|| self.frame.plot.bottom - position * self.frame.plot.height())
    }

    fn slope_ticks(&self) -> Vec<(String, f64)> {
        let largest = self.slopes.map_or(0.0, |(_, largest)| largest);
        let texts = [(0.0, "0".to_owned()), (largest, number::significant(largest, 2))];
        texts.into_iter().filter_map(|(slope, text)| Some((text, self.slope_to_y(slope)?))).collect()
    }

    fn slope_points(&self, slope: Slope<'_>, histogram: &Histogram) -> Vec<(f64, f64)> {
        let places = slope_places(slope, histogram);
        let points =
            places.zip(slope.values).map(|(value, slope)| Some((self.value_to_x(value), self.slope_to_y(*slope)?)));
        points.flatten().collect()
    }

    /// The left and right ends of the stretches where |φ′| is small. Each point of φ′ stands for the stretch around it.
    fn saturated_zones(&self, slope: Slope<'_>, histogram: &Histogram) -> Vec<(f64, f64)> {
        let Some((low, high)) = ends(histogram) else { return Vec::new() };
        let half = 0.5 * (high - low) / (slope.values.len().max(2) - 1) as f64;
        let stretches = slope_places(slope, histogram).zip(slope.values).map(|(value, slope_there)| {
            let is_saturated = slope_there.abs() < SATURATED * slope.largest;
            is_saturated.then(|| ((value - half).max(low), (value + half).min(high)))
        });
        let zones = segments(stretches).into_iter();
        zones.filter_map(|zone| Some((self.value_to_x(zone.first()?.0), self.value_to_x(zone.last()?.1)))).collect()
    }
}

impl Slope<'_> {
    /// φ′ at the point nearest to a value of the histogram.
    pub fn at(&self, value: f64, histogram: &Histogram) -> Option<f64> {
        let (low, high) = ends(histogram)?;
        let position = ((value - low) / (high - low)).clamp(0.0, 1.0);
        let last = self.values.len().checked_sub(1)?;
        self.values.get((position * last as f64).round() as usize).copied()
    }
}

/// How many numbers a histogram is of, those included that are not finite.
pub fn total(histogram: &Histogram) -> u64 {
    histogram.counts.iter().map(|count| u64::from(*count)).sum::<u64>() + u64::from(histogram.not_finite)
}

/// The mean of the squares of its finite numbers.
pub fn mean_square(histogram: &Histogram) -> f64 {
    histogram.mean * histogram.mean + histogram.std * histogram.std
}

fn slope_color(theme: &Theme) -> Rgb {
    theme.grad_w
}

/// The ends of a histogram that has any bins.
fn ends(histogram: &Histogram) -> Option<(f64, f64)> {
    let (low, high) = (histogram.low, histogram.high);
    // The difference of two finite numbers may be infinite.
    (high > low && (high - low).is_finite() && !histogram.counts.is_empty()).then_some((low, high))
}

/// The values at which φ′ is given.
fn slope_places(slope: Slope<'_>, histogram: &Histogram) -> impl Iterator<Item = f64> + use<> {
    let (count, ends) = (slope.values.len(), ends(histogram));
    let place = move |index: usize| {
        let (low, high) = ends?;
        Some(low + (high - low) * index as f64 / (count.max(2) - 1) as f64)
    };
    (0..count).filter_map(place)
}

fn bars(histogram: &Histogram, joined: usize) -> Vec<Bar> {
    let Some((low, high)) = ends(histogram) else { return Vec::new() };
    let width = (high - low) / histogram.counts.len() as f64;
    let edge = |bin: usize| low + width * bin.min(histogram.counts.len()) as f64;
    let joined = joined.max(1);
    let zero_bin = zero_bin(histogram, low, width);
    let joined_bins = histogram.counts.chunks(joined).enumerate().map(|(index, counts)| {
        let first = index * joined;
        let count = counts.iter().map(|count| u64::from(*count)).sum();
        let has_zeros = zero_bin.is_some_and(|bin| (first..first + counts.len()).contains(&bin));
        let zeros = if has_zeros { u64::from(histogram.zeros).min(count) } else { 0 };
        Bar { low: edge(first), high: edge(first + counts.len()), count, zeros }
    });
    joined_bins.collect()
}

/// The bin that holds the exact zeros. On an edge between two bins rounding decides, so it is the one that can hold them.
fn zero_bin(histogram: &Histogram, low: f64, width: f64) -> Option<usize> {
    let place = -low / width;
    if histogram.zeros == 0 || !(-0.5..=histogram.counts.len() as f64 + 0.5).contains(&place) {
        return None;
    }
    let bin = (place.max(0.0) as usize).min(histogram.counts.len() - 1);
    let near = [Some(bin), bin.checked_sub(1), Some(bin + 1)];
    let holds = |bin: &usize| histogram.counts.get(*bin).is_some_and(|count| *count >= histogram.zeros);
    near.into_iter().flatten().find(holds)
}

/// How many bins make a bar of at least two CSS pixels.
fn bins_of_bar(histogram: &Histogram, values: LinearRange, plot_width: f64, surface: Surface) -> usize {
    let (Some((low, high)), bins) = (ends(histogram), histogram.counts.len()) else { return 1 };
    let (axis_low, axis_high) = values.ends();
    let bin_width = plot_width * ((high - low) / (axis_high - axis_low)) / bins as f64;
    // A quotient that is not a number becomes one bin, and an infinite one all of them.
    ((2.0 * surface.scale / bin_width.max(0.0)).ceil() as usize).clamp(1, bins)
}

#[cfg(test)]
#[path = "histogram_tests.rs"]
mod tests;
