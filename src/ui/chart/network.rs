//! The network as a picture: units and weights, or bands.

use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Chosen, Go, Led, Readout, ReadoutRow};
use super::quantity;
use super::segments::Segments;
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::look::phase::Phase;
use crate::look::view::View;
use crate::plot::network::{Axes, Data, Labels, Pointed, Shade};
use crate::plot::number::{grouped, readable};
use crate::train::{Layout, Quantity, StepReport};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{Lab, paced};
use crate::ui::reactive::{Memo, RwSignal, Signal, effect};
use crate::ui::shared::words::{place_name, place_names};
use leptos::prelude::*;
use std::sync::Arc;

/// How often the picture follows a run.
const EVERY_MS: f64 = 100.0;

/// The network as a picture.
#[component]
pub fn NetworkPicture(
    /// The phase to be lit, if one is.
    #[prop(into)]
    phase: Signal<Option<Phase>>,
    /// Chooses a unit: its layer and its number there, from 0.
    #[prop(into)]
    choose: Callback<(usize, usize)>,
) -> impl IntoView {
    let (i18n, stage) = (use_i18n(), Stage::new());
    let Some(lab) = use_context::<Lab>() else { return ().into_any() };
    let is_weight = lab.instruments.looks.is_weight;
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let reading = RwSignal::new(None::<(usize, usize)>);
    let report = move || lab.with_shown(|bucket| bucket.last.clone());

    let tick = paced(lab, EVERY_MS);
    let is_running = Memo::new(move |_| lab.is_under_way());
    // While a run goes on, more frames come than anybody sees.
    let view = move || {
        tick.get();
        if is_running.get() { lab.instruments.view.get_untracked() } else { lab.instruments.view.get() }
    };
    effect(move || {
        let view = view();
        lab.visited.track();
        let shade = if is_weight.get() { Shade::Weight } else { Shade::Gradient };
        let labels = labels(i18n, lab.measured.with(Layout::of), shade);
        let pointed = Pointed { unit: lab.instruments.unit.get(), phase: phase.get() };
        let Some(look) = stage.look() else { return };
        // Until the first view of another run is there, the last one stays.
        let Some(network) = view.as_ref().and_then(|view| view.network.as_ref()) else { return };
        let report = untrack(report);
        chart.show(stage, look, labels, Some(&Data { network, report: report.as_ref(), shade, pointed }));
    });

    let readout = Signal::derive(move || {
        let (column, unit) = reading.get()?;
        let view = view();
        let (report, layout) = (report(), lab.measured.with(Layout::of));
        axes.with(|axes| readout(i18n, axes.as_ref()?, layout, view, report, column, unit))
    });
    let go = move |go: Go| {
        let to = axes.with_untracked(|axes| place(axes.as_ref()?, go, reading.get_untracked()));
        if reading.get_untracked() != to {
            reading.set(to);
        }
    };
    let choose = move |_: Chosen| {
        if let Some((column, unit)) = reading.get_untracked().filter(|(column, _)| *column > 0) {
            choose.run((column - 1, unit));
        }
        Led::Here
    };

    let spoken = paced(lab, 5_000.0);
    let summary = Memo::new(move |_| {
        spoken.get();
        // At rest the view comes after the step.
        let view = if is_running.get() { lab.instruments.view.get_untracked() } else { lab.instruments.view.get() };
        view.and_then(|view| summary(i18n, &view, untrack(report)?)).unwrap_or_default()
    });
    let refreshed = paced(lab, 1_000.0);
    let table = Signal::derive(move || {
        refreshed.get();
        // Not a number a frame: the table is read.
        let view = if is_running.get() { lab.instruments.view.get_untracked() } else { lab.instruments.view.get() };
        table(i18n, view, untrack(report))
    });
    let picture = move |sheet: &mut Sheet<'_>| {
        let shade = if is_weight.get_untracked() { Shade::Weight } else { Shade::Gradient };
        let (view, report) = (lab.instruments.view.get_untracked()?, untrack(report));
        let pointed = Pointed { unit: lab.instruments.unit.get_untracked(), phase: phase.get_untracked() };
        chart.picture(sheet, |_| {
            let network = view.network.as_ref()?;
            Some((
                labels(i18n, lab.measured.with_untracked(Layout::of), shade),
                Data { network, report: report.as_ref(), shade, pointed },
            ))
        })
    };
    let words = move || [t_string!(i18n, network.gradient).to_owned(), t_string!(i18n, network.weight).to_owned()];
    view! {
        <div class="network-picture">
            <ChartFigure
                name="network"
                title=Signal::derive(move || t_string!(i18n, network.title).to_owned())
                stage
                readout
                go=Callback::new(go)
                summary
                table
                picture=Picture::new(picture)
                choose=Callback::new(choose)
                hint=Signal::derive(move || t_string!(i18n, network.hint).to_owned())
            >
                <Segments
                    name="network-shade"
                    legend=Signal::derive(move || t_string!(i18n, network.legend).to_owned())
                    choice=is_weight
                    words=Signal::derive(words)
                />
            </ChartFigure>
        </div>
    }
    .into_any()
}

fn labels(i18n: Words, layout: Layout, shade: Shade) -> Labels {
    let (edges, bands) = match shade {
        Shade::Weight => ("w", Quantity::Weight),
        Shade::Gradient => ("∂L/∂w", Quantity::GradW),
    };
    Labels {
        input: t_string!(i18n, network.input).to_owned(),
        layers: place_names(i18n, layout),
        units: "h".into(),
        edges: edges.into(),
        bands: format!("{} {}", quantity::label(i18n, bands), t_string!(i18n, charts.norm.rms)),
    }
}

/// Where the reading point goes: to the column and the unit at a point, or from one to the next.
fn place(axes: &Axes, go: Go, from: Option<(usize, usize)>) -> Option<(usize, usize)> {
    let last = axes.columns().saturating_sub(1);
    let within = |(column, unit): (usize, usize)| {
        let column = column.min(last);
        (column, unit.min(axes.units(column).saturating_sub(1)))
    };
    let Some((column, unit)) = from.map(within) else {
        return match go {
            Go::To(x, y) => Some(axes.unit_at(x, y)),
            Go::Leave => None,
            Go::Last => Some((last, 0)),
            _ => Some((0, 0)),
        };
    };
    Some(within(match go {
        Go::To(x, y) => axes.unit_at(x, y),
        Go::Left => (column.saturating_sub(1), unit),
        Go::Right => (column + 1, unit),
        Go::Up => (column, unit.saturating_sub(1)),
        Go::Down => (column, unit + 1),
        Go::First => (0, unit),
        Go::Last => (last, unit),
        Go::Leave => return None,
    }))
}

fn readout(
    i18n: Words,
    axes: &Axes,
    layout: Layout,
    view: Option<Arc<View>>,
    report: Option<StepReport>,
    column: usize,
    unit: usize,
) -> Option<Readout> {
    let view = view?;
    let network = view.network.as_ref()?;
    let layers = axes.columns().checked_sub(1)?;
    // The place that is read may be of the network before, which was deeper or wider.
    if unit >= *network.widths.get(column)? || column > layers {
        return None;
    }
    let title = match column.checked_sub(1) {
        None => t_string!(i18n, network.input_number, number = unit + 1).to_string(),
        Some(layer) => {
            let unit = t_string!(i18n, network.unit, number = unit + 1).to_string();
            t_string!(i18n, network.unit_of, layer = place_name(i18n, layout, layer), unit = unit).to_string()
        }
    };
    let row = |label: String, value: f64| ReadoutRow { mark: None, label, value: readable(value) };
    let output = network.outputs.get(column).and_then(|row| row.get(unit));
    let mut rows: Vec<_> = output.map(|h| row("h".into(), f64::from(*h))).into_iter().collect();
    if let (Some(layer), Some(report)) = (column.checked_sub(1), report.filter(|report| report.places() == layers)) {
        for quantity in [Quantity::GradZ, Quantity::GradW, Quantity::Weight] {
            rows.extend(report.find(0, layer, quantity).map(|norm| row(quantity::label(i18n, quantity), norm)));
        }
    }
    let (x, y) = (axes.column_to_x(column), axes.unit_to_y(column, unit));
    Some(Readout {
        x,
        span: (axes.plot.top, axes.plot.bottom),
        y: Some(y),
        points: vec![(x, y)],
        title,
        rows,
        place: (column as u64, layers as u64),
    })
}

fn summary(i18n: Words, view: &View, report: StepReport) -> Option<String> {
    let widths = &view.network.as_ref()?.widths;
    let layers = report.places();
    if widths.len() != layers + 1 {
        return None;
    }
    let mean = |layer: usize| {
        let entries = (widths[layer] * widths[layer + 1]) as f64;
        Some(readable(report.find(0, layer, Quantity::GradW)? / entries.sqrt()))
    };
    let sentence =
        t_string!(i18n, network.summary, layers = layers, first = mean(0)?, last = mean(layers.checked_sub(1)?)?)
            .to_string();
    Some(sentence)
}

fn table(i18n: Words, view: Option<Arc<View>>, report: Option<StepReport>) -> Table {
    const NORMS: [Quantity; 3] = [Quantity::Weight, Quantity::GradW, Quantity::GradZ];
    let (Some(view), Some(report)) = (view, report) else { return Table::default() };
    let layers = report.places();
    let widths = view.network.as_ref().map(|network| network.widths.clone()).filter(|all| all.len() == layers + 1);
    let width = |column: usize| widths.as_ref().map(|widths| widths[column] as f64);
    let rows = (0..layers).map(|layer| {
        let norms = NORMS.map(|quantity| report.find(0, layer, quantity));
        (place_name(i18n, report.layout(), layer), [width(layer), width(layer + 1)].into_iter().chain(norms).collect())
    });
    let heads = [t_string!(i18n, network.inputs_head).to_owned(), t_string!(i18n, network.units_head).to_owned()];
    Table {
        caption: t_string!(i18n, network.table, step = grouped(report.step)).to_string(),
        corner: t_string!(i18n, charts.layer_head).to_owned(),
        columns: heads.into_iter().chain(NORMS.map(|quantity| quantity::label(i18n, quantity))).collect(),
        counts: &[0, 1],
        rows: rows.collect(),
    }
}
