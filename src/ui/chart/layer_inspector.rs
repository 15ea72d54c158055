//! One layer, or two side by side, as histograms.

use leptos::prelude::*;

/// One layer, or two side by side, as histograms.
#[component]
pub fn LayerInspector() -> impl IntoView {
    view! { <div class="pane"></div> }
}
