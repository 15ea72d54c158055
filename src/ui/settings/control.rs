//! The control of a parameter, by its kind.

use super::choice_control::ChoiceControl;
use super::number_control::NumberControl;
use super::switch_control::SwitchControl;
use crate::experiment::{Key, Kind};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, Show};
use leptos::prelude::*;

/// The control of one parameter; it is there only while the parameter matters.
#[component]
pub fn Control(
    /// The parameter.
    key: Key,
) -> impl IntoView {
    let lab = use_lab();
    let is_relevant = Memo::new(move |_| lab.experiment.with(|experiment| experiment.is_relevant(key)));
    view! {
        <Show when=is_relevant>
            {match key.kind() {
                Kind::Choice(_) => view! { <ChoiceControl key=key /> }.into_any(),
                Kind::Switch => view! { <SwitchControl key=key /> }.into_any(),
                Kind::Integer { .. } | Kind::Real { .. } => view! { <NumberControl key=key /> }.into_any(),
            }}
        </Show>
    }
}
