//! The numbers of a chart as a table.

use crate::plot::number;
use crate::ui::reactive::{Signal, Views, live};
use leptos::prelude::*;

/// A table of numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// What the heads of the rows are.
    pub corner: String,
    /// The heads of the columns.
    pub columns: Vec<String>,
    /// The columns (from 0) whose numbers are counted and not measured.
    pub counts: &'static [usize],
    /// The rows: their heads and their cells, of which one is empty where nothing was measured.
    pub rows: Vec<(String, Vec<Option<f64>>)>,
}

/// Shows a table. Each cell carries its number to the last digit as `data-value`.
#[component]
pub(super) fn DataTable(
    /// The table.
    #[prop(into)]
    table: Signal<Table>,
) -> impl IntoView {
    let cell = |(value, is_count): (Option<f64>, bool)| match value {
        Some(value) => {
            let shown = if is_count { number::counted(value) } else { number::readable(value) };
            view! { <td data-value=number::exact(value)>{shown}</td> }.into_any()
        }
        None => view! { <td></td> }.into_any(),
    };
    live(move || {
        let Table { caption, corner, columns, counts, rows } = table.get();
        let is_count = move |(column, value): (usize, Option<f64>)| (value, counts.contains(&column));
        view! {
            <table class="chart-table">
                <caption>{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">{corner}</th>
                        {columns.into_iter().map(|head| view! { <th scope="col">{head}</th> }).views()}
                    </tr>
                </thead>
                <tbody>
                    {rows
                        .into_iter()
                        .map(|(head, cells)| {
                            view! {
                                <tr>
                                    <th scope="row">{head}</th>
                                    {cells.into_iter().enumerate().map(is_count).map(cell).views()}
                                </tr>
                            }
                        })
                        .views()}
                </tbody>
            </table>
        }
    })
}
