//! The picture of a map, and what is read of it.

use super::border_lines::BorderLines;
use super::state::Board;
use super::words;
use crate::experiment::Experiment;
use crate::experiment::share;
use crate::plot::sweep_lines::Lines;
use crate::plot::{StripLabels, sweep_curve, sweep_map};
use crate::sweep::{Came, Outcome, Seen, Summary};
use crate::ui::chart::{CellReading, SweepCurve, SweepFigure, SweepMap, Table};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::reactive::{Memo, Signal, live};
use crate::ui::shared::words as shared_words;
use leptos::prelude::*;
use std::sync::Arc;

/// The seeds that are read one by one.
const MOST_READ: usize = 6;

/// The picture of a map.
#[component]
pub(super) fn Figure(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let seen = board.seen;
    let figure = SweepFigure {
        title: Signal::derive(move || board.sweep.with(|sweep| words::title(i18n, sweep))),
        summary: Memo::new(move |_| summary(i18n, board)).into(),
        table: Signal::derive(move || {
            seen.with(|seen| seen.as_ref().map(|seen| table(i18n, seen))).unwrap_or_default()
        }),
        read: Callback::new(move |cell: usize| {
            board.runs.try_with_value(|runs| seen.with(|seen| Some(read(i18n, seen.as_ref()?, cell, runs))))?
        }),
        open: Callback::new(move |cell: usize| open(board, cell)),
        hint: Signal::derive(move || t_string!(i18n, sweep.read.hint).to_owned()),
    };
    // Of all that follows there are several readers, and the runs come in many times a second.
    let curves = Memo::new(move |_| board.lines.with(|lines| curves(i18n, lines)));
    let map = Memo::new(move |_| {
        seen.with(|seen| {
            let seen = seen.as_ref().filter(|seen| seen.plan.sweep.up.is_some())?;
            Some(Arc::new(map(i18n, seen, curves.get())))
        })
    });
    let curve = Memo::new(move |_| {
        seen.with(|seen| {
            let seen = seen.as_ref().filter(|seen| seen.plan.sweep.up.is_none())?;
            Some(Arc::new(curve(i18n, seen, curves.get())))
        })
    });
    let outcome = move || board.sweep.with(|sweep| sweep.outcome);
    let map_labels = Signal::derive(move || sweep_map::Labels {
        value_axis: words::value_axis(i18n, outcome()).to_owned(),
        specials: StripLabels::default(),
        diverged: t_string!(i18n, sweep.axis.diverged).to_owned(),
        never: t_string!(i18n, sweep.axis.never).to_owned(),
    });
    let curve_labels = Signal::derive(move || sweep_curve::Labels {
        value_axis: words::value_axis(i18n, outcome()).to_owned(),
        specials: match outcome() {
            Outcome::Factor => StripLabels::default(),
            _ => StripLabels { infinite: t_string!(i18n, sweep.axis.none).to_owned(), ..StripLabels::default() },
        },
    });
    let has_two = Memo::new(move |_| board.sweep.with(|sweep| sweep.up.is_some()));
    live(move || match has_two.get() {
        true => view! { <SweepMap data=map.into() labels=map_labels figure /> }.into_any(),
        false => view! { <SweepCurve data=curve.into() labels=curve_labels figure /> }.into_any(),
    })
}

/// What a map says, for those who see it and those who hear it.
pub(super) fn summary(i18n: Words, board: Board) -> String {
    let unmade = board.runs.try_with_value(|runs| runs.iter().filter(|run| matches!(run, Some(Err(_)))).count());
    board
        .seen
        .with(|seen| seen.as_ref().map(|seen| words::finding(i18n, seen, unmade.unwrap_or(0))))
        .unwrap_or_default()
}

fn shading(outcome: Outcome) -> sweep_map::Shading {
    match outcome {
        Outcome::Factor => sweep_map::Shading::Factor,
        Outcome::Loss | Outcome::StepsTo(_) => sweep_map::Shading::Size,
        Outcome::Accuracy | Outcome::Verdict(_) => sweep_map::Shading::Share,
    }
}

fn map(i18n: Words, seen: &Seen, curves: Vec<sweep_map::Curve>) -> sweep_map::Data {
    let (plan, outcome) = (&seen.plan, seen.plan.sweep.outcome);
    let cell = |(index, summary): (usize, &Option<Summary>)| match summary {
        _ if plan.cells[index].experiment.is_err() => sweep_map::Cell::Impossible,
        None => sweep_map::Cell::Unknown,
        Some(summary) => match summary.shown(outcome) {
            Came::To(number) => sweep_map::Cell::Number(number),
            Came::Diverged => sweep_map::Cell::Diverged,
            Came::Never => sweep_map::Cell::Never,
            Came::Nothing => sweep_map::Cell::Impossible,
        },
    };
    sweep_map::Data {
        across: words::along(i18n, Some(&plan.sweep.across), &plan.across),
        up: words::along(i18n, plan.sweep.up.as_ref(), &plan.up),
        cells: seen.summaries.iter().enumerate().map(cell).collect(),
        shading: shading(outcome),
        curves,
    }
}

fn curve(i18n: Words, seen: &Seen, curves: Vec<sweep_map::Curve>) -> sweep_curve::Data {
    let (plan, outcome) = (&seen.plan, seen.plan.sweep.outcome);
    // What came to no number stands in the strip above all that did: of a loss or of steps that is the side of what is worse,
    // and where more is better it is told by the strip's name alone.
    let height = |came: Came| match came {
        Came::To(number) => number,
        Came::Diverged | Came::Never | Came::Nothing => f64::INFINITY,
    };
    let is_share = matches!(outcome, Outcome::Verdict(_));
    let place = |(cell, summary): (usize, &Option<Summary>)| {
        // Of a verdict each run is 0 or 1, which says nothing beside the share.
        let runs = if is_share { &[][..] } else { seen.seeds(cell) };
        sweep_curve::Place {
            runs: runs.iter().flatten().map(|came| height(*came)).collect(),
            middle: summary.map(|summary| height(summary.shown(outcome))),
            quartiles: summary
                .filter(|summary| summary.runs > 1 && !is_share)
                .and_then(|summary| summary.quartile_numbers()),
        }
    };
    sweep_curve::Data {
        across: words::along(i18n, Some(&plan.sweep.across), &plan.across),
        places: seen.summaries.iter().enumerate().map(place).collect(),
        shading: shading(outcome),
        curves,
    }
}

/// Theory's word on a map.
pub(super) fn theory(i18n: Words, board: Board) -> Option<&'static str> {
    board.border.with(|border| {
        let has = board.lines.with(|lines| (!lines.critical.is_empty(), !lines.scales.is_empty()));
        Some(words::theory(i18n, border.as_ref()?, has))
    })
}

/// Theory's lines with their names.
fn curves(i18n: Words, lines: &BorderLines) -> Vec<sweep_map::Curve> {
    let curve = |lines: &Lines, label: &str, is_dashed| sweep_map::Curve {
        lines: lines.clone(),
        label: label.to_owned(),
        is_dashed,
    };
    [
        curve(&lines.scales, t_string!(i18n, sweep.axis.scales), true),
        curve(&lines.critical, t_string!(i18n, sweep.axis.chi), false),
    ]
    .into_iter()
    .filter(|curve| !curve.lines.is_empty())
    .collect()
}

/// What is read of a cell.
fn read(i18n: Words, seen: &Seen, cell: usize, runs: &[super::state::Run]) -> CellReading {
    let (plan, outcome) = (&seen.plan, seen.plan.sweep.outcome);
    let title = words::cell(i18n, plan, cell);
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |label: &str, value: String| rows.push((label.to_owned(), value));
    if let Some(Err(rejection)) = plan.cells.get(cell).map(|cell| &cell.experiment) {
        let label = shared_words::label(i18n, rejection.key);
        let allowed = shared_words::allowed(i18n, rejection.allowed);
        let words = t_string!(i18n, sweep.read.impossible, label = label, allowed = allowed).to_string();
        return CellReading { title, rows: vec![(String::new(), words)] };
    }
    let value = |of: Came| words::came(i18n, outcome, of);
    let seeds = plan.seeds();
    let of_cell = runs.get(cell * seeds..(cell + 1) * seeds).unwrap_or_default();
    match seen.summaries.get(cell).copied().flatten() {
        None => row(words::value_axis(i18n, outcome), t_string!(i18n, sweep.read.nothing_yet).to_owned()),
        Some(summary) if seeds == 1 => row(words::value_axis(i18n, outcome), value(summary.shown(outcome))),
        Some(summary) => {
            let is_share = matches!(outcome, Outcome::Verdict(_));
            let label = if is_share { t_string!(i18n, sweep.read.share) } else { t_string!(i18n, sweep.read.median) };
            row(label, value(summary.shown(outcome)));
            if !is_share {
                let (low, high) = summary.quartiles;
                let between = t_string!(i18n, sweep.read.between, low = value(low), high = value(high)).to_string();
                row(words::quartiles(i18n, &summary), between);
            }
            let of = t_string!(i18n, sweep.read.runs_of, known = summary.runs, all = seeds).to_string();
            row(t_string!(i18n, sweep.read.runs), of);
            if summary.diverged > 0 {
                row(t_string!(i18n, sweep.read.diverged), summary.diverged.to_string());
            }
            if summary.never > 0 {
                row(t_string!(i18n, sweep.read.never), summary.never.to_string());
            }
        }
    }
    if seeds > 1 && !matches!(outcome, Outcome::Verdict(_)) {
        let first = plan.base.seed;
        for (seed, came) in seen.seeds(cell).iter().enumerate().take(MOST_READ) {
            let label = t_string!(i18n, sweep.read.seed, seed = first.wrapping_add(seed as u32)).to_string();
            if let Some(came) = came {
                row(&label, value(*came));
            }
        }
        if seeds > MOST_READ {
            row("", t_string!(i18n, sweep.read.seeds_more, count = seeds - MOST_READ).to_string());
        }
    }
    for reason in of_cell.iter().filter_map(|run| run.and_then(Result::err)).take(1) {
        row("", words::unmade(i18n, reason).to_owned());
    }
    CellReading { title, rows }
}

/// Every cell with its seeds.
fn table(i18n: Words, seen: &Seen) -> Table {
    let (plan, outcome) = (&seen.plan, seen.plan.sweep.outcome);
    let is_share = matches!(outcome, Outcome::Verdict(_));
    // Numbers of the runs that came to none are those that say so elsewhere: infinite, or missing.
    let number = |came: Came| match came {
        Came::To(number) => Some(number),
        Came::Diverged | Came::Never | Came::Nothing => None,
    };
    let is_numeric = |axis: Option<&crate::sweep::Axis>| axis.is_some_and(crate::sweep::Axis::is_of_numbers);
    let (has_across, has_up) = (is_numeric(Some(&plan.sweep.across)), is_numeric(plan.sweep.up.as_ref()));
    let mut columns = Vec::new();
    if has_across {
        columns.push(shared_words::label(i18n, plan.sweep.across.key).to_owned());
    }
    if let Some(up) = plan.sweep.up.as_ref().filter(|_| has_up) {
        columns.push(shared_words::label(i18n, up.key).to_owned());
    }
    let middle = if is_share { t_string!(i18n, sweep.read.share) } else { t_string!(i18n, sweep.read.median) };
    columns.push(middle.to_owned());
    if !is_share {
        columns.extend([t_string!(i18n, sweep.table.lower), t_string!(i18n, sweep.table.upper)].map(str::to_owned));
        columns.extend([t_string!(i18n, sweep.table.diverged), t_string!(i18n, sweep.table.never)].map(str::to_owned));
    }
    let seed =
        |seed: usize| t_string!(i18n, sweep.read.seed, seed = plan.base.seed.wrapping_add(seed as u32)).to_string();
    columns.extend((0..plan.seeds()).map(seed));
    let row = |(cell, summary): (usize, &Option<Summary>)| {
        let (across, up) = plan.numbers(cell);
        let mut cells = Vec::new();
        cells.extend(has_across.then_some(across));
        cells.extend(has_up.then_some(up));
        cells.push(summary.and_then(|summary| number(summary.shown(outcome))));
        if !is_share {
            let quartiles = summary.map(|summary| summary.quartiles);
            cells.push(quartiles.and_then(|(low, _)| number(low)));
            cells.push(quartiles.and_then(|(_, high)| number(high)));
            cells.push(summary.map(|summary| summary.diverged as f64));
            cells.push(summary.map(|summary| summary.never as f64));
        }
        cells.extend(seen.seeds(cell).iter().map(|came| came.and_then(number)));
        (words::cell(i18n, plan, cell), cells)
    };
    Table {
        caption: t_string!(i18n, sweep.table.caption, title = words::title(i18n, &plan.sweep)).to_string(),
        corner: t_string!(i18n, sweep.table.corner).to_owned(),
        columns,
        counts: &[],
        rows: seen.summaries.iter().enumerate().map(row).collect(),
    }
}

/// Follows the link of a cell's median run, so that the browser's Back leads here again.
fn open(board: Board, cell: usize) {
    let link = board.seen.with_untracked(|seen| seen.as_ref().and_then(|seen| link(board, seen, cell)));
    if let Some(link) = link {
        let _ = window().location().set_hash(&link);
    }
}

/// The link of a cell's median run, at the step that the map shows of it.
fn link(board: Board, seen: &Seen, cell: usize) -> Option<String> {
    let plan = &seen.plan;
    let seed = seen.summaries.get(cell).copied().flatten().map_or(0, |summary| summary.median_seed);
    let run = board.runs.try_with_value(|runs| runs.get(cell * plan.seeds() + seed).copied().flatten()).flatten();
    let step = run.and_then(Result::ok).map_or(0, |run| run.step);
    let experiment = plan.experiment(cell, seed)?;
    Some(share::to_fragment(&Experiment { step, ..experiment }))
}
