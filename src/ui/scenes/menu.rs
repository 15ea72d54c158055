//! The list of scenes, with ready examples of each.

use leptos::prelude::*;

/// The list. Each entry is a link, so it can be opened in a tab of its own or copied into a plan.
#[component]
pub fn Menu() -> impl IntoView {
    view! {
        <div class="lesson-groups">
            <super::comparison::Entries />
            <super::sweep::Entries />
            <super::surface::Entries />
        </div>
    }
}
