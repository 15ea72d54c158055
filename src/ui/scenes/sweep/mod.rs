//! A map of many runs.

use leptos::prelude::*;

/// A map of many runs.
#[component]
pub fn Sweep() -> impl IntoView {
    view! { <main class="sweep"></main> }
}
