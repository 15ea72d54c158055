//! The chart of the gradient of several runs by place: one line a run, on a logarithmic axis.

use super::chart_axes::ChartAxes;
use super::frame::{Frame, Margins, StripKind, StripLabels};
use super::paint::{Painter, rough_width};
use super::paper::Paper;
use super::place_axis::{PlaceAxis, PlaceNames};
use super::runs::{LETTERS_EM, draw_letters, line_width};
use super::scale::{LogRange, ValueScale, segments};
use super::series::SeriesLook;
use super::surface::Surface;
use super::theme::Theme;

/// The leading quantity of one run in every place.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Which run, from 0.
    pub run: usize,
    /// Its values from the first place to the last; runs may have different numbers of them.
    pub values: Vec<f64>,
}

/// What the chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    /// The runs that share this axis.
    pub curves: Vec<Curve>,
    /// The run that is pointed out, and drawn over the others.
    pub chosen: Option<usize>,
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
}

/// The chart's axes: how places and values stand on the surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    /// The plot and its value axis.
    pub frame: Frame,
    places: usize,
    range: LogRange,
}

/// The fewest decades that the axis spans, so that a healthy gradient looks as level as it is.
const FEWEST_DECADES: i32 = 3;

/// Marks of a line at the most, or a few more.
const MOST_MARKS: usize = 16;

impl ChartAxes for Axes {
    type Data<'a> = Data;
    type Labels = Labels;

    fn fit(surface: Surface, theme: &Theme, data: &Data, previous: Option<&Self>) -> Option<Self> {
        let places = data.curves.iter().map(|curve| curve.values.len()).max().filter(|places| *places > 0)?;
        let values = || data.curves.iter().flat_map(|curve| curve.values.iter().copied());
        let before = previous.filter(|previous| previous.places == places).map(|previous| previous.range);
        let range = LogRange::fit(values(), FEWEST_DECADES).settle(before);
        let scale = ValueScale::Log(range);
        let strips = StripKind::among(values(), &scale);
        let margins = Margins { top: 2.2, right: LETTERS_EM + 0.6, bottom: 3.4 };
        let lanes = data.curves.iter().map(|curve| curve.run + 1).max().unwrap_or(1);
        let frame = Frame::new(surface, theme, margins, scale, &strips, lanes)?;
        Some(Self { frame, places, range })
    }

    fn draw(&self, paper: &mut dyn Paper, theme: &Theme, labels: &Labels) {
        let mut painter = Painter::new(paper, theme);
        let frame = &self.frame;
        let has_room = rough_width(&labels.value_axis, frame.em) <= f64::from(frame.surface.width);
        let title = if has_room { &labels.value_axis } else { &labels.value_axis_short };
        frame.draw(&mut painter, theme, title, &StripLabels::default());
        let titles = [labels.place_axis.as_str(), &labels.place_axis_short];
        PlaceAxis { frame, places: self.places, names: &labels.places, titles }.draw(&mut painter, theme);
    }

    fn draw_data(&self, paper: &mut dyn Paper, theme: &Theme, data: &Data) {
        let mut painter = Painter::new(paper, theme);
        let is_chosen = |curve: &&Curve| data.chosen == Some(curve.run);
        for (behind, curve) in data.curves.iter().enumerate().rev().filter(|(_, curve)| !is_chosen(curve)) {
            self.draw_curve(&mut painter, theme, curve, behind);
        }
        if let Some(curve) = data.curves.iter().find(is_chosen) {
            self.draw_curve(&mut painter, theme, curve, 0);
        }
        let frame = &self.frame;
        // The letter is where its line begins, at the loss.
        let end = |curve: &Curve| {
            let last = *curve.values.last()?;
            let y = frame.value_to_y(last).or_else(|| frame.strip_y(last, curve.run))?;
            Some((curve.run, y))
        };
        let ends = data.curves.iter().filter_map(end).collect();
        draw_letters(&mut painter, theme, (frame.plot.right, frame.em), (frame.plot.top, frame.floor()), ends);
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

    fn draw_curve(&self, painter: &mut Painter<'_>, theme: &Theme, curve: &Curve, behind: usize) {
        let (frame, em) = (&self.frame, self.frame.em);
        let look = SeriesLook::of(theme, curve.run);
        let values = || curve.values.iter().take(self.places).enumerate();
        let points = values().map(|(place, value)| Some((self.place_to_x(place), frame.value_to_y(*value)?)));
        for stretch in segments(points) {
            look.line(painter, &stretch, line_width(behind, em), em);
        }
        let radius = (0.2 * self.spacing()).clamp(0.24 * em, 0.42 * em);
        // So far apart that marks do not touch, and that of a dashed line the dashes are seen.
        let every = ((3.2 * radius / self.spacing()).ceil() as usize).max(self.places / MOST_MARKS).max(1);
        for (place, value) in values() {
            let x = self.place_to_x(place);
            if let Some(y) = frame.value_to_y(*value) {
                // Those of the runs stand at places of their own where not every place has one.
                let is_marked = (place + curve.run * every / 4).is_multiple_of(every);
                if is_marked || place + 1 == curve.values.len() || place == 0 {
                    look.mark(painter, (x, y), radius, theme.background);
                }
            } else if let Some(y) = frame.strip_y(*value, curve.run) {
                painter.marker(look.marker, (x, y), radius.min(0.3 * em), look.color);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{attributes, surface, svg, texts};
    use super::*;

    fn data(runs: &[&[f64]]) -> Data {
        let curves = runs.iter().enumerate().map(|(run, values)| Curve { run, values: values.to_vec() });
        Data { curves: curves.collect(), chosen: None }
    }

    fn draw(at: Surface, data: &Data) -> (Option<Axes>, String) {
        let theme = Theme::light();
        let axes = Axes::fit(at, &theme, data, None);
        let labels = Labels {
            place_axis: "layer".into(),
            value_axis: "‖∂L/∂z‖".into(),
            places: PlaceNames::Layers { first: 1, output: "out".into() },
            ..Labels::default()
        };
        let picture = svg(at, |paper| {
            if let Some(axes) = &axes {
                axes.draw(paper, &theme, &labels);
                axes.draw_data(paper, &theme, data);
            }
        });
        (axes, picture)
    }

    #[test]
    fn every_run_has_its_values_its_look_and_its_letter_at_the_end() {
        let (axes, picture) =
            draw(surface(700, 400), &data(&[&[1e-6, 1e-3, 1.0], &[0.5, 0.5, 0.5], &[1e-2, 1e-1, 1.0]]));
        let axes = axes.unwrap();
        let theme = Theme::light();
        let y = |value: f64| axes.frame.value_to_y(value).unwrap().round().to_string();
        let circles = attributes(&picture, "circle", "cy", &["fill=\"#0072B2\""]);
        assert_eq!(circles[..3], [y(1e-6), y(1e-3), y(1.0)]);
        let written = texts(&picture);
        for letter in ["A", "B", "C"] {
            assert!(written.iter().any(|text| text == letter), "{letter} in {written:?}");
        }
        // Letters of lines that end at one value are not over each other.
        let at = |letter: &str| -> f64 {
            let place = written.iter().position(|text| text == letter).unwrap();
            attributes(&picture, "text", "y", &[])[place].parse().unwrap()
        };
        assert!((at("A") - at("C")).abs() > theme.font_px, "{} and {}", at("A"), at("C"));
        // The whole line is one path, the dashed ones are many.
        let paths = |color: &str| attributes(&picture, "polyline", "points", &[&format!("stroke=\"{color}\"")]).len();
        assert_eq!(paths("#0072B2"), 1);
        assert!(paths("#D55E00") > 5 && paths("#009E73") > paths("#D55E00"), "{picture}");
    }

    #[test]
    fn runs_of_different_depth_share_the_axis_and_end_where_they_end() {
        let (axes, picture) = draw(surface(700, 400), &data(&[&[0.1; 13], &[0.2; 4]]));
        let axes = axes.unwrap();
        assert_eq!(axes.places(), 13);
        for place in 0..13 {
            assert_eq!(axes.x_to_place(axes.place_to_x(place)), place);
        }
        let points = attributes(&picture, "polyline", "points", &["stroke=\"#D55E00\""]).join(" ");
        let xs = points.split_whitespace().filter_map(|point| point.split(',').next()?.parse::<f64>().ok());
        let right = xs.fold(0.0, f64::max);
        assert!(right > axes.place_to_x(2));
        assert!(right <= axes.place_to_x(3) + 1.0, "{right}");
    }

    #[test]
    fn a_zero_has_a_lane_of_its_run() {
        let (axes, _) = draw(surface(700, 400), &data(&[&[0.0, 1.0], &[0.0, 1.0]]));
        let frame = axes.unwrap().frame;
        assert!(frame.strip_y(0.0, 1).unwrap() > frame.strip_y(0.0, 0).unwrap());
    }

    #[test]
    fn anything_is_drawn_at_any_size() {
        let long: Vec<f64> = (0..200).map(|place| 1.0 / f64::from(place + 1)).collect();
        for values in [&[][..], &[0.0], &[f64::NAN, f64::INFINITY, 0.3], &[-1.0, 2.0], &long] {
            for (width, height) in [(0, 0), (1, 1), (150, 90), (400, 240), (3000, 80)] {
                draw(surface(width, height), &Data { chosen: Some(1), ..data(&[values, &[1.0], values, &[]]) });
            }
        }
    }
}
