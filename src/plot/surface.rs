//! What is drawn on, and rectangles on it.

/// What is drawn on: its size in device pixels, and how many of them a CSS pixel has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Surface {
    /// Device pixels across.
    pub width: u32,
    /// Device pixels down.
    pub height: u32,
    /// Device pixels in a CSS pixel.
    pub scale: f64,
}

/// A rectangle in device pixels; y grows downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Its left edge.
    pub left: f64,
    /// Its upper edge.
    pub top: f64,
    /// Its right edge.
    pub right: f64,
    /// Its lower edge.
    pub bottom: f64,
}

impl Rect {
    /// Its width.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Its height.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }
}
