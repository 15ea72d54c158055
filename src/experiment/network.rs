//! The network that an experiment describes.

use super::Experiment;
use crate::nn::{Activation, LayerSpec, Normalization};

impl Experiment {
    /// The layers of the network: `depth` hidden ones and a linear output layer.
    ///
    /// Normalization and skips belong to the hidden layers; the first of them changes the width and has no skip, unless
    /// the data are as wide as the network.
    pub fn layer_specs(&self) -> Vec<LayerSpec> {
        let (inputs, outputs) = self.dataset.dimensions();
        let (depth, width) = (self.depth as usize, self.width as usize);
        let hidden = (0..depth).map(|layer| {
            let fan_in = if layer == 0 { inputs } else { width };
            LayerSpec {
                fan_in,
                fan_out: width,
                norm: self.norm,
                activation: self.activation,
                residual: self.residual.scale(depth).filter(|_| fan_in == width),
            }
        });
        let output = LayerSpec {
            fan_in: width,
            fan_out: outputs,
            norm: Normalization::None,
            activation: Activation::Linear,
            residual: None,
        };
        hidden.chain([output]).collect()
    }
}
