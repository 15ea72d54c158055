//! What is seen of a recurrent network.

use super::view::{View, Watch};
use crate::kernel::Real;
use crate::train::RecurrentTrainer;

impl<T: Real> RecurrentTrainer<T> {
    /// What is watched, as far as a recurrent network has it.
    pub fn view(&mut self, watch: &Watch) -> View {
        View {
            step: self.steps(),
            sequences: watch.learned.then(|| Box::new(self.learned(&watch.sequences))),
            evaluation: watch.evaluation.then(|| self.evaluate()),
            ..View::default()
        }
    }
}
