//! The main chart: the gradient by layer, or by time step.

use super::by_place;
use super::curve::Curve;
use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Go, ReadoutRow, dashes_picture};
use super::quantity;
use super::segments::Segments;
use super::stage::{Shown, Stage};
use super::table::Table;
use super::time_marks;
use super::toggle::CurveToggle;
use crate::experiment::{Experiment, Precision};
use crate::plot::StripLabels;
use crate::plot::gradient_by_place::{Axes, Data, Labels, Prediction, Series, trail_of};
use crate::plot::number::{grouped, readable, significant};
use crate::plot::theme::Theme;
use crate::theory::{Forecast, Standing};
use crate::train::{Layout, Quantity, StepReport, bucket_of};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{Lab, paced};
use crate::ui::reactive::{Memo, RwSignal, Signal, Views, attribute, effect, live};
use crate::ui::shared::words::{place_name, place_names};
use leptos::prelude::*;

/// Which curves are drawn, and how their norms are taken.
#[derive(Clone, Copy)]
struct Choices {
    /// Of each curve that networks of this kind may have, whether it is to be shown.
    curves: StoredValue<Vec<(Curve, RwSignal<bool>)>>,
    is_theory_shown: RwSignal<bool>,
    is_rms: RwSignal<bool>,
}

impl Choices {
    fn new(is_through_time: bool) -> Self {
        // What gates are given runs close to the rest, and is there for those who ask for it.
        let is_shown = |curve: &Curve| !is_through_time || curve.quantity != Quantity::GradZ;
        let curves = Curve::all(is_through_time).iter().map(|curve| (*curve, RwSignal::new(is_shown(curve))));
        Self {
            curves: StoredValue::new(curves.collect()),
            is_theory_shown: RwSignal::new(true),
            is_rms: RwSignal::new(false),
        }
    }

    /// The curves of a network that are shown, the most important first.
    fn shown(self, layout: Layout) -> Vec<Curve> {
        let is_shown = |(curve, is_shown): &&(Curve, RwSignal<bool>)| is_shown.get() && curve.is_of(layout);
        self.curves.with_value(|curves| curves.iter().filter(is_shown).map(|(curve, _)| *curve).collect())
    }
}

/// What theory expects of the leading quantity, from the first place to the last; NaN where it says nothing.
#[derive(Clone, Debug, PartialEq)]
struct Expected {
    center: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    /// Whether the line is theory's in some place, and not only the median of networks drawn.
    is_of_theory: bool,
}

impl Expected {
    fn of(forecast: &Forecast, experiment: &Experiment, is_rms: bool) -> Option<Self> {
        let is_of_theory = forecast.has_line();
        let mut expected = Self { center: forecast.center(), low: forecast.low(), high: forecast.high(), is_of_theory };
        if is_rms {
            for values in [&mut expected.center, &mut expected.low, &mut expected.high] {
                for (place, value) in values.iter_mut().enumerate() {
                    *value /= quantity::root_of_elements(experiment, 0, Layout::of(experiment).leading(), place);
                }
            }
        }
        forecast.says_something().then_some(expected)
    }

    fn name(&self, i18n: Words) -> &'static str {
        if self.is_of_theory { t_string!(i18n, charts.theory.name) } else { t_string!(i18n, charts.theory.median) }
    }

    fn name_at_start(&self, i18n: Words) -> &'static str {
        if self.is_of_theory {
            t_string!(i18n, charts.theory.at_start)
        } else {
            t_string!(i18n, charts.theory.median_at_start)
        }
    }

    fn columns(&self) -> [&[f64]; 3] {
        [&self.center, &self.low, &self.high]
    }
}

/// Norms of gradients, and in layers those of updates, in every place at the step that is shown, over what theory expects
/// at the start.
#[component]
pub fn GradientByPlace(
    /// Whether the places are time steps.
    is_through_time: bool,
) -> impl IntoView {
    let (i18n, stage) = (use_i18n(), Stage::new());
    let Some(lab) = use_context::<Lab>() else { return ().into_any() };
    let choices = Choices::new(is_through_time);
    let layout = Memo::new(move |_| lab.measured.with(Layout::of));
    // It is on its way out when the network is of the other kind.
    let shown = Memo::new(move |_| {
        let layout = layout.get();
        if layout.is_through_time() == is_through_time { choices.shown(layout) } else { Vec::new() }
    });
    let leads = move || shown.with(|shown| shown.first() == Some(&Curve::leading(layout.get())));
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let read_place = RwSignal::new(None::<usize>);
    let expected = Memo::new(move |_| {
        let is_rms = choices.is_rms.get();
        lab.forecast.with(|forecast| {
            let forecast = forecast.as_ref()?;
            lab.measured.with_untracked(|experiment| Expected::of(forecast, experiment, is_rms))
        })
    });

    let data_now = move |theme: &Theme| {
        let report = lab.with_shown(|bucket| bucket.last.clone());
        let shown = shown.get();
        let is_expected = choices.is_theory_shown.get() && leads();
        let prediction = expected.get().filter(|_| is_expected).map(|expected| prediction(i18n, expected));
        let is_rms = choices.is_rms.get();
        lab.history.with_value(|history| {
            let report = report?;
            let buckets = history.buckets();
            let index = bucket_of(buckets, report.step)?;
            lab.measured.with(|experiment| {
                let mut data = data(i18n, theme, experiment, &report, &shown, is_rms, prediction);
                if leads() {
                    let earlier = trail_of(index).map(|index| &buckets[index].last);
                    data.trail = earlier.filter_map(|e| shown[0].values(experiment, e, is_rms)).collect();
                }
                if is_through_time {
                    data.marks = time_marks::of(i18n, experiment, &report);
                }
                Some(data)
            })
        })
    };
    effect(move || {
        lab.redraw.track();
        let labels = lab.measured.with(|experiment| labels(i18n, experiment, choices.is_rms.get()));
        let Some(look) = stage.look() else { return };
        let data = data_now(&look.1);
        chart.show(stage, look, labels, data.as_ref());
    });

    let readout = Signal::derive(move || {
        let (place, theme) = (read_place.get()?, stage.theme().get());
        axes.with(|axes| {
            let axes = axes.as_ref()?;
            let place = place.min(axes.places() - 1);
            let mut points = Vec::new();
            let rows = shown.get().into_iter().map(|curve| {
                let values = lab.with_shown(|bucket| {
                    lab.measured.with(|experiment| curve.values(experiment, &bucket.last, choices.is_rms.get()))
                });
                let values = values.flatten().unwrap_or_default();
                let value = values.get(place).copied();
                points.extend(by_place::points(axes, &values));
                ReadoutRow {
                    mark: Some(curve.mark(&theme, is_through_time)),
                    label: curve.label(i18n, layout.get()),
                    value: value.map_or_else(|| "–".to_owned(), readable),
                }
            });
            let mut rows: Vec<ReadoutRow> = rows.collect();
            if choices.is_theory_shown.get() {
                expected.with(|expected| rows.extend(expected.iter().flat_map(|e| expected_rows(i18n, e, place))));
                rows.extend(standing(lab, place).map(|standing| standing_row(i18n, layout.get(), standing)));
            }
            if is_through_time {
                rows.extend(lab.measured.with(|experiment| time_marks::row(i18n, lab, experiment, place)));
            }
            Some(by_place::readout(place_name(i18n, layout.get(), place), axes, place, rows, points))
        })
    });
    let go = move |go: Go| by_place::go(axes, read_place, go);
    let choose = move |chosen| by_place::choose(lab, read_place, chosen);

    let spoken = paced(lab, 5_000.0);
    let summary = Memo::new(move |_| {
        spoken.get();
        untrack(|| {
            let mut said =
                lab.with_shown(|bucket| lab.measured.with(|experiment| summary(i18n, experiment, &bucket.last)))?;
            let drawn = expected.get().filter(|_| choices.is_theory_shown.get());
            let beyond = drawn.filter(|_| leads());
            if let Some(words) = beyond
                .and_then(|expected| axes.with(|axes| beyond_words(i18n, layout.get(), axes.as_ref()?, &expected)))
            {
                said.push(' ');
                said.push_str(&words);
            }
            Some(said)
        })
        .unwrap_or_default()
    });
    let refreshed = paced(lab, 1_000.0);
    let table = Signal::derive(move || {
        refreshed.get();
        let is_rms = choices.is_rms.get();
        let experiment = lab.measured.get();
        let expected = expected.get();
        untrack(|| lab.with_shown(|bucket| table(i18n, &experiment, &bucket.last, expected.as_ref(), is_rms)))
            .unwrap_or_default()
    });
    let picture = move |sheet: &mut Sheet<'_>| {
        chart.picture(sheet, |theme| {
            let labels = lab.measured.with(|experiment| labels(i18n, experiment, choices.is_rms.get()));
            Some((labels, data_now(theme)?))
        })
    };
    let theme = stage.theme();
    let toggle = move |(curve, is_shown): (Curve, RwSignal<bool>)| {
        view! {
            <CurveToggle
                mark=Signal::derive(move || theme.with(|theme| curve.mark(theme, is_through_time)))
                label=Signal::derive(move || curve.label(i18n, layout.get()))
                is_shown
                hidden=Signal::derive(move || !curve.is_of(layout.get()))
            />
        }
    };
    let norms =
        move || [t_string!(i18n, charts.norm.frobenius).to_owned(), t_string!(i18n, charts.norm.rms).to_owned()];
    let title = move || {
        if is_through_time {
            t_string!(i18n, charts.gradient_by_time.title).to_owned()
        } else {
            t_string!(i18n, charts.gradient_by_layer.title).to_owned()
        }
    };
    let hint = move || {
        if is_through_time {
            t_string!(i18n, charts.gradient_by_time.hint).to_owned()
        } else {
            t_string!(i18n, charts.gradient_by_layer.hint).to_owned()
        }
    };
    view! {
        <ChartFigure
            name=if is_through_time { "gradient-by-time" } else { "gradient-by-layer" }
            is_main=true
            title=Signal::derive(title)
            stage
            readout
            go=Callback::new(go)
            choose=Callback::new(choose)
            hint=Signal::derive(hint)
            summary
            table
            picture=Picture::new(picture)
        >
            <fieldset class="chart-group">
                <legend>{live(move || t_string!(i18n, charts.gradient_by_layer.series))}</legend>
                {choices.curves.with_value(Clone::clone).into_iter().map(toggle).views()}
                <label class="chart-toggle expected" hidden=attribute(move || expected.with(Option::is_none))>
                    <input
                        type="checkbox"
                        prop:checked=move || choices.is_theory_shown.get()
                        on:change=move |event| choices.is_theory_shown.set(event_target_checked(&event))
                    />
                    {dashes_picture()}
                    {live(move || expected.with(|expected| expected.as_ref().map(|expected| expected.name(i18n))))}
                </label>
            </fieldset>
            <Segments
                name="gradient-by-layer-norm"
                legend=Signal::derive(move || t_string!(i18n, charts.norm.legend).to_owned())
                choice=choices.is_rms
                words=Signal::derive(norms)
            />
            <p class="chart-empty" hidden=attribute(move || shown.with(|shown| !shown.is_empty()))>
                {live(move || t_string!(i18n, charts.all_off))}
            </p>
        </ChartFigure>
    }
    .into_any()
}

fn labels(i18n: Words, experiment: &Experiment, is_rms: bool) -> Labels {
    let (value_axis, value_axis_short) = if is_rms {
        (
            t_string!(i18n, charts.gradient_by_layer.value_axis_rms),
            t_string!(i18n, charts.gradient_by_layer.value_axis_rms_short),
        )
    } else {
        (
            t_string!(i18n, charts.gradient_by_layer.value_axis),
            t_string!(i18n, charts.gradient_by_layer.value_axis_short),
        )
    };
    let layout = Layout::of(experiment);
    let [place_axis, place_axis_short] = if layout.is_through_time() {
        time_marks::axis_titles(i18n, experiment)
    } else {
        [(); 2].map(|()| t_string!(i18n, charts.gradient_by_layer.place_axis).to_owned())
    };
    Labels {
        place_axis,
        place_axis_short,
        places: place_names(i18n, layout),
        value_axis: value_axis.to_owned(),
        value_axis_short: value_axis_short.to_owned(),
        underflow: t_string!(i18n, charts.gradient_by_layer.underflow).to_owned(),
        strips: StripLabels::default(),
    }
}

fn data(
    i18n: Words,
    theme: &Theme,
    experiment: &Experiment,
    report: &StepReport,
    shown: &[Curve],
    is_rms: bool,
    prediction: Option<Prediction>,
) -> Data {
    let layout = report.layout();
    // The limits are those of the elements' root mean square, as in the verdict.
    let limit = |curve: Curve, place: usize| {
        let root = quantity::root_of_elements(experiment, report.step, curve.quantity, place);
        f64::from(f32::MIN_POSITIVE) * if is_rms { 1.0 } else { root }
    };
    let is_f32 = experiment.precision == Precision::F32;
    let places = if is_f32 { layout.places() } else { 0 };
    let series = shown.iter().filter_map(|&shown| {
        let (marker, color) = shown.mark(theme, layout.is_through_time());
        let values = shown.values(experiment, report, is_rms)?;
        let underflow_below = (0..places).map(|place| limit(shown, place)).collect();
        Some(Series { label: shown.label(i18n, layout), color, marker, values, underflow_below })
    });
    // The axis has but one limit: that of the leading quantity in the first place.
    let underflow_below = is_f32.then(|| limit(Curve::leading(layout), 0));
    Data { series: series.collect(), prediction, underflow_below, ..Data::default() }
}

fn prediction(i18n: Words, expected: Expected) -> Prediction {
    let name = expected.name(i18n).to_owned();
    let Expected { center, low, high, .. } = expected;
    let remark = t_string!(i18n, charts.step, step = 0).to_string();
    let beyond = t_string!(i18n, charts.theory.beyond).to_owned();
    Prediction { label: (name, remark), beyond, center, low, high }
}

/// What theory expects of one place, for the reading point.
fn expected_rows(i18n: Words, expected: &Expected, place: usize) -> Vec<ReadoutRow> {
    let [center, low, high] = expected.columns().map(|values| values.get(place).copied().filter(|v| !v.is_nan()));
    let row = |label: &str, value: String| ReadoutRow { mark: None, label: label.to_owned(), value };
    let line = center.map(|center| row(expected.name_at_start(i18n), readable(center)));
    // Of the last place theory takes what was measured, and linear layers with orthogonal weights all do the same: that is
    // no range.
    let is_last = place + 1 == expected.center.len();
    let band = low.zip(high).filter(|_| !is_last).map(|(low, high)| {
        let [from, to] = [low, high].map(|edge| significant(edge, 2));
        row(t_string!(i18n, charts.theory.band), if from == to { from } else { [from, to].join(" – ") })
    });
    line.into_iter().chain(band).collect()
}

/// Where the leading quantity of the step that is shown lies in one place; `None` without a band, and in the last place,
/// from which theory counts.
fn standing(lab: Lab, place: usize) -> Option<Standing> {
    let norm = lab.with_shown(|bucket| {
        let is_before_last = place + 1 < bucket.last.places();
        is_before_last.then(|| bucket.last.get(place, bucket.last.layout().leading()))
    })?;
    lab.forecast.with(|forecast| forecast.as_ref()?.standing_of(place, norm?))
}

fn standing_row(i18n: Words, layout: Layout, standing: Standing) -> ReadoutRow {
    let words = match standing {
        Standing::Below => t_string!(i18n, charts.theory.below),
        Standing::Inside => t_string!(i18n, charts.theory.inside),
        Standing::Above => t_string!(i18n, charts.theory.above),
    };
    ReadoutRow { mark: None, label: quantity::label(i18n, layout.leading()), value: words.to_owned() }
}

fn summary(i18n: Words, experiment: &Experiment, report: &StepReport) -> String {
    let layout = report.layout();
    let leading = |place: usize| readable(report.get(place, layout.leading()));
    // An embedding is none of the hidden layers.
    let before = usize::from(layout.is_embedding(0));
    let (step, first) = (grouped(report.step), leading(before));
    if layout.is_through_time() {
        return time_marks::summary(i18n, experiment, report);
    }
    let hidden = layout.judged().max(1);
    if hidden == 1 {
        return t_string!(i18n, charts.gradient_by_layer.summary_one, step = step, first = first).to_string();
    }
    let last = leading(before + hidden - 1);
    t_string!(i18n, charts.gradient_by_layer.summary, step = step, first = first, last = last, depth = hidden)
        .to_string()
}

/// What is expected off the axis, in words, where it is farthest from it.
fn beyond_words(i18n: Words, layout: Layout, axes: &Axes, expected: &Expected) -> Option<String> {
    let place = axes.beyond(&expected.center)?;
    let words = t_string!(
        i18n,
        charts.theory.is_beyond,
        name = expected.name_at_start(i18n),
        value = readable(expected.center[place]),
        layer = place_name(i18n, layout, place)
    );
    Some(words.to_string())
}

/// The numbers of the chart, those of all curves, shown or not.
fn table(
    i18n: Words,
    experiment: &Experiment,
    report: &StepReport,
    expected: Option<&Expected>,
    is_rms: bool,
) -> Table {
    let layout = report.layout();
    let curves: Vec<Curve> =
        Curve::all(layout.is_through_time()).iter().copied().filter(|curve| curve.is_of(layout)).collect();
    let columns: Vec<_> = curves.iter().map(|curve| curve.values(experiment, report, is_rms)).collect();
    let rows = (0..layout.places()).map(|place| {
        let measured = columns.iter().map(|values| values.as_ref().map(|values| values[place]));
        let expected = (0..3).map(|column| {
            let value = expected?.columns()[column].get(place).copied();
            value.filter(|value| !value.is_nan())
        });
        (place_name(i18n, layout, place), measured.chain(expected).collect())
    });
    let caption = if is_rms {
        t_string!(i18n, charts.gradient_by_layer.table_rms, step = grouped(report.step)).to_string()
    } else {
        t_string!(i18n, charts.gradient_by_layer.table, step = grouped(report.step)).to_string()
    };
    let theory = [
        expected.map_or(t_string!(i18n, charts.theory.at_start), |expected| expected.name_at_start(i18n)).to_owned(),
        t_string!(i18n, charts.theory.low).to_owned(),
        t_string!(i18n, charts.theory.high).to_owned(),
    ];
    let corner = if layout.is_through_time() {
        t_string!(i18n, charts.time_step_head)
    } else {
        t_string!(i18n, charts.layer_head)
    };
    Table {
        caption,
        corner: corner.to_owned(),
        columns: curves.iter().map(|curve| curve.label(i18n, layout)).chain(theory).collect(),
        counts: &[],
        rows: rows.collect(),
    }
}
