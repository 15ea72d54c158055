//! Where a diverged run was still well.

use crate::train::{Bucket, History};

/// The last state of a diverged run in which all was well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LastGood {
    /// Steps made till then.
    pub step: u64,
    /// The loss there.
    pub loss: f64,
    /// The norm of all gradients together there.
    pub grad_norm: f64,
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
    Some(LastGood { step: last.last.step.saturating_sub(1), loss: last.last.loss(), grad_norm: last.last.grad_norm() })
}
