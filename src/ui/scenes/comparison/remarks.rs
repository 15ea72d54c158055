//! What is said below the table: in what the runs are equal from the start, what a link does not tell, and what they cost.

use super::runs::Runs;
use crate::experiment::same_start::SameStart;
use crate::plot::number::grouped;
use crate::plot::runs::LETTERS;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::reactive::{Memo, Views, live};
use crate::ui::shared::words;
use leptos::prelude::*;

/// Memory of all runs from which on it is told, in megabytes.
const MUCH_MB: u64 = 300;

/// The sentences below the table.
#[component]
pub fn Remarks(
    /// The runs.
    runs: Runs,
) -> impl IntoView {
    let i18n = use_i18n();
    let start = Memo::new(move |_| {
        let all = runs.all.get();
        let first = all[0].lab.experiment.get();
        let same = all.iter().map(|run| all[0].same_start(run, &first, &run.lab.experiment.get()));
        words_of_start(i18n, same.reduce(SameStart::and).unwrap_or_default(), first.seed)
    });
    let changed = Memo::new(move |_| {
        runs.all.with(|all| {
            let changed = |(place, run): (usize, &super::runs::Run)| {
                let (key, step) = run.lab.not_in_link()?;
                let (letter, label) = (LETTERS[place % LETTERS.len()], words::label(i18n, key));
                let step = grouped(step);
                Some(t_string!(i18n, comparison.changed, run = letter, label = label, step = step).to_string())
            };
            all.iter().enumerate().filter_map(changed).collect::<Vec<_>>()
        })
    });
    let megabytes = Memo::new(move |_| {
        let bytes: u64 = runs.seen.with(|seen| seen.iter().map(|seen| seen.status.bytes).sum());
        // In steps that do not change with every state that is kept.
        (bytes >> 20) / 50 * 50
    });
    let memory = move || {
        let megabytes = Some(megabytes.get()).filter(|megabytes| *megabytes >= MUCH_MB)?;
        let words = t_string!(i18n, comparison.memory, megabytes = grouped(megabytes)).to_string();
        Some(view! { <p data-remark="memory">{words}</p> })
    };
    let has_one_core = window().navigator().hardware_concurrency() < 2.0;
    view! {
        <div class="runs-remarks">
            <p data-remark="start">{live(move || start.get())}</p>
            {live(move || {
                changed.get().into_iter().map(|words| view! { <p data-remark="changed">{words}</p> }).views()
            })}
            {live(memory)}
            {has_one_core
                .then(|| view! { <p data-remark="one-core">{live(move || t_string!(i18n, comparison.one_core))}</p> })}
            <p class="runs-phone">{live(move || t_string!(i18n, comparison.phone))}</p>
        </div>
    }
}

/// In what all runs are equal before their first step.
fn words_of_start(i18n: Words, same: SameStart, seed: u32) -> String {
    if !same.seed {
        return t_string!(i18n, comparison.start.seeds).to_owned();
    }
    let parts = [
        (same.weights, t_string!(i18n, comparison.start.weights)),
        (same.data, t_string!(i18n, comparison.start.data)),
        (same.batches, t_string!(i18n, comparison.start.batches)),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|(is_same, _)| *is_same).map(|(_, words)| words).collect();
    let what = match parts[..] {
        [] => return t_string!(i18n, comparison.start.nothing, seed = seed).to_string(),
        [one] => one.to_owned(),
        [one, other] => t_string!(i18n, comparison.start.two, one = one, other = other).to_string(),
        [one, two, three, ..] => {
            t_string!(i18n, comparison.start.three, one = one, two = two, three = three).to_string()
        }
    };
    let said = t_string!(i18n, comparison.start.same, what = what, seed = seed).to_string();
    if same.weights { said } else { [said.as_str(), t_string!(i18n, comparison.start.drawn)].join(" ") }
}
