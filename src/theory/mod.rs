//! What mean-field theory predicts for an experiment at initialization.

pub mod gaussian;
mod mean_field;

pub use mean_field::{CriticalPoint, FixedPoint, MeanField, Phase, Settling, critical_point, depth_scale};
