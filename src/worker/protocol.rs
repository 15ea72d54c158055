//! What the page and the worker tell each other.
//!
//! Every message carries the id of the run that it belongs to; answers of an older run are dropped. Messages are bytes
//! ([`encode`]), and what is large travels beside them: reports as one array of numbers ([`encode_buckets`]), what is
//! looked at as bytes of its own. The browser hands both over without copying. Bytes do not tell which build wrote
//! them, so every message to the page names its build in a form that never changes, and that is read first.

pub use super::worker_part::{Way, WorkerPart};
use crate::experiment::{Experiment, Speed, Stop, StopReason};
use crate::look::proof::Check;
use crate::look::view::{Evaluation, Watch};
use crate::optim::Hyper;
use crate::theory::{Forecast, Outlook};
use crate::train::{Beginning, Bucket, Divergence, Layout, StepReport};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Counts up whenever the messages change their form.
pub const PROTOCOL_VERSION: u32 = 10;

/// Buckets that a frame holds at the most; what was trained between two frames is thinned to as many.
pub const BUCKETS_PER_FRAME: usize = 64;

/// A message to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The run that is meant.
    pub run_id: u32,
    /// What to do.
    pub command: Command,
}

/// What the page may ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Begin a new run at step 0, paused. Its id replaces the one before.
    Load {
        /// The run, with the hyper-parameters at its start.
        experiment: Box<Experiment>,
        /// Changes that were made live in it, oldest first.
        changes: Vec<Change>,
        /// The step to which another worker had brought this run: it goes there at once, and the page is told nothing
        /// that it has heard before. 0 for a new run.
        reached: u64,
        /// The user's own text for *next character*, if it takes the place of the one that is shipped.
        own_text: Option<String>,
    },
    /// Train at the set speed.
    Run,
    /// Stop after the step under way.
    Pause,
    /// Make so many steps and pause.
    Step(u32),
    /// Go to a step, from the start again if it has passed, and pause there.
    Seek(u64),
    /// Use these hyper-parameters from the next step on.
    SetLive(Hyper),
    /// Use this speed.
    SetSpeed(Speed),
    /// Nobody can see the page, or somebody can again. It is the page's, whatever its run.
    Hidden(bool),
    /// The last frame was taken; another may come.
    FrameTaken,
    /// Look at this from now on; a [`View`](crate::look::view::View) of it comes with the frames.
    Watch(Watch),
    /// Go to a step that was already made and look around there, paused; the run's head stays where it is.
    Visit(u64),
    /// Back from a visit to the run's head.
    Return,
    /// Make the visited step the run's head: what came after it is forgotten. From there on it is another run, so that
    /// what was still on its way of the forgotten steps is dropped.
    Continue {
        /// The id of the run from now on.
        run_id: u32,
    },
    /// Check what is claimed of the run, at its present step.
    Prove,
    /// Say what becomes of the gradient in these experiments, before their first step; an earlier question is forgotten.
    /// The number comes back with the answers.
    Predict(u32, Vec<Experiment>),
    /// Try again to fetch a part that did not come.
    Fetch(WorkerPart),
    /// Pause by itself there, from the next step on.
    SetStop(Stop),
    /// Runs beside each other meet at this step: the run waits there for the next such word, and tells nothing on its way.
    /// Without a step it goes as far as it likes. It is the page's, whatever its run.
    Meet(Option<u64>),
    /// So many runs share the machine's memory. It is the page's, whatever its run.
    Share(u32),
}

/// Hyper-parameters that replaced others during a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The step after which they hold.
    pub after_step: u64,
    /// The hyper-parameters.
    pub hyper: Hyper,
}

/// A message to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// The run that it belongs to; 0 before the first.
    pub run_id: u32,
    /// What the worker says.
    pub body: ResponseBody,
}

/// What the worker may say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ResponseBody {
    /// The worker has started and listens.
    Ready,
    /// Where the run stands; the reports since the last frame come beside it.
    Frame(Status),
    /// The hyper-parameters of a `SetLive` hold from now on.
    LiveSet(Change),
    /// What theory expects of the run at its start, as far as it is known by now. The first comes after the run's first
    /// frame; each takes the place of the one before.
    Theory(Box<Forecast>),
    /// How well the network does.
    Scores(Evaluation),
    /// What else is watched; the [`View`](crate::look::view::View) comes beside it.
    View,
    /// The run diverged; its last reports come beside it, each of one step.
    Ending,
    /// The checks go on; so much is done, from 0 to 1.
    Proving {
        /// The share.
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
    /// What becomes of the gradient in the first of the experiments that were asked for by this number, more of them with
    /// each answer; `None` where that is not known.
    Predicted(u32, Vec<Option<Outlook>>),
    /// The run was paused, because nobody had seen the page for a minute.
    Away {
        /// The step at which it was.
        step: u64,
    },
    /// There is not enough memory for what was asked. The run goes on without it.
    NoRoom(Need),
    /// Where a part is now. It is the worker's, whatever its run.
    Part(WorkerPart, Way),
    /// The run cannot go on: the worker panicked or was asked for what cannot be.
    Failed(String),
}

/// What needs memory besides the run itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Need {
    /// A visit to an earlier step.
    Visit,
    /// The checks of claims.
    Proof,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// What the worker is doing.
    pub state: RunState,
    /// Steps made; on a visit those of the visited step.
    pub step: u64,
    /// Steps that the run has made: more than `step` on a visit.
    pub head: u64,
    /// Steps a second, over about the last half second of training; 0 while paused.
    pub steps_per_second: f64,
    /// What a step takes, in milliseconds: the mean over the last that were made, whatever was waited for between them; 0
    /// before the first.
    pub step_ms: f64,
    /// The memory in bytes that the run and the states kept of it take, about.
    pub bytes: u64,
    /// The step that a seek is going to.
    pub seek_target: Option<u64>,
    /// Why the run ended, if it diverged.
    pub divergence: Option<Divergence>,
    /// Why the run paused by itself, if it did, until it goes on.
    pub stopped: Option<StopReason>,
}

impl Status {
    /// Of a run that rests at its latest step.
    pub fn paused_at(step: u64) -> Self {
        let state = RunState::Paused;
        Self {
            state,
            step,
            head: step,
            steps_per_second: 0.0,
            step_ms: 0.0,
            bytes: 0,
            seek_target: None,
            divergence: None,
            stopped: None,
        }
    }

    /// Whether the run has paused by itself since the last word of it, `None` if this is the first. A run that went on from
    /// where it had stopped may still be told of by what was on its way.
    pub fn has_stopped_since(&self, last: Option<&Self>) -> bool {
        self.stopped.is_some() && last.is_none_or(|last| (last.stopped, last.step) != (self.stopped, self.step))
    }
}

/// What a worker is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunState {
    /// Waiting.
    Paused,
    /// Training until told to pause.
    Running,
    /// Training up to a step.
    Seeking,
    /// Stopped before an update that would have spread a number that is not finite.
    Diverged,
}

/// Buckets as one array of numbers: for each its first and last step and the row of its last report, then, unless
/// it is of one step, the rows of minima and maxima.
pub fn encode_buckets<'a>(buckets: impl IntoIterator<Item = &'a Bucket>) -> Vec<f64> {
    let mut numbers = Vec::new();
    for bucket in buckets {
        numbers.extend([bucket.first_step as f64, bucket.last.step as f64]);
        numbers.extend(bucket.last.row());
        if bucket.span() > 1 {
            let (min, max) = bucket.rows();
            numbers.extend(min);
            numbers.extend(max);
        }
    }
    numbers
}

/// The buckets that [`encode_buckets`] wrote, of reports of one layout.
///
/// Returns `None` if the numbers are not of that form.
pub fn decode_buckets(numbers: &[f64], layout: impl Into<Layout>) -> Option<Vec<Bucket>> {
    let layout = layout.into();
    let row_len = StepReport::row_len(layout);
    let mut buckets = Vec::new();
    let mut rest = numbers;
    while let [first, last, tail @ ..] = rest {
        let (row, tail) = tail.split_at_checked(row_len)?;
        let report = StepReport::from_row(*last as u64, layout, row)?;
        if first == last {
            buckets.push(Bucket::new(report));
            rest = tail;
        } else {
            let (min, tail) = tail.split_at_checked(row_len)?;
            let (max, tail) = tail.split_at_checked(row_len)?;
            buckets.push(Bucket::from_rows(*first as u64, report, min, max)?);
            rest = tail;
        }
    }
    rest.is_empty().then_some(buckets)
}

/// A [`Request`], a [`Response`] or a [`View`](crate::look::view::View) as bytes; numbers keep every bit.
pub fn encode<M: Serialize>(message: &M) -> Vec<u8> {
    // It fails only for sequences of unknown length, and messages have none.
    postcard::to_allocvec(message).unwrap_or_default()
}

/// What [`encode`] wrote; `None` if the bytes are not of that form, to the last of them.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    match postcard::take_from_bytes(bytes) {
        Ok((message, [])) => Some(message),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::view::{Score, View};
    use crate::train::History;

    #[test]
    fn a_stop_is_told_once_in_a_run_and_again_in_the_next() {
        let at = |step| Status { stopped: Some(StopReason::Step), ..Status::paused_at(step) };
        assert!(at(37).has_stopped_since(Some(&Status::paused_at(37))));
        assert!(at(37).has_stopped_since(Some(&at(20))));
        assert!(!at(37).has_stopped_since(Some(&at(37))));
        assert!(at(37).has_stopped_since(None), "the run before stopped at the same step");
        assert!(!Status::paused_at(37).has_stopped_since(None));
    }

    #[test]
    fn buckets_survive_the_journey() {
        let mut history = History::new(5);
        for step in 0..100 {
            let mut report = StepReport::new(3);
            report.step = step;
            report.set_loss((step as f64).sin());
            report.set_grad_norm(f64::from(step as u32));
            history.push_report(&report);
        }
        let numbers = encode_buckets(history.buckets());
        assert_eq!(decode_buckets(&numbers, 3).unwrap(), history.buckets());
    }

    #[test]
    fn views_survive_the_journey() {
        let score = Score { loss: 1e-300, accuracy: Some(0.5) };
        let evaluation = Some(Evaluation { step: 7, training: score, held_out: Score { accuracy: None, ..score } });
        let view = View { step: u64::MAX, evaluation, ..View::default() };
        let bytes = encode(&view);
        assert_eq!(decode(&bytes), Some(view));
        assert_eq!(decode::<View>(&bytes[..bytes.len() - 1]), None);
        assert_eq!(decode::<View>(&[]), None);
    }

    #[test]
    fn requests_survive_the_journey() {
        let smallest = f64::from_bits(1);
        let experiment = Box::new(Experiment { seed: u32::MAX, lr: smallest, ..Experiment::default() });
        let change = Change { after_step: u64::MAX, hyper: Hyper::of(&experiment) };
        let load = Command::Load {
            experiment: experiment.clone(),
            changes: vec![change, change],
            reached: 1 << 53 | 1,
            own_text: Some("床前明月光".to_owned()),
        };
        let watch = Command::Watch(Watch::default());
        for command in [load, watch, Command::Predict(3, vec![*experiment]), Command::Seek(1 << 53 | 1), Command::Prove]
        {
            let request = Request { run_id: u32::MAX, command };
            assert_eq!(decode(&encode(&request)), Some(request));
        }
    }

    #[test]
    fn responses_survive_the_journey() {
        let status =
            Status { steps_per_second: f64::NAN, seek_target: Some(1 << 53 | 1), ..Status::paused_at(u64::MAX) };
        let outlook =
            |total| Some(Outlook { factor_per_place: f64::MIN_POSITIVE, total, beyond_readout: total, is_drawn: true });
        let outlooks = vec![None, outlook(f64::NAN), outlook(f64::INFINITY), outlook(0.0)];
        for body in [
            ResponseBody::Ready,
            ResponseBody::Frame(status),
            ResponseBody::Predicted(3, outlooks),
            ResponseBody::Part(WorkerPart::Proof, Way::Missing),
            ResponseBody::Failed("∂L/∂W".to_owned()),
        ] {
            let response = Response { run_id: 300, body };
            let bytes = encode(&response);
            // Printed, because NaN is not equal to itself.
            assert_eq!(format!("{:?}", decode::<Response>(&bytes)), format!("{:?}", Some(&response)));
            assert_eq!(decode::<Response>(&bytes[..bytes.len() - 1]), None, "{response:?} cut short");
            assert_eq!(decode::<Response>(&[&bytes[..], &[0]].concat()), None, "{response:?} and more");
        }
    }

    #[test]
    fn numbers_of_another_form_are_refused() {
        let numbers = encode_buckets(&[Bucket::new(StepReport::new(3))]);
        assert_eq!(decode_buckets(&numbers, 4), None);
        assert_eq!(decode_buckets(&numbers[1..], 3), None);
        assert_eq!(decode_buckets(&[1.0], 3), None);
        assert_eq!(decode_buckets(&[], 3), Some(vec![]));
    }
}
