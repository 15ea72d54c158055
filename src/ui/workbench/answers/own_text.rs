//! A text of the reader's own for *next character*.

use crate::experiment::BadText;
use crate::plot::number::grouped;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, RwSignal, attribute, live};
use crate::ui::shared::storage;
use leptos::prelude::*;

/// Under which name the text in the field is kept in this tab.
const DRAFT: &str = "own-text";

/// A field for the text, which is learned from when that is asked for.
#[component]
pub(super) fn OwnText() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let draft = lab.instruments.text_draft;
    if draft.with_untracked(String::is_empty)
        && let Some(written) = storage::load_in_tab(DRAFT)
    {
        draft.set(written);
    }
    let write = move |text: String| {
        // Loaded again, the page would have lost what was written here: no link holds it.
        storage::store_in_tab(DRAFT, &text);
        draft.set(text);
    };
    let bad = RwSignal::new(None);
    let count = Memo::new(move |_| draft.with(|draft| draft.chars().count()));
    let is_used = Memo::new(move |_| lab.own_text_in_use().is_some());
    let use_own = move |_| bad.set(lab.use_text(Some(&draft.get_untracked())).err());
    let use_shipped = move |_| {
        bad.set(None);
        let _ = lab.use_text(None);
    };
    let state = move || {
        if is_used.get() {
            t_string!(i18n, answers.in_use)
        } else if lab.own_text.with(Option::is_some) {
            t_string!(i18n, answers.no_longer)
        } else {
            t_string!(i18n, answers.not_in_use)
        }
    };
    view! {
        <div class="answers-own">
            <h3>{live(move || t_string!(i18n, answers.own_text))}</h3>
            <p class="hint">{live(move || t_string!(i18n, answers.own_text_hint))}</p>
            <textarea
                id="own-text"
                rows="4"
                spellcheck="false"
                aria-label=attribute(move || t_string!(i18n, answers.own_text_label))
                prop:value=move || draft.get()
                on:input=move |event| write(event_target_value(&event))
            ></textarea>
            <p class="hint">
                {live(move || t_string!(i18n, answers.count, count = grouped(count.get() as u64)).to_string())}
            </p>
            <p role="alert" data-answers="bad-text">{live(move || bad.get().map(|bad| words_of(i18n, bad)))}</p>
            <div class="answers-buttons">
                <button type="button" class="button primary" on:click=use_own>
                    {live(move || t_string!(i18n, answers.use_text))}
                </button>
                <button
                    type="button"
                    class="button"
                    disabled=attribute(move || lab.own_text.with(Option::is_none))
                    on:click=use_shipped
                >
                    {live(move || t_string!(i18n, answers.use_shipped))}
                </button>
            </div>
            <p role="status" data-answers="text-in-use">{live(state)}</p>
        </div>
    }
}

/// Why a text does not do.
fn words_of(i18n: Words, bad: BadText) -> String {
    let grouped = |count: usize| grouped(count as u64);
    match bad {
        BadText::TooShort { characters, needed } => {
            t_string!(i18n, answers.too_short, count = grouped(characters), needed = grouped(needed)).to_string()
        }
        BadText::TooLong { characters } => t_string!(i18n, answers.too_long, count = grouped(characters)).to_string(),
        BadText::OneCharacter => t_string!(i18n, answers.one_character).to_owned(),
        BadText::NotHere => t_string!(i18n, page.part.texts).to_owned(),
    }
}
