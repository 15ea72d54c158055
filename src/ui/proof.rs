//! Claims about gradients, checked on the live network.

use leptos::prelude::*;

/// Claims about gradients, checked on the live network.
#[component]
pub fn ProofPane() -> impl IntoView {
    view! { <div class="pane"></div> }
}
