//! What units have in which no slope is left, in print.

use leptos::prelude::*;

/// z ≤ 0 ⇒ φ′(z) = 0, of a dead unit.
pub fn dead_formula() -> AnyView {
    view! {
        <p class="formula">
            <span class="term"><i>"z"</i> " ≤ 0 ⇒ " <i>"φ"</i> "′(" <i>"z"</i> ") = 0"</span>
        </p>
    }
    .into_any()
}

/// φ′(z) < 0.05 · max φ′, of a saturated one.
pub fn saturated_formula() -> AnyView {
    view! {
        <p class="formula">
            <span class="term"><i>"φ"</i> "′(" <i>"z"</i> ") < 0.05 · max " <i>"φ"</i> "′"</span>
        </p>
    }
    .into_any()
}
