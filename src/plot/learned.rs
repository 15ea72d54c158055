//! What a network makes of its inputs: for data with two of them its answer over the plane with the samples on it, for
//! others its answers against what they should be.

use super::color::{Rgb, color_of, okabe_ito};
use super::contour::contour;
use super::frame::{StripKind, StripLabels};
use super::gradient_over_time::{Image, special_color};
use super::paint::{Marker, Painter, TextLook, letters_em};
use super::paper::Paper;
use super::scale::{LinearRange, ValueScale};
use super::surface::{Rect, Surface};
use super::theme::Theme;
use super::ticks::{Tick, ticks_between};
use crate::look::view::{Field, Learned, Sample};
use plotters_backend::text_anchor::{HPos, VPos};

/// The words on the chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// The title of the axis along the bottom.
    pub x_axis: String,
    /// The title of the upright axis.
    pub y_axis: String,
    /// The title of the colour bar.
    pub value_axis: String,
    /// At the colours of infinity and NaN.
    pub specials: StripLabels,
}

/// Which samples are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choices {
    /// Those that the network learns from, as filled marks.
    pub training: bool,
    /// Those that it never saw, as hollow marks.
    pub held_out: bool,
}

/// What the plane is coloured by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// The probability of the second of two classes, or the likeliest of so many.
    Classes(usize),
    /// The output.
    Surface,
    /// Nothing: the answer stands against what it should be.
    Scatter,
}

/// The chart's axes: how inputs and answers stand on the surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    surface: Surface,
    em: f64,
    /// The square of the plane.
    pub plot: Rect,
    /// What is shown.
    pub kind: Kind,
    x: (f64, f64),
    y: (f64, f64),
    /// The colours of the field, and for a scatter both axes.
    range: LinearRange,
    bar: Option<Rect>,
    /// Whether the field has numbers below the colours' range, and above it: they have the colour of its end.
    beyond: (bool, bool),
    specials: Vec<StripKind>,
}

/// A sample's place in [`Learned`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleId {
    /// Whether it is one that the network never saw.
    pub is_held_out: bool,
    /// Its number among those.
    pub index: usize,
}

/// How strong the colours of the field are at the most, so that the marks on it stand out.
const FIELD_STRENGTH: f64 = 0.72;

/// The most marks of training samples, and of those held out.
const MOST_MARKS: usize = 400;

/// The field, if there is one and it is whole.
fn field_of(learned: &Learned) -> Option<&Field> {
    let is_whole = |field: &&Field| field.side > 0 && field.values.len() == field.side * field.side;
    learned.field.as_ref().filter(is_whole)
}

/// The network's answer at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// The point at which it was asked.
    pub at: (f64, f64),
    /// Of two classes the probability of the second, of more the number of the likeliest, else the output.
    pub value: f64,
    /// Of several classes the certainty of the likeliest.
    pub certainty: Option<f64>,
}

/// The answer nearest to a place of the plane.
pub fn answer_near(learned: &Learned, x: f64, y: f64) -> Option<Answer> {
    let field = field_of(learned)?;
    let cell = |at: f64, low: f32, high: f32| {
        let span = f64::from(high - low);
        let position = (at - f64::from(low)) / span.max(f64::MIN_POSITIVE);
        // A conversion saturates, so that places outside take the cell at the edge.
        let cell = ((position * (field.side - 1) as f64).round() as usize).min(field.side - 1);
        (cell, f64::from(low) + span * cell as f64 / (field.side - 1).max(1) as f64)
    };
    let ((column, x), (row, y)) = (cell(x, field.low.0, field.high.0), cell(y, field.low.1, field.high.1));
    let index = row * field.side + column;
    let certainty = field.certainty.get(index).map(|certainty| f64::from(*certainty));
    Some(Answer { at: (x, y), value: f64::from(field.values[index]), certainty })
}

/// The mark of a class, in order: shapes differ, and so do colours.
pub fn class_color(theme: &Theme, class: usize) -> Rgb {
    [okabe_ito::ORANGE, theme.grad_z, theme.update, okabe_ito::REDDISH_PURPLE][class % 4]
}

/// The corners of a class's shape around its middle, for a radius of 1; none for a disc.
pub fn class_corners(class: usize) -> &'static [(f64, f64)] {
    match class % 4 {
        0 => &[],
        1 => &[(-0.95, -0.95), (0.95, -0.95), (0.95, 0.95), (-0.95, 0.95)],
        2 => &[(0.0, -1.35), (1.25, 0.9), (-1.25, 0.9)],
        _ => &[(0.0, -1.35), (1.35, 0.0), (0.0, 1.35), (-1.35, 0.0)],
    }
}

impl Axes {
    /// The axes for what a network has learned, close to the previous ones; `None` where there is no room for them.
    pub fn fit(surface: Surface, theme: &Theme, learned: &Learned, previous: Option<&Self>) -> Option<Self> {
        let em = theme.font_px * surface.scale;
        if !(em.is_finite() && em >= 1.0) {
            return None;
        }
        let samples = || learned.training.iter().chain(&learned.held_out);
        let targets = samples().map(|sample| f64::from(sample.target));
        let field = field_of(learned);
        let (kind, range) = match field {
            // Targets never change, and so the colours stand still while the surface moves.
            Some(field) if field.classes == 0 => (Kind::Surface, LinearRange::fit(targets)),
            Some(field) => (Kind::Classes(field.classes), LinearRange::UNIT),
            None => {
                let range = LinearRange::fit(targets.chain(samples().map(|sample| f64::from(sample.predicted))));
                let before = previous.filter(|axes| axes.kind == Kind::Scatter).map(|axes| axes.range);
                (Kind::Scatter, range.settle(before))
            }
        };
        let (x, y) = match field {
            Some(field) => (
                span(field.low.0.into(), field.high.0.into(), field.side),
                span(field.low.1.into(), field.high.1.into(), field.side),
            ),
            None => (range.ends(), range.ends()),
        };
        let has_bar = matches!(kind, Kind::Surface | Kind::Classes(2));
        let values = || field.iter().flat_map(|field| &field.values).map(|value| f64::from(*value));
        let specials = StripKind::among(values(), &ValueScale::Linear(range));
        let (lowest, highest) = range.ends();
        let finite = || values().filter(|value| kind == Kind::Surface && value.is_finite());
        let beyond = (finite().any(|value| value < lowest), finite().any(|value| value > highest));
        let (left, top) = ((3.0 * em).round(), (1.7 * em).round());
        let has_classes = matches!(kind, Kind::Classes(classes) if classes > 2);
        let beside = if has_bar || !specials.is_empty() {
            5.6
        } else if has_classes {
            3.4
        } else {
            0.8
        };
        let right = f64::from(surface.width) - beside * em;
        let side = (right - left).min(f64::from(surface.height) - 1.9 * em - top).floor();
        if side < 3.0 * em {
            return None;
        }
        let plot = Rect { left, top, right: left + side, bottom: top + side };
        let bar_bottom = plot.bottom - 1.6 * em * specials.len() as f64;
        let bar = Rect { left: plot.right + em, top: plot.top, right: plot.right + 1.9 * em, bottom: bar_bottom };
        let bar = (has_bar && bar.height() > em).then_some(bar);
        Some(Self { surface, em, plot, kind, x, y, range, bar, beyond, specials })
    }

    /// The place of a point of the plane, or of an answer (up) to a target (across).
    pub fn to_place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let part = |value: f64, (low, high): (f64, f64)| (value - low) / (high - low);
        (self.plot.left + part(x, self.x) * self.plot.width(), self.plot.bottom - part(y, self.y) * self.plot.height())
    }

    /// The point at a place; of a place outside of the plot the nearest in it.
    pub fn to_point(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let value = |part: f64, (low, high): (f64, f64)| low + part.clamp(0.0, 1.0) * (high - low);
        let across = value((x - self.plot.left) / self.plot.width(), self.x);
        (across, value((self.plot.bottom - y) / self.plot.height(), self.y))
    }

    /// A point moved by so many fortieths of the plot.
    pub fn moved(&self, (x, y): (f64, f64), right: f64, up: f64) -> (f64, f64) {
        let by =
            |value: f64, steps: f64, (low, high): (f64, f64)| (value + steps * (high - low) / 40.0).clamp(low, high);
        (by(x, right, self.x), by(y, up, self.y))
    }

    /// The sample that is shown nearest to a point, with its place; `None` where there is none within 1.5 em.
    pub fn sample_near(
        &self,
        learned: &Learned,
        choices: Choices,
        point: (f64, f64),
    ) -> Option<(SampleId, (f64, f64))> {
        let (x, y) = self.to_place(point);
        let shown = self.shown(learned, choices).map(|(id, sample)| (id, self.place_of(sample)));
        let distance = |place: (f64, f64)| (place.0 - x).hypot(place.1 - y);
        shown
            .filter(|(_, place)| distance(*place) <= 1.5 * self.em)
            .min_by(|(_, one), (_, other)| distance(*one).total_cmp(&distance(*other)))
    }

    /// The samples that are shown: of many, so many evenly taken as have room.
    pub fn shown<'a>(
        &self,
        learned: &'a Learned,
        choices: Choices,
    ) -> impl Iterator<Item = (SampleId, &'a Sample)> + use<'a> {
        let room = (self.plot.width() / self.em).powi(2) * 0.9;
        let most = (room as usize).clamp(1, MOST_MARKS);
        let thinned = move |samples: &'a [Sample], is_held_out, is_shown: bool| {
            let count = if is_shown { samples.len().min(most) } else { 0 };
            (0..count).map(move |place| {
                let index = place * samples.len() / count;
                (SampleId { is_held_out, index }, &samples[index])
            })
        };
        let training = thinned(&learned.training, false, choices.training);
        training.chain(thinned(&learned.held_out, true, choices.held_out))
    }

    fn place_of(&self, sample: &Sample) -> (f64, f64) {
        match self.kind {
            Kind::Scatter => {
                let (x, y) = self.to_place((sample.target.into(), sample.predicted.into()));
                // What is no number has no place on the axis and stands above it.
                (x, if sample.predicted.is_finite() { y } else { self.plot.top - 0.5 * self.em })
            }
            _ => self.to_place((sample.x.0.into(), sample.x.1.into())),
        }
    }

    /// The colour of an answer.
    pub fn color(&self, theme: &Theme, value: f64, certainty: f64) -> Rgb {
        let scale = ValueScale::Linear(self.range);
        if let Some(kind) = StripKind::of(value, &scale) {
            return special_color(theme, kind);
        }
        match self.kind {
            Kind::Classes(2) => {
                let away = (2.0 * value.clamp(0.0, 1.0) - 1.0).abs();
                theme.background.mix(class_color(theme, usize::from(value >= 0.5)), FIELD_STRENGTH * away)
            }
            Kind::Classes(_) => {
                let strength = 0.08 + (FIELD_STRENGTH - 0.08) * certainty.clamp(0.0, 1.0);
                theme.background.mix(class_color(theme, value as usize), strength)
            }
            Kind::Surface | Kind::Scatter => color_of(&scale, value).unwrap_or(theme.background),
        }
    }

    /// Paints the field into an image, the largest x₂ first.
    pub fn paint(&self, theme: &Theme, learned: &Learned, image: &mut Image) {
        image.rgba.clear();
        (image.columns, image.rows) = (0, 0);
        let Some(field) = field_of(learned) else { return };
        (image.columns, image.rows) = (field.side, field.side);
        for row in (0..field.side).rev() {
            for index in row * field.side..(row + 1) * field.side {
                let certainty = field.certainty.get(index).copied().unwrap_or(1.0);
                let Rgb(red, green, blue) = self.color(theme, field.values[index].into(), certainty.into());
                image.rgba.extend([red, green, blue, 255]);
            }
        }
    }

    /// Draws everything but field, lines and marks.
    pub fn draw(&self, paper: &mut dyn Paper, theme: &Theme, labels: &Labels) {
        let mut painter = Painter::new(paper, theme);
        let (em, plot) = (self.em, self.plot);
        painter.rect((0.0, 0.0), (self.surface.width.into(), self.surface.height.into()), theme.background, 1.0);
        painter.rect((plot.left, plot.top), (plot.right, plot.bottom), theme.strip, 1.0);
        let title = TextLook::new(em, theme.text, HPos::Left, VPos::Center);
        painter.text(&labels.y_axis, (0.4 * em, 0.8 * em), title);
        let below = 1.05 * em;
        let title_at = (plot.right, plot.bottom + below);
        painter.text(&labels.x_axis, title_at, TextLook { horizontal: HPos::Right, ..title });
        let title_left = plot.right - (0.6 * labels.x_axis.chars().count() as f64 + 0.6) * em;
        let across = TextLook::new(0.92 * em, theme.muted, HPos::Center, VPos::Center);
        for (value, label) in ticks_between(self.x, (plot.width() / (3.2 * em)) as usize) {
            let x = self.to_place((value, 0.0)).0;
            if x + label.width_em() * em / 2.0 < title_left {
                painter.tick_below((x, plot.bottom), self.surface.scale, &label.text(), below, across);
            }
        }
        let up = TextLook { horizontal: HPos::Right, ..across };
        for (value, label) in ticks_between(self.y, (plot.height() / (2.2 * em)) as usize) {
            let y = self.to_place((0.0, value)).1;
            painter.level_line(plot.left - 0.3 * em, plot.left, y, self.surface.scale, theme.axis);
            painter.text(&label.text(), (plot.left - 0.5 * em, y), up);
        }
        self.draw_legend(&mut painter, theme, labels);
    }

    fn draw_legend(&self, painter: &mut Painter<'_>, theme: &Theme, labels: &Labels) {
        let em = self.em;
        let look = TextLook::new(0.92 * em, theme.muted, HPos::Left, VPos::Center);
        if let Some(bar) = self.bar {
            // Above the bar, as long as it is not cut there.
            let left = bar.left.min(f64::from(self.surface.width) - letters_em(&labels.value_axis) * em).max(0.0);
            let title = TextLook::new(em, theme.text, HPos::Left, VPos::Center);
            painter.text(&labels.value_axis, (left, 0.8 * em), title);
            let scale = ValueScale::Linear(self.range);
            painter.color_bar(bar, |position| self.color(theme, scale.value_at(position), 1.0));
            // An end that stands for all beyond it is pointed.
            let (across, tip) = ((bar.left, bar.right), 0.55 * em);
            let ends = [(self.beyond.0, 0.0, bar.bottom, tip), (self.beyond.1, 1.0, bar.top, -tip)];
            for (_, position, y, tip) in ends.into_iter().filter(|(is_beyond, ..)| *is_beyond) {
                let corners = [(across.0, y), (across.1, y), ((across.0 + across.1) / 2.0, y + tip)];
                painter.polygon(&corners, self.color(theme, scale.value_at(position), 1.0), 1.0);
            }
            for Tick { position, label } in scale.ticks((bar.height() / (2.2 * em)) as usize + 1) {
                let text = label.map(|label| label.text()).unwrap_or_default();
                painter.text(&text, (bar.right + 0.4 * em, bar.bottom - position * bar.height()), look);
            }
        }
        let left = self.plot.right + em;
        if let Kind::Classes(classes @ 3..) = self.kind {
            // As many as there is room for above the others.
            let room = (self.plot.height() / em / 1.6) as usize;
            for class in 0..classes.min(room.saturating_sub(self.specials.len())) {
                let top = self.plot.top + 1.6 * em * class as f64;
                let color = self.color(theme, class as f64, 1.0);
                painter.rect((left, top), (left + 1.2 * em, top + 1.2 * em), color, 1.0);
                let at = (left + 0.6 * em, top + 0.6 * em);
                draw_shape(painter, class, at, 0.3 * em, in_field(theme, color));
                painter.text(&class.to_string(), (left + 1.6 * em, at.1), look);
            }
        }
        for (place, kind) in self.specials.iter().enumerate() {
            let top = self.plot.bottom - 1.6 * em * place as f64 - em;
            let label = match kind {
                StripKind::Infinite => &labels.specials.infinite,
                StripKind::Zero | StripKind::NotANumber => &labels.specials.not_a_number,
            };
            painter.rect((left, top), (left + 0.9 * em, top + em), special_color(theme, *kind), 1.0);
            painter.text(label, (left + 1.3 * em, top + 0.5 * em), look);
        }
    }

    /// Draws what lies over the field: the line between two classes, or that of answers that are right, and the samples.
    pub fn draw_over(&self, paper: &mut dyn Paper, theme: &Theme, learned: &Learned, choices: Choices) {
        let mut painter = Painter::new(paper, theme);
        let (em, plot) = (self.em, self.plot);
        match (self.kind, field_of(learned)) {
            (Kind::Classes(2), Some(field)) => {
                let cell = plot.width() / field.side as f64;
                for line in contour(&field.values, field.side, 0.5) {
                    let place =
                        |(col, row): (f64, f64)| (plot.left + (col + 0.5) * cell, plot.bottom - (row + 0.5) * cell);
                    painter.path(&line.into_iter().map(place).collect::<Vec<_>>(), 0.16 * em, theme.text);
                }
            }
            (Kind::Classes(3..), Some(field)) => self.draw_shapes(&mut painter, theme, field),
            (Kind::Scatter, _) => {
                painter.path(&[(plot.left, plot.bottom), (plot.right, plot.top)], 0.12 * em, theme.axis);
            }
            _ => {}
        }
        for (id, sample) in self.shown(learned, choices) {
            self.draw_sample(&mut painter, theme, sample, id.is_held_out);
        }
    }

    /// Strews the shapes of the likeliest classes over the field, for those who do not tell them by their hues.
    fn draw_shapes(&self, painter: &mut Painter<'_>, theme: &Theme, field: &Field) {
        let cells = (self.plot.width() / (2.2 * self.em)).floor().clamp(1.0, 24.0);
        let step = self.plot.width() / cells;
        let cell = |part: f64| ((part / cells * field.side as f64) as usize).min(field.side - 1);
        for (row, column) in (0..cells as usize).flat_map(|row| (0..cells as usize).map(move |column| (row, column))) {
            let (across, down) = (column as f64 + 0.5, row as f64 + 0.5);
            let index = (field.side - 1 - cell(down)) * field.side + cell(across);
            let value = f64::from(field.values[index]);
            if value.is_finite() {
                let certainty = field.certainty.get(index).copied().unwrap_or(1.0).into();
                let at = (self.plot.left + across * step, self.plot.top + down * step);
                let color = in_field(theme, self.color(theme, value, certainty));
                draw_shape(painter, value as usize, at, 0.17 * self.em, color);
            }
        }
    }

    fn draw_sample(&self, painter: &mut Painter<'_>, theme: &Theme, sample: &Sample, is_held_out: bool) {
        let (at, em) = (self.place_of(sample), self.em);
        let value = f64::from(sample.target);
        match self.kind {
            Kind::Classes(_) => {
                let class = value as usize;
                let strong = class_color(theme, class).mix(theme.text, 0.2);
                let radius = 0.3 * em;
                // A wrong answer has a heavy edge.
                if sample.predicted != sample.target {
                    draw_shape(painter, class, at, 1.75 * radius, theme.text);
                }
                draw_shape(painter, class, at, 1.3 * radius, theme.background);
                draw_shape(painter, class, at, radius, strong);
                if is_held_out {
                    draw_shape(painter, class, at, 0.55 * radius, theme.background);
                }
            }
            // Without an edge, so that what fits disappears into the surface.
            Kind::Surface => {
                let color = self.color(theme, value, 1.0);
                if is_held_out {
                    painter.ring(at, 0.34 * em, 0.2 * em, color);
                } else {
                    painter.marker(Marker::Circle, at, 0.34 * em, color);
                }
            }
            Kind::Scatter => {
                let color = match StripKind::of(sample.predicted.into(), &ValueScale::Linear(self.range)) {
                    Some(kind) => special_color(theme, kind),
                    None if is_held_out => theme.grad_w,
                    None => theme.grad_z,
                };
                if is_held_out {
                    painter.ring(at, 0.3 * em, 0.12 * em, color);
                } else {
                    painter.marker(Marker::Circle, at, 0.26 * em, color);
                }
            }
        }
    }

    /// Draws field, lines and marks, for backends that cannot stretch an [`Image`].
    pub fn draw_data(&self, paper: &mut dyn Paper, theme: &Theme, learned: &Learned, choices: Choices) {
        let mut image = Image::default();
        self.paint(theme, learned, &mut image);
        image.draw(&mut Painter::new(paper, theme), self.plot);
        self.draw_over(paper, theme, learned, choices);
    }
}

fn draw_shape(painter: &mut Painter<'_>, class: usize, at: (f64, f64), radius: f64, color: Rgb) {
    match class_corners(class) {
        [] => painter.marker(Marker::Circle, at, radius, color),
        corners => painter.shape(corners, at, radius, color),
    }
}

/// The colour of a shape on a field of another: seen, and less than the samples.
fn in_field(theme: &Theme, field: Rgb) -> Rgb {
    field.mix(theme.text, 0.4)
}

/// From the outer edge of the first cell to that of the last, where `low` and `high` are the middles of those.
fn span(low: f64, high: f64, cells: usize) -> (f64, f64) {
    let half = (high - low) / (2 * cells.saturating_sub(1).max(1)) as f64;
    if half > 0.0 && half.is_finite() { (low - half, high + half) } else { LinearRange::UNIT.ends() }
}

#[cfg(test)]
#[path = "learned_tests.rs"]
mod tests;
