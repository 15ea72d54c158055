//! Curves over the time steps of a recurrent network: shares and fractions, on a linear axis from 0 to 1 or a logarithmic
//! one.

use super::chart_axes::ChartAxes;
use super::color::Rgb;
use super::frame::{Frame, Margins, StripKind, StripLabels};
use super::paint::{Marker, Painter, TextLook, rough_width};
use super::paper::Paper;
use super::scale::{LinearRange, LogRange, ValueScale, segments};
use super::surface::Surface;
use super::theme::Theme;
use super::ticks;
use plotters_backend::text_anchor::{HPos, VPos};

/// One quantity at every time step.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Its colour.
    pub color: Rgb,
    /// The shape of its marks.
    pub marker: Marker,
    /// Its values from the first time step to the last.
    pub values: Vec<f64>,
}

/// What the chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    /// The curves, the most important first.
    pub curves: Vec<Curve>,
    /// Whether the axis is logarithmic; else it goes from 0 to 1.
    pub is_log: bool,
    /// A time step to be pointed out, from 0.
    pub pointed: Option<usize>,
}

/// The words around the plot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// The title of the time axis.
    pub time_axis: String,
    /// The same for charts too narrow for it.
    pub time_axis_short: String,
    /// The title of the value axis.
    pub value_axis: String,
}

/// The chart's axes: how time steps and values stand on the surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    /// The plot and its value axis.
    pub frame: Frame,
    times: usize,
    range: LogRange,
}

/// The fewest decades of a logarithmic axis, so that level shares look level.
const FEWEST_DECADES: i32 = 3;

/// The most: shares under this part of the largest make no difference that anybody sees.
const MOST_DECADES: i32 = 24;

impl ChartAxes for Axes {
    type Data<'a> = Data;
    type Labels = Labels;

    fn fit(surface: Surface, theme: &Theme, data: &Data, previous: Option<&Self>) -> Option<Self> {
        let times = data.curves.iter().map(|curve| curve.values.len()).max().filter(|times| *times > 0)?;
        let values = || data.curves.iter().flat_map(|curve| curve.values.iter().copied());
        let most = values().filter(|value| value.is_finite()).fold(0.0, f64::max);
        let floor = most * 10f64.powi(-MOST_DECADES);
        let before = previous.filter(|previous| previous.times == times).map(|previous| previous.range);
        let range = LogRange::fit(values().filter(|value| *value >= floor), FEWEST_DECADES).settle(before);
        let scale = if data.is_log { ValueScale::Log(range) } else { ValueScale::Linear(LinearRange::UNIT) };
        let strips = StripKind::among(values(), &scale);
        let margins = Margins { top: 2.0, right: 1.2, bottom: 3.2 };
        let frame = Frame::new(surface, theme, margins, scale, &strips, data.curves.len())?;
        Some(Self { frame, times, range })
    }

    fn draw(&self, paper: &mut dyn Paper, theme: &Theme, labels: &Labels) {
        let mut painter = Painter::new(paper, theme);
        let (frame, em, plot) = (&self.frame, self.frame.em, self.frame.plot);
        frame.draw(&mut painter, theme, &labels.value_axis, &StripLabels::default());
        let numbers = TextLook::new(em, theme.muted, HPos::Center, VPos::Center);
        let y = frame.floor() + 0.95 * em;
        let most = plot.width() / (0.58 * em * self.times.to_string().len() as f64 + 1.6 * em);
        for number in ticks::layer_numbers(self.times, most as usize) {
            painter.text(&number.to_string(), (self.time_to_x(number - 1), y), numbers);
        }
        let has_room = rough_width(&labels.time_axis, em) <= f64::from(frame.surface.width);
        let title = if has_room { &labels.time_axis } else { &labels.time_axis_short };
        let middle = (plot.left + plot.right) / 2.0;
        let half = rough_width(title, em) / 2.0;
        // Under the middle of the plot, as long as it is not cut there.
        let middle = middle.min(f64::from(frame.surface.width) - half).max(half);
        let look = TextLook::new(em, theme.text, HPos::Center, VPos::Center);
        painter.text(title, (middle, frame.floor() + 2.3 * em), look);
    }

    fn draw_data(&self, paper: &mut dyn Paper, theme: &Theme, data: &Data) {
        let mut painter = Painter::new(paper, theme);
        let (em, plot) = (self.frame.em, self.frame.plot);
        if let Some(time) = data.pointed.filter(|time| *time < self.times) {
            let half = (self.spacing() / 2.0).max(0.15 * em);
            let x = self.time_to_x(time);
            painter.rect((x - half, plot.top), (x + half, plot.bottom), theme.muted, 0.22);
        }
        for (lane, curve) in data.curves.iter().enumerate().rev() {
            self.draw_curve(&mut painter, theme, curve, lane);
        }
    }
}

impl Axes {
    /// How many time steps there are.
    pub fn times(&self) -> usize {
        self.times
    }

    /// The place of a time step, counted from 0.
    pub fn time_to_x(&self, time: usize) -> f64 {
        self.frame.plot.left + self.spacing() * (time as f64 + 0.5)
    }

    /// The time step nearest to a place, counted from 0.
    pub fn x_to_time(&self, x: f64) -> usize {
        let time = (x - self.frame.plot.left) / self.spacing();
        (time.max(0.0) as usize).min(self.times - 1)
    }

    fn spacing(&self) -> f64 {
        self.frame.plot.width() / self.times as f64
    }

    fn draw_curve(&self, painter: &mut Painter<'_>, theme: &Theme, curve: &Curve, lane: usize) {
        let (em, plot) = (self.frame.em, self.frame.plot);
        let values = || curve.values.iter().take(self.times).enumerate();
        // What is below the axis is at its lower end, for the table has the number.
        let height = |value: f64| Some(self.frame.value_to_y(value)?.clamp(plot.top, plot.bottom));
        let points = values().map(|(time, value)| Some((self.time_to_x(time), height(*value)?)));
        for stretch in segments(points) {
            // Lines behind others are wider, so that of lines that coincide each is seen.
            painter.path(&stretch, ((0.17 + 0.06 * lane as f64) * em).max(1.0), curve.color);
        }
        let radius = (0.22 * self.spacing()).clamp(0.2 * em, 0.36 * em);
        let every = ((2.6 * radius / self.spacing()).ceil() as usize).max(1);
        for (time, value) in values() {
            let x = self.time_to_x(time);
            if let Some(y) = height(*value) {
                if time.is_multiple_of(every) || time + 1 == self.times {
                    painter.marker(curve.marker, (x, y), radius + 0.1 * em, theme.background);
                    painter.marker(curve.marker, (x, y), radius, curve.color);
                }
            } else if let Some(y) = self.frame.strip_y(*value, lane) {
                painter.marker(curve.marker, (x, y), radius.min(0.3 * em), curve.color);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{attributes, surface, svg, texts};
    use super::*;

    fn data(values: &[f64], is_log: bool) -> Data {
        let curve = Curve { color: Theme::light().grad_z, marker: Marker::Circle, values: values.to_vec() };
        Data { curves: vec![curve], is_log, pointed: None }
    }

    fn draw(at: Surface, data: &Data) -> (Option<Axes>, String) {
        let theme = Theme::light();
        let axes = Axes::fit(at, &theme, data, None);
        let labels =
            Labels { time_axis: "time step".into(), time_axis_short: "t".into(), value_axis: "openness".into() };
        let picture = svg(at, |paper| {
            if let Some(axes) = &axes {
                axes.draw(paper, &theme, &labels);
                axes.draw_data(paper, &theme, data);
            }
        });
        (axes, picture)
    }

    #[test]
    fn fractions_stand_between_the_ends_of_the_axis() {
        let (axes, picture) = draw(surface(400, 240), &data(&[0.0, 0.5, 1.0], false));
        let axes = axes.unwrap();
        let ys = attributes(&picture, "circle", "cy", &["fill=\"#0072B2\""]);
        let plot = axes.frame.plot;
        let want = [plot.bottom, (plot.bottom + plot.top) / 2.0, plot.top].map(|y| y.round().to_string());
        assert_eq!(ys, want);
        for time in 0..3 {
            assert_eq!(axes.x_to_time(axes.time_to_x(time)), time);
        }
        assert_eq!((axes.x_to_time(-1e9), axes.x_to_time(f64::NAN), axes.x_to_time(1e9)), (0, 0, 2));
        assert!(["1", "2", "3", "openness"].iter().all(|word| texts(&picture).iter().any(|text| text == word)));
    }

    #[test]
    fn equal_factors_are_equal_distances_and_zero_has_a_strip() {
        let (axes, _) = draw(surface(400, 240), &data(&[0.0, 1e-4, 1e-2, 1.0], true));
        let frame = axes.unwrap().frame;
        let y = |value| frame.value_to_y(value).unwrap();
        assert!(((y(1e-4) - y(1e-2)) - (y(1e-2) - y(1.0))).abs() < 1e-6);
        assert!(frame.strip_y(0.0, 0).is_some_and(|y| y > frame.plot.bottom));
    }

    #[test]
    fn shares_of_nearly_nothing_do_not_press_the_others_flat() {
        let (axes, _) = draw(surface(400, 240), &data(&[1e-300, 1e-30, 0.1, 1.0], true));
        let ValueScale::Log(range) = axes.unwrap().frame.scale else { panic!("the axis is logarithmic") };
        assert!(range.decades() <= MOST_DECADES, "{range:?}");
    }

    #[test]
    fn anything_is_drawn_at_any_size() {
        let long: Vec<f64> = (0..200).map(|time| 1.0 / f64::from(time + 1)).collect();
        for values in [&[][..], &[0.0], &[f64::NAN, f64::INFINITY, 0.3], &[-1.0, 2.0], &long] {
            for is_log in [false, true] {
                for (width, height) in [(0, 0), (1, 1), (150, 90), (400, 240), (3000, 80)] {
                    draw(surface(width, height), &Data { pointed: Some(1), ..data(values, is_log) });
                }
            }
        }
    }
}
