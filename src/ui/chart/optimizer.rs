//! What the optimizer makes of the gradient, layer by layer.

use leptos::prelude::*;

/// What the optimizer makes of the gradient, layer by layer.
#[component]
pub fn OptimizerChart() -> impl IntoView {
    view! { <div class="pane"></div> }
}
