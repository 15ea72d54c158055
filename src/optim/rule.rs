//! What an update rule is, whatever runs it over a tensor.

/// An update rule at one step: what it makes of the gradient and the state of eight entries.
///
/// Gradient and state are carried times `2^e`, so first moments come times `2^e` and second ones times `2^2e`.
pub(super) trait Rule<V, const SLOTS: usize> {
    /// Which slot holds the first moment, if the rule has one that the report shows.
    const FIRST: Option<usize> = None;
    /// Which slot holds the second moment that the rule divides by.
    const SECOND: Option<usize> = None;

    /// What the step takes from the entries `theta`, times `2^e`, from their gradient; the state becomes that after the
    /// step.
    fn descent(&self, gradient: V, theta: V, state: [&mut V; SLOTS]) -> V;
}

/// The powers of two that a rule needs to know of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scales<V> {
    /// What the state of the step before is multiplied by, to be in the scale of this step's gradient.
    pub state: V,
    /// The square of it, for second moments.
    pub state_squared: V,
    /// What makes a number in the scale of the gradient a true one; 0 where that would be below all that matters.
    pub inverse: V,
}
