//! What theory predicts for an experiment at initialization: of every layer's ‖∂L/∂z‖ over that of the output layer.
//!
//! [`predict`] gives the line, which wide networks follow, and the numbers behind it. [`BandSampler`] gives the
//! band in which nine of ten networks of the experiment's own width lie. [`Forecast`] sets both beside a
//! measurement. [`Outlook`] is what becomes of the gradient in an experiment that was not made yet.

mod band;
mod band_sampler;
mod first_batch;
mod forecast;
pub mod gaussian;
mod mean_field;
mod outlook;
mod prediction;
mod relu_law;
mod signal;
mod skip;
mod wide;

pub use band::Band;
pub use band_sampler::BandSampler;
pub use forecast::{Forecast, Standing};
pub use mean_field::{CriticalPoint, FixedPoint, MeanField, Phase, Settling, critical_point, depth_scale};
pub use outlook::{Outlook, OutlookSampler};
pub use prediction::{LayerPrediction, Limit, Prediction, predict};
pub use relu_law::exact_band;

use crate::choice::choice;

choice! {
    /// Why theory says nothing of an experiment.
    pub enum NoPrediction {
        /// All weights are zero: no gradient passes the output layer.
        ZeroWeights => "zero-weights",
        /// All weights are alike, and not drawn: theory is of weights that are.
        EqualWeights => "equal-weights",
        /// BatchNorm over so few samples that it takes most of the gradient away.
        FewSamples => "few-samples",
        /// LayerNorm over so few units that it takes most of the gradient away.
        FewUnits => "few-units",
        /// BatchNorm over samples whose angles to each other still change from layer to layer.
        Geometry => "geometry",
        /// The activations grow beyond the format.
        Overflow => "overflow",
        /// Networks of the experiment's width do not do what wide ones would.
        Width => "width",
    }
}
