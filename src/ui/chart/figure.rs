//! What all charts have around their canvases: title, switches, reading point, table and summary.

use super::stage::Stage;
use super::table::{DataTable, Table};
use crate::plot::color::Rgb;
use crate::plot::{Marker, Surface};
use crate::ui::i18n::{t_string, use_i18n};
use leptos::ev;
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
    fn text(&self) -> String {
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

/// A chart with everything around it.
#[component]
pub(super) fn ChartFigure(
    /// The name by which tests and embedders find it.
    name: &'static str,
    /// The title.
    #[prop(into)]
    title: Signal<String>,
    /// What it is drawn on.
    stage: Stage,
    /// What the reading point reads; `None` while there is none.
    #[prop(into)]
    readout: Signal<Option<Readout>>,
    /// Moves the reading point.
    #[prop(into)]
    go: Callback<Go>,
    /// What the chart shows, in a sentence; it is spoken whenever it changes.
    #[prop(into)]
    summary: Signal<String>,
    /// The numbers of the chart. It is asked for only while the table is open.
    #[prop(into)]
    table: Signal<Table>,
    /// What is to be done when the place that is read is chosen, by a click or by Enter.
    #[prop(optional)]
    choose: Option<Callback<()>>,
    /// What choosing does, in words.
    #[prop(optional, into)]
    hint: Option<Signal<String>>,
    /// The chart's switches.
    children: Children,
) -> impl IntoView {
    let i18n = use_i18n();
    let is_table_open = RwSignal::new(false);
    let point = move |event: &ev::PointerEvent| {
        let scale = stage.surface.get_untracked().scale;
        go.run(Go::To(f64::from(event.offset_x()) * scale, f64::from(event.offset_y()) * scale));
    };
    let pressed_at = StoredValue::new((0, 0));
    let on_press = move |event: ev::PointerEvent| {
        pressed_at.set_value((event.client_x(), event.client_y()));
        point(&event);
    };
    let on_click = move |event: ev::MouseEvent| {
        // Who draws the pointer along only reads.
        let (x, y) = pressed_at.get_value();
        let is_still = (event.client_x() - x).abs().max((event.client_y() - y).abs()) <= 5;
        if let Some(choose) = choose.filter(|_| is_still) {
            choose.run(());
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if let ("Enter", Some(choose)) = (event.key().as_str(), choose) {
            choose.run(());
            event.prevent_default();
            return;
        }
        let direction = match event.key().as_str() {
            "ArrowLeft" => Go::Left,
            "ArrowRight" => Go::Right,
            "ArrowUp" => Go::Up,
            "ArrowDown" => Go::Down,
            "Home" => Go::First,
            "End" => Go::Last,
            "Escape" => Go::Leave,
            _ => return,
        };
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        go.run(direction);
    };
    let on_leave = move |event: ev::PointerEvent| {
        // A finger leaves when it is lifted, and wants to read then.
        if event.pointer_type() == "mouse" {
            go.run(Go::Leave);
        }
    };
    let value_text = move || match readout.get() {
        Some(readout) => readout.text(),
        None => t_string!(i18n, charts.reading.none).to_owned(),
    };
    view! {
        <figure class="chart" data-chart=name aria-labelledby=format!("{name}-title")>
            <div class="chart-head">
                <figcaption class="chart-title" id=format!("{name}-title")>{title}</figcaption>
                <div class="chart-switches">
                    {children()}
                    <button
                        type="button"
                        class="chart-button"
                        aria-expanded=move || if is_table_open.get() { "true" } else { "false" }
                        on:click=move |_| is_table_open.update(|is_open| *is_open = !*is_open)
                    >
                        {move || t_string!(i18n, charts.data)}
                    </button>
                </div>
            </div>
            <div class="chart-body">
                <div
                    class="chart-stage"
                    node_ref=stage.frame
                    tabindex="0"
                    role="slider"
                    aria-label=move || t_string!(i18n, charts.reading.label, title = title.get())
                    aria-valuemin="0"
                    aria-valuemax=move || readout.get().map_or(0, |readout| readout.place.1).to_string()
                    aria-valuenow=move || readout.get().map_or(0, |readout| readout.place.0).to_string()
                    aria-valuetext=value_text
                    on:pointermove=move |event| point(&event)
                    title=move || hint.map(|hint| hint.get())
                    on:pointerdown=on_press
                    on:click=on_click
                    on:pointerleave=on_leave
                    on:keydown=on_key
                    on:blur=move |_| go.run(Go::Leave)
                >
                    <canvas node_ref=stage.axes aria-hidden="true"></canvas>
                    <canvas node_ref=stage.data aria-hidden="true"></canvas>
                    {move || readout.get().map(|readout| view! { <Reading stage readout /> })}
                </div>
                <Show when=move || is_table_open.get()>
                    <div
                        class="chart-data"
                        tabindex="0"
                        role="region"
                        aria-label=move || t_string!(i18n, charts.table_label, title = title.get())
                    >
                        <DataTable table />
                    </div>
                </Show>
            </div>
            <p class="chart-summary" aria-live="polite">{summary}</p>
        </figure>
    }
}

/// The reading point: a line through the chart, and the numbers beside it.
#[component]
fn Reading(stage: Stage, readout: Readout) -> impl IntoView {
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
            <dl>{rows.collect_view()}</dl>
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
