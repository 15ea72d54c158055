//! What theory predicts for an experiment at initialization: of the gradient's norm at every place over that at the last.
//!
//! A [`Foreteller`] stands for the theory of one kind of network: of layers, whose ‖∂L/∂z‖ [`predict`] follows, or of time
//! steps, whose ‖∂L/∂h‖ `through_time` does. It gives the [`Line`], which wide networks follow, and a [`BandSampler`] the band
//! in which nine of ten networks of the experiment's own size lie. [`Forecast`] sets both beside a measurement. [`Outlook`]
//! is what becomes of the gradient in an experiment that was not made yet.

mod band;
mod band_sampler;
mod first_batch;
mod forecast;
mod foreteller;
pub mod gaussian;
mod layer_networks;
mod line;
mod mean_field;
mod networks;
mod outlook;
mod prediction;
mod relu_law;
mod signal;
mod skip;
mod through_time;
mod wide;

pub use band::Band;
pub use band_sampler::BandSampler;
pub use forecast::{Forecast, Standing};
pub use foreteller::Foreteller;
pub use line::Line;
pub use mean_field::{CriticalPoint, FixedPoint, MeanField, Phase, Settling, critical_point, depth_scale};
pub use networks::Networks;
pub use outlook::{Outlook, OutlookSampler};
pub use prediction::{LayerPrediction, Limit, Prediction, limit_from, predict, predict_on};
pub use relu_law::exact_band;
pub use through_time::{GradientBound, gradient_bound};

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
        /// Recurrent weights that are orthogonal or the identity: the theory is of independent ones.
        DependentWeights => "dependent-weights",
        /// A loss at every time step: each has a gradient of its own.
        EveryStep => "every-step",
        /// Recurrent layers on top of each other: gradients come from above at every time step.
        Levels => "levels",
        /// Sequences whose padding follows their last symbol.
        Padding => "padding",
        /// The text that the task is made of is not there.
        NoText => "no-text",
    }
}
