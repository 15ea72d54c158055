//! The heat map of one quantity over layers and steps.

use super::color::{Rgb, color_of, viridis};
use super::frame::{StripKind, StripLabels};
use super::paint::{Painter, TextLook};
use super::paper::Paper;
use super::scale::{LinearRange, LogRange, StepRange, ValueScale};
use super::step_axis::StepAxis;
use super::surface::{Rect, Surface};
use super::theme::Theme;
use super::ticks::{self, TickLabel};
use crate::train::{Bucket, Quantity, bucket_of};
use plotters_backend::text_anchor::{HPos, VPos};

/// The words on the chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// The title of the layer axis.
    pub layer_axis: String,
    /// The title of the step axis.
    pub step_axis: String,
    /// The title of the colour bar.
    pub value_axis: String,
    /// The output layer's tick.
    pub output: String,
    /// At the colours of zero, infinity and NaN.
    pub specials: StripLabels,
}

/// The chart's axes: how steps, layers and values stand on the surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    surface: Surface,
    em: f64,
    /// The map itself: layer 1 at the bottom, the output layer at the top.
    pub plot: Rect,
    bar: Rect,
    layers: usize,
    steps: StepRange,
    scale: ValueScale,
    specials: Vec<StripKind>,
}

/// A map as an image, to be stretched over its plot: one row of pixels a layer, or a row of a grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Image {
    /// Pixels across.
    pub columns: usize,
    /// Pixels down: of layers the output layer first, of a grid the largest x₂.
    pub rows: usize,
    /// Red, green, blue and opacity of each pixel, row by row.
    pub rgba: Vec<u8>,
}

/// Columns of pixels at the most; as many as the page's history has buckets.
const MOST_COLUMNS: u64 = 512;

/// Whether a quantity is a fraction, from 0 to 1 on a linear scale, rather than a norm on a logarithmic one.
pub fn is_fraction(quantity: Quantity) -> bool {
    matches!(quantity, Quantity::Saturated | Quantity::Dead)
}

/// What the map shows of a bucket: the last step's value; `None` where it was not measured.
pub fn shown_value(bucket: &Bucket, layer: usize, quantity: Quantity) -> Option<f64> {
    let is_measured = bucket.last.step > 0 || !quantity.needs_update();
    is_measured.then(|| bucket.last.get(layer, quantity))
}

impl Axes {
    /// The axes for a run, close to the previous ones; `None` where there is nothing to show or no room for it.
    pub fn fit(
        surface: Surface,
        theme: &Theme,
        buckets: &[Bucket],
        quantity: Quantity,
        previous: Option<&Self>,
    ) -> Option<Self> {
        let latest = &buckets.last()?.last;
        let layers = latest.places();
        let values =
            || buckets.iter().flat_map(|bucket| (0..layers).filter_map(|layer| shown_value(bucket, layer, quantity)));
        let scale = if is_fraction(quantity) {
            ValueScale::Linear(LinearRange::UNIT)
        } else {
            let previous = previous.filter(|axes| axes.layers == layers).and_then(|axes| match axes.scale {
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
        let left = (0.9 + 0.6 * layers.to_string().len().max(3) as f64) * em;
        let plot = Rect { left, top: 2.0 * em, right: width - 5.2 * em, bottom: height - 3.2 * em };
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
        Some(Self { surface, em, plot, bar, layers, steps: StepRange::covering(latest.step), scale, specials })
    }

    /// How many layers there are, the output layer included.
    pub fn places(&self) -> usize {
        self.layers
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

    /// The middle of a layer's row, counted from 0 at the input side.
    pub fn layer_to_y(&self, layer: usize) -> f64 {
        self.plot.bottom - (layer as f64 + 0.5) * self.plot.height() / self.layers as f64
    }

    /// The layer at a height.
    pub fn y_to_layer(&self, y: f64) -> usize {
        let layer = (self.plot.bottom - y) / self.plot.height() * self.layers as f64;
        (layer.max(0.0) as usize).min(self.layers - 1)
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
    pub fn paint(&self, theme: &Theme, buckets: &[Bucket], quantity: Quantity, image: &mut Image) {
        let columns = (self.steps.last() + 1).min(MOST_COLUMNS) as usize;
        image.columns = columns;
        image.rows = self.layers;
        image.rgba.clear();
        image.rgba.resize(columns * self.layers * 4, 0);
        let latest = buckets.last().map_or(0, |bucket| bucket.last.step);
        let mut painted = None;
        for column in 0..columns {
            let step = ((column as f64 + 0.5) / columns as f64 * self.cells()) as u64;
            let Some(index) = bucket_of(buckets, step).filter(|_| step <= latest) else { continue };
            let bucket = &buckets[index];
            if bucket.last.places() != self.layers {
                continue;
            }
            for layer in 0..self.layers {
                let at = ((self.layers - 1 - layer) * columns + column) * 4;
                if painted == Some(index) {
                    image.rgba.copy_within(at - 4..at, at);
                } else if let Some(value) = shown_value(bucket, layer, quantity) {
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
        painter.text(&labels.layer_axis, (0.3 * em, 0.9 * em), title);
        let right = TextLook { horizontal: HPos::Right, ..title };
        painter.text(&labels.value_axis, (f64::from(self.surface.width) - 0.4 * em, 0.9 * em), right);
        self.draw_layers(&mut painter, theme, labels);
        let (surface, steps) = (self.surface, self.steps);
        StepAxis { surface, em, ends: (plot.left, plot.right), y: plot.bottom, steps }.draw(
            &mut painter,
            theme,
            &labels.step_axis,
            |step| self.step_to_x(step),
        );
        self.draw_legend(&mut painter, theme, labels);
    }

    fn draw_layers(&self, painter: &mut Painter<'_>, theme: &Theme, labels: &Labels) {
        let (em, plot) = (self.em, self.plot);
        let hidden = self.layers - 1;
        let numbers = TextLook::new(em, theme.muted, HPos::Right, VPos::Center);
        let x = plot.left - 0.5 * em;
        let output_y = self.layer_to_y(hidden).max(plot.top + 0.3 * em);
        painter.text(&labels.output, (x, output_y), numbers);
        for number in ticks::layer_numbers(hidden, (plot.height() / (1.5 * em)) as usize) {
            let y = self.layer_to_y(number - 1).min(plot.bottom - 0.3 * em);
            if y - output_y >= 1.2 * em {
                painter.text(&number.to_string(), (x, y), numbers);
            }
        }
    }

    /// Draws the colour bar, and swatches of the special colours that occur.
    fn draw_legend(&self, painter: &mut Painter<'_>, theme: &Theme, labels: &Labels) {
        let (em, bar) = (self.em, self.bar);
        painter.color_bar(bar, viridis);
        let numbers = TextLook::new(0.9 * em, theme.muted, HPos::Left, VPos::Center);
        let x = bar.right + 0.4 * em;
        for tick in self.scale.ticks((bar.height() / (1.9 * em)) as usize + 1) {
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
    pub fn draw_data(&self, paper: &mut dyn Paper, theme: &Theme, buckets: &[Bucket], quantity: Quantity) {
        let mut image = Image::default();
        self.paint(theme, buckets, quantity, &mut image);
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
