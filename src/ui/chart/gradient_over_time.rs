//! The heat map of one quantity over layers and steps.

use super::canvas::Stretcher;
use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Chosen, Go, Led, Readout, ReadoutRow};
use super::loss::{go_along, step_name};
use super::quantity;
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::choice::Choice;
use crate::plot::StripLabels;
use crate::plot::gradient_over_time::{Axes, Image, Labels, is_fraction, shown_value};
use crate::plot::number::{grouped, readable};
use crate::train::{Bucket, History, Quantity, bucket_of};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{Lab, paced};
use crate::ui::reactive::{Memo, RwSignal, Signal, Views, effect, live};
use crate::ui::shared::words::layer_name;
use leptos::prelude::*;

/// The quantities that the map can show.
const QUANTITIES: [Quantity; 6] = [
    Quantity::GradZ,
    Quantity::GradW,
    Quantity::UpdateRatio,
    Quantity::Saturated,
    Quantity::Dead,
    Quantity::ActivationStd,
];

/// Cells that a table has at the most, so that opening it does not hold up the page.
const MOST_CELLS: usize = 4_000;

/// A quantity in every layer over the steps.
#[component]
pub fn GradientOverTime() -> impl IntoView {
    let (i18n, stage) = (use_i18n(), Stage::new());
    let Some(lab) = use_context::<Lab>() else { return ().into_any() };
    let shown = lab.instruments.looks.map_quantity;
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let reading = RwSignal::new(None::<(u64, usize)>);
    // Whether the pointer is beside the map, on the labels of the layers.
    let is_on_labels = StoredValue::new(false);

    let pictures = StoredValue::new_local((Stretcher::default(), Image::default()));
    effect(move || {
        lab.redraw.track();
        let (shown, visited) = (shown.get(), lab.visited.get());
        let labels = labels(i18n, shown);
        let Some((surface, theme)) = stage.look() else { return };
        lab.history.with_value(|history| {
            let buckets = history.buckets();
            chart.draw(
                stage,
                theme,
                labels,
                |theme, previous| Axes::fit(surface, theme, buckets, shown, previous),
                |axes, theme, element, canvas| {
                    pictures.update_value(|(stretcher, image)| {
                        axes.paint(theme, buckets, shown, image);
                        stretcher.draw(element, image, axes.plot);
                    });
                    if let Some(step) = visited {
                        axes.draw_visited(canvas, theme, step);
                    }
                },
                |axes, theme, labels, canvas| axes.draw(canvas, theme, labels),
            );
        });
    });

    let readout = Signal::derive(move || {
        lab.redraw.track();
        let (step, layer) = reading.get()?;
        axes.with(|axes| {
            let axes = axes.as_ref()?;
            let layer = layer.min(axes.places() - 1);
            lab.history.with_value(|history| {
                let buckets = history.buckets();
                let index = bucket_of(buckets, step)?;
                let bucket = &buckets[index];
                (bucket.last.places() == axes.places()).then(|| Readout {
                    x: axes.step_to_x(step.clamp(bucket.first_step, bucket.last.step)),
                    span: (axes.plot.top, axes.plot.bottom),
                    y: Some(axes.layer_to_y(layer)),
                    // The cell that is read is the one not to be covered.
                    points: vec![(axes.step_to_x(step), axes.layer_to_y(layer))],
                    title: format!("{} · {}", layer_name(i18n, layer, axes.places()), step_name(i18n, bucket)),
                    rows: readout_rows(i18n, bucket, layer, shown.get()),
                    place: (index as u64, buckets.len() as u64 - 1),
                })
            })
        })
    });
    let go = move |go: Go| {
        let Some((to, layer, last)) = axes.with_untracked(|axes| {
            let axes = axes.as_ref()?;
            let last = axes.places() - 1;
            is_on_labels.set_value(matches!(go, Go::To(x, _) if x < axes.plot.left));
            Some(match go {
                Go::To(x, y) => (Some(axes.x_to_step(x)), axes.y_to_layer(y), last),
                _ => (None, reading.get_untracked().map_or(0, |(_, layer)| layer).min(last), last),
            })
        }) else {
            return;
        };
        let from = reading.get_untracked().map(|(step, _)| step);
        let layer = match go {
            Go::Up if from.is_some() => (layer + 1).min(last),
            Go::Down => layer.saturating_sub(1),
            _ => layer,
        };
        let step = lab.history.with_value(|history| go_along(history, go, to, from));
        reading.set(step.map(|step| (step, layer)));
    };

    let spoken = paced(lab, 5_000.0);
    let summary = Memo::new(move |_| {
        spoken.get();
        let shown = shown.get();
        untrack(|| lab.with_shown(|bucket| summary(i18n, bucket, shown))).flatten().unwrap_or_default()
    });
    let refreshed = paced(lab, 1_000.0);
    let table = Signal::derive(move || {
        refreshed.get();
        let shown = shown.get();
        lab.history.with_value(|history| table(i18n, history, shown))
    });
    let picture = move |sheet: &mut Sheet<'_>| {
        let Sheet { surface, theme, paper } = sheet;
        lab.history.with_value(|history| {
            let (buckets, shown) = (history.buckets(), shown.get());
            let axes = axes.with(|before| Axes::fit(*surface, theme, buckets, shown, before.as_ref()))?;
            axes.draw(*paper, theme, &labels(i18n, shown));
            axes.draw_data(*paper, theme, buckets, shown);
            if let Some(step) = lab.visited.get() {
                axes.draw_visited(*paper, theme, step);
            }
            Some(())
        })
    };
    let choose = move |chosen: Chosen| {
        let Some((step, layer)) = reading.get_untracked() else { return Led::Here };
        let is_layer = match chosen {
            Chosen::Pointed => is_on_labels.get_value(),
            Chosen::Plainly => false,
            Chosen::WithShift => true,
        };
        if is_layer {
            lab.open_layer(layer);
            Led::Elsewhere
        } else {
            lab.show_step(step);
            Led::Here
        }
    };
    let choose_quantity = move |event| {
        if let Some(quantity) = Quantity::from_name(&event_target_value(&event)) {
            shown.set(quantity);
        }
    };
    view! {
        <ChartFigure
            name="gradient-over-time"
            title=Signal::derive(move || t_string!(i18n, charts.gradient_over_time.title).to_owned())
            stage
            readout
            go=Callback::new(go)
            choose=Callback::new(choose)
            hint=Signal::derive(move || t_string!(i18n, charts.gradient_over_time.hint).to_owned())
            summary
            table
            picture=Picture::new(picture)
        >
            <label class="chart-select">
                <span>{live(move || t_string!(i18n, charts.gradient_over_time.quantity))}</span>
                <select on:change=choose_quantity>
                    {QUANTITIES
                        .map(|quantity| {
                            view! {
                                <option value=quantity.name() prop:selected=move || shown.get() == quantity>
                                    {live(move || quantity::label(i18n, quantity))}
                                </option>
                            }
                        })
                        .views()}
                </select>
            </label>
        </ChartFigure>
    }
    .into_any()
}

fn labels(i18n: Words, shown: Quantity) -> Labels {
    Labels {
        layer_axis: t_string!(i18n, charts.gradient_over_time.layer_axis).to_owned(),
        step_axis: t_string!(i18n, charts.step_axis).to_owned(),
        value_axis: quantity::label(i18n, shown),
        output: t_string!(i18n, charts.output_tick).to_owned(),
        specials: StripLabels::default(),
    }
}

fn readout_rows(i18n: Words, bucket: &Bucket, layer: usize, shown: Quantity) -> Vec<ReadoutRow> {
    let row = |label: String, value: Option<f64>| ReadoutRow {
        mark: None,
        label,
        value: value.map_or_else(|| "–".to_owned(), |value| in_words(value, shown)),
    };
    let value = shown_value(bucket, layer, shown);
    let mut rows = vec![row(quantity::label(i18n, shown), value)];
    if bucket.span() > 1 {
        let (min, max) = bucket.range(layer, shown);
        rows.push(row(t_string!(i18n, charts.least).to_owned(), Some(min)));
        rows.push(row(t_string!(i18n, charts.most).to_owned(), Some(max)));
    }
    rows
}

fn in_words(value: f64, shown: Quantity) -> String {
    if is_fraction(shown) && value.is_finite() { format!("{:.1} %", 100.0 * value) } else { readable(value) }
}

fn summary(i18n: Words, bucket: &Bucket, shown: Quantity) -> Option<String> {
    let layers = bucket.last.places();
    let values = (0..layers).filter_map(|layer| Some((layer, shown_value(bucket, layer, shown)?)));
    let least = values.clone().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let most = values.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let text = t_string!(
        i18n,
        charts.gradient_over_time.summary,
        step = grouped(bucket.last.step),
        quantity = quantity::label(i18n, shown),
        least = in_words(least.1, shown),
        least_at = layer_name(i18n, least.0, layers),
        most = in_words(most.1, shown),
        most_at = layer_name(i18n, most.0, layers)
    );
    Some(text.to_string())
}

fn table(i18n: Words, history: &History, shown: Quantity) -> Table {
    let buckets = history.buckets();
    let layers = history.latest().map_or(0, |latest| latest.places());
    let most_rows = (MOST_CELLS / layers.max(1)).max(2);
    // Evenly spaced from the latest back, so that the latest is always there.
    let every = buckets.len().div_ceil(most_rows).max(1);
    let kept: Vec<&Bucket> = buckets.iter().rev().step_by(every).collect();
    let rows = kept.iter().rev().map(|bucket| {
        let cells = (0..layers).map(|layer| shown_value(bucket, layer, shown)).collect();
        (grouped(bucket.last.step), cells)
    });
    let rows: Vec<_> = rows.collect();
    let caption = t_string!(
        i18n,
        charts.gradient_over_time.table,
        quantity = quantity::label(i18n, shown),
        shown = rows.len(),
        all = buckets.len()
    );
    Table {
        caption: caption.to_string(),
        corner: t_string!(i18n, charts.step_head).to_owned(),
        columns: (0..layers).map(|layer| layer_name(i18n, layer, layers)).collect(),
        counts: &[],
        rows,
    }
}
