//! What of a layer's output the next one sees.

/// h of a wide layer.
#[derive(Clone, Copy)]
pub struct Signal {
    /// m, the mean square over the units.
    pub mean_square: f64,
    /// μ, the mean over the units.
    pub mean: f64,
    /// v, the variance over the batch, the mean of all units'. Only BatchNorm asks for it.
    pub batch_variance: f64,
}
