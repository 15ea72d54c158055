//! The quantities as the charts write them. Formulas are the same in every language.

use crate::experiment::Experiment;
use crate::plot::Marker;
use crate::plot::color::Rgb;
use crate::plot::theme::Theme;
use crate::train::Quantity;
use crate::ui::i18n::{Words, t_string};

/// A quantity's formula, or its name where it has none.
pub(super) fn label(i18n: Words, quantity: Quantity) -> String {
    match quantity {
        Quantity::GradZ => "‖∂L/∂z‖",
        Quantity::GradW => "‖∂L/∂W‖",
        Quantity::GradB => "‖∂L/∂b‖",
        Quantity::Update => "‖ΔW‖",
        Quantity::Weight => "‖W‖",
        Quantity::UpdateRatio => "‖ΔW‖/‖W‖",
        Quantity::Saturated => t_string!(i18n, charts.quantity.saturated),
        Quantity::Dead => t_string!(i18n, charts.quantity.dead),
        Quantity::ActivationMean => t_string!(i18n, charts.quantity.activation_mean),
        Quantity::ActivationStd => t_string!(i18n, charts.quantity.activation_std),
        Quantity::FirstMoment => "‖m̂‖",
        Quantity::SecondMoment => "‖√v̂‖",
        Quantity::GradH => "‖∂L/∂h‖",
        Quantity::GradC => "‖∂L/∂c‖",
        Quantity::InputGate => t_string!(i18n, charts.quantity.input_gate),
        Quantity::ForgetGate => t_string!(i18n, charts.quantity.forget_gate),
        Quantity::OutputGate => t_string!(i18n, charts.quantity.output_gate),
        Quantity::ResetGate => t_string!(i18n, charts.quantity.reset_gate),
        Quantity::UpdateGate => t_string!(i18n, charts.quantity.update_gate),
    }
    .to_owned()
}

/// The mark and the colour of a quantity in the charts by place.
pub(super) fn mark(theme: &Theme, quantity: Quantity) -> (Marker, Rgb) {
    match quantity {
        Quantity::GradW => (Marker::Diamond, theme.grad_w),
        Quantity::Update => (Marker::Triangle, theme.update),
        Quantity::FirstMoment => (Marker::Circle, theme.muted),
        Quantity::SecondMoment | Quantity::GradC => (Marker::Square, theme.second_moment),
        _ => (Marker::Circle, theme.grad_z),
    }
}

/// The root of the number of a norm's elements in one place (from 0) at a step, by which it becomes a root mean square;
/// 1 for what is not a norm. Not for the weights of a recurrent network, which are not of places.
pub(super) fn root_of_elements(experiment: &Experiment, step: u64, quantity: Quantity, place: usize) -> f64 {
    let (fan_in, fan_out) = match experiment.cell() {
        None => {
            let specs = experiment.layer_specs();
            specs.get(place).map_or((1, 1), |spec| (spec.fan_in, spec.fan_out))
        }
        Some(cell) => {
            let hidden = experiment.hidden as usize;
            // z has a block of columns for each gate.
            (hidden, if quantity == Quantity::GradZ { cell.blocks() * hidden } else { hidden })
        }
    };
    let elements = quantity.elements(fan_in, fan_out, experiment.batch_size_at(step) as usize);
    (elements.unwrap_or(1) as f64).sqrt()
}
