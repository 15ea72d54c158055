//! What sets some of the places on an axis apart: where a gradient is cut, what is padding, and from where on little is left.

use super::frame::Frame;
use super::paint::{Painter, TextLook, letters_em};
use super::surface::Rect;
use super::theme::Theme;
use plotters_backend::text_anchor::{HPos, VPos};

/// What sets some places apart, with the words for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlaceMarks {
    /// So many places from the first on have no gradient, because it is cut before it comes to them.
    pub cut: usize,
    /// The places, from 1, from whose next one no gradient comes.
    pub cuts_after: Vec<usize>,
    /// What is written where it is cut.
    pub cut_word: String,
    /// The share of the samples, from 0 to 1, that have nothing to read at a place but padding; empty where there is none.
    pub padding: Vec<f64>,
    /// What is written there.
    pub padding_word: String,
    /// Up to which place, from 1, so little or so much of a gradient is left that it is to be seen at once.
    pub far: Option<Far>,
}

/// The places that hardly any gradient reaches, or far too much.
#[derive(Clone, Debug, PartialEq)]
pub struct Far {
    /// The last of them, from 1; they begin at the first.
    pub until: usize,
    /// Whether it is too much.
    pub is_more: bool,
    /// What is written there, and the same in fewer words.
    pub words: [String; 2],
}

impl PlaceMarks {
    /// Whether a number of a place, counted from 0, is zero because the gradient is cut.
    pub(super) fn is_cut(&self, place: usize, value: f64) -> bool {
        place < self.cut && value == 0.0
    }

    /// Draws what stands behind the curves.
    pub(super) fn draw(&self, painter: &mut Painter<'_>, theme: &Theme, frame: &Frame, places: usize) {
        let (em, plot) = (frame.em, frame.plot);
        let edge = |place: usize| plot.left + plot.width() * place.min(places) as f64 / places as f64;
        for (place, share) in self.padding.iter().enumerate().take(places) {
            if *share > 0.0 {
                let corners = ((edge(place), plot.top), (edge(place + 1), plot.bottom));
                painter.rect(corners.0, corners.1, theme.axis, PADDING_OPACITY * share.min(1.0));
            }
        }
        self.draw_padding_word(painter, theme, frame, edge);
        for place in self.cuts_after.iter().filter(|place| **place < places) {
            let line = [(edge(*place), plot.top), (edge(*place), plot.bottom)];
            painter.dashed_path(&line, 0.1 * em, 0.3 * em, theme.text);
        }
        if self.cut > 0 {
            let area = Rect { right: edge(self.cut), ..plot };
            hatch(painter, theme, area, em);
            let look = TextLook::new(1.15 * em, theme.text, HPos::Center, VPos::Center).bold();
            let width = (letters_em(&self.cut_word) + 1.0) * look.size;
            let middle = f64::max((area.left + area.right) / 2.0, plot.left + width / 2.0);
            let y = (plot.top + plot.bottom) / 2.0;
            let background = ((middle - width / 2.0, y - look.size), (middle + width / 2.0, y + look.size));
            painter.rect(background.0, background.1, theme.background, 1.0);
            painter.text(&self.cut_word, (middle, y), look);
        }
        if let Some(far) = &self.far {
            self.draw_far(painter, theme, frame, far, edge(far.until));
        }
    }

    /// Names the padding where at least half of the samples have it, or most of them.
    fn draw_padding_word(&self, painter: &mut Painter<'_>, theme: &Theme, frame: &Frame, edge: impl Fn(usize) -> f64) {
        let most = self.padding.iter().copied().fold(0.0, f64::max);
        if most <= 0.0 {
            return;
        }
        let is_much = |share: &f64| *share >= most.min(0.5);
        let (Some(first), Some(last)) = (self.padding.iter().position(is_much), self.padding.iter().rposition(is_much))
        else {
            return;
        };
        let (em, plot) = (frame.em, frame.plot);
        let half = 0.5 * letters_em(&self.padding_word) * em + 0.4 * em;
        // At its outer end, where no line crosses it: at the start the curve is low, as most are.
        let at_start = edge(first) - plot.left < plot.right - edge(last + 1);
        let middle = if at_start { edge(first) + half } else { edge(last + 1) - half };
        let middle = middle.min(plot.right - half).max(plot.left + half);
        let look = TextLook::new(em, theme.text, HPos::Center, VPos::Center);
        let y = if at_start { plot.top + 2.8 * em } else { plot.bottom - 0.9 * em };
        painter.text(&self.padding_word, (middle, y), look);
    }

    /// A line at the last of the places that are far, with words on its side away from the curve.
    fn draw_far(&self, painter: &mut Painter<'_>, theme: &Theme, frame: &Frame, far: &Far, x: f64) {
        let (em, plot) = (frame.em, frame.plot);
        painter.dashed_path(&[(x, plot.top), (x, plot.bottom)], 0.14 * em, 0.5 * em, theme.text);
        // The curve of what is too little is low there, that of what is too much high.
        let y = if far.is_more { plot.bottom - 1.1 * em } else { plot.top + 1.1 * em };
        let size = 1.15 * em;
        // Bold letters are wider.
        let letters = |words: &String| 1.08 * letters_em(words) * size;
        let width_of = |words: &String| letters(words) + 1.1 * em;
        let look = TextLook::new(size, theme.text, HPos::Left, VPos::Center).bold();
        let room = x - plot.left;
        let mut write = |words: &String, from: f64| {
            // What stands behind may be hatched.
            let to = (from + letters(words) + 0.2 * em, y + 0.75 * size);
            painter.rect((from - 0.2 * em, y - 0.75 * size), to, theme.background, 0.8);
            painter.text(words, (from, y), look);
        };
        if let Some(words) = far.words.iter().find(|words| width_of(words) <= room) {
            write(words, x - 0.5 * em - letters(words));
        } else if let Some(words) = far.words.iter().find(|words| width_of(words) <= plot.right - x) {
            write(words, x + 0.5 * em);
        }
    }
}

/// How dark a place is of which every sample has padding.
const PADDING_OPACITY: f64 = 0.3;

/// Slanted lines over an area.
fn hatch(painter: &mut Painter<'_>, theme: &Theme, area: Rect, em: f64) {
    let (width, height) = (area.width(), area.height());
    if width <= 0.0 || height <= 0.0 {
        return;
    }
    painter.rect((area.left, area.top), (area.right, area.bottom), theme.strip, 1.0);
    let gap = 0.9 * em;
    let lines = (((width + height) / gap) as usize).min(MOST_LINES);
    for index in 1..=lines {
        // From the left or the lower edge up to the upper or the right one.
        let at = gap * index as f64;
        let from = if at <= height { (area.left, area.top + at) } else { (area.left + at - height, area.bottom) };
        let to = if at <= width { (area.left + at, area.top) } else { (area.right, area.top + at - width) };
        if from.0 <= area.right && to.1 <= area.bottom {
            painter.faint_path(&[from, to], (0.08 * em).max(1.0), theme.axis, 0.7);
        }
    }
}

/// Lines of a hatching at the most.
const MOST_LINES: usize = 400;
