//! The reading point of a chart: where it stands, what it reads, and the numbers beside it.

use super::stage::Stage;
use crate::plot::Marker;
use crate::plot::color::Rgb;
use crate::ui::reactive::{Views, element};
use leptos::html;
use leptos::prelude::*;
use web_sys::{DomRect, HtmlElement};

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
    let scale = stage.surface.get_untracked().scale;
    let css = move |pixels: f64| pixels / scale;
    let px = move |pixels: f64| in_pixels(css(pixels));
    let Readout { x, span, y, points, title, rows, .. } = readout;
    let numbers = NodeRef::<html::Div>::new();
    // How large they are is known when they are there, before they are seen.
    numbers.on_load(move |numbers| {
        let Some(frame) = element(stage.frame) else { return };
        let stage = frame.get_bounding_client_rect();
        let room = Room { width: stage.width(), height: stage.height(), around: around(&frame, &stage) };
        let style = HtmlElement::style(&numbers);
        let _ = style.set_property("max-width", &in_pixels(room.around.1 - room.around.0));
        let size = numbers.get_bounding_client_rect();
        let points: Vec<_> = points.iter().map(|(x, y)| (css(*x), css(*y))).collect();
        let (left, top) = place(css(x), (css(span.0), css(span.1)), &points, (size.width(), size.height()), &room);
        let _ = style.set_property("left", &in_pixels(left));
        let _ = style.set_property("top", &in_pixels(top));
    });
    let rows = rows.into_iter().map(|row| {
        view! {
            <div class="chart-reading-row">
                <dt>{row.mark.map(|(marker, color)| mark_picture(marker, color))}{row.label}</dt>
                <dd>{row.value}</dd>
            </div>
        }
    });
    // A policy may forbid styles in attributes (index.html), but not properties.
    view! {
        <div class="chart-reading-line" style:left=px(x) style:top=px(span.0) style:height=px(span.1 - span.0)></div>
        {y.map(|y| view! { <div class="chart-reading-ring" style:left=px(x) style:top=px(y)></div> })}
        <div class="chart-reading" node_ref=numbers aria-hidden="true">
            <p class="chart-reading-title">{title}</p>
            <dl>{rows.views()}</dl>
        </div>
    }
}

fn in_pixels(css: f64) -> String {
    format!("{css:.1}px")
}

/// Where the numbers may stand, in CSS pixels from the upper left corner of the stage.
struct Room {
    /// Width of the stage.
    width: f64,
    /// Height of the stage.
    height: f64,
    /// From where to where they are seen: beside a narrow chart there is its neighbours' room.
    around: (f64, f64),
}

/// From where to where what is round a stage is seen.
fn around(frame: &HtmlElement, stage: &DomRect) -> (f64, f64) {
    let pane = frame.closest(".area-hero, .workbench-pane").ok().flatten().map(|pane| pane.get_bounding_client_rect());
    let window = document().document_element().map_or(0, |root| root.client_width()).into();
    let (left, right) = pane.map_or((0.0, window), |pane| (pane.left().max(0.0), pane.right().min(window)));
    // A chart that fills the window has left its pane.
    ((left - stage.left()).min(0.0), (right - stage.left()).max(stage.width()))
}

/// Where the numbers stand: within the stage if it is wide enough for them, and beside the line at `x` if there is room,
/// in the corner where they cover the fewest points. All is in CSS pixels.
fn place(
    x: f64,
    (first, last): (f64, f64),
    points: &[(f64, f64)],
    (width, height): (f64, f64),
    room: &Room,
) -> (f64, f64) {
    const GAP: f64 = 14.0;
    let (least, most) = if width <= room.width { (0.0, room.width) } else { room.around };
    let within = |at: f64, least: f64, most: f64| at.min(most).max(least);
    let corner = |left: f64, top: f64| {
        let inside = within(left, least, most - width);
        let is_moved = inside != left;
        (inside, within(top, 0.0, room.height - height), is_moved)
    };
    let sides = [x + GAP, x - GAP - width];
    let corners = sides.into_iter().flat_map(|left| [corner(left, first + 4.0), corner(left, last - 4.0 - height)]);
    let best = corners.min_by_key(|(left, top, is_moved)| {
        let is_covered =
            |(x, y): &&(f64, f64)| (*left..left + width).contains(x) && (top - 6.0..top + height + 6.0).contains(y);
        // Over the line is worse than over any curve.
        points.iter().filter(is_covered).count() + if *is_moved { 100_000 } else { 0 }
    });
    best.map_or((0.0, 0.0), |(left, top, _)| (left, top))
}

/// A series' mark as a picture, the same as on the canvas.
pub(in crate::ui) fn mark_picture(marker: Marker, color: Rgb) -> impl IntoView {
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

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    const ROOM: Room = Room { width: 300.0, height: 200.0, around: (-20.0, 340.0) };

    #[wasm_bindgen_test]
    fn the_numbers_are_seen_wherever_the_line_stands() {
        for (width, least, most) in
            [(100.0, 0.0, 300.0), (290.0, 0.0, 300.0), (300.0, 0.0, 300.0), (350.0, -20.0, 340.0)]
        {
            for x in [0.0, 1.0, 75.0, 150.0, 225.0, 299.0, 300.0] {
                for height in [40.0, 190.0, 250.0] {
                    let (left, top) = place(x, (5.0, 180.0), &[(x, 50.0)], (width, height), &ROOM);
                    assert!(left >= least && left + width <= most, "{width} at {x}: from {left}");
                    assert!(top >= 0.0 && (top + height <= 200.0 || top == 0.0), "{height} at {x}: from {top}");
                }
            }
        }
    }

    #[wasm_bindgen_test]
    fn the_numbers_stand_beside_the_line_where_they_cover_the_fewest_points() {
        let size = (80.0, 60.0);
        assert_eq!(place(150.0, (0.0, 180.0), &[], size, &ROOM), (164.0, 4.0));
        assert_eq!(place(150.0, (0.0, 180.0), &[(200.0, 30.0)], size, &ROOM), (164.0, 116.0));
        assert_eq!(place(150.0, (0.0, 180.0), &[(200.0, 30.0), (200.0, 130.0)], size, &ROOM), (56.0, 4.0));
        // On one side alone there is room.
        assert_eq!(place(290.0, (0.0, 180.0), &[(200.0, 30.0), (200.0, 130.0)], size, &ROOM), (196.0, 4.0));
    }

    #[wasm_bindgen_test]
    fn beside_a_narrow_chart_the_numbers_have_its_neighbours_room() {
        let narrow = Room { width: 60.0, height: 200.0, around: (-200.0, 70.0) };
        let (left, _) = place(30.0, (0.0, 180.0), &[], (150.0, 60.0), &narrow);
        assert_eq!(left, -134.0);
    }
}
