//! The heat map of one quantity over places and steps.

use super::color::{Rgb, color_of, viridis};
use super::frame::{StripKind, StripLabels};
use super::paint::{Painter, TextLook, letters_em};
use super::paper::Paper;
use super::place_axis::PlaceNames;
use super::scale::{LinearRange, LogRange, StepRange, ValueScale};
use super::step_axis::StepAxis;
use super::surface::{Rect, Surface};
use super::theme::Theme;
use super::ticks::TickLabel;
use crate::train::{Bucket, Layout, Quantity, bucket_of};
use plotters_backend::text_anchor::{HPos, VPos};

/// The words on the chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// The title of the axis of places.
    pub place_axis: String,
    /// What is written at its ticks.
    pub places: PlaceNames,
    /// The title of the step axis.
    pub step_axis: String,
    /// The title of the colour bar.
    pub value_axis: String,
    /// At the colours of zero, infinity and NaN.
    pub specials: StripLabels,
}

/// The chart's axes: how steps, places and values stand on the surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    surface: Surface,
    em: f64,
    /// The map itself: the first place at the bottom, the last at the top.
    pub plot: Rect,
    bar: Rect,
    mapped: Mapped,
    rows: usize,
    steps: StepRange,
    scale: ValueScale,
    specials: Vec<StripKind>,
}

/// A map as an image, to be stretched over its plot: one row of pixels a place, or a row of a grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Image {
    /// Pixels across.
    pub columns: usize,
    /// Pixels down: of places the last first, of a grid the largest x₂.
    pub rows: usize,
    /// Red, green, blue and opacity of each pixel, row by row.
    pub rgba: Vec<u8>,
}

/// Columns of pixels at the most; as many as the page's history has buckets.
const MOST_COLUMNS: u64 = 512;

/// What the map shows: a quantity of every place, or of every weights of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapped {
    /// Of the places of a level, counted from 0 at the input.
    Places {
        /// The level.
        level: usize,
        /// The quantity.
        quantity: Quantity,
    },
    /// Of the weights, in the order of [`Layout::weights`].
    Weights(Quantity),
}

impl Mapped {
    /// The quantity.
    pub fn quantity(self) -> Quantity {
        match self {
            Self::Places { quantity, .. } | Self::Weights(quantity) => quantity,
        }
    }

    /// How many rows the map has.
    pub fn rows(self, layout: Layout) -> usize {
        match self {
            Self::Places { .. } => layout.places(),
            Self::Weights(_) => layout.weights_len(),
        }
    }

    /// Whether a network of this kind has it.
    pub fn is_of(self, layout: Layout) -> bool {
        match self {
            Self::Places { level, quantity } => level < layout.levels() && layout.quantities().contains(&quantity),
            Self::Weights(quantity) => layout.is_through_time() && Quantity::OF_WEIGHTS.contains(&quantity),
        }
    }

    /// Whether it is a fraction, from 0 to 1 on a linear scale, rather than a norm on a logarithmic one.
    pub fn is_fraction(self) -> bool {
        use Quantity::{Dead, ForgetGate, InputGate, OutputGate, ResetGate, Saturated, UpdateGate};
        let quantity = self.quantity();
        matches!(quantity, Saturated | Dead | InputGate | ForgetGate | OutputGate | ResetGate | UpdateGate)
    }

    /// What the map shows of a bucket in a row, counted from 0: the last step's value; `None` where it was not measured.
    pub fn value(self, bucket: &Bucket, row: usize) -> Option<f64> {
        let is_measured = bucket.last.step > 0 || !self.quantity().needs_update();
        let value = match self {
            Self::Places { level, quantity } => bucket.last.find(level, row, quantity),
            Self::Weights(quantity) => bucket.last.find_of_weights(row, quantity),
        };
        value.filter(|_| is_measured)
    }

    /// The least and the largest value that the steps of a bucket had in a row; `None` where it was not measured.
    pub fn range(self, bucket: &Bucket, row: usize) -> Option<(f64, f64)> {
        self.value(bucket, row)?;
        Some(match self {
            Self::Places { level, quantity } => bucket.range_at(level, row, quantity),
            Self::Weights(quantity) => bucket.range_of_weights(row, quantity),
        })
    }
}

/// The most ticks beside the colour bar.
const MOST_BAR_TICKS: usize = 12;

impl Axes {
    /// The axes for a run, close to the previous ones; `None` where there is nothing to show or no room for it.
    pub fn fit(
        surface: Surface,
        theme: &Theme,
        buckets: &[Bucket],
        mapped: Mapped,
        previous: Option<&Self>,
    ) -> Option<Self> {
        let latest = &buckets.last()?.last;
        let layout = latest.layout();
        if !mapped.is_of(layout) {
            return None;
        }
        let rows = mapped.rows(layout);
        let of_run = || buckets.iter().filter(|bucket| bucket.last.layout() == layout);
        let values = || of_run().flat_map(|bucket| (0..rows).filter_map(|row| mapped.value(bucket, row)));
        let scale = if mapped.is_fraction() {
            ValueScale::Linear(LinearRange::UNIT)
        } else {
            let previous =
                previous.filter(|axes| axes.mapped == mapped && axes.rows == rows).and_then(|axes| match axes.scale {
                    ValueScale::Log(range) => Some(range),
                    ValueScale::NarrowLog(_) | ValueScale::Linear(_) => None,
                });
            ValueScale::Log(LogRange::fit(values(), 2).settle(previous))
        };
        let specials = StripKind::among(values(), &scale);
        let em = theme.font_px * surface.scale;
        if !(em.is_finite() && em >= 1.0) {
            return None;
        }
        let (width, height) = (f64::from(surface.width), f64::from(surface.height));
        let left = (0.9 + 0.6 * rows.to_string().len().max(3) as f64) * em;
        // Numbers beside the colour bar that are no powers of ten are longer.
        let is_long = |label: &TickLabel| matches!(label, TickLabel::Text(text) if text.chars().count() > 4);
        let has_long = scale.ticks(MOST_BAR_TICKS).iter().any(|tick| tick.label.as_ref().is_some_and(is_long));
        let beside = if has_long { 6.4 } else { 5.2 };
        let plot = Rect { left, top: 2.0 * em, right: width - beside * em, bottom: height - 3.2 * em };
        let plot =
            Rect { left: left.round(), top: plot.top.round(), right: plot.right.round(), bottom: plot.bottom.round() };
        if plot.width() < 2.0 * em || plot.height() < em {
            return None;
        }
        let is_above = |kind: &&StripKind| **kind != StripKind::Zero;
        let above = specials.iter().filter(is_above).count();
        let below = specials.len() - above;
        let bar = Rect {
            left: plot.right + 1.2 * em,
            top: plot.top + (SWATCH_EM * above as f64 + if above > 0 { 0.4 } else { 0.0 }) * em,
            right: plot.right + 2.2 * em,
            bottom: plot.bottom - (SWATCH_EM * below as f64 + if below > 0 { 0.4 } else { 0.0 }) * em,
        };
        let steps = StepRange::covering(latest.step);
        Some(Self { surface, em, plot, bar, mapped, rows, steps, scale, specials })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The middle of a step's column.
    pub fn step_to_x(&self, step: u64) -> f64 {
        self.plot.left + (step as f64 + 0.5) / self.cells() * self.plot.width()
    }

    /// The step at a place.
    pub fn x_to_step(&self, x: f64) -> u64 {
        let cell = (x - self.plot.left) / self.plot.width() * self.cells();
        (cell.max(0.0) as u64).min(self.steps.last())
    }

    /// The middle of a row, counted from 0 at the bottom.
    pub fn row_to_y(&self, row: usize) -> f64 {
        self.plot.bottom - (row as f64 + 0.5) * self.plot.height() / self.rows as f64
    }

    /// The row at a height.
    pub fn y_to_row(&self, y: f64) -> usize {
        let row = (self.plot.bottom - y) / self.plot.height() * self.rows as f64;
        (row.max(0.0) as usize).min(self.rows - 1)
    }

    /// Whether a bucket is of a run that the map can show.
    fn is_of(&self, bucket: &Bucket) -> bool {
        let layout = bucket.last.layout();
        self.mapped.is_of(layout) && self.mapped.rows(layout) == self.rows
    }

    /// Steps on the axis, the one before the first included, as each has a column.
    fn cells(&self) -> f64 {
        self.steps.last() as f64 + 1.0
    }

    /// The colour of a number, on the map and in its legend.
    pub fn color(&self, theme: &Theme, value: f64) -> Rgb {
        match StripKind::of(value, &self.scale) {
            Some(kind) => special_color(theme, kind),
            None => color_of(&self.scale, value).unwrap_or(theme.background),
        }
    }

    /// Paints the map into an image, transparent where nothing was measured.
    pub fn paint(&self, theme: &Theme, buckets: &[Bucket], image: &mut Image) {
        let columns = (self.steps.last() + 1).min(MOST_COLUMNS) as usize;
        image.columns = columns;
        image.rows = self.rows;
        image.rgba.clear();
        image.rgba.resize(columns * self.rows * 4, 0);
        let latest = buckets.last().map_or(0, |bucket| bucket.last.step);
        let mut painted = None;
        for column in 0..columns {
            let step = ((column as f64 + 0.5) / columns as f64 * self.cells()) as u64;
            let Some(index) = bucket_of(buckets, step).filter(|_| step <= latest) else { continue };
            let bucket = &buckets[index];
            if !self.is_of(bucket) {
                continue;
            }
            for row in 0..self.rows {
                let at = ((self.rows - 1 - row) * columns + column) * 4;
                if painted == Some(index) {
                    image.rgba.copy_within(at - 4..at, at);
                } else if let Some(value) = self.mapped.value(bucket, row) {
                    let Rgb(red, green, blue) = self.color(theme, value);
                    image.rgba[at..at + 4].copy_from_slice(&[red, green, blue, 255]);
                }
            }
            painted = Some(index);
        }
    }

    /// Marks the step that is visited, over the map.
    pub fn draw_visited(&self, paper: &mut dyn Paper, theme: &Theme, step: u64) {
        let x = self.step_to_x(step.min(self.steps.last()));
        Painter::new(paper, theme).visited(x, (self.plot.top, self.plot.bottom), self.em);
    }

    /// Draws everything but the map.
    pub fn draw(&self, paper: &mut dyn Paper, theme: &Theme, labels: &Labels) {
        let mut painter = Painter::new(paper, theme);
        let (em, plot) = (self.em, self.plot);
        painter.rect((0.0, 0.0), (self.surface.width.into(), self.surface.height.into()), theme.background, 1.0);
        painter.rect((plot.left, plot.top), (plot.right, plot.bottom), theme.strip, 1.0);
        let title = TextLook::new(em, theme.text, HPos::Left, VPos::Center);
        painter.text(&labels.place_axis, (0.3 * em, 0.9 * em), title);
        let right = TextLook { horizontal: HPos::Right, ..title };
        painter.text(&labels.value_axis, (f64::from(self.surface.width) - 0.4 * em, 0.9 * em), right);
        self.draw_places(&mut painter, theme, labels);
        let (surface, steps) = (self.surface, self.steps);
        StepAxis { surface, em, ends: (plot.left, plot.right), y: plot.bottom, steps }.draw(
            &mut painter,
            theme,
            &labels.step_axis,
            |step| self.step_to_x(step),
        );
        self.draw_legend(&mut painter, theme, labels);
    }

    fn draw_places(&self, painter: &mut Painter<'_>, theme: &Theme, labels: &Labels) {
        let (em, plot) = (self.em, self.plot);
        let (last, named) = labels.places.numbered(self.rows);
        let numbers = TextLook::new(em, theme.muted, HPos::Right, VPos::Center);
        let x = plot.left - 0.5 * em;
        let mut lowest = f64::NEG_INFINITY;
        if let Some(output) = named {
            lowest = self.row_to_y(last).max(plot.top + 0.3 * em);
            painter.text(output, (x, lowest), numbers);
        }
        for (number, place) in labels.places.ticks(last, (plot.height() / (1.5 * em)) as usize) {
            let y = self.row_to_y(place).min(plot.bottom - 0.3 * em);
            if y - lowest >= 1.2 * em {
                painter.text(&number.to_string(), (x, y), numbers);
            }
        }
        if let PlaceNames::Own(names) = &labels.places {
            let room = plot.left - 0.8 * em;
            for (row, name) in names.iter().enumerate() {
                let look = TextLook { size: em.min(room / letters_em(name).max(1.0)), ..numbers };
                painter.text(name, (x, self.row_to_y(row)), look);
            }
        }
    }

    /// Draws the colour bar, and swatches of the special colours that occur.
    fn draw_legend(&self, painter: &mut Painter<'_>, theme: &Theme, labels: &Labels) {
        let (em, bar) = (self.em, self.bar);
        painter.color_bar(bar, viridis);
        let numbers = TextLook::new(0.9 * em, theme.muted, HPos::Left, VPos::Center);
        let x = bar.right + 0.4 * em;
        for tick in self.scale.ticks(((bar.height() / (1.9 * em)) as usize + 1).min(MOST_BAR_TICKS)) {
            let Some(label) = tick.label else { continue };
            let y = bar.bottom - tick.position * bar.height();
            match label {
                TickLabel::Text(text) => painter.text(&text, (x, y), numbers),
                TickLabel::Power(exponent) => {
                    painter.text("10", (x, y), numbers);
                    let raised = TextLook { size: 0.68 * em, ..numbers };
                    let text = exponent.to_string().replace('-', "−");
                    painter.text(&text, (x + 1.1 * em, y - 0.34 * em), raised);
                }
            }
        }
        let (mut above, mut below) = (self.plot.top, self.plot.bottom);
        for kind in &self.specials {
            let (top, label) = match kind {
                StripKind::Zero => {
                    below -= em;
                    (below, &labels.specials.zero)
                }
                StripKind::Infinite => (above, &labels.specials.infinite),
                StripKind::NotANumber => (above, &labels.specials.not_a_number),
            };
            if *kind != StripKind::Zero {
                above += SWATCH_EM * em;
            }
            painter.rect((bar.left, top), (bar.right, top + em), special_color(theme, *kind), 1.0);
            painter.text(label, (x, top + 0.5 * em), numbers);
        }
    }

    /// Draws the map as rectangles, for backends that cannot stretch an [`Image`].
    pub fn draw_data(&self, paper: &mut dyn Paper, theme: &Theme, buckets: &[Bucket]) {
        let mut image = Image::default();
        self.paint(theme, buckets, &mut image);
        image.draw(&mut Painter::new(paper, theme), self.plot);
    }
}

impl Image {
    /// Draws the image over `to` as rectangles, one for each run of pixels of the same colour.
    pub(super) fn draw(&self, painter: &mut Painter<'_>, to: Rect) {
        let (width, height) = (to.width() / self.columns as f64, to.height() / self.rows as f64);
        for (row, pixels) in self.rgba.chunks_exact((self.columns * 4).max(4)).enumerate() {
            let top = to.top + row as f64 * height;
            let mut column = 0;
            for run in pixels.as_chunks::<4>().0.chunk_by(|a, b| a == b) {
                let left = to.left + column as f64 * width;
                column += run.len();
                let [red, green, blue, opacity] = run[0];
                if opacity > 0 {
                    let corner = (to.left + column as f64 * width, top + height);
                    painter.rect((left, top), corner, Rgb(red, green, blue), 1.0);
                }
            }
        }
    }
}

/// The height that the swatch of a special colour takes, in units of the font's size.
const SWATCH_EM: f64 = 1.6;

/// The colour of a number that has no place on a scale.
pub(super) fn special_color(theme: &Theme, kind: StripKind) -> Rgb {
    match kind {
        StripKind::Zero => theme.zero,
        StripKind::Infinite => theme.infinite,
        StripKind::NotANumber => theme.not_a_number,
    }
}

#[cfg(test)]
#[path = "gradient_over_time_tests.rs"]
mod tests;
