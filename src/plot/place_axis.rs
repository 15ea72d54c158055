//! The axis of a network's places: its layers, or its time steps.

use super::frame::Frame;
use super::paint::{Painter, TextLook, letters_em, rough_width};
use super::theme::Theme;
use super::ticks;
use plotters_backend::text_anchor::{HPos, VPos};

/// How the places on an axis are called.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaceNames {
    /// Layers, by their numbers; the last of them is the output layer, with a name of its own.
    Layers {
        /// The number of the first: 1, or 0 where an embedding stands before the hidden layers.
        first: usize,
        /// The name of the output layer.
        output: String,
    },
    /// Time steps, by their numbers from 1.
    Times,
    /// Each by a name of its own.
    Own(Vec<String>),
}

impl Default for PlaceNames {
    fn default() -> Self {
        Self::Layers { first: 1, output: String::new() }
    }
}

impl PlaceNames {
    /// How many of so many places have a number, and the name of the place after them.
    pub(super) fn numbered(&self, places: usize) -> (usize, Option<&str>) {
        match self {
            Self::Layers { output, .. } => (places - 1, Some(output)),
            Self::Times => (places, None),
            Self::Own(_) => (0, None),
        }
    }

    /// The numbers that are written where so many have one and `most` fit, each with its place, from 0.
    pub(super) fn ticks(&self, numbered: usize, most: usize) -> Vec<(usize, usize)> {
        let before = usize::from(matches!(self, Self::Layers { first: 0, .. })).min(numbered);
        let numbers = ticks::layer_numbers(numbered - before, most);
        // Where not every layer has room for its number, the embedding's leaves it to the first hidden layer.
        let has_room = before == 1 && numbers.len() + 1 == numbered;
        let embedding = has_room.then_some((0, 0));
        embedding.into_iter().chain(numbers.into_iter().map(|number| (number, number - 1 + before))).collect()
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
        for (number, place) in self.names.ticks(last, most as usize) {
            let x = self.x_of(place);
            let text = number.to_string();
            if number <= 1 || x + (0.3 * text.len() as f64 + 0.4) * em < end {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedding_is_the_layer_before_the_first() {
        let plain = PlaceNames::Layers { first: 1, output: "out".into() };
        assert_eq!(plain.ticks(3, 9), [(1, 0), (2, 1), (3, 2)]);
        let embedded = PlaceNames::Layers { first: 0, output: "out".into() };
        assert_eq!(embedded.ticks(4, 9), [(0, 0), (1, 1), (2, 2), (3, 3)]);
        // Where numbers are left out, that of the embedding is too; each of the others stays with its layer.
        assert_eq!(embedded.ticks(21, 4).first(), Some(&(1, 1)));
        assert!(embedded.ticks(21, 4).iter().all(|(number, place)| number == place));
        assert_eq!(embedded.ticks(0, 9), []);
    }
}
