//! A recurrent network unrolled, and one step of it slowly through time.

mod formulas;
mod slow_walk;

use crate::ui::chart::UnrolledPicture;
use crate::ui::reactive::Signal;
use leptos::prelude::*;
use slow_walk::{SlowWalk, SlowWalkView};

/// A recurrent network unrolled, and one step of it slowly through time.
#[component]
pub fn UnrolledPane() -> impl IntoView {
    let walk = SlowWalk::begin();
    view! {
        <div class="pane network unrolled">
            <UnrolledPicture
                phase=Signal::derive(move || walk.lit())
                choose=Callback::new(move |(time, level)| walk.choose(time, level))
            />
            <SlowWalkView walk />
        </div>
    }
}
