//! All parameters in one table, before the step's update and after it.

use crate::experiment::Precision;
use crate::look::view::View;
use crate::plot::number::{exact, grouped};
use crate::plot::parameter_list::{Entry, entries, shortest, to_csv};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::Lab;
use crate::ui::reactive::{RwSignal, Views, live};
use crate::ui::shared::clipboard;
use crate::ui::shared::words::{Words, layer_name_in};
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// The most parameters that are shown as a table; more are only copied.
const MOST_ROWS: usize = 1_000;

/// The table of what was seen, with what takes it along.
pub(super) fn view(lab: Lab, seen: Arc<View>) -> AnyView {
    let i18n = use_i18n();
    let Some(parameters) = &seen.parameters else { return ().into_any() };
    let has_update = parameters.tensors.iter().any(|tensor| !tensor.after.is_empty());
    let (step, count) = (grouped(seen.step), grouped(parameters.count as u64));
    if parameters.tensors.is_empty() {
        let words = t_string!(i18n, network.parameters.too_many, count = count).to_string();
        return view! { <p class="slow-words">{words}</p> }.into_any();
    }
    let sentence = if has_update {
        t_string!(i18n, network.parameters.both, step = step, count = count).to_string()
    } else {
        t_string!(i18n, network.parameters.before_only, step = step, count = count).to_string()
    };
    let is_table = parameters.count <= MOST_ROWS;
    let most = grouped(MOST_ROWS as u64);
    let only_csv = (!is_table).then(|| t_string!(i18n, network.parameters.only_csv, most = most).to_string());
    let table = is_table.then(|| table(i18n, lab, &seen, has_update));
    view! {
        <p class="slow-words">{sentence} " " {only_csv}</p>
        {copy_button(i18n, lab, seen.clone())}
        {table}
    }
    .into_any()
}

/// The heads of the columns.
fn heads(i18n: Words) -> [&'static str; 6] {
    [
        t_string!(i18n, charts.layer_head),
        t_string!(i18n, network.parameters.tensor),
        t_string!(i18n, network.parameters.from),
        t_string!(i18n, network.parameters.to),
        t_string!(i18n, network.parameters.before),
        t_string!(i18n, network.parameters.after),
    ]
}

/// Puts the numbers into the clipboard, or where the browser refuses on the page.
fn copy_button(i18n: Words, lab: Lab, seen: Arc<View>) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let to_copy = RwSignal::new(None::<String>);
    let copy = move |_| {
        let is_single = lab.measured.with_untracked(|experiment| experiment.precision == Precision::F32);
        let Some(parameters) = &seen.parameters else { return };
        let text = to_csv(heads(i18n), parameters, is_single);
        spawn_local(async move {
            if clipboard::write(&text).await {
                said.try_set(t_string!(i18n, charts.export.copied).to_owned());
            } else {
                to_copy.try_set(Some(text));
            }
        });
    };
    let by_hand = move || {
        to_copy.get().map(|text| {
            view! {
                <p class="slow-words">{t_string!(i18n, network.parameters.by_hand)}</p>
                <textarea readonly aria-label=t_string!(i18n, charts.export.text) prop:value=text></textarea>
            }
        })
    };
    view! {
        <p>
            <button type="button" class="slow-open" on:click=copy>
                {t_string!(i18n, charts.export.csv)}
            </button>
            " "
            <span role="status">{live(move || said.get())}</span>
        </p>
        {live(by_hand)}
    }
}

fn table(i18n: Words, lab: Lab, seen: &View, has_update: bool) -> impl IntoView {
    let columns = if has_update { 6 } else { 5 };
    let heads = heads(i18n).into_iter().take(columns).map(|head| view! { <th scope="col">{head}</th> });
    let row = |entry: Entry| {
        let (name, is_single) = lab.measured.with_untracked(|experiment| {
            (layer_name_in(i18n, experiment, entry.layer), experiment.precision == Precision::F32)
        });
        // A negative zero is 0 to a reader; only the copy tells the two apart.
        let number = |value: f64| {
            view! { <td data-value=exact(value)>{shortest(value + 0.0, is_single).replace('-', "−")}</td> }
        };
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{entry.letter}</td>
                <td>{entry.from.map(|from| from + 1)}</td>
                <td>{entry.to + 1}</td>
                {number(entry.before)}
                {entry.after.map(number)}
            </tr>
        }
    };
    view! {
        <table class="chart-table" data-parameters>
            <thead>
                <tr>{heads.views()}</tr>
            </thead>
            <tbody>{seen.parameters.iter().flat_map(entries).map(row).views()}</tbody>
        </table>
    }
}
