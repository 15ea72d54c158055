//! The parts of the worker's code, and what needs which.

use crate::choice::choice;
use crate::data::sequences::Task;
use crate::experiment::{Experiment, Precision};
use serde::{Deserialize, Serialize};

choice! {
    /// Code of the worker that is fetched when it is first asked for.
    pub enum WorkerPart {
        /// Multilayer perceptrons in f64, and looking at them.
        Double => "worker-double",
        /// Looking at multilayer perceptrons in f32: layers, units, what was learned.
        Looks => "worker-looks",
        /// The checks of claims about multilayer perceptrons.
        Proof => "worker-proof",
        /// Recurrent networks in f32 with their tasks, looking at them, and their theory.
        Sequences => "worker-sequences",
        /// Recurrent networks in f64, looking at them, and the checks of claims about those of either precision.
        SequencesDouble => "worker-sequences-double",
        /// The sentences and texts that are shipped.
        Texts => "worker-texts",
    }
}

/// Where a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// On its way.
    Coming,
    /// There.
    Here,
    /// It did not come.
    Missing,
}

impl WorkerPart {
    /// Those without which there is no run of an experiment; of one text the user's own may stand in the place.
    pub fn to_run(experiment: &Experiment, has_own_text: bool) -> impl Iterator<Item = Self> {
        let code = match (experiment.model.is_recurrent(), experiment.precision) {
            (false, Precision::F32) => None,
            (false, Precision::F64) => Some(Self::Double),
            (true, Precision::F32) => Some(Self::Sequences),
            (true, Precision::F64) => Some(Self::SequencesDouble),
        };
        let needs_texts = match experiment.task {
            Task::Sentiment => true,
            Task::NextCharacter => !has_own_text,
            Task::Points | Task::FirstSymbol | Task::Copy | Task::Adding | Task::Parity => false,
        };
        code.into_iter().chain(needs_texts.then_some(Self::Texts))
    }

    /// The one that looks at a run.
    pub fn to_look(experiment: &Experiment) -> Self {
        match (experiment.model.is_recurrent(), experiment.precision) {
            (false, Precision::F32) => Self::Looks,
            (false, Precision::F64) => Self::Double,
            (true, Precision::F32) => Self::Sequences,
            (true, Precision::F64) => Self::SequencesDouble,
        }
    }

    /// The one that checks what is claimed of a run.
    pub fn to_prove(experiment: &Experiment) -> Self {
        if experiment.model.is_recurrent() { Self::SequencesDouble } else { Self::Proof }
    }
}
