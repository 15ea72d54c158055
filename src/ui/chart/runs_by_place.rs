//! The gradient of several runs by layer, or by time step.

use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Chosen, Go, Led, Readout};
use super::quantity;
use super::runs::{AllSeen, called, row};
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::plot::gradient_by_place::PlaceNames;
use crate::plot::number::readable;
use crate::plot::runs_by_place::{Axes, Curve, Data, Labels};
use crate::train::Layout;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::reactive::{Memo, RwSignal, Signal, effect};
use crate::ui::shared::words::{place_name, place_names};
use leptos::prelude::*;

/// The leading quantity of all runs of one kind in every place, at the step that is shown.
#[component]
pub fn RunsByPlace(
    /// Whether the places are time steps.
    is_through_time: bool,
    /// What is seen of the runs.
    #[prop(into)]
    seen: Signal<AllSeen>,
    /// What each is called.
    #[prop(into)]
    names: Signal<Vec<String>>,
    /// The place of the run that is chosen.
    #[prop(into)]
    chosen: Signal<usize>,
    /// Opens a place in the instrument for one place.
    open: Callback<usize>,
) -> impl IntoView {
    let (i18n, stage) = (use_i18n(), Stage::new());
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let read_place = RwSignal::new(None::<usize>);
    let data_now = move || Data { curves: curves(&seen.get(), is_through_time), chosen: Some(chosen.get()) };
    effect(move || {
        let Some(look) = stage.look() else { return };
        let data = data_now();
        let data = (!data.curves.is_empty()).then_some(data);
        chart.show(stage, look, labels(i18n, &seen.get(), is_through_time), data.as_ref());
    });
    let readout = Signal::derive(move || {
        let (place, theme, names) = (read_place.get()?, stage.theme().get(), names.get());
        let curves = curves(&seen.get(), is_through_time);
        axes.with(|axes| {
            let axes = axes.as_ref()?;
            let place = place.min(axes.places() - 1);
            let point = |(at, value): (usize, &f64)| Some((axes.place_to_x(at), axes.frame.value_to_y(*value)?));
            let points = curves.iter().flat_map(|curve| curve.values.iter().enumerate().filter_map(point));
            let rows = curves.iter().map(|curve| {
                let value = curve.values.get(place).map_or_else(|| "–".to_owned(), |value| readable(*value));
                row(&theme, &names, curve.run, value)
            });
            Some(Readout {
                x: axes.place_to_x(place),
                span: (axes.frame.plot.top, axes.frame.floor()),
                y: None,
                points: points.collect(),
                title: title_of(i18n, &seen.get(), is_through_time, place),
                rows: rows.collect(),
                place: (place as u64, axes.places() as u64 - 1),
            })
        })
    });
    let go = move |go: Go| {
        let place = axes.with_untracked(|axes| {
            let axes = axes.as_ref()?;
            go.moved(axes.places() - 1, |x| axes.x_to_place(x), read_place.get_untracked())
        });
        read_place.set(place);
    };
    let choose = move |_: Chosen| {
        let Some(place) = read_place.get_untracked() else { return Led::Here };
        open.run(place);
        Led::Elsewhere
    };
    let summary = Memo::new(move |_| {
        let (seen, names) = (seen.get(), names.get());
        let told = curves(&seen, is_through_time).into_iter().filter_map(|curve| {
            let (first, last) = (*curve.values.first()?, *curve.values.last()?);
            let run = called(&names, curve.run);
            let words =
                t_string!(i18n, comparison.by_place.summary, run = run, first = readable(first), last = readable(last));
            Some(words.to_string())
        });
        told.collect::<Vec<_>>().join(" ")
    });
    let table = Signal::derive(move || table(i18n, &seen.get(), &names.get(), is_through_time));
    let picture = move |sheet: &mut Sheet<'_>| {
        chart.picture(sheet, |_| Some((labels(i18n, &seen.get(), is_through_time), data_now())))
    };
    let title = move || {
        if is_through_time {
            t_string!(i18n, charts.gradient_by_time.title).to_owned()
        } else {
            t_string!(i18n, charts.gradient_by_layer.title).to_owned()
        }
    };
    view! {
        <ChartFigure
            name=if is_through_time { "runs-by-time" } else { "runs-by-layer" }
            is_main=true
            title=Signal::derive(title)
            stage
            readout
            go=Callback::new(go)
            choose=Callback::new(choose)
            hint=Signal::derive(move || t_string!(i18n, comparison.by_place.hint).to_owned())
            summary
            table
            picture=Picture::new(picture)
        />
    }
}

/// The runs whose places are of this kind.
fn of_kind(seen: &AllSeen, is_through_time: bool) -> impl Iterator<Item = &super::runs::Seen> {
    seen.iter().filter(move |seen| seen.layout().is_through_time() == is_through_time)
}

fn curves(seen: &AllSeen, is_through_time: bool) -> Vec<Curve> {
    let values = |seen: &super::runs::Seen| seen.report.series(seen.layout().leading());
    of_kind(seen, is_through_time).filter_map(|seen| Some(Curve { run: seen.place, values: values(seen)? })).collect()
}

/// The layout of the run with the most places, if all have as many; else `None`.
fn common(seen: &AllSeen, is_through_time: bool) -> Option<Layout> {
    let mut layouts = of_kind(seen, is_through_time).map(|seen| seen.layout());
    let first = layouts.next()?;
    let is_like = |layout: Layout| (layout.places(), layout.number(0)) == (first.places(), first.number(0));
    layouts.all(is_like).then_some(first)
}

fn title_of(i18n: Words, seen: &AllSeen, is_through_time: bool, place: usize) -> String {
    match common(seen, is_through_time) {
        Some(layout) => place_name(i18n, layout, place),
        None if is_through_time => t_string!(i18n, charts.time_step, number = place + 1).to_string(),
        None => t_string!(i18n, charts.layer, number = place + 1).to_string(),
    }
}

fn labels(i18n: Words, seen: &AllSeen, is_through_time: bool) -> Labels {
    let common = common(seen, is_through_time);
    let (place_axis, place_axis_short) = match (is_through_time, common) {
        (true, _) => (t_string!(i18n, comparison.by_place.time_axis), t_string!(i18n, charts.time_step_head)),
        (false, Some(_)) => (t_string!(i18n, charts.gradient_by_layer.place_axis), t_string!(i18n, charts.layer_head)),
        (false, None) => (t_string!(i18n, comparison.by_place.uneven_axis), t_string!(i18n, charts.layer_head)),
    };
    let leading = of_kind(seen, is_through_time).next().map(|seen| seen.layout().leading());
    let formula = leading.map(|leading| quantity::label(i18n, leading)).unwrap_or_default();
    Labels {
        place_axis: place_axis.to_owned(),
        place_axis_short: place_axis_short.to_owned(),
        places: common.map_or(PlaceNames::Times, |layout| place_names(i18n, layout)),
        value_axis: t_string!(i18n, comparison.by_place.value_axis, formula = formula.clone()).to_string(),
        value_axis_short: formula,
    }
}

/// The numbers of the chart: a row a place, a column a run.
fn table(i18n: Words, seen: &AllSeen, names: &[String], is_through_time: bool) -> Table {
    let curves = curves(seen, is_through_time);
    let places = curves.iter().map(|curve| curve.values.len()).max().unwrap_or(0);
    let row = |place: usize| {
        let cells = curves.iter().map(|curve| curve.values.get(place).copied()).collect();
        (title_of(i18n, seen, is_through_time, place), cells)
    };
    let corner =
        if is_through_time { t_string!(i18n, charts.time_step_head) } else { t_string!(i18n, charts.layer_head) };
    Table {
        caption: t_string!(i18n, comparison.by_place.table).to_owned(),
        corner: corner.to_owned(),
        columns: curves.iter().map(|curve| called(names, curve.run)).collect(),
        counts: &[],
        rows: (0..places).map(row).collect(),
    }
}
