//! Where a diverged run was still well.

use crate::train::{Bucket, History, Quantity, StepReport};

/// The last state of a diverged run in which all was well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LastGood {
    /// Steps made till then.
    pub step: u64,
    /// The loss there.
    pub loss: f64,
    /// The norm of all gradients together there.
    pub grad_norm: f64,
    /// The largest ‖∂L/∂W‖/‖W‖ of the weights before the output layer there; infinite where those are zero.
    pub pull: f64,
}

/// The last recorded state whose loss, like that of all steps in its bucket, was no more than at the start; `ending` are
/// the last steps, not thinned. `None` before the first step.
pub fn last_good(history: &History, ending: &[Bucket]) -> Option<LastGood> {
    let first = history.buckets().first()?;
    let start = first.last.loss();
    let is_good = |bucket: &&Bucket| bucket.loss_range().1 <= start;
    let good = ending.iter().rev().chain(history.buckets().iter().rev()).filter(is_good);
    let last = good.max_by_key(|bucket| bucket.last.step).unwrap_or(first);
    // A report is of the parameters before its update, which may be the one that did the harm.
    let report = &last.last;
    let (step, loss, grad_norm) = (report.step.saturating_sub(1), report.loss(), report.grad_norm());
    Some(LastGood { step, loss, grad_norm, pull: pull(report) })
}

fn pull(report: &StepReport) -> f64 {
    let before_output = 0..report.layout().weights_len().saturating_sub(1);
    let of = |weights| {
        let [grad, update, ratio, weight] =
            [Quantity::GradW, Quantity::Update, Quantity::UpdateRatio, Quantity::Weight]
                .map(|quantity| report.of_weights(weights, quantity));
        // A report has the weights after its step; of those before it the ratio tells.
        let before = if update > 0.0 { update / ratio } else { weight };
        grad / before
    };
    before_output.map(of).fold(0.0, f64::max)
}
