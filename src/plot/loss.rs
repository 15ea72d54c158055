//! The chart of the loss, or of the accuracy, over the steps.

use super::chart_axes::ChartAxes;
use super::color::Rgb;
use super::frame::{Frame, Margins, StripKind, StripLabels};
use super::paint::{Marker, Painter, TextLook, letters_em, rough_width};
use super::paper::Paper;
use super::scale::{LinearRange, LogRange, StepRange, ValueScale, segments};
use super::step_axis::StepAxis;
use super::surface::Surface;
use super::theme::Theme;
use crate::look::view::{Evaluation, Score};
use crate::train::Bucket;
use plotters_backend::text_anchor::{HPos, VPos};

/// What is drawn over the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The loss of each step's batch, raw and smoothed, and that of all samples.
    Loss {
        /// Whether equal distances are equal factors.
        is_log: bool,
    },
    /// The share of samples whose class is right, in percent.
    Accuracy,
}

impl Measure {
    /// What is drawn of a score; `None` where it has no such number.
    pub fn of(self, score: &Score) -> Option<f64> {
        match self {
            Self::Loss { .. } => Some(score.loss),
            Self::Accuracy => score.accuracy.map(|accuracy| 100.0 * accuracy),
        }
    }

    fn is_loss(self) -> bool {
        matches!(self, Self::Loss { .. })
    }
}

/// What the chart shows.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a> {
    /// What is drawn.
    pub measure: Measure,
    /// The run, oldest first.
    pub buckets: &'a [Bucket],
    /// How well the network did on all samples, by step.
    pub evaluations: &'a [Evaluation],
    /// Whether every batch is all samples, so that its loss has no noise to smooth.
    pub is_full_batch: bool,
    /// Whether weight decay pulls at the weights, of which the loss that is drawn knows nothing.
    pub has_decay: bool,
    /// For each bucket whether the gradient's norm was clipped in a step of it; may be shorter.
    pub clipped: &'a [bool],
    /// The step that is visited, if it is an earlier one than the latest.
    pub visited: Option<u64>,
}

impl<'a> Data<'a> {
    /// Over how many buckets the line of the batches' losses is smoothed; `None` where it goes through what was measured.
    fn smoothed_over(&self) -> Option<f64> {
        let span = SMOOTHED_SHARE * self.buckets.len() as f64;
        (self.measure.is_loss() && !self.is_full_batch && span > 1.0).then_some(span)
    }

    /// Whether the line of the batches' losses is a moving average.
    pub fn is_smoothed(&self) -> bool {
        self.smoothed_over().is_some()
    }

    /// Whether any step was clipped, and is marked so.
    fn has_clipped(&self) -> bool {
        self.measure.is_loss() && self.clipped.contains(&true)
    }

    /// The evaluations of steps that the run has made.
    fn made(&self) -> &'a [Evaluation] {
        let latest = self.buckets.last().map_or(0, |bucket| bucket.last.step);
        &self.evaluations[..self.evaluations.partition_point(|evaluation| evaluation.step <= latest)]
    }

    fn scored(&self) -> impl Iterator<Item = f64> + 'a {
        let measure = self.measure;
        let scores = self.made().iter().flat_map(|evaluation| [&evaluation.training, &evaluation.held_out]);
        scores.filter_map(move |score| measure.of(score))
    }

    /// Every number that wants a place on the axis.
    fn values(&self) -> impl Iterator<Item = f64> + 'a {
        let buckets = if self.measure.is_loss() { self.buckets } else { &[] };
        let raw = buckets.iter().flat_map(|bucket| {
            let (min, max) = bucket.loss_range();
            [min, max, bucket.last.loss()]
        });
        raw.chain(self.scored())
    }
}

/// The words on the chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// The title of the step axis.
    pub step_axis: String,
    /// The title of the value axis.
    pub value_axis: String,
    /// The same for charts too narrow for it.
    pub value_axis_short: String,
    /// The name of the loss on each step's batch.
    pub batch: String,
    /// The name of the moving average of it, and that for charts too narrow for it.
    pub smoothed: [String; 2],
    /// The name of what was measured on the samples that the network learns from.
    pub training: String,
    /// The name of what was measured on samples that it never saw.
    pub held_out: String,
    /// The name of the marks of steps whose gradient was clipped.
    pub clipped: String,
    /// At the strips.
    pub strips: StripLabels,
}

/// The lines of the chart, as the legend names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Batch,
    /// The moving average of the batches' losses.
    Smoothed,
    Training,
    HeldOut,
    /// No line: a mark at each step whose gradient was clipped.
    Clipped,
}

impl Line {
    /// Colour and mark; the line of held-out samples is dashed besides.
    fn look(self, theme: &Theme) -> (Rgb, Marker) {
        match self {
            Self::Batch | Self::Smoothed => (theme.loss, Marker::Circle),
            Self::Training => (theme.grad_w, Marker::Diamond),
            Self::HeldOut => (theme.update, Marker::Triangle),
            Self::Clipped => (theme.infinite, Marker::Square),
        }
    }
}

/// The mark of the line of training samples, and that of held-out ones, with their colours.
pub fn marks(theme: &Theme) -> [(Marker, Rgb); 2] {
    [Line::Training, Line::HeldOut].map(|line| {
        let (color, marker) = line.look(theme);
        (marker, color)
    })
}

/// The chart's axes: how steps and values stand on the surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    /// The plot and its value axis.
    pub frame: Frame,
    steps: StepRange,
    legend: Vec<Line>,
    /// Whether the legend has a row of its own, below the title of the value axis.
    is_legend_below: bool,
    /// Whether the legend shows of each line only the mark.
    has_short_legend: bool,
}

/// The width that the title of the value axis and the legend need side by side, in units of the font's size.
const ONE_ROW_EM: f64 = 32.0;

/// The width that the legend needs with a piece of each line, in units of the font's size.
const FULL_LEGEND_EM: f64 = 21.5;

/// How much wider the legend is where the batches' line is smoothed and called so.
const SMOOTHED_EM: f64 = 5.9;

/// How much wider the legend is where steps were clipped.
const CLIPPED_EM: f64 = 5.6;

/// How much wider the title of the value axis is where it says that the loss is without weight decay.
const DECAY_EM: f64 = 11.5;

impl ChartAxes for Axes {
    type Data<'a> = Data<'a>;
    type Labels = Labels;

    /// The axes for a run, close to the previous ones; `None` where there is nothing to show or no room for it.
    ///
    /// A linear axis begins at zero unless all is far from it and near to each other, and a logarithmic one has ends
    /// between powers of ten where whole decades would press the curve flat.
    fn fit(surface: Surface, theme: &Theme, data: &Data<'_>, previous: Option<&Self>) -> Option<Self> {
        let latest = data.buckets.last()?.last.step;
        let mut values: Vec<f64> = data.values().collect();
        values.extend(room(data.measure, &values).into_iter().flatten());
        let scale = scale(data.measure, &values, previous.map(|axes| axes.frame.scale));
        let strips = StripKind::among(values.iter().copied(), &scale);
        let mut legend = Vec::new();
        let is_smoothed = data.is_smoothed();
        let has_scores = data.scored().next().is_some();
        // One line alone needs no name, unless it is not what was measured.
        if data.measure.is_loss() && (has_scores || is_smoothed) {
            legend.push(if is_smoothed { Line::Smoothed } else { Line::Batch });
        }
        if has_scores {
            legend.extend([Line::Training, Line::HeldOut]);
        }
        let has_clipped = data.has_clipped();
        if has_clipped {
            legend.push(Line::Clipped);
        }
        let em = theme.font_px * surface.scale;
        let wider = |is_so: bool, by_em: f64| if is_so { by_em } else { 0.0 };
        let legend_em = wider(is_smoothed, SMOOTHED_EM) + wider(has_clipped, CLIPPED_EM);
        let title_em = wider(data.measure.is_loss() && data.has_decay, DECAY_EM);
        let width_em = f64::from(surface.width) / em;
        let is_legend_below = !legend.is_empty() && width_em < ONE_ROW_EM + legend_em + title_em;
        let has_short_legend = width_em < FULL_LEGEND_EM + legend_em;
        let margins = Margins { top: if is_legend_below { 3.6 } else { 2.2 }, right: 1.6, bottom: 3.2 };
        let frame = Frame::new(surface, theme, margins, scale, &strips, 1)?;
        Some(Self { frame, steps: StepRange::covering(latest), legend, is_legend_below, has_short_legend })
    }

    fn draw(&self, paper: &mut dyn Paper, theme: &Theme, labels: &Labels) {
        let mut painter = Painter::new(paper, theme);
        let frame = &self.frame;
        let has_room = rough_width(&labels.value_axis, frame.em) <= f64::from(frame.surface.width);
        let title = if has_room { &labels.value_axis } else { &labels.value_axis_short };
        frame.draw(&mut painter, theme, title, &labels.strips);
        let (surface, steps) = (frame.surface, self.steps);
        StepAxis { surface, em: frame.em, ends: (frame.plot.left, frame.plot.right), y: frame.floor(), steps }.draw(
            &mut painter,
            theme,
            &labels.step_axis,
            |step| self.step_to_x(step),
        );
        self.draw_legend(&mut painter, theme, labels);
    }

    /// Draws the lines, and the mark of the visited step. Of the batches' losses: the band between the smallest and the
    /// largest of each bucket, the last of each, and where they are many and noisy their moving average over them.
    fn draw_data(&self, paper: &mut dyn Paper, theme: &Theme, data: &Data<'_>) {
        let mut painter = Painter::new(paper, theme);
        if data.measure.is_loss() {
            self.draw_clipped(&mut painter, theme, data);
            self.draw_batches(&mut painter, theme, data);
        }
        self.draw_evaluations(&mut painter, theme, data, Line::Training);
        self.draw_evaluations(&mut painter, theme, data, Line::HeldOut);
        if let Some(step) = data.visited {
            let (plot, x) = (self.frame.plot, self.step_to_x(step.min(self.steps.last())));
            painter.visited(x, (plot.top, plot.bottom), self.frame.em);
        }
    }
}

impl Axes {
    /// The place of a step.
    pub fn step_to_x(&self, step: u64) -> f64 {
        self.frame.plot.left + self.steps.position(step as f64) * self.frame.plot.width()
    }

    /// The step nearest to a place.
    pub fn x_to_step(&self, x: f64) -> u64 {
        self.steps.step_at((x - self.frame.plot.left) / self.frame.plot.width())
    }

    /// Names the lines, from the right edge on.
    fn draw_legend(&self, painter: &mut Painter<'_>, theme: &Theme, labels: &Labels) {
        let names = self.legend.iter().map(|line| match line {
            Line::Batch => labels.batch.as_str(),
            Line::Smoothed => &labels.smoothed[usize::from(self.has_short_legend)],
            Line::Training => &labels.training,
            Line::HeldOut => &labels.held_out,
            Line::Clipped => &labels.clipped,
        });
        let names: Vec<&str> = names.collect();
        // Where it is narrow, of each line only the mark.
        let (sample_em, gap_em) = if self.has_short_legend { (0.6, 0.5) } else { (1.8, 0.7) };
        let width_of = |name: &str| letters_em(name) + sample_em + 0.5;
        let needed_em: f64 = names.iter().map(|name| width_of(name) + gap_em).sum();
        let width = f64::from(self.frame.surface.width);
        // Smaller rather than cut.
        let em = self.frame.em.min(width / needed_em);
        let y = if self.is_legend_below { 2.4 * self.frame.em } else { 0.9 * self.frame.em };
        let look = TextLook::new(em, theme.text, HPos::Left, VPos::Center);
        let mut right = width - 0.5 * gap_em * em;
        for (line, words) in self.legend.iter().zip(names).rev() {
            let (color, marker) = line.look(theme);
            let left = right - width_of(words) * em;
            let sample = [(left, y), (left + sample_em * em, y)];
            let middle = left + 0.5 * sample_em * em;
            match line {
                Line::Clipped => {
                    painter.upright_line(middle, y - 0.4 * em, y + 0.4 * em, CLIPPED_WIDTH_EM * em, color);
                }
                Line::HeldOut => painter.dashed_path(&sample, 0.14 * em, 0.5 * em, color),
                Line::Batch | Line::Smoothed | Line::Training => painter.path(&sample, 0.14 * em, color),
            }
            if *line != Line::Clipped {
                painter.marker(marker, (middle, y), 0.3 * em, color);
            }
            painter.text(words, (left + (sample_em + 0.5) * em, y), look);
            right = left - gap_em * em;
        }
    }

    /// A short line on the lower edge at each bucket of which a step was clipped; side by side they are a bar.
    fn draw_clipped(&self, painter: &mut Painter<'_>, theme: &Theme, data: &Data<'_>) {
        let (em, bottom) = (self.frame.em, self.frame.plot.bottom);
        let (color, _) = Line::Clipped.look(theme);
        for (bucket, _) in data.buckets.iter().zip(data.clipped).filter(|(_, is_clipped)| **is_clipped) {
            let x = self.step_to_x(bucket.last.step);
            painter.upright_line(x, bottom - CLIPPED_HEIGHT_EM * em, bottom, CLIPPED_WIDTH_EM * em, color);
        }
    }

    fn draw_batches(&self, painter: &mut Painter<'_>, theme: &Theme, data: &Data<'_>) {
        let (frame, em, buckets) = (&self.frame, self.frame.em, data.buckets);
        let band = buckets.iter().map(|bucket| {
            let (min, max) = bucket.loss_range();
            // A smallest loss of zero reaches down to the end of a logarithmic axis.
            let low = if min == 0.0 { Some(frame.plot.bottom) } else { frame.value_to_y(min) };
            Some((self.step_to_x(bucket.last.step), low?, frame.value_to_y(max)?))
        });
        for stretch in segments(band) {
            let upper = stretch.iter().map(|(x, _, high)| (*x, *high));
            let lower = stretch.iter().rev().map(|(x, low, _)| (*x, *low));
            painter.polygon(&upper.chain(lower).collect::<Vec<_>>(), theme.loss, theme.band_opacity);
        }
        let point = |bucket: &Bucket, loss: f64| Some((self.step_to_x(bucket.last.step), frame.value_to_y(loss)?));
        let raw = || buckets.iter().map(|bucket| point(bucket, bucket.last.loss()));
        if let Some(span) = data.smoothed_over() {
            for stretch in segments(raw()) {
                painter.faint_path(&stretch, (0.08 * em).max(1.0), theme.loss, RAW_OPACITY);
            }
            let is_log = data.measure == Measure::Loss { is_log: true };
            let smoothed = moving_average(buckets.iter().map(|bucket| bucket.last.loss()), span, is_log);
            let smoothed = buckets.iter().zip(smoothed).map(|(bucket, loss)| point(bucket, loss));
            for stretch in segments(smoothed) {
                painter.path(&stretch, 0.18 * em, theme.loss);
            }
        } else {
            for stretch in segments(raw()) {
                painter.path(&stretch, 0.16 * em, theme.loss);
            }
        }
        for bucket in buckets {
            let (min, max) = bucket.loss_range();
            let mut places = [min, bucket.last.loss(), max].map(|loss| frame.strip_y(loss, 0)).to_vec();
            places.dedup();
            for y in places.into_iter().flatten() {
                painter.marker(Marker::Circle, (self.step_to_x(bucket.last.step), y), 0.3 * em, theme.loss);
            }
        }
        if let Some(latest) = buckets.last().and_then(|bucket| point(bucket, bucket.last.loss())) {
            painter.marker(Marker::Circle, latest, 0.44 * em, theme.background);
            painter.marker(Marker::Circle, latest, 0.32 * em, theme.loss);
        }
    }

    /// The line of one kind of samples, and a mark at its end; and at each of them where they are few, or far from the next,
    /// because the line between is nobody's measurement.
    fn draw_evaluations(&self, painter: &mut Painter<'_>, theme: &Theme, data: &Data<'_>, line: Line) {
        let em = self.frame.em;
        let (color, marker) = line.look(theme);
        let of = |evaluation: &Evaluation| {
            data.measure.of(if line == Line::HeldOut { &evaluation.held_out } else { &evaluation.training })
        };
        let points = data
            .made()
            .iter()
            .map(|evaluation| Some((self.step_to_x(evaluation.step), self.frame.value_to_y(of(evaluation)?)?)));
        let stretches = segments(points);
        for stretch in &stretches {
            if line == Line::HeldOut {
                painter.dashed_path(stretch, 0.16 * em, 0.55 * em, color);
            } else {
                painter.path(stretch, 0.16 * em, color);
            }
        }
        for evaluation in data.made() {
            if let Some(y) = of(evaluation).and_then(|value| self.frame.strip_y(value, 0)) {
                painter.marker(marker, (self.step_to_x(evaluation.step), y), 0.3 * em, color);
            }
        }
        let are_few = data.made().len() <= FEW_EVALUATIONS;
        for stretch in &stretches {
            let is_far = |pair: &[(f64, f64)]| pair[1].0 - pair[0].0 > FAR_EM * em;
            for (index, point) in stretch.iter().enumerate() {
                let near = index.saturating_sub(1)..(index + 2).min(stretch.len());
                if are_few || stretch.len() == 1 || stretch[near].windows(2).any(is_far) {
                    painter.marker(marker, *point, 0.2 * em, color);
                }
            }
        }
        if let Some(latest) = stretches.last().and_then(|stretch| stretch.last()) {
            painter.marker(marker, *latest, 0.42 * em, theme.background);
            painter.marker(marker, *latest, 0.32 * em, color);
        }
    }
}

/// Evaluations of which each has a mark.
const FEW_EVALUATIONS: usize = 40;

/// Farther apart than so many times the font's size, two evaluations have a mark however many there are.
const FAR_EM: f64 = 1.2;

/// How high the mark of a clipped step is, in units of the font's size, and how wide.
const CLIPPED_HEIGHT_EM: f64 = 0.7;
const CLIPPED_WIDTH_EM: f64 = 0.16;

/// The share of the recorded steps that the moving average spans.
pub(super) const SMOOTHED_SHARE: f64 = 0.02;

/// How visible the raw loss is behind the smoothed one.
const RAW_OPACITY: f64 = 0.45;

/// The exponential moving average that spans so many numbers: `s ← s + α (x − s)` with α = 2 / (span + 1), from the
/// first number on; where `is_log`, of the logarithms, so that it stays where the numbers are on a logarithmic axis: there
/// one number a thousand times the others would hold up an average of the numbers for long. It begins again after a
/// number that is not finite, or has no logarithm, in whose place is NaN.
pub(super) fn moving_average(values: impl Iterator<Item = f64>, span: f64, is_log: bool) -> impl Iterator<Item = f64> {
    let alpha = 2.0 / (span.max(1.0) + 1.0);
    let mut average = None::<f64>;
    values.map(move |value| {
        let value = if is_log { value.log10() } else { value };
        let next = average.map_or(value, |average| average + alpha * (value - average));
        average = next.is_finite().then_some(next);
        let shown = average.unwrap_or(f64::NAN);
        if is_log { 10f64.powf(shown) } else { shown }
    })
}

/// Numbers half a percent around losses that are nearer to each other than that, so that the axis has ticks that differ;
/// nothing where they are not.
fn room(measure: Measure, values: &[f64]) -> Option<[f64; 2]> {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    let (least, most) = finite.fold((f64::INFINITY, 0.0), |(least, most): (f64, f64), x| (least.min(x), most.max(x)));
    let is_alike = measure.is_loss() && least > 0.0 && least <= most && most - least < 0.005 * most;
    is_alike.then(|| [0.995, 1.005].map(|factor| factor * 0.5 * (least + most)))
}

/// The scale of the value axis, close to the previous one of its kind.
fn scale(measure: Measure, values: &[f64], previous: Option<ValueScale>) -> ValueScale {
    let values = || values.iter().copied();
    let decades = |previous: Option<ValueScale>| {
        let previous = previous.and_then(|scale| if let ValueScale::Log(range) = scale { Some(range) } else { None });
        ValueScale::Log(LogRange::fit(values(), 1).settle(previous))
    };
    match (measure, previous) {
        (Measure::Accuracy, _) => ValueScale::Linear(LinearRange::fit([0.0, 100.0])),
        (Measure::Loss { is_log: true }, previous) => match (LinearRange::fit_narrow(values()), previous) {
            (Some(range), Some(ValueScale::NarrowLog(previous))) => ValueScale::NarrowLog(range.settle(Some(previous))),
            (Some(range), _) => ValueScale::NarrowLog(range),
            (None, previous) => decades(previous),
        },
        (Measure::Loss { is_log: false }, previous) => {
            let extremes = |(least, most): (f64, f64), value: f64| (least.min(value), most.max(value));
            let finite = values().filter(|value| value.is_finite());
            let (least, most) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), extremes);
            let is_far_from_zero = least > 0.0 && most - least < most / 3.0;
            let zero = (!is_far_from_zero).then_some(0.0);
            let previous = previous.and_then(|scale| match scale {
                // An axis that began at zero would hide again what this one is to show.
                ValueScale::Linear(range) if (range.ends().0 == 0.0) != is_far_from_zero => Some(range),
                _ => None,
            });
            ValueScale::Linear(LinearRange::fit(values().chain(zero)).settle(previous))
        }
    }
}

#[cfg(test)]
#[path = "loss_tests.rs"]
mod tests;
