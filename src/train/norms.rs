//! What the trainers of both kinds make of norms.

use super::quantity::Quantity;
use super::report::StepReport;
use crate::optim::UpdateNorms;

/// Reports the update of some weights ([`StepReport::of_weights`]), and keeps their norm, in the place of the one before it.
pub(super) fn report_update(report: &mut StepReport, weights: usize, norms: UpdateNorms, weight_norm: &mut f64) {
    let before = std::mem::replace(weight_norm, norms.value);
    for (quantity, value) in [
        (Quantity::Update, norms.update),
        (Quantity::Weight, norms.value),
        (Quantity::UpdateRatio, ratio(norms.update, before)),
        (Quantity::FirstMoment, norms.first_moment),
        (Quantity::SecondMoment, norms.second_moment),
    ] {
        report.set_of_weights(weights, quantity, value);
    }
}

/// The norm of several tensors together, by the sum of the squares of their norms. Where that leaves the range of f64, the
/// norms may still be in it.
pub(super) fn norm_together(squares: f64, norms: impl Iterator<Item = f64>) -> f64 {
    if (1e-280..1e280).contains(&squares) { squares.sqrt() } else { norms.fold(0.0, libm::hypot) }
}

/// How many numbers have other bits than those of another run, and how many there are.
pub(super) fn differing_bits(mut these: impl Iterator<Item = f64>, mut those: impl Iterator<Item = f64>) -> (u64, u64) {
    let (mut differing, mut compared) = (0, 0);
    loop {
        match (these.next().map(f64::to_bits), those.next().map(f64::to_bits)) {
            (None, None) => return (differing, compared),
            (this, that) => {
                compared += 1;
                differing += u64::from(this != that);
            }
        }
    }
}

/// `part / whole`, 0 where both are.
fn ratio(part: f64, whole: f64) -> f64 {
    if part == 0.0 { 0.0 } else { part / whole }
}
