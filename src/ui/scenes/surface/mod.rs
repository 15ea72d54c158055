//! Optimizers on a function of two parameters.

use leptos::prelude::*;

/// Optimizers on a function of two parameters.
#[component]
pub fn Surface() -> impl IntoView {
    view! { <main class="surface"></main> }
}
