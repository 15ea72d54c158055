//! The affine map of a layer, `z = h W + b`.

use super::Initializer;
use crate::kernel::{Lane, Panels, Real, Squares, sum_of_squares};
use crate::random::Random;
use ndarray::Array2;

/// A tensor that training changes, with its gradient.
#[derive(Clone, Debug)]
pub struct Parameter<T> {
    /// The values.
    pub value: Panels<T>,
    /// The gradient of the loss, times `2^exponent`.
    pub grad: Panels<T>,
    /// Those of `grad`.
    grad_squares: Squares,
    /// Gradients far below the range of the format are carried with this exact power of two.
    pub exponent: i32,
}

impl<T: Real> Parameter<T> {
    /// A parameter of these values; vectors are matrices of one row.
    pub fn new(value: &Array2<f64>) -> Self {
        let value = Panels::from_array(value);
        Self { grad: Panels::zeros(value.rows(), value.cols()), value, grad_squares: Squares::default(), exponent: 0 }
    }

    /// Computes the gradient times `2^exponent`, panel by panel: `compute` is given each panel's number and its rows.
    pub(crate) fn set_grad(&mut self, exponent: i32, mut compute: impl FnMut(usize, &mut [Lane<T>])) {
        self.exponent = exponent;
        let mut squares = 0.0;
        for panel in 0..self.grad.panels() {
            let lanes = self.grad.panel_mut(panel);
            compute(panel, lanes);
            squares += sum_of_squares(lanes);
        }
        self.grad_squares = self.grad.squares(squares);
    }

    /// The Frobenius norm of the gradient, true however small.
    pub fn grad_norm(&self) -> f64 {
        unscale(self.grad_squares.norm(), self.exponent)
    }

    /// The root mean square of the entries of `grad`, with its power of two.
    pub fn scaled_grad_size(&self) -> f64 {
        self.grad_squares.root_mean_square((self.grad.rows() * self.grad.cols()) as f64)
    }

    /// The memory that the numbers take.
    pub fn bytes(&self) -> usize {
        self.value.bytes() + self.grad.bytes()
    }

    /// The gradient as a plain array.
    pub fn grad_array(&self) -> Array2<f64> {
        self.grad.to_array().mapv(|g| unscale(g, self.exponent))
    }
}

/// `x / 2^exponent`.
pub fn unscale(x: f64, exponent: i32) -> f64 {
    libm::ldexp(x, -exponent)
}

/// The power of two that brings a root mean square back to about 1, where it is under 2^-8, or over 2^8 with an
/// exponent left to give back. Never more than what keeps the exponent at 0 or above: what grows beyond the format
/// overflows, as it would in any framework.
pub(crate) fn rescaling(rms: f64, exponent: i32) -> i32 {
    if !(rms > 0.0 && rms.is_finite()) {
        return 0;
    }
    let log2 = libm::ilogb(rms);
    if log2 < -8 {
        // 2^127 would be the last power that f32 holds; the next place takes the rest.
        (-log2).min(120)
    } else if log2 > 8 {
        (-log2).max(-exponent)
    } else {
        0
    }
}

/// An affine map `z = h W + b`: h is (batch, fan_in), W (fan_in, fan_out), b a row of fan_out.
#[derive(Clone, Debug)]
pub struct Linear<T> {
    /// W.
    pub weight: Parameter<T>,
    /// b, unless the layer has none.
    pub bias: Option<Parameter<T>>,
}

impl<T: Real> Linear<T> {
    /// A map with these parameters.
    pub fn new(weight: &Array2<f64>, bias: Option<&Array2<f64>>) -> Self {
        Self { weight: Parameter::new(weight), bias: bias.map(Parameter::new) }
    }

    /// A map with random parameters; see [`Initializer::draw`].
    pub fn random(
        fan_in: usize,
        fan_out: usize,
        initializer: Initializer,
        gain: f64,
        bias_std: f64,
        random: &mut Random,
    ) -> Self {
        let (weight, bias) = initializer.draw(fan_in, fan_out, gain, bias_std, random);
        Self::new(&weight, Some(&bias))
    }
}
