//! Curves of some series over the steps, each with its own look and its name at its end.

use super::chart_axes::ChartAxes;
use super::clip::clip_line;
use super::frame::{Frame, Margins, StripKind, StripLabels};
use super::paint::{Painter, TextLook, letters_em, rough_width};
use super::paper::Paper;
use super::runs::spread;
use super::scale::{LinearRange, LogRange, StepRange, ValueScale, segments};
use super::series::SeriesLook;
use super::step_axis::StepAxis;
use super::surface::Surface;
use super::theme::Theme;
use plotters_backend::text_anchor::{HPos, VPos};

/// One series over the steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// Its name.
    pub name: String,
    /// Its values from step 0 on; NaN where it has none.
    pub values: Vec<f64>,
    /// What theory says of it in the long run: its value at step 0 of a line, and by what each step multiplies it.
    pub expected: Option<(f64, f64)>,
}

/// How values stand on the axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Equal distances are equal factors.
    Log,
    /// Between two values, or farther where curves go.
    Linear(f64, f64),
}

/// What the chart shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// The series.
    pub curves: Vec<Curve>,
    /// The value axis.
    pub scale: Scale,
    /// The step up to which the axis goes at least.
    pub steps: u64,
}

/// The words on the chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// The title of the step axis.
    pub step_axis: String,
    /// The title of the value axis.
    pub value_axis: String,
}

/// The chart's axes: how steps and values stand on the surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    /// The plot and its value axis.
    pub frame: Frame,
    steps: StepRange,
}

/// The most decades of an axis: what is below this part of the largest value is at its lower end.
const MOST_DECADES: i32 = 18;

/// The widest that names beside the plot may be, in units of the font's size.
const WIDEST_NAME_EM: f64 = 9.0;

impl ChartAxes for Axes {
    type Data<'a> = Data;
    type Labels = Labels;

    fn fit(surface: Surface, theme: &Theme, data: &Data, previous: Option<&Self>) -> Option<Self> {
        let last = data.curves.iter().map(|curve| curve.values.len()).max().filter(|len| *len > 0)? - 1;
        let values = || data.curves.iter().flat_map(|curve| curve.values.iter().copied());
        let scale = match data.scale {
            Scale::Log => {
                let most = values().filter(|value| value.is_finite()).fold(0.0, f64::max);
                let floor = most * 10f64.powi(-MOST_DECADES);
                let before = previous.and_then(|axes| match axes.frame.scale {
                    ValueScale::Log(range) => Some(range),
                    _ => None,
                });
                ValueScale::Log(LogRange::fit(values().filter(|value| *value >= floor), 2).settle(before))
            }
            Scale::Linear(low, high) => ValueScale::Linear(LinearRange::fit_in_steps(values().chain([low, high]), 8.0)),
        };
        let em = theme.font_px * surface.scale;
        let names = data.curves.iter().map(|curve| letters_em(&curve.name)).fold(0.0, f64::max);
        // On a narrow chart the names are in the legend beside it, and their marks are enough.
        let has_names = f64::from(surface.width) > 26.0 * em;
        let right = if has_names { names.min(WIDEST_NAME_EM) + 1.6 } else { 1.2 };
        let margins = Margins { top: 2.3, right, bottom: 3.2 };
        let zeros = values().filter(|value| !value.is_nan());
        let strips = StripKind::among(zeros, &scale);
        let frame = Frame::new(surface, theme, margins, scale, &strips, data.curves.len())?;
        Some(Self { frame, steps: StepRange::covering(data.steps.max(last as u64)) })
    }

    fn draw(&self, paper: &mut dyn Paper, theme: &Theme, labels: &Labels) {
        let mut painter = Painter::new(paper, theme);
        let frame = &self.frame;
        frame.draw(&mut painter, theme, &labels.value_axis, &StripLabels::default());
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
        let (em, plot) = (self.frame.em, self.frame.plot);
        for (number, curve) in data.curves.iter().enumerate() {
            let Some((first, rate)) = curve.expected else { continue };
            let ends = [0, self.steps.last()].map(|step| {
                let value = self.expected_y(first, rate, step as f64);
                value.map(|y| (self.step_to_x(step), y))
            });
            if let [Some(from), Some(to)] = ends {
                let color = SeriesLook::of(theme, number).color.mix(theme.background, 0.35);
                for piece in clip_line(&[from, to], (plot.top, plot.bottom)) {
                    painter.dashed_path(&piece, 0.1 * em, 0.32 * em, color);
                }
            }
        }
        let mut ends = Vec::new();
        for (number, curve) in data.curves.iter().enumerate() {
            let look = SeriesLook::of(theme, number);
            let points = self.thinned(&curve.values);
            for stretch in segments(points) {
                for piece in clip_line(&stretch, (plot.top, plot.bottom)) {
                    look.line(&mut painter, &piece, 0.17 * em, em);
                }
            }
            self.draw_marks(&mut painter, theme, look, number, &curve.values);
            let end = curve.values.iter().rposition(|value| !value.is_nan());
            let place = end.and_then(|end| Some((self.step_to_x(end as u64), self.height(curve.values[end])?)));
            ends.extend(place.map(|(x, y)| (number, x, y)));
        }
        self.draw_names(&mut painter, theme, data, ends);
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

    /// The height of a value, at an end of the axis where it is beyond; `None` where it has no place.
    pub fn height(&self, value: f64) -> Option<f64> {
        Some(self.frame.value_to_y(value)?.clamp(self.frame.plot.top, self.frame.plot.bottom))
    }

    /// The height of `first · rate^step`, by its logarithm, for it may leave the format.
    fn expected_y(&self, first: f64, rate: f64, step: f64) -> Option<f64> {
        let ValueScale::Log(range) = self.frame.scale else { return None };
        let log10 = libm::log10(first) + step * libm::log10(rate);
        let (low, _) = range.exponents();
        let position = (log10 - f64::from(low)) / f64::from(range.decades());
        let y = self.frame.plot.bottom - position * self.frame.plot.height();
        y.is_finite().then_some(y)
    }

    /// The points of a curve, and where steps lie closer than pixels only the first, the extremes and the last of each.
    fn thinned(&self, values: &[f64]) -> Vec<Option<(f64, f64)>> {
        let a_pixel = (self.steps.last() as f64 / self.frame.plot.width()).floor().max(1.0) as usize;
        let point = |step: usize| Some((self.step_to_x(step as u64), self.frame.value_to_y(values[step])?));
        if a_pixel < 3 {
            return (0..values.len()).map(point).collect();
        }
        let mut points = Vec::new();
        for start in (0..values.len()).step_by(a_pixel) {
            let end = (start + a_pixel).min(values.len());
            let by = |step: &usize| values[*step];
            let least = (start..end).min_by(|a, b| by(a).total_cmp(&by(b))).unwrap_or(start);
            let most = (start..end).max_by(|a, b| by(a).total_cmp(&by(b))).unwrap_or(start);
            let mut kept = vec![start, least, most, end - 1];
            kept.sort_unstable();
            kept.dedup();
            points.extend(kept.into_iter().map(point));
        }
        points
    }

    /// Marks along a curve, by which it is known, at other places than those of the others; and of values without a place.
    fn draw_marks(&self, painter: &mut Painter<'_>, theme: &Theme, look: SeriesLook, number: usize, values: &[f64]) {
        let em = self.frame.em;
        let every = ((6.0 * em / self.frame.plot.width() * self.steps.last() as f64).ceil() as usize).max(1);
        let first = every * (2 * number + 1) / 8;
        for (step, value) in values.iter().enumerate().skip(first).step_by(every).filter(|(_, value)| !value.is_nan()) {
            let x = self.step_to_x(step as u64);
            if let Some(y) = self.height(*value).or_else(|| self.frame.strip_y(*value, number)) {
                look.mark(painter, (x, y), 0.24 * em, theme.background);
            }
        }
    }

    /// The names at the curves' ends, moved apart where they would touch.
    fn draw_names(&self, painter: &mut Painter<'_>, theme: &Theme, data: &Data, mut ends: Vec<(usize, f64, f64)>) {
        let (em, plot) = (self.frame.em, self.frame.plot);
        for (number, x, y) in &ends {
            SeriesLook::of(theme, *number).mark(painter, (*x, *y), 0.34 * em, theme.background);
        }
        if f64::from(self.frame.surface.width) - plot.right < 1.5 * em {
            return;
        }
        ends.sort_by(|one, other| one.2.total_cmp(&other.2));
        let wanted: Vec<f64> = ends.iter().map(|(_, _, y)| *y).collect();
        let heights = spread(&wanted, 1.15 * em, (plot.top - 0.5 * em, plot.bottom));
        for ((number, x, _), y) in ends.into_iter().zip(heights) {
            let color = SeriesLook::of(theme, number).color.mix(theme.text, 0.25);
            let look = TextLook::new(0.95 * em, color, HPos::Left, VPos::Center).bold();
            let name = fitting(&data.curves[number].name, f64::from(self.frame.surface.width) - x - 0.7 * em, em);
            painter.text(&name, (x + 0.6 * em, y), look);
        }
    }
}

/// A name, cut where it does not fit.
fn fitting(name: &str, width: f64, em: f64) -> String {
    if rough_width(name, em) <= width.max(WIDEST_NAME_EM * em) {
        return name.to_owned();
    }
    let mut cut = name.to_owned();
    while !cut.is_empty() && rough_width(&cut, em) + em > width.max(WIDEST_NAME_EM * em) {
        cut.pop();
    }
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{attributes, surface, svg, texts};
    use super::*;

    fn curve(name: &str, values: Vec<f64>) -> Curve {
        Curve { name: name.to_owned(), values, expected: None }
    }

    fn powers(rate: f64, steps: usize) -> Vec<f64> {
        (0..=steps).map(|step| 10.0 * rate.powi(step as i32)).collect()
    }

    fn draw(at: Surface, data: &Data) -> (Option<Axes>, String) {
        let theme = Theme::light();
        let axes = Axes::fit(at, &theme, data, None);
        let labels = Labels { step_axis: "step".into(), value_axis: "f".into() };
        let picture = svg(at, |paper| {
            if let Some(axes) = &axes {
                axes.draw(paper, &theme, &labels);
                axes.draw_data(paper, &theme, data);
            }
        });
        (axes, picture)
    }

    #[test]
    fn the_line_of_theory_lies_on_a_curve_that_obeys_it() {
        let expected = Some((10.0, 0.7));
        let data =
            Data { curves: vec![Curve { expected, ..curve("gd", powers(0.7, 40)) }], scale: Scale::Log, steps: 40 };
        let axes = draw(surface(600, 400), &data).0.unwrap();
        for step in [0, 1, 17, 40] {
            let measured = axes.frame.value_to_y(data.curves[0].values[step]).unwrap();
            let line = axes.expected_y(10.0, 0.7, step as f64).unwrap();
            assert!((measured - line).abs() < 1e-6, "{step}");
        }
        // However far, and however small.
        assert!(axes.expected_y(10.0, 1e-300, 1e4).is_some() && axes.expected_y(0.0, 0.5, 1.0).is_none());
        assert!(axes.expected_y(1.0, 0.0, 1.0).is_none());
    }

    #[test]
    fn names_at_the_ends_do_not_touch_and_stand_in_their_order() {
        let curves = ["one", "two", "three", "four"].map(|name| curve(name, powers(0.9, 30)));
        let data = Data { curves: curves.into(), scale: Scale::Log, steps: 30 };
        let (_, picture) = draw(surface(700, 300), &data);
        let ys: Vec<f64> = attributes(&picture, "text", "y", &["bold"]).iter().map(|y| y.parse().unwrap()).collect();
        assert_eq!(ys.len(), 4);
        for (index, y) in ys.iter().enumerate() {
            assert!(ys[index + 1..].iter().all(|other| (other - y).abs() >= 14.0), "{ys:?}");
        }
        // A narrow chart has none.
        let narrow = draw(surface(300, 300), &data).1;
        assert!(!texts(&narrow).iter().any(|text| text == "three"));
    }

    #[test]
    fn a_long_curve_keeps_its_extremes() {
        let mut values = vec![1.0; 10_001];
        (values[4321], values[8765]) = (1e-3, 1e3);
        let data = Data { curves: vec![curve("a", values.clone())], scale: Scale::Log, steps: 0 };
        let axes = draw(surface(400, 300), &data).0.unwrap();
        let points = axes.thinned(&values);
        assert!(points.len() < 2000, "{}", points.len());
        for value in [1e-3, 1e3] {
            let y = axes.frame.value_to_y(value).unwrap();
            assert!(points.iter().flatten().any(|point| point.1 == y), "{value}");
        }
        let xs: Vec<f64> = points.iter().flatten().map(|point| point.0).collect();
        assert!(xs.windows(2).all(|pair| pair[0] <= pair[1]));
        for step in [0, 17, 10_000] {
            assert_eq!(axes.x_to_step(axes.step_to_x(step)), step);
        }
    }

    #[test]
    fn the_axis_of_values_in_a_range_has_all_of_it() {
        let data = Data { curves: vec![curve("x", vec![0.0, 0.2])], scale: Scale::Linear(-1.0, 1.0), steps: 5 };
        let axes = draw(surface(600, 300), &data).0.unwrap();
        let ValueScale::Linear(range) = axes.frame.scale else { panic!("it is linear") };
        assert!(range.ends().0 <= -1.0 && range.ends().1 >= 1.0);
    }

    #[test]
    fn anything_is_drawn_at_any_size() {
        let values = [&[][..], &[0.0], &[f64::NAN, f64::INFINITY, 0.3], &[-1.0, 2.0, 0.0], &[1e-300, 1e300]];
        for scale in [Scale::Log, Scale::Linear(0.0, 0.0)] {
            for (width, height) in [(0, 0), (1, 1), (150, 90), (400, 240), (3000, 80)] {
                let curves = values.iter().map(|values| curve("name of a curve that is far too long", values.to_vec()));
                draw(surface(width, height), &Data { curves: curves.collect(), scale, steps: 3 });
            }
        }
    }
}
