//! A run in the precision that its experiment names: it is trained, and looked at.
//!
//! What trains in one format is linked only where somebody names that format, so a program has the code of both no
//! earlier than it needs it: [`AnyTrainer`] is a trait object, and whoever makes one says of which format.

use crate::data::sequences::Corpus;
use crate::experiment::{Experiment, Precision, Rejection};
use crate::kernel::Real;
use crate::look::Scoring;
use crate::look::view::{Evaluation, View, Watch};
use crate::optim::Hyper;
use crate::train::{Beginning, Divergence, RecurrentTrainer, StepReport, Trainer};
use std::any::Any;
use std::fmt;

/// A [`Trainer`] of either precision.
pub struct AnyTrainer(Box<dyn Run>);

/// What every run is asked for, once a step at the most: the loops inside know their format.
trait Run: Any {
    fn step(&mut self) -> Result<&StepReport, Divergence>;
    fn probe(&mut self) -> Result<&StepReport, Divergence>;
    fn report(&self) -> &StepReport;
    fn set_hyper(&mut self, hyper: Hyper);
    fn evaluate_some(&self, scoring: &mut Scoring) -> Option<Evaluation>;
    fn bytes(&self) -> usize;
    fn differing_bits(&self, other: &dyn Any) -> (u64, u64);
    fn copy(&self) -> Box<dyn Run>;
}

/// Every kind of trainer has what is asked for, under the same names.
macro_rules! run {
    ($($Trainer:ident),+) => {$(
        impl<T: Real> Run for $Trainer<T> {
            fn step(&mut self) -> Result<&StepReport, Divergence> {
                Self::step(self)
            }

            fn probe(&mut self) -> Result<&StepReport, Divergence> {
                Self::probe(self)
            }

            fn report(&self) -> &StepReport {
                Self::report(self)
            }

            fn set_hyper(&mut self, hyper: Hyper) {
                Self::set_hyper(self, hyper);
            }

            fn evaluate_some(&self, scoring: &mut Scoring) -> Option<Evaluation> {
                Self::evaluate_some(self, scoring)
            }

            fn bytes(&self) -> usize {
                Self::bytes(self)
            }

            fn differing_bits(&self, other: &dyn Any) -> (u64, u64) {
                other.downcast_ref().map_or_else(
                    || {
                        let (_, compared) = Self::differing_bits(self, self);
                        (compared, compared)
                    },
                    |other| Self::differing_bits(self, other),
                )
            }

            fn copy(&self) -> Box<dyn Run> {
                Box::new(self.clone())
            }
        }
    )+};
}
run!(Trainer, RecurrentTrainer);

/// The same of a trainer of either precision. Whoever uses it needs the code of both.
macro_rules! either {
    ($get:ident, $any:expr, $trainer:ident => $what:expr) => {
        if let Some($trainer) = $any.$get::<f32>() {
            $what
        } else if let Some($trainer) = $any.$get::<f64>() {
            $what
        } else {
            unreachable!("it is no multilayer perceptron")
        }
    };
}

impl AnyTrainer {
    /// The run of an experiment, of the kind and in the precision that it names, on the texts that are shipped.
    ///
    /// # Errors
    /// As [`Trainer::new`].
    pub fn new(experiment: &Experiment) -> Result<Self, Rejection> {
        Self::on(experiment, &Corpus::default())
    }

    /// The same on the texts of a corpus.
    ///
    /// # Errors
    /// As [`Trainer::new`].
    pub fn on(experiment: &Experiment, corpus: &Corpus) -> Result<Self, Rejection> {
        match (experiment.model.is_recurrent(), experiment.precision) {
            (false, Precision::F32) => Self::of::<f32>(experiment, corpus),
            (false, Precision::F64) => Self::of::<f64>(experiment, corpus),
            (true, Precision::F32) => Self::recurrent::<f32>(experiment, corpus),
            (true, Precision::F64) => Self::recurrent::<f64>(experiment, corpus),
        }
    }

    /// See [`Trainer::on`]; in this format, whatever the experiment names.
    ///
    /// # Errors
    /// As [`Trainer::new`].
    pub fn of<T: Real>(experiment: &Experiment, corpus: &Corpus) -> Result<Self, Rejection> {
        Ok(Self(Box::new(Trainer::<T>::on(experiment, corpus)?)))
    }

    /// See [`RecurrentTrainer::new`]; in this format, whatever the experiment names.
    ///
    /// # Errors
    /// As [`RecurrentTrainer::new`].
    pub fn recurrent<T: Real>(experiment: &Experiment, corpus: &Corpus) -> Result<Self, Rejection> {
        Ok(Self(Box::new(RecurrentTrainer::<T>::new(experiment, corpus)?)))
    }

    /// The recurrent trainer, if it is one and of this format.
    pub fn get_recurrent<T: Real>(&self) -> Option<&RecurrentTrainer<T>> {
        let any: &dyn Any = &*self.0;
        any.downcast_ref()
    }

    /// The same, to be changed.
    pub fn get_recurrent_mut<T: Real>(&mut self) -> Option<&mut RecurrentTrainer<T>> {
        let any: &mut dyn Any = &mut *self.0;
        any.downcast_mut()
    }

    /// The trainer of a multilayer perceptron, if it is one and of this format.
    pub fn get<T: Real>(&self) -> Option<&Trainer<T>> {
        let any: &dyn Any = &*self.0;
        any.downcast_ref()
    }

    /// The same, to be changed.
    pub fn get_mut<T: Real>(&mut self) -> Option<&mut Trainer<T>> {
        let any: &mut dyn Any = &mut *self.0;
        any.downcast_mut()
    }

    /// See [`Trainer::step`].
    ///
    /// # Errors
    /// As [`Trainer::step`].
    pub fn step(&mut self) -> Result<&StepReport, Divergence> {
        self.0.step()
    }

    /// See [`Trainer::probe`].
    ///
    /// # Errors
    /// As [`Trainer::probe`].
    pub fn probe(&mut self) -> Result<&StepReport, Divergence> {
        self.0.probe()
    }

    /// See [`Trainer::steps`].
    pub fn steps(&self) -> u64 {
        self.report().step
    }

    /// See [`Trainer::report`].
    pub fn report(&self) -> &StepReport {
        self.0.report()
    }

    /// See [`Trainer::set_hyper`].
    pub fn set_hyper(&mut self, hyper: Hyper) {
        self.0.set_hyper(hyper);
    }

    /// See [`Trainer::view`]; a recurrent network has no field of points.
    pub fn view(&mut self, watch: &Watch, side: usize) -> View {
        if let Some(trainer) = self.get_recurrent_mut::<f32>() {
            return trainer.view(watch);
        }
        if let Some(trainer) = self.get_recurrent_mut::<f64>() {
            return trainer.view(watch);
        }
        either!(get_mut, self, trainer => trainer.view(watch, side))
    }

    /// See [`Trainer::evaluate`].
    pub fn evaluate(&self) -> Evaluation {
        let mut scoring = Scoring::default();
        loop {
            if let Some(evaluation) = self.evaluate_some(&mut scoring) {
                return evaluation;
            }
        }
    }

    /// See [`Trainer::evaluate_some`].
    pub fn evaluate_some(&self, scoring: &mut Scoring) -> Option<Evaluation> {
        self.0.evaluate_some(scoring)
    }

    /// See [`Trainer::in_f64`].
    ///
    /// # Panics
    /// If it is a recurrent network; of that see [`AnyTrainer::recurrent_in_f64`].
    pub fn in_f64(&self) -> Trainer<f64> {
        either!(get, self, trainer => trainer.in_f64())
    }

    /// See [`RecurrentTrainer::in_f64`].
    ///
    /// # Panics
    /// If it is no recurrent network; of that see [`AnyTrainer::in_f64`].
    pub fn recurrent_in_f64(&self) -> RecurrentTrainer<f64> {
        either!(get_recurrent, self, trainer => trainer.in_f64())
    }

    /// See [`Trainer::beginning`].
    ///
    /// # Panics
    /// If it is a recurrent network; of that see [`AnyTrainer::recurrent_beginning`].
    pub fn beginning(&self) -> Beginning {
        either!(get, self, trainer => trainer.beginning())
    }

    /// See [`RecurrentTrainer::beginning`].
    ///
    /// # Panics
    /// If it is no recurrent network; of that see [`AnyTrainer::beginning`].
    pub fn recurrent_beginning(&self) -> Beginning {
        either!(get_recurrent, self, trainer => trainer.beginning())
    }

    /// See [`Trainer::bytes`].
    pub fn bytes(&self) -> usize {
        self.0.bytes()
    }

    /// See [`Trainer::differing_bits`]; in different precisions no number has the same bits.
    pub fn differing_bits(&self, other: &Self) -> (u64, u64) {
        self.0.differing_bits(&*other.0)
    }
}

impl Clone for AnyTrainer {
    fn clone(&self) -> Self {
        Self(self.0.copy())
    }
}

impl fmt::Debug for AnyTrainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not its numbers, which would bring the code to print them.
        f.debug_struct("AnyTrainer").field("steps", &self.steps()).finish_non_exhaustive()
    }
}
