//! What of the link's pairs could not be used, and what a worker of one of the runs has to say.

use super::runs::Runs;
use crate::choice::Choice;
use crate::experiment::comparison::Notice;
use crate::plot::runs::LETTERS;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::reactive::{Memo, Views, live};
use crate::ui::run_bar::RunNotices;
use crate::ui::shared::icon::{Icon, Picture};
use crate::ui::shared::words;
use leptos::prelude::*;

/// All notices of the comparison.
#[component]
pub fn Notices(
    /// The runs.
    runs: Runs,
) -> impl IntoView {
    let i18n = use_i18n();
    let of_link = move || {
        let lines = runs.notices.get();
        let kind = lines.first().map(kind)?;
        Some(view! {
            <div class="notice" role="status" data-notice=kind>
                <ul>{lines.iter().map(|notice| view! { <li>{text(i18n, notice)}</li> }).views()}</ul>
                <button
                    type="button"
                    class="button quiet icon-only"
                    aria-label=t_string!(i18n, comparison.notice.close)
                    title=t_string!(i18n, comparison.notice.close)
                    on:click=move |_| runs.notices.set(Vec::new())
                >
                    <Icon picture=Picture::Close />
                </button>
            </div>
        })
    };
    // Those of the first run are the page's.
    let others = Memo::new(move |_| runs.all.with(|all| all[1..].iter().map(|run| run.id).collect::<Vec<_>>()));
    let of_workers = move || {
        others.track();
        let others = runs.all.get_untracked().into_iter().skip(1);
        others
            .map(|run| {
                live(move || {
                    provide_context(run.lab);
                    view! { <RunNotices /> }
                })
            })
            .views()
    };
    view! {
        <div class="notices">
            {live(of_link)}
            {live(of_workers)}
        </div>
    }
}

fn letter(run: usize) -> &'static str {
    LETTERS[run.saturating_sub(1) % LETTERS.len()]
}

fn text(i18n: Words, notice: &Notice) -> String {
    match notice {
        Notice::UnknownKey { run, key } => {
            t_string!(i18n, comparison.notice.unknown_key, run = letter(*run), key = key.clone()).to_string()
        }
        Notice::OfAllRuns { run, key } => {
            t_string!(i18n, comparison.notice.of_all, run = letter(*run), key = key.name()).to_string()
        }
        Notice::BadValue { run, rejection } => t_string!(
            i18n,
            comparison.notice.bad_value,
            run = letter(*run),
            key = rejection.key.name(),
            given = rejection.given.to_string(),
            allowed = words::allowed(i18n, rejection.allowed)
        )
        .to_string(),
        Notice::RepeatedKey { run, key } => {
            t_string!(i18n, comparison.notice.repeated, run = letter(*run), key = key.name()).to_string()
        }
        Notice::More(count) => t_string!(i18n, comparison.notice.more, count = *count).to_string(),
        Notice::TooManyRuns(given) => t_string!(i18n, comparison.notice.too_many, given = *given).to_string(),
        Notice::BadPace(pace) => t_string!(i18n, comparison.notice.bad_pace, pace = pace.clone()).to_string(),
    }
}

/// The name by which tests and embedders find a notice.
fn kind(notice: &Notice) -> &'static str {
    match notice {
        Notice::UnknownKey { .. } | Notice::OfAllRuns { .. } => "unknown-key-of-run",
        Notice::BadValue { .. } => "bad-value-of-run",
        Notice::RepeatedKey { .. } => "repeated-key-of-run",
        Notice::More(_) => "more-of-runs",
        Notice::TooManyRuns(_) => "too-many-runs",
        Notice::BadPace(_) => "bad-pace",
    }
}
