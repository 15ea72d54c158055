//! What the optimizer makes of the gradient, weights by weights: those of each layer, or those that are used at all time steps.

use super::by_place;
use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Go, Led, ReadoutRow};
use super::quantity;
use super::stage::{Shown, Stage};
use super::table::Table;
use super::toggle::CurveToggle;
use crate::choice::Choice;
use crate::experiment::{Experiment, Key};
use crate::look::step_reading::{Course, Layers, StepByLayer, StepReading, StepRule};
use crate::optim::ClipKind;
use crate::plot::gradient_by_place::{Axes, Data, Labels, Level, PlaceNames, Series};
use crate::plot::number::{grouped, readable, short, significant};
use crate::plot::theme::Theme;
use crate::plot::{Marker, StripLabels, color::Rgb};
use crate::train::{Layout, Quantity, Weights};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::instruments::Instrument;
use crate::ui::lab::{Lab, paced};
use crate::ui::reactive::{Memo, RwSignal, Signal, Views, attribute, effect, live};
use crate::ui::shared::rule::rule_in;
use crate::ui::shared::words::{self, weights_name};
use leptos::prelude::*;

/// The curves of the chart, the most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Curve {
    Step,
    Gradient,
    SecondMoment,
    FirstMoment,
}

impl Curve {
    const ALL: [Self; 4] = [Self::Step, Self::Gradient, Self::SecondMoment, Self::FirstMoment];

    /// Its formula, which is the same in every language.
    fn label(self, experiment: &Experiment) -> &'static str {
        match self {
            Self::Step => "ΔW / η",
            Self::Gradient => "∂L/∂W",
            Self::SecondMoment => rule_in(experiment, "g", "w").root,
            Self::FirstMoment if experiment.optimizer.uses_momentum() => "v",
            Self::FirstMoment => "m̂",
        }
    }

    fn mark(self, theme: &Theme) -> (Marker, Rgb) {
        let quantity = match self {
            Self::Step => Quantity::Update,
            Self::Gradient => Quantity::GradW,
            Self::SecondMoment => Quantity::SecondMoment,
            Self::FirstMoment => Quantity::FirstMoment,
        };
        quantity::mark(theme, quantity)
    }

    /// Its values; `None` where there are none.
    fn values(self, by_layer: &StepByLayer) -> Option<&[f64]> {
        match self {
            Self::Step => by_layer.step.as_deref(),
            Self::Gradient => Some(&by_layer.gradient),
            Self::SecondMoment => by_layer.second_moment.as_deref(),
            Self::FirstMoment => by_layer.first_moment.as_deref(),
        }
    }

    /// Whether the experiment's optimizer has it.
    fn is_of(self, experiment: &Experiment) -> bool {
        let kind = experiment.optimizer;
        match self {
            Self::Step | Self::Gradient => true,
            Self::SecondMoment => kind.uses_epsilon(),
            Self::FirstMoment => kind.uses_momentum() || kind.uses_beta1(),
        }
    }
}

/// The gradient, what the optimizer keeps of it, and the step, by layer; with a sentence that reads them.
#[component]
pub fn OptimizerChart() -> impl IntoView {
    let (i18n, stage) = (use_i18n(), Stage::new());
    let Some(lab) = use_context::<Lab>() else { return ().into_any() };
    let is_shown = lab.instruments.looks.optimizer_curves;
    let curves = move || Curve::ALL.into_iter().zip(is_shown).filter(|(_, is_shown)| is_shown.get()).map(|(c, _)| c);
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let read_layer = RwSignal::new(None::<usize>);
    let shown = Memo::new(move |_| shown(lab));

    effect(move || {
        let labels = lab.measured.with(|experiment| labels(i18n, experiment));
        let curves: Vec<Curve> = curves().collect();
        let Some(look) = stage.look() else { return };
        let data = shown.with(|shown| {
            let (_, by_layer) = shown.as_ref()?;
            Some(lab.measured.with(|experiment| data(experiment, &look.1, by_layer, &curves)))
        });
        chart.show(stage, look, labels, data.as_ref());
    });

    let readout = Signal::derive(move || {
        let (layer, theme) = (read_layer.get()?, stage.theme().get());
        shown.with(|shown| {
            let (_, by_layer) = shown.as_ref()?;
            axes.with(|axes| {
                let axes = axes.as_ref()?;
                let layer = layer.min(axes.places() - 1);
                let mut points = Vec::new();
                let row = |curve: Curve| {
                    let values = curve.values(by_layer)?;
                    points.extend(by_place::points(axes, values));
                    let label = lab.measured.with(|experiment| curve.label(experiment)).to_owned();
                    Some(ReadoutRow { mark: Some(curve.mark(&theme)), label, value: readable(*values.get(layer)?) })
                };
                let mut rows: Vec<ReadoutRow> = curves().filter_map(row).collect();
                let epsilon = by_layer.epsilon;
                rows.extend(epsilon.map(|e| ReadoutRow { mark: None, label: "ε".to_owned(), value: short(e) }));
                let name = lab.measured.with(|experiment| names(i18n, experiment).into_iter().nth(layer));
                let name = name.unwrap_or_default();
                Some(by_place::readout(name, axes, layer, rows, points))
            })
        })
    });
    let go = move |go: Go| by_place::go(axes, read_layer, go);
    let choose = move |chosen| {
        let layout = lab.measured.with_untracked(Layout::of);
        if !layout.is_through_time() {
            return by_place::choose(lab, read_layer, chosen);
        }
        let read = read_layer.get_untracked().and_then(|place| layout.weights().get(place).copied());
        let Some(Weights::Input(level) | Weights::Recurrent(level)) = read else { return Led::Here };
        lab.instruments.level.set(level);
        lab.instruments.open.set(Instrument::Layer);
        Led::Elsewhere
    };

    let refreshed = paced(lab, 1_000.0);
    let reading = Memo::new(move |_| {
        refreshed.get();
        untrack(|| self::shown(lab))
            .map(|(_, by_layer)| lab.measured.with_untracked(|experiment| reading_words(i18n, experiment, &by_layer)))
    });
    let sentences = move || reading.get().unwrap_or_default();
    let spoken = paced(lab, 5_000.0);
    let summary = Memo::new(move |_| {
        spoken.get();
        untrack(sentences).join(" ")
    });
    let table = Signal::derive(move || {
        refreshed.get();
        untrack(|| self::shown(lab))
            .map(|(step, by_layer)| lab.measured.with_untracked(|e| table(i18n, e, step, &by_layer)))
            .unwrap_or_default()
    });
    let picture = move |sheet: &mut Sheet<'_>| {
        chart.picture(sheet, |theme| {
            let curves: Vec<Curve> = curves().collect();
            let (_, by_layer) = shown.get()?;
            lab.measured
                .with(|experiment| Some((labels(i18n, experiment), data(experiment, theme, &by_layer, &curves))))
        })
    };
    let toggle = move |(curve, is_shown): (Curve, RwSignal<bool>)| {
        view! {
            <CurveToggle
                mark=Signal::derive(move || stage.theme().with(|theme| curve.mark(theme)))
                label=Signal::derive(move || lab.measured.with(|experiment| curve.label(experiment)).to_owned())
                is_shown
                hidden=Signal::derive(move || !lab.measured.with(|experiment| curve.is_of(experiment)))
            />
        }
    };
    // What the optimizer has no curve of does not count as shown.
    let is_all_off = move || lab.measured.with(|experiment| !curves().any(|curve| curve.is_of(experiment)));
    view! {
        <div class="pane steps">
            <ChartFigure
                name="optimizer"
                title=Signal::derive(move || t_string!(i18n, steps.title).to_owned())
                stage
                readout
                go=Callback::new(go)
                choose=Callback::new(choose)
                hint=Signal::derive(move || {
                    if lab.measured.with(|experiment| experiment.model.is_recurrent()) {
                        t_string!(i18n, steps.hint_cell).to_owned()
                    } else {
                        t_string!(i18n, charts.gradient_by_layer.hint).to_owned()
                    }
                })
                summary
                table
                picture=Picture::new(picture)
            >
                <fieldset class="chart-group">
                    <legend>{live(move || t_string!(i18n, charts.gradient_by_layer.series))}</legend>
                    {Curve::ALL.into_iter().zip(is_shown).map(toggle).views()}
                </fieldset>
                <p class="chart-empty" hidden=attribute(move || !is_all_off())>{live(move || t_string!(i18n, charts.all_off))}</p>
            </ChartFigure>
            <div class="step-reading">
                <p class="step-formula">{live(move || lab.measured.with(formula))}</p>
                {live(move || sentences().into_iter().map(|sentence| view! { <p>{sentence}</p> }).views())}
            </div>
        </div>
    }
    .into_any()
}

/// The step that the page shows, and what it made of the gradient; follows every change of either.
fn shown(lab: Lab) -> Option<(u64, StepByLayer)> {
    let entries = lab.instruments.view.with(|view| view.as_ref().map(|view| view.weight_entries.clone()));
    let entries = entries.unwrap_or_default();
    lab.with_shown(|bucket| {
        let step = bucket.last.step;
        lab.measured.with(|experiment| {
            let hyper = lab.hyper_of_step(step);
            let by_weights = if experiment.model.is_recurrent() {
                StepByLayer::of_weights(experiment, &hyper, &bucket.last, &entries)
            } else {
                StepByLayer::of(experiment, &hyper, &bucket.last)
            };
            // How many entries the weights have is not known until the worker has seen them.
            (!by_weights.gradient.is_empty()).then_some((step, by_weights))
        })
    })?
}

/// The names of all weights, in their order.
fn names(i18n: Words, experiment: &Experiment) -> Vec<String> {
    let layout = Layout::of(experiment);
    layout.weights().into_iter().map(|weights| weights_name(i18n, layout, weights)).collect()
}

fn labels(i18n: Words, experiment: &Experiment) -> Labels {
    let is_in_time = experiment.model.is_recurrent();
    let axis = if is_in_time {
        t_string!(i18n, charts.gradient_over_time.weights_axis).to_owned()
    } else {
        t_string!(i18n, charts.gradient_by_layer.place_axis).to_owned()
    };
    Labels {
        place_axis_short: axis.clone(),
        place_axis: axis,
        places: if is_in_time {
            PlaceNames::Own(names(i18n, experiment))
        } else {
            words::place_names(i18n, Layout::of(experiment))
        },
        value_axis: t_string!(i18n, charts.gradient_by_layer.value_axis_rms).to_owned(),
        value_axis_short: t_string!(i18n, charts.gradient_by_layer.value_axis_rms_short).to_owned(),
        underflow: String::new(),
        strips: StripLabels::default(),
    }
}

fn data(experiment: &Experiment, theme: &Theme, by_layer: &StepByLayer, curves: &[Curve]) -> Data {
    let series = curves.iter().filter_map(|curve| {
        let (marker, color) = curve.mark(theme);
        let values = curve.values(by_layer)?.to_vec();
        Some(Series { label: curve.label(experiment).to_owned(), color, marker, values, underflow_below: Vec::new() })
    });
    let level = by_layer.epsilon.map(|epsilon| Level { value: epsilon, label: format!("ε = {}", short(epsilon)) });
    Data { series: series.collect(), level, ..Data::default() }
}

/// The optimizer's step, as a formula, with what clipping and weight decay make of the gradient first.
fn formula(experiment: &Experiment) -> String {
    let rule = rule_in(experiment, "g", "W");
    let is_clipped = experiment.clip != ClipKind::None;
    let is_decayed = experiment.weight_decay != 0.0 && !rule.has_own_decay;
    if !is_clipped && !is_decayed {
        return rule_in(experiment, "∂L/∂W", "W").in_line();
    }
    let gradient = if is_clipped { "clip(∂L/∂W)" } else { "∂L/∂W" };
    let decay = if is_decayed { " + λ W" } else { "" };
    format!("g = {gradient}{decay}, {}", rule.in_line())
}

/// What the numbers say, sentence by sentence.
fn reading_words(i18n: Words, experiment: &Experiment, by_layer: &StepByLayer) -> Vec<String> {
    let Some(reading) = by_layer.reading() else {
        return vec![t_string!(i18n, steps.no_step).to_owned()];
    };
    let names = names(i18n, experiment);
    let layers = by_layer.gradient.len();
    let is_in_time = experiment.model.is_recurrent();
    let name = |weights: usize| match names.get(weights) {
        Some(_) if !is_in_time && weights + 1 == layers => t_string!(i18n, steps.output_layer).to_owned(),
        name => name.cloned().unwrap_or_default(),
    };
    let (from, to) = (name(reading.from), name(reading.to));
    let (Some(gradient), Some(step)) = (reading.gradient, reading.step) else {
        let words = if is_in_time { t_string!(i18n, steps.nothing_weights) } else { t_string!(i18n, steps.nothing) };
        return vec![words.to_owned()];
    };
    let factor = fold(gradient);
    let first = match reading.course {
        Course::Level => t_string!(i18n, steps.gradient_level, factor = factor, from = from, to = to).to_string(),
        _ if gradient > 1.0 => t_string!(i18n, steps.gradient_falls, factor = factor, from = from, to = to).to_string(),
        _ => t_string!(i18n, steps.gradient_grows, factor = factor, from = from, to = to).to_string(),
    };
    let root = Curve::SecondMoment.label(experiment);
    let sentences = [Some(first), Some(step_words(i18n, experiment, root, &reading, gradient, step))];
    sentences
        .into_iter()
        .chain([epsilon_words(i18n, root, &reading, by_layer, &names, Layout::of(experiment))])
        .flatten()
        .collect()
}

/// A ratio as how many times the larger is the smaller.
fn fold(ratio: f64) -> String {
    significant(ratio.max(1.0 / ratio), 2)
}

fn step_words(
    i18n: Words,
    experiment: &Experiment,
    root: &'static str,
    reading: &StepReading,
    gradient: f64,
    step: f64,
) -> String {
    let optimizer = words::choice(i18n, Key::Optimizer, experiment.optimizer.name());
    let (factor, falls) = (fold(step), gradient > 1.0);
    match (reading.course, reading.rule) {
        (Course::Level | Course::Nothing, _) => t_string!(i18n, steps.level, optimizer, factor = factor).to_string(),
        (Course::Follows, StepRule::Plain) if falls => {
            t_string!(i18n, steps.plain_falls, optimizer, factor = factor).to_string()
        }
        (Course::Follows, StepRule::Plain) => {
            t_string!(i18n, steps.plain_grows, optimizer, factor = factor).to_string()
        }
        (Course::Follows, StepRule::Momentum) if falls => {
            t_string!(i18n, steps.momentum_falls, optimizer, factor = factor).to_string()
        }
        (Course::Follows, StepRule::Momentum) => {
            t_string!(i18n, steps.momentum_grows, optimizer, factor = factor).to_string()
        }
        (Course::Steady, StepRule::Adaptive) if falls => {
            t_string!(i18n, steps.steady_falls, optimizer, root, factor = factor).to_string()
        }
        (Course::Steady, StepRule::Adaptive) => {
            t_string!(i18n, steps.steady_grows, optimizer, root, factor = factor).to_string()
        }
        (Course::Follows | Course::Apart, StepRule::Adaptive) if step > 1.0 => {
            t_string!(i18n, steps.adaptive_falls, optimizer, factor = factor).to_string()
        }
        (Course::Follows | Course::Apart, StepRule::Adaptive) => {
            t_string!(i18n, steps.adaptive_grows, optimizer, factor = factor).to_string()
        }
        (Course::Steady | Course::Apart, StepRule::Plain | StepRule::Momentum) => {
            let parts = [
                experiment.optimizer.uses_momentum().then(|| t_string!(i18n, steps.part_past)),
                (experiment.weight_decay != 0.0).then(|| t_string!(i18n, steps.part_decay)),
                // By norm it shortens all alike.
                (experiment.clip == ClipKind::Value).then(|| t_string!(i18n, steps.part_clip)),
            ];
            let parts: Vec<&str> = parts.into_iter().flatten().collect();
            if parts.is_empty() {
                t_string!(i18n, steps.other, optimizer, factor = factor).to_string()
            } else {
                t_string!(i18n, steps.other_parts, optimizer, factor = factor, parts = parts.join(", ")).to_string()
            }
        }
    }
}

fn epsilon_words(
    i18n: Words,
    root: &'static str,
    reading: &StepReading,
    by_layer: &StepByLayer,
    names: &[String],
    layout: Layout,
) -> Option<String> {
    let layers = by_layer.gradient.len();
    if let Some(margin) = reading.margin {
        return Some(t_string!(i18n, steps.margin, root, factor = significant(margin, 2)).to_string());
    }
    let Layers { first, last, count } = reading.below_epsilon?;
    let words = if by_layer.is_through_time() {
        let root_mean_squares = by_layer.second_moment.iter().flatten();
        let below = root_mean_squares.zip(names).filter(|(value, _)| Some(**value) < by_layer.epsilon);
        let below: Vec<&str> = below.map(|(_, name)| name.as_str()).collect();
        t_string!(i18n, steps.below_one, root, layer = below.join(", ")).to_string()
    } else if count == layers {
        t_string!(i18n, steps.below_all, root).to_string()
    } else if count == 1 {
        t_string!(i18n, steps.below_one, root, layer = names.get(first - 1).cloned().unwrap_or_default()).to_string()
    } else if count == last - first + 1 && !layout.is_embedding(first - 1) {
        let (first, last) = (layout.number(first - 1), layout.number(last - 1));
        t_string!(i18n, steps.below, root, first = first, last = last).to_string()
    } else {
        t_string!(i18n, steps.below_some, root, count = count).to_string()
    };
    Some(words)
}

fn table(i18n: Words, experiment: &Experiment, step: u64, by_layer: &StepByLayer) -> Table {
    let layers = by_layer.gradient.len();
    let curves = || Curve::ALL.into_iter().filter(|curve| curve.is_of(experiment));
    let names = names(i18n, experiment);
    let row = |layer: usize| {
        let cells = curves().map(|curve| curve.values(by_layer)?.get(layer).copied());
        (names.get(layer).cloned().unwrap_or_default(), cells.collect())
    };
    let is_in_time = experiment.model.is_recurrent();
    Table {
        caption: if is_in_time {
            t_string!(i18n, steps.table_weights, step = grouped(step)).to_string()
        } else {
            t_string!(i18n, steps.table, step = grouped(step)).to_string()
        },
        corner: if is_in_time {
            t_string!(i18n, charts.gradient_over_time.weights_axis).to_owned()
        } else {
            t_string!(i18n, charts.layer_head).to_owned()
        },
        columns: curves().map(|curve| curve.label(experiment).to_owned()).collect(),
        counts: &[],
        rows: (0..layers).map(row).collect(),
    }
}
