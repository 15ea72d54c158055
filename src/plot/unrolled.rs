//! A picture of a recurrent network unrolled: time steps from left to right, its levels from the lowest up, what is read below
//! them and the readout above, all in the colours of the gradient that comes back to them.
//!
//! Of more time steps than have room it shows some around the one that is pointed out.

use super::chart_axes::ChartAxes;
use super::color::{Rgb, color_of, viridis};
use super::frame::StripKind;
use super::gradient_over_time::special_color;
use super::number::power_of_ten;
use super::paint::{Marker, Painter, TextLook, letters_em};
use super::paper::Paper;
use super::scale::{LogRange, ValueScale};
use super::surface::{Rect, Surface};
use super::theme::Theme;
use crate::look::phase::Phase;
use plotters_backend::text_anchor::{HPos, VPos};
use std::ops::Range;

/// What the picture shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    /// ‖∂L/∂h_t‖ at every time step of each level, from the lowest.
    pub gradients: Vec<Vec<f64>>,
    /// What is read at each time step, in a few letters; empty where nothing is known or it is padding.
    pub symbols: Vec<String>,
    /// The first time step that is no padding, and the one after the last.
    pub span: Range<usize>,
    /// The time steps at which the answer is read.
    pub reads: Vec<usize>,
    /// The time steps, from 0, to which no gradient comes from the next because truncation cuts it.
    pub cuts: Vec<usize>,
    /// The level of the chosen unit.
    pub level: usize,
    /// The phase of a step that is gone through.
    pub phase: Option<Phase>,
}

impl Data {
    fn times(&self) -> usize {
        self.gradients.first().map_or(0, Vec::len)
    }
}

/// The words on the picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// What the colours show.
    pub colors: String,
    /// At the mark of what is cut.
    pub cut: String,
}

/// How the unrolled network stands on the surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    surface: Surface,
    em: f64,
    /// Where the cells stand.
    pub plot: Rect,
    /// The time steps that are shown.
    pub window: Range<usize>,
    times: usize,
    levels: usize,
    scale: ValueScale,
    specials: Vec<StripKind>,
    has_cuts: bool,
}

/// The room of a time step, in units of the font's size.
const COLUMN_EM: f64 = 2.7;

/// The fewest decades of the colours, so that a level gradient looks level.
const FEWEST_DECADES: i32 = 3;

impl ChartAxes for Axes {
    type Data<'a> = Data;
    type Labels = Labels;

    fn fit(surface: Surface, theme: &Theme, data: &Data, previous: Option<&Self>) -> Option<Self> {
        let em = theme.font_px * surface.scale;
        let (times, levels) = (data.times(), data.gradients.len());
        if !(em.is_finite() && em >= 1.0) || times == 0 || levels == 0 {
            return None;
        }
        let (width, height) = (f64::from(surface.width), f64::from(surface.height));
        let plot = Rect { left: 2.4 * em, top: 2.6 * em, right: width - 2.6 * em, bottom: height - 5.2 * em };
        if plot.width() < 2.0 * COLUMN_EM * em || plot.height() < 1.2 * em * levels as f64 {
            return None;
        }
        let previous = previous.filter(|previous| (previous.times, previous.levels) == (times, levels));
        let room = ((plot.width() / (COLUMN_EM * em)) as usize).clamp(2, times.max(2)).min(times);
        let window = window(times, room, data.phase, previous.map(|previous| previous.window.clone()));
        let values = || data.gradients.iter().flatten().copied();
        let before = previous.and_then(|previous| match previous.scale {
            ValueScale::Log(range) => Some(range),
            ValueScale::Linear(_) | ValueScale::NarrowLog(_) => None,
        });
        let scale = ValueScale::Log(LogRange::fit(values(), FEWEST_DECADES).settle(before));
        let specials = StripKind::among(values(), &scale);
        let has_cuts = !data.cuts.is_empty();
        Some(Self { surface, em, plot, window, times, levels, scale, specials, has_cuts })
    }

    /// Draws everything but the cells: the numbers of the time steps, what the rows are, and the legend.
    fn draw(&self, paper: &mut dyn Paper, theme: &Theme, labels: &Labels) {
        let mut painter = Painter::new(paper, theme);
        let (em, plot) = (self.em, self.plot);
        painter.rect((0.0, 0.0), (self.surface.width.into(), self.surface.height.into()), theme.background, 1.0);
        let look = TextLook::new(em, theme.muted, HPos::Center, VPos::Center);
        let numbers_y = plot.bottom + 2.2 * em;
        for time in self.window.clone() {
            painter.text(&(time + 1).to_string(), (self.time_to_x(time), numbers_y), look);
        }
        painter.text("t", (0.9 * em, numbers_y), look);
        painter.text("x", (0.9 * em, self.symbols_y()), look);
        painter.text("o", (0.9 * em, self.readout_y()), look);
        for level in 0..self.levels {
            let name = if self.levels == 1 { "h".to_owned() } else { format!("h{}", ['¹', '²', '³'][level.min(2)]) };
            painter.text(&name, (0.9 * em, self.level_to_y(level)), look);
        }
        self.draw_legend(&mut painter, theme, labels);
    }

    fn draw_data(&self, paper: &mut dyn Paper, theme: &Theme, data: &Data) {
        let mut painter = Painter::new(paper, theme);
        self.draw_light(&mut painter, theme, data);
        self.draw_edges(&mut painter, theme, data);
        self.draw_arrow(&mut painter, theme, data);
        let radius = self.radius();
        for (level, gradients) in data.gradients.iter().enumerate().take(self.levels) {
            for time in self.window.clone() {
                let at = (self.time_to_x(time), self.level_to_y(level));
                let value = gradients.get(time).copied().unwrap_or(f64::NAN);
                painter.marker(Marker::Circle, at, radius + 0.1 * self.em, theme.axis);
                painter.marker(Marker::Circle, at, radius, self.color(theme, value));
                if level == data.level && data.phase.and_then(Phase::place) == Some(time) {
                    painter.ring(at, radius + 0.3 * self.em, 0.16 * self.em, theme.text);
                }
            }
        }
        self.draw_inputs(&mut painter, theme, data);
    }
}

impl Axes {
    /// How many time steps there are, and how many levels.
    pub fn size(&self) -> (usize, usize) {
        (self.times, self.levels)
    }

    /// The place of a time step.
    pub fn time_to_x(&self, time: usize) -> f64 {
        self.plot.left + self.spacing() * (time as f64 - self.window.start as f64 + 0.5)
    }

    /// The time step nearest to a place, of those that are shown.
    pub fn x_to_time(&self, x: f64) -> usize {
        let place = ((x - self.plot.left) / self.spacing()).max(0.0) as usize;
        (self.window.start + place).min(self.window.end - 1)
    }

    /// The height of a level.
    pub fn level_to_y(&self, level: usize) -> f64 {
        self.plot.bottom - self.plot.height() * (level as f64 + 0.5) / self.levels as f64
    }

    /// The level nearest to a height.
    pub fn y_to_level(&self, y: f64) -> usize {
        let level = (self.plot.bottom - y) / self.plot.height() * self.levels as f64;
        (level.max(0.0) as usize).min(self.levels - 1)
    }

    /// The colour of a gradient.
    pub fn color(&self, theme: &Theme, value: f64) -> Rgb {
        match StripKind::of(value, &self.scale) {
            Some(kind) => special_color(theme, kind),
            None => color_of(&self.scale, value).unwrap_or(theme.background),
        }
    }

    fn spacing(&self) -> f64 {
        self.plot.width() / self.window.len().max(1) as f64
    }

    fn radius(&self) -> f64 {
        (0.26 * self.spacing()).min(0.3 * self.plot.height() / self.levels as f64).clamp(0.3 * self.em, 1.1 * self.em)
    }

    fn symbols_y(&self) -> f64 {
        self.plot.bottom + 0.9 * self.em
    }

    fn readout_y(&self) -> f64 {
        self.plot.top - 1.2 * self.em
    }

    /// What a phase is about stands in the light.
    fn draw_light(&self, painter: &mut Painter<'_>, theme: &Theme, data: &Data) {
        let half = self.spacing() / 2.0;
        let (left, right) = match data.phase {
            Some(Phase::Forward(time) | Phase::Backward(time)) if self.window.contains(&time) => {
                (self.time_to_x(time) - half, self.time_to_x(time) + half)
            }
            Some(Phase::Update) => (self.plot.left, self.plot.right),
            _ => return,
        };
        let top = self.readout_y() - 0.9 * self.em;
        painter.rect((left, top), (right, self.plot.bottom + 1.5 * self.em), theme.strip, 1.0);
    }

    /// Lines from each time step to the next, from each level to the one above, and to the readout: as strong as the gradient
    /// that comes back along them.
    fn draw_edges(&self, painter: &mut Painter<'_>, theme: &Theme, data: &Data) {
        let em = self.em;
        let value = |level: usize, time: usize| {
            data.gradients.get(level).and_then(|gradients| gradients.get(time)).copied().unwrap_or(f64::NAN)
        };
        let mut edge = |from: (f64, f64), to: (f64, f64), value: f64| {
            let position = self.scale.position(value.abs()).unwrap_or(0.0).clamp(0.0, 1.0);
            painter.path(&[from, to], (0.1 + 0.3 * position) * em, self.color(theme, value));
        };
        for level in 0..self.levels {
            let y = self.level_to_y(level);
            for time in self.window.clone() {
                let x = self.time_to_x(time);
                let next = (time + 1 < self.times).then(|| (x + self.spacing()).min(self.plot.right));
                if let Some(next) = next.filter(|_| !data.cuts.contains(&time)) {
                    edge((x, y), (next, y), value(level, time));
                }
                if level + 1 < self.levels {
                    edge((x, y), (x, self.level_to_y(level + 1)), value(level, time));
                } else if data.reads.contains(&time) {
                    edge((x, y), (x, self.readout_y()), value(level, time));
                }
            }
            if self.window.start > 0 && !data.cuts.contains(&(self.window.start - 1)) {
                edge((self.plot.left, y), (self.time_to_x(self.window.start), y), value(level, self.window.start - 1));
            }
        }
        for time in data.cuts.iter().filter(|time| self.window.contains(time)) {
            let x = self.time_to_x(*time) + self.spacing() / 2.0;
            let ends = [(x, self.plot.top), (x, self.plot.bottom)];
            painter.dashed_path(&ends, 0.14 * em, 0.5 * em, theme.text);
        }
    }

    /// An arrow into the cell that the phase is about, from where it comes.
    fn draw_arrow(&self, painter: &mut Painter<'_>, theme: &Theme, data: &Data) {
        let (time, side) = match data.phase {
            Some(Phase::Forward(time)) => (time, -1.0),
            Some(Phase::Backward(time)) => (time, 1.0),
            _ => return,
        };
        if !self.window.contains(&time) || (side > 0.0 && data.cuts.contains(&time)) {
            return;
        }
        let (r, y) = (0.45 * self.em, self.level_to_y(data.level.min(self.levels - 1)));
        let tip = self.time_to_x(time) + side * (self.radius() + 0.15 * self.em);
        painter.polygon(&[(tip, y), (tip + side * 1.6 * r, y - r), (tip + side * 1.6 * r, y + r)], theme.text, 1.0);
    }

    fn draw_inputs(&self, painter: &mut Painter<'_>, theme: &Theme, data: &Data) {
        let em = self.em;
        for time in self.window.clone() {
            let x = self.time_to_x(time);
            let name = data.symbols.get(time).map_or("", String::as_str);
            if !data.span.contains(&time) {
                painter.level_line(x - 0.4 * em, x + 0.4 * em, self.symbols_y(), 0.12 * em, theme.axis);
            } else if !name.is_empty() {
                // Smaller rather than over the next.
                let size = em.min(0.96 * self.spacing() / letters_em(name).max(0.1)).max(0.62 * em);
                let look = TextLook::new(size, theme.text, HPos::Center, VPos::Center);
                painter.text(name, (x, self.symbols_y()), look);
            }
            if data.reads.contains(&time) {
                let is_loss = data.phase == Some(Phase::Loss);
                let at = (x, self.readout_y());
                if is_loss {
                    painter.ring(at, 0.75 * em, 0.14 * em, theme.text);
                }
                painter.marker(Marker::Square, at, 0.42 * em, theme.loss);
            }
        }
        if data.reads.iter().any(|time| self.window.contains(time)) {
            let look = TextLook::new(em, theme.text, HPos::Center, VPos::Center).bold();
            painter.text("L", (self.plot.right + 1.2 * em, self.readout_y()), look);
        }
        let more = TextLook::new(em, theme.muted, HPos::Center, VPos::Center);
        let y = self.plot.bottom + 2.2 * em;
        if self.window.start > 0 {
            painter.text("…", (self.plot.left - 0.5 * em, y), more);
        }
        if self.window.end < self.times {
            painter.text("…", (self.plot.right + 0.7 * em, y), more);
        }
    }

    fn draw_legend(&self, painter: &mut Painter<'_>, theme: &Theme, labels: &Labels) {
        let ValueScale::Log(range) = self.scale else { return };
        let (low, high) = range.exponents();
        let (low, high) = (power_of_ten(low), power_of_ten(high));
        let specials = if self.specials.is_empty() { 0.0 } else { 3.2 * self.specials.len() as f64 };
        let cut_em = if self.has_cuts { letters_em(&labels.cut) + 2.0 } else { 0.0 };
        let words = letters_em(&labels.colors) + letters_em(&low) + letters_em(&high) + 2.0;
        let room = f64::from(self.surface.width) / self.em - 1.2;
        // Smaller rather than cut.
        let em = self.em * (room / (words + specials + cut_em + 5.0)).min(1.0);
        let y = f64::from(self.surface.height) - 0.9 * self.em;
        let look = TextLook::new(0.95 * em, theme.muted, HPos::Left, VPos::Center);
        let mut x = 0.6 * self.em;
        let text = |painter: &mut Painter<'_>, words: &str, x: &mut f64| {
            painter.text(words, (*x, y), look);
            *x += (0.95 * letters_em(words) + 0.4) * em;
        };
        text(painter, &labels.colors, &mut x);
        text(painter, &low, &mut x);
        let bar = (room * self.em - x - (specials + cut_em + letters_em(&high) + 1.0) * em).clamp(3.0 * em, 9.0 * em);
        for piece in 0..48 {
            let (from, to) = (f64::from(piece) / 48.0, f64::from(piece + 1) / 48.0);
            painter.rect((x + from * bar, y - 0.4 * em), (x + to * bar, y + 0.4 * em), viridis((from + to) / 2.0), 1.0);
        }
        x += bar + 0.3 * em;
        text(painter, &high, &mut x);
        for kind in &self.specials {
            let sign = match kind {
                StripKind::Zero => "0",
                StripKind::Infinite => "∞",
                StripKind::NotANumber => "NaN",
            };
            painter.rect((x, y - 0.4 * em), (x + em, y + 0.4 * em), special_color(theme, *kind), 1.0);
            x += 1.3 * em;
            text(painter, sign, &mut x);
        }
        if self.has_cuts {
            painter.dashed_path(&[(x, y - 0.6 * em), (x, y + 0.6 * em)], 0.14 * em, 0.3 * em, theme.text);
            x += 0.6 * em;
            text(painter, &labels.cut, &mut x);
        }
    }
}

/// So many of the time steps around the one that a phase is about; where that is not about one, or stands well within, those
/// that were shown before.
fn window(times: usize, room: usize, phase: Option<Phase>, before: Option<Range<usize>>) -> Range<usize> {
    let last = times - room;
    let before = before.filter(|before| before.len() == room && before.end <= times);
    let place = match phase {
        Some(Phase::Forward(time) | Phase::Backward(time)) => time.min(times - 1),
        Some(Phase::Loss) => times - 1,
        Some(Phase::Update) | None => return before.unwrap_or(last..times),
    };
    let is_within = |window: &Range<usize>| {
        let has_past = place > window.start || window.start == 0;
        window.contains(&place) && has_past && (place + 1 < window.end || window.end == times)
    };
    if let Some(before) = before.filter(is_within) {
        return before;
    }
    let start = place.saturating_sub(room / 2).min(last);
    start..start + room
}

#[cfg(test)]
mod tests {
    use super::super::testing::{attributes, surface, svg, texts};
    use super::*;

    fn data(times: usize, levels: usize) -> Data {
        let gradients = (0..levels).map(|_| (0..times).map(|t| 0.5f64.powi((times - t) as i32)).collect());
        Data {
            gradients: gradients.collect(),
            symbols: (0..times).map(|time| format!("s{time}")).collect(),
            span: 0..times,
            reads: vec![times.saturating_sub(1)],
            cuts: Vec::new(),
            level: 0,
            phase: Some(Phase::Forward(0)),
        }
    }

    fn draw(at: Surface, data: &Data) -> (Option<Axes>, String) {
        let theme = Theme::light();
        let axes = Axes::fit(at, &theme, data, None);
        let labels = Labels { colors: "‖∂L/∂h‖".into(), cut: "cut".into() };
        let picture = svg(at, |paper| {
            if let Some(axes) = &axes {
                axes.draw(paper, &theme, &labels);
                axes.draw_data(paper, &theme, data);
            }
        });
        (axes, picture)
    }

    #[test]
    fn a_short_sequence_is_seen_whole_with_what_it_reads() {
        let (axes, picture) = draw(surface(500, 260), &data(6, 2));
        let axes = axes.unwrap();
        assert_eq!(axes.window, 0..6);
        for time in 0..6 {
            assert!(texts(&picture).contains(&format!("s{time}")) && texts(&picture).contains(&(time + 1).to_string()));
            assert_eq!(axes.x_to_time(axes.time_to_x(time)), time);
        }
        for level in 0..2 {
            assert_eq!(axes.y_to_level(axes.level_to_y(level)), level);
        }
        assert!(axes.level_to_y(1) < axes.level_to_y(0), "the lowest level is lowest");
        assert!(attributes(&picture, "circle", "cx", &[]).len() >= 12);
    }

    #[test]
    fn of_a_long_sequence_those_around_the_phase_are_shown() {
        let mut shown = data(200, 1);
        let mut previous = None;
        let theme = Theme::light();
        let phases = (0..Phase::count(200)).filter_map(|position| Phase::at(position, 200));
        for phase in phases {
            shown.phase = Some(phase);
            let axes = Axes::fit(surface(500, 260), &theme, &shown, previous.as_ref()).unwrap();
            if let Some(place) = phase.place() {
                assert!(axes.window.contains(&place), "{phase:?}: {:?}", axes.window);
                let is_at_end = |edge: usize| edge == 0 || edge == 200;
                assert!(axes.window.start < place || is_at_end(axes.window.start), "{phase:?}");
                assert!(place + 1 < axes.window.end || is_at_end(axes.window.end), "{phase:?}");
            }
            previous = Some(axes);
        }
    }

    #[test]
    fn a_gradient_that_vanishes_darkens_and_what_is_cut_has_no_line() {
        let mut shown = data(8, 1);
        let axes = draw(surface(500, 260), &shown).0.unwrap();
        let luminance = |time: usize| axes.color(&Theme::light(), shown.gradients[0][time]).luminance();
        assert!((1..8).all(|time| luminance(time - 1) <= luminance(time)) && luminance(0) < luminance(7));
        let lines = |shown: &Data| attributes(&draw(surface(500, 260), shown).1, "polyline", "points", &[]).len();
        let whole = lines(&shown);
        shown.cuts = vec![3];
        let (_, picture) = draw(surface(500, 260), &shown);
        assert!(texts(&picture).contains(&"cut".to_owned()));
        assert!(lines(&shown) != whole);
    }

    #[test]
    fn anything_is_drawn_at_any_size() {
        for (times, levels) in [(0, 1), (1, 1), (2, 3), (200, 3)] {
            for (width, height) in [(0, 0), (1, 1), (120, 90), (345, 290), (500, 260), (3000, 200)] {
                for phase in [None, Some(Phase::Loss), Some(Phase::Update), Some(Phase::Backward(150))] {
                    let mut shown = Data { phase, cuts: vec![0, 1], level: 7, ..data(times, levels) };
                    draw(surface(width, height), &shown);
                    shown.gradients.iter_mut().for_each(|row| row.fill(0.0));
                    draw(surface(width, height), &shown);
                    shown.gradients.iter_mut().for_each(|row| row.fill(f64::NAN));
                    (shown.symbols, shown.span) = (Vec::new(), 1..1);
                    draw(surface(width, height), &shown);
                }
            }
        }
    }
}
