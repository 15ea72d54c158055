//! How well a recurrent network does.

use super::evaluation::Scoring;
use super::view::Evaluation;
use crate::kernel::Real;
use crate::train::RecurrentTrainer;

impl<T: Real> RecurrentTrainer<T> {
    /// As [`crate::train::Trainer::evaluate`].
    pub fn evaluate(&self) -> Evaluation {
        let mut scoring = Scoring::default();
        loop {
            if let Some(evaluation) = self.evaluate_some(&mut scoring) {
                return evaluation;
            }
        }
    }

    /// As [`crate::train::Trainer::evaluate_some`].
    pub fn evaluate_some(&self, scoring: &mut Scoring) -> Option<Evaluation> {
        let _ = scoring;
        todo!("answers of recurrent networks")
    }
}
