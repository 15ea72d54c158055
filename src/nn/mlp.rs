//! The multilayer perceptron: a list of layers, each with its own widths, activation, normalization and skip.

use super::linear::{Linear, Parameter, rescaling, unscale};
use super::norm::Norm;
use super::{Activation, Normalization};
use crate::kernel::activate::{self, Activity, Tally};
use crate::kernel::product::{product, product_panel, transpose, transposed_product_panel};
use crate::kernel::{LANES, Lane, Panels, Real, Squares};

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
    pub(super) activation: Panels<T>,
    /// h_out where it is not a.
    pub(super) output: Option<Panels<T>>,
    /// φ′(u).
    slope: Panels<T>,
    /// What the activations look like.
    activity: Activity,
    /// The power of two that ∂L/∂z is carried with.
    exponent: i32,
    /// The sum of squares of ∂L/∂u, panel by panel, times `2^(2 exponent)`.
    grad_u_squares: f64,
    /// Those of ∂L/∂z, times `2^(2 exponent)`.
    grad_z_squares: Squares,
    /// ‖∂L/∂u‖.
    grad_u_norm: f64,
    /// The sums of the columns of ∂L/∂u, and then of ∂L/∂z.
    column_sums: Vec<Lane<T>>,
}

/// A network for batches of at most a fixed size.
#[derive(Clone, Debug)]
pub struct Mlp<T> {
    /// The layers, from the input.
    pub layers: Vec<Layer<T>>,
    pub(super) input: Panels<T>,
    pub(super) work: Workspace<T>,
}

/// What one layer after the other is computed in, so that it stays near the processor; wide enough for the widest.
#[derive(Clone, Debug)]
pub(super) struct Workspace<T> {
    /// One panel of z, or of what a layer adds to ∂L/∂h_in.
    panel: Vec<Lane<T>>,
    /// z and then u of a layer with a normalization.
    pre_activation: Panels<T>,
    /// ∂L/∂h_out of a layer with a skip, which passes it on unchanged, and of the output layer.
    grad_output: Panels<T>,
    /// ∂L/∂u and then ∂L/∂z of the layer whose turn it is, and ∂L/∂u of the one below.
    delta: Panels<T>,
    delta_below: Panels<T>,
    /// Wᵀ.
    transposed: Panels<T>,
}

impl<T: Real> Workspace<T> {
    fn new(layers: &[Layer<T>], max_batch: usize) -> Self {
        let widest = |width: fn(&LayerSpec) -> usize| layers.iter().map(|layer| width(&layer.spec)).max().unwrap_or(0);
        let (inputs, units) = (widest(|spec| spec.fan_in), widest(|spec| spec.fan_out));
        let buffer = || Panels::for_batch(max_batch, units);
        Self {
            panel: vec![[T::ZERO; LANES]; max_batch],
            pre_activation: buffer(),
            grad_output: buffer(),
            delta: buffer(),
            delta_below: buffer(),
            transposed: Panels::zeros(units, inputs),
        }
    }
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
            slope: buffer(),
            activity: Activity::default(),
            exponent: 0,
            grad_u_squares: 0.0,
            grad_z_squares: Squares::default(),
            grad_u_norm: 0.0,
            column_sums: vec![[T::ZERO; LANES]; spec.fan_out.div_ceil(LANES)],
        }
    }

    /// h_out of the last forward pass.
    pub fn output(&self) -> &Panels<T> {
        self.output.as_ref().unwrap_or(&self.activation)
    }

    /// a of the last forward pass.
    pub fn activation(&self) -> &Panels<T> {
        &self.activation
    }

    /// φ′(u) of the last forward pass.
    pub fn slope(&self) -> &Panels<T> {
        &self.slope
    }

    /// One panel of z of the last forward pass, made again from the layer's input in it.
    pub fn z_panel(&self, input: &Panels<T>, panel: usize) -> Vec<Lane<T>> {
        let mut z = vec![[T::ZERO; LANES]; input.rows()];
        let bias = self.linear.bias.as_ref().map(|bias| bias.value.lanes());
        product_panel(input, &self.linear.weight.value, panel, bias, &mut z);
        z
    }

    /// One panel of u of the last forward pass, made again from the layer's input in it.
    pub fn u_panel(&self, input: &Panels<T>, panel: usize) -> Vec<Lane<T>> {
        self.norm.as_ref().map_or_else(|| self.z_panel(input, panel), |norm| norm.u_panel(panel))
    }

    /// The power of two that ∂L/∂u and ∂L/∂z of the last backward pass were carried with.
    pub fn exponent(&self) -> i32 {
        self.exponent
    }

    /// The memory that the numbers take.
    fn bytes(&self) -> usize {
        let buffers = self.activation.bytes() + self.slope.bytes() + self.output.as_ref().map_or(0, Panels::bytes);
        let parameters = self.parameters().map(Parameter::bytes).sum::<usize>();
        buffers + parameters + self.norm.as_ref().map_or(0, Norm::bytes) + size_of_val(&self.column_sums[..])
    }

    /// ‖∂L/∂z‖ of the last backward pass, true however small.
    pub fn grad_z_norm(&self) -> f64 {
        unscale(self.grad_z_squares.norm(), self.exponent)
    }

    /// ‖∂L/∂u‖ of the last backward pass; ‖∂L/∂z‖ without a normalization.
    pub fn grad_u_norm(&self) -> f64 {
        self.grad_u_norm
    }

    /// What the activations of the last forward pass look like.
    pub fn activity(&self) -> Activity {
        self.activity
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
        self.output.iter_mut().for_each(|output| output.set_rows(rows));
        self.norm.iter_mut().for_each(|norm| norm.set_rows(rows));
    }

    /// Panel by panel, so that z is still near when it is activated.
    pub(super) fn forward(&mut self, input: &Panels<T>, work: &mut Workspace<T>) {
        let Self { spec, linear, activation, slope, .. } = self;
        let bias = linear.bias.as_ref().map(|bias| bias.value.lanes());
        if let Some(norm) = &mut self.norm {
            work.pre_activation.set_shape(input.rows(), spec.fan_out);
            product(input, &linear.weight.value, bias, &mut work.pre_activation);
            norm.forward(&mut work.pre_activation);
        }
        let mut tally = Tally::new(T::from_f64(0.05 * spec.activation.largest_slope()));
        for panel in 0..activation.panels() {
            let u = if self.norm.is_some() {
                work.pre_activation.panel(panel)
            } else {
                let z = &mut work.panel[..input.rows()];
                product_panel(input, &linear.weight.value, panel, bias, z);
                z
            };
            let cols = activation.panel_cols(panel);
            let (a, slope) = (activation.panel_mut(panel), slope.panel_mut(panel));
            activate::activate(spec.activation, u, a, slope);
            tally.add(a, slope, cols);
            if let (Some(alpha), Some(output)) = (spec.residual, &mut self.output) {
                let output = output.panel_mut(panel);
                output.copy_from_slice(input.panel(panel));
                activate::add_scaled(output, T::from_f64(alpha), a);
            }
        }
        self.activity = tally.activity(activation);
    }

    /// Makes ∂L/∂u of one panel of `factor · ∂L/∂h_out`, which is ∂L/∂z where there is no normalization.
    fn grad_u_panel(&mut self, panel: usize, grad_output: &[Lane<T>], factor: T, delta: &mut Panels<T>) {
        let factor = factor * T::from_f64(self.spec.residual.unwrap_or(1.0));
        let delta = delta.panel_mut(panel);
        let (columns, squares) = activate::multiply_by_slope(grad_output, self.slope.panel(panel), factor, delta);
        self.grad_u_squares += squares;
        self.column_sums[panel] = columns;
    }

    /// Makes ∂L/∂u in all panels into ∂L/∂z, and ∂L/∂b of it.
    fn grad_z(&mut self, delta: &mut Panels<T>) {
        self.grad_z_squares = delta.squares(self.grad_u_squares);
        self.grad_u_norm = self.grad_z_norm();
        if let Some(norm) = &mut self.norm {
            let squares = norm.backward(delta, &mut self.column_sums, self.exponent);
            self.grad_z_squares = delta.squares(squares);
        }
        if let Some(bias) = &mut self.linear.bias {
            bias.set_grad(self.exponent, |panel, grad| grad[0] = self.column_sums[panel]);
        }
    }

    /// ∂L/∂W from ∂L/∂z and the layer's input.
    fn weight_gradient(&mut self, input: &Panels<T>, delta: &Panels<T>) {
        self.linear.weight.set_grad(self.exponent, |panel, grad| {
            transposed_product_panel(input, delta.panel(panel), grad);
        });
    }

    /// Makes ∂L/∂z in `work.delta` into ∂L/∂u of the layer below.
    fn pass_down(&self, below: &mut Self, work: &mut Workspace<T>) {
        let Workspace { panel: product, grad_output, delta, delta_below, transposed, .. } = work;
        let (rows, width) = (delta.rows(), below.spec.fan_out);
        delta_below.set_shape(rows, width);
        transposed.set_shape(self.spec.fan_out, width);
        transpose(&self.linear.weight.value, transposed);
        // The skip carries the gradient past the layer, so that it does not vanish.
        let passes = self.spec.residual.is_some();
        let elements = (rows * delta.cols()) as f64;
        let shift = if passes { 0 } else { rescaling(self.grad_z_squares.root_mean_square(elements), self.exponent) };
        let scale = T::power_of_two(shift);
        below.exponent = self.exponent + shift;
        below.grad_u_squares = 0.0;
        grad_output.set_shape(rows, width);
        for panel in 0..delta_below.panels() {
            let product = &mut product[..rows];
            product_panel(delta, transposed, panel, None, product);
            if passes || below.spec.residual.is_some() {
                let grad_output = grad_output.panel_mut(panel);
                if !passes {
                    grad_output.fill([T::ZERO; LANES]);
                }
                activate::add_scaled(grad_output, scale, product);
                below.grad_u_panel(panel, grad_output, T::ONE, delta_below);
            } else {
                below.grad_u_panel(panel, product, scale, delta_below);
            }
        }
        std::mem::swap(delta, delta_below);
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
        let layers: Vec<_> = layers.into_iter().map(|(spec, linear)| Layer::new(spec, linear, max_batch)).collect();
        Self { work: Workspace::new(&layers, max_batch), layers, input }
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
            rest[0].forward(input, &mut self.work);
        }
        self.layers[self.layers.len() - 1].output()
    }

    /// The output of the last forward pass, and zeros to be filled with ∂L/∂o, which the backward pass uses up.
    pub fn output_and_grad(&mut self) -> (&Panels<T>, &mut Panels<T>) {
        let output = self.layers[self.layers.len() - 1].output();
        let grad = &mut self.work.grad_output;
        grad.set_shape(output.rows(), output.cols());
        // Its padding may hold what another layer left.
        (0..grad.panels()).for_each(|panel| grad.panel_mut(panel).fill([T::ZERO; LANES]));
        (output, grad)
    }

    /// Computes the gradients of all parameters from ∂L/∂o, from the output layer down; `ready` is told of each layer, by
    /// its index, as soon as its gradients are there, and while they are near the processor.
    pub fn backward(&mut self, mut ready: impl FnMut(usize, &Layer<T>)) {
        let weight_gradient = |index, layer: &mut Layer<T>, input: &Panels<T>, delta: &Panels<T>| {
            layer.weight_gradient(input, delta);
            ready(index, layer);
        };
        self.descend(0, |_, _, _| {}, weight_gradient);
    }

    /// Computes from ∂L/∂o only ∂L/∂z of every layer, and what comes with it; the gradients of W stay as they were.
    pub fn backward_z(&mut self) {
        self.descend(0, |_, _, _| {}, |_, _, _, _| {});
    }

    /// As [`Mlp::backward_z`], but only down to the layer `lowest`, and shows what it finds: `see_grad_u` and `see_grad_z`
    /// are given each layer's index, the layer, and its ∂L/∂u or ∂L/∂z, (batch, units), times `2^`[`Layer::exponent`].
    pub fn backward_to(
        &mut self,
        lowest: usize,
        see_grad_u: impl FnMut(usize, &Layer<T>, &Panels<T>),
        mut see_grad_z: impl FnMut(usize, &Layer<T>, &Panels<T>),
    ) {
        self.descend(lowest, see_grad_u, |index, layer, _, delta| see_grad_z(index, layer, delta));
    }

    /// From the output down to the layer `lowest`, calls `see_grad_u` with the index of each layer, the layer and its ∂L/∂u,
    /// and then `visit` with the index, the layer, its input and its ∂L/∂z.
    fn descend(
        &mut self,
        lowest: usize,
        mut see_grad_u: impl FnMut(usize, &Layer<T>, &Panels<T>),
        mut visit: impl FnMut(usize, &mut Layer<T>, &Panels<T>, &Panels<T>),
    ) {
        let Self { layers, input, work } = self;
        let last = layers.len() - 1;
        let top = &mut layers[last];
        assert_eq!(work.grad_output.rows(), input.rows(), "∂L/∂o is that of another batch");
        work.delta.set_shape(input.rows(), top.spec.fan_out);
        (top.exponent, top.grad_u_squares) = (0, 0.0);
        for panel in 0..work.delta.panels() {
            top.grad_u_panel(panel, work.grad_output.panel(panel), T::ONE, &mut work.delta);
        }
        for index in (lowest..=last).rev() {
            let (below, rest) = layers.split_at_mut(index);
            let layer = &mut rest[0];
            see_grad_u(index, layer, &work.delta);
            layer.grad_z(&mut work.delta);
            visit(index, layer, below.last().map_or(&*input, Layer::output), &work.delta);
            if let Some(below) = below.last_mut().filter(|_| index > lowest) {
                layer.pass_down(below, work);
            }
        }
    }

    /// ∂L/∂h_out of the lowest layer to which the last backward pass came, (batch, units), times its `2^`[`Layer::exponent`],
    /// if that layer has a skip connection.
    pub(crate) fn grad_output(&self) -> &Panels<T> {
        &self.work.grad_output
    }

    /// The input of a layer in the last forward pass.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn layer_input(&self, layer: usize) -> &Panels<T> {
        if layer == 0 { &self.input } else { self.layers[layer - 1].output() }
    }

    /// The memory that the numbers take.
    pub fn bytes(&self) -> usize {
        let Workspace { panel, pre_activation, grad_output, delta, delta_below, transposed } = &self.work;
        let work = [&self.input, pre_activation, grad_output, delta, delta_below, transposed];
        let work = work.map(Panels::bytes).iter().sum::<usize>() + size_of_val(&panel[..]);
        self.layers.iter().map(Layer::bytes).sum::<usize>() + work
    }
}
