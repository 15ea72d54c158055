//! Several runs side by side.

use leptos::prelude::*;

/// Several runs side by side.
#[component]
pub fn Comparison() -> impl IntoView {
    view! { <main class="comparison"></main> }
}
