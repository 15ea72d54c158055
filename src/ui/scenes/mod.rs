//! What the page shows beside a single run. Each scene is a part, fetched when it is first opened.

mod comparison;
mod menu;
mod question;
mod surface;
mod sweep;

use crate::ui::shared::part::part;
use leptos::prelude::*;

part! {
    /// The list of scenes and of the ready examples of each.
    MENU, scenes_menu => view! { <menu::Menu /> }.into_any()
}

part! {
    /// Several runs side by side.
    COMPARISON, comparison => view! { <comparison::Comparison /> }.into_any()
}

part! {
    /// A map of many runs.
    SWEEP, sweep => view! { <sweep::Sweep /> }.into_any()
}

part! {
    /// Optimizers on a surface.
    SURFACE, surface => view! { <surface::Surface /> }.into_any()
}
