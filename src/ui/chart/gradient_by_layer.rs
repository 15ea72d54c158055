//! The chart of gradient norms by layer.

use super::by_layer;
use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Go, ReadoutRow, dashes_picture};
use super::quantity;
use super::segments::Segments;
use super::stage::{Shown, Stage};
use super::table::Table;
use super::toggle::CurveToggle;
use crate::experiment::{Experiment, Precision};
use crate::plot::StripLabels;
use crate::plot::gradient_by_layer::{Axes, Data, Labels, Prediction, Series, trail_of};
use crate::plot::number::{grouped, readable, significant};
use crate::plot::theme::Theme;
use crate::theory::{Forecast, Standing};
use crate::train::{Quantity, StepReport, bucket_of};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{Lab, paced};
use crate::ui::reactive::{Memo, RwSignal, Signal, Views, attribute, effect, live};
use crate::ui::shared::words::layer_name;
use leptos::prelude::*;

/// The quantities of the chart, the most important first.
const QUANTITIES: [Quantity; 3] = [Quantity::GradZ, Quantity::GradW, Quantity::Update];

/// Which quantities are drawn, and how their norms are taken.
#[derive(Clone, Copy)]
struct Choices {
    is_shown: [RwSignal<bool>; QUANTITIES.len()],
    is_theory_shown: RwSignal<bool>,
    is_rms: RwSignal<bool>,
}

impl Choices {
    fn shown(self) -> Vec<Quantity> {
        QUANTITIES.into_iter().zip(self.is_shown).filter(|(_, is_shown)| is_shown.get()).map(|(q, _)| q).collect()
    }
}

/// What theory expects of ‖∂L/∂z‖, from layer 1 to the output layer; NaN where it says nothing.
#[derive(Clone, Debug, PartialEq)]
struct Expected {
    center: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    /// Whether the line is theory's in some layer, and not only the median of networks drawn.
    is_of_theory: bool,
}

impl Expected {
    fn of(forecast: &Forecast, experiment: &Experiment, is_rms: bool) -> Option<Self> {
        let is_of_theory = forecast.has_line();
        let mut expected = Self { center: forecast.center(), low: forecast.low(), high: forecast.high(), is_of_theory };
        if is_rms {
            for values in [&mut expected.center, &mut expected.low, &mut expected.high] {
                for (layer, value) in values.iter_mut().enumerate() {
                    *value /= quantity::root_of_elements(experiment, 0, Quantity::GradZ, layer);
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

/// Norms of gradients and updates in every layer, at the step that is shown, over what theory expects at the start.
#[component]
pub fn GradientByLayer() -> impl IntoView {
    let (i18n, stage) = (use_i18n(), Stage::new());
    let Some(lab) = use_context::<Lab>() else { return ().into_any() };
    let choices = Choices {
        is_shown: QUANTITIES.map(|_| RwSignal::new(true)),
        is_theory_shown: RwSignal::new(true),
        is_rms: RwSignal::new(false),
    };
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let read_layer = RwSignal::new(None::<usize>);
    let expected = Memo::new(move |_| {
        let is_rms = choices.is_rms.get();
        lab.forecast.with(|forecast| {
            let forecast = forecast.as_ref()?;
            lab.measured.with_untracked(|experiment| Expected::of(forecast, experiment, is_rms))
        })
    });

    let data_now = move |theme: &Theme| {
        let report = lab.with_shown(|bucket| bucket.last.clone());
        let shown = choices.shown();
        let is_expected = choices.is_theory_shown.get() && shown.contains(&Quantity::GradZ);
        let prediction = expected.get().filter(|_| is_expected).map(|expected| prediction(i18n, expected));
        let is_rms = choices.is_rms.get();
        lab.history.with_value(|history| {
            let report = report?;
            let buckets = history.buckets();
            let index = bucket_of(buckets, report.step)?;
            lab.measured.with(|experiment| {
                let mut data = data(i18n, theme, experiment, &report, &shown, is_rms, prediction);
                if shown.contains(&Quantity::GradZ) {
                    let earlier = trail_of(index).map(|index| &buckets[index].last);
                    let norms = earlier.filter_map(|e| quantity::values(experiment, e, Quantity::GradZ, is_rms));
                    data.trail = norms.collect();
                }
                Some(data)
            })
        })
    };
    effect(move || {
        lab.redraw.track();
        let labels = labels(i18n, choices.is_rms.get());
        let Some(look) = stage.look() else { return };
        let data = data_now(&look.1);
        chart.show(stage, look, labels, data.as_ref());
    });

    let readout = Signal::derive(move || {
        let (layer, theme) = (read_layer.get()?, stage.theme().get());
        axes.with(|axes| {
            let axes = axes.as_ref()?;
            let layer = layer.min(axes.places() - 1);
            let mut points = Vec::new();
            let rows = choices.shown().into_iter().map(|shown| {
                let values = lab.with_shown(|bucket| {
                    lab.measured
                        .with(|experiment| quantity::values(experiment, &bucket.last, shown, choices.is_rms.get()))
                });
                let values = values.flatten().unwrap_or_default();
                let value = values.get(layer).copied();
                points.extend(by_layer::points(axes, &values));
                ReadoutRow {
                    mark: Some(quantity::mark(&theme, shown)),
                    label: quantity::label(i18n, shown),
                    value: value.map_or_else(|| "–".to_owned(), readable),
                }
            });
            let mut rows: Vec<ReadoutRow> = rows.collect();
            if choices.is_theory_shown.get() {
                expected.with(|expected| rows.extend(expected.iter().flat_map(|e| expected_rows(i18n, e, layer))));
                rows.extend(standing(lab, layer).map(|standing| standing_row(i18n, standing)));
            }
            Some(by_layer::readout(i18n, axes, layer, rows, points))
        })
    });
    let go = move |go: Go| by_layer::go(axes, read_layer, go);
    let choose = move |chosen| by_layer::choose(lab, read_layer, chosen);

    let spoken = paced(lab, 5_000.0);
    let summary = Memo::new(move |_| {
        spoken.get();
        untrack(|| {
            let mut said = lab.with_shown(|bucket| summary(i18n, &bucket.last))?;
            let drawn = expected.get().filter(|_| choices.is_theory_shown.get());
            let beyond = drawn.filter(|_| choices.shown().contains(&Quantity::GradZ));
            if let Some(words) =
                beyond.and_then(|expected| axes.with(|axes| beyond_words(i18n, axes.as_ref()?, &expected)))
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
        chart.picture(sheet, |theme| Some((labels(i18n, choices.is_rms.get()), data_now(theme)?)))
    };
    let theme = stage.theme();
    let toggles = move || {
        QUANTITIES
            .into_iter()
            .zip(choices.is_shown)
            .map(move |(quantity, is_shown)| {
                view! {
                    <CurveToggle
                        mark=Signal::derive(move || theme.with(|theme| quantity::mark(theme, quantity)))
                        label=Signal::derive(move || quantity::label(i18n, quantity))
                        is_shown
                    />
                }
            })
            .views()
    };
    let norms =
        move || [t_string!(i18n, charts.norm.frobenius).to_owned(), t_string!(i18n, charts.norm.rms).to_owned()];
    view! {
        <ChartFigure
            name="gradient-by-layer"
            is_main=true
            title=Signal::derive(move || t_string!(i18n, charts.gradient_by_layer.title).to_owned())
            stage
            readout
            go=Callback::new(go)
            choose=Callback::new(choose)
            hint=Signal::derive(move || t_string!(i18n, charts.gradient_by_layer.hint).to_owned())
            summary
            table
            picture=Picture::new(picture)
        >
            <fieldset class="chart-group">
                <legend>{live(move || t_string!(i18n, charts.gradient_by_layer.series))}</legend>
                {toggles()}
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
            <p class="chart-empty" hidden=attribute(move || !choices.shown().is_empty())>
                {live(move || t_string!(i18n, charts.all_off))}
            </p>
        </ChartFigure>
    }
    .into_any()
}

fn labels(i18n: Words, is_rms: bool) -> Labels {
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
    Labels {
        layer_axis: t_string!(i18n, charts.gradient_by_layer.layer_axis).to_owned(),
        value_axis: value_axis.to_owned(),
        value_axis_short: value_axis_short.to_owned(),
        output: t_string!(i18n, charts.output_tick).to_owned(),
        underflow: t_string!(i18n, charts.gradient_by_layer.underflow).to_owned(),
        strips: StripLabels::default(),
    }
}

fn data(
    i18n: Words,
    theme: &Theme,
    experiment: &Experiment,
    report: &StepReport,
    shown: &[Quantity],
    is_rms: bool,
    prediction: Option<Prediction>,
) -> Data {
    // The limits are those of the elements' root mean square, as in the verdict.
    let limit = |quantity: Quantity, layer: usize| {
        let root = quantity::root_of_elements(experiment, report.step, quantity, layer);
        f64::from(f32::MIN_POSITIVE) * if is_rms { 1.0 } else { root }
    };
    let is_f32 = experiment.precision == Precision::F32;
    let layers = if is_f32 { experiment.depth as usize + 1 } else { 0 };
    let series = shown.iter().filter_map(|&shown| {
        let (marker, color) = quantity::mark(theme, shown);
        let values = quantity::values(experiment, report, shown, is_rms)?;
        let underflow_below = (0..layers).map(|layer| limit(shown, layer)).collect();
        Some(Series { label: quantity::label(i18n, shown), color, marker, values, underflow_below })
    });
    // The axis has but one limit: that of a hidden layer.
    let underflow_below = is_f32.then(|| limit(Quantity::GradZ, 0));
    Data { series: series.collect(), prediction, underflow_below, ..Data::default() }
}

fn prediction(i18n: Words, expected: Expected) -> Prediction {
    let name = expected.name(i18n).to_owned();
    let Expected { center, low, high, .. } = expected;
    let remark = t_string!(i18n, charts.step, step = 0).to_string();
    let beyond = t_string!(i18n, charts.theory.beyond).to_owned();
    Prediction { label: (name, remark), beyond, center, low, high }
}

/// What theory expects of one layer, for the reading point.
fn expected_rows(i18n: Words, expected: &Expected, layer: usize) -> Vec<ReadoutRow> {
    let [center, low, high] = expected.columns().map(|values| values.get(layer).copied().filter(|v| !v.is_nan()));
    let row = |label: &str, value: String| ReadoutRow { mark: None, label: label.to_owned(), value };
    let line = center.map(|center| row(expected.name_at_start(i18n), readable(center)));
    // Of the output layer theory takes what was measured, and linear layers with orthogonal weights all do the same: that
    // is no range.
    let is_output = layer + 1 == expected.center.len();
    let band = low.zip(high).filter(|_| !is_output).map(|(low, high)| {
        let [from, to] = [low, high].map(|edge| significant(edge, 2));
        row(t_string!(i18n, charts.theory.band), if from == to { from } else { [from, to].join(" – ") })
    });
    line.into_iter().chain(band).collect()
}

/// Where ‖∂L/∂z‖ of the step that is shown lies in one layer; `None` without a band, and in the output layer, from which
/// theory counts.
fn standing(lab: Lab, layer: usize) -> Option<Standing> {
    let norm = lab.with_shown(|bucket| {
        let is_hidden = layer + 1 < bucket.last.places();
        is_hidden.then(|| bucket.last.get(layer, Quantity::GradZ))
    })?;
    lab.forecast.with(|forecast| forecast.as_ref()?.standing_of(layer, norm?))
}

fn standing_row(i18n: Words, standing: Standing) -> ReadoutRow {
    let words = match standing {
        Standing::Below => t_string!(i18n, charts.theory.below),
        Standing::Inside => t_string!(i18n, charts.theory.inside),
        Standing::Above => t_string!(i18n, charts.theory.above),
    };
    ReadoutRow { mark: None, label: quantity::label(i18n, Quantity::GradZ), value: words.to_owned() }
}

fn summary(i18n: Words, report: &StepReport) -> String {
    let hidden = report.places().saturating_sub(1).max(1);
    let (step, first) = (grouped(report.step), readable(report.get(0, Quantity::GradZ)));
    if hidden == 1 {
        return t_string!(i18n, charts.gradient_by_layer.summary_one, step = step, first = first).to_string();
    }
    t_string!(
        i18n,
        charts.gradient_by_layer.summary,
        step = step,
        first = first,
        last = readable(report.get(hidden - 1, Quantity::GradZ)),
        depth = hidden
    )
    .to_string()
}

/// What is expected off the axis, in words, where it is farthest from it.
fn beyond_words(i18n: Words, axes: &Axes, expected: &Expected) -> Option<String> {
    let layer = axes.beyond(&expected.center)?;
    let words = t_string!(
        i18n,
        charts.theory.is_beyond,
        name = expected.name_at_start(i18n),
        value = readable(expected.center[layer]),
        layer = layer_name(i18n, layer, axes.places())
    );
    Some(words.to_string())
}

fn table(
    i18n: Words,
    experiment: &Experiment,
    report: &StepReport,
    expected: Option<&Expected>,
    is_rms: bool,
) -> Table {
    let layers = report.places();
    let columns = QUANTITIES.map(|quantity| quantity::values(experiment, report, quantity, is_rms));
    let rows = (0..layers).map(|layer| {
        let measured = columns.iter().map(|values| values.as_ref().map(|values| values[layer]));
        let expected = (0..3).map(|column| {
            let value = expected?.columns()[column].get(layer).copied();
            value.filter(|value| !value.is_nan())
        });
        (layer_name(i18n, layer, layers), measured.chain(expected).collect())
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
    Table {
        caption,
        corner: t_string!(i18n, charts.layer_head).to_owned(),
        columns: QUANTITIES.iter().map(|&quantity| quantity::label(i18n, quantity)).chain(theory).collect(),
        counts: &[],
        rows: rows.collect(),
    }
}
