//! The reading point of a chart: where it stands, what it reads, and the numbers beside it.

use super::stage::Stage;
use crate::plot::color::Rgb;
use crate::plot::{Marker, Surface};
use crate::ui::reactive::Views;
use leptos::prelude::*;

/// What the reading point reads, and where it is in device pixels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Readout {
    /// Where the upright line stands.
    pub x: f64,
    /// The upper and the lower end of that line.
    pub span: (f64, f64),
    /// The point on it, where there is only one.
    pub y: Option<f64>,
    /// Points of the curves, which the numbers should not cover.
    pub points: Vec<(f64, f64)>,
    /// What is read: the layer, the step.
    pub title: String,
    /// The numbers there.
    pub rows: Vec<ReadoutRow>,
    /// The place on the way of the arrow keys, and the last place there.
    pub place: (u64, u64),
}

/// One number that is read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ReadoutRow {
    /// The mark of its series, if it has one.
    pub mark: Option<(Marker, Rgb)>,
    /// Its name.
    pub label: String,
    /// The number.
    pub value: String,
}

impl Readout {
    /// The readout as one sentence, for those who hear it.
    pub(super) fn text(&self) -> String {
        let rows: Vec<String> = self.rows.iter().map(|row| format!("{} {}", row.label, row.value)).collect();
        format!("{}: {}", self.title, rows.join(", "))
    }
}

/// Where the reading point is to go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Go {
    /// To a point of the canvas, in device pixels.
    To(f64, f64),
    /// One place to the left, to the right, up or down.
    Left,
    Right,
    Up,
    Down,
    /// To the first or the last place.
    First,
    Last,
    /// Away.
    Leave,
}

/// The reading point: a line through the chart, and the numbers beside it.
#[component]
pub(super) fn Reading(
    /// Where it stands.
    stage: Stage,
    /// What it reads.
    readout: Readout,
) -> impl IntoView {
    let surface = stage.surface.get_untracked();
    let css = |pixels: f64| pixels / surface.scale;
    let line = format!(
        "left: {:.1}px; top: {:.1}px; height: {:.1}px",
        css(readout.x),
        css(readout.span.0),
        css(readout.span.1 - readout.span.0)
    );
    let ring = readout.y.map(|y| format!("left: {:.1}px; top: {:.1}px", css(readout.x), css(y)));
    let place = place(&readout, surface);
    let rows = readout.rows.into_iter().map(|row| {
        view! {
            <div class="chart-reading-row">
                <dt>{row.mark.map(|(marker, color)| mark_picture(marker, color))}{row.label}</dt>
                <dd>{row.value}</dd>
            </div>
        }
    });
    view! {
        <div class="chart-reading-line" style=line></div>
        {ring.map(|ring| view! { <div class="chart-reading-ring" style=ring></div> })}
        <div class="chart-reading" style=place aria-hidden="true">
            <p class="chart-reading-title">{readout.title}</p>
            <dl>{rows.views()}</dl>
        </div>
    }
}

/// Where the numbers stand: in the corner beside the line where they cover the fewest points, as a style.
fn place(readout: &Readout, surface: Surface) -> String {
    // A guess at the size, in CSS pixels: what stands there is measured only once it stands.
    const GAP: f64 = 14.0;
    let letters = readout.rows.iter().map(|row| row.label.chars().count() + row.value.chars().count()).max();
    let (width, height) = (55.0 + 7.5 * letters.unwrap_or(0) as f64, 32.0 + 21.0 * readout.rows.len() as f64);
    let css = |pixels: f64| pixels / surface.scale;
    let (x, top, bottom) = (css(readout.x), css(readout.span.0) + 4.0, css(readout.span.1) - 4.0);
    let covered = |left: f64, top: f64| {
        let is_inside = |(x, y): &&(f64, f64)| {
            (left..left + width).contains(&css(*x)) && (top - 6.0..top + height + 6.0).contains(&css(*y))
        };
        // Beyond the edge is worse than over any curve.
        let is_outside = left < 0.0 || left + width > css(surface.width.into());
        readout.points.iter().filter(is_inside).count() + if is_outside { 100_000 } else { 0 }
    };
    let sides = [x + GAP, x - GAP - width];
    let corners = sides.into_iter().flat_map(|left| [(left, top), (left, bottom - height)]);
    let best = corners.min_by_key(|(left, top)| covered(*left, *top)).unwrap_or((x + GAP, top));
    let across = if best.0 > x {
        format!("left: {:.1}px", x + GAP)
    } else {
        format!("right: {:.1}px", css(surface.width.into()) - x + GAP)
    };
    let down = if best.1 == top {
        format!("top: {top:.1}px")
    } else {
        format!("bottom: {:.1}px", css(surface.height.into()) - bottom)
    };
    format!("{across}; {down}")
}

/// A series' mark as a picture, the same as on the canvas.
pub(super) fn mark_picture(marker: Marker, color: Rgb) -> impl IntoView {
    let fill = format!("#{:02x}{:02x}{:02x}", color.0, color.1, color.2);
    let path = match marker {
        Marker::Circle => "M8 3a5 5 0 1 1 0 10a5 5 0 1 1 0-10z",
        Marker::Diamond => "M8 1.7L14.3 8L8 14.3L1.7 8z",
        Marker::Triangle => "M8 2L14 12.8H2z",
        Marker::Square => "M3 3h10v10H3z",
    };
    view! {
        <svg class="chart-mark" viewBox="0 0 16 16" aria-hidden="true">
            <path d=path fill=fill></path>
        </svg>
    }
}

/// The dashes of an expected line as a picture, as on the canvas.
pub(super) fn dashes_picture() -> impl IntoView {
    view! {
        <svg class="chart-mark" viewBox="0 0 16 16" aria-hidden="true">
            <path d="M1 8h6M10 8h6" stroke="currentcolor" stroke-width="1.8" fill="none"></path>
        </svg>
    }
}
