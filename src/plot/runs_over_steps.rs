//! A chart of one number of several runs over their steps: the loss, the accuracy, or by what factor the gradient changes.

use super::chart_axes::ChartAxes;
use super::clip::clip_line;
use super::frame::{Frame, Margins, StripKind, StripLabels};
use super::loss::{SMOOTHED_SHARE, moving_average};
use super::paint::{Painter, TextLook, rough_width};
use super::paper::Paper;
use super::runs::{LETTERS_EM, draw_letters, line_width};
use super::scale::{LinearRange, LogRange, StepRange, ValueScale, segments};
use super::series::SeriesLook;
use super::step_axis::StepAxis;
use super::surface::Surface;
use super::theme::Theme;
use plotters_backend::text_anchor::{HPos, VPos};

/// The number of one run over its steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Which run, from 0.
    pub run: usize,
    /// What was measured, by step.
    pub measured: Vec<(u64, f64)>,
    /// The same, smoothed, where single numbers are noisy: then it is the line, and what was measured is faint behind it.
    pub smoothed: Option<Vec<f64>>,
    /// Whether the run has ended there, and goes no farther.
    pub has_ended: bool,
}

/// How numbers stand on the axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Axis {
    /// Equal distances are equal factors.
    #[default]
    Log,
    /// From 0 to 100.
    Percent,
}

/// What the chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    /// The runs.
    pub lines: Vec<Line>,
    /// The value axis.
    pub axis: Axis,
    /// Values at which a level line stands, with the words at it.
    pub levels: Vec<(f64, String)>,
    /// The step that is visited, if it is an earlier one than the latest.
    pub visited: Option<u64>,
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
}

/// The chart's axes: how steps and values stand on the surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    /// The plot and its value axis.
    pub frame: Frame,
    steps: StepRange,
}

/// How visible what was measured is behind a smoothed line.
const FAINT: f64 = 0.35;

impl ChartAxes for Axes {
    type Data<'a> = Data;
    type Labels = Labels;

    fn fit(surface: Surface, theme: &Theme, data: &Data, previous: Option<&Self>) -> Option<Self> {
        let latest = data.lines.iter().filter_map(|line| line.measured.last()).map(|(step, _)| *step).max()?;
        let values = || data.lines.iter().flat_map(|line| line.measured.iter().map(|(_, value)| *value));
        let before = previous.map(|axes| axes.frame.scale);
        let scale = match (data.axis, before) {
            (Axis::Percent, _) => ValueScale::Linear(LinearRange::fit([0.0, 100.0])),
            (Axis::Log, before) => {
                let values = || values().chain(data.levels.iter().map(|(value, _)| *value));
                match (LinearRange::fit_narrow(values()), before) {
                    // Whole decades would press curves flat that are close to each other.
                    (Some(range), Some(ValueScale::NarrowLog(before))) => {
                        ValueScale::NarrowLog(range.settle(Some(before)))
                    }
                    (Some(range), _) => ValueScale::NarrowLog(range),
                    (None, Some(ValueScale::Log(before))) => {
                        ValueScale::Log(LogRange::fit(values(), 1).settle(Some(before)))
                    }
                    (None, _) => ValueScale::Log(LogRange::fit(values(), 1)),
                }
            }
        };
        let strips = StripKind::among(values(), &scale);
        let margins = Margins { top: 2.2, right: LETTERS_EM, bottom: 3.2 };
        let lanes = data.lines.iter().map(|line| line.run + 1).max().unwrap_or(1);
        let frame = Frame::new(surface, theme, margins, scale, &strips, lanes)?;
        Some(Self { frame, steps: StepRange::covering(latest) })
    }

    fn draw(&self, paper: &mut dyn Paper, theme: &Theme, labels: &Labels) {
        let mut painter = Painter::new(paper, theme);
        let frame = &self.frame;
        let has_room = rough_width(&labels.value_axis, frame.em) <= f64::from(frame.surface.width);
        let title = if has_room { &labels.value_axis } else { &labels.value_axis_short };
        frame.draw(&mut painter, theme, title, &StripLabels::default());
        let (surface, steps) = (frame.surface, self.steps);
        StepAxis { surface, em: frame.em, ends: (frame.plot.left, frame.plot.right), y: frame.floor(), steps }.draw(
            &mut painter,
            theme,
            &labels.step_axis,
            |step| self.step_to_x(step),
        );
    }

    fn draw_data(&self, paper: &mut dyn Paper, theme: &Theme, data: &Data) {
        let mut painter = Painter::new(paper, theme);
        let (frame, em) = (&self.frame, self.frame.em);
        let mut named: Vec<f64> = Vec::new();
        for (value, words) in &data.levels {
            let Some(y) = frame.value_to_y(*value).filter(|y| (frame.plot.top..=frame.plot.bottom).contains(y)) else {
                continue;
            };
            painter.level_line(frame.plot.left, frame.plot.right, y, frame.hairline(), theme.axis);
            let above = if y - frame.plot.top > 1.3 * em { y - 0.65 * em } else { y + 0.65 * em };
            // Over so many decades levels come close to each other.
            if named.iter().any(|other| (other - above).abs() < 1.1 * em) {
                continue;
            }
            named.push(above);
            let look = TextLook::new(0.9 * em, theme.muted, HPos::Right, VPos::Center);
            painter.text(words, (frame.plot.right - 0.4 * em, above), look);
        }
        for (behind, line) in data.lines.iter().enumerate().rev() {
            self.draw_line(&mut painter, theme, line, behind);
        }
        if let Some(step) = data.visited {
            let x = self.step_to_x(step.min(self.steps.last()));
            painter.visited(x, (frame.plot.top, frame.plot.bottom), em);
        }
        let ends = data.lines.iter().filter_map(|line| Some((line.run, self.end(line)?.1))).collect();
        draw_letters(&mut painter, theme, (frame.plot.right, em), (frame.plot.top, frame.floor()), ends);
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

    /// Where a line ends.
    fn end(&self, line: &Line) -> Option<(f64, f64)> {
        let (step, last) = *line.measured.last()?;
        let last = line.smoothed.as_ref().and_then(|smoothed| smoothed.last().copied()).unwrap_or(last);
        let y = self.frame.value_to_y(last).or_else(|| self.frame.strip_y(last, line.run))?;
        Some((self.step_to_x(step), y))
    }

    /// Lines as far as they are within the plot: of one that ends far outside there would be no end of dashes.
    fn draw_stretches(
        &self,
        painter: &mut Painter<'_>,
        stretches: Vec<Vec<(f64, f64)>>,
        look: SeriesLook,
        behind: usize,
    ) {
        let plot = self.frame.plot;
        for stretch in stretches {
            for piece in clip_line(&stretch, (plot.top, plot.bottom)) {
                look.line(painter, &piece, line_width(behind, self.frame.em), self.frame.em);
            }
        }
    }

    fn draw_line(&self, painter: &mut Painter<'_>, theme: &Theme, line: &Line, behind: usize) {
        let (frame, em) = (&self.frame, self.frame.em);
        let look = SeriesLook::of(theme, line.run);
        let point = |step: u64, value: f64| Some((self.step_to_x(step), frame.value_to_y(value)?));
        let measured = line.measured.iter().map(|(step, value)| point(*step, *value));
        match &line.smoothed {
            Some(smoothed) => {
                for stretch in segments(measured) {
                    painter.faint_path(&stretch, (0.07 * em).max(1.0), look.color, FAINT);
                }
                let smoothed = line.measured.iter().zip(smoothed).map(|((step, _), value)| point(*step, *value));
                self.draw_stretches(painter, segments(smoothed), look, behind);
            }
            None => self.draw_stretches(painter, segments(measured), look, behind),
        }
        for (step, value) in &line.measured {
            if let Some(y) = frame.strip_y(*value, line.run) {
                painter.marker(look.marker, (self.step_to_x(*step), y), 0.26 * em, look.color);
            }
        }
        if let Some((x, y)) = self.end(line) {
            look.mark(painter, (x, y), 0.32 * em, theme.background);
            if line.has_ended {
                // A cross: from there it does not go on.
                let half = 0.62 * em;
                for (from, to) in [((-half, -half), (half, half)), ((-half, half), (half, -half))] {
                    let line = [(x + from.0, y + from.1), (x + to.0, y + to.1)];
                    painter.path(&line, (0.16 * em).max(1.0), theme.text);
                }
            }
        }
    }
}

/// The line through noisy numbers, as that of a single run's loss: their moving average, of their logarithms where
/// `is_log`. `None` where they are too few to be smoothed.
pub fn smoothed(values: impl ExactSizeIterator<Item = f64>, is_log: bool) -> Option<Vec<f64>> {
    let span = SMOOTHED_SHARE * values.len() as f64;
    (span > 1.0).then(|| moving_average(values, span, is_log).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{attributes, surface, svg, texts};
    use super::*;

    fn line(run: usize, values: &[f64]) -> Line {
        let measured = values.iter().enumerate().map(|(step, value)| (10 * step as u64, *value)).collect();
        Line { run, measured, ..Line::default() }
    }

    fn draw(at: Surface, data: &Data) -> (Option<Axes>, String) {
        let theme = Theme::light();
        let axes = Axes::fit(at, &theme, data, None);
        let labels = Labels { step_axis: "step".into(), value_axis: "loss".into(), value_axis_short: "L".into() };
        let picture = svg(at, |paper| {
            if let Some(axes) = &axes {
                axes.draw(paper, &theme, &labels);
                axes.draw_data(paper, &theme, data);
            }
        });
        (axes, picture)
    }

    #[test]
    fn each_run_has_its_line_and_its_letter() {
        let lines = vec![line(0, &[0.7, 0.1, 0.01]), line(1, &[0.7, 0.69, 0.68])];
        let (axes, picture) = draw(surface(500, 300), &Data { lines, ..Data::default() });
        let axes = axes.unwrap();
        let y = |value: f64| axes.frame.value_to_y(value).unwrap().round().to_string();
        let points = attributes(&picture, "polyline", "points", &["stroke=\"#0072B2\""]);
        assert!(points[0].contains(&y(0.01)), "{points:?}");
        assert!(["A", "B", "step", "loss"].iter().all(|word| texts(&picture).iter().any(|text| text == word)));
        assert_eq!(axes.x_to_step(axes.step_to_x(20)), 20);
    }

    #[test]
    fn a_run_that_ended_is_crossed_out_where_it_did() {
        let crosses = |has_ended: bool| {
            let lines = vec![Line { has_ended, ..line(0, &[0.7, 0.1]) }, line(1, &[0.7, 0.6, 0.5])];
            let (_, picture) = draw(surface(500, 300), &Data { lines, ..Data::default() });
            attributes(&picture, "polyline", "points", &["stroke=\"#16191D\""]).len()
        };
        assert_eq!((crosses(false), crosses(true)), (0, 2));
    }

    #[test]
    fn a_smoothed_line_ends_where_its_letter_is() {
        let smoothed = Line { smoothed: Some(vec![0.7, 0.5, 0.4]), ..line(0, &[0.7, 0.9, 1e-4]) };
        let (axes, _) = draw(surface(500, 300), &Data { lines: vec![smoothed.clone()], ..Data::default() });
        let axes = axes.unwrap();
        assert_eq!(axes.end(&smoothed).map(|(_, y)| y), axes.frame.value_to_y(0.4));
    }

    #[test]
    fn levels_are_in_view_and_percent_is_from_0_to_100() {
        let levels = vec![(1e-3, "vanishing".to_owned())];
        let data = Data { lines: vec![line(0, &[0.5, 0.6])], levels, ..Data::default() };
        let (axes, picture) = draw(surface(500, 300), &data);
        assert!(axes.unwrap().frame.value_to_y(1e-3).is_some_and(|y| y < 300.0));
        assert!(texts(&picture).iter().any(|text| text == "vanishing"));
        let percent = Data { lines: vec![line(0, &[50.0])], axis: Axis::Percent, ..Data::default() };
        let frame = draw(surface(500, 300), &percent).0.unwrap().frame;
        assert_eq!(frame.value_to_y(100.0), Some(frame.plot.top));
    }

    #[test]
    fn anything_is_drawn_at_any_size() {
        for values in [&[][..], &[0.0], &[f64::NAN, f64::INFINITY, 0.3], &[-1.0, 2.0], &[1e-300, 1e300]] {
            for axis in [Axis::Log, Axis::Percent] {
                for (width, height) in [(0, 0), (1, 1), (150, 90), (400, 240), (3000, 80)] {
                    let lines = vec![line(0, values), Line { smoothed: Some(values.to_vec()), ..line(3, values) }];
                    let levels = vec![(1e-3, "low".to_owned())];
                    draw(surface(width, height), &Data { lines, axis, levels, visited: Some(3) });
                }
            }
        }
    }
}
