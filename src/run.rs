//! A run in the precision that its experiment names: it is trained, and looked at.

use crate::experiment::{Experiment, Precision, Rejection};
use crate::look::Scoring;
use crate::look::view::{Evaluation, View, Watch};
use crate::optim::Hyper;
use crate::train::{Divergence, StepReport, Trainer};

/// A [`Trainer`] in the precision that its experiment names.
#[derive(Clone, Debug)]
pub enum AnyTrainer {
    /// In f32.
    F32(Box<Trainer<f32>>),
    /// In f64.
    F64(Box<Trainer<f64>>),
}

/// The same of a trainer of either precision.
macro_rules! either {
    ($any:expr, $trainer:ident => $what:expr) => {
        match $any {
            AnyTrainer::F32($trainer) => $what,
            AnyTrainer::F64($trainer) => $what,
        }
    };
}

impl AnyTrainer {
    /// See [`Trainer::new`].
    ///
    /// # Errors
    /// As [`Trainer::new`].
    pub fn new(experiment: &Experiment) -> Result<Self, Rejection> {
        Ok(match experiment.precision {
            Precision::F32 => Self::F32(Box::new(Trainer::new(experiment)?)),
            Precision::F64 => Self::F64(Box::new(Trainer::new(experiment)?)),
        })
    }

    /// See [`Trainer::step`].
    ///
    /// # Errors
    /// As [`Trainer::step`].
    pub fn step(&mut self) -> Result<&StepReport, Divergence> {
        either!(self, trainer => trainer.step())
    }

    /// See [`Trainer::probe`].
    ///
    /// # Errors
    /// As [`Trainer::probe`].
    pub fn probe(&mut self) -> Result<&StepReport, Divergence> {
        either!(self, trainer => trainer.probe())
    }

    /// See [`Trainer::steps`].
    pub fn steps(&self) -> u64 {
        either!(self, trainer => trainer.steps())
    }

    /// See [`Trainer::report`].
    pub fn report(&self) -> &StepReport {
        match self {
            Self::F32(trainer) => trainer.report(),
            Self::F64(trainer) => trainer.report(),
        }
    }

    /// See [`Trainer::set_hyper`].
    pub fn set_hyper(&mut self, hyper: Hyper) {
        either!(self, trainer => trainer.set_hyper(hyper));
    }

    /// See [`Trainer::view`].
    pub fn view(&mut self, watch: &Watch, side: usize) -> View {
        either!(self, trainer => trainer.view(watch, side))
    }

    /// See [`Trainer::evaluate`].
    pub fn evaluate(&self) -> Evaluation {
        either!(self, trainer => trainer.evaluate())
    }

    /// See [`Trainer::evaluate_some`].
    pub fn evaluate_some(&self, scoring: &mut Scoring) -> Option<Evaluation> {
        either!(self, trainer => trainer.evaluate_some(scoring))
    }

    /// See [`Trainer::in_f64`].
    pub fn in_f64(&self) -> Trainer<f64> {
        either!(self, trainer => trainer.in_f64())
    }

    /// See [`Trainer::bytes`].
    pub fn bytes(&self) -> usize {
        either!(self, trainer => trainer.bytes())
    }

    /// See [`Trainer::differing_bits`]; in different precisions no number has the same bits.
    pub fn differing_bits(&self, other: &Self) -> (u64, u64) {
        match (self, other) {
            (Self::F32(this), Self::F32(other)) => this.differing_bits(other),
            (Self::F64(this), Self::F64(other)) => this.differing_bits(other),
            _ => {
                let (_, compared) = either!(self, trainer => trainer.differing_bits(trainer));
                (compared, compared)
            }
        }
    }
}
