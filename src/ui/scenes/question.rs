//! The question that a ready example asks, above its picture.

use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::reactive::{Memo, Signal, live};
use leptos::prelude::*;

/// The question of what is shown, or else what it is.
#[component]
pub fn Headline(
    /// The question, where what is shown was made for one.
    question: Memo<Option<String>>,
    /// What stands there without one; nothing, if that is empty.
    #[prop(optional)]
    otherwise: Signal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    live(move || {
        let (question, otherwise) = (question.get(), otherwise.get());
        match question {
            Some(question) => view! {
                <h2 class="headline">
                    <span>{t_string!(i18n, page.side.question)}</span>
                    " "
                    {question}
                </h2>
            }
            .into_any(),
            None if otherwise.is_empty() => ().into_any(),
            None => view! { <h2 class="headline">{otherwise}</h2> }.into_any(),
        }
    })
}
