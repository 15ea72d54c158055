//! The network: layers, activations, initializers, normalization, skip connections, losses.

mod activation;
mod initializer;
mod linear;
mod loss;
mod mlp;
mod norm;
mod residual;

pub use activation::Activation;
pub use initializer::Initializer;
pub use linear::Linear;
pub use loss::{Loss, Targets};
pub use mlp::{Layer, LayerSpec, Mlp};
pub use norm::Normalization;
pub use residual::Residual;
