//! What the page has to say about a link or about the worker.

use crate::choice::{Choice, choice};
use crate::experiment::share::Notice;
use crate::plot::number;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Views, live};
use crate::ui::run_bar::RunNotices;
use crate::ui::shared::icon::{Icon, Picture};
use crate::ui::shared::words;
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
            <RunNotices />
            <AwayNotice />
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
