//! What is measured.

use crate::choice::{Choice, choice};

choice! {
    /// A quantity that is measured at every step: at every place of a network, or of its weights. Norms are Frobenius norms.
    pub enum Quantity {
        /// ‖∂L/∂z‖ over the batch × units matrix.
        GradZ => "grad-z",
        /// ‖∂L/∂W‖, before clipping and weight decay.
        GradW => "grad-w",
        /// ‖∂L/∂b‖, before clipping and weight decay.
        GradB => "grad-b",
        /// ‖ΔW‖, the change that the step made.
        Update => "update",
        /// ‖W‖ after the step.
        Weight => "weight",
        /// ‖ΔW‖ / ‖W‖, by the weights before the step; infinite where those were all zero and moved.
        UpdateRatio => "update-ratio",
        /// Mean of the layer's activations a over the batch.
        ActivationMean => "activation-mean",
        /// Standard deviation of the layer's activations over batch and units.
        ActivationStd => "activation-std",
        /// Fraction of activations where φ′ is under 5 % of its maximum.
        Saturated => "saturated",
        /// Fraction of units whose φ′ is zero on the whole batch.
        Dead => "dead",
        /// ‖m̂‖ of Adam and its relatives, ‖v‖ of the momentum methods; zero for the others.
        FirstMoment => "first-moment",
        /// ‖√v̂‖, the root of the second moment that an adaptive optimizer divides by; zero for the others.
        SecondMoment => "second-moment",
        /// ‖∂L/∂h_t‖ over the batch × units matrix, through the readout and all later time steps.
        GradH => "grad-h",
        /// ‖∂L/∂c_t‖ of the LSTM's cell state, through h_t too.
        GradC => "grad-c",
        /// Mean of the LSTM's input gate i over batch and units.
        InputGate => "input-gate",
        /// Mean of the LSTM's forget gate f.
        ForgetGate => "forget-gate",
        /// Mean of the LSTM's output gate o.
        OutputGate => "output-gate",
        /// Mean of the GRU's reset gate r.
        ResetGate => "reset-gate",
        /// Mean of the GRU's update gate z: how much of the state is kept.
        UpdateGate => "update-gate",
    }
}

impl Quantity {
    /// Those of a layer of a multilayer perceptron.
    pub const OF_LAYERS: &'static [Self] = <Self as Choice>::ALL.split_at(Self::SecondMoment as usize + 1).0;

    /// Those of weights, of every kind of network.
    pub const OF_WEIGHTS: &'static [Self] = &[
        Self::GradW,
        Self::GradB,
        Self::Update,
        Self::Weight,
        Self::UpdateRatio,
        Self::FirstMoment,
        Self::SecondMoment,
    ];

    /// Whether the quantity exists only once a step was made, and not in the measurement before the first.
    pub fn needs_update(self) -> bool {
        matches!(self, Self::Update | Self::UpdateRatio | Self::FirstMoment | Self::SecondMoment)
    }

    /// The elements of the matrix that a norm was taken of, by which it becomes a root mean square;
    /// `None` for quantities that are not norms.
    ///
    /// `fan_in` and `fan_out` are the layer's widths, `batch` the samples of the step.
    pub fn elements(self, fan_in: usize, fan_out: usize, batch: usize) -> Option<usize> {
        match self {
            Self::GradZ | Self::GradH | Self::GradC => Some(batch * fan_out),
            Self::GradB => Some(fan_out),
            Self::GradW | Self::Update | Self::Weight | Self::FirstMoment | Self::SecondMoment => {
                Some(fan_in * fan_out)
            }
            Self::UpdateRatio | Self::ActivationMean | Self::ActivationStd | Self::Saturated | Self::Dead => None,
            Self::InputGate | Self::ForgetGate | Self::OutputGate | Self::ResetGate | Self::UpdateGate => None,
        }
    }
}
