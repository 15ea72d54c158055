//! What a worker has to say to the page.

use super::failure::Failure;
use super::protocol::{Change, Need, Status, Way, WorkerPart};
use crate::look::proof::Check;
use crate::look::view::Evaluation;
use crate::theory::{Forecast, Outlook};
use crate::train::{Beginning, Bucket};

/// What a worker has to say to the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Its code is on its way.
    Arriving {
        /// The bytes that are there.
        received: f64,
        /// Of so many; 0 where that is not known.
        total: f64,
    },
    /// It has started.
    Ready,
    /// The run got on.
    Frame {
        /// Where the run stands.
        status: Status,
        /// What was measured since the last frame, oldest first. They begin anew at step 0 after a seek to an
        /// earlier step.
        buckets: Vec<Bucket>,
    },
    /// Hyper-parameters took effect.
    LiveSet(Change),
    /// More is known of what theory expects of the run at its start.
    Theory(Box<Forecast>),
    /// How well the network does.
    Scores(Evaluation),
    /// What else was seen of what is watched: a [`View`](crate::look::view::View) as bytes, which who shows it can read.
    View(Vec<u8>),
    /// The run diverged; these were its last steps, each a bucket of its own.
    Ending(Vec<Bucket>),
    /// The checks go on.
    Proving {
        /// The share that is done, from 0 to 1.
        progress: f64,
    },
    /// What came of the checks.
    Proof {
        /// The step at which the run was checked.
        step: u64,
        /// All of them.
        checks: Vec<Check>,
        /// What the run begins with; nothing where it could not be made again.
        beginning: Box<Beginning>,
    },
    /// The run went on before all was checked.
    ProofGivenUp,
    /// What becomes of the gradient in the first of the experiments that were asked for by this number.
    Predicted(u32, Vec<Option<Outlook>>),
    /// The run was paused at this step, because nobody had seen the page for a minute.
    Away(u64),
    /// There is not enough memory for what was asked; the run goes on.
    NoRoom(Need),
    /// Where a part of the worker's code is now.
    Part(WorkerPart, Way),
    /// It cannot go on.
    Failed(Failure),
}
