//! What all charts have around their canvases: title, switches, tools, reading point, table and summary.

use super::export::Exported;
use super::reading::Reading;
pub(super) use super::reading::{Go, Readout, ReadoutRow, dashes_picture, mark_picture};
use super::stage::Stage;
use super::table::{DataTable, Table};
use super::tools::{ToCopy, Tools};
use crate::ui::i18n::{t_string, use_i18n};
use leptos::ev;
use leptos::prelude::*;

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
    /// The numbers of the chart. It is asked for only while the table is open, and for a copy.
    #[prop(into)]
    table: Signal<Table>,
    /// Draws the chart into an SVG, by way of [`svg`](super::export::svg). Without it the chart offers no such file.
    #[prop(optional)]
    picture: Option<Callback<(), Option<String>>>,
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
    let chart = Exported { name, title, summary, stage, table, picture };
    let is_table_open = RwSignal::new(false);
    let is_maximized = RwSignal::new(false);
    let to_copy = RwSignal::new(None::<String>);
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
            // Where nothing is being read, it is for the chart as a whole.
            "Escape" if readout.with_untracked(Option::is_some) => Go::Leave,
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
        <figure class="chart" class:maximized=is_maximized data-chart=name aria-labelledby=format!("{name}-title")>
            <div class="chart-head">
                <div class="chart-head-row">
                    <figcaption class="chart-title" id=format!("{name}-title")>{title}</figcaption>
                    <div class="chart-switches">{children()}</div>
                    <Tools chart is_table_open is_maximized to_copy />
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
                {move || to_copy.get().map(|text| view! { <ToCopy text to_copy stage /> })}
            </div>
            <p class="chart-summary" aria-live="polite">{summary}</p>
        </figure>
    }
}
