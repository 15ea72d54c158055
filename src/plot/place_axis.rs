//! The axis of a network's places: its layers, or its time steps.

use super::frame::Frame;
use super::paint::{Painter, TextLook, letters_em, rough_width};
use super::theme::Theme;
use super::ticks;
use plotters_backend::text_anchor::{HPos, VPos};

/// How the places on an axis are called.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaceNames {
    /// Layers, by their numbers from 1; the last of them is the output layer, with a name of its own.
    Layers {
        /// That name.
        output: String,
    },
    /// Time steps, by their numbers from 1.
    Times,
    /// Each by a name of its own.
    Own(Vec<String>),
}

impl Default for PlaceNames {
    fn default() -> Self {
        Self::Layers { output: String::new() }
    }
}

impl PlaceNames {
    /// Of so many places the number of the last that has one, and the name of the place after it.
    pub(super) fn numbered(&self, places: usize) -> (usize, Option<&str>) {
        match self {
            Self::Layers { output } => (places - 1, Some(output)),
            Self::Times => (places, None),
            Self::Own(_) => (0, None),
        }
    }
}

/// An axis of places along the lower edge of a plot.
pub(super) struct PlaceAxis<'a> {
    /// The plot.
    pub frame: &'a Frame,
    /// How many places there are.
    pub places: usize,
    /// How they are called.
    pub names: &'a PlaceNames,
    /// The title, and the same for charts too narrow for it.
    pub titles: [&'a str; 2],
}

impl PlaceAxis<'_> {
    /// Draws as many names as have room, and the title below.
    pub(super) fn draw(&self, painter: &mut Painter<'_>, theme: &Theme) {
        let (frame, em, plot) = (self.frame, self.frame.em, self.frame.plot);
        let numbers = TextLook::new(em, theme.muted, HPos::Center, VPos::Center);
        let y = frame.floor() + 0.95 * em;
        let (last, named) = self.names.numbered(self.places);
        let mut end = f64::INFINITY;
        if let Some(output) = named {
            if last > 0 {
                let seam = plot.left + self.spacing() * last as f64;
                painter.upright_line(seam, plot.top, frame.floor(), frame.hairline(), theme.grid);
            }
            let x = self.x_of(last);
            painter.text(output, (x, y), numbers);
            end = x - 0.3 * em * output.chars().count() as f64;
        }
        let most = plot.width() / (0.58 * em * last.to_string().len() as f64 + 1.6 * em);
        for number in ticks::layer_numbers(last, most as usize) {
            let x = self.x_of(number - 1);
            let text = number.to_string();
            if number == 1 || x + (0.3 * text.len() as f64 + 0.4) * em < end {
                painter.text(&text, (x, y), numbers);
            }
        }
        if let PlaceNames::Own(names) = self.names {
            // Smaller rather than over each other.
            let widest = names.iter().map(|name| letters_em(name) + 0.6).fold(1.0, f64::max);
            let look = TextLook { size: em.min(self.spacing() / widest), ..numbers };
            for (place, name) in names.iter().enumerate() {
                painter.text(name, (self.x_of(place), y), look);
            }
        }
        let middle = (plot.left + plot.right) / 2.0;
        let look = TextLook::new(em, theme.text, HPos::Center, VPos::Center);
        let has_room = rough_width(self.titles[0], em) <= f64::from(frame.surface.width);
        let title = self.titles[usize::from(!has_room)];
        painter.text(title, (middle, frame.floor() + 2.4 * em), look);
    }

    fn spacing(&self) -> f64 {
        self.frame.plot.width() / self.places as f64
    }

    fn x_of(&self, place: usize) -> f64 {
        self.frame.plot.left + self.spacing() * (place as f64 + 0.5)
    }
}
