//! What a run has to say: that its worker cannot go on, that its code did not come, that there is no room for a visit.

use crate::choice::Choice;
use crate::plot::number;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, Show, live};
use crate::ui::shared::words;
use crate::worker::client::Failure;
use crate::worker::protocol::{Need, Way};
use leptos::prelude::*;

/// All notices of one run.
#[component]
pub fn RunNotices() -> impl IntoView {
    view! {
        <WorkerNotice />
        <PartNotice />
        <MemoryNotice />
    }
}

/// That code or texts of the run did not come: until another try, or a run that does not need them, there is no run.
#[component]
fn PartNotice() -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let missing = Memo::new(move |_| lab.absent_to_run().filter(|(_, way)| *way == Way::Missing));
    live(move || {
        let (part, _) = missing.get()?;
        Some(view! {
            <div class="notice severe" role="alert" data-notice="part-missing" data-part=part.name()>
                <p>{t_string!(i18n, page.part.run_missing, part = words::worker_part(i18n, part))}</p>
                <button type="button" class="button" on:click=move |_| lab.fetch_again(part)>
                    {t_string!(i18n, page.part.again)}
                </button>
            </div>
        })
    })
}

/// That the visited step cannot be made again beside the run.
#[component]
fn MemoryNotice() -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let is_short = Memo::new(move |_| lab.no_room.get() == Some(Need::Visit));
    view! {
        <Show when=is_short>
            <div class="notice" role="status" data-notice="no-room">
                <p>{live(move || t_string!(i18n, page.notice.no_room))}</p>
            </div>
        </Show>
    }
}

/// That the worker cannot go on, and the way out.
#[component]
fn WorkerNotice() -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let notice = move || {
        let failure = lab.failure.get()?;
        // Another start of the same worker would not help: the page itself is of another version.
        let needs_reload = failure == Failure::VersionMismatch;
        let cause = failure.name();
        // What stands in a frame can be seen outside of it.
        let own_tab = (failure == Failure::Sandboxed).then(|| {
            view! {
                <a href=window().location().href().unwrap_or_default() target="_blank" rel="noopener">
                    {t_string!(i18n, page.notice.worker_failed.own_tab)}
                </a>
            }
        });
        let text = match failure {
            _ if failure.is_of_memory() => t_string!(i18n, page.notice.worker_failed.memory).to_owned(),
            Failure::Sandboxed => t_string!(i18n, page.notice.worker_failed.sandboxed).to_owned(),
            Failure::Forbidden => t_string!(i18n, page.notice.worker_failed.forbidden).to_owned(),
            Failure::CannotStart => t_string!(i18n, page.notice.worker_failed.cannot_start).to_owned(),
            Failure::VersionMismatch => t_string!(i18n, page.notice.worker_failed.version_mismatch).to_owned(),
            Failure::Crashed(message) => {
                t_string!(i18n, page.notice.worker_failed.crashed, message = message)
            }
            Failure::NotAnswering => t_string!(i18n, page.notice.worker_failed.not_answering).to_owned(),
        };
        let step = move || number::grouped(lab.restart_step());
        let button_words = move || match needs_reload {
            true => t_string!(i18n, page.notice.worker_failed.reload).to_owned(),
            false => t_string!(i18n, page.notice.worker_failed.restart, step = step()),
        };
        let on_click = move |_| {
            if needs_reload {
                lab.reload_page();
            } else {
                lab.restart_worker();
            }
        };
        Some(view! {
            <div class="notice severe" role="alert" data-notice="worker-failed" data-cause=cause>
                <p>{text}</p>
                {own_tab}
                <button type="button" class="button" on:click=on_click>
                    {live(button_words)}
                </button>
            </div>
        })
    };
    view! { {live(notice)} }
}
