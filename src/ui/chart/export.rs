//! Charts as files and as text to copy: PNG, SVG and CSV.
//!
//! What writes them is a part of the page that is fetched when a chart is first taken along.

use super::canvas;
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::plot::csv::to_csv;
use crate::plot::theme::{SVG_TEXT_ZOOM, Theme};
use crate::plot::{ChartAxes, Paper, Surface, svg as file};
use crate::ui::reactive::{Signal, element};
use crate::ui::shared::clipboard;
use crate::ui::shared::part::{NotFetched, fetched_first};
use js_sys::Array;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
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
    /// Draws it.
    pub picture: Option<Picture>,
}

/// What a chart is drawn on to be kept: as large as on the page, and in its colours and its type.
pub(super) struct Sheet<'a> {
    /// Its size.
    pub surface: Surface,
    /// The colours and the type.
    pub theme: &'a Theme,
    /// What the shapes go to.
    pub paper: &'a mut dyn Paper,
}

/// How a chart is drawn on a [`Sheet`]: axes that are fitted to it, and the data. It says `None` where there is nothing to
/// show.
#[derive(Clone, Copy)]
pub(super) struct Picture(StoredValue<Draw>);

type Draw = Box<dyn Fn(&mut Sheet<'_>) -> Option<()> + Send + Sync>;

impl Picture {
    /// The picture that `draw` makes.
    pub(super) fn new(draw: impl Fn(&mut Sheet<'_>) -> Option<()> + Send + Sync + 'static) -> Self {
        Self(StoredValue::new(Box::new(draw)))
    }

    fn draw(self, sheet: &mut Sheet<'_>) -> Option<()> {
        self.0.try_with_value(|draw| untrack(|| draw(sheet)))?
    }
}

impl<Axes: ChartAxes + Send + Sync> Shown<Axes, Axes::Labels>
where
    Axes::Labels: Send + Sync,
{
    /// What a chart's [`Picture`] draws: labels and data on axes like those that are shown.
    pub(super) fn picture<'a>(
        self,
        sheet: &mut Sheet<'_>,
        shown: impl FnOnce(&Theme) -> Option<(Axes::Labels, Axes::Data<'a>)>,
    ) -> Option<()> {
        let Sheet { surface, theme, paper } = sheet;
        let (labels, data) = shown(theme)?;
        let axes = self.axes.with_untracked(|before| Axes::fit(*surface, theme, &data, before.as_ref()))?;
        axes.draw(*paper, theme, &labels);
        axes.draw_data(*paper, theme, &data);
        Some(())
    }
}

/// In what form a chart is taken along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A file of what its canvases show.
    Png,
    /// A file of its shapes.
    Svg,
    /// Its numbers as text, to the last digit, in the clipboard.
    Csv,
}

impl Form {
    /// How the names of its files end.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Csv => "csv",
        }
    }
}

/// What came of the wish to take a chart along.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Taken {
    /// There was nothing to take.
    Nothing,
    /// The browser has a file of that name to save.
    Saved(String),
    /// The numbers are in the clipboard.
    Copied,
    /// The browser did not take the numbers into its clipboard.
    NotCopied(String),
}

fetched_first! {
    export by fetch:
    /// Takes a chart along; a file gets the name. `done` is told what came of it.
    ///
    /// # Errors
    /// The part that does so did not come.
    pub(super) fn take(
        chart: Exported,
        form: Form,
        file_name: String,
        done: Box<dyn FnOnce(Taken)>,
    ) -> Result<(), NotFetched> {
        // Meanwhile the reader may have left the chart, and its signals are gone.
        if chart.stage.surface.try_with_untracked(|_| ()).is_none() || chart.title.try_with_untracked(|_| ()).is_none() {
            return Ok(());
        }
        match form {
            Form::Png => chart.save_png(file_name, done),
            Form::Svg => {
                let is_saved = chart.save_svg(&file_name).is_some();
                done(if is_saved { Taken::Saved(file_name) } else { Taken::Nothing });
            }
            Form::Csv => {
                let text = chart.csv();
                spawn_local(async move {
                    let is_copied = clipboard::write(&text).await;
                    done(if is_copied { Taken::Copied } else { Taken::NotCopied(text) });
                });
            }
        }
        Ok(())
    }
}

impl Exported {
    /// Its numbers as text, to the last digit.
    fn csv(self) -> String {
        let Table { corner, columns, counts, rows, .. } = self.table.get_untracked();
        let heads: Vec<&str> = std::iter::once(&corner).chain(&columns).map(String::as_str).collect();
        to_csv(&heads, &rows, counts)
    }

    /// Saves it as an SVG file; `None` if there is nothing to save.
    fn save_svg(self, file_name: &str) -> Option<()> {
        let drawing = self.picture?;
        let (surface, theme) = untrack(|| self.stage.in_css_pixels())?;
        let theme = Theme { text_zoom: SVG_TEXT_ZOOM, ..theme };
        let picture = file::picture((surface.width, surface.height), |paper| {
            drawing.draw(&mut Sheet { surface, theme: &theme, paper })
        })?;
        let text = file::with_words(&picture, &self.title.get_untracked(), &self.summary.get_untracked());
        let kind = BlobPropertyBag::new();
        kind.set_type("image/svg+xml");
        save(&Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &kind).ok()?, file_name)
    }

    /// Saves what its canvases show as a PNG file, and says then whether there was anything.
    fn save_png(self, file_name: String, done: Box<dyn FnOnce(Taken)>) {
        self.stage.when_drawn(move || {
            let canvases = [self.stage.axes, self.stage.data].map(element);
            let ground = self.stage.theme().try_get_untracked().map(|theme| theme.background);
            let sheet = ground.and_then(|ground| canvas::joined(canvases, ground));
            let Some(sheet) = sheet else { return done(Taken::Nothing) };
            let take = Closure::once_into_js(move |blob: wasm_bindgen::JsValue| {
                // An empty canvas gives none.
                let is_saved = blob.dyn_into().is_ok_and(|blob: Blob| save(&blob, &file_name).is_some());
                done(if is_saved { Taken::Saved(file_name) } else { Taken::Nothing });
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
