//! Drawing on a canvas. A canvas that is not there, or gives no context, is left as it is.

use crate::plot::color::Rgb;
use crate::plot::gradient_over_time::Image;
use crate::plot::{Rect, Surface};
use leptos::prelude::document;
use plotters_canvas::CanvasBackend;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// An empty canvas of the surface's size, ready to be drawn on.
pub(super) fn cleared(canvas: &HtmlCanvasElement, surface: Surface) -> Option<CanvasBackend> {
    let context = context_of(canvas)?;
    if canvas.width() != surface.width || canvas.height() != surface.height {
        canvas.set_width(surface.width);
        canvas.set_height(surface.height);
    } else {
        context.clear_rect(0.0, 0.0, surface.width.into(), surface.height.into());
    }
    // A new size resets these; the sharp joins of a steep line would reach far beyond its points.
    context.set_line_join("round");
    context.set_line_cap("round");
    CanvasBackend::with_canvas_object(canvas.clone())
}

/// A canvas with what stands on others of one size, each over the last, over a ground.
pub(super) fn joined(canvases: [Option<HtmlCanvasElement>; 2], ground: Rgb) -> Option<HtmlCanvasElement> {
    let (width, height) = canvases[0].as_ref().map(|first| (first.width(), first.height()))?;
    let joined: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    joined.set_width(width);
    joined.set_height(height);
    let context = context_of(&joined)?;
    context.set_fill_style_str(&format!("rgb({}, {}, {})", ground.0, ground.1, ground.2));
    context.fill_rect(0.0, 0.0, width.into(), height.into());
    // A canvas of no size cannot be drawn, and has nothing to be drawn.
    for canvas in canvases.iter().flatten().filter(|canvas| canvas.width() > 0 && canvas.height() > 0) {
        context.draw_image_with_html_canvas_element(canvas, 0.0, 0.0).ok()?;
    }
    Some(joined)
}

/// Images stretched by way of a canvas of their own size, which is kept.
#[derive(Default)]
pub(super) struct Stretcher {
    source: Option<HtmlCanvasElement>,
}

impl Stretcher {
    /// Draws an image over a rectangle, its pixels as sharp cells.
    pub(super) fn draw(&mut self, canvas: &HtmlCanvasElement, image: &Image, to: Rect) -> Option<()> {
        self.stretch(canvas, image, to, false)
    }

    /// Draws an image over a rectangle, its pixels running into each other.
    pub(super) fn draw_smoothly(&mut self, canvas: &HtmlCanvasElement, image: &Image, to: Rect) -> Option<()> {
        self.stretch(canvas, image, to, true)
    }

    fn stretch(&mut self, canvas: &HtmlCanvasElement, image: &Image, to: Rect, is_smooth: bool) -> Option<()> {
        if image.columns == 0 || image.rows == 0 {
            return None;
        }
        if self.source.is_none() {
            self.source = document().create_element("canvas").ok()?.dyn_into().ok();
        }
        let source = self.source.as_ref()?;
        let (width, height) = (image.columns as u32, image.rows as u32);
        if source.width() != width || source.height() != height {
            source.set_width(width);
            source.set_height(height);
        }
        let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&image.rgba), width, height).ok()?;
        context_of(source)?.put_image_data(&data, 0.0, 0.0).ok()?;
        let context = context_of(canvas)?;
        context.set_image_smoothing_enabled(is_smooth);
        context.draw_image_with_html_canvas_element_and_dw_and_dh(source, to.left, to.top, to.width(), to.height()).ok()
    }
}

fn context_of(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}
