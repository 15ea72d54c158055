//! Normalization between a layer's affine map and its activation.

use crate::choice::choice;

choice! {
    /// What is normalized.
    pub enum Normalization {
        /// Nothing.
        None => "none",
        /// Every sample over the layer's units (Ba et al. 2016).
        Layer => "layer",
        /// Every unit over the batch (Ioffe and Szegedy 2015).
        Batch => "batch",
    }
}
