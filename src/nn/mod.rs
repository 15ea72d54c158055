//! The network: layers, activations, initializers, normalization, skip connections, losses.

mod branch;
mod initializer;
mod linear;
mod loss;
mod mlp;
mod norm;
mod predict;
pub mod recurrent;
mod residual;

pub use crate::kernel::Activation;
pub use initializer::Initializer;
pub(crate) use linear::rescaling;
pub use linear::{Linear, Parameter, unscale};
pub use loss::{Loss, Targets};
pub use mlp::{Layer, LayerSpec, Mlp};
pub use norm::{EPSILON as NORM_EPSILON, Norm, Normalization};
pub use residual::Residual;
