//! What the charts are drawn on, whatever it is.
//!
//! plotters' back ends are types that all drawing code would have to be compiled for once more, and it is much. Here it
//! knows them by a table of five functions, so that it is compiled once, and a back end that is not used is not in the
//! page.

use plotters_backend::text_anchor::Pos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, FontFamily, FontStyle,
};
use std::fmt;

/// What can be drawn on: every [`DrawingBackend`] of plotters.
///
/// Nothing is returned, because there is no error worth telling: a text has none, and what a canvas could not draw is
/// drawn with the next frame.
pub trait Paper {
    /// A filled rectangle between two corners.
    fn rect(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink);

    /// A circle, filled or only its line.
    fn circle(&mut self, center: (f64, f64), radius: u32, ink: Ink, is_filled: bool);

    /// A line through points.
    fn path(&mut self, points: &[(f64, f64)], ink: Ink);

    /// A filled polygon.
    fn polygon(&mut self, corners: &[(f64, f64)], ink: Ink);

    /// A text at a point.
    fn text(&mut self, text: &str, at: (f64, f64), letters: &Letters<'_>);
}

impl<Backend: DrawingBackend> Paper for Backend {
    fn rect(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink) {
        let (from, to) = (pixel(from), pixel(to));
        if from.0 < to.0 && from.1 < to.1 {
            drop(self.draw_rect(from, to, &ink, true));
        }
    }

    fn circle(&mut self, center: (f64, f64), radius: u32, ink: Ink, is_filled: bool) {
        drop(self.draw_circle(pixel(center), radius, &ink, is_filled));
    }

    fn path(&mut self, points: &[(f64, f64)], ink: Ink) {
        drop(self.draw_path(points.iter().copied().map(pixel), &ink));
    }

    fn polygon(&mut self, corners: &[(f64, f64)], ink: Ink) {
        drop(self.fill_polygon(corners.iter().copied().map(pixel), &ink));
    }

    fn text(&mut self, text: &str, at: (f64, f64), letters: &Letters<'_>) {
        drop(self.draw_text(text, letters, pixel(at)));
    }
}

/// The colour of a shape, and how wide its line is in pixels if it is one.
#[derive(Clone, Copy)]
pub struct Ink {
    pub(super) color: BackendColor,
    pub(super) width: u32,
}

impl BackendStyle for Ink {
    fn color(&self) -> BackendColor {
        self.color
    }

    fn stroke_width(&self) -> u32 {
        self.width
    }
}

/// How a text looks, and how it stands at its point.
pub struct Letters<'a> {
    pub(super) family: &'a str,
    pub(super) size: f64,
    pub(super) style: FontStyle,
    pub(super) color: BackendColor,
    pub(super) anchor: Pos,
}

/// The outlines of letters, which only the back end knows.
#[derive(Debug)]
pub struct NoOutlines;

impl fmt::Display for NoOutlines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the back end has no letters of its own")
    }
}

impl std::error::Error for NoOutlines {}

impl BackendTextStyle for Letters<'_> {
    type FontError = NoOutlines;

    fn color(&self) -> BackendColor {
        self.color
    }

    fn size(&self) -> f64 {
        self.size
    }

    fn style(&self) -> FontStyle {
        self.style
    }

    fn anchor(&self) -> Pos {
        self.anchor
    }

    fn family(&self) -> FontFamily<'_> {
        FontFamily::Name(self.family)
    }

    fn layout_box(&self, _: &str) -> Result<((i32, i32), (i32, i32)), NoOutlines> {
        Err(NoOutlines)
    }

    fn draw<E, Draw: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        _: &str,
        _: BackendCoord,
        _: Draw,
    ) -> Result<Result<(), E>, NoOutlines> {
        Err(NoOutlines)
    }
}

/// The pixel at a point. Far outside the picture is as far as it gets, so that no backend overflows.
fn pixel((x, y): (f64, f64)) -> BackendCoord {
    const FAR: f64 = 1e6;
    (x.round().clamp(-FAR, FAR) as i32, y.round().clamp(-FAR, FAR) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_point_is_too_far_for_a_backend() {
        assert_eq!(pixel((f64::INFINITY, f64::NAN)), (1_000_000, 0));
    }
}
