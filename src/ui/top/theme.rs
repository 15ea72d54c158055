//! Light or dark: as the system says, unless the reader chose.

use crate::choice::{Choice, choice};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::reactive::{Memo, RwSignal, Signal, attribute, effect};
use crate::ui::shared::icon::{Icon, Picture};
use crate::ui::shared::storage;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

choice! {
    /// What the reader chose.
    pub enum Theme {
        /// As the system says.
        System => "system",
        /// Light.
        Light => "light",
        /// Dark.
        Dark => "dark",
    }
}

/// The theme of the page. Charts redraw their axes when `is_dark` changes.
#[derive(Clone, Copy)]
pub struct ThemeState {
    /// What the reader chose.
    pub chosen: RwSignal<Theme>,
    /// What holds.
    pub is_dark: Memo<bool>,
}

/// Follows the choice and the system, and keeps `data-theme` on the root element at `light` or `dark`.
pub fn provide_theme() -> ThemeState {
    let stored = storage::load("theme").and_then(|name| Theme::from_name(&name));
    let chosen = RwSignal::new(stored.unwrap_or(Theme::System));
    let system_is_dark = follow_system();
    let is_dark = Memo::new(move |_| match chosen.get() {
        Theme::System => system_is_dark.get(),
        Theme::Light => false,
        Theme::Dark => true,
    });
    let mark = move || {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", if is_dark.get() { "dark" } else { "light" });
        }
    };
    // At once, before anything is drawn, and again at every change.
    untrack(mark);
    effect(mark);
    let state = ThemeState { chosen, is_dark };
    provide_context(state);
    state
}

fn follow_system() -> RwSignal<bool> {
    let query = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
    let is_dark = RwSignal::new(query.as_ref().is_some_and(web_sys::MediaQueryList::matches));
    if let Some(query) = query {
        let again = query.clone();
        let on_change = Closure::<dyn Fn()>::new(move || {
            is_dark.try_set(again.matches());
        });
        query.set_onchange(Some(on_change.as_ref().unchecked_ref()));
        // Lives as long as the page.
        on_change.forget();
    }
    is_dark
}

/// The button that goes through the themes.
#[component]
pub fn ThemeButton() -> impl IntoView {
    let i18n = use_i18n();
    let chosen = expect_context::<ThemeState>().chosen;
    let words = move || match chosen.get() {
        Theme::System => t_string!(i18n, page.theme.system),
        Theme::Light => t_string!(i18n, page.theme.light),
        Theme::Dark => t_string!(i18n, page.theme.dark),
    };
    let picture = Signal::derive(move || match chosen.get() {
        Theme::System => Picture::Screen,
        Theme::Light => Picture::Sun,
        Theme::Dark => Picture::Moon,
    });
    let choose_next = move |_| {
        let next = match chosen.get_untracked() {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        };
        chosen.set(next);
        storage::store("theme", next.name());
    };
    view! {
        <button type="button" id="theme" class="button quiet icon-only" aria-label=attribute(words) title=attribute(words) on:click=choose_next>
            <Icon picture=picture />
        </button>
    }
}
