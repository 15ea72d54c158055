//! What the network makes of its inputs.

use leptos::prelude::*;

/// What the network makes of its inputs.
#[component]
pub fn LearnedPane() -> impl IntoView {
    view! { <div class="pane"></div> }
}
