//! Charts as files and as text to copy: PNG, SVG and CSV.

use super::canvas;
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::plot::csv::to_csv;
use crate::plot::theme::{SVG_TEXT_ZOOM, Theme};
use crate::plot::{ChartAxes, Surface, svg as file};
use crate::ui::reactive::Signal;
use js_sys::Array;
use leptos::prelude::*;
use plotters::prelude::SVGBackend;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// How long a file is kept for the browser to save.
const KEPT: Duration = Duration::from_secs(60);

/// A chart, as far as it can be taken along.
#[derive(Clone, Copy)]
pub(super) struct Exported {
    /// The name by which it is found, which its files bear.
    pub name: &'static str,
    /// The title.
    pub title: Signal<String>,
    /// What it shows, in a sentence.
    pub summary: Signal<String>,
    /// Its canvases.
    pub stage: Stage,
    /// Its numbers.
    pub table: Signal<Table>,
    /// Draws it into an SVG.
    pub picture: Option<Callback<(), Option<String>>>,
}

/// The picture of a chart: what `draw` draws of it, as large and in the colours and the type as on the page.
///
/// `draw` fits the axes to the surface, and draws axes and data on the backend; `None` is for a chart with nothing to
/// show.
pub(super) fn svg(
    stage: Stage,
    draw: impl FnOnce(Surface, &Theme, &mut SVGBackend<'_>) -> Option<()>,
) -> Option<String> {
    untrack(|| {
        let (surface, theme) = stage.in_css_pixels()?;
        let theme = Theme { text_zoom: SVG_TEXT_ZOOM, ..theme };
        file::picture((surface.width, surface.height), |backend| draw(surface, &theme, backend))
    })
}

impl<Axes: ChartAxes + Send + Sync> Shown<Axes, Axes::Labels>
where
    Axes::Labels: Send + Sync,
{
    /// What a chart's `picture` returns: labels and data drawn on axes like those that are shown.
    pub(super) fn svg<'a>(
        self,
        stage: Stage,
        shown: impl FnOnce(&Theme) -> Option<(Axes::Labels, Axes::Data<'a>)>,
    ) -> Option<String> {
        svg(stage, |surface, theme, backend| {
            let (labels, data) = shown(theme)?;
            let axes = self.axes.with_untracked(|before| Axes::fit(surface, theme, &data, before.as_ref()))?;
            axes.draw(backend, theme, &labels).ok()?;
            axes.draw_data(backend, theme, &data).ok()
        })
    }
}

impl Exported {
    /// Its numbers as text, to the last digit.
    pub(super) fn csv(self) -> String {
        let Table { corner, columns, rows, .. } = self.table.get_untracked();
        let heads: Vec<&str> = std::iter::once(&corner).chain(&columns).map(String::as_str).collect();
        to_csv(&heads, &rows)
    }

    /// Saves it as an SVG file; `None` if there is nothing to save.
    pub(super) fn save_svg(self, file_name: &str) -> Option<()> {
        let picture = self.picture?.run(())?;
        let text = file::with_words(&picture, &self.title.get_untracked(), &self.summary.get_untracked());
        let kind = BlobPropertyBag::new();
        kind.set_type("image/svg+xml");
        save(&Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &kind).ok()?, file_name)
    }

    /// Saves what its canvases show as a PNG file, and says then whether there was anything.
    pub(super) fn save_png(self, file_name: String, when_done: impl FnOnce(bool) + 'static) {
        self.stage.when_drawn(move || {
            let canvases = [self.stage.axes, self.stage.data].map(|canvas| canvas.try_get_untracked().flatten());
            let ground = self.stage.theme().try_get_untracked().map(|theme| theme.background);
            let sheet = ground.and_then(|ground| canvas::joined(canvases, ground));
            let Some(sheet) = sheet else { return when_done(false) };
            let take = Closure::once_into_js(move |blob: wasm_bindgen::JsValue| {
                // An empty canvas gives none.
                when_done(blob.dyn_into().is_ok_and(|blob: Blob| save(&blob, &file_name).is_some()));
            });
            // It fails only for canvases of other pages' pictures, of which there are none.
            let _ = sheet.to_blob(take.unchecked_ref());
        });
    }
}

/// Hands a file to the browser to save, under the name.
fn save(blob: &Blob, file_name: &str) -> Option<()> {
    let url = Url::create_object_url_with_blob(blob).ok()?;
    let link: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download(file_name);
    link.click();
    set_timeout(move || _ = Url::revoke_object_url(&url), KEPT);
    Some(())
}
