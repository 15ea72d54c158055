//! What of the link could not be used.

use super::state::use_state;
use super::words;
use crate::choice::Choice;
use crate::experiment::Value;
use crate::surface::{Allowed, MOST_PATHS, Method, Notice};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::reactive::{Views, live};
use crate::ui::shared::icon::{Icon, Picture};
use crate::ui::shared::words as shared;
use leptos::prelude::*;

/// One notice with a line for each thing that was left aside.
#[component]
pub fn Notices() -> impl IntoView {
    let (state, i18n) = (use_state(), use_i18n());
    live(move || {
        let lines = state.notices.with(|notices| notices.iter().map(|notice| line(i18n, notice)).collect::<Vec<_>>());
        (!lines.is_empty()).then(|| {
            view! {
                <div class="notice" role="status" data-notice="bad-surface">
                    <div>
                        <p>{t_string!(i18n, surface.notice.title)}</p>
                        <ul>{lines.into_iter().map(|line| view! { <li>{line}</li> }).views()}</ul>
                    </div>
                    <button
                        type="button"
                        class="button quiet icon-only"
                        aria-label=t_string!(i18n, page.notice.close)
                        title=t_string!(i18n, page.notice.close)
                        on:click=move |_| state.notices.set(Vec::new())
                    >
                        <Icon picture=Picture::Close />
                    </button>
                </div>
            }
        })
    })
}

fn line(i18n: Words, notice: &Notice) -> String {
    match notice {
        Notice::BadValue { name, given, allowed } => t_string!(
            i18n,
            surface.notice.bad_value,
            name = name.clone(),
            given = given.clone(),
            allowed = self::allowed(i18n, *allowed)
        )
        .to_string(),
        Notice::NotUsed { name, by } => {
            let by = match Method::from_name(by) {
                Some(method) => words::method(i18n, method),
                None => by,
            };
            t_string!(i18n, surface.notice.not_used, name = name.clone(), by = by).to_string()
        }
        Notice::Repeated { name, kept, left_out } => t_string!(
            i18n,
            surface.notice.repeated,
            name = name.clone(),
            kept = kept.clone(),
            left_out = left_out.clone()
        )
        .to_string(),
        Notice::TooManyPaths(count) => {
            t_string!(i18n, surface.notice.too_many, count = *count, most = MOST_PATHS).to_string()
        }
        Notice::More(count) => t_string!(i18n, page.notice.and_more, count = *count).to_string(),
    }
}

fn allowed(i18n: Words, allowed: Allowed) -> String {
    match allowed {
        Allowed::Kind(kind) => shared::allowed(i18n, kind),
        Allowed::Point(crate::experiment::Kind::Real { min, max, .. }) => {
            let [min, max] = [min, max].map(|end| Value::Real(end).to_string());
            t_string!(i18n, surface.notice.point, min = min, max = max).to_string()
        }
        Allowed::Point(kind) => shared::allowed(i18n, kind),
        Allowed::Paths => t_string!(i18n, surface.notice.paths, names = Method::NAMES.join(", ")).to_string(),
    }
}
