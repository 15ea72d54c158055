//! What the largest singular value of W_hh alone says of a plain recurrent network.

/// What follows for the gradient from the largest singular value σ_max of W_hh, whatever the states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GradientBound {
    /// `σ_max < 1/γ`: each step back makes the gradient smaller, so it vanishes. Sufficient, not necessary.
    Vanishes,
    /// `σ_max > 1/γ`: it may explode, and need not. Necessary, not sufficient.
    MayExplode,
    /// `σ_max = 1/γ`: it does not grow.
    Bounded,
}

/// γ = sup |φ′| of tanh and of ReLU.
const LARGEST_SLOPE: f64 = 1.0;

/// The conditions of Pascanu, Mikolov and Bengio (2013, "On the difficulty of training recurrent neural networks") for a plain
/// recurrent network of tanh or ReLU; the gradient of LSTM and GRU has other ways back. `None` where the number is not one.
///
/// # Formula
/// `‖∂L/∂h_{t−1}‖ = ‖W_hh (φ′_t ⊙ ∂L/∂h_t)‖ ≤ γ σ_max ‖∂L/∂h_t‖` with `γ = sup |φ′| = 1`.
pub fn gradient_bound(largest_singular_value: f64) -> Option<GradientBound> {
    largest_singular_value.partial_cmp(&(1.0 / LARGEST_SLOPE)).map(|order| match order {
        std::cmp::Ordering::Less => GradientBound::Vanishes,
        std::cmp::Ordering::Equal => GradientBound::Bounded,
        std::cmp::Ordering::Greater => GradientBound::MayExplode,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_singular_value_suffices_for_vanishing_and_a_large_one_only_allows_exploding() {
        assert_eq!(gradient_bound(0.99), Some(GradientBound::Vanishes));
        assert_eq!(gradient_bound(1.0), Some(GradientBound::Bounded));
        assert_eq!(gradient_bound(1.15), Some(GradientBound::MayExplode));
        assert_eq!(gradient_bound(f64::NAN), None);
    }
}
