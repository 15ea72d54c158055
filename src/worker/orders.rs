//! What the page and a worker that measures tell each other. Such a worker makes the runs of a map, one after the other, and
//! nobody looks at them.
//!
//! Messages have the form of [`super::protocol`]: bytes, beside the build that wrote them.

use super::worker_part::WorkerPart;
use crate::experiment::Experiment;
use crate::sweep::border::{Border, NoBorder};
use crate::sweep::{Measured, Need};
use serde::{Deserialize, Serialize};

/// The name that a worker bears that is started to measure. One without it is a training worker.
pub const MEASURES: &str = "measuring";

/// A message to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Order {
    /// Make these runs too.
    Measure(Vec<Job>),
    /// Say what theory has to say of a map. The number comes back with the answer.
    Border {
        /// The number.
        question: u32,
        /// The experiment that its runs have but for the parameters of its axes.
        experiment: Box<Experiment>,
        /// The map, as its link has it.
        pairs: String,
    },
    /// Leave what is not done yet.
    Forget,
}

/// A run to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The number that comes back with what it came to.
    pub id: u32,
    /// The run.
    pub experiment: Experiment,
    /// What is asked of it.
    pub need: Need,
}

/// A message to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// The worker has started and listens.
    Ready,
    /// These runs are made.
    Measured(Vec<Done>),
    /// Theory's word on a map.
    Border(u32, Result<Border, NoBorder>),
    /// The worker is at it; said once in a while when there is nothing else to say.
    Working,
    /// Code is fetched without which some runs cannot be made: it may take as long as it takes. Where nothing else can be done
    /// meanwhile, it is the last of whatever is said.
    Fetching(WorkerPart),
    /// The worker cannot go on.
    Failed(String),
}

/// A run that was made, or could not be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// The number of its job.
    pub id: u32,
    /// How long it took, in milliseconds.
    pub ms: f64,
    /// What it came to.
    pub result: Result<Measured, Unmade>,
}

/// Why a run was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unmade {
    /// There is not enough memory for it.
    NoRoom,
    /// Code or texts that it needs did not come.
    NoCode(WorkerPart),
    /// The experiment is not allowed.
    NotAllowed,
    /// Workers were lost with it again and again.
    Lost,
}

#[cfg(test)]
mod tests {
    use super::super::protocol::{decode, encode};
    use super::*;
    use crate::data::sequences::Corpus;
    use crate::sweep::border::Through;
    use crate::sweep::measuring::measure;

    #[test]
    fn messages_survive_the_journey() {
        let experiment = Experiment::default();
        let need = Need { steps: u32::MAX, until: Some(f64::from_bits(1)), is_scored: true };
        let orders = [
            Order::Measure(vec![Job { id: 7, experiment: experiment.clone(), need }; 3]),
            Order::Border { question: 1, experiment: Box::new(experiment), pairs: "sweep=depth:1..9*3".into() },
            Order::Forget,
        ];
        for order in orders {
            assert_eq!(decode(&encode(&order)), Some(order));
        }
        let need = Need { steps: 1, until: None, is_scored: true };
        let measured = measure(&Experiment::default(), need, &Corpus::NONE).unwrap();
        let measured = Measured { factor: f64::INFINITY, loss: 1e-300, ..measured };
        let done = |result| Done { id: u32::MAX, ms: 0.25, result };
        let border = Border { through: Through::Time, columns: 2, rows: 1, values: vec![-1.0, 5e-324] };
        for answer in [
            Answer::Ready,
            Answer::Measured(vec![done(Ok(measured)), done(Err(Unmade::NoCode(WorkerPart::Texts)))]),
            Answer::Border(3, Ok(border)),
            Answer::Border(3, Err(NoBorder::Skips)),
        ] {
            assert_eq!(decode(&encode(&answer)), Some(answer));
        }
    }
}
