//! What all charts have around their canvases: title, switches, tools, reading point, table and summary.

use super::export::{Exported, Picture};
use super::reading::Reading;
pub(super) use super::reading::{Go, Readout, ReadoutRow, dashes_picture, mark_picture};
use super::stage::Stage;
use super::table::{DataTable, Table};
use super::tools::{ToCopy, Tools};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::reactive::{RwSignal, Show, Signal, attribute, live};
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
    /// What the chart shows, in a sentence. It is spoken when it changes and the chart has the focus, or is the page's
    /// main chart: of one step, as many sentences as there are charts are more than anybody listens to.
    #[prop(into)]
    summary: Signal<String>,
    /// The numbers of the chart. It is asked for only while the table is open, and for a copy.
    #[prop(into)]
    table: Signal<Table>,
    /// Draws the chart on a sheet to keep. Without it the chart offers no SVG file.
    #[prop(optional)]
    picture: Option<Picture>,
    /// Whether it is the page's main chart.
    #[prop(optional)]
    is_main: bool,
    /// What is to be done when the place that is read is chosen: by a click, by a second tap on it, or by Enter.
    #[prop(optional)]
    choose: Option<Callback<Chosen, Led>>,
    /// What choosing does, in words.
    #[prop(optional, into)]
    hint: Option<Signal<String>>,
    /// What stands over the canvases and can be taken hold of.
    #[prop(optional)]
    over: Option<Children>,
    /// The chart's switches.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let i18n = use_i18n();
    let chart = Exported { name, title, summary, stage, table, picture };
    let is_table_open = RwSignal::new(false);
    let is_maximized = RwSignal::new(false);
    let to_copy = RwSignal::new(None::<String>);
    let point = move |event: &ev::PointerEvent| {
        let scale = stage.surface.try_with_untracked(|surface| surface.scale).unwrap_or(1.0);
        go.try_run(Go::To(f64::from(event.offset_x()) * scale, f64::from(event.offset_y()) * scale));
    };
    let choose_now = move |chosen: Chosen| {
        // What opens would be behind a chart that fills the window.
        if choose.and_then(|choose| choose.try_run(chosen)) == Some(Led::Elsewhere) {
            is_maximized.try_set(false);
        }
    };
    let press = StoredValue::new(Press::default());
    let is_reading = move || readout.try_with_untracked(Option::is_some) == Some(true);
    let on_press = move |event: ev::PointerEvent| {
        let is_reading = is_reading();
        if press.try_update_value(|press| press.begin(&event, is_reading)) == Some(true) {
            point(&event);
        }
    };
    let on_move = move |event: ev::PointerEvent| {
        if press.try_update_value(|press| press.reads_along(&event)) == Some(true) {
            point(&event);
        }
    };
    let on_click = move |event: ev::MouseEvent| {
        if press.try_with_value(|press| press.chooses(&event)) == Some(true) {
            choose_now(Chosen::Pointed);
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        press.try_update_value(|press| press.read_at = None);
        if event.key() == "Enter" && choose.is_some() {
            choose_now(if event.shift_key() { Chosen::WithShift } else { Chosen::Plainly });
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
            "Escape" if is_reading() => Go::Leave,
            _ => return,
        };
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        go.try_run(direction);
    };
    let on_leave = move |event: ev::PointerEvent| {
        // A finger leaves when it is lifted, and wants to read then.
        if event.pointer_type() == "mouse" {
            go.try_run(Go::Leave);
        }
    };
    let has_focus = RwSignal::new(false);
    let value_text = move || match readout.get() {
        Some(readout) => readout.text(),
        None => t_string!(i18n, charts.reading.none).to_owned(),
    };
    view! {
        <figure
            class="chart"
            class:maximized=move || is_maximized.get()
            data-chart=name
            aria-labelledby=format!("{name}-title")
            on:focusin=move |_| has_focus.try_set(true)
            on:focusout=move |_| has_focus.try_set(false)
        >
            <div class="chart-head">
                <div class="chart-head-row">
                    <figcaption class="chart-title" id=format!("{name}-title")>{live(move || title.get())}</figcaption>
                    <div class="chart-switches">{children.map(|children| children())}</div>
                    <Tools chart is_table_open is_maximized to_copy />
                </div>
            </div>
            <div class="chart-body">
                <div
                    class="chart-stage"
                    node_ref=stage.frame
                    tabindex="0"
                    role="slider"
                    aria-label=attribute(move || t_string!(i18n, charts.reading.label, title = title.get()))
                    aria-valuemin="0"
                    aria-valuemax=attribute(move || readout.get().map_or(0, |readout| readout.place.1).to_string())
                    aria-valuenow=attribute(move || readout.get().map_or(0, |readout| readout.place.0).to_string())
                    aria-valuetext=attribute(value_text)
                    on:pointermove=on_move
                    title=attribute(move || hint.map(|hint| hint.get()))
                    on:pointerdown=on_press
                    on:click=on_click
                    on:pointerleave=on_leave
                    on:keydown=on_key
                    on:blur=move |_| _ = go.try_run(Go::Leave)
                >
                    <canvas node_ref=stage.axes aria-hidden="true"></canvas>
                    <canvas node_ref=stage.data aria-hidden="true"></canvas>
                    {live(move || readout.get().map(|readout| view! { <Reading stage readout /> }))}
                    {over.map(|over| over())}
                </div>
                <Show when=is_table_open>
                    <div
                        class="chart-data"
                        tabindex="0"
                        role="region"
                        aria-label=attribute(move || t_string!(i18n, charts.table_label, title = title.get()))
                    >
                        <DataTable table />
                    </div>
                </Show>
                {live(move || to_copy.get().map(|text| view! { <ToCopy text to_copy stage /> }))}
            </div>
            <p class="chart-summary" aria-live=attribute(move || if is_main || has_focus.get() { "polite" } else { "off" })>
                {live(move || summary.get())}
            </p>
        </figure>
    }
}

/// How a place was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    /// By a click or a tap.
    Pointed,
    /// By Enter.
    Plainly,
    /// By Enter with the shift key.
    WithShift,
}

/// Where choosing a place led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Led {
    /// Nowhere, or to what the chart itself shows: another step, another unit.
    Here,
    /// To another instrument.
    Elsewhere,
}

/// The pointer on a chart, from its going down on.
///
/// A mouse reads before it is pressed, and so chooses by its first click. A finger reads by its first tap, or drawn along,
/// and chooses by a tap on what it has read.
#[derive(Clone, Copy, Default)]
struct Press {
    /// Where it went down, in CSS pixels of the window.
    at: (i32, i32),
    /// What a finger read last, in CSS pixels of the chart.
    read_at: Option<(i32, i32)>,
    is_finger: bool,
    /// Whether the finger is on what it has read.
    is_again: bool,
}

impl Press {
    /// Farther apart, two places are not the same for a mouse or a finger that is meant to stand still, in CSS pixels.
    const STILL: i32 = 5;
    /// The same for two taps.
    const SAME_TAP: i32 = 16;

    /// Takes note of a pointer that goes down, and says whether the chart is to be read there.
    fn begin(&mut self, event: &ev::PointerEvent, is_reading: bool) -> bool {
        let place = (event.offset_x(), event.offset_y());
        self.at = (event.client_x(), event.client_y());
        self.is_finger = event.pointer_type() == "touch";
        let is_near = self.read_at.is_some_and(|read_at| are_near(read_at, place, Self::SAME_TAP));
        self.is_again = self.is_finger && is_reading && is_near;
        if !self.is_again {
            self.read_at = self.is_finger.then_some(place);
        }
        !self.is_again
    }

    /// Whether a pointer that moves reads along: one that is lifted again at once would move what it chooses.
    fn reads_along(&mut self, event: &ev::PointerEvent) -> bool {
        if event.pointer_type() != "touch" {
            return true;
        }
        let is_drawn = !self.is_again || !are_near(self.at, (event.client_x(), event.client_y()), Self::STILL);
        if is_drawn {
            self.is_again = false;
            self.read_at = Some((event.offset_x(), event.offset_y()));
        }
        is_drawn
    }

    /// Whether a click chooses: who draws the pointer along only reads.
    fn chooses(&self, event: &ev::MouseEvent) -> bool {
        let is_still = are_near(self.at, (event.client_x(), event.client_y()), Self::STILL);
        is_still && (self.is_again || !self.is_finger)
    }
}

fn are_near(a: (i32, i32), b: (i32, i32), most: i32) -> bool {
    (a.0 - b.0).abs().max((a.1 - b.1).abs()) <= most
}
