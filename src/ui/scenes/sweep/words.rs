//! What is said of a map: names of its cells, what it shows, what came of it, and why something is not so.

use super::state::{Progress, State};
use crate::experiment::{Key, Value};
use crate::plot::number::{counted, grouped, readable, rounded, short, significant};
use crate::plot::sweep_axis::Along;
use crate::sweep::border::{Border, NoBorder, Through};
use crate::sweep::{Axis, Came, Excess, Finding, Outcome, Plan, PointsError, Problem, Refusal, Seen, Summary, Sweep};
use crate::ui::i18n::{Words, t_string};
use crate::ui::shared::words;
use crate::worker::orders::Unmade;

/// A value along an axis, as short as it is.
pub(super) fn value(i18n: Words, key: Key, value: Value) -> String {
    match value {
        Value::Real(number) => short(number),
        other => words::value(i18n, key, other),
    }
}

/// The same at an axis, where three digits are enough: the reading point has all.
fn tick(i18n: Words, key: Key, of: Value) -> String {
    match of {
        Value::Real(number) => short(rounded(number, 3)),
        other => value(i18n, key, other),
    }
}

/// An axis with its values, as it is drawn.
pub(super) fn along(i18n: Words, axis: Option<&Axis>, values: &[Value]) -> Along {
    let Some(axis) = axis else { return Along::default() };
    let letter = axis.key.symbol().map(|symbol| format!(" {}", words::letter(symbol)));
    Along {
        title: format!("{}{}", words::label(i18n, axis.key), letter.unwrap_or_default()),
        labels: values.iter().map(|of| tick(i18n, axis.key, *of)).collect(),
        is_of_numbers: axis.is_of_numbers(),
    }
}

/// The name of a cell: `hidden layers 12, weight gain 1.2`.
pub(super) fn cell(i18n: Words, plan: &Plan, cell: usize) -> String {
    let (column, row) = (cell % plan.columns(), cell / plan.columns());
    let of = |axis: &Axis, at: Option<&Value>| {
        let value = at.map(|at| value(i18n, axis.key, *at)).unwrap_or_default();
        t_string!(i18n, sweep.read.cell, label = words::label(i18n, axis.key), value = value).to_string()
    };
    let across = of(&plan.sweep.across, plan.across.get(column));
    match &plan.sweep.up {
        Some(up) => format!("{across}, {}", of(up, plan.up.get(row))),
        None => across,
    }
}

/// The title of a map.
pub(super) fn title(i18n: Words, sweep: &Sweep) -> String {
    let steps = || grouped(sweep.after.into());
    match sweep.outcome {
        Outcome::Factor => t_string!(i18n, sweep.title.factor).to_owned(),
        Outcome::Loss => t_string!(i18n, sweep.title.loss, steps = steps()).to_string(),
        Outcome::Accuracy => t_string!(i18n, sweep.title.accuracy, steps = steps()).to_string(),
        Outcome::StepsTo(loss) => t_string!(i18n, sweep.title.steps, loss = short(loss)).to_string(),
        Outcome::Verdict(condition) => {
            let verdict = words::condition(i18n, condition);
            let share = t_string!(i18n, sweep.title.verdict, verdict = verdict).to_string();
            let when = match sweep.after {
                0 => t_string!(i18n, sweep.title.start).to_owned(),
                _ => t_string!(i18n, sweep.title.after, steps = steps()).to_string(),
            };
            format!("{share}, {when}")
        }
    }
}

/// What the axis of numbers, or the bar of colours, is called.
pub(super) fn value_axis(i18n: Words, outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Factor => t_string!(i18n, sweep.axis.value.factor),
        Outcome::Loss => t_string!(i18n, sweep.axis.value.loss),
        Outcome::Accuracy => t_string!(i18n, sweep.axis.value.accuracy),
        Outcome::StepsTo(_) => t_string!(i18n, sweep.axis.value.steps),
        Outcome::Verdict(_) => t_string!(i18n, sweep.axis.value.share),
    }
}

/// What came of a run.
pub(super) fn came(i18n: Words, outcome: Outcome, came: Came) -> String {
    match came {
        Came::To(number) if matches!(outcome, Outcome::StepsTo(_)) => counted(number),
        Came::To(number) => readable(number),
        Came::Diverged => t_string!(i18n, sweep.read.came_diverged).to_owned(),
        Came::Never => t_string!(i18n, sweep.read.came_never).to_owned(),
        Came::Nothing => t_string!(i18n, sweep.read.came_nothing).to_owned(),
    }
}

/// Which of a cell's runs lie between its quartiles. Of few runs that is all.
pub(super) fn quartiles(i18n: Words, summary: &Summary) -> &'static str {
    if summary.quartiles_are_ends() { t_string!(i18n, sweep.read.all) } else { t_string!(i18n, sweep.read.quartiles) }
}

/// Why a run was not made.
pub(super) fn unmade(i18n: Words, reason: Unmade) -> &'static str {
    match reason {
        Unmade::NoRoom => t_string!(i18n, sweep.read.unmade.no_room),
        Unmade::NoCode(_) => t_string!(i18n, sweep.read.unmade.no_code),
        Unmade::NotAllowed => t_string!(i18n, sweep.read.unmade.not_allowed),
        Unmade::Lost => t_string!(i18n, sweep.read.unmade.lost),
    }
}

/// What a map says, in sentences.
pub(super) fn finding(i18n: Words, seen: &Seen, unmade: usize) -> String {
    let (plan, runs) = (&seen.plan, grouped(seen.runs as u64));
    let count = |count: usize| grouped(count as u64);
    let mut sentences = Vec::new();
    match seen.finding() {
        Finding::Nothing => sentences.push(t_string!(i18n, sweep.finding.nothing).to_owned()),
        Finding::Factor { vanish, explode, pass } => {
            let (vanish, explode, pass) = (count(vanish), count(explode), count(pass));
            let words = t_string!(
                i18n,
                sweep.finding.factor,
                runs = runs.clone(),
                vanish = vanish,
                explode = explode,
                pass = pass
            );
            sentences.push(words.to_string());
        }
        Finding::Best(None) => sentences.push(t_string!(i18n, sweep.finding.no_best).to_owned()),
        Finding::Best(Some((best, number))) => {
            let value = came(i18n, plan.sweep.outcome, Came::To(number));
            let cell = cell(i18n, plan, best);
            sentences.push(match plan.sweep.outcome {
                Outcome::Accuracy => {
                    t_string!(i18n, sweep.finding.best_accuracy, value = value, cell = cell).to_string()
                }
                Outcome::StepsTo(_) => {
                    t_string!(i18n, sweep.finding.best_steps, value = value, cell = cell).to_string()
                }
                _ => t_string!(i18n, sweep.finding.best_loss, value = value, cell = cell).to_string(),
            });
        }
        Finding::Verdict { runs: holding, all, none } => {
            let Outcome::Verdict(condition) = plan.sweep.outcome else { return String::new() };
            let words = t_string!(
                i18n,
                sweep.finding.verdict,
                verdict = words::condition(i18n, condition),
                count = count(holding),
                runs = runs.clone(),
                all = count(all),
                none = count(none)
            );
            sentences.push(words.to_string());
        }
    }
    match seen.diverged {
        0 => {}
        1 => sentences.push(t_string!(i18n, sweep.finding.diverged_one, runs = runs.clone()).to_string()),
        diverged => {
            sentences.push(
                t_string!(i18n, sweep.finding.diverged, count = count(diverged), runs = runs.clone()).to_string(),
            );
        }
    }
    if seen.never > 0 {
        sentences.push(t_string!(i18n, sweep.finding.never, count = count(seen.never), runs = runs).to_string());
    }
    if let Some((widest, low, high)) = seen.widest() {
        let ends = [low, high].map(|end| came(i18n, plan.sweep.outcome, Came::To(end)));
        let [low, high] = ends;
        let cell = cell(i18n, plan, widest);
        let summary = seen.summaries.get(widest).and_then(Option::as_ref);
        sentences.push(match summary.filter(|summary| summary.quartiles_are_ends()) {
            Some(few) => {
                let runs = count(few.runs);
                t_string!(i18n, sweep.finding.spread_all, cell = cell, runs = runs, low = low, high = high).to_string()
            }
            None => t_string!(i18n, sweep.finding.spread, cell = cell, low = low, high = high).to_string(),
        });
    }
    match unmade {
        0 => {}
        1 => sentences.push(t_string!(i18n, sweep.finding.unmade_one).to_owned()),
        unmade => sentences.push(t_string!(i18n, sweep.finding.unmade, count = count(unmade)).to_string()),
    }
    sentences.join(" ")
}

/// What theory says of a map on which χ = 1 is drawn, or not, and depths of six depth scales.
pub(super) fn theory(i18n: Words, border: &Result<Border, NoBorder>, is_drawn: (bool, bool)) -> &'static str {
    match border {
        Ok(Border { through: Through::Layers, .. }) => match is_drawn {
            (true, true) => t_string!(i18n, sweep.theory.curves),
            (true, false) => t_string!(i18n, sweep.theory.chi),
            (false, true) => t_string!(i18n, sweep.theory.scales),
            (false, false) => t_string!(i18n, sweep.theory.outside),
        },
        Ok(Border { through: Through::Time, .. }) => match is_drawn {
            (true, true) => t_string!(i18n, sweep.theory.time.curves),
            (true, false) => t_string!(i18n, sweep.theory.time.chi),
            (false, true) => t_string!(i18n, sweep.theory.time.scales),
            (false, false) => t_string!(i18n, sweep.theory.time.outside),
        },
        Err(NoBorder::Kinds) => t_string!(i18n, sweep.theory.kinds),
        Err(NoBorder::DependentWeights) => t_string!(i18n, sweep.theory.dependent_weights),
        Err(NoBorder::EveryStep) => t_string!(i18n, sweep.theory.every_step),
        Err(NoBorder::Levels) => t_string!(i18n, sweep.theory.levels),
        Err(NoBorder::Padding) => t_string!(i18n, sweep.theory.padding),
        Err(NoBorder::NoText) => t_string!(i18n, sweep.theory.no_text),
        Err(NoBorder::Overflow) => t_string!(i18n, sweep.theory.overflow),
        Err(NoBorder::NoWay) => t_string!(i18n, sweep.theory.no_way),
        Err(NoBorder::NoCode) => t_string!(i18n, sweep.theory.no_code),
        Err(NoBorder::Skips) => t_string!(i18n, sweep.theory.skips),
        Err(NoBorder::BatchNorm) => t_string!(i18n, sweep.theory.batch_norm),
        Err(NoBorder::Weights) => t_string!(i18n, sweep.theory.weights),
        Err(NoBorder::Same) => t_string!(i18n, sweep.theory.same),
        Err(NoBorder::Critical) => t_string!(i18n, sweep.theory.critical),
    }
}

/// Why a map is not made.
pub(super) fn refusal(i18n: Words, refusal: &Refusal) -> String {
    let number = |number: f64| if number < 1e15 { grouped(number as u64) } else { significant(number, 2) };
    match refusal {
        Refusal::TooLarge(Excess::Cells(is, most)) => {
            t_string!(i18n, sweep.refused.cells, is = number(*is), most = number(*most)).to_string()
        }
        Refusal::TooLarge(Excess::Points(is, most)) => {
            t_string!(i18n, sweep.refused.points, is = number(*is), most = number(*most)).to_string()
        }
        Refusal::TooLarge(Excess::Seeds(is, most)) => {
            t_string!(i18n, sweep.refused.seeds, is = number(*is), most = number(*most)).to_string()
        }
        Refusal::TooLarge(Excess::Runs(is, most)) => {
            t_string!(i18n, sweep.refused.runs, is = number(*is), most = number(*most)).to_string()
        }
        Refusal::TooLarge(Excess::Work(is, most)) => {
            t_string!(i18n, sweep.refused.work, is = significant(*is, 1), most = significant(*most, 1)).to_string()
        }
        Refusal::Irrelevant(key) => {
            t_string!(i18n, sweep.refused.irrelevant, label = words::label(i18n, *key)).to_string()
        }
        Refusal::NothingAllowed(rejection) => {
            let allowed = words::allowed(i18n, rejection.allowed);
            let label = words::label(i18n, rejection.key);
            t_string!(i18n, sweep.refused.nothing, label = label, allowed = allowed).to_string()
        }
    }
}

/// What of a link could not be used.
pub(super) fn problem(i18n: Words, problem: &Problem) -> String {
    match problem {
        Problem::UnknownKey(name) => t_string!(i18n, sweep.problem.unknown, name = name.clone()).to_string(),
        Problem::NotSwept(key) => {
            t_string!(i18n, sweep.problem.not_swept, label = words::label(i18n, *key)).to_string()
        }
        Problem::Values(key, values, _) => {
            let (label, allowed) = (words::label(i18n, *key), words::allowed(i18n, key.kind()));
            t_string!(i18n, sweep.problem.values, values = values.clone(), label = label, allowed = allowed).to_string()
        }
        Problem::SameKey(key) => t_string!(i18n, sweep.problem.same, label = words::label(i18n, *key)).to_string(),
        Problem::TooManyAxes => t_string!(i18n, sweep.problem.many).to_owned(),
        Problem::Seeds(text) => t_string!(i18n, sweep.problem.seeds, text = text.clone()).to_string(),
        Problem::Outcome(text) => t_string!(i18n, sweep.problem.outcome, text = text.clone()).to_string(),
        Problem::After(text) => t_string!(i18n, sweep.problem.after, text = text.clone()).to_string(),
    }
}

/// Why a text is no values of a parameter.
pub(super) fn points_error(i18n: Words, key: Key, error: PointsError) -> String {
    match error {
        PointsError::Value => {
            let allowed = words::allowed(i18n, key.kind());
            t_string!(i18n, sweep.wrong.value, label = words::label(i18n, key), allowed = allowed).to_string()
        }
        PointsError::Count => t_string!(i18n, sweep.wrong.points).to_owned(),
        PointsError::NoRange => t_string!(i18n, sweep.wrong.range, label = words::label(i18n, key)).to_string(),
    }
}

/// How far the runs of a map are.
pub(super) fn progress(i18n: Words, progress: &Progress) -> String {
    let (done, total) = (grouped(progress.done as u64), grouped(progress.total as u64));
    let seconds = |ms: f64| significant(ms / 1000.0, 2);
    match &progress.state {
        // Where it is refused, that is said elsewhere.
        State::Idle if progress.total == 0 => String::new(),
        State::Idle if progress.done == 0 && progress.total == 1 => t_string!(i18n, sweep.progress.idle_one).to_owned(),
        State::Idle if progress.done == 0 => t_string!(i18n, sweep.progress.idle, runs = total).to_string(),
        State::Idle => t_string!(i18n, sweep.progress.cancelled, done = done, total = total).to_string(),
        State::Starting => t_string!(i18n, sweep.progress.starting, done = done, total = total).to_string(),
        State::Running => {
            let runs = t_string!(i18n, sweep.progress.running, done = done, total = total).to_string();
            let left = progress.left_ms.map(|ms| match ms {
                ms if ms < 90_000.0 => {
                    t_string!(i18n, sweep.progress.left_seconds, time = grouped((ms / 1e3).ceil() as u64)).to_string()
                }
                ms => {
                    t_string!(i18n, sweep.progress.left_minutes, time = grouped((ms / 6e4).round() as u64)).to_string()
                }
            });
            [Some(runs), left].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
        State::Done if progress.done + 1 == progress.total => {
            t_string!(i18n, sweep.progress.done_but_one, done = done, total = total).to_string()
        }
        State::Done if progress.done < progress.total => {
            let failed = grouped((progress.total - progress.done) as u64);
            t_string!(i18n, sweep.progress.done_but, done = done, total = total, failed = failed).to_string()
        }
        State::Done if progress.made == 0 => t_string!(i18n, sweep.progress.done, total = total).to_string(),
        State::Done if progress.made < progress.total && progress.workers == 1 => t_string!(
            i18n,
            sweep.progress.done_in_one,
            total = total,
            made = grouped(progress.made as u64),
            time = seconds(progress.elapsed_ms)
        )
        .to_string(),
        State::Done if progress.made < progress.total => t_string!(
            i18n,
            sweep.progress.done_in,
            total = total,
            made = grouped(progress.made as u64),
            time = seconds(progress.elapsed_ms),
            workers = progress.workers
        )
        .to_string(),
        State::Done if progress.workers == 1 => {
            t_string!(i18n, sweep.progress.done_all_in_one, total = total, time = seconds(progress.elapsed_ms))
                .to_string()
        }
        State::Done => t_string!(
            i18n,
            sweep.progress.done_all_in,
            total = total,
            time = seconds(progress.elapsed_ms),
            workers = progress.workers
        )
        .to_string(),
        State::Failed(failure) if failure.is_of_memory() => t_string!(i18n, sweep.progress.failed_memory).to_owned(),
        State::Failed(_) => t_string!(i18n, sweep.progress.failed).to_owned(),
    }
}
