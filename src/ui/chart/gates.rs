//! The chart of how open the gates of a recurrent network are, time step by time step; of a plain cell, which has none, how
//! much of it is saturated.

use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Chosen, Go, Led, Readout, ReadoutRow};
use super::quantity;
use super::stage::{Shown, Stage};
use super::table::Table;
use super::toggle::CurveToggle;
use crate::plot::Marker;
use crate::plot::color::Rgb;
use crate::plot::curves::{Axes, Curve, Data, Labels};
use crate::plot::number::{grouped, significant};
use crate::plot::theme::Theme;
use crate::train::{Layout, Quantity, StepReport};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{paced, use_lab};
use crate::ui::reactive::{Memo, RwSignal, Signal, Views, attribute, effect, live};
use leptos::prelude::*;

/// The curves, in the order of their switches.
const CURVES: [Quantity; 6] = [
    Quantity::ForgetGate,
    Quantity::InputGate,
    Quantity::OutputGate,
    Quantity::UpdateGate,
    Quantity::ResetGate,
    Quantity::Saturated,
];

/// The curves that a kind of network has, each with its switch.
fn curves_of(layout: Layout) -> impl Iterator<Item = (usize, Quantity)> {
    let has = layout.quantities();
    CURVES.into_iter().filter(move |quantity| has.contains(quantity)).enumerate()
}

/// Means of the gates at every time step, at the step that is shown.
#[component]
pub fn GatesOverTime() -> impl IntoView {
    let (lab, i18n, stage) = (use_lab(), use_i18n(), Stage::new());
    let (level, time) = (lab.instruments.level, lab.instruments.time);
    let is_shown = lab.instruments.looks.gate_curves;
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let layout = Memo::new(move |_| lab.measured.with(Layout::of));
    let shown = move || {
        let curves = curves_of(layout.get()).filter(|(place, _)| is_shown[*place].get());
        curves.map(|(_, quantity)| quantity).collect::<Vec<_>>()
    };
    let data_now = move |theme: &Theme| {
        let (level, pointed, shown) = (level.get(), time.get(), shown());
        lab.with_shown(|bucket| {
            let curve = |quantity: &Quantity| {
                let (marker, color) = mark(theme, *quantity);
                Some(Curve { color, marker, values: values(&bucket.last, level, *quantity)? })
            };
            Data { curves: shown.iter().filter_map(curve).collect(), is_log: false, pointed }
        })
    };
    effect(move || {
        let Some(look) = stage.look() else { return };
        let data = data_now(&look.1);
        chart.show(stage, look, labels(i18n), data.as_ref());
    });

    let reading = RwSignal::new(None::<usize>);
    let readout = Signal::derive(move || {
        let (time, theme, level) = (reading.get()?, stage.theme().get(), level.get());
        let shown = shown();
        lab.with_shown(|bucket| {
            axes.with(|axes| {
                let axes = axes.as_ref()?;
                let time = time.min(axes.times() - 1);
                let mut points = Vec::new();
                let row = |quantity: &Quantity| {
                    let value = *values(&bucket.last, level, *quantity)?.get(time)?;
                    points.extend(axes.frame.value_to_y(value).map(|y| (axes.time_to_x(time), y)));
                    let mark = Some(mark(&theme, *quantity));
                    Some(ReadoutRow { mark, label: name(i18n, *quantity).to_owned(), value: significant(value, 3) })
                };
                let rows = shown.iter().filter_map(row).collect();
                Some(readout_at(i18n, axes, time, rows, points))
            })
        })?
    });
    let go = move |to: Go| go(axes, reading, to);
    let choose = move |_: Chosen| {
        if let Some(read) = reading.get_untracked() {
            time.set(Some(read));
        }
        Led::Here
    };

    let spoken = paced(lab, 5_000.0);
    let summary = Memo::new(move |_| {
        spoken.get();
        let level = level.get();
        untrack(|| lab.with_shown(|bucket| summary(i18n, &bucket.last, level))).flatten().unwrap_or_default()
    });
    let refreshed = paced(lab, 1_000.0);
    let table = Signal::derive(move || {
        refreshed.get();
        let level = level.get();
        untrack(|| lab.with_shown(|bucket| table(i18n, &bucket.last, level))).unwrap_or_default()
    });
    let picture = move |sheet: &mut Sheet<'_>| chart.picture(sheet, |theme| Some((labels(i18n), data_now(theme)?)));
    let title = move || {
        if curves_of(layout.get()).count() > 1 {
            t_string!(i18n, cell.gates.title).to_owned()
        } else {
            t_string!(i18n, cell.gates.title_plain).to_owned()
        }
    };
    let toggles = move || {
        let toggle = |(place, quantity): (usize, Quantity)| {
            view! {
                <CurveToggle
                    mark=Signal::derive(move || stage.theme().with(|theme| mark(theme, quantity)))
                    label=Signal::derive(move || name(i18n, quantity).to_owned())
                    is_shown=is_shown[place]
                />
            }
        };
        curves_of(layout.get()).map(toggle).views()
    };
    view! {
        <ChartFigure
            name="gates-over-time"
            title=Signal::derive(title)
            stage
            readout
            go=Callback::new(go)
            choose=Callback::new(choose)
            summary
            table
            picture=Picture::new(picture)
        >
            <fieldset class="chart-group">
                <legend>{live(move || t_string!(i18n, cell.gates.series))}</legend>
                {live(toggles)}
            </fieldset>
            <p class="chart-empty" hidden=attribute(move || !shown().is_empty())>
                {live(move || t_string!(i18n, charts.all_off))}
            </p>
        </ChartFigure>
    }
}

/// A quantity of a level at every time step; `None` where the report has no such level or quantity.
fn values(report: &StepReport, level: usize, quantity: Quantity) -> Option<Vec<f64>> {
    (level < report.layout().levels()).then(|| report.series_at(level, quantity)).flatten()
}

/// Moves the time step that is read.
pub(super) fn go(axes: RwSignal<Option<Axes>>, reading: RwSignal<Option<usize>>, go: Go) {
    let to = axes.with_untracked(|axes| {
        let axes = axes.as_ref()?;
        go.moved(axes.times() - 1, |x| axes.x_to_time(x), reading.get_untracked())
    });
    reading.set(to);
}

/// What is read of a time step.
pub(super) fn readout_at(
    i18n: Words,
    axes: &Axes,
    time: usize,
    rows: Vec<ReadoutRow>,
    points: Vec<(f64, f64)>,
) -> Readout {
    Readout {
        x: axes.time_to_x(time),
        span: (axes.frame.plot.top, axes.frame.floor()),
        y: None,
        points,
        title: t_string!(i18n, cell.gates.row, number = time + 1).to_string(),
        rows,
        place: (time as u64, axes.times() as u64 - 1),
    }
}

fn mark(theme: &Theme, quantity: Quantity) -> (Marker, Rgb) {
    match quantity {
        Quantity::InputGate | Quantity::ResetGate => (Marker::Diamond, theme.grad_w),
        Quantity::OutputGate => (Marker::Triangle, theme.update),
        Quantity::Saturated => (Marker::Square, theme.muted),
        _ => (Marker::Circle, theme.grad_z),
    }
}

fn name(i18n: Words, quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::InputGate => "i",
        Quantity::ForgetGate => "f",
        Quantity::OutputGate => "o",
        Quantity::ResetGate => "r",
        Quantity::UpdateGate => "z",
        _ => t_string!(i18n, cell.gates.saturated),
    }
}

fn labels(i18n: Words) -> Labels {
    let time = t_string!(i18n, cell.gates.time_axis).to_owned();
    Labels {
        time_axis_short: time.clone(),
        time_axis: time,
        value_axis: t_string!(i18n, cell.gates.value_axis).to_owned(),
    }
}

fn summary(i18n: Words, report: &StepReport, level: usize) -> Option<String> {
    let part = |(_, quantity): (usize, Quantity)| {
        let values = values(report, level, quantity)?;
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = (significant(low, 2), significant(high, 2));
        Some(t_string!(i18n, cell.gates.part, name = name(i18n, quantity), low = low, high = high).to_string())
    };
    let parts: Vec<String> = curves_of(report.layout()).filter_map(part).collect();
    let level = t_string!(i18n, cell.level_name, number = level + 1).to_string();
    let (step, parts) = (grouped(report.step), parts.join(", "));
    Some(t_string!(i18n, cell.gates.summary, step = step, level = level, parts = parts).to_string())
}

fn table(i18n: Words, report: &StepReport, level: usize) -> Table {
    let quantities: Vec<Quantity> = curves_of(report.layout()).map(|(_, quantity)| quantity).collect();
    let columns: Vec<Option<Vec<f64>>> = quantities.iter().map(|quantity| values(report, level, *quantity)).collect();
    let row = |time: usize| {
        let cells = columns.iter().map(|column| column.as_ref()?.get(time).copied()).collect();
        (t_string!(i18n, cell.gates.row, number = time + 1).to_string(), cells)
    };
    let of = t_string!(i18n, cell.level_name, number = level + 1).to_string();
    Table {
        caption: t_string!(i18n, cell.gates.table, level = of, step = grouped(report.step)).to_string(),
        corner: t_string!(i18n, cell.gates.corner).to_owned(),
        columns: quantities.iter().map(|quantity| quantity::label(i18n, *quantity)).collect(),
        counts: &[],
        rows: (0..report.places()).map(row).collect(),
    }
}
