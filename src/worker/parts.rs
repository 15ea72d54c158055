//! What a worker's code can do: the trainer of multilayer perceptrons in f32 at once, and the *parts* that are fetched when
//! they are first asked for.
//!
//! A part is handed over as pointers to its functions ([`Code`]), which the rest of the worker does not name. So what
//! only they reach is in no other file (`src/bin/worker.rs`, `xtask/src/modules.rs`).

use super::protocol::WorkerPart;
use crate::data::sequences::{Corpus, Shipped};
use crate::experiment::{Experiment, Precision, Rejection};
use crate::kernel::Real;
use crate::look::proof::{Check, Proof, ProofThroughTime};
use crate::look::view::{View, Watch};
use crate::run::AnyTrainer;
use crate::theory::Foreteller;
use crate::train::{Beginning, RecurrentTrainer};
use std::collections::VecDeque;
use std::sync::Arc;

/// Makes the run of an experiment on the texts of a corpus, before its first step.
pub(super) type Maker = fn(&Experiment, &Corpus) -> Result<AnyTrainer, Rejection>;

/// What looks at a run.
#[derive(Clone, Copy)]
pub(super) struct Viewer {
    /// As [`AnyTrainer::view`].
    pub look: fn(&mut AnyTrainer, &Watch, usize) -> View,
    /// What was seen, as bytes. The code for that is as much as many a part, and nobody else has a view to send.
    #[cfg(target_arch = "wasm32")]
    pub encode: fn(&View) -> Vec<u8>,
}

impl Viewer {
    pub(super) fn new(look: fn(&mut AnyTrainer, &Watch, usize) -> View) -> Self {
        Self {
            look,
            #[cfg(target_arch = "wasm32")]
            encode: super::protocol::encode::<View>,
        }
    }
}

/// What checks a run.
#[derive(Clone, Copy)]
pub(super) struct Prover {
    /// Begins the checks.
    pub begin: fn(&AnyTrainer) -> Box<dyn Checking>,
    /// What a run that was made again begins with.
    pub beginning: fn(&AnyTrainer) -> Beginning,
}

/// The checks of a run on their way; as [`Proof`].
pub(super) trait Checking {
    /// Does a piece of the work and says whether there is more.
    fn work(&mut self) -> bool;
    /// The share of the work that is done, from 0 to 1.
    fn progress(&self) -> f64;
    /// What came of all checks.
    fn checks(self: Box<Self>, differing: Option<(u64, u64)>) -> Vec<Check>;
}

impl Checking for Proof {
    fn work(&mut self) -> bool {
        Self::work(self)
    }

    fn progress(&self) -> f64 {
        Self::progress(self)
    }

    fn checks(self: Box<Self>, differing: Option<(u64, u64)>) -> Vec<Check> {
        Self::checks(*self, differing)
    }
}

impl Checking for ProofThroughTime {
    fn work(&mut self) -> bool {
        Self::work(self)
    }

    fn progress(&self) -> f64 {
        Self::progress(self)
    }

    fn checks(self: Box<Self>, differing: Option<(u64, u64)>) -> Vec<Check> {
        Self::checks(*self, differing)
    }
}

/// Makes runs of one kind and format, and looks at them.
#[derive(Clone, Copy)]
struct Runs {
    make: Maker,
    look: Viewer,
    /// The memory in bytes that a run will take, about; 0 where that is never much.
    bytes: fn(&Experiment, &Corpus) -> usize,
}

/// The functions of a part.
#[derive(Clone, Copy)]
pub struct Code(Functions);

#[derive(Clone, Copy)]
enum Functions {
    Double(Runs),
    Looks(Viewer),
    Proof(Prover),
    Sequences(Runs, Foreteller),
    SequencesDouble(Runs, Foreteller, Prover),
    Texts(Shipped),
}

impl Code {
    /// Of [`WorkerPart::Double`].
    pub fn double() -> Self {
        Self(Functions::Double(Runs { make: AnyTrainer::of::<f64>, look: Viewer::new(view::<f64>), bytes: |_, _| 0 }))
    }

    /// Of [`WorkerPart::Looks`].
    pub fn looks() -> Self {
        Self(Functions::Looks(Viewer::new(view::<f32>)))
    }

    /// Of [`WorkerPart::Proof`].
    pub fn proof() -> Self {
        let begin = |run: &AnyTrainer| -> Box<dyn Checking> { Box::new(Proof::new(run.in_f64())) };
        Self(Functions::Proof(Prover { begin, beginning: AnyTrainer::beginning }))
    }

    /// Of [`WorkerPart::Sequences`].
    pub fn sequences() -> Self {
        let runs = Runs {
            make: AnyTrainer::recurrent::<f32>,
            look: Viewer::new(view_in_time::<f32>),
            bytes: RecurrentTrainer::<f32>::bytes_of,
        };
        Self(Functions::Sequences(runs, Foreteller::through_time()))
    }

    /// Of [`WorkerPart::SequencesDouble`].
    pub fn sequences_double() -> Self {
        let runs = Runs {
            make: AnyTrainer::recurrent::<f64>,
            look: Viewer::new(view_in_time::<f64>),
            bytes: RecurrentTrainer::<f64>::bytes_of,
        };
        let begin = |run: &AnyTrainer| -> Box<dyn Checking> { Box::new(ProofThroughTime::new(run.recurrent_in_f64())) };
        let prove = Prover { begin, beginning: AnyTrainer::recurrent_beginning };
        Self(Functions::SequencesDouble(runs, Foreteller::through_time(), prove))
    }

    /// Of [`WorkerPart::Texts`].
    pub fn texts() -> Self {
        Self(Functions::Texts(Shipped::all()))
    }

    /// Which part it is.
    pub fn part(self) -> WorkerPart {
        match self.0 {
            Functions::Double(_) => WorkerPart::Double,
            Functions::Looks(_) => WorkerPart::Looks,
            Functions::Proof(_) => WorkerPart::Proof,
            Functions::Sequences(..) => WorkerPart::Sequences,
            Functions::SequencesDouble(..) => WorkerPart::SequencesDouble,
            Functions::Texts(_) => WorkerPart::Texts,
        }
    }
}

/// What is seen of a multilayer perceptron in this format; of another run nothing.
fn view<T: Real>(run: &mut AnyTrainer, watch: &Watch, side: usize) -> View {
    run.get_mut::<T>().map(|trainer| trainer.view(watch, side)).unwrap_or_default()
}

/// What is seen of a recurrent network in this format; of another run nothing.
fn view_in_time<T: Real>(run: &mut AnyTrainer, watch: &Watch, _: usize) -> View {
    run.get_recurrent_mut::<T>().map(|trainer| trainer.view(watch)).unwrap_or_default()
}

/// Which parts are there, and what is to be done about the others.
#[derive(Default)]
pub(super) struct Parts {
    double: Option<Runs>,
    looks: Option<Viewer>,
    proof: Option<Prover>,
    proof_through_time: Option<Prover>,
    sequences: Option<Runs>,
    sequences_double: Option<Runs>,
    texts: Option<Shipped>,
    /// The theory of recurrent networks, which comes with what makes them.
    through_time: Option<Foreteller>,
    /// Those that were asked for and are not there.
    coming: Vec<WorkerPart>,
    missing: Vec<WorkerPart>,
    /// Those of which nobody has begun to fetch them.
    wishes: VecDeque<WorkerPart>,
}

impl Parts {
    /// All of them.
    pub(super) fn all() -> Self {
        let mut parts = Self::default();
        let all =
            [Code::double(), Code::looks(), Code::proof(), Code::sequences(), Code::sequences_double(), Code::texts()];
        all.into_iter().for_each(|code| parts.arrive(code));
        parts
    }

    /// Makes runs of the kind and in the precision of an experiment, if its code is there.
    pub(super) fn maker(&self, experiment: &Experiment) -> Option<Maker> {
        match (experiment.model.is_recurrent(), experiment.precision) {
            (false, Precision::F32) => Some(AnyTrainer::of::<f32>),
            _ => self.runs(experiment).map(|runs| runs.make),
        }
    }

    /// The memory in bytes that the run of an experiment will take, about; 0 where that is never much.
    pub(super) fn bytes(&self, experiment: &Experiment, corpus: &Corpus) -> usize {
        self.runs(experiment).map_or(0, |runs| (runs.bytes)(experiment, corpus))
    }

    /// Looks at runs of the kind and in the precision of an experiment, if its code is there.
    pub(super) fn viewer(&self, experiment: &Experiment) -> Option<Viewer> {
        match (experiment.model.is_recurrent(), experiment.precision) {
            (false, Precision::F32) => self.looks,
            _ => self.runs(experiment).map(|runs| runs.look),
        }
    }

    fn runs(&self, experiment: &Experiment) -> Option<Runs> {
        match (experiment.model.is_recurrent(), experiment.precision) {
            (false, Precision::F32) => None,
            (false, Precision::F64) => self.double,
            (true, Precision::F32) => self.sequences,
            (true, Precision::F64) => self.sequences_double,
        }
    }

    /// The theory of the kind of an experiment, if its code is there.
    pub(super) fn foreteller(&self, experiment: &Experiment) -> Option<Foreteller> {
        if experiment.model.is_recurrent() { self.through_time } else { Some(Foreteller::of_layers()) }
    }

    /// The theory of recurrent networks, if its code is there.
    pub(super) fn through_time(&self) -> Option<Foreteller> {
        self.through_time
    }

    /// Checks runs of the kind of an experiment, if its code is there.
    pub(super) fn prover(&self, experiment: &Experiment) -> Option<Prover> {
        if experiment.model.is_recurrent() { self.proof_through_time } else { self.proof }
    }

    /// The texts for runs: the user's own, and those that are shipped as far as they are there.
    pub(super) fn corpus(&self, own_text: Option<String>) -> Corpus {
        Corpus { shipped: self.texts, own_text: own_text.map(Arc::from) }
    }

    /// Whether a part is there.
    pub(super) fn is_here(&self, part: WorkerPart) -> bool {
        match part {
            WorkerPart::Double => self.double.is_some(),
            WorkerPart::Looks => self.looks.is_some(),
            WorkerPart::Proof => self.proof.is_some(),
            WorkerPart::Sequences => self.sequences.is_some(),
            WorkerPart::SequencesDouble => self.sequences_double.is_some(),
            WorkerPart::Texts => self.texts.is_some(),
        }
    }

    /// Asks for a part, unless it is there, on its way, or did not come the last time.
    pub(super) fn want(&mut self, part: WorkerPart) {
        if !self.is_here(part) && !self.coming.contains(&part) && !self.missing.contains(&part) {
            self.coming.push(part);
            self.wishes.push_back(part);
        }
    }

    /// Forgets that a part did not come: whoever asks for it tries again.
    pub(super) fn forgive(&mut self, part: WorkerPart) {
        self.missing.retain(|missing| *missing != part);
    }

    /// A part that is now to be fetched.
    pub(super) fn take_wish(&mut self) -> Option<WorkerPart> {
        self.wishes.pop_front()
    }

    /// A part is there.
    pub(super) fn arrive(&mut self, code: Code) {
        match code.0 {
            Functions::Double(runs) => self.double = Some(runs),
            Functions::Looks(viewer) => self.looks = Some(viewer),
            Functions::Proof(prover) => self.proof = Some(prover),
            Functions::Sequences(runs, foreteller) => {
                (self.sequences, self.through_time) = (Some(runs), Some(foreteller));
            }
            Functions::SequencesDouble(runs, foreteller, prover) => {
                (self.sequences_double, self.through_time) = (Some(runs), Some(foreteller));
                self.proof_through_time = Some(prover);
            }
            Functions::Texts(texts) => self.texts = Some(texts),
        }
        self.coming.retain(|coming| *coming != code.part());
    }

    /// A part did not come.
    pub(super) fn miss(&mut self, part: WorkerPart) {
        self.coming.retain(|coming| *coming != part);
        self.missing.push(part);
    }
}
