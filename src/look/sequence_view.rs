//! What is seen of a recurrent network.

use super::recurrent_trace::RecurrentTrace;
use super::view::{View, Watch};
use crate::kernel::Real;
use crate::train::RecurrentTrainer;

impl<T: Real> RecurrentTrainer<T> {
    /// What is watched, of the step of the last report, as far as a recurrent network has it; as
    /// [`Trainer::view`](crate::train::Trainer::view).
    pub fn view(&mut self, watch: &Watch) -> View {
        let mut view = View::default();
        let recurrent = &watch.recurrent;
        if !recurrent.is_empty() {
            let trace = RecurrentTrace::of(self);
            view.time = recurrent.time.and_then(|level| trace.time_view(level));
            view.spectrum = if recurrent.spectrum { trace.spectra(0) } else { Vec::new() };
            view.cell = recurrent.cell.and_then(|(level, time)| trace.cell_view(level, time));
            view.sample = recurrent.sample.and_then(|sample| trace.sample_view(&sample));
            view.weight_entries = if recurrent.weight_entries { trace.weight_entries() } else { Vec::new() };
        }
        view.step = self.steps();
        view.sequences = watch.learned.then(|| Box::new(self.learned(&watch.sequences)));
        view.evaluation = watch.evaluation.then(|| self.evaluate());
        view
    }
}

#[cfg(test)]
#[path = "sequence_view_tests.rs"]
mod tests;
