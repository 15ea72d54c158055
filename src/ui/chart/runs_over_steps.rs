//! One number of several runs over their steps: by what factor the gradient changes on its way, or the loss.

use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Chosen, Go, Led, Readout};
use super::loss::go_along;
use super::runs::{AllSeen, Seen, called, row};
use super::segments::Segments;
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::diagnosis::Flow;
use crate::experiment::Experiment;
use crate::plot::number::{grouped, readable};
use crate::plot::runs_over_steps::{Axes, Axis, Data, Labels, Line, smoothed};
use crate::train::{Bucket, StepReport};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::reactive::{Memo, RwSignal, Show, Signal, effect};
use crate::worker::protocol::RunState;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// What is shown over the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The norm of the gradient at the first place by that at the last.
    Factor,
    /// The loss on each step's batch, or in its place the accuracy on all training samples.
    Loss,
}

/// The factors of the steps of one run, computed once.
type Factors = Vec<(Experiment, Vec<(u64, f64, f64)>)>;

/// A number of all runs over their steps.
#[component]
pub fn RunsOverSteps(
    /// Which.
    over: Over,
    /// What is seen of the runs.
    #[prop(into)]
    seen: Signal<AllSeen>,
    /// What each is called.
    #[prop(into)]
    names: Signal<Vec<String>>,
) -> impl IntoView {
    let (i18n, stage) = (use_i18n(), Stage::new());
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let read_step = RwSignal::new(None::<u64>);
    let is_accuracy = RwSignal::new(false);
    let has_accuracy = Memo::new(move |_| seen.with(|seen| seen.iter().any(|seen| accuracy(seen).next().is_some())));
    let shows_accuracy = Memo::new(move |_| over == Over::Loss && is_accuracy.get() && has_accuracy.get());
    let factors = StoredValue::new(Factors::new());
    let data_now = move || {
        let seen = seen.get();
        let axis = if shows_accuracy.get() { Axis::Percent } else { Axis::Log };
        let lines = seen.iter().map(|seen| {
            let measured = match (over, axis) {
                (Over::Factor, _) => factors_of(factors, seen),
                (Over::Loss, Axis::Percent) => accuracy(seen).collect(),
                (Over::Loss, _) => {
                    over_buckets(seen, |buckets| buckets.map(|bucket| (bucket.last.step, bucket.last.loss())).collect())
                }
            };
            let values = measured.iter().map(|(_, value)| *value);
            // A step's batch is noisy, and all samples are not.
            let is_noisy = axis != Axis::Percent && seen.experiment.batch_size() < seen.experiment.sample_count();
            let smoothed = is_noisy.then(|| smoothed(values, axis == Axis::Log)).flatten();
            Line { run: seen.place, measured, smoothed, has_ended: seen.status.state == RunState::Diverged }
        });
        let lines: Vec<Line> = lines.filter(|line| !line.measured.is_empty()).collect();
        let visited = seen.iter().find_map(|seen| seen.lab.visited.get());
        let levels = if over == Over::Factor { levels(i18n, &lines) } else { Vec::new() };
        Data { lines, axis, levels, visited }
    };
    effect(move || {
        let Some(look) = stage.look() else { return };
        let data = data_now();
        let data = (!data.lines.is_empty()).then_some(data);
        chart.show(stage, look, labels(i18n, over, shows_accuracy.get()), data.as_ref());
    });
    let longest = move || seen.with(|seen| seen.iter().max_by_key(|seen| seen.latest).map(|seen| seen.lab));
    let readout = Signal::derive(move || {
        let (step, theme, names, data) = (read_step.get()?, stage.theme().get(), names.get(), data_now());
        axes.with(|axes| {
            let axes = axes.as_ref()?;
            let lines = data.lines.iter().filter_map(|line| Some((line, *at(line, step)?)));
            let found: Vec<_> = lines.collect();
            let step = found.iter().map(|(_, (step, _))| *step).max()?;
            let percent = data.axis == Axis::Percent;
            let rows = found.iter().map(|(line, (_, value))| {
                let value = if percent { format!("{value:.1} %") } else { readable(*value) };
                row(&theme, &names, line.run, value)
            });
            let points = found
                .iter()
                .filter_map(|(_, (step, value))| Some((axes.step_to_x(*step), axes.frame.value_to_y(*value)?)));
            let last = data.lines.iter().filter_map(|line| line.measured.last()).map(|(step, _)| *step).max()?;
            Some(Readout {
                x: axes.step_to_x(step),
                span: (axes.frame.plot.top, axes.frame.floor()),
                y: None,
                points: points.collect(),
                title: t_string!(i18n, charts.step, step = grouped(step)).to_string(),
                rows: rows.collect(),
                place: (step, last),
            })
        })
    });
    let go = move |go: Go| {
        let to = axes.with_untracked(|axes| match (go, axes) {
            (Go::To(x, _), Some(axes)) => Some(axes.x_to_step(x)),
            _ => None,
        });
        let step = untrack(longest)
            .and_then(|lab| lab.history.with_value(|history| go_along(history, go, to, read_step.get_untracked())));
        read_step.set(step);
    };
    let choose = move |_: Chosen| {
        if let (Some(step), Some(lab)) = (read_step.get_untracked(), untrack(longest)) {
            lab.show_step(step);
        }
        Led::Here
    };
    let summary = Memo::new(move |_| {
        let (seen, names) = (seen.get(), names.get());
        let told = seen.iter().map(|seen| {
            let (run, step) = (called(&names, seen.place), grouped(seen.report.step));
            match over {
                Over::Factor => {
                    let factor = readable(Flow::of(&seen.experiment, &seen.report).total);
                    t_string!(i18n, comparison.factor.summary, run = run, step = step, factor = factor).to_string()
                }
                Over::Loss => {
                    let loss = readable(seen.report.loss());
                    t_string!(i18n, comparison.loss.summary, run = run, step = step, loss = loss).to_string()
                }
            }
        });
        told.collect::<Vec<_>>().join(" ")
    });
    let table = Signal::derive(move || table(i18n, over, &untrack(data_now), &names.get()));
    let picture = move |sheet: &mut Sheet<'_>| {
        chart.picture(sheet, |_| Some((labels(i18n, over, shows_accuracy.get()), data_now())))
    };
    let measures =
        move || [t_string!(i18n, charts.loss.title).to_owned(), t_string!(i18n, charts.accuracy.title).to_owned()];
    let title = move || match over {
        Over::Factor => t_string!(i18n, comparison.factor.title).to_owned(),
        Over::Loss => measures()[usize::from(shows_accuracy.get())].clone(),
    };
    let can_show_accuracy = Signal::derive(move || over == Over::Loss && has_accuracy.get());
    view! {
        <ChartFigure
            name=if over == Over::Factor { "runs-factor" } else { "runs-loss" }
            title=Signal::derive(title)
            stage
            readout
            go=Callback::new(go)
            choose=Callback::new(choose)
            hint=Signal::derive(move || t_string!(i18n, charts.loss.hint).to_owned())
            summary
            table
            picture=Picture::new(picture)
        >
            <Show when=can_show_accuracy>
                <Segments
                    name="runs-loss-measure"
                    legend=Signal::derive(move || t_string!(i18n, charts.accuracy.legend).to_owned())
                    choice=is_accuracy
                    words=Signal::derive(measures)
                />
            </Show>
        </ChartFigure>
    }
}

/// Reads the buckets of a run up to the latest step that is told of.
fn over_buckets<R>(seen: &Seen, read: impl FnOnce(&mut dyn Iterator<Item = &Bucket>) -> R) -> R {
    seen.lab
        .history
        .with_value(|history| read(&mut history.buckets().iter().take_while(|bucket| bucket.last.step <= seen.latest)))
}

/// The accuracy on all training samples, in percent, whenever the run was scored.
fn accuracy(seen: &Seen) -> impl Iterator<Item = (u64, f64)> + use<> {
    let (evaluations, latest) = (seen.lab.instruments.evaluations.get_untracked(), seen.latest);
    let scored = evaluations.iter().take_while(move |evaluation| evaluation.step <= latest);
    let scored: Vec<_> =
        scored.filter_map(|evaluation| Some((evaluation.step, 100.0 * evaluation.training.accuracy?))).collect();
    scored.into_iter()
}

/// The factors of a run's steps; those that were computed before are not computed again.
fn factors_of(kept: StoredValue<Factors>, seen: &Seen) -> Vec<(u64, f64)> {
    let (way, leading) = (seen.experiment.way(), seen.layout().leading());
    let factor = |report: &StepReport| Flow::along(&way, &report.series(leading).unwrap_or_default()).total;
    let mut computed = Vec::new();
    kept.update_value(|kept| {
        while kept.len() <= seen.place {
            kept.push((Experiment::default(), Vec::new()));
        }
        let (experiment, known) = &mut kept[seen.place];
        if *experiment != *seen.experiment {
            (*experiment, *known) = ((*seen.experiment).clone(), Vec::new());
        }
        let before: BTreeMap<u64, (f64, f64)> =
            known.iter().map(|(step, loss, factor)| (*step, (*loss, *factor))).collect();
        computed = over_buckets(seen, |buckets| {
            let one = |bucket: &Bucket| {
                let (step, loss) = (bucket.last.step, bucket.last.loss());
                // A run that went on from an earlier step has other numbers at the same steps.
                let known = before.get(&step).filter(|(other, _)| other.to_bits() == loss.to_bits());
                (step, loss, known.map_or_else(|| factor(&bucket.last), |(_, factor)| *factor))
            };
            buckets.map(one).collect::<Vec<_>>()
        });
        known.clone_from(&computed);
    });
    computed.into_iter().map(|(step, _, factor)| (step, factor)).collect()
}

/// Where a gradient vanishes, and where it explodes if any comes near.
fn levels(i18n: Words, lines: &[Line]) -> Vec<(f64, String)> {
    let comes_near = lines.iter().any(|line| line.measured.iter().any(|(_, factor)| *factor > 100.0));
    let vanishing = (1e-3, t_string!(i18n, comparison.factor.vanishing).to_owned());
    let exploding = comes_near.then(|| (1e3, t_string!(i18n, comparison.factor.exploding).to_owned()));
    std::iter::once(vanishing).chain(exploding).collect()
}

/// What a line has at a step, or at the first after it, which stands for the steps between; nothing beyond its end.
fn at(line: &Line, step: u64) -> Option<&(u64, f64)> {
    let after = line.measured.partition_point(|(other, _)| *other < step);
    line.measured.get(after)
}

fn labels(i18n: Words, over: Over, shows_accuracy: bool) -> Labels {
    let (long, short) = match over {
        Over::Factor => (t_string!(i18n, comparison.factor.axis), t_string!(i18n, comparison.factor.axis_short)),
        Over::Loss if shows_accuracy => (t_string!(i18n, comparison.loss.accuracy_axis), "%"),
        Over::Loss => (t_string!(i18n, charts.loss.axis_log), t_string!(i18n, charts.loss.axis)),
    };
    Labels {
        step_axis: t_string!(i18n, charts.step_axis).to_owned(),
        value_axis: long.to_owned(),
        value_axis_short: short.to_owned(),
    }
}

/// The numbers of the chart: a row a step, a column a run.
fn table(i18n: Words, over: Over, data: &Data, names: &[String]) -> Table {
    let mut rows: BTreeMap<u64, Vec<Option<f64>>> = BTreeMap::new();
    for (column, line) in data.lines.iter().enumerate() {
        for (step, value) in &line.measured {
            rows.entry(*step).or_insert_with(|| vec![None; data.lines.len()])[column] = Some(*value);
        }
    }
    let caption = match over {
        Over::Factor => t_string!(i18n, comparison.factor.table),
        Over::Loss if data.axis == Axis::Percent => t_string!(i18n, comparison.loss.accuracy_table),
        Over::Loss => t_string!(i18n, comparison.loss.table),
    };
    Table {
        caption: caption.to_owned(),
        corner: t_string!(i18n, charts.step_head).to_owned(),
        columns: data.lines.iter().map(|line| called(names, line.run)).collect(),
        counts: &[],
        rows: rows
            .into_iter()
            .map(|(step, cells)| (t_string!(i18n, charts.step, step = grouped(step)).to_string(), cells))
            .collect(),
    }
}
