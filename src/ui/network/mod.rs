//! The network as a picture, and one step of it slowly.

use leptos::prelude::*;

/// The network as a picture, and one step of it slowly.
#[component]
pub fn NetworkPane() -> impl IntoView {
    view! { <div class="pane"></div> }
}
