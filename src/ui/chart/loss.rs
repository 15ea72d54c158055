//! The chart of the loss.

use super::export;
use super::figure::{ChartFigure, Go, Readout, ReadoutRow};
use super::pace::paced;
use super::segments::Segments;
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::plot::StripLabels;
use crate::plot::gradient_over_time::bucket_of;
use crate::plot::loss::{Axes, Labels};
use crate::plot::number::{grouped, readable};
use crate::train::{Bucket, History};
use crate::ui::i18n::{Locale, t_string, use_i18n};
use crate::ui::lab::Lab;
use leptos::prelude::*;
use leptos_i18n::I18nContext;

/// The loss over the steps.
#[component]
pub fn LossChart() -> impl IntoView {
    let (i18n, stage) = (use_i18n(), Stage::new());
    let Some(lab) = use_context::<Lab>() else { return ().into_any() };
    let is_log = RwSignal::new(true);
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let read_step = RwSignal::new(None::<u64>);

    Effect::new(move |_| {
        lab.redraw.track();
        let is_log = is_log.get();
        let labels = labels(i18n, is_log);
        let Some((surface, theme)) = stage.look() else { return };
        lab.history.with_value(|history| {
            let buckets = history.buckets();
            let for_axes = theme.clone();
            // A canvas reports no errors worth telling: what could not be drawn is drawn with the next frame.
            chart.draw(
                stage,
                theme,
                labels,
                |previous| Axes::fit(surface, &for_axes, buckets, is_log, previous),
                |axes, theme, _, canvas| drop(axes.draw_data(canvas, theme, buckets)),
                |axes, theme, labels, canvas| drop(axes.draw(canvas, theme, labels)),
            );
        });
    });

    let readout = Signal::derive(move || {
        lab.redraw.track();
        let step = read_step.get()?;
        axes.with(|axes| {
            let axes = axes.as_ref()?;
            lab.history.with_value(|history| {
                let buckets = history.buckets();
                let index = bucket_of(buckets, step)?;
                let bucket = &buckets[index];
                Some(Readout {
                    x: axes.step_to_x(bucket.last.step),
                    span: (axes.frame.plot.top, axes.frame.floor()),
                    y: axes.frame.value_to_y(bucket.last.loss()),
                    points: buckets
                        .iter()
                        .filter_map(|b| Some((axes.step_to_x(b.last.step), axes.frame.value_to_y(b.last.loss())?)))
                        .collect(),
                    title: step_name(i18n, bucket),
                    rows: readout_rows(i18n, bucket),
                    place: (index as u64, buckets.len() as u64 - 1),
                })
            })
        })
    });
    let go = move |go: Go| {
        let to = axes.with_untracked(|axes| match (go, axes) {
            (Go::To(x, _), Some(axes)) => Some(axes.x_to_step(x)),
            _ => None,
        });
        read_step.set(lab.history.with_value(|history| go_along(history, go, to, read_step.get_untracked())));
    };

    let spoken = paced(lab, 5_000.0);
    let summary = Memo::new(move |_| {
        spoken.get();
        lab.history.with_value(|history| summary(i18n, history)).unwrap_or_default()
    });
    let refreshed = paced(lab, 1_000.0);
    let table = Signal::derive(move || {
        refreshed.get();
        lab.history.with_value(|history| table(i18n, history))
    });
    let picture = move |()| {
        export::svg(stage, |surface, theme, svg| {
            lab.history.with_value(|history| {
                let (buckets, is_log) = (history.buckets(), is_log.get());
                let axes = axes.with(|shown| Axes::fit(surface, theme, buckets, is_log, shown.as_ref()))?;
                axes.draw(svg, theme, &labels(i18n, is_log)).ok()?;
                axes.draw_data(svg, theme, buckets).ok()
            })
        })
    };
    let scales =
        move || [t_string!(i18n, charts.scale.linear).to_owned(), t_string!(i18n, charts.scale.log).to_owned()];
    view! {
        <ChartFigure
            name="loss"
            title=Signal::derive(move || t_string!(i18n, charts.loss.title).to_owned())
            stage
            readout
            go=Callback::new(go)
            summary
            table
            picture=Callback::new(picture)
        >
            <Segments
                name="loss-scale"
                legend=Signal::derive(move || t_string!(i18n, charts.scale.legend).to_owned())
                choice=is_log
                words=Signal::derive(scales)
            />
        </ChartFigure>
    }
    .into_any()
}

/// Where the reading point of a chart over the steps goes: to a step, or from bucket to bucket.
pub(super) fn go_along(history: &History, go: Go, to: Option<u64>, from: Option<u64>) -> Option<u64> {
    let buckets = history.buckets();
    let latest = history.latest()?.step;
    let at = |index: usize| Some(buckets.get(index)?.last.step);
    let index = bucket_of(buckets, from.unwrap_or(latest))?;
    match go {
        Go::To(..) => to.map(|step| step.min(latest)),
        Go::Left if from.is_some() => at(index.saturating_sub(1)),
        Go::Right if from.is_some() => at((index + 1).min(buckets.len() - 1)),
        Go::First => at(0),
        Go::Last => Some(latest),
        Go::Leave => None,
        Go::Left | Go::Right | Go::Up | Go::Down => at(index),
    }
}

/// The step of a bucket, or its first and last.
pub(super) fn step_name(i18n: I18nContext<Locale>, bucket: &Bucket) -> String {
    if bucket.span() == 1 {
        t_string!(i18n, charts.step, step = grouped(bucket.last.step)).to_string()
    } else {
        t_string!(i18n, charts.steps, first = grouped(bucket.first_step), last = grouped(bucket.last.step)).to_string()
    }
}

fn readout_rows(i18n: I18nContext<Locale>, bucket: &Bucket) -> Vec<ReadoutRow> {
    let row = |label: &str, value: f64| ReadoutRow { mark: None, label: label.to_owned(), value: readable(value) };
    let (min, max) = bucket.loss_range();
    let mut rows = vec![row(t_string!(i18n, charts.loss.name), bucket.last.loss())];
    if bucket.span() > 1 {
        rows[0].label = t_string!(i18n, charts.loss.last).to_owned();
        rows.push(row(t_string!(i18n, charts.least), min));
        rows.push(row(t_string!(i18n, charts.most), max));
    }
    rows
}

fn labels(i18n: I18nContext<Locale>, is_log: bool) -> Labels {
    let value_axis = if is_log { t_string!(i18n, charts.loss.axis_log) } else { t_string!(i18n, charts.loss.axis) };
    Labels {
        step_axis: t_string!(i18n, charts.step_axis).to_owned(),
        value_axis: value_axis.to_owned(),
        strips: StripLabels::default(),
    }
}

fn summary(i18n: I18nContext<Locale>, history: &History) -> Option<String> {
    let (first, latest) = (&history.buckets().first()?.last, history.latest()?);
    let text = t_string!(
        i18n,
        charts.loss.summary,
        step = grouped(latest.step),
        loss = readable(latest.loss()),
        first = readable(first.loss()),
        first_step = grouped(first.step)
    );
    Some(text.to_string())
}

fn table(i18n: I18nContext<Locale>, history: &History) -> Table {
    let rows = history.buckets().iter().map(|bucket| {
        let (min, max) = bucket.loss_range();
        (step_name(i18n, bucket), vec![Some(bucket.last.loss()), Some(min), Some(max)])
    });
    Table {
        caption: t_string!(i18n, charts.loss.table).to_owned(),
        corner: t_string!(i18n, charts.step_head).to_owned(),
        columns: vec![
            t_string!(i18n, charts.loss.last).to_owned(),
            t_string!(i18n, charts.least).to_owned(),
            t_string!(i18n, charts.most).to_owned(),
        ],
        rows: rows.collect(),
    }
}
