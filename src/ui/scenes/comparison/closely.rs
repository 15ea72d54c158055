//! What is shown of the run that is chosen: the same as of a single run. The slider alone is of all.

use super::runs::Runs;
use crate::ui::column::Side;
use crate::ui::lab::scene::use_shown;
use crate::ui::reactive::{Memo, live};
use crate::ui::run_bar::Scrubber;
use crate::ui::settings::Panel;
use crate::ui::workbench::Workbench;
use leptos::prelude::*;
use std::cmp::Reverse;

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
    let (shown, runs) = (use_shown(), expect_context::<Runs>());
    // The slider is over the steps of the run that has come the farthest: all are scrubbed together.
    let farthest = Memo::new(move |_| {
        runs.steady.with(|seen| seen.iter().max_by_key(|seen| (seen.latest, Reverse(seen.place))).map(|seen| seen.id))
    });
    live(move || {
        let of_farthest = || {
            let id = farthest.get()?;
            runs.all.with(|all| all.iter().find(|run| run.id == id).map(|run| (run.lab, run.reading)))
        };
        let (lab, reading) =
            if part == Close::Scrubber { of_farthest().or_else(|| shown.chosen.get()) } else { shown.chosen.get() }?;
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
