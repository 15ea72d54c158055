//! What the charts of several runs show of each, all of one moment.

use super::figure::ReadoutRow;
use crate::experiment::Experiment;
use crate::look::view::Evaluation;
use crate::plot::runs::LETTERS;
use crate::plot::series::SeriesLook;
use crate::plot::theme::Theme;
use crate::train::{Layout, StepReport};
use crate::ui::lab::Lab;
use crate::worker::protocol::Status;
use std::sync::Arc;

/// What is seen of one of several runs.
#[derive(Clone)]
pub struct Seen {
    /// Names the run.
    pub id: u32,
    /// Its place among the runs, from 0.
    pub place: usize,
    /// The run.
    pub lab: Lab,
    /// The experiment that was measured.
    pub experiment: Arc<Experiment>,
    /// Where it stands.
    pub status: Status,
    /// What was measured at the step that is shown.
    pub report: StepReport,
    /// How well the network did when it was last looked at, by then.
    pub evaluation: Option<Evaluation>,
    /// The latest step of which its curves over the steps tell.
    pub latest: u64,
}

impl Seen {
    /// What its report is of.
    pub fn layout(&self) -> Layout {
        self.report.layout()
    }
}

/// What is seen of all runs of which something is known, and what each is called.
pub type AllSeen = Arc<Vec<Seen>>;

/// The letter of a run, and its name by which it differs from the others.
pub(super) fn called(names: &[String], place: usize) -> String {
    let letter = LETTERS[place % LETTERS.len()];
    names.get(place).filter(|name| !name.is_empty()).map_or(letter.to_owned(), |name| format!("{letter} {name}"))
}

/// What is read of a run.
pub(super) fn row(theme: &Theme, names: &[String], place: usize, value: String) -> ReadoutRow {
    let look = SeriesLook::of(theme, place);
    ReadoutRow { mark: Some((look.marker, look.color)), label: called(names, place), value }
}
