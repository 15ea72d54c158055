//! The chart of how often one kind of a layer's numbers falls where.

use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Go, Readout, ReadoutRow};
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::look::Extent;
use crate::look::view::{Histogram, LayerView, View};
use crate::nn::Normalization;
use crate::plot::color::Rgb;
use crate::plot::histogram::{Axes, Content, Data, Labels, Marks, Slope, total};
use crate::plot::number::{grouped, readable};
use crate::plot::theme::Theme;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{Lab, paced, use_lab};
use crate::ui::reactive::{Memo, RwSignal, Show, Signal, effect, live};
use crate::ui::shared::words::layer_name_in;
use leptos::prelude::*;

/// Which of a layer's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// z, or u where the layer has a normalization, with φ′ over it.
    PreActivation,
    /// a.
    Activations,
    /// W.
    Weights,
    /// ∂L/∂W.
    Gradients,
    /// ΔW.
    Updates,
}

impl Kind {
    /// All, as they stand from left to right.
    pub(super) const ALL: [Self; 5] =
        [Self::PreActivation, Self::Activations, Self::Weights, Self::Gradients, Self::Updates];

    /// The name of the chart of the first layer, and of that of the layer compared with it.
    fn names(self) -> [&'static str; 2] {
        match self {
            Self::PreActivation => ["histogram-z", "histogram-z-2"],
            Self::Activations => ["histogram-a", "histogram-a-2"],
            Self::Weights => ["histogram-w", "histogram-w-2"],
            Self::Gradients => ["histogram-grad-w", "histogram-grad-w-2"],
            Self::Updates => ["histogram-update", "histogram-update-2"],
        }
    }

    /// What a layer has of it; `None` for the update at step 0.
    fn content(self, seen: &LayerView) -> Option<Content<'_>> {
        let slope = (self == Self::PreActivation)
            .then(|| Slope { values: &seen.slope, largest: seen.activation.largest_slope() });
        let histogram = match self {
            Self::PreActivation => &seen.pre_activation,
            Self::Activations => &seen.activations,
            Self::Weights => &seen.weights,
            Self::Gradients => &seen.gradients,
            Self::Updates => seen.updates.as_ref()?,
        };
        Some(Content { histogram, slope })
    }

    fn formula(self, is_normalized: bool) -> &'static str {
        match self {
            Self::PreActivation if is_normalized => "u",
            Self::PreActivation => "z",
            Self::Activations => "a",
            Self::Weights => "W",
            Self::Gradients => "∂L/∂W",
            Self::Updates => "ΔW",
        }
    }

    fn words(self, i18n: Words, is_normalized: bool) -> &'static str {
        match self {
            Self::PreActivation if is_normalized => t_string!(i18n, layer.axis.u),
            Self::PreActivation => t_string!(i18n, layer.axis.z),
            Self::Activations => t_string!(i18n, layer.axis.a),
            Self::Weights => t_string!(i18n, layer.axis.weights),
            Self::Gradients => t_string!(i18n, layer.axis.gradient),
            Self::Updates => t_string!(i18n, layer.axis.update),
        }
    }

    fn color(self, theme: &Theme) -> Rgb {
        match self {
            Self::PreActivation | Self::Activations => theme.grad_z,
            Self::Weights => theme.muted,
            Self::Gradients => theme.grad_w,
            Self::Updates => theme.update,
        }
    }
}

/// What was seen of a layer.
pub(super) fn seen(view: &View, layer: Option<usize>) -> Option<&LayerView> {
    view.layers.iter().find(|seen| Some(seen.layer) == layer)
}

/// Whether φ of a layer is taken of u = norm(z).
pub(super) fn is_normalized(lab: Lab, layer: Option<usize>) -> bool {
    lab.measured.with(|experiment| {
        let is_hidden = layer.is_some_and(|layer| layer < experiment.depth as usize);
        is_hidden && experiment.norm != Normalization::None
    })
}

/// One kind of a layer's numbers as a histogram.
#[component]
pub(super) fn HistogramChart(
    /// Which numbers.
    kind: Kind,
    /// Whether it is of the layer compared with the first.
    is_compared: bool,
    /// Of which layer.
    #[prop(into)]
    layer: Signal<Option<usize>>,
    /// The layer with which it has its value axis in common.
    #[prop(into)]
    beside: Signal<Option<usize>>,
) -> impl IntoView {
    let (lab, i18n, stage) = (use_lab(), use_i18n(), Stage::new());
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let view = lab.instruments.view;
    let normalized = Memo::new(move |_| is_normalized(lab, layer.get()));

    effect(move || {
        let Some(look) = stage.look() else { return };
        let labels = labels(i18n, kind, normalized.get());
        let (view, layers) = (view.get(), (layer.get(), beside.get()));
        let data = view.as_deref().and_then(|view| data(i18n, &look.1, kind, view, layers));
        chart.show(stage, look, labels, data.as_ref());
    });

    let reading = RwSignal::new(None::<usize>);
    let readout = Signal::derive(move || {
        let place = reading.get()?;
        let view = view.get()?;
        let content = kind.content(seen(&view, layer.get())?)?;
        axes.with(|axes| readout(i18n, axes.as_ref()?, content, place))
    });
    let go = move |go: Go| {
        let from = reading.get_untracked();
        let to = axes.with_untracked(|axes| {
            let view = view.get_untracked()?;
            let content = kind.content(seen(&view, layer.get_untracked())?)?;
            let axes = axes.as_ref()?;
            let last = axes.bars(content.histogram).len().checked_sub(1)?;
            match (go, from) {
                (Go::Leave, _) => None,
                (Go::To(x, _), _) => axes.x_to_bar(x, content.histogram),
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
            view.track();
        }
    };
    let summary = Memo::new(move |_| {
        // Ten charts that speak while the run goes on are not understood.
        if lab.is_under_way() {
            return String::new();
        }
        let (layer, name) = (layer.get(), kind.words(i18n, normalized.get()));
        let text = view.with(|view| {
            let histogram = kind.content(seen(view.as_deref()?, layer)?)?.histogram;
            let layer = lab.measured.with(|experiment| Some(layer_name_in(i18n, experiment, layer?)))?;
            Some(summary(i18n, name, &layer, histogram))
        });
        text.unwrap_or_default()
    });
    let table = Signal::derive(move || {
        follow();
        let (layer, name) = (layer.get(), kind.words(i18n, normalized.get()));
        let table = view.with_untracked(|view| {
            let view = view.as_deref()?;
            let content = kind.content(seen(view, layer)?)?;
            let layer = lab.measured.with(|experiment| Some(layer_name_in(i18n, experiment, layer?)))?;
            Some(table(i18n, name, &layer, view.step, content))
        });
        table.unwrap_or_default()
    });
    let picture = move |sheet: &mut Sheet<'_>| {
        let (view, layers) = (view.get_untracked()?, (layer.get_untracked(), beside.get_untracked()));
        chart.picture(sheet, |theme| {
            Some((labels(i18n, kind, normalized.get()), data(i18n, theme, kind, &view, layers)?))
        })
    };
    let title = move || match kind {
        Kind::PreActivation => format!("{}, φ′", kind.formula(normalized.get())),
        _ => kind.formula(false).to_owned(),
    };
    let has_no_step = Memo::new(move |_| {
        let layer = layer.get();
        let has_update = |seen: &LayerView| kind.content(seen).is_some();
        view.with(|view| view.as_deref().and_then(|view| seen(view, layer)).is_some_and(|seen| !has_update(seen)))
    });
    view! {
        <div class="histogram" class:wide=kind == Kind::PreActivation>
            <ChartFigure
                name=kind.names()[usize::from(is_compared)]
                title=Signal::derive(title)
                stage
                readout
                go=Callback::new(go)
                summary
                table
                picture=Picture::new(picture)
            >
                {None::<()>}
            </ChartFigure>
            <Show when=has_no_step>
                <p class="histogram-nothing">{live(move || t_string!(i18n, layer.no_step))}</p>
            </Show>
        </div>
    }
}

fn labels(i18n: Words, kind: Kind, is_normalized: bool) -> Labels {
    Labels {
        value_axis: kind.words(i18n, is_normalized).to_owned(),
        value_formula: kind.formula(is_normalized).to_owned(),
        share_axis: t_string!(i18n, layer.axis.share).to_owned(),
        slope_axis: "φ′".to_owned(),
    }
}

/// The numbers of the first of two layers, with the value axis in common with those of the second, if there is one.
fn data<'a>(
    i18n: Words,
    theme: &Theme,
    kind: Kind,
    view: &'a View,
    (layer, beside): (Option<usize>, Option<usize>),
) -> Option<Data<'a>> {
    let content = |layer| kind.content(seen(view, layer)?);
    let beside = content(beside).map(|beside| beside.histogram);
    Some(Data { content: content(layer)?, beside, color: kind.color(theme), marks: marks(i18n) })
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
