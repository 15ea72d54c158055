//! The last pass looked at again: most of it the network still holds, the rest is computed once more by the same loops, so
//! that it is the same to the last bit.

use super::view::{
    Histogram, LayerView, MOST_DRAWN_UNITS, MOST_DRAWN_WEIGHTS, MOST_SENT_PARAMETERS, NetworkView, Parameters, Tensor,
    TensorKind, UnitView, View, Watch,
};
use crate::kernel::{LANES, Lane, Panels, Real, activate};
use crate::nn::{Activation, Layer, Parameter, Targets, unscale};
use crate::optim::State;
use crate::train::{Pass, Trainer, load};

/// Bins of a histogram: odd, so that 0 is in the middle of one.
pub(super) const BINS: usize = 41;

/// Points at which φ′ is shown.
const SLOPE_POINTS: usize = 121;

impl<T: Real> Trainer<T> {
    /// What is watched, of the step of the last report; `side` is the side of the grid of [`Trainer::learned`].
    ///
    /// Before the first step and without a probe, this makes one. Where a run diverged, the pass is that which diverged,
    /// with the last good parameters and without an update.
    pub fn view(&mut self, watch: &Watch, side: usize) -> View {
        let mut view = View::default();
        if !watch.layers.is_empty() || watch.network || watch.unit.is_some() || watch.parameters {
            let mut trace = self.trace();
            view.layers = watch.layers.iter().filter_map(|&layer| trace.layer_view(layer)).collect();
            view.network = watch.network.then(|| trace.network_view());
            view.unit = watch.unit.and_then(|(layer, unit)| trace.unit_view(layer, unit));
            view.parameters = watch.parameters.then(|| trace.parameters());
        }
        view.step = self.steps();
        view.learned = watch.learned.then(|| self.learned(side));
        view.sequences = if watch.learned { self.learned_sentences(&watch.sequences).map(Box::new) } else { None };
        view.evaluation = watch.evaluation.then(|| self.evaluate());
        view
    }

    /// The pass of the last report, to be looked at.
    pub fn trace(&mut self) -> Trace<'_, T> {
        if self.pass == Pass::None {
            // What is not finite ends the probe and not what is seen of it.
            let _ = self.probe();
        }
        if self.pass == Pass::Broken {
            self.mlp.forward();
            self.start_backward();
            self.mlp.backward(|_, _| {});
            self.pass = Pass::Measured;
        }
        let has_update = self.pass == Pass::Applied;
        if has_update {
            self.exchange_values();
        }
        Trace { trainer: self, has_update }
    }

    /// Exchanges the parameters before the last step with those after it.
    fn exchange_values(&mut self) {
        for (layer, states) in self.mlp.layers.iter_mut().zip(&mut self.states) {
            layer.parameters_mut().zip(states).for_each(|(parameter, state)| state.commit(parameter));
        }
    }

    /// Puts ∂L/∂o in place for a backward pass; returns the loss.
    fn start_backward(&mut self) -> f64 {
        let (output, grad) = self.mlp.output_and_grad();
        self.loss.evaluate(output, &self.targets, grad)
    }
}

/// The pass of a trainer's last report. As long as it is looked at, the trainer's parameters are those before the step.
#[derive(Debug)]
pub struct Trace<'a, T: Real> {
    trainer: &'a mut Trainer<T>,
    /// Whether the step changed the parameters.
    has_update: bool,
}

impl<T: Real> Drop for Trace<'_, T> {
    fn drop(&mut self) {
        if self.has_update {
            self.trainer.exchange_values();
        }
    }
}

impl<T: Real> Trace<'_, T> {
    /// One layer seen closely; `None` if there is no such layer.
    pub fn layer_view(&self, index: usize) -> Option<LayerView> {
        let layer = self.trainer.mlp.layers.get(index)?;
        let weight = &layer.linear.weight;
        let pre_activation = Histogram::of(self.u(index).entries(), BINS);
        let after = self.weights_after(index);
        let updates = after.map(|after| {
            Histogram::of(after.entries().zip(weight.value.entries()).map(|(after, before)| after - before), BINS)
        });
        Some(LayerView {
            layer: index,
            activation: layer.spec.activation,
            slope: slopes(layer.spec.activation, &pre_activation),
            pre_activation,
            activations: Histogram::of(layer.activation().entries(), BINS),
            weights: Histogram::of(after.unwrap_or(&weight.value).entries(), BINS),
            gradients: Histogram::of(weight.grad.entries().map(|g| unscale(g, weight.exponent)), BINS),
            updates,
        })
    }

    /// The network as a whole.
    pub fn network_view(&self) -> NetworkView {
        let mlp = &self.trainer.mlp;
        let layers = &mlp.layers;
        let row = |panels: &Panels<T>| row(panels, 0).map(|x| x as f32).collect::<Vec<_>>();
        let widths: Vec<usize> =
            layers.first().map(|layer| layer.spec.fan_in).into_iter().chain(layers.iter().map(width)).collect();
        let weights = widths.windows(2).map(|pair| pair[0] * pair[1]).sum::<usize>();
        let is_drawn = weights <= MOST_DRAWN_WEIGHTS && widths.iter().all(|width| *width <= MOST_DRAWN_UNITS);
        let drawn = if is_drawn { &layers[..] } else { &[] };
        let (gradients, gradient_exponents) = drawn.iter().map(|layer| scaled_gradient(&layer.linear.weight)).unzip();
        NetworkView {
            weights: drawn.iter().map(|layer| by_rows(&layer.linear.weight.value, |w| w as f32)).collect(),
            gradients,
            gradient_exponents,
            outputs: (0..layers.len()).map(|layer| mlp.layer_input(layer)).chain(self.output()).map(row).collect(),
            widths,
        }
    }

    /// All parameters, before the step and after it.
    pub fn parameters(&self) -> Parameters {
        let layers = &self.trainer.mlp.layers;
        let count = layers.iter().flat_map(Layer::parameters).map(|p| p.value.rows() * p.value.cols()).sum();
        if count > MOST_SENT_PARAMETERS {
            return Parameters { count, tensors: Vec::new() };
        }
        let numbers = |panels: &Panels<T>| (0..panels.rows()).flat_map(|index| row(panels, index)).collect::<Vec<_>>();
        let of_layer = |(index, layer): (usize, &Layer<T>)| {
            let bias = layer.linear.bias.as_ref().map(|_| TensorKind::Bias);
            let norm = layer.norm.iter().flat_map(|_| [TensorKind::Scale, TensorKind::Shift]);
            let kinds = std::iter::once(TensorKind::Weight).chain(bias).chain(norm);
            let parameters = layer.parameters().zip(&self.trainer.states[index]).zip(kinds);
            let tensor = |((parameter, state), kind): ((&Parameter<T>, &State<T>), TensorKind)| Tensor {
                layer: index,
                kind,
                cols: parameter.value.cols(),
                before: numbers(&parameter.value),
                after: if self.has_update { numbers(state.other_values()) } else { Vec::new() },
            };
            parameters.map(tensor).collect::<Vec<_>>()
        };
        Parameters { count, tensors: layers.iter().enumerate().flat_map(of_layer).collect() }
    }

    /// One unit's share in the step; `None` if there is no such unit.
    pub fn unit_view(&mut self, index: usize, unit: usize) -> Option<UnitView> {
        self.trainer.mlp.layers.get(index).filter(|layer| unit < width(layer))?;
        let bypass = self.bypass(index, unit);
        let loss = self.trainer.start_backward();
        let (grad_u, delta, deltas_above) = self.deltas(index, unit);
        let mlp = &self.trainer.mlp;
        let (layer, input) = (&mlp.layers[index], mlp.layer_input(index));
        let (panel, lane) = (unit / LANES, unit % LANES);
        let entry = |lanes: &[Lane<T>]| lanes.first().map_or(f64::NAN, |row| row[lane].to_f64());
        let column = |panels: &Panels<T>| (0..panels.rows()).map(|i| panels.get(i, unit).to_f64()).collect::<Vec<_>>();
        let weight = &layer.linear.weight;
        let weights = column(&weight.value);
        let above = mlp.layers.get(index + 1);
        let after = self.weights_after(index).map(column).unwrap_or_default();
        let bias = layer.linear.bias.as_ref();
        let state = self.has_update.then(|| &self.trainer.states[index][0]);
        let moments = |i: usize| state.map(|state| state.moments(self.trainer.kind, i, unit)).unwrap_or_default();
        let (first, second): (Vec<_>, Vec<_>) = (0..weights.len()).map(moments).unzip();
        let network_output: Vec<f64> = self.output().flat_map(|output| row(output, 0)).collect();
        Some(UnitView {
            layer: index,
            unit,
            inputs: row(input, 0).collect(),
            bias: bias.map_or(0.0, |bias| bias.value.get(0, unit).to_f64()),
            z: entry(&layer.z_panel(input, panel)),
            u: entry(&layer.u_panel(input, panel)),
            a: entry(layer.activation().panel(panel)),
            slope: entry(layer.slope().panel(panel)),
            output: entry(layer.output().panel(panel)),
            residual: layer.spec.residual,
            weights_above: above.map(|above| row(&above.linear.weight.value, unit).collect()).unwrap_or_default(),
            deltas_above,
            bypass,
            grad_u,
            delta,
            grad_weights: column(&weight.grad).into_iter().map(|g| unscale(g, weight.exponent)).collect(),
            grad_bias: bias.map_or(0.0, |bias| unscale(bias.grad.get(0, unit).to_f64(), bias.exponent)),
            updates: after.iter().zip(&weights).map(|(after, before)| after - before).collect(),
            weights,
            first_moments: first.into_iter().flatten().collect(),
            second_roots: second.into_iter().flatten().collect(),
            grad_norm: self.trainer.report.grad_norm(),
            batch: input.rows(),
            loss,
            sample_loss: self.first_sample_loss(),
            target: match &self.trainer.targets {
                Targets::Values(values) => row(values, 0).collect(),
                Targets::Classes(classes) => {
                    let right = classes.first().map(|class| *class as usize);
                    (0..network_output.len()).map(|class| if Some(class) == right { 1.0 } else { 0.0 }).collect()
                }
            },
            network_output,
        })
    }

    /// The loss of the batch's first sample alone.
    fn first_sample_loss(&self) -> f64 {
        let first = |panels: &Panels<T>| {
            let mut alone = Panels::zeros(1, panels.cols());
            load(&mut alone, panels, &[0]);
            alone
        };
        let targets = match &self.trainer.targets {
            Targets::Values(values) => Targets::Values(first(values)),
            Targets::Classes(classes) => Targets::Classes(classes[..1].to_vec()),
        };
        let outputs = self.output().map(first);
        outputs.map(|output| self.trainer.loss.evaluate(&output, &targets, &mut Panels::zeros(1, output.cols()))).sum()
    }

    /// h_out of the last layer.
    fn output(&self) -> impl Iterator<Item = &Panels<T>> {
        self.trainer.mlp.layers.last().into_iter().map(Layer::output)
    }

    /// W of a layer after the step, if it changed.
    fn weights_after(&self, layer: usize) -> Option<&Panels<T>> {
        self.has_update.then(|| self.trainer.states[layer][0].other_values())
    }

    /// u of a layer, (batch, units).
    fn u(&self, index: usize) -> Panels<T> {
        let (layer, input) = (&self.trainer.mlp.layers[index], self.trainer.mlp.layer_input(index));
        let mut u = Panels::zeros(input.rows(), width(layer));
        for panel in 0..u.panels() {
            u.panel_mut(panel).copy_from_slice(&layer.u_panel(input, panel));
        }
        u
    }

    /// ∂L/∂h_out of the layer above for one unit of the batch's first sample, which its skip connection, if it has one, brings
    /// down.
    fn bypass(&mut self, index: usize, unit: usize) -> Option<f64> {
        let above = index + 1;
        self.trainer.mlp.layers.get(above)?.spec.residual?;
        self.trainer.start_backward();
        let mlp = &mut self.trainer.mlp;
        mlp.backward_to(above, |_, _, _| {}, |_, _, _| {});
        let grad = row(mlp.grad_output(), 0).nth(unit)?;
        Some(unscale(grad, mlp.layers[above].exponent()))
    }

    /// ∂L/∂u and ∂L/∂z of one unit, and ∂L/∂z of all units of the layer above, all of the batch's first sample.
    /// From ∂L/∂o, which must be in place.
    fn deltas(&mut self, layer: usize, unit: usize) -> (f64, f64, Vec<f64>) {
        let (mut grad_u, mut delta, mut above) = (f64::NAN, f64::NAN, Vec::new());
        self.trainer.mlp.backward_to(
            layer,
            |index, of, found| {
                if index == layer {
                    grad_u = unscale(found.get(0, unit).to_f64(), of.exponent());
                }
            },
            |index, of, found| {
                if index == layer {
                    delta = unscale(found.get(0, unit).to_f64(), of.exponent());
                } else if index == layer + 1 {
                    above = row(found, 0).map(|delta| unscale(delta, of.exponent())).collect();
                }
            },
        );
        (grad_u, delta, above)
    }
}

fn width<T>(layer: &Layer<T>) -> usize {
    layer.spec.fan_out
}

/// The numbers of one row.
fn row<T: Real>(panels: &Panels<T>, row: usize) -> impl Iterator<Item = f64> {
    let cols = if row < panels.rows() { panels.cols() } else { 0 };
    (0..cols).map(move |col| panels.get(row, col).to_f64())
}

/// All numbers, row by row.
fn by_rows<T: Real>(panels: &Panels<T>, number: impl Fn(f64) -> f32) -> Vec<f32> {
    (0..panels.rows()).flat_map(|index| row(panels, index)).map(number).collect()
}

/// The gradient row by row, times the power of ten that brings the largest entry to between 1 and 10; and its exponent.
fn scaled_gradient<T: Real>(parameter: &Parameter<T>) -> (Vec<f32>, i32) {
    let finite = parameter.grad.entries().filter(|g| g.is_finite());
    let largest = finite.fold(0.0_f64, |largest, g| largest.max(g.abs()));
    // The true gradient may be out of the range of f64, so the power of two and that of ten go together.
    let twos = f64::from(parameter.exponent) * std::f64::consts::LOG10_2;
    let wanted = if largest > 0.0 { twos - libm::log10(largest) } else { 0.0 };
    let exponent = wanted.ceil().min((twos + 300.0).floor());
    let scale = libm::exp10(exponent - twos);
    (by_rows(&parameter.grad, |g| (g * scale) as f32), exponent as i32)
}

/// φ′ over the range of a histogram of u.
pub(super) fn slopes(activation: Activation, u: &Histogram) -> Vec<f64> {
    let last = (SLOPE_POINTS - 1) as f64;
    let point = |i: usize| {
        let share = i as f64 / last;
        u.low * (1.0 - share) + u.high * share
    };
    let lanes = SLOPE_POINTS.div_ceil(LANES);
    let u: Vec<Lane<f64>> = (0..lanes).map(|row| std::array::from_fn(|i| point(row * LANES + i))).collect();
    let (mut a, mut slope) = (u.clone(), u.clone());
    activate::activate(activation, &u, &mut a, &mut slope);
    slope.into_iter().flatten().take(SLOPE_POINTS).collect()
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
