//! What a worker's code can do: the trainer in f32 at once, and the *parts* that are fetched when they are first asked
//! for.
//!
//! A part is handed over as pointers to its functions ([`Code`]), which the rest of the worker does not name. So what
//! only they reach is in no other file (`src/bin/worker.rs`, `xtask/src/modules.rs`).

use super::protocol::WorkerPart;
use crate::data::sequences::Corpus;
use crate::experiment::{Experiment, Precision, Rejection};
use crate::kernel::Real;
use crate::look::proof::{Check, Proof};
use crate::look::view::{View, Watch};
use crate::run::AnyTrainer;
use std::collections::VecDeque;

/// Makes the run of an experiment on the texts of a corpus, before its first step.
pub(super) type Maker = fn(&Experiment, &Corpus) -> Result<AnyTrainer, Rejection>;

/// Looks at a run; as [`AnyTrainer::view`].
pub(super) type Viewer = fn(&mut AnyTrainer, &Watch, usize) -> View;

/// Begins the checks of a run.
pub(super) type Prover = fn(&AnyTrainer) -> Box<dyn Checking>;

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

/// The functions of a part.
#[derive(Clone, Copy)]
pub struct Code(Functions);

#[derive(Clone, Copy)]
enum Functions {
    Double(Maker, Viewer),
    Looks(Viewer),
    Proof(Prover),
}

impl Code {
    /// Of [`WorkerPart::Double`].
    pub fn double() -> Self {
        Self(Functions::Double(AnyTrainer::of::<f64>, view::<f64>))
    }

    /// Of [`WorkerPart::Looks`].
    pub fn looks() -> Self {
        Self(Functions::Looks(view::<f32>))
    }

    /// Of [`WorkerPart::Proof`].
    pub fn proof() -> Self {
        Self(Functions::Proof(|run| Box::new(Proof::new(run.in_f64()))))
    }

    /// Which part it is.
    pub fn part(self) -> WorkerPart {
        match self.0 {
            Functions::Double(..) => WorkerPart::Double,
            Functions::Looks(_) => WorkerPart::Looks,
            Functions::Proof(_) => WorkerPart::Proof,
        }
    }
}

/// What is seen of a run of this format; of another nothing.
fn view<T: Real>(run: &mut AnyTrainer, watch: &Watch, side: usize) -> View {
    run.get_mut::<T>().map(|trainer| trainer.view(watch, side)).unwrap_or_default()
}

/// Which parts are there, and what is to be done about the others.
#[derive(Default)]
pub(super) struct Parts {
    double: Option<(Maker, Viewer)>,
    looks: Option<Viewer>,
    proof: Option<Prover>,
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
        [Code::double(), Code::looks(), Code::proof()].into_iter().for_each(|code| parts.arrive(code));
        parts
    }

    /// Makes runs of a precision, if its code is there.
    pub(super) fn maker(&self, precision: Precision) -> Option<Maker> {
        match precision {
            Precision::F32 => Some(AnyTrainer::of::<f32>),
            Precision::F64 => self.double.map(|(maker, _)| maker),
        }
    }

    /// Looks at runs of a precision, if its code is there.
    pub(super) fn viewer(&self, precision: Precision) -> Option<Viewer> {
        match precision {
            Precision::F32 => self.looks,
            Precision::F64 => self.double.map(|(_, viewer)| viewer),
        }
    }

    /// Checks runs, if its code is there.
    pub(super) fn prover(&self) -> Option<Prover> {
        self.proof
    }

    fn is_here(&self, part: WorkerPart) -> bool {
        match part {
            WorkerPart::Double => self.double.is_some(),
            WorkerPart::Looks => self.looks.is_some(),
            WorkerPart::Proof => self.proof.is_some(),
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
            Functions::Double(maker, viewer) => self.double = Some((maker, viewer)),
            Functions::Looks(viewer) => self.looks = Some(viewer),
            Functions::Proof(prover) => self.proof = Some(prover),
        }
        self.coming.retain(|coming| *coming != code.part());
    }

    /// A part did not come.
    pub(super) fn miss(&mut self, part: WorkerPart) {
        self.coming.retain(|coming| *coming != part);
        self.missing.push(part);
    }
}
