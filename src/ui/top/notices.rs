//! What the page has to say about a link or about the worker.

use crate::choice::{Choice, choice};
use crate::experiment::share::Notice;
use crate::plot::number;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, Show, Views, live};
use crate::ui::shared::icon::{Icon, Picture};
use crate::ui::shared::words;
use crate::worker::client::Failure;
use crate::worker::protocol::{Need, Way};
use leptos::prelude::*;

choice! {
    /// The kinds of notices about a link, in the order in which they stand; the names are those of `data-notice`.
    pub enum NoticeKind {
        /// Values that are not allowed.
        BadValue => "bad-value",
        /// Keys that nobody knows.
        UnknownKey => "unknown-key",
        /// Keys with more than one value.
        RepeatedKey => "repeated-key",
        /// A version later than this one.
        NewerVersion => "newer-version",
    }
}

/// Lines that a notice shows of values; there may be as many as parameters.
const LINES: usize = 5;

/// All notices, above the charts.
#[component]
pub fn Notices() -> impl IntoView {
    view! {
        <div class="notices">
            <WorkerNotice />
            <PartNotice />
            <AwayNotice />
            <MemoryNotice />
            <LinkNotices />
        </div>
    }
}

/// What of the last link could not be used, one notice a kind.
#[component]
fn LinkNotices() -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let of_kind = move |kind: NoticeKind| {
        let lines = move || {
            lab.link_notices.with(|notices| {
                let line = |notice: &Notice| match notice {
                    Notice::BadValue(rejection) => t_string!(
                        i18n,
                        page.notice.bad_value_line,
                        key = rejection.key.name(),
                        given = rejection.given.to_string(),
                        allowed = words::allowed(i18n, rejection.allowed)
                    ),
                    Notice::RepeatedKey { key, kept, left_out } => t_string!(
                        i18n,
                        page.notice.repeated_key_line,
                        key = key.name(),
                        kept = kept.clone(),
                        left_out = left_out.clone()
                    ),
                    Notice::MoreUnknownKeys(count) => t_string!(i18n, page.notice.and_more, count = *count),
                    Notice::UnknownKey(key) => key.clone(),
                    Notice::NewerVersion(version) => version.clone(),
                };
                notices.iter().filter(|notice| kind_of(notice) == kind).map(line).collect::<Vec<_>>()
            })
        };
        let text = move |lines: &[String]| match kind {
            NoticeKind::BadValue => t_string!(i18n, page.notice.bad_value).to_owned(),
            NoticeKind::UnknownKey => t_string!(i18n, page.notice.unknown_key).to_owned(),
            NoticeKind::RepeatedKey => t_string!(i18n, page.notice.repeated_key).to_owned(),
            NoticeKind::NewerVersion => t_string!(i18n, page.notice.newer_version, version = lines.join(", ")),
        };
        let close = move |_| {
            lab.link_notices.update(|notices| notices.retain(|notice| kind_of(notice) != kind));
        };
        live(move || {
            let lines = lines();
            if lines.is_empty() {
                return None;
            }
            let text = text(&lines);
            let lines = if kind == NoticeKind::NewerVersion { Vec::new() } else { lines };
            // Where the first are named, the last line says how many there are beside them.
            let most = if kind == NoticeKind::UnknownKey { lines.len() } else { LINES };
            let hidden = lines.len().saturating_sub(most);
            let more = (hidden > 0).then(|| view! { <li>{t_string!(i18n, page.notice.and_more, count = hidden)}</li> });
            let list = (!lines.is_empty()).then(|| {
                let items = lines.into_iter().take(most).map(|line| view! { <li>{line}</li> }).views();
                view! { <ul>{items} {more}</ul> }
            });
            Some(view! {
                <div class="notice" role="status" data-notice=kind.name()>
                    <div>
                        <p>{text}</p>
                        {list}
                    </div>
                    <button
                        type="button"
                        class="button quiet icon-only"
                        aria-label=t_string!(i18n, page.notice.close)
                        title=t_string!(i18n, page.notice.close)
                        on:click=close
                    >
                        <Icon picture=Picture::Close />
                    </button>
                </div>
            })
        })
    };
    NoticeKind::ALL.iter().map(|kind| of_kind(*kind)).views()
}

fn kind_of(notice: &Notice) -> NoticeKind {
    match notice {
        Notice::UnknownKey(_) | Notice::MoreUnknownKeys(_) => NoticeKind::UnknownKey,
        Notice::RepeatedKey { .. } => NoticeKind::RepeatedKey,
        Notice::BadValue(_) => NoticeKind::BadValue,
        Notice::NewerVersion(_) => NoticeKind::NewerVersion,
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

/// That the run was paused while nobody saw the page.
#[component]
fn AwayNotice() -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let notice = move || {
        let step = number::grouped(lab.away.get()?);
        Some(view! {
            <div class="notice" role="status" data-notice="away">
                <p>{t_string!(i18n, page.notice.away, step = step)}</p>
                <button type="button" class="button" on:click=move |_| lab.run_on()>
                    {t_string!(i18n, page.notice.run_on)}
                </button>
            </div>
        })
    };
    view! { {live(notice)} }
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
