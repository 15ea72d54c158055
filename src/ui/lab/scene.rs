//! What the page shows beside or instead of a single run, and the pairs of its link that say so.

use super::reading::Reading;
use super::state::Lab;
use crate::experiment::scene::Scene;
use crate::ui::reactive::RwSignal;
use leptos::prelude::*;

/// What the page shows.
#[derive(Clone, Copy, Default)]
pub struct Shown {
    /// A run, or what else.
    pub scene: RwSignal<Scene>,
    /// The scene's pairs of the link. The scene reads them when they were opened, and writes them when it changes.
    pub pairs: RwSignal<String>,
    /// The run of several that is chosen, whose state the page's head shows; `None` where there is one alone.
    pub chosen: RwSignal<Option<(Lab, Reading)>>,
    /// How often a link was opened: a scene that is already shown reads its pairs again.
    pub opened: RwSignal<u32>,
}

/// What the page shows, in a component.
pub fn use_shown() -> Shown {
    expect_context()
}

/// A claim that a scene adds to those of the proof of its runs.
#[derive(Clone, Copy)]
pub struct FurtherClaim(pub fn() -> AnyView);
