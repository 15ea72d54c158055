//! One optimizer step after another of a recurrent network, each measured at every time step.

use super::divergence::Divergence;
use super::report::StepReport;
use crate::data::sequences::Corpus;
use crate::experiment::{Experiment, Rejection};
use crate::kernel::Real;
use crate::optim::Hyper;
use std::marker::PhantomData;

/// A run of a recurrent network in progress; as [`super::Trainer`].
#[derive(Clone, Debug)]
pub struct RecurrentTrainer<T> {
    report: StepReport,
    hyper: Hyper,
    format: PhantomData<T>,
}

impl<T: Real> RecurrentTrainer<T> {
    /// The run that an experiment describes, before its first step, on the texts of a corpus.
    ///
    /// # Errors
    /// The first parameter of the experiment whose value is not allowed.
    pub fn new(experiment: &Experiment, corpus: &Corpus) -> Result<Self, Rejection> {
        let _ = (experiment, corpus);
        todo!("recurrent engine")
    }

    /// See [`super::Trainer::steps`].
    pub fn steps(&self) -> u64 {
        self.report.step
    }

    /// See [`super::Trainer::report`].
    pub fn report(&self) -> &StepReport {
        &self.report
    }

    /// See [`super::Trainer::set_hyper`].
    pub fn set_hyper(&mut self, hyper: Hyper) {
        self.hyper = hyper;
    }

    /// See [`super::Trainer::probe`].
    ///
    /// # Errors
    /// As there.
    pub fn probe(&mut self) -> Result<&StepReport, Divergence> {
        todo!("recurrent engine")
    }

    /// See [`super::Trainer::step`].
    ///
    /// # Errors
    /// As there.
    pub fn step(&mut self) -> Result<&StepReport, Divergence> {
        todo!("recurrent engine")
    }

    /// See [`super::Trainer::bytes`].
    pub fn bytes(&self) -> usize {
        todo!("recurrent engine")
    }

    /// See [`super::Trainer::differing_bits`].
    pub fn differing_bits(&self, other: &Self) -> (u64, u64) {
        let _ = other;
        todo!("recurrent engine")
    }

    /// See [`super::Trainer::in_f64`].
    pub fn in_f64(&self) -> RecurrentTrainer<f64> {
        todo!("recurrent engine")
    }
}
