//! The heat map of one quantity over places and steps.

use super::canvas::Stretcher;
use super::curve::Curve;
use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Chosen, Go, Led, Readout, ReadoutRow};
use super::loss::{go_along, step_name};
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::choice::Choice;
use crate::experiment::{Experiment, Window};
use crate::plot::StripLabels;
use crate::plot::gradient_by_place::PlaceNames;
use crate::plot::gradient_over_time::{Axes, Image, Labels, Mapped};
use crate::plot::number::{grouped, readable};
use crate::train::{Bucket, History, Layout, Quantity, bucket_of};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{Lab, paced};
use crate::ui::reactive::{Memo, RwSignal, Signal, Views, effect, live};
use crate::ui::shared::words::{place_name, place_names, weights_name};
use leptos::prelude::*;

/// The quantities of layers that the map can show.
const OF_LAYERS: [Quantity; 6] = [
    Quantity::GradZ,
    Quantity::GradW,
    Quantity::UpdateRatio,
    Quantity::Saturated,
    Quantity::Dead,
    Quantity::ActivationStd,
];

/// All that the map can show of a network, the leading quantity first.
fn choices(layout: Layout) -> Vec<Mapped> {
    if !layout.is_through_time() {
        return OF_LAYERS.map(|quantity| Mapped::Places { level: 0, quantity }).to_vec();
    }
    let of_level = |level| layout.quantities().iter().map(move |&quantity| Mapped::Places { level, quantity });
    let of_weights = Quantity::OF_WEIGHTS.iter().map(|&quantity| Mapped::Weights(quantity));
    (0..layout.levels()).flat_map(of_level).chain(of_weights).collect()
}

/// The name of a choice in the list, by which tests find it.
fn name_of(mapped: Mapped) -> String {
    let name = mapped.quantity().name();
    match mapped {
        Mapped::Places { level, .. } if level > 0 => format!("{name}-{}", level + 1),
        Mapped::Places { .. } | Mapped::Weights(_) => name.to_owned(),
    }
}

/// Cells that a table has at the most, so that opening it does not hold up the page.
const MOST_CELLS: usize = 4_000;

/// A quantity in every place over the steps.
#[component]
pub fn GradientOverTime() -> impl IntoView {
    let (i18n, stage) = (use_i18n(), Stage::new());
    let Some(lab) = use_context::<Lab>() else { return ().into_any() };
    let chosen = lab.instruments.looks.mapped;
    let layout = Memo::new(move |_| lab.measured.with(Layout::of));
    // What networks of another kind have is not of this one.
    let shown = Memo::new(move |_| {
        let layout = layout.get();
        let leading = Mapped::Places { level: 0, quantity: layout.leading() };
        chosen.get().filter(|mapped| choices(layout).contains(mapped)).unwrap_or(leading)
    });
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let reading = RwSignal::new(None::<(u64, usize)>);
    // Whether the pointer is beside the map, on the labels of the places.
    let is_on_labels = StoredValue::new(false);

    let pictures = StoredValue::new_local((Stretcher::default(), Image::default()));
    effect(move || {
        lab.redraw.track();
        let (shown, visited) = (shown.get(), lab.visited.get());
        let labels = lab.measured.with(|experiment| labels(i18n, experiment, shown));
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
                        axes.paint(theme, buckets, image);
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
        let (step, row) = reading.get()?;
        axes.with(|axes| {
            let axes = axes.as_ref()?;
            let row = row.min(axes.rows() - 1);
            lab.history.with_value(|history| {
                let buckets = history.buckets();
                let index = bucket_of(buckets, step)?;
                let bucket = &buckets[index];
                let layout = bucket.last.layout();
                let is_of = shown.get().is_of(layout) && shown.get().rows(layout) == axes.rows();
                is_of.then(|| Readout {
                    x: axes.step_to_x(step.clamp(bucket.first_step, bucket.last.step)),
                    span: (axes.plot.top, axes.plot.bottom),
                    y: Some(axes.row_to_y(row)),
                    // The cell that is read is the one not to be covered.
                    points: vec![(axes.step_to_x(step), axes.row_to_y(row))],
                    title: format!("{} · {}", row_name(i18n, layout, shown.get(), row), step_name(i18n, bucket)),
                    rows: readout_rows(i18n, bucket, row, shown.get()),
                    place: (index as u64, buckets.len() as u64 - 1),
                })
            })
        })
    });
    let go = move |go: Go| {
        let Some((to, row, last)) = axes.with_untracked(|axes| {
            let axes = axes.as_ref()?;
            let last = axes.rows() - 1;
            is_on_labels.set_value(matches!(go, Go::To(x, _) if x < axes.plot.left));
            Some(match go {
                Go::To(x, y) => (Some(axes.x_to_step(x)), axes.y_to_row(y), last),
                _ => (None, reading.get_untracked().map_or(0, |(_, row)| row).min(last), last),
            })
        }) else {
            return;
        };
        let from = reading.get_untracked().map(|(step, _)| step);
        let row = match go {
            Go::Up if from.is_some() => (row + 1).min(last),
            Go::Down => row.saturating_sub(1),
            _ => row,
        };
        let step = lab.history.with_value(|history| go_along(history, go, to, from));
        reading.set(step.map(|step| (step, row)));
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
            axes.draw(*paper, theme, &lab.measured.with(|experiment| labels(i18n, experiment, shown)));
            axes.draw_data(*paper, theme, buckets);
            if let Some(step) = lab.visited.get() {
                axes.draw_visited(*paper, theme, step);
            }
            Some(())
        })
    };
    let choose = move |chosen: Chosen| {
        let Some((step, row)) = reading.get_untracked() else { return Led::Here };
        let is_place = match chosen {
            Chosen::Pointed => is_on_labels.get_value(),
            Chosen::Plainly => false,
            Chosen::WithShift => true,
        };
        if is_place && matches!(shown.get_untracked(), Mapped::Places { .. }) {
            lab.open_layer(row);
            Led::Elsewhere
        } else {
            lab.show_step(step);
            Led::Here
        }
    };
    let choose_quantity = move |event| {
        let name = event_target_value(&event);
        let choices = layout.try_get_untracked().map(choices).unwrap_or_default();
        chosen.try_set(choices.into_iter().find(|mapped| name_of(*mapped) == name));
    };
    let options = move || {
        let layout = layout.get();
        let option = |mapped: Mapped| {
            view! {
                <option value=name_of(mapped) prop:selected=move || shown.get() == mapped>
                    {live(move || label(i18n, layout, mapped))}
                </option>
            }
        };
        choices(layout).into_iter().map(option).views()
    };
    let hint = move || match layout.get() {
        Layout::Layers { .. } => t_string!(i18n, charts.gradient_over_time.hint).to_owned(),
        Layout::Times { .. } => t_string!(i18n, charts.gradient_over_time.time_hint).to_owned(),
    };
    view! {
        <ChartFigure
            name="gradient-over-time"
            title=Signal::derive(move || t_string!(i18n, charts.gradient_over_time.title).to_owned())
            stage
            readout
            go=Callback::new(go)
            choose=Callback::new(choose)
            hint=Signal::derive(hint)
            summary
            table
            picture=Picture::new(picture)
        >
            <label class="chart-select">
                <span>{live(move || t_string!(i18n, charts.gradient_over_time.quantity))}</span>
                <select on:change=choose_quantity>
                    {live(options)}
                </select>
            </label>
        </ChartFigure>
    }
    .into_any()
}

/// The name of what the map shows.
fn label(i18n: Words, layout: Layout, mapped: Mapped) -> String {
    let curve = |level| Curve { level, quantity: mapped.quantity() };
    match mapped {
        Mapped::Places { level, .. } => curve(level).label(i18n, layout),
        Mapped::Weights(_) => curve(0).label(i18n, Layout::from(1)),
    }
}

/// The name of a row.
fn row_name(i18n: Words, layout: Layout, mapped: Mapped, row: usize) -> String {
    match mapped {
        Mapped::Places { .. } => place_name(i18n, layout, row),
        Mapped::Weights(_) => weights_name(i18n, layout, layout.weights()[row]),
    }
}

fn labels(i18n: Words, experiment: &Experiment, shown: Mapped) -> Labels {
    let layout = Layout::of(experiment);
    let (place_axis, places) = match shown {
        Mapped::Weights(_) => {
            let names = (0..layout.weights_len()).map(|row| row_name(i18n, layout, shown, row));
            (t_string!(i18n, charts.gradient_over_time.weights_axis), PlaceNames::Own(names.collect()))
        }
        Mapped::Places { .. } if layout.is_through_time() => {
            (t_string!(i18n, charts.gradient_over_time.time_axis), place_names(i18n, layout))
        }
        Mapped::Places { .. } => (t_string!(i18n, charts.gradient_over_time.place_axis), place_names(i18n, layout)),
    };
    let mut specials = StripLabels::default();
    let is_gradient = matches!(shown.quantity(), Quantity::GradH | Quantity::GradC | Quantity::GradZ);
    if layout.is_through_time() && is_gradient && experiment.window != Window::Full {
        specials.zero = t_string!(i18n, charts.gradient_over_time.zero_or_cut).to_owned();
    }
    Labels {
        place_axis: place_axis.to_owned(),
        places,
        step_axis: t_string!(i18n, charts.step_axis).to_owned(),
        value_axis: label(i18n, layout, shown),
        specials,
    }
}

fn readout_rows(i18n: Words, bucket: &Bucket, row: usize, shown: Mapped) -> Vec<ReadoutRow> {
    let in_row = |label: String, value: Option<f64>| ReadoutRow {
        mark: None,
        label,
        value: value.map_or_else(|| "–".to_owned(), |value| in_words(value, shown)),
    };
    let mut rows = vec![in_row(label(i18n, bucket.last.layout(), shown), shown.value(bucket, row))];
    if let Some((min, max)) = shown.range(bucket, row).filter(|_| bucket.span() > 1) {
        rows.push(in_row(t_string!(i18n, charts.least).to_owned(), Some(min)));
        rows.push(in_row(t_string!(i18n, charts.most).to_owned(), Some(max)));
    }
    rows
}

fn in_words(value: f64, shown: Mapped) -> String {
    if shown.is_fraction() && value.is_finite() { format!("{:.1} %", 100.0 * value) } else { readable(value) }
}

fn summary(i18n: Words, bucket: &Bucket, shown: Mapped) -> Option<String> {
    let layout = bucket.last.layout();
    if !shown.is_of(layout) {
        return None;
    }
    let values = (0..shown.rows(layout)).filter_map(|row| Some((row, shown.value(bucket, row)?)));
    let least = values.clone().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let most = values.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let text = t_string!(
        i18n,
        charts.gradient_over_time.summary,
        step = grouped(bucket.last.step),
        quantity = label(i18n, layout, shown),
        least = in_words(least.1, shown),
        least_at = row_name(i18n, layout, shown, least.0),
        most = in_words(most.1, shown),
        most_at = row_name(i18n, layout, shown, most.0)
    );
    Some(text.to_string())
}

fn table(i18n: Words, history: &History, shown: Mapped) -> Table {
    let Some(layout) = history.latest().map(|latest| latest.layout()).filter(|layout| shown.is_of(*layout)) else {
        return Table::default();
    };
    let buckets = history.buckets();
    let columns = shown.rows(layout);
    let most_rows = (MOST_CELLS / columns.max(1)).max(2);
    // Evenly spaced from the latest back, so that the latest is always there.
    let every = buckets.len().div_ceil(most_rows).max(1);
    let kept: Vec<&Bucket> = buckets.iter().rev().step_by(every).collect();
    let rows = kept.iter().rev().map(|bucket| {
        let cells = (0..columns).map(|column| shown.value(bucket, column)).collect();
        (grouped(bucket.last.step), cells)
    });
    let rows: Vec<_> = rows.collect();
    let (quantity, of, all) = (label(i18n, layout, shown), rows.len(), buckets.len());
    let caption = match shown {
        Mapped::Weights(_) => {
            t_string!(i18n, charts.gradient_over_time.weights_table, quantity = quantity, shown = of, all = all)
                .to_string()
        }
        Mapped::Places { .. } if layout.is_through_time() => {
            t_string!(i18n, charts.gradient_over_time.time_table, quantity = quantity, shown = of, all = all)
                .to_string()
        }
        Mapped::Places { .. } => {
            t_string!(i18n, charts.gradient_over_time.table, quantity = quantity, shown = of, all = all).to_string()
        }
    };
    Table {
        caption,
        corner: t_string!(i18n, charts.step_head).to_owned(),
        columns: (0..columns).map(|column| row_name(i18n, layout, shown, column)).collect(),
        counts: &[],
        rows,
    }
}
