//! What the largest singular value of W_hh alone says of a plain recurrent network.

use crate::nn::recurrent::Cell;

/// What follows for the gradient from the largest singular value of W_hh, whatever the states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GradientBound {
    /// `σ_max < 1/γ`: each step back makes the gradient smaller, so it vanishes. Sufficient, not necessary.
    Vanishes,
    /// `σ_max > 1/γ`: it may explode, and need not. Necessary, not sufficient.
    MayExplode,
    /// `σ_max = 1/γ`: it does not grow.
    Bounded,
}

/// The conditions of Pascanu, Mikolov and Bengio (2013, "On the difficulty of training recurrent neural networks").
///
/// # Formula
/// `‖∂L/∂h_{t−1}‖ = ‖W_hh (φ′_t ∘ ∂L/∂h_t)‖ ≤ γ σ_max ‖∂L/∂h_t‖` with `γ = sup |φ′|`, 1 for tanh and ReLU. `None` for LSTM and
/// GRU, whose gradient has other ways back, and where the number is not one.
pub fn gradient_bound(cell: Cell, largest_singular_value: f64) -> Option<GradientBound> {
    if !matches!(cell, Cell::Tanh | Cell::Relu) {
        return None;
    }
    largest_singular_value.partial_cmp(&(1.0 / LARGEST_SLOPE)).map(|order| match order {
        std::cmp::Ordering::Less => GradientBound::Vanishes,
        std::cmp::Ordering::Equal => GradientBound::Bounded,
        std::cmp::Ordering::Greater => GradientBound::MayExplode,
    })
}

/// γ = sup |φ′| of tanh and of ReLU.
pub const LARGEST_SLOPE: f64 = 1.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_singular_value_suffices_for_vanishing_and_a_large_one_only_allows_exploding() {
        assert_eq!(gradient_bound(Cell::Tanh, 0.99), Some(GradientBound::Vanishes));
        assert_eq!(gradient_bound(Cell::Relu, 1.0), Some(GradientBound::Bounded));
        assert_eq!(gradient_bound(Cell::Tanh, 1.15), Some(GradientBound::MayExplode));
        assert_eq!(gradient_bound(Cell::Lstm, 0.5), None);
        assert_eq!(gradient_bound(Cell::Tanh, f64::NAN), None);
    }
}
