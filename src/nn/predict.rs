//! What a network answers after training, for any number of samples.

use super::{Mlp, Norm};
use crate::kernel::product::product;
use crate::kernel::{LANES, Panels, Real, activate};
use ndarray::Array2;

/// Samples that pass the layers together: so many that the weights are used up while they are near the processor.
const CHUNK: usize = 128;

impl<T: Real> Mlp<T> {
    /// The output (samples, outputs) for inputs (samples, inputs) with the present parameters, BatchNorm by its running
    /// statistics. Not part of training: it allocates.
    pub fn predict(&self, x: &Array2<f64>) -> Array2<f64> {
        self.predict_panels(&Panels::from_array(x)).to_array()
    }

    /// The same in the engine's own layout.
    pub fn predict_panels(&self, x: &Panels<T>) -> Panels<T> {
        let outputs = self.layers.last().map_or(0, |layer| layer.spec.fan_out);
        let mut answer = Panels::zeros(x.rows(), outputs);
        let rows = x.rows().min(CHUNK);
        let widest = self.layers.iter().map(|layer| layer.spec.fan_in.max(layer.spec.fan_out)).max().unwrap_or(0);
        let [mut h, mut u, mut a] = [0; 3].map(|_| Panels::for_batch(rows, widest));
        let mut slope = vec![[T::ZERO; LANES]; rows];
        let prepare = |norm: &Norm<T>| norm.for_prediction(rows);
        let mut norms: Vec<_> = self.layers.iter().map(|layer| layer.norm.as_ref().map(prepare)).collect();
        for start in (0..x.rows()).step_by(CHUNK) {
            let rows = CHUNK.min(x.rows() - start);
            h.set_shape(rows, x.cols());
            for panel in 0..x.panels() {
                h.panel_mut(panel).copy_from_slice(&x.panel(panel)[start..][..rows]);
            }
            for (layer, norm) in self.layers.iter().zip(&mut norms) {
                u.set_shape(rows, layer.spec.fan_out);
                a.set_shape(rows, layer.spec.fan_out);
                let bias = layer.linear.bias.as_ref().map(|bias| bias.value.lanes());
                product(&h, &layer.linear.weight.value, bias, &mut u);
                if let Some(norm) = norm {
                    norm.set_rows(rows);
                    norm.predict(&mut u);
                }
                for panel in 0..u.panels() {
                    let a = a.panel_mut(panel);
                    activate::activate(layer.spec.activation, u.panel(panel), a, &mut slope[..rows]);
                    if let Some(alpha) = layer.spec.residual {
                        activate::add_scaled(h.panel_mut(panel), T::from_f64(alpha), a);
                    }
                }
                if layer.spec.residual.is_none() {
                    std::mem::swap(&mut h, &mut a);
                }
            }
            for panel in 0..answer.panels() {
                answer.panel_mut(panel)[start..][..rows].copy_from_slice(h.panel(panel));
            }
        }
        answer
    }
}
