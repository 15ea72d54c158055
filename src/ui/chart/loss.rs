//! The chart of the loss and of the accuracy.

use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Chosen, Go, Led, Readout, ReadoutRow};
use super::segments::Segments;
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::look::view::{Evaluation, Score};
use crate::optim::{ClipKind, Hyper};
use crate::plot::StripLabels;
use crate::plot::loss::{Axes, Data, Labels, Measure, marks};
use crate::plot::number::{grouped, readable, significant};
use crate::plot::theme::Theme;
use crate::train::{Bucket, History, bucket_of};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{Lab, paced};
use crate::ui::reactive::{Memo, RwSignal, Show, Signal, effect};
use leptos::prelude::*;

/// The loss over the steps: of each step's batch, as measured and where it is noisy smoothed too, and of all training
/// samples and of held-out ones; or the accuracy on these.
#[component]
pub fn LossChart() -> impl IntoView {
    let (i18n, stage) = (use_i18n(), Stage::new());
    let Some(lab) = use_context::<Lab>() else { return ().into_any() };
    let (is_log, is_accuracy) = (lab.instruments.looks.is_loss_log, lab.instruments.looks.is_accuracy);
    let evaluations = lab.instruments.evaluations;
    // Only what has classes has an accuracy.
    let has_accuracy =
        Memo::new(move |_| evaluations.with(|all| all.last().is_some_and(|last| last.training.accuracy.is_some())));
    let measure = Memo::new(move |_| {
        if is_accuracy.get() && has_accuracy.get() { Measure::Accuracy } else { Measure::Loss { is_log: is_log.get() } }
    });
    let facts = Memo::new(move |_| Facts::of(lab));
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let read_step = RwSignal::new(None::<u64>);

    effect(move || {
        lab.redraw.track();
        let (measure, visited) = (measure.get(), lab.visited.get());
        let facts = facts.get();
        let labels = labels(i18n, measure, facts);
        let Some(look) = stage.look() else { return };
        // While frames come by themselves, the next one shows an evaluation soon enough.
        let evaluations = if lab.running.get() { evaluations.get_untracked() } else { evaluations.get() };
        lab.history.with_value(|history| {
            let clipped = clipped(lab, history);
            let data = Data { clipped: &clipped, ..data(measure, facts, history, &evaluations, visited) };
            chart.show(stage, look, labels, Some(&data));
        });
    });

    let readout = Signal::derive(move || {
        lab.redraw.track();
        let (step, measure, theme) = (read_step.get()?, measure.get(), stage.theme().get());
        let evaluations = evaluations.get();
        axes.with(|axes| {
            let axes = axes.as_ref()?;
            lab.history.with_value(|history| {
                let buckets = history.buckets();
                let index = bucket_of(buckets, step)?;
                let bucket = &buckets[index];
                let is_loss = measure != Measure::Accuracy;
                let point = |b: &Bucket| Some((axes.step_to_x(b.last.step), axes.frame.value_to_y(b.last.loss())?));
                let mut rows = if is_loss { batch_rows(i18n, lab, bucket) } else { Vec::new() };
                rows.extend(evaluation_rows(
                    i18n,
                    &theme,
                    measure,
                    Evaluation::last_by(&evaluations, bucket.last.step),
                ));
                Some(Readout {
                    x: axes.step_to_x(bucket.last.step),
                    span: (axes.frame.plot.top, axes.frame.floor()),
                    y: axes.frame.value_to_y(bucket.last.loss()).filter(|_| is_loss),
                    points: buckets.iter().filter_map(point).collect(),
                    title: step_name(i18n, bucket),
                    rows,
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
    let choose = move |_: Chosen| {
        if let Some(step) = read_step.get_untracked() {
            lab.show_step(step);
        }
        Led::Here
    };

    let spoken = paced(lab, 5_000.0);
    let summary = Memo::new(move |_| {
        spoken.get();
        let measure = measure.get();
        untrack(|| {
            let bucket = lab.with_shown(Bucket::clone)?;
            if measure == Measure::Accuracy {
                evaluations.with(|all| accuracy_summary(i18n, Evaluation::last_by(all, bucket.last.step)))
            } else {
                lab.history.with_value(|history| {
                    let facts = facts.get();
                    let is_smoothed = data(measure, facts, history, &[], None).is_smoothed();
                    loss_summary(i18n, history.buckets().first()?, &bucket, measure, is_smoothed, facts.has_decay)
                })
            }
        })
        .unwrap_or_default()
    });
    let refreshed = paced(lab, 1_000.0);
    let table = Signal::derive(move || {
        refreshed.get();
        let evaluations = evaluations.get_untracked();
        let facts = facts.get_untracked();
        lab.history.with_value(|history| table(i18n, lab, history, &evaluations, facts))
    });
    let picture = move |sheet: &mut Sheet<'_>| {
        let (measure, evaluations) = (measure.get_untracked(), evaluations.get_untracked());
        let (visited, facts) = (lab.visited.get_untracked(), facts.get_untracked());
        lab.history.with_value(|history| {
            let clipped = clipped(lab, history);
            let data = Data { clipped: &clipped, ..data(measure, facts, history, &evaluations, visited) };
            chart.picture(sheet, |_| Some((labels(i18n, measure, facts), data)))
        })
    };
    let scales =
        move || [t_string!(i18n, charts.scale.linear).to_owned(), t_string!(i18n, charts.scale.log).to_owned()];
    let measures =
        move || [t_string!(i18n, charts.loss.title).to_owned(), t_string!(i18n, charts.accuracy.title).to_owned()];
    let title = move || measures()[usize::from(measure.get() == Measure::Accuracy)].clone();
    view! {
        <ChartFigure
            name="loss"
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
            <Show when=has_accuracy>
                <Segments
                    name="loss-measure"
                    legend=Signal::derive(move || t_string!(i18n, charts.accuracy.legend).to_owned())
                    choice=is_accuracy
                    words=Signal::derive(measures)
                />
            </Show>
            <Show when=Signal::derive(move || measure.get() != Measure::Accuracy)>
                <Segments
                    name="loss-scale"
                    legend=Signal::derive(move || t_string!(i18n, charts.scale.legend).to_owned())
                    choice=is_log
                    words=Signal::derive(scales)
                />
            </Show>
        </ChartFigure>
    }
    .into_any()
}

/// What of a run decides how its loss is drawn and called.
#[derive(Clone, Copy, PartialEq)]
struct Facts {
    /// Whether every batch is all samples.
    is_full_batch: bool,
    /// Whether weight decay was at work in any of the steps.
    has_decay: bool,
}

impl Facts {
    fn of(lab: Lab) -> Self {
        let (is_full_batch, began) =
            lab.measured.with(|run| (run.batch_size() >= run.sample_count(), Hyper::of(run).weight_decay));
        let has_decay = lab.changes.with(|changes| changes.iter().any(|change| change.hyper.weight_decay != 0.0));
        Self { is_full_batch, has_decay: has_decay || began != 0.0 }
    }
}

fn data<'a>(
    measure: Measure,
    facts: Facts,
    history: &'a History,
    evaluations: &'a [Evaluation],
    visited: Option<u64>,
) -> Data<'a> {
    let Facts { is_full_batch, has_decay } = facts;
    Data { measure, buckets: history.buckets(), evaluations, is_full_batch, has_decay, clipped: &[], visited }
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
pub(super) fn step_name(i18n: Words, bucket: &Bucket) -> String {
    if bucket.span() == 1 {
        t_string!(i18n, charts.step, step = grouped(bucket.last.step)).to_string()
    } else {
        t_string!(i18n, charts.steps, first = grouped(bucket.first_step), last = grouped(bucket.last.step)).to_string()
    }
}

fn batch_rows(i18n: Words, lab: Lab, bucket: &Bucket) -> Vec<ReadoutRow> {
    let row = |label: &str, value: f64| ReadoutRow { mark: None, label: label.to_owned(), value: readable(value) };
    let (min, max) = bucket.loss_range();
    let mut rows = vec![row(t_string!(i18n, charts.loss.name), bucket.last.loss())];
    if bucket.span() > 1 {
        rows[0].label = t_string!(i18n, charts.loss.last).to_owned();
        rows.push(row(t_string!(i18n, charts.least), min));
        rows.push(row(t_string!(i18n, charts.most), max));
    }
    rows.extend(clip_of(lab, bucket).filter(|limit| bucket.grad_norm_range().1 > *limit).map(|limit| {
        let label = t_string!(i18n, charts.loss.clipped_at, limit = significant(limit, 3)).to_string();
        row(&label, bucket.grad_norm_range().1)
    }));
    rows
}

/// The norm at which all gradients together were clipped in the last step of a bucket; `None` where none was, and before the
/// first step.
fn clip_of(lab: Lab, bucket: &Bucket) -> Option<f64> {
    let step = bucket.last.step;
    let hyper = lab.hyper_of_step(step);
    (step > 0 && hyper.clip == ClipKind::Norm).then_some(hyper.clip_at)
}

/// For each bucket whether the gradient's norm was clipped in a step of it.
fn clipped(lab: Lab, history: &History) -> Vec<bool> {
    let is_clipped = |bucket: &Bucket| clip_of(lab, bucket).is_some_and(|limit| bucket.grad_norm_range().1 > limit);
    history.buckets().iter().map(is_clipped).collect()
}

fn evaluation_rows(i18n: Words, theme: &Theme, measure: Measure, evaluation: Option<&Evaluation>) -> Vec<ReadoutRow> {
    // They may be of an earlier step than is read.
    let step = evaluation.map(|evaluation| grouped(evaluation.step)).unwrap_or_default();
    let names = [
        t_string!(i18n, charts.loss.training_at, step = step.clone()).to_string(),
        t_string!(i18n, charts.loss.held_out_at, step = step).to_string(),
    ];
    let scores = evaluation.map(|evaluation| [evaluation.training, evaluation.held_out]);
    let row = |((name, mark), score): ((String, _), Score)| {
        let value = measure.of(&score)?;
        let value = if measure == Measure::Accuracy { format!("{value:.1} %") } else { readable(value) };
        Some(ReadoutRow { mark: Some(mark), label: name, value })
    };
    names.into_iter().zip(marks(theme)).zip(scores.into_iter().flatten()).filter_map(row).collect()
}

fn labels(i18n: Words, measure: Measure, facts: Facts) -> Labels {
    let value_axis = match (measure, facts.has_decay) {
        (Measure::Loss { is_log: true }, false) => t_string!(i18n, charts.loss.axis_log),
        (Measure::Loss { is_log: true }, true) => t_string!(i18n, charts.loss.axis_log_decay),
        (Measure::Loss { is_log: false }, false) => t_string!(i18n, charts.loss.axis),
        (Measure::Loss { is_log: false }, true) => t_string!(i18n, charts.loss.axis_decay),
        (Measure::Accuracy, _) => t_string!(i18n, charts.accuracy.axis),
    };
    let value_axis_short = match (measure, facts.has_decay) {
        (Measure::Loss { .. }, false) => t_string!(i18n, charts.loss.axis),
        (Measure::Loss { .. }, true) => t_string!(i18n, charts.loss.axis_decay),
        (Measure::Accuracy, _) => value_axis,
    };
    let smoothed = [t_string!(i18n, charts.loss.smoothed), t_string!(i18n, charts.loss.smoothed_short)];
    Labels {
        step_axis: t_string!(i18n, charts.step_axis).to_owned(),
        value_axis: value_axis.to_owned(),
        value_axis_short: value_axis_short.to_owned(),
        batch: t_string!(i18n, charts.loss.batch).to_owned(),
        smoothed: smoothed.map(str::to_owned),
        training: t_string!(i18n, charts.loss.training).to_owned(),
        held_out: t_string!(i18n, charts.loss.held_out).to_owned(),
        clipped: t_string!(i18n, charts.loss.clipped).to_owned(),
        strips: StripLabels::default(),
    }
}

fn loss_summary(
    i18n: Words,
    first: &Bucket,
    shown: &Bucket,
    measure: Measure,
    is_smoothed: bool,
    has_decay: bool,
) -> Option<String> {
    let text = t_string!(
        i18n,
        charts.loss.summary,
        step = grouped(shown.last.step),
        loss = readable(shown.last.loss()),
        first = readable(first.last.loss()),
        first_step = grouped(first.last.step)
    );
    let average = is_smoothed.then(|| match measure {
        Measure::Loss { is_log: true } => t_string!(i18n, charts.loss.average_log),
        _ => t_string!(i18n, charts.loss.average),
    });
    Some(sentences(&text.to_string(), [average, has_decay.then(|| t_string!(i18n, charts.loss.without_decay))]))
}

/// A sentence, and those of the others that are to be said.
fn sentences(first: &str, others: [Option<&str>; 2]) -> String {
    let mut said = first.to_owned();
    for other in others.into_iter().flatten() {
        said.push(' ');
        said.push_str(other);
    }
    said
}

fn accuracy_summary(i18n: Words, evaluation: Option<&Evaluation>) -> Option<String> {
    let Some(evaluation) = evaluation else { return Some(t_string!(i18n, charts.accuracy.none).to_owned()) };
    let percent = |score: &Score| Some(format!("{:.1}", Measure::Accuracy.of(score)?));
    let text = t_string!(
        i18n,
        charts.accuracy.summary,
        step = grouped(evaluation.step),
        training = percent(&evaluation.training)?,
        held_out = percent(&evaluation.held_out)?
    );
    Some(text.to_string())
}

fn table(i18n: Words, lab: Lab, history: &History, evaluations: &[Evaluation], facts: Facts) -> Table {
    let rows = history.buckets().iter().map(|bucket| {
        let (min, max) = bucket.loss_range();
        // A row has the scores of its own steps, or none.
        let evaluation = Evaluation::last_by(evaluations, bucket.last.step);
        let evaluation = evaluation.filter(|evaluation| evaluation.step >= bucket.first_step);
        let score = |of: fn(&Evaluation) -> Option<f64>| evaluation.and_then(of);
        let cells = [
            Some(bucket.last.loss()),
            Some(min),
            Some(max),
            score(|evaluation| Some(evaluation.training.loss)),
            score(|evaluation| Some(evaluation.held_out.loss)),
            score(|evaluation| evaluation.training.accuracy),
            score(|evaluation| evaluation.held_out.accuracy),
            Some(bucket.grad_norm_range().1),
            clip_of(lab, bucket),
        ];
        (step_name(i18n, bucket), cells.to_vec())
    });
    let columns = [
        t_string!(i18n, charts.loss.last),
        t_string!(i18n, charts.least),
        t_string!(i18n, charts.most),
        t_string!(i18n, charts.loss.training_loss),
        t_string!(i18n, charts.loss.held_out_loss),
        t_string!(i18n, charts.accuracy.training),
        t_string!(i18n, charts.accuracy.held_out),
        t_string!(i18n, charts.loss.grad_norm),
        t_string!(i18n, charts.loss.clip_at),
    ];
    Table {
        caption: sentences(
            t_string!(i18n, charts.loss.table),
            [None, facts.has_decay.then(|| t_string!(i18n, charts.loss.without_decay))],
        ),
        corner: t_string!(i18n, charts.step_head).to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        counts: &[],
        rows: rows.collect(),
    }
}
