//! The place on the page that a chart is drawn on: two canvases of one size, one over the other.

use super::canvas;
use super::observe::{SizeWatch, ViewWatch};
use super::theme::follow_theme;
use super::timing::timed;
use crate::plot::theme::Theme;
use crate::plot::{ChartAxes, Paper, Surface};
use crate::ui::reactive::{RwSignal, effect, element};
use leptos::html;
use leptos::prelude::*;
use plotters_canvas::CanvasBackend;
use web_sys::HtmlCanvasElement;

/// Above this, more device pixels cost time that nobody sees.
const MOST_PIXELS_PER_CSS_PIXEL: f64 = 3.0;

/// A chart's canvases, with the size and the theme to draw them in.
#[derive(Clone, Copy)]
pub(super) struct Stage {
    /// The element around the canvases.
    pub frame: NodeRef<html::Div>,
    /// The canvas of axes, grid and labels.
    pub axes: NodeRef<html::Canvas>,
    /// The canvas of the data, over the other.
    pub data: NodeRef<html::Canvas>,
    /// The size of both, in device pixels.
    pub surface: RwSignal<Surface>,
    /// Whether any part of the chart is in view.
    is_in_view: RwSignal<bool>,
    /// Whether it is drawn even out of view, to be taken along.
    is_wanted: RwSignal<bool>,
    theme: RwSignal<Theme>,
}

/// What a stage shows: axes of one kind, and the labels beside them.
pub(super) struct Shown<Axes: Send + Sync + 'static, Labels: Send + Sync + 'static> {
    /// The axes that the data were drawn on last.
    pub axes: RwSignal<Option<Axes>>,
    /// What stands on the canvas of the axes.
    drawn: StoredValue<Option<(Axes, Theme, Labels)>>,
}

// Derived, these would ask the same of what is shown.
impl<Axes: Send + Sync, Labels: Send + Sync> Clone for Shown<Axes, Labels> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Axes: Send + Sync, Labels: Send + Sync> Copy for Shown<Axes, Labels> {}

impl<Axes: Clone + PartialEq + Send + Sync, Labels: PartialEq + Send + Sync> Shown<Axes, Labels> {
    /// Nothing yet.
    pub(super) fn nothing() -> Self {
        Self { axes: RwSignal::new(None), drawn: StoredValue::new(None) }
    }

    /// Draws the data, and the axes if they are to look otherwise than they do.
    ///
    /// `fit` makes the axes from those before, `None` where there is nothing to draw.
    pub(super) fn draw(
        self,
        stage: Stage,
        theme: Theme,
        labels: Labels,
        fit: impl FnOnce(&Theme, Option<&Axes>) -> Option<Axes>,
        draw_data: impl FnOnce(&Axes, &Theme, &HtmlCanvasElement, &mut dyn Paper),
        draw_axes: impl FnOnce(&Axes, &Theme, &Labels, &mut dyn Paper),
    ) {
        let fitted = self.axes.with_untracked(|previous| fit(&theme, previous.as_ref()));
        if self.axes.with_untracked(|previous| *previous != fitted) {
            self.axes.set(fitted.clone());
        }
        let Some((element, mut data_canvas)) = stage.clear_data() else { return };
        let Some(fitted) = fitted else {
            self.drawn.set_value(None);
            stage.clear_axes();
            return;
        };
        timed(stage.frame, "data", || draw_data(&fitted, &theme, &element, &mut data_canvas));
        let wanted = Some((fitted, theme, labels));
        if self.drawn.with_value(|drawn| *drawn != wanted)
            && let Some(mut axes_canvas) = stage.clear_axes()
            && let Some((fitted, theme, labels)) = &wanted
        {
            timed(stage.frame, "axes", || draw_axes(fitted, theme, labels, &mut axes_canvas));
            self.drawn.set_value(wanted);
        }
    }
}

impl<Axes: ChartAxes + Send + Sync> Shown<Axes, Axes::Labels>
where
    Axes::Labels: Send + Sync,
{
    /// Shows data, or nothing where there are none, in the size and the theme of [`Stage::look`].
    pub(super) fn show(
        self,
        stage: Stage,
        (surface, theme): (Surface, Theme),
        labels: Axes::Labels,
        data: Option<&Axes::Data<'_>>,
    ) {
        self.draw(
            stage,
            theme,
            labels,
            |theme, previous| Axes::fit(surface, theme, data?, previous),
            |axes, theme, _, canvas| {
                if let Some(data) = data {
                    axes.draw_data(canvas, theme, data);
                }
            },
            |axes, theme, labels, canvas| axes.draw(canvas, theme, labels),
        );
    }
}

impl Stage {
    /// A stage that follows its element's size from when it is on the page.
    pub(super) fn new() -> Self {
        let stage = Self {
            frame: NodeRef::new(),
            axes: NodeRef::new(),
            data: NodeRef::new(),
            surface: RwSignal::new(Surface { width: 0, height: 0, scale: 1.0 }),
            is_in_view: RwSignal::new(true),
            is_wanted: RwSignal::new(false),
            theme: follow_theme(),
        };
        let watches = StoredValue::new_local(None);
        effect(move || {
            let Some(element) = stage.frame.get() else { return };
            let size = SizeWatch::new(&element, move || stage.measure());
            let view = ViewWatch::new(&element, move |is_in_view| {
                stage.is_in_view.try_set(is_in_view);
            });
            watches.set_value(Some((size, view)));
            stage.measure();
        });
        // Zooming changes the device's pixel ratio even where it leaves the element's size.
        let on_resize = window_event_listener(leptos::ev::resize, move |_| stage.measure());
        on_cleanup(move || on_resize.remove());
        stage
    }

    fn measure(self) {
        let Some(element) = element(self.frame) else { return };
        let scale = window().device_pixel_ratio().clamp(0.5, MOST_PIXELS_PER_CSS_PIXEL);
        let pixels = |css: i32| (f64::from(css.max(0)) * scale).round() as u32;
        let surface = Surface { width: pixels(element.client_width()), height: pixels(element.client_height()), scale };
        if self.surface.try_get_untracked().is_some_and(|before| before != surface) {
            self.surface.try_set(surface);
        }
    }

    /// What to draw in, following all changes of it; `None` while nobody would see it.
    pub(super) fn look(self) -> Option<(Surface, Theme)> {
        let (surface, is_in_view, is_wanted) = (self.surface.get(), self.is_in_view.get(), self.is_wanted.get());
        let theme = self.theme_for(surface);
        ((is_in_view || is_wanted) && surface.width > 0 && surface.height > 0).then_some((surface, theme))
    }

    /// Runs `then` when the canvases show the present even if the chart is out of view, where they are not drawn.
    pub(super) fn when_drawn(self, then: impl FnOnce() + 'static) {
        self.is_wanted.set(true);
        // The effects that draw run before the next frame.
        request_animation_frame(move || {
            then();
            self.is_wanted.try_set(false);
        });
    }

    /// What to draw a picture to keep in: as large as on the page, in CSS pixels, and in the same theme.
    pub(super) fn in_css_pixels(self) -> Option<(Surface, Theme)> {
        let Surface { width, height, scale } = self.surface.get();
        let css = |pixels: u32| (f64::from(pixels) / scale).round() as u32;
        let surface = Surface { width: css(width), height: css(height), scale: 1.0 };
        (surface.width > 0 && surface.height > 0).then(|| (surface, self.theme_for(surface)))
    }

    fn theme_for(self, surface: Surface) -> Theme {
        let mut theme = self.theme.get();
        // From the last row of a classroom, type matters more than room for data.
        let (width, height) = (f64::from(surface.width) / surface.scale, f64::from(surface.height) / surface.scale);
        theme.font_px = (width / 44.0).min(height / 16.0).clamp(12.5, 24.0);
        theme
    }

    /// The theme, as colours for what stands beside the canvases.
    pub(super) fn theme(self) -> RwSignal<Theme> {
        self.theme
    }

    /// The canvas of the axes, cleared.
    fn clear_axes(self) -> Option<CanvasBackend> {
        canvas::cleared(&element(self.axes)?, self.surface.get_untracked())
    }

    /// The canvas of the data, cleared.
    fn clear_data(self) -> Option<(HtmlCanvasElement, CanvasBackend)> {
        let element = element(self.data)?;
        let backend = canvas::cleared(&element, self.surface.get_untracked())?;
        Some((element, backend))
    }
}
