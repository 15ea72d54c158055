//! The chart of where in time the gradient of the recurrent weights comes from.

use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Chosen, Go, Led, ReadoutRow};
use super::gates::{go, readout_at};
use super::segments::Segments;
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::look::recurrent_view::TimeView;
use crate::look::view::View;
use crate::plot::Marker;
use crate::plot::curves::{Axes, Curve, Data, Labels};
use crate::plot::number::{grouped, readable};
use crate::plot::theme::Theme;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{paced, use_lab};
use crate::ui::reactive::{Memo, RwSignal, Signal, effect};
use leptos::prelude::*;

/// The share of each time step in the gradient of a level's recurrent weights.
#[component]
pub fn LagShare() -> impl IntoView {
    let (lab, i18n, stage) = (use_lab(), use_i18n(), Stage::new());
    let (view, level, time) = (lab.instruments.view, lab.instruments.level, lab.instruments.time);
    let is_log = lab.instruments.looks.is_lag_log;
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let data_now = move |theme: &Theme| {
        let (level, pointed, is_log) = (level.get(), time.get(), is_log.get());
        view.with(|view| {
            let values = seen(view.as_deref()?, level)?.shares.clone();
            let curve = Curve { color: theme.grad_w, marker: Marker::Diamond, values };
            Some(Data { curves: vec![curve], is_log, pointed })
        })
    };
    effect(move || {
        let Some(look) = stage.look() else { return };
        let data = data_now(&look.1);
        chart.show(stage, look, labels(i18n), data.as_ref());
    });

    let reading = RwSignal::new(None::<usize>);
    let readout = Signal::derive(move || {
        let (time, level, theme) = (reading.get()?, level.get(), stage.theme().get());
        view.with(|view| {
            let shares = &seen(view.as_deref()?, level)?.shares;
            axes.with(|axes| {
                let axes = axes.as_ref()?;
                let time = time.min(axes.times() - 1);
                let share = *shares.get(time)?;
                let points = axes.frame.value_to_y(share).map(|y| (axes.time_to_x(time), y));
                let row = |mark, label: &str, value| ReadoutRow { mark, label: label.to_owned(), value };
                let lag = grouped((axes.times() - 1 - time) as u64);
                let mark = Some((Marker::Diamond, theme.grad_w));
                let rows = vec![
                    row(mark, t_string!(i18n, cell.lag.share), readable(share)),
                    row(None, t_string!(i18n, cell.lag.lag), lag),
                ];
                Some(readout_at(i18n, axes, time, rows, points.into_iter().collect()))
            })
        })
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
        let shown = |view: &View| seen(view, level).map(|seen| lag_words(i18n, seen));
        // At rest the view comes after the step.
        let words = if lab.is_under_way() {
            view.with_untracked(|view| shown(view.as_deref()?))
        } else {
            view.with(|view| shown(view.as_deref()?))
        };
        words.unwrap_or_default()
    });
    let refreshed = paced(lab, 1_000.0);
    let table = Signal::derive(move || {
        refreshed.get();
        let level = level.get();
        if !lab.is_under_way() {
            view.track();
        }
        view.with_untracked(|view| table(i18n, view.as_deref()?, level)).unwrap_or_default()
    });
    let picture = move |sheet: &mut Sheet<'_>| chart.picture(sheet, |theme| Some((labels(i18n), data_now(theme)?)));
    let words = move || [t_string!(i18n, cell.lag.linear).to_owned(), t_string!(i18n, cell.lag.log).to_owned()];
    view! {
        <ChartFigure
            name="lag-share"
            title=Signal::derive(move || t_string!(i18n, cell.lag.title).to_owned())
            stage
            readout
            go=Callback::new(go)
            choose=Callback::new(choose)
            summary
            table
            picture=Picture::new(picture)
        >
            <Segments
                name="lag-axis"
                legend=Signal::derive(move || t_string!(i18n, cell.lag.legend).to_owned())
                choice=is_log
                words=Signal::derive(words)
            />
        </ChartFigure>
    }
}

fn seen(view: &View, level: usize) -> Option<&TimeView> {
    view.time.as_ref().filter(|time| time.level == level)
}

fn labels(i18n: Words) -> Labels {
    Labels {
        time_axis: t_string!(i18n, cell.lag.time_axis).to_owned(),
        time_axis_short: t_string!(i18n, cell.lag.time_axis_short).to_owned(),
        value_axis: t_string!(i18n, cell.lag.value_axis).to_owned(),
    }
}

/// From how many of the last time steps half of the gradient of the recurrent weights comes, and nine tenths, in words.
pub fn lag_words(i18n: Words, seen: &TimeView) -> String {
    let times = seen.shares.len();
    if seen.shares.iter().any(|share| share.is_nan()) {
        return t_string!(i18n, cell.lag.not_finite).to_owned();
    }
    let [half, most] = [0.5, 0.9].map(|part| seen.last_steps_with(part));
    match (half, most) {
        (Some(_), Some(1)) => t_string!(i18n, cell.lag.all_one, times = times).to_string(),
        (Some(1), Some(most)) => t_string!(i18n, cell.lag.half_one, times = times, most = most).to_string(),
        (Some(half), Some(most)) => t_string!(i18n, cell.lag.half, half = half, times = times, most = most).to_string(),
        _ => t_string!(i18n, cell.lag.nothing).to_owned(),
    }
}

fn table(i18n: Words, view: &View, level: usize) -> Option<Table> {
    let shares = &seen(view, level)?.shares;
    let row = |(time, share): (usize, &f64)| {
        let lag = (shares.len() - 1 - time) as f64;
        (t_string!(i18n, cell.gates.row, number = time + 1).to_string(), vec![Some(*share), Some(lag)])
    };
    let of = t_string!(i18n, cell.level_name, number = level + 1).to_string();
    Some(Table {
        caption: t_string!(i18n, cell.lag.table, level = of, step = grouped(view.step)).to_string(),
        corner: t_string!(i18n, cell.gates.corner).to_owned(),
        columns: [t_string!(i18n, cell.lag.share), t_string!(i18n, cell.lag.lag)].map(str::to_owned).into(),
        counts: &[1],
        rows: shares.iter().enumerate().map(row).collect(),
    })
}
