//! A recurrent network unrolled, as a picture.

use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Chosen, Go, Led, Readout, ReadoutRow};
use super::quantity;
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::look::phase::Phase;
use crate::look::recurrent_view::{Input, SampleView};
use crate::plot::number::{grouped, readable, significant};
use crate::plot::unrolled::{Axes, Data, Labels};
use crate::train::{Layout, Quantity, StepReport};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{Lab, paced, use_lab};
use crate::ui::reactive::{Memo, RwSignal, Signal, effect};
use leptos::prelude::*;

/// How often the picture follows a run.
const EVERY_MS: f64 = 100.0;

/// A recurrent network unrolled, as a picture.
#[component]
pub fn UnrolledPicture(
    /// The phase to be lit, if one is.
    #[prop(into)]
    phase: Signal<Option<Phase>>,
    /// Chooses a time step and a level, from 0.
    #[prop(into)]
    choose: Callback<(usize, usize)>,
) -> impl IntoView {
    let (lab, i18n, stage) = (use_lab(), use_i18n(), Stage::new());
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let reading = RwSignal::new(None::<(usize, usize)>);
    let tick = paced(lab, EVERY_MS);
    let is_running = Memo::new(move |_| lab.is_under_way());
    let data_now = move || {
        let level = lab.instruments.unit.get().map_or(0, |(level, _)| level);
        let phase = phase.get();
        let seen = move |sample: Option<&SampleView>, report: &StepReport| data(lab, sample, report, level, phase);
        // While a run goes on, more frames come than anybody sees.
        let view = if is_running.get() { lab.instruments.view.get_untracked() } else { lab.instruments.view.get() };
        untrack(|| lab.with_shown(|bucket| seen(view.as_deref().and_then(|view| view.sample.as_ref()), &bucket.last)))
    };
    effect(move || {
        tick.get();
        lab.visited.track();
        let data = data_now();
        let Some(look) = stage.look() else { return };
        chart.show(stage, look, labels(i18n), data.as_ref());
    });

    let readout = Signal::derive(move || {
        let (time, level) = reading.get()?;
        tick.get();
        let data = data_now()?;
        axes.with(|axes| readout(i18n, axes.as_ref()?, &data, time, level))
    });
    let go = move |go: Go| {
        let to = axes.with_untracked(|axes| place(axes.as_ref()?, go, reading.get_untracked()));
        reading.set(to);
    };
    let choose = move |_: Chosen| {
        if let Some(read) = reading.get_untracked() {
            choose.run(read);
        }
        Led::Here
    };

    let spoken = paced(lab, 5_000.0);
    let summary = Memo::new(move |_| {
        spoken.get();
        untrack(|| lab.with_shown(|bucket| summary(i18n, &bucket.last))).flatten().unwrap_or_default()
    });
    let refreshed = paced(lab, 1_000.0);
    let table = Signal::derive(move || {
        refreshed.get();
        let data = data_now();
        untrack(|| {
            let step = lab.with_shown(|bucket| bucket.last.step)?;
            Some(table(i18n, &data?, step, lab.instruments.sample.get_untracked()))
        })
        .unwrap_or_default()
    });
    let picture = move |sheet: &mut Sheet<'_>| chart.picture(sheet, |_| Some((labels(i18n), data_now()?)));
    view! {
        <div class="network-picture">
            <ChartFigure
                name="unrolled"
                title=Signal::derive(move || t_string!(i18n, unrolled.title).to_owned())
                stage
                readout
                go=Callback::new(go)
                choose=Callback::new(choose)
                hint=Signal::derive(move || t_string!(i18n, unrolled.hint).to_owned())
                summary
                table
                picture=Picture::new(picture)
            >
                {None::<()>}
            </ChartFigure>
        </div>
    }
}

fn labels(i18n: Words) -> Labels {
    Labels { colors: t_string!(i18n, unrolled.colors).to_owned(), cut: t_string!(i18n, unrolled.cut).to_owned() }
}

fn data(lab: Lab, sample: Option<&SampleView>, report: &StepReport, level: usize, phase: Option<Phase>) -> Data {
    let layout = report.layout();
    let Layout::Times { times, levels, .. } = layout else { return Data::default() };
    // What was seen may be of the network before.
    let sample = sample.filter(|sample| sample.inputs.len() == times);
    let gradients = (0..levels).map(|level| report.series_at(level, Quantity::GradH).unwrap_or_default());
    let (cuts, reads_each) = lab.measured.with(|experiment| {
        // Counted from 0 here.
        let cuts = experiment.cuts_after().into_iter().map(|time| time - 1).filter(|time| *time < times);
        (cuts.collect(), experiment.has_loss_at_each_step())
    });
    let reads = match sample {
        Some(sample) => sample.answers.iter().map(|answer| answer.time).collect(),
        None if reads_each => (0..times).collect(),
        None => vec![times - 1],
    };
    Data {
        gradients: gradients.collect(),
        symbols: sample.map_or_else(Vec::new, |sample| sample.inputs.iter().map(symbol).collect()),
        span: sample.map_or(0..times, |sample| sample.span.0..sample.span.1),
        reads,
        cuts,
        level,
        phase,
    }
}

/// What is read at a time step, in a few letters.
pub(in crate::ui) fn symbol(input: &Input) -> String {
    match input {
        Input::Padding => String::new(),
        // Blanks and line ends would not be seen.
        Input::Symbol(_, Some(name)) if name == " " => "␣".to_owned(),
        Input::Symbol(_, Some(name)) if name == "\n" => "¶".to_owned(),
        Input::Symbol(_, Some(name)) => name.clone(),
        Input::Symbol(number, None) => match u8::try_from(*number).ok().filter(|number| *number < 26) {
            Some(number) => char::from(b'A' + number).to_string(),
            None => number.to_string(),
        },
        Input::Numbers(numbers) => numbers.iter().map(|number| significant(*number, 2)).collect::<Vec<_>>().join(" "),
    }
}

/// Where the reading point goes.
fn place(axes: &Axes, go: Go, from: Option<(usize, usize)>) -> Option<(usize, usize)> {
    let (times, levels) = axes.size();
    let within = |time: usize, level: usize| Some((time.min(times - 1), level.min(levels - 1)));
    let Some((time, level)) = from else {
        return match go {
            Go::To(x, y) => Some((axes.x_to_time(x), axes.y_to_level(y))),
            Go::Leave => None,
            Go::First => Some((axes.window.start, 0)),
            _ => Some((axes.window.end - 1, 0)),
        };
    };
    match go {
        Go::To(x, y) => Some((axes.x_to_time(x), axes.y_to_level(y))),
        // What is not shown is not read: the phase moves what is.
        Go::Left => within(time.saturating_sub(1).max(axes.window.start), level),
        Go::Right => within((time + 1).min(axes.window.end - 1), level),
        Go::Up => within(time, level + 1),
        Go::Down => within(time, level.saturating_sub(1)),
        Go::First => within(axes.window.start, level),
        Go::Last => within(axes.window.end - 1, level),
        Go::Leave => None,
    }
}

fn readout(i18n: Words, axes: &Axes, data: &Data, time: usize, level: usize) -> Option<Readout> {
    if !axes.window.contains(&time) {
        return None;
    }
    let gradient = *data.gradients.get(level)?.get(time)?;
    let row = |label: &str, value: String| ReadoutRow { mark: None, label: label.to_owned(), value };
    let mut rows = vec![row(&quantity::label(i18n, Quantity::GradH), readable(gradient))];
    if !data.span.contains(&time) {
        rows.push(row(t_string!(i18n, unrolled.reads), t_string!(i18n, unrolled.padding).to_owned()));
    } else if let Some(symbol) = data.symbols.get(time).filter(|symbol| !symbol.is_empty()) {
        rows.push(row(t_string!(i18n, unrolled.reads), symbol.clone()));
    }
    let (x, y) = (axes.time_to_x(time), axes.level_to_y(level));
    Some(Readout {
        x,
        span: (axes.plot.top, axes.plot.bottom),
        y: Some(y),
        points: vec![(x, y)],
        title: t_string!(i18n, cell.time_name, number = time + 1).to_string(),
        rows,
        place: (time as u64, axes.size().0 as u64 - 1),
    })
}

/// What the chart shows, in a sentence; `None` where the report is of another kind of network.
fn summary(i18n: Words, report: &StepReport) -> Option<String> {
    let times = report.places();
    let norm = |time: usize| report.find(0, time, Quantity::GradH).map(readable);
    let (first, last) = (norm(0)?, norm(times.checked_sub(1)?)?);
    Some(t_string!(i18n, unrolled.summary, times = times, first = first, last = last).to_string())
}

fn table(i18n: Words, data: &Data, step: u64, sample: usize) -> Table {
    let levels = data.gradients.len();
    let rows = (0..data.gradients.first().map_or(0, Vec::len)).map(|time| {
        let cells = data.gradients.iter().map(|gradients| gradients.get(time).copied()).collect();
        let symbol = data.symbols.get(time).map_or("", String::as_str);
        let name = t_string!(i18n, cell.time_name, number = time + 1).to_string();
        (if symbol.is_empty() { name } else { format!("{name}: {symbol}") }, cells)
    });
    let column = |level: usize| {
        let label = quantity::label(i18n, Quantity::GradH);
        if levels == 1 {
            return label;
        }
        format!("{label}, {}", t_string!(i18n, cell.level_name, number = level + 1))
    };
    Table {
        caption: t_string!(i18n, unrolled.table, sample = sample + 1, step = grouped(step)).to_string(),
        corner: t_string!(i18n, cell.gates.corner).to_owned(),
        columns: (0..levels).map(column).collect(),
        counts: &[],
        rows: rows.collect(),
    }
}
