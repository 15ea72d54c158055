//! Runs over one parameter: every seed, their median, and the half of them around it.

use super::chart_axes::ChartAxes;
use super::frame::{Frame, Margins, StripKind, StripLabels};
use super::paint::{Marker, Painter, TextLook, letters_em};
use super::paper::Paper;
use super::scale::{LinearRange, LogRange, ValueScale, segments};
use super::surface::Surface;
use super::sweep_axis::Along;
use super::sweep_map::{Curve, Shading};
use super::theme::Theme;
use plotters_backend::text_anchor::{HPos, VPos};

/// What the runs of one value came to. What has no number is infinite.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// Each run that is known.
    pub runs: Vec<f64>,
    /// The median, and the quartiles; `None` where nothing is known, or a single number stands for all.
    pub middle: Option<f64>,
    /// The lower and the upper quartile.
    pub quartiles: Option<(f64, f64)>,
}

/// What the chart shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// The values across.
    pub across: Along,
    /// What came of each of them.
    pub places: Vec<Place>,
    /// How numbers are shown.
    pub shading: Shading,
    /// Lines across all of it at a place, as pieces of a map's.
    pub curves: Vec<Curve>,
}

/// The words around the plot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// The title of the value axis.
    pub value_axis: String,
    /// At the marks of what has no place on it.
    pub specials: StripLabels,
}

/// The chart's axes: how values and numbers stand on the surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    /// The plot and its value axis.
    pub frame: Frame,
    across: Along,
    shading: Shading,
}

/// The fewest decades of a logarithmic axis, so that level runs look level.
const FEWEST_DECADES: i32 = 2;

/// What is farther than this below the largest is at the lower end, for the table has the number.
const MOST_DECADES: i32 = 40;

impl ChartAxes for Axes {
    type Data<'a> = Data;
    type Labels = Labels;

    fn fit(surface: Surface, theme: &Theme, data: &Data, previous: Option<&Self>) -> Option<Self> {
        let count = data.across.labels.len();
        if count == 0 || data.places.len() != count {
            return None;
        }
        let numbers = || data.places.iter().flat_map(|place| place.runs.iter().copied().chain(place.middle));
        let most = numbers().filter(|number| number.is_finite()).fold(0.0, f64::max);
        let floor = most * 10f64.powi(-MOST_DECADES);
        let previous = previous.filter(|axes| axes.shading == data.shading && axes.across == data.across);
        let before =
            previous.and_then(|axes| if let ValueScale::Log(range) = axes.frame.scale { Some(range) } else { None });
        let scale = match data.shading {
            Shading::Share => ValueScale::Linear(LinearRange::UNIT),
            Shading::Factor => {
                let range = LogRange::fit(numbers().filter(|number| *number >= floor).chain([1.0]), FEWEST_DECADES);
                ValueScale::Log(range.settle(before))
            }
            Shading::Size => ValueScale::Log(
                LogRange::fit(numbers().filter(|number| *number >= floor), FEWEST_DECADES).settle(before),
            ),
        };
        let strips = StripKind::among(numbers(), &scale);
        let em = theme.font_px * surface.scale;
        let width = f64::from(surface.width) - 4.5 * em;
        let margins = Margins { top: 2.0, right: 1.2, bottom: data.across.height_below(width, em) / em };
        let frame = Frame::new(surface, theme, margins, scale, &strips, 1)?;
        Some(Self { frame, across: data.across.clone(), shading: data.shading })
    }

    fn draw(&self, paper: &mut dyn Paper, theme: &Theme, labels: &Labels) {
        let mut painter = Painter::new(paper, theme);
        let (frame, em, plot) = (&self.frame, self.frame.em, self.frame.plot);
        frame.draw(&mut painter, theme, &labels.value_axis, &labels.specials);
        if self.shading == Shading::Factor
            && let Some(y) = frame.value_to_y(1.0).filter(|y| (plot.top..=plot.bottom).contains(y))
        {
            painter.level_line(plot.left, plot.right, y, frame.hairline(), theme.axis);
        }
        self.across.draw_below(&mut painter, theme, em, plot, frame.floor());
    }

    fn draw_data(&self, paper: &mut dyn Paper, theme: &Theme, data: &Data) {
        let mut painter = Painter::new(paper, theme);
        let em = self.frame.em;
        for curve in &data.curves {
            self.draw_border(&mut painter, theme, curve);
        }
        let height = |number: f64| self.height(number);
        if self.across.is_of_numbers {
            self.draw_band(&mut painter, theme, data);
        }
        let radius = (0.18 * self.spacing()).clamp(0.14 * em, 0.24 * em);
        for (index, place) in data.places.iter().enumerate() {
            let x = self.x(index);
            if let Some((low, high)) = place.quartiles.filter(|_| !self.across.is_of_numbers)
                && let (Some(low), Some(high)) = (height(low), height(high))
            {
                painter.upright_line(x, high, low, 0.9 * em, theme.grad_z.mix(theme.background, 0.75));
            }
            for run in &place.runs {
                if let Some(y) = height(*run) {
                    painter.ring((x, y), radius, (0.08 * em).max(1.0), theme.muted);
                }
            }
        }
        let medians =
            data.places.iter().enumerate().map(|(index, place)| Some((self.x(index), height(place.middle?)?)));
        if self.across.is_of_numbers {
            for stretch in segments(medians.clone()) {
                painter.path(&stretch, (0.2 * em).max(1.0), theme.grad_z);
            }
        }
        let radius = (0.22 * self.spacing()).clamp(0.2 * em, 0.36 * em);
        for (x, y) in medians.flatten() {
            painter.marker(Marker::Diamond, (x, y), radius + 0.1 * em, theme.background);
            painter.marker(Marker::Diamond, (x, y), radius, theme.grad_z);
        }
    }
}

impl Axes {
    /// How many values there are.
    pub fn count(&self) -> usize {
        self.across.labels.len()
    }

    /// The middle of a value's place.
    pub fn x(&self, index: usize) -> f64 {
        Along::x(self.frame.plot, self.count(), index as f64)
    }

    /// The value at a point.
    pub fn index_at(&self, x: f64) -> usize {
        Along::at(x - self.frame.plot.left, self.frame.plot.width(), self.count())
    }

    /// Where a number stands, on the axis or in its strip. What is below the axis is at its lower end.
    pub fn height(&self, number: f64) -> Option<f64> {
        let plot = self.frame.plot;
        let on_axis = self.frame.value_to_y(number).map(|y| y.clamp(plot.top, plot.bottom));
        on_axis.or_else(|| self.frame.strip_y(number, 0))
    }

    fn spacing(&self) -> f64 {
        self.frame.plot.width() / self.count() as f64
    }

    fn draw_band(&self, painter: &mut Painter<'_>, theme: &Theme, data: &Data) {
        let ends = data.places.iter().enumerate().map(|(index, place)| {
            let (low, high) = place.quartiles?;
            Some((self.x(index), self.height(low)?, self.height(high)?))
        });
        for stretch in segments(ends) {
            let upper = stretch.iter().map(|(x, _, high)| (*x, *high));
            let lower = stretch.iter().rev().map(|(x, low, _)| (*x, *low));
            let corners: Vec<_> = upper.chain(lower).collect();
            painter.polygon(&corners, theme.grad_z, theme.band_opacity);
        }
    }

    /// Upright lines at the places where a line of theory has its pieces.
    fn draw_border(&self, painter: &mut Painter<'_>, theme: &Theme, curve: &Curve) {
        let (em, plot) = (self.frame.em, self.frame.plot);
        for line in &curve.lines {
            let Some(&(place, _)) = line.first() else { continue };
            let x = Along::x(plot, self.count(), place);
            let ends = [(x, plot.bottom), (x, plot.top)];
            if curve.is_dashed {
                painter.dashed_path(&ends, (0.15 * em).max(1.0), 0.55 * em, theme.text);
            } else {
                painter.path(&ends, (0.15 * em).max(1.0), theme.text);
            }
            let half = 0.5 * letters_em(&curve.label) * em + 0.2 * em;
            let x = x.clamp(plot.left + half, (plot.right - half).max(plot.left + half));
            let look = TextLook::new(em, theme.text, HPos::Center, VPos::Center);
            painter.rect((x - half, plot.top), (x + half, plot.top + 1.3 * em), theme.background, 0.88);
            painter.text(&curve.label, (x, plot.top + 0.65 * em), look);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{attributes, surface, svg, texts};
    use super::*;

    fn data(places: Vec<Place>, shading: Shading, is_of_numbers: bool) -> Data {
        let labels = (0..places.len()).map(|index| format!("{index}")).collect();
        Data { across: Along { title: "depth".into(), labels, is_of_numbers }, places, shading, curves: Vec::new() }
    }

    fn place(runs: &[f64], middle: f64, quartiles: (f64, f64)) -> Place {
        Place { runs: runs.to_vec(), middle: Some(middle), quartiles: Some(quartiles) }
    }

    fn draw(at: Surface, data: &Data) -> (Option<Axes>, String) {
        let theme = Theme::light();
        let axes = Axes::fit(at, &theme, data, None);
        let labels = Labels { value_axis: "factor".into(), ..Labels::default() };
        let picture = svg(at, |paper| {
            if let Some(axes) = &axes {
                axes.draw(paper, &theme, &labels);
                axes.draw_data(paper, &theme, data);
            }
        });
        (axes, picture)
    }

    #[test]
    fn every_run_is_seen_and_what_has_no_number_in_its_strip() {
        let places =
            vec![place(&[1e-4, 1e-2, 1.0], 1e-2, (1e-4, 1.0)), place(&[0.0, 0.5, f64::INFINITY], 0.5, (0.0, 0.5))];
        let (axes, picture) = draw(surface(500, 300), &data(places, Shading::Factor, true));
        let axes = axes.unwrap();
        let rings = attributes(&picture, "circle", "cy", &["fill=\"none\""]);
        assert_eq!(rings.len(), 6);
        let y = |number: f64| axes.height(number).unwrap();
        assert!(y(0.0) > axes.frame.plot.bottom && y(f64::INFINITY) < axes.frame.plot.top);
        assert!((y(1e-4) - y(1e-2) - (y(1e-2) - y(1.0))).abs() < 1e-6);
        assert_eq!((axes.index_at(axes.x(0)), axes.index_at(axes.x(1))), (0, 1));
        assert!(["0", "1", "depth", "factor", "∞"].iter().all(|word| texts(&picture).iter().any(|text| text == word)));
    }

    #[test]
    fn a_share_needs_no_spread_and_names_no_line() {
        let share = |share: f64| Place { runs: vec![], middle: Some(share), quartiles: None };
        let (axes, picture) = draw(surface(500, 300), &data(vec![share(0.0), share(1.0)], Shading::Share, false));
        let plot = axes.unwrap().frame.plot;
        assert!(attributes(&picture, "polyline", "points", &[]).is_empty());
        assert!(attributes(&picture, "circle", "cy", &[]).is_empty());
        assert!(plot.height() > 100.0);
        let (_, picture) = draw(surface(500, 300), &data(vec![share(0.0), share(1.0)], Shading::Share, true));
        assert_eq!(attributes(&picture, "polyline", "points", &[]).len(), 1);
    }

    #[test]
    fn anything_is_drawn_at_any_size() {
        let curve = Curve { lines: vec![vec![], vec![(0.5, 0.0)]], label: "χ = 1".into(), is_dashed: true };
        for runs in [&[][..], &[0.0], &[f64::INFINITY, 1e-300], &[f64::NAN, -1.0, 7.0]] {
            for count in [0, 1, 3, 200] {
                let places = vec![place(runs, 0.3, (f64::INFINITY, 0.0)); count];
                for (width, height) in [(0, 0), (1, 1), (150, 90), (390, 240), (3000, 80)] {
                    for shading in [Shading::Factor, Shading::Size, Shading::Share] {
                        let data = data(places.clone(), shading, count == 3);
                        draw(surface(width, height), &Data { curves: vec![curve.clone()], ..data });
                    }
                }
            }
        }
    }
}
