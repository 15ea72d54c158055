//! What is shown of the run that is chosen: the same as of a single run.

use crate::ui::column::Side;
use crate::ui::lab::scene::use_shown;
use crate::ui::reactive::live;
use crate::ui::run_bar::Scrubber;
use crate::ui::settings::Panel;
use crate::ui::workbench::Workbench;
use leptos::prelude::*;

/// A part of what is shown of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// The slider over its steps.
    Scrubber,
    /// Verdict, reason and repairs.
    Side,
    /// Its settings.
    Panel,
    /// Its instruments.
    Workbench,
}

/// A part of what is shown of the run that is chosen. It is made again for another run.
#[component]
pub fn Closely(
    /// Which.
    part: Close,
) -> impl IntoView {
    let shown = use_shown();
    live(move || {
        let (lab, reading) = shown.chosen.get()?;
        provide_context(lab);
        provide_context(reading);
        Some(match part {
            Close::Scrubber => view! { <Scrubber /> }.into_any(),
            Close::Side => view! { <Side /> }.into_any(),
            Close::Panel => view! { <Panel /> }.into_any(),
            Close::Workbench => view! { <Workbench /> }.into_any(),
        })
    })
}
