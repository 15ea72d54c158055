//! How the network stands on the surface, and what its lines show.

use crate::look::phase::Phase;
use crate::look::view::NetworkView;
use crate::plot::color::{Rgb, color_of};
use crate::plot::frame::StripKind;
use crate::plot::gradient_over_time::special_color;
use crate::plot::place_axis::PlaceNames;
use crate::plot::scale::{LinearRange, LogRange, Reading, ValueScale};
use crate::plot::surface::{Rect, Surface};
use crate::plot::theme::Theme;
use crate::plot::walks::Stop;
use crate::train::{Quantity, StepReport};

/// The words on the picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// Under the column of inputs.
    pub input: String,
    /// Under the columns of the layers: their numbers, and the name of the output layer.
    pub layers: PlaceNames,
    /// What the units show.
    pub units: String,
    /// What the lines show.
    pub edges: String,
    /// What the bands show.
    pub bands: String,
}

/// What the lines between the units show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shade {
    /// w, on a linear scale.
    Weight,
    /// ∂L/∂w, on a logarithmic scale over the whole network, so that a vanishing gradient is seen to fade.
    Gradient,
}

/// What is pointed out in the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pointed {
    /// The chosen unit: its layer and its number there, both from 0.
    pub unit: Option<(usize, usize)>,
    /// The phase of a step that is gone through.
    pub phase: Option<Phase>,
}

/// What the picture shows.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a> {
    /// The network.
    pub network: &'a NetworkView,
    /// The step's report, which is needed where bands are shown; without one that fits, they have no colour.
    pub report: Option<&'a StepReport>,
    /// What the lines show.
    pub shade: Shade,
    /// What is pointed out.
    pub pointed: Pointed,
}

/// How the network stands on the surface. Column 0 has the inputs, and column l + 1 the units of layer l (from 0).
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    pub(super) surface: Surface,
    pub(super) em: f64,
    /// Where the columns stand.
    pub plot: Rect,
    pub(super) widths: Vec<usize>,
    pub(super) shade: Shade,
    pub(super) scale: ValueScale,
    /// The radius of a unit; `None` where there are bands.
    pub(super) radius: Option<f64>,
    pub(super) specials: Vec<StripKind>,
    /// Whether the legend has a row for the units and one for the lines.
    pub(super) has_two_rows: bool,
    /// Whether there are lines of numbers below the scale, and above it: they are as faint and as strong as its ends.
    pub(super) beyond: (bool, bool),
}

/// Degrees of strength that lines are drawn in, each with one stroke.
pub(super) const DEGREES: usize = 6;

/// The looks that a line can have: each degree of both signs, and that of a number that is none.
pub(super) const LOOKS: usize = 2 * DEGREES + 1;

/// Rounds in which lines of equal strength are drawn.
pub(super) const TURNS: usize = 4;

/// The smallest radius at which a unit shows its sign, in CSS pixels.
const SMALLEST_RADIUS: f64 = 1.8;

/// The width that the legend of units and lines needs in one row, in units of the font's size.
const ONE_ROW_EM: f64 = 25.0;

/// The decades that a logarithmic scale has at the least, so that a level gradient looks level.
const FEWEST_DECADES: i32 = 3;

impl Axes {
    /// The axes of a network, close to the previous ones; see [`ChartAxes::fit`](crate::plot::ChartAxes::fit).
    pub(super) fn of(surface: Surface, theme: &Theme, data: &Data<'_>, previous: Option<&Self>) -> Option<Self> {
        let Data { network, report, shade, .. } = *data;
        let em = theme.font_px * surface.scale;
        let widths = network.widths.clone();
        if !(em.is_finite() && em >= 1.0) || widths.len() < 2 || widths.contains(&0) {
            return None;
        }
        let (width, height) = (f64::from(surface.width), f64::from(surface.height));
        let has_two_rows = width < ONE_ROW_EM * em && is_whole(network);
        let below_em = if has_two_rows { 4.5 } else { 3.3 };
        // At the right the loss has its place.
        let plot = Rect { left: 1.2 * em, top: 1.6 * em, right: width - 2.8 * em, bottom: height - below_em * em };
        if plot.width() < 4.0 * em || plot.height() < em {
            return None;
        }
        let column = plot.width() / (widths.len() - 1) as f64;
        let row = plot.height() / widths.iter().copied().max().unwrap_or(1) as f64;
        let radius = (0.4 * row).min(0.22 * column).min(0.8 * em);
        let has_units = is_whole(network) && radius >= SMALLEST_RADIUS * surface.scale;
        let mut axes = Self {
            surface,
            em,
            plot,
            widths,
            shade,
            scale: ValueScale::Linear(LinearRange::UNIT),
            radius: has_units.then_some(radius),
            specials: Vec::new(),
            has_two_rows,
            beyond: (false, false),
        };
        let previous = previous.filter(|previous| previous.is_alike(&axes)).map(|previous| previous.scale);
        let values = axes.scaled_values(network, report);
        axes.scale = match (axes.is_log(), previous) {
            (true, Some(ValueScale::Log(range))) => log_scale(&values, Some(range)),
            (true, _) => log_scale(&values, None),
            (false, previous) => {
                let range = LinearRange::fit(values.iter().copied().chain([0.0]));
                let before = previous.and_then(|scale| match scale {
                    ValueScale::Linear(range) => Some(range),
                    ValueScale::Log(_) | ValueScale::NarrowLog(_) => None,
                });
                ValueScale::Linear(range.settle(before))
            }
        };
        let kinds = || values.iter().filter_map(|value| StripKind::of(*value, &axes.scale));
        axes.specials = [StripKind::Zero, StripKind::Infinite, StripKind::NotANumber]
            .into_iter()
            .filter(|kind| kinds().any(|k| k == *kind))
            .collect();
        if axes.has_units() && axes.is_log() {
            for layer in 0..axes.widths.len() - 1 {
                for index in 0..axes.widths[layer] * axes.widths[layer + 1] {
                    let position = axes.scale.position(axes.edge(network, layer, index).abs()).unwrap_or(0.5);
                    axes.beyond.0 |= position < 0.0;
                    axes.beyond.1 |= position > 1.0;
                }
            }
        }
        Some(axes)
    }

    /// How many columns there are: the inputs and every layer.
    pub fn columns(&self) -> usize {
        self.widths.len()
    }

    /// How many units a column has; 0 for a column that is not there.
    pub fn units(&self, column: usize) -> usize {
        self.widths.get(column).copied().unwrap_or(0)
    }

    /// Whether units and weights are drawn one by one, and not a band for each layer.
    pub fn has_units(&self) -> bool {
        self.radius.is_some()
    }

    /// The middle of a column.
    pub fn column_to_x(&self, column: usize) -> f64 {
        self.plot.left + column as f64 * self.spacing()
    }

    /// The column nearest to a place.
    pub fn x_to_column(&self, x: f64) -> usize {
        let column = ((x - self.plot.left) / self.spacing()).round();
        (column.max(0.0) as usize).min(self.widths.len() - 1)
    }

    /// The middle of a unit.
    pub fn unit_to_y(&self, column: usize, unit: usize) -> f64 {
        let units = self.units(column).max(1) as f64;
        let span = self.column_height(column);
        (self.plot.top + self.plot.bottom - span) / 2.0 + (unit as f64 + 0.5) * span / units
    }

    /// The unit of a column nearest to a height.
    pub fn y_to_unit(&self, column: usize, y: f64) -> usize {
        let units = self.units(column).max(1);
        let span = self.column_height(column);
        let place = (y - (self.plot.top + self.plot.bottom - span) / 2.0) / span * units as f64;
        (place.max(0.0) as usize).min(units - 1)
    }

    /// The column and the unit nearest to a point.
    pub fn unit_at(&self, x: f64, y: f64) -> (usize, usize) {
        let column = self.x_to_column(x);
        (column, self.y_to_unit(column, y))
    }

    /// The height of a column: equally spaced units, or a band by the root of its width, so that 2 units beside 256 are
    /// still seen.
    pub(super) fn column_height(&self, column: usize) -> f64 {
        let share = self.units(column).max(1) as f64 / self.widths.iter().copied().max().unwrap_or(1) as f64;
        self.plot.height() * if self.has_units() { share } else { share.sqrt() }
    }

    pub(super) fn spacing(&self) -> f64 {
        self.plot.width() / (self.widths.len() - 1) as f64
    }

    fn is_log(&self) -> bool {
        self.shade == Shade::Gradient || !self.has_units()
    }

    fn is_alike(&self, other: &Self) -> bool {
        self.widths == other.widths && self.shade == other.shade && self.has_units() == other.has_units()
    }

    /// The numbers that the scale is made for.
    fn scaled_values(&self, network: &NetworkView, report: Option<&StepReport>) -> Vec<f64> {
        let layers = 0..self.widths.len() - 1;
        match self.shade {
            _ if !self.has_units() => layers.filter_map(|layer| self.band_value(report, layer)).collect(),
            // One faint weight of a layer would stretch the scale over decades in which nothing else is.
            Shade::Gradient => layers.map(|layer| root_mean_square(network, layer)).collect(),
            Shade::Weight => network.weights.iter().flatten().map(|w| f64::from(w.abs())).collect(),
        }
    }

    /// What a layer's band shows, the root mean square of its weights or of their gradient; `None` without a report of
    /// this network.
    pub fn band_value(&self, report: Option<&StepReport>, layer: usize) -> Option<f64> {
        let report = report.filter(|report| report.places() + 1 == self.widths.len() && layer < report.places())?;
        let quantity = match self.shade {
            Shade::Weight => Quantity::Weight,
            Shade::Gradient => Quantity::GradW,
        };
        let entries = (self.widths[layer] * self.widths[layer + 1]) as f64;
        Some(report.find(0, layer, quantity)? / entries.sqrt())
    }

    /// The radius of the gaps in a layer's negative lines; `None` where there are so many that all would be gaps, and no
    /// line is told from another.
    pub(super) fn gap_radius(&self, layer: usize) -> Option<f64> {
        let edges = self.units(layer) * self.units(layer + 1);
        let (room, scale) = (self.spacing() * self.plot.height(), self.surface.scale);
        let radius = (0.06 * room / edges.max(1) as f64 / std::f64::consts::PI).sqrt().min(0.25 * self.em);
        (radius >= 1.5 * scale).then_some(radius)
    }

    /// The number that a line shows.
    pub(super) fn edge(&self, network: &NetworkView, layer: usize, index: usize) -> f64 {
        let (rows, exponent) = match self.shade {
            Shade::Weight => (&network.weights, 0),
            Shade::Gradient => (&network.gradients, network.gradient_exponents.get(layer).copied().unwrap_or(0)),
        };
        let value = rows.get(layer).and_then(|row| row.get(index)).copied().map_or(0.0, f64::from);
        value * 10f64.powi(-exponent)
    }

    pub(super) fn strength(&self, value: f64) -> Strength {
        match (Reading::of(value), self.scale.position(value.abs())) {
            (Reading::Zero, _) => Strength::None,
            (Reading::Finite(_), Some(position)) => {
                let degree = (position * DEGREES as f64).ceil().clamp(1.0, DEGREES as f64) as usize;
                Strength::Degree { degree, is_negative: value < 0.0 }
            }
            _ => Strength::NotFinite,
        }
    }

    /// The width of a line; where units stand close, all are thin.
    pub(super) fn line_width(&self, degree: usize) -> f64 {
        let row = self.plot.height() / self.widths.iter().copied().max().unwrap_or(1) as f64;
        (self.surface.scale * (0.6 + 1.4 * degree as f64 / DEGREES as f64)).min(0.15 * row)
    }

    pub(super) fn stop_to_point(&self, layer: usize, stop: Stop) -> (f64, f64) {
        let (column, unit) = match stop {
            Stop::Left(unit) => (layer, unit),
            Stop::Right(unit) => (layer + 1, unit),
        };
        (self.column_to_x(column), self.unit_to_y(column, unit))
    }

    pub(super) fn band_color(&self, theme: &Theme, value: f64) -> Rgb {
        match StripKind::of(value, &self.scale) {
            Some(kind) => special_color(theme, kind),
            None => color_of(&self.scale, value).unwrap_or(theme.background),
        }
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Strength {
    /// Not at all: it is exactly zero.
    None,
    /// From faint (1) to full ([`DEGREES`]).
    Degree { degree: usize, is_negative: bool },
    /// In a colour of its own.
    NotFinite,
}

/// Whether the lines into a layer are part of what a phase does.
pub(super) fn is_lit(phase: Option<Phase>, layer: usize, layers: usize) -> bool {
    match phase {
        None | Some(Phase::Update) => true,
        Some(Phase::Forward(lit)) => lit == layer,
        Some(Phase::Loss) => false,
        // The gradient comes through the weights above; to the output layer it comes from the loss.
        Some(Phase::Backward(lit)) => (lit + 1).min(layers - 1) == layer,
    }
}

/// Whether every weight, every gradient and every output is there.
pub(super) fn is_whole(network: &NetworkView) -> bool {
    let joins = || network.widths.windows(2).map(|pair| pair[0] * pair[1]);
    let fits = |rows: &[Vec<f32>]| rows.iter().map(Vec::len).eq(joins());
    fits(&network.weights) && fits(&network.gradients)
}

fn root_mean_square(network: &NetworkView, layer: usize) -> f64 {
    let gradients = network.gradients.get(layer).map_or(&[][..], Vec::as_slice);
    let exponent = network.gradient_exponents.get(layer).copied().unwrap_or(0);
    let squares: f64 = gradients.iter().map(|g| f64::from(*g) * f64::from(*g)).sum();
    (squares / gradients.len().max(1) as f64).sqrt() * 10f64.powi(-exponent)
}

fn log_scale(values: &[f64], previous: Option<LogRange>) -> ValueScale {
    ValueScale::Log(LogRange::fit(values.iter().copied(), FEWEST_DECADES).settle(previous))
}

/// The colour of a line: blue where it is positive, orange where it is negative, near the background where it is faint.
pub(super) fn hue(theme: &Theme, is_negative: bool, degree: usize) -> Rgb {
    let full = if is_negative { theme.grad_w } else { theme.grad_z };
    theme.background.mix(full, (degree as f64 / DEGREES as f64).powf(1.3).max(0.13))
}
