//! The control of a parameter, by its kind.

use super::choice_control::ChoiceControl;
use super::number_control::NumberControl;
use super::switch_control::SwitchControl;
use crate::experiment::{Key, Kind};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, Show, Signal};
use leptos::prelude::*;

/// Parameters whose controls would have no effect, because something else sets them. A context.
#[derive(Clone, Copy)]
pub struct SetElsewhere(pub Signal<Vec<Key>>);

/// The control of one parameter; it is there only while the parameter matters.
#[component]
pub fn Control(
    /// The parameter.
    key: Key,
) -> impl IntoView {
    let lab = use_lab();
    let elsewhere = use_context::<SetElsewhere>();
    let is_relevant = Memo::new(move |_| {
        let is_set_elsewhere = elsewhere.is_some_and(|SetElsewhere(keys)| keys.with(|keys| keys.contains(&key)));
        !is_set_elsewhere && lab.experiment.with(|experiment| experiment.is_relevant(key))
    });
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
