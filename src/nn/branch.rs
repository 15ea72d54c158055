//! The loss along one branch of each φ, which is what a gradient is the slope of where a unit stands at a kink.
//!
//! Where u is exactly 0, as behind a layer that is off, or crosses 0 when a parameter is moved, ReLU and its relatives have a
//! slope on either side, and backpropagation takes one. Held on that side, the loss is smooth.

use super::{Layer, Mlp};
use crate::kernel::Panels;
use crate::kernel::activate::on_branch;

impl Mlp<f64> {
    /// As [`Mlp::forward`], where neither the input nor the layers before `first` have changed since the last pass, with every
    /// unit held on the branch of φ that it was on in the last pass of `base`, the same network on the same batch.
    pub(crate) fn forward_on_branches(&mut self, first: usize, base: &Self) -> &Panels<f64> {
        for index in first..self.layers.len() {
            let (below, rest) = self.layers.split_at_mut(index);
            let input = below.last().map_or(&self.input, Layer::output);
            rest[0].forward(input, &mut self.work);
            rest[0].hold(&base.layers[index], input);
        }
        self.layers[self.layers.len() - 1].output()
    }
}

impl Layer<f64> {
    /// Where u is not on the side of 0 on which it was, makes a that of the other side's branch.
    fn hold(&mut self, base: &Self, input: &Panels<f64>) {
        let activation = self.spec.activation;
        if on_branch(activation, true, 0.0).is_none() {
            return;
        }
        for panel in 0..self.activation.panels() {
            let cols = self.activation.panel_cols(panel);
            let crossed: Vec<(usize, usize, bool)> = {
                let rows = self.activation.panel(panel).iter().zip(base.activation.panel(panel)).enumerate();
                // These φ have the sign of u.
                rows.flat_map(|(row, (now, then))| (0..cols).map(move |i| (row, i, now[i] > 0.0, then[i] > 0.0)))
                    .filter(|(_, _, now, then)| now != then)
                    .map(|(row, i, _, then)| (row, i, then))
                    .collect()
            };
            if crossed.is_empty() {
                continue;
            }
            let u = self.u_panel(input, panel);
            for (row, i, side) in crossed {
                let Some(a) = on_branch(activation, side, u[row][i]) else { continue };
                self.activation.panel_mut(panel)[row][i] = a;
                if let (Some(alpha), Some(output)) = (self.spec.residual, &mut self.output) {
                    output.panel_mut(panel)[row][i] = input.panel(panel)[row][i] + alpha * a;
                }
            }
        }
    }
}
