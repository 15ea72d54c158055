//! The multilayer perceptron: a list of layers, each with its own widths, activation, normalization and skip.

use super::linear::{Linear, Parameter, unscale};
use super::norm::Norm;
use super::{Activation, Normalization};
use crate::kernel::activate::{self, Activity};
use crate::kernel::product::{column_sums, product, transpose, transposed_product};
use crate::kernel::{Panels, Real};
use ndarray::Array2;

/// What a layer is, besides its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerSpec {
    /// Inputs.
    pub fan_in: usize,
    /// Units.
    pub fan_out: usize,
    /// Normalization of z.
    pub norm: Normalization,
    /// Activation φ.
    pub activation: Activation,
    /// The factor α of `h_out = h_in + α φ(u)`; `None` for `h_out = φ(u)`.
    pub residual: Option<f64>,
}

/// One layer: `z = h_in W + b`, `u = norm(z)`, `a = φ(u)`, `h_out = a` or `h_in + α a`.
#[derive(Clone, Debug)]
pub struct Layer<T> {
    /// What the layer is.
    pub spec: LayerSpec,
    /// W and b.
    pub linear: Linear<T>,
    /// Its normalization.
    pub norm: Option<Norm<T>>,
    /// a, (batch, units).
    activation: Panels<T>,
    /// h_out where it is not a.
    output: Option<Panels<T>>,
    /// ∂L/∂h_out for the skip, which passes it on unchanged.
    skipped: Option<Panels<T>>,
    /// φ′(u).
    slope: Panels<T>,
    /// z and then u in the forward pass; ∂L/∂h_out, ∂L/∂u and ∂L/∂z, one after the other, in the backward pass.
    delta: Panels<T>,
    /// Wᵀ.
    transposed: Panels<T>,
    /// The power of two that ∂L/∂z is carried with.
    exponent: i32,
    /// ‖∂L/∂u‖, where there is a normalization, and ‖∂L/∂z‖.
    grad_u_norm: f64,
    grad_z_norm: f64,
}

/// A network for batches of at most a fixed size.
#[derive(Clone, Debug)]
pub struct Mlp<T> {
    /// The layers, from the input.
    pub layers: Vec<Layer<T>>,
    input: Panels<T>,
}

impl<T: Real> Layer<T> {
    /// A layer for batches of at most `max_batch` samples.
    ///
    /// # Panics
    /// If the parameters are not of the shapes that the description says, or a skip joins different widths.
    pub fn new(spec: LayerSpec, linear: Linear<T>, max_batch: usize) -> Self {
        let shape = (linear.weight.value.rows(), linear.weight.value.cols());
        assert_eq!(shape, (spec.fan_in, spec.fan_out), "shape of the weights");
        assert!(spec.residual.is_none() || spec.fan_in == spec.fan_out, "a skip joins layers of one width");
        let buffer = || Panels::for_batch(max_batch, spec.fan_out);
        Self {
            spec,
            linear,
            norm: Norm::new(spec.norm, spec.fan_out, max_batch),
            activation: buffer(),
            output: spec.residual.map(|_| buffer()),
            skipped: spec.residual.map(|_| buffer()),
            slope: buffer(),
            delta: buffer(),
            transposed: Panels::zeros(spec.fan_out, spec.fan_in),
            exponent: 0,
            grad_u_norm: 0.0,
            grad_z_norm: 0.0,
        }
    }

    /// h_out of the last forward pass.
    pub fn output(&self) -> &Panels<T> {
        self.output.as_ref().unwrap_or(&self.activation)
    }

    /// ‖∂L/∂z‖ of the last backward pass, true however small.
    pub fn grad_z_norm(&self) -> f64 {
        self.grad_z_norm
    }

    /// ‖∂L/∂u‖ of the last backward pass; ‖∂L/∂z‖ without a normalization.
    pub fn grad_u_norm(&self) -> f64 {
        if self.norm.is_some() { self.grad_u_norm } else { self.grad_z_norm }
    }

    /// What the activations of the last forward pass look like.
    pub fn activity(&self) -> Activity {
        let threshold = T::from_f64(0.05 * self.spec.activation.largest_slope());
        activate::measure(&self.activation, &self.slope, threshold)
    }

    /// The trained parameters: W, b, γ, β.
    pub fn parameters(&self) -> impl Iterator<Item = &Parameter<T>> {
        let norm = self.norm.iter().flat_map(|norm| [&norm.gamma, &norm.beta]);
        std::iter::once(&self.linear.weight).chain(&self.linear.bias).chain(norm)
    }

    /// The same, for writing.
    pub fn parameters_mut(&mut self) -> impl Iterator<Item = &mut Parameter<T>> {
        let norm = self.norm.iter_mut().flat_map(|norm| [&mut norm.gamma, &mut norm.beta]);
        std::iter::once(&mut self.linear.weight).chain(&mut self.linear.bias).chain(norm)
    }

    fn set_rows(&mut self, rows: usize) {
        self.activation.set_rows(rows);
        self.slope.set_rows(rows);
        self.delta.set_rows(rows);
        self.output.iter_mut().chain(&mut self.skipped).for_each(|buffer| buffer.set_rows(rows));
        self.norm.iter_mut().for_each(|norm| norm.set_rows(rows));
    }

    fn forward(&mut self, input: &Panels<T>) {
        let bias = self.linear.bias.as_ref().map(|bias| bias.value.lanes());
        product(input, &self.linear.weight.value, bias, &mut self.delta);
        if let Some(norm) = &mut self.norm {
            norm.forward(&mut self.delta);
        }
        for panel in 0..self.delta.panels() {
            let (h, slope) = (self.activation.panel_mut(panel), self.slope.panel_mut(panel));
            activate::activate(self.spec.activation, self.delta.panel(panel), h, slope);
        }
        if let (Some(alpha), Some(output)) = (self.spec.residual, &mut self.output) {
            let alpha = T::from_f64(alpha);
            for panel in 0..output.panels() {
                let terms = input.panel(panel).iter().zip(self.activation.panel(panel));
                for (out, (h, a)) in output.panel_mut(panel).iter_mut().zip(terms) {
                    for ((out, h), a) in out.iter_mut().zip(h).zip(a) {
                        *out = *h + alpha * *a;
                    }
                }
            }
        }
    }

    /// From ∂L/∂h_out in `delta`, times `2^exponent`: the gradients of the parameters by the layer's `input`, if it is
    /// given, and ∂L/∂h_in into `below` with an exponent of its own, which is returned.
    fn backward(&mut self, input: Option<&Panels<T>>, exponent: i32, below: Option<&mut Panels<T>>) -> i32 {
        self.exponent = exponent;
        let alpha = self.spec.residual;
        if let Some(skipped) = &mut self.skipped {
            for panel in 0..skipped.panels() {
                skipped.panel_mut(panel).copy_from_slice(self.delta.panel(panel));
            }
        }
        activate::multiply_by_slope(&mut self.delta, &self.slope, T::from_f64(alpha.unwrap_or(1.0)));
        if let Some(norm) = &mut self.norm {
            self.grad_u_norm = unscale(self.delta.sum_of_squares().sqrt(), exponent);
            norm.backward(&mut self.delta, exponent);
        }
        let sum_of_squares = self.delta.sum_of_squares();
        self.grad_z_norm = unscale(sum_of_squares.sqrt(), exponent);
        if let Some(input) = input {
            if let Some(bias) = &mut self.linear.bias {
                column_sums(&self.delta, bias.grad.lanes_mut());
                bias.exponent = exponent;
            }
            transposed_product(input, &self.delta, &mut self.linear.weight.grad);
            self.linear.weight.exponent = exponent;
        }

        let Some(below) = below else { return exponent };
        transpose(&self.linear.weight.value, &mut self.transposed);
        product(&self.delta, &self.transposed, None, below);
        // The skip carries the gradient past the layer, so that it does not vanish.
        let elements = (self.delta.rows() * self.delta.cols()) as f64;
        let shift = if alpha.is_some() { 0 } else { rescaling((sum_of_squares / elements).sqrt(), exponent) };
        if shift != 0 || self.skipped.is_some() {
            activate::add_and_scale(below, self.skipped.as_ref(), T::power_of_two(shift));
        }
        exponent + shift
    }
}

/// The power of two that brings a root mean square back to about 1, where it is under 2^-8, or over 2^8 with an
/// exponent left to give back. Never more than what keeps the exponent at 0 or above: what grows beyond the format
/// overflows, as it would in any framework.
fn rescaling(rms: f64, exponent: i32) -> i32 {
    if !(rms > 0.0 && rms.is_finite()) {
        return 0;
    }
    let log2 = libm::ilogb(rms);
    if log2 < -8 {
        // 2^127 would be the last power that f32 holds; the next layer takes the rest.
        (-log2).min(120)
    } else if log2 > 8 {
        (-log2).max(-exponent)
    } else {
        0
    }
}

impl<T: Real> Mlp<T> {
    /// A network of these layers for batches of at most `max_batch` samples.
    ///
    /// # Panics
    /// If there is no layer, or a layer's inputs are not the units of the one before.
    pub fn new(layers: Vec<(LayerSpec, Linear<T>)>, max_batch: usize) -> Self {
        assert!(!layers.is_empty(), "a network has a layer at least");
        assert!(layers.windows(2).all(|pair| pair[0].0.fan_out == pair[1].0.fan_in), "widths of neighbouring layers");
        let input = Panels::for_batch(max_batch, layers[0].0.fan_in);
        let layers = layers.into_iter().map(|(spec, linear)| Layer::new(spec, linear, max_batch)).collect();
        Self { layers, input }
    }

    /// The input of the next forward pass, (batch, inputs), to be filled; its rows set the size of the batch.
    pub fn input_mut(&mut self, rows: usize) -> &mut Panels<T> {
        self.input.set_rows(rows);
        self.layers.iter_mut().for_each(|layer| layer.set_rows(rows));
        &mut self.input
    }

    /// Computes the output from the input.
    pub fn forward(&mut self) -> &Panels<T> {
        for index in 0..self.layers.len() {
            let (below, rest) = self.layers.split_at_mut(index);
            let input = below.last().map_or(&self.input, Layer::output);
            rest[0].forward(input);
        }
        self.layers[self.layers.len() - 1].output()
    }

    /// The output of the last forward pass, and where ∂L/∂o belongs before the backward pass.
    pub fn output_and_delta(&mut self) -> (&Panels<T>, &mut Panels<T>) {
        let last = self.layers.len() - 1;
        let layer = &mut self.layers[last];
        (layer.output.as_ref().unwrap_or(&layer.activation), &mut layer.delta)
    }

    /// Computes the gradients of all parameters from ∂L/∂o.
    pub fn backward(&mut self) {
        let mut exponent = 0;
        for index in (0..self.layers.len()).rev() {
            let (below, rest) = self.layers.split_at_mut(index);
            exponent = match below.last_mut() {
                Some(Layer { activation, output, delta, .. }) => {
                    let input = output.as_ref().unwrap_or(activation);
                    rest[0].backward(Some(input), exponent, Some(delta))
                }
                None => rest[0].backward(Some(&self.input), exponent, None),
            };
        }
    }

    /// Computes from ∂L/∂o only ∂L/∂z of every layer; the gradients of W and b stay as they were.
    pub fn backward_z(&mut self) {
        let mut exponent = 0;
        for index in (0..self.layers.len()).rev() {
            let (below, rest) = self.layers.split_at_mut(index);
            exponent = rest[0].backward(None, exponent, below.last_mut().map(|below| &mut below.delta));
        }
    }

    /// The output for any number of samples with the present parameters, BatchNorm by its running statistics.
    /// Not part of training: it allocates.
    pub fn predict(&self, x: &Array2<f64>) -> Array2<f64> {
        let mut h = x.clone();
        for layer in &self.layers {
            let mut u = h.dot(&layer.linear.weight.value.to_array());
            if let Some(bias) = &layer.linear.bias {
                u += &bias.value.to_array();
            }
            if let Some(norm) = &layer.norm {
                u = norm.predict(&u);
            }
            let (u, rows) = (Panels::<T>::from_array(&u), u.nrows());
            let (mut a, mut slope) = (Panels::zeros(rows, u.cols()), Panels::zeros(rows, u.cols()));
            for panel in 0..u.panels() {
                activate::activate(layer.spec.activation, u.panel(panel), a.panel_mut(panel), slope.panel_mut(panel));
            }
            h = match layer.spec.residual {
                Some(alpha) => h + a.to_array() * alpha,
                None => a.to_array(),
            };
        }
        h
    }
}
