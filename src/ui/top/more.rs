//! The menu of what the page shows beside a single run: comparisons, maps of many runs, and surfaces.

use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::reactive::{RwSignal, Signal, live};
use crate::ui::scenes::MENU;
use crate::ui::shared::dropdown::Dropdown;
use crate::ui::shared::part::Fetched;
use leptos::prelude::*;

/// The menu; what is in it is fetched when it first unfolds.
#[component]
pub fn More() -> impl IntoView {
    let i18n = use_i18n();
    let unfolded = RwSignal::new(false);
    view! {
        <Dropdown label=Signal::derive(move || t_string!(i18n, page.run_bar.more).to_owned()) unfolded>
            {live(move || unfolded.get().then(|| view! { <Fetched part=&MENU /> }))}
        </Dropdown>
    }
}
