//! The network as a picture, and one step of it slowly.

mod formulas;
mod parameters;
mod slow_step;

use crate::ui::chart::NetworkPicture;
use crate::ui::reactive::Signal;
use leptos::prelude::*;
use slow_step::{SlowStep, SlowStepView};

/// The network as a picture, and one step of it slowly.
#[component]
pub fn NetworkPane() -> impl IntoView {
    let slow = SlowStep::begin();
    view! {
        <div class="pane network">
            <NetworkPicture
                phase=Signal::derive(move || slow.lit())
                choose=Callback::new(move |(layer, unit)| slow.choose(layer, unit))
            />
            <SlowStepView slow />
        </div>
    }
}
