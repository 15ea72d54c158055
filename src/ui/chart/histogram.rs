//! The chart of how often numbers fall where.

use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Go, Readout, ReadoutRow};
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::look::Extent;
use crate::look::view::Histogram;
use crate::plot::color::Rgb;
use crate::plot::histogram::{Axes, Content, Data, Labels, Marks, Slope, total};
use crate::plot::number::{grouped, readable};
use crate::plot::theme::Theme;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{paced, use_lab};
use crate::ui::reactive::{Memo, RwSignal, Signal, effect};
use leptos::prelude::*;
use std::sync::Arc;

/// The numbers of a histogram, as they were seen at a step.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    /// The step.
    pub step: u64,
    /// How often the numbers fall where.
    pub histogram: Histogram,
    /// The slope of the function that is taken of them, at points evenly spread from end to end, and the largest it has.
    pub slope: Option<(Vec<f64>, f64)>,
}

impl Seen {
    fn content(&self) -> Content<'_> {
        let slope = self.slope.as_ref().map(|(values, largest)| Slope { values, largest: *largest });
        Content { histogram: &self.histogram, slope }
    }
}

/// How the numbers of a histogram are called.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Named {
    /// The title of the chart.
    pub title: String,
    /// What they are, in words.
    pub words: String,
    /// What they are, as a formula.
    pub formula: String,
    /// What they are of; `None` while that is not known.
    pub of: Option<String>,
}

/// Numbers as a histogram.
#[component]
pub(super) fn HistogramFigure(
    /// The name by which tests and embedders find it.
    name: &'static str,
    /// How the numbers are called.
    #[prop(into)]
    named: Signal<Named>,
    /// The colour of the bars.
    color: fn(&Theme) -> Rgb,
    /// The numbers.
    #[prop(into)]
    content: Signal<Option<Arc<Seen>>>,
    /// Others with which they have the value axis in common.
    #[prop(into)]
    beside: Signal<Option<Arc<Seen>>>,
) -> impl IntoView {
    let (lab, i18n, stage) = (use_lab(), use_i18n(), Stage::new());
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;

    effect(move || {
        let Some(look) = stage.look() else { return };
        let labels = named.with(|named| labels(i18n, named));
        let (content, beside) = (content.get(), beside.get());
        let data = content.as_ref().map(|seen| data(i18n, color(&look.1), seen, beside.as_deref()));
        chart.show(stage, look, labels, data.as_ref());
    });

    let reading = RwSignal::new(None::<usize>);
    let readout = Signal::derive(move || {
        let place = reading.get()?;
        let seen = content.get()?;
        axes.with(|axes| readout(i18n, axes.as_ref()?, seen.content(), place))
    });
    let go = move |go: Go| {
        let from = reading.get_untracked();
        let to = axes.with_untracked(|axes| {
            let seen = content.get_untracked()?;
            let axes = axes.as_ref()?;
            let last = axes.bars(&seen.histogram).len().checked_sub(1)?;
            match (go, from) {
                (Go::Leave, _) => None,
                (Go::To(x, _), _) => axes.x_to_bar(x, &seen.histogram),
                (Go::First, _) => Some(0),
                (Go::Last, _) => Some(last),
                (Go::Left, Some(from)) => Some(from.saturating_sub(1)),
                (Go::Right, Some(from)) => Some((from + 1).min(last)),
                (_, from) => Some(from.unwrap_or(last / 2).min(last)),
            }
        });
        if to != from {
            reading.set(to);
        }
    };

    let refreshed = paced(lab, 1_000.0);
    // The view may come after the frame with which a run came to rest.
    let follow = move || {
        refreshed.get();
        if !lab.is_under_way() {
            content.track();
        }
    };
    let summary = Memo::new(move |_| {
        // Ten charts that speak while the run goes on are not understood.
        if lab.is_under_way() {
            return String::new();
        }
        let Named { words, of, .. } = named.get();
        let seen = content.get();
        seen.zip(of).map(|(seen, of)| summary(i18n, &words, &of, &seen.histogram)).unwrap_or_default()
    });
    let table = Signal::derive(move || {
        follow();
        let Named { words, of, .. } = named.get();
        let seen = content.get_untracked();
        seen.zip(of).map(|(seen, of)| table(i18n, &words, &of, seen.step, seen.content())).unwrap_or_default()
    });
    let picture = move |sheet: &mut Sheet<'_>| {
        let (seen, beside) = (content.get_untracked()?, beside.get_untracked());
        let labels = named.with_untracked(|named| labels(i18n, named));
        chart.picture(sheet, |theme| Some((labels, data(i18n, color(theme), &seen, beside.as_deref()))))
    };
    view! {
        <ChartFigure
            name=name
            title=Signal::derive(move || named.with(|named| named.title.clone()))
            stage
            readout
            go=Callback::new(go)
            summary
            table
            picture=Picture::new(picture)
        >
            {None::<()>}
        </ChartFigure>
    }
}

fn labels(i18n: Words, named: &Named) -> Labels {
    Labels {
        value_axis: named.words.clone(),
        value_formula: named.formula.clone(),
        share_axis: t_string!(i18n, layer.axis.share).to_owned(),
        slope_axis: "φ′".to_owned(),
    }
}

fn data<'a>(i18n: Words, color: Rgb, seen: &'a Seen, beside: Option<&'a Seen>) -> Data<'a> {
    Data { content: seen.content(), beside: beside.map(|beside| &beside.histogram), color, marks: marks(i18n) }
}

fn marks(i18n: Words) -> Marks {
    Marks {
        zeros: t_string!(i18n, layer.mark.zeros).to_owned(),
        not_finite: t_string!(i18n, layer.mark.not_finite).to_owned(),
        saturated: t_string!(i18n, layer.mark.saturated).to_owned(),
    }
}

fn readout(i18n: Words, axes: &Axes, content: Content<'_>, place: usize) -> Option<Readout> {
    let Content { histogram, slope } = content;
    let bars = axes.bars(histogram);
    let last = bars.len().checked_sub(1)?;
    let index = place.min(last);
    let bar = bars[index];
    let middle = bar.low + (bar.high - bar.low) / 2.0;
    let total = total(histogram);
    let row = |label: &str, value: String| ReadoutRow { mark: None, label: label.to_owned(), value };
    let share = 100.0 * bar.count as f64 / total.max(1) as f64;
    let mut rows = vec![
        row(
            t_string!(i18n, layer.reading.count),
            t_string!(i18n, layer.reading.of, count = grouped(bar.count), total = grouped(total)).to_string(),
        ),
        row(t_string!(i18n, layer.reading.share), format!("{share:.1} %")),
    ];
    if bar.zeros > 0 {
        rows.push(row(t_string!(i18n, layer.reading.zeros), grouped(bar.zeros)));
    }
    if let Some(slope) = slope.and_then(|slope| slope.at(middle, histogram)) {
        rows.push(row("φ′", readable(slope)));
    }
    Some(Readout {
        x: axes.value_to_x(middle),
        span: (axes.frame.plot.top, axes.frame.floor()),
        y: Some(axes.bar_to_y(&bar, histogram)),
        points: bars
            .iter()
            .map(|bar| (axes.value_to_x(bar.low + (bar.high - bar.low) / 2.0), axes.bar_to_y(bar, histogram)))
            .collect(),
        title: t_string!(i18n, layer.reading.range, low = readable(bar.low), high = readable(bar.high)).to_string(),
        rows,
        place: (index as u64, last as u64),
    })
}

fn summary(i18n: Words, quantity: &str, layer: &str, histogram: &Histogram) -> String {
    let (quantity, layer) = (quantity.to_owned(), layer.to_owned());
    let said = match histogram.extent() {
        Extent::Nothing => t_string!(i18n, layer.summary_nothing, quantity, layer).to_string(),
        Extent::One(value) => t_string!(i18n, layer.summary_one, quantity, layer, value = readable(value)).to_string(),
        Extent::Alike(value) => {
            t_string!(i18n, layer.summary_alike, quantity, layer, value = readable(value)).to_string()
        }
        Extent::Between(least, largest) => t_string!(
            i18n,
            layer.summary,
            quantity,
            layer,
            mean = readable(histogram.mean),
            spread = readable(histogram.std),
            low = readable(least),
            high = readable(largest)
        )
        .to_string(),
    };
    match histogram.not_finite {
        0 => said,
        count => format!("{said} {}", t_string!(i18n, layer.summary_not_finite, count = grouped(count.into()))),
    }
}

fn table(i18n: Words, quantity: &str, layer: &str, step: u64, content: Content<'_>) -> Table {
    let Content { histogram, slope } = content;
    let edge = |bin: usize| {
        histogram.low + (histogram.high - histogram.low) * bin as f64 / histogram.counts.len().max(1) as f64
    };
    let rows = histogram.counts.iter().enumerate().map(|(bin, count)| {
        let (low, high) = (edge(bin), edge(bin + 1));
        let slope = slope.map(|slope| slope.at(low + (high - low) / 2.0, histogram));
        let cells = [Some(low), Some(high), Some((*count).into())].into_iter().chain(slope).collect();
        (grouped(bin as u64 + 1), cells)
    });
    let caption = t_string!(
        i18n,
        layer.table.caption,
        quantity = quantity.to_owned(),
        layer = layer.to_owned(),
        step = grouped(step),
        total = grouped(total(histogram)),
        zeros = grouped(histogram.zeros.into()),
        not_finite = grouped(histogram.not_finite.into())
    );
    let columns =
        [t_string!(i18n, layer.table.low), t_string!(i18n, layer.table.high), t_string!(i18n, layer.table.count)];
    Table {
        caption: caption.to_string(),
        corner: t_string!(i18n, layer.table.bin).to_owned(),
        columns: columns.into_iter().chain(slope.map(|_| "φ′")).map(str::to_owned).collect(),
        counts: &[2],
        rows: rows.collect(),
    }
}
