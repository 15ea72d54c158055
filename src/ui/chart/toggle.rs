//! A switch of one curve, which is its legend too.

use super::figure::mark_picture;
use crate::plot::Marker;
use crate::plot::color::Rgb;
use crate::ui::reactive::{RwSignal, Signal, attribute, live};
use leptos::prelude::*;

/// Shows or hides one curve.
#[component]
pub(super) fn CurveToggle(
    /// The curve's mark and its colour.
    #[prop(into)]
    mark: Signal<(Marker, Rgb)>,
    /// The curve's name.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it is shown.
    is_shown: RwSignal<bool>,
    /// Whether there is no such curve.
    #[prop(optional, into)]
    hidden: Signal<bool>,
) -> impl IntoView {
    view! {
        <label class="chart-toggle" hidden=attribute(move || hidden.get())>
            <input
                type="checkbox"
                prop:checked=move || is_shown.get()
                on:change=move |event| is_shown.set(event_target_checked(&event))
            />
            {live(move || {
                let (marker, color) = mark.get();
                mark_picture(marker, color)
            })}
            {live(move || label.get())}
        </label>
    }
}
