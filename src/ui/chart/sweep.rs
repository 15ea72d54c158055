//! The charts of a map of runs: over two parameters, and over one.

use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Chosen, Go, Led, Readout, ReadoutRow};
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::plot::{ChartAxes, sweep_curve, sweep_map};
use crate::ui::reactive::{RwSignal, Signal, effect};
use leptos::prelude::*;
use std::sync::Arc;

/// What is shown around the picture, whichever it is.
#[derive(Clone, Copy)]
pub struct SweepFigure {
    /// The title.
    pub title: Signal<String>,
    /// What the map says.
    pub summary: Signal<String>,
    /// The numbers of all runs.
    pub table: Signal<Table>,
    /// What is read of a cell: its name, and names and values below it.
    pub read: Callback<usize, Option<CellReading>>,
    /// Opens a cell.
    pub open: Callback<usize>,
    /// What opening does, in words.
    pub hint: Signal<String>,
}

/// What is read of a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CellReading {
    /// The cell's name.
    pub title: String,
    /// Names and values.
    pub rows: Vec<(String, String)>,
}

/// How cells stand on a chart.
trait Cells: ChartAxes + Send + Sync + 'static {
    /// Columns and rows.
    fn size(&self) -> (usize, usize);
    /// The column and the row at a point.
    fn cell_at(&self, point: (f64, f64)) -> (usize, usize);
    /// The middle of a cell; without a height where there is none.
    fn middle(&self, cell: (usize, usize)) -> (f64, Option<f64>);
    /// The upper and the lower end of the plot.
    fn span(&self) -> (f64, f64);
}

impl Cells for sweep_map::Axes {
    fn size(&self) -> (usize, usize) {
        Self::size(self)
    }

    fn cell_at(&self, point: (f64, f64)) -> (usize, usize) {
        Self::cell_at(self, point)
    }

    fn middle(&self, (column, row): (usize, usize)) -> (f64, Option<f64>) {
        let (x, y) = self.point((column as f64, row as f64));
        (x, Some(y))
    }

    fn span(&self) -> (f64, f64) {
        (self.plot.top, self.plot.bottom)
    }
}

impl Cells for sweep_curve::Axes {
    fn size(&self) -> (usize, usize) {
        (self.count(), 1)
    }

    fn cell_at(&self, (x, _): (f64, f64)) -> (usize, usize) {
        (self.index_at(x), 0)
    }

    fn middle(&self, (column, _): (usize, usize)) -> (f64, Option<f64>) {
        (self.x(column), None)
    }

    fn span(&self) -> (f64, f64) {
        (self.frame.plot.top, self.frame.floor())
    }
}

/// A map over two parameters.
#[component]
pub fn SweepMap(
    /// What it shows.
    data: Signal<Option<Arc<sweep_map::Data>>>,
    /// The words on it.
    labels: Signal<sweep_map::Labels>,
    /// What is around it.
    figure: SweepFigure,
) -> impl IntoView {
    around::<sweep_map::Axes, sweep_map::Data>("sweep-map", data, labels, figure)
}

/// Runs over one parameter.
#[component]
pub fn SweepCurve(
    /// What it shows.
    data: Signal<Option<Arc<sweep_curve::Data>>>,
    /// The words on it.
    labels: Signal<sweep_curve::Labels>,
    /// What is around it.
    figure: SweepFigure,
) -> impl IntoView {
    around::<sweep_curve::Axes, sweep_curve::Data>("sweep-curve", data, labels, figure)
}

/// A chart with everything around it.
fn around<Axes, Data>(
    name: &'static str,
    data: Signal<Option<Arc<Data>>>,
    labels: Signal<Axes::Labels>,
    figure: SweepFigure,
) -> AnyView
where
    Axes: Cells + for<'a> ChartAxes<Data<'a> = Data>,
    Axes::Labels: Clone + Send + Sync + 'static,
    Data: Clone + Send + Sync + 'static,
{
    let stage = Stage::new();
    let chart = Shown::<Axes, Axes::Labels>::nothing();
    let axes = chart.axes;
    effect(move || {
        let (data, labels) = (data.get(), labels.get());
        let Some(look) = stage.look() else { return };
        chart.show(stage, look, labels, data.as_deref());
    });
    let reading = RwSignal::new(None::<(usize, usize)>);
    // The cell that is read, of those that there are: the axes may have become others.
    let cell = move || {
        let (column, row) = reading.get()?;
        axes.with(|axes| {
            let (columns, rows) = axes.as_ref()?.size();
            Some((column.min(columns - 1), row.min(rows - 1), columns))
        })
    };
    let readout = Signal::derive(move || {
        data.track();
        let (column, row, columns) = cell()?;
        let read = figure.read.try_run(row * columns + column)??;
        axes.with(|axes| {
            let axes = axes.as_ref()?;
            let (x, y) = axes.middle((column, row));
            let (columns, rows) = axes.size();
            let row_of = |(label, value)| ReadoutRow { mark: None, label, value };
            Some(Readout {
                x,
                span: axes.span(),
                y,
                points: Vec::new(),
                title: read.title.clone(),
                rows: read.rows.iter().cloned().map(row_of).collect(),
                place: ((row * columns + column) as u64, (columns * rows - 1) as u64),
            })
        })
    });
    let go = move |go: Go| {
        let to = axes.with_untracked(|axes| {
            let axes = axes.as_ref()?;
            let (columns, rows) = axes.size();
            let from = reading.get_untracked();
            let (column, row) = from.unwrap_or((0, 0));
            Some(match go {
                Go::To(x, y) => axes.cell_at((x, y)),
                Go::Leave => return None,
                _ if from.is_none() => (0, 0),
                Go::Left => (column.saturating_sub(1), row),
                Go::Right => ((column + 1).min(columns - 1), row),
                Go::Up => (column, (row + 1).min(rows - 1)),
                Go::Down => (column, row.saturating_sub(1)),
                Go::First => (0, row),
                Go::Last => (columns - 1, row),
            })
        });
        reading.set(to);
    };
    let choose = move |_: Chosen| {
        let Some((column, row, columns)) = untrack(cell) else { return Led::Here };
        figure.open.try_run(row * columns + column);
        Led::Elsewhere
    };
    let draw = move |sheet: &mut Sheet<'_>| {
        chart.picture(sheet, |_| Some((labels.get_untracked(), data.get_untracked()?.as_ref().clone())))
    };
    view! {
        <ChartFigure
            name
            title=figure.title
            stage
            readout
            go=Callback::new(go)
            summary=figure.summary
            table=figure.table
            picture=Picture::new(draw)
            is_main=true
            choose=Callback::new(choose)
            hint=figure.hint
        >
            {Vec::<AnyView>::new()}
        </ChartFigure>
    }
    .into_any()
}
