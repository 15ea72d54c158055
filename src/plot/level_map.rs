//! A map of a function of two parameters: lines of equal value, and the paths of optimizers over it.

use super::chart_axes::ChartAxes;
use super::clip::clip_line;
use super::color::Rgb;
use super::levels::{Ground, Level};
use super::number;
use super::paint::{Painter, TextLook, letters_em};
use super::paper::Paper;
use super::series::SeriesLook;
use super::surface::{Rect, Surface};
use super::theme::Theme;
use super::ticks::ticks_between;
use plotters_backend::text_anchor::{HPos, VPos};
use std::sync::Arc;

/// What the map shows.
pub struct Data<'a> {
    /// What makes the function another one: two with the same numbers are the same.
    pub key: [f64; 4],
    /// Its value at a point.
    pub value: &'a dyn Fn(f64, f64) -> f64,
    /// Its largest curvature at its stationary point.
    pub steepest: f64,
    /// From where to where the map is to reach at least, in x and in y.
    pub view: [(f64, f64); 2],
    /// The minimum, or the saddle.
    pub stationary: (f64, f64),
    /// Where the paths begin.
    pub start: (f64, f64),
    /// The paths, each with its name, from the start to where it has come.
    pub paths: Vec<Walk>,
}

/// The path of an optimizer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Walk {
    /// Its name.
    pub name: String,
    /// Its points.
    pub points: Vec<(f64, f64)>,
}

/// The words on the map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// The name of the stationary point.
    pub stationary: String,
}

/// The map's axes: how points stand on the surface. A unit is as long in both directions.
#[derive(Clone, Debug)]
pub struct Axes {
    surface: Surface,
    em: f64,
    /// The map.
    pub plot: Rect,
    view: [(f64, f64); 2],
    key: [f64; 4],
    stationary: (f64, f64),
    ground: Arc<Levels>,
}

#[derive(Debug)]
struct Levels {
    levels: Vec<Level>,
    /// Stretches of rows with as many levels below them: their places, and how many levels.
    bands: Vec<(Rect, usize)>,
}

impl PartialEq for Axes {
    fn eq(&self, other: &Self) -> bool {
        // The levels follow from these.
        let of = |axes: &Self| (axes.surface, axes.em, axes.plot, axes.view, axes.key, axes.stationary);
        of(self) == of(other)
    }
}

impl ChartAxes for Axes {
    type Data<'a> = Data<'a>;
    type Labels = Labels;

    fn fit(surface: Surface, theme: &Theme, data: &Data<'_>, previous: Option<&Self>) -> Option<Self> {
        let em = theme.font_px * surface.scale;
        if !(em.is_finite() && em >= 1.0) {
            return None;
        }
        let plot = Rect {
            left: (2.2 * em).round(),
            top: (0.4 * em).round(),
            right: (f64::from(surface.width) - 0.4 * em).round(),
            bottom: (f64::from(surface.height) - 1.7 * em).round(),
        };
        if plot.width() < 4.0 * em || plot.height() < 4.0 * em {
            return None;
        }
        let view = widened(data.view, plot.width() / plot.height());
        let is_same = |axes: &&Self| (axes.surface, axes.em, axes.view, axes.key) == (surface, em, view, data.key);
        if let Some(same) = previous.filter(is_same) {
            return Some(same.clone());
        }
        let ground =
            Arc::new(Levels::of(&Ground { value: data.value, view, steepest: data.steepest }, plot, surface.scale));
        Some(Self { surface, em, plot, view, key: data.key, stationary: data.stationary, ground })
    }

    fn draw(&self, paper: &mut dyn Paper, theme: &Theme, labels: &Labels) {
        let mut painter = Painter::new(paper, theme);
        let (em, plot, scale) = (self.em, self.plot, self.surface.scale);
        painter.rect((0.0, 0.0), (self.surface.width.into(), self.surface.height.into()), theme.background, 1.0);
        let count = self.ground.levels.len().max(1);
        for (rect, above) in &self.ground.bands {
            let color = theme.background.mix(theme.axis, 0.42 * *above as f64 / count as f64);
            painter.rect((rect.left, rect.top), (rect.right, rect.bottom), color, 1.0);
        }
        for level in &self.ground.levels {
            let color = theme.background.mix(theme.axis, if level.is_whole { 0.85 } else { 0.55 });
            for line in &level.lines {
                painter.path(line, if level.is_whole { 1.4 * scale } else { scale }, color);
            }
        }
        self.draw_values(&mut painter, theme);
        let numbers = TextLook::new(0.92 * em, theme.muted, HPos::Center, VPos::Center);
        let below = 0.95 * em;
        for (value, label) in ticks_between(self.view[0], (plot.width() / (4.0 * em)) as usize) {
            let x = self.to_place((value, 0.0)).0;
            // The letter of the axis stands at its end.
            if x + label.width_em() * em / 2.0 < plot.right - 1.2 * em {
                painter.tick_below((x, plot.bottom), scale, &label.text(), below, numbers);
            }
        }
        let letter = TextLook { color: theme.text, size: em, ..numbers };
        painter.text("x", (plot.right - 0.4 * em, plot.bottom + below), letter);
        for (value, label) in ticks_between(self.view[1], (plot.height() / (3.0 * em)) as usize) {
            let y = self.to_place((0.0, value)).1;
            if y > plot.top + 1.4 * em {
                painter.level_line(plot.left - 0.3 * em, plot.left, y, scale, theme.axis);
                let at = (plot.left - 0.45 * em, y);
                painter.text(&label.text(), at, TextLook { horizontal: HPos::Right, ..numbers });
            }
        }
        painter.text("y", (plot.left - 0.8 * em, plot.top + 0.5 * em), letter);
        let at = self.to_place(self.stationary);
        if self.is_inside(at) {
            self.draw_cross(&mut painter, at, 0.62 * em, 0.42 * em, theme.background);
            self.draw_cross(&mut painter, at, 0.5 * em, 0.18 * em, theme.text);
            let place = Spot::about(at, &labels.stationary, em).find(|spot| self.holds(spot));
            if let Some(spot) = place {
                spot.write(&mut painter, &labels.stationary, em, theme.text, theme.background);
            }
        }
    }

    fn draw_data(&self, paper: &mut dyn Paper, theme: &Theme, data: &Data<'_>) {
        let mut painter = Painter::new(paper, theme);
        let em = self.em;
        let looks = |number| SeriesLook::of(theme, number);
        let pieces = data.paths.iter().map(|path| self.pieces(&path.points)).collect::<Vec<_>>();
        for piece in pieces.iter().flatten() {
            painter.faint_path(piece, 0.42 * em, theme.background, 0.75);
        }
        for (number, pieces) in pieces.iter().enumerate() {
            for piece in pieces {
                looks(number).line(&mut painter, piece, 0.17 * em, em);
            }
        }
        for (number, path) in data.paths.iter().enumerate() {
            let mut last = self.to_place(data.start);
            for point in path.points.iter().skip(1) {
                let place = self.to_place(*point);
                if (place.0 - last.0).hypot(place.1 - last.1) >= 0.95 * em && self.is_inside(place) {
                    looks(number).mark(&mut painter, place, 0.2 * em, theme.background);
                    last = place;
                }
            }
        }
        let start = self.to_place(data.start);
        painter.ring(start, 0.5 * em, 0.36 * em, theme.background);
        painter.ring(start, 0.5 * em, 0.16 * em, theme.text);
        let mut taken = vec![Spot {
            left: start.0 - 0.6 * em,
            top: start.1 - 0.6 * em,
            right: start.0 + 0.6 * em,
            bottom: start.1 + 0.6 * em,
        }];
        for (number, path) in data.paths.iter().enumerate().filter(|(_, path)| path.points.len() > 1) {
            let Some(end) = path.points.last().map(|point| self.to_place(*point)) else { continue };
            // Where it has left the map, its name stands at the edge.
            let end = self.nearest_inside(end);
            looks(number).mark(&mut painter, end, 0.36 * em, theme.background);
            let place = Spot::about(end, &path.name, em)
                .find(|spot| self.holds(spot) && !taken.iter().any(|other| other.meets(spot)));
            if let Some(spot) = place {
                spot.write(&mut painter, &path.name, em, looks(number).color.mix(theme.text, 0.25), theme.background);
                taken.push(spot);
            }
        }
    }
}

impl Axes {
    /// The place of a point.
    pub fn to_place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let part = |value: f64, (low, high): (f64, f64)| (value - low) / (high - low);
        let [across, up] = self.view;
        (self.plot.left + part(x, across) * self.plot.width(), self.plot.bottom - part(y, up) * self.plot.height())
    }

    /// The point at a place; of a place outside of the map the nearest in it.
    pub fn to_point(&self, (px, py): (f64, f64)) -> (f64, f64) {
        let value = |part: f64, (low, high): (f64, f64)| low + part.clamp(0.0, 1.0) * (high - low);
        let [across, up] = self.view;
        let x = value((px - self.plot.left) / self.plot.width(), across);
        (x, value((self.plot.bottom - py) / self.plot.height(), up))
    }

    /// A point moved by so many fortieths of the map's width.
    pub fn moved(&self, (x, y): (f64, f64), right: f64, up: f64) -> (f64, f64) {
        let [(left, end), (low, high)] = self.view;
        let step = (end - left) / 40.0;
        ((x + right * step).clamp(left, end), (y + up * step).clamp(low, high))
    }

    /// The length on the function's plane of a pixel.
    pub fn pixel(&self) -> f64 {
        (self.view[0].1 - self.view[0].0) / self.plot.width()
    }

    /// The path and its step that come nearest to a place, within an em; of those at the same place the latest step.
    pub fn step_near(&self, data: &Data<'_>, place: (f64, f64)) -> Option<(usize, usize)> {
        let mut nearest = (1.0 * self.em, None);
        for (number, path) in data.paths.iter().enumerate() {
            for (step, point) in path.points.iter().enumerate() {
                let (x, y) = self.to_place(*point);
                let distance = (x - place.0).hypot(y - place.1);
                if distance <= nearest.0 {
                    nearest = (distance, Some((number, step)));
                }
            }
        }
        nearest.1
    }

    fn is_inside(&self, (x, y): (f64, f64)) -> bool {
        (self.plot.left..=self.plot.right).contains(&x) && (self.plot.top..=self.plot.bottom).contains(&y)
    }

    fn nearest_inside(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (x.clamp(self.plot.left, self.plot.right), y.clamp(self.plot.top, self.plot.bottom))
    }

    fn holds(&self, spot: &Spot) -> bool {
        spot.left >= self.plot.left
            && spot.right <= self.plot.right
            && spot.top >= self.plot.top
            && spot.bottom <= self.plot.bottom
    }

    /// The pieces of a path that are on the map, in pixels, without points that nobody could tell apart.
    fn pieces(&self, points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
        let mut places: Vec<(f64, f64)> = Vec::with_capacity(points.len());
        let last = points.len().saturating_sub(1);
        for (index, point) in points.iter().enumerate() {
            let place = self.to_place(*point);
            let is_apart = places.last().is_none_or(|before| (before.0 - place.0).hypot(before.1 - place.1) >= 0.7);
            if is_apart || index == last {
                places.push(place);
            }
        }
        let turned = |piece: Vec<(f64, f64)>| piece.into_iter().map(|(x, y)| (y, x)).collect::<Vec<_>>();
        let between = clip_line(&places, (self.plot.top, self.plot.bottom)).into_iter().map(turned);
        between.flat_map(|piece| clip_line(&piece, (self.plot.left, self.plot.right))).map(turned).collect()
    }

    /// Writes the values of whole levels on their lines, where they do not touch.
    fn draw_values(&self, painter: &mut Painter<'_>, theme: &Theme) {
        let em = 0.86 * self.em;
        let mut taken: Vec<Spot> = Vec::new();
        let room = Rect {
            left: self.plot.left + em,
            top: self.plot.top + em,
            right: self.plot.right - em,
            bottom: self.plot.bottom - em,
        };
        for level in self.ground.levels.iter().rev().filter(|level| level.is_whole) {
            let text = number::short(level.value).replace('-', "−");
            let half = (letters_em(&text) * em / 2.0 + 0.25 * em, 0.55 * em);
            // The lowest place on its right, so that they stand in a row.
            let places = level.lines.iter().filter(|line| line.len() > 12).flatten();
            let spots = places.map(|(x, y)| {
                (x + y, Spot { left: x - half.0, top: y - half.1, right: x + half.0, bottom: y + half.1 })
            });
            let fits = |spot: &Spot| {
                let is_in = spot.left >= room.left
                    && spot.right <= room.right
                    && spot.top >= room.top
                    && spot.bottom <= room.bottom;
                is_in && !taken.iter().any(|other| other.meets(spot))
            };
            let best = spots.filter(|(_, spot)| fits(spot)).max_by(|one, other| one.0.total_cmp(&other.0));
            if let Some((_, spot)) = best {
                painter.rect((spot.left, spot.top), (spot.right, spot.bottom), theme.background, 0.72);
                let at = ((spot.left + spot.right) / 2.0, (spot.top + spot.bottom) / 2.0);
                painter.text(&text, at, TextLook::new(em, theme.muted, HPos::Center, VPos::Center));
                taken.push(spot);
            }
        }
    }

    fn draw_cross(&self, painter: &mut Painter<'_>, (x, y): (f64, f64), half: f64, width: f64, color: Rgb) {
        painter.path(&[(x - half, y - half), (x + half, y + half)], width, color);
        painter.path(&[(x - half, y + half), (x + half, y - half)], width, color);
    }
}

impl Levels {
    fn of(ground: &Ground<'_>, plot: Rect, scale: f64) -> Self {
        let levels = ground.levels(plot);
        let values = levels.iter().map(|level| level.value).collect::<Vec<_>>();
        let [(left, right), (low, high)] = ground.view;
        // Pale and behind lines, bands need not be exact to the pixel.
        let (height, width) = (3.0 * scale, 2.0 * scale);
        let mut bands: Vec<(Rect, usize)> = Vec::new();
        for row in 0..(plot.height() / height).ceil() as usize {
            let top = plot.top + row as f64 * height;
            let bottom = (top + height).min(plot.bottom);
            let y = high - (high - low) * ((top + bottom) / 2.0 - plot.top) / plot.height();
            let mut stretch: Option<(f64, usize)> = None;
            let mut end = |stretch: Option<(f64, usize)>, right: f64| {
                // The lowest band is the ground itself.
                if let Some((left, above)) = stretch.filter(|(_, above)| *above > 0) {
                    bands.push((Rect { left, top, right, bottom }, above));
                }
            };
            for column in 0..(plot.width() / width).ceil() as usize {
                let from = plot.left + column as f64 * width;
                let x = left + (right - left) * (from + width / 2.0 - plot.left) / plot.width();
                let value = (ground.value)(x, y);
                let above = values.partition_point(|level| *level <= value);
                if stretch.is_none_or(|(_, before)| before != above) {
                    end(stretch, from);
                    stretch = Some((from, above));
                }
            }
            end(stretch, plot.right);
        }
        Self { levels, bands }
    }
}

/// A rectangle for a text.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spot {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Spot {
    /// Places for a text about a point, the best first.
    fn about((x, y): (f64, f64), text: &str, em: f64) -> impl Iterator<Item = Self> {
        let (width, half, gap) = (letters_em(text) * em, 0.62 * em, 0.75 * em);
        let lines = [0.0, -1.25, 1.25, -2.5, 2.5, -3.75, 3.75, -5.0, 5.0];
        let beside = lines.into_iter().flat_map(move |line| {
            let shift = if line == 0.0 { gap } else { 0.4 * gap };
            [(x + shift, line), (x - shift - width, line)]
        });
        beside.map(move |(left, line)| {
            let middle = y + line * em;
            Self { left, top: middle - half, right: left + width, bottom: middle + half }
        })
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn write(&self, painter: &mut Painter<'_>, text: &str, em: f64, color: Rgb, ground: Rgb) {
        painter.rect((self.left - 0.15 * em, self.top), (self.right + 0.15 * em, self.bottom), ground, 0.7);
        let look = TextLook::new(em, color, HPos::Left, VPos::Center).bold();
        painter.text(text, (self.left, (self.top + self.bottom) / 2.0), look);
    }
}

/// A rectangle of the plane of the given ratio of width to height, about another one and no larger than it must be.
fn widened([(left, right), (low, high)]: [(f64, f64); 2], ratio: f64) -> [(f64, f64); 2] {
    let (width, height) = (right - left, high - low);
    let about = |low: f64, high: f64, size: f64| {
        let (middle, half) = ((low + high) / 2.0, size / 2.0);
        (middle - half, middle + half)
    };
    if width / height < ratio {
        [about(left, right, height * ratio), (low, high)]
    } else {
        [(left, right), about(low, high, width / ratio)]
    }
}

#[cfg(test)]
#[path = "level_map_tests.rs"]
mod tests;
