//! The chart of what paths have come to over the steps.

use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Go, Readout, ReadoutRow};
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::plot::number::{grouped, readable};
use crate::plot::series::SeriesLook;
use crate::plot::step_curves::{Axes, Curve, Data, Labels, Scale};
use crate::surface::{Descent, Function};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::reactive::{Memo, RwSignal, Signal, effect};
use leptos::prelude::*;

/// Rows of a table of steps at the most, but for the last.
pub(super) const MOST_ROWS: usize = 500;

/// What is drawn of the paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// The value of the function, or on a saddle the distance to its ridge: logarithmic, for theory speaks of factors.
    Descent,
    /// The one parameter of online losses.
    Parameter,
    /// Their regret per step.
    Regret,
}

/// The chart.
#[component]
pub fn StepCurves(
    /// The name by which tests and embedders find it.
    name: &'static str,
    /// What is drawn.
    drawn: Drawn,
    /// The paths.
    paths: RwSignal<Vec<Descent>>,
    /// The step that is shown.
    step: Memo<usize>,
    /// Their names.
    names: Memo<Vec<String>>,
    /// What the paths do, in a sentence.
    #[prop(into)]
    summary: Signal<String>,
) -> impl IntoView {
    let (i18n, stage) = (use_i18n(), Stage::new());
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let function = Memo::new(move |_| paths.with(|paths| paths.first().map(|path| path.objective().function)));
    let data_now = move || {
        let (step, names) = (step.get(), names.get());
        paths.with(|paths| data(drawn, paths, step, &names))
    };
    effect(move || {
        let data = data_now();
        let Some(look) = stage.look() else { return };
        chart.show(stage, look, labels(i18n, drawn, function.get()), Some(&data));
    });

    let reading = RwSignal::new(None::<usize>);
    let readout = Signal::derive(move || {
        let (read, data, theme) = (reading.get()?, data_now(), stage.theme().get());
        axes.with(|axes| {
            let axes = axes.as_ref()?;
            let last = data.curves.iter().map(|curve| curve.values.len()).max()?.checked_sub(1)?;
            let read = read.min(last);
            let (mut rows, mut points) = (Vec::new(), Vec::new());
            for (number, curve) in data.curves.iter().enumerate() {
                let Some(value) = curve.values.get(read).filter(|value| !value.is_nan()) else { continue };
                let look = SeriesLook::of(&theme, number);
                let mark = Some((look.marker, look.color));
                rows.push(ReadoutRow { mark, label: curve.name.clone(), value: readable(*value) });
                points.extend(axes.height(*value).map(|y| (axes.step_to_x(read as u64), y)));
            }
            let plot = axes.frame.plot;
            Some(Readout {
                x: axes.step_to_x(read as u64),
                span: (plot.top, plot.bottom),
                y: None,
                points,
                title: t_string!(i18n, charts.step, step = grouped(read as u64)),
                rows,
                place: (read as u64, last as u64),
            })
        })
    });
    let go = move |go: Go| {
        let (last, from) = (step.get_untracked(), reading.get_untracked());
        let to = axes.with_untracked(|axes| {
            let axes = axes.as_ref()?;
            let here = from.unwrap_or(last);
            Some(match go {
                Go::To(x, _) => (axes.x_to_step(x) as usize).min(last),
                Go::Leave => return None,
                Go::Left if from.is_some() => here.saturating_sub(1),
                Go::Right if from.is_some() => (here + 1).min(last),
                Go::First => 0,
                Go::Last => last,
                Go::Left | Go::Right | Go::Up | Go::Down => here.min(last),
            })
        });
        reading.set(to);
    };
    let table = Signal::derive(move || {
        let data = data_now();
        let row = |step: usize| {
            let of = |curve: &Curve| curve.values.get(step).copied().filter(|value| !value.is_nan());
            (grouped(step as u64), data.curves.iter().map(of).collect())
        };
        Table {
            caption: t_string!(i18n, surface.map.table, most = grouped(MOST_ROWS as u64)),
            corner: t_string!(i18n, surface.step).to_owned(),
            columns: data.curves.iter().map(|curve| curve.name.clone()).collect(),
            counts: &[],
            rows: rows_of(step.get()).map(row).collect(),
        }
    });
    let picture =
        move |sheet: &mut Sheet<'_>| chart.picture(sheet, |_| Some((labels(i18n, drawn, function.get()), data_now())));
    view! {
        <ChartFigure
            name
            title=Signal::derive(move || title(i18n, drawn, function.get()).to_owned())
            stage
            readout
            go=Callback::new(go)
            summary
            table
            picture=Picture::new(picture)
        />
    }
}

/// The steps up to one that have rows in a table: all, or evenly taken, and the last.
pub(super) fn rows_of(last: usize) -> impl Iterator<Item = usize> {
    let every = (last / MOST_ROWS).max(1);
    let rest = (!last.is_multiple_of(every)).then_some(last);
    (0..=last).step_by(every).chain(rest)
}

fn data(drawn: Drawn, paths: &[Descent], step: usize, names: &[String]) -> Data {
    let curve = |(path, name): (&Descent, &String)| {
        let made = path.up_to(step);
        let is_saddle = path.objective().function == Function::Saddle;
        let values: Vec<f64> = match drawn {
            Drawn::Descent if is_saddle => made.iter().map(|made| path.measured(made.at)).collect(),
            Drawn::Descent => made.iter().map(|made| made.value).collect(),
            Drawn::Parameter => made.iter().map(|made| made.at[0]).collect(),
            Drawn::Regret => (0..made.len()).map(|steps| path.mean_regret(steps).unwrap_or(f64::NAN)).collect(),
        };
        // The value goes with the square of the distance.
        let power = if is_saddle { 1.0 } else { 2.0 };
        let is_exact = matches!(path.objective().function, Function::Quadratic | Function::Saddle);
        let rate = path.predicted().filter(|_| is_exact && drawn == Drawn::Descent);
        let expected = rate.and_then(|rate| Some((*values.first()?, libm::pow(rate, power))));
        Curve { name: name.clone(), values, expected }
    };
    let scale = match drawn {
        Drawn::Descent => Scale::Log,
        Drawn::Parameter => Scale::Linear(-1.0, 1.0),
        Drawn::Regret => Scale::Linear(0.0, 0.5),
    };
    Data { curves: paths.iter().zip(names).map(curve).collect(), scale, steps: step as u64 }
}

fn title(i18n: Words, drawn: Drawn, function: Option<Function>) -> &'static str {
    match drawn {
        Drawn::Descent if function == Some(Function::Saddle) => t_string!(i18n, surface.curves.ridge),
        Drawn::Descent => t_string!(i18n, surface.curves.value),
        Drawn::Parameter => t_string!(i18n, surface.curves.parameter),
        Drawn::Regret => t_string!(i18n, surface.curves.regret),
    }
}

fn labels(i18n: Words, drawn: Drawn, function: Option<Function>) -> Labels {
    let value_axis = match drawn {
        Drawn::Descent if function == Some(Function::Saddle) => t_string!(i18n, surface.curves.ridge_axis),
        Drawn::Descent => t_string!(i18n, surface.curves.value_axis),
        Drawn::Parameter => t_string!(i18n, surface.curves.parameter_axis),
        Drawn::Regret => t_string!(i18n, surface.curves.regret_axis),
    };
    Labels { step_axis: t_string!(i18n, charts.step_axis).to_owned(), value_axis: value_axis.to_owned() }
}
