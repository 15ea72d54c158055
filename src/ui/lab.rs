//! The state of the page that its components share.

use crate::experiment::Experiment;
use crate::train::History;
use crate::worker::protocol::Status;
use leptos::prelude::*;

/// What is on the page: the experiment, where its run stands, and what was measured.
#[derive(Clone, Copy)]
pub struct Lab {
    /// The experiment as the controls show it.
    pub experiment: RwSignal<Experiment>,
    /// Where the run stands.
    pub status: RwSignal<Status>,
    /// The reports of the run.
    pub history: StoredValue<History, LocalStorage>,
    /// Counts up, at most once an animation frame, whenever the history has changed.
    pub redraw: RwSignal<u32>,
}
