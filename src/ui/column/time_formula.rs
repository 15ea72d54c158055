//! Formulas of the gradient's way through time.

use crate::nn::recurrent::Cell;
use leptos::prelude::*;

/// ‖∂L/∂h_t‖, the norm of the gradient at a time step.
#[component]
pub fn StateNorm(
    /// The time step: a number, or an expression such as `t−1`.
    #[prop(into)]
    time: String,
) -> impl IntoView {
    view! { <span class="term">"‖∂" <i>"L"</i> "/∂" <i>"h"</i> <sub>{time}</sub> "‖"</span> }
}

/// ∂L/∂q_t, the gradient with respect to a quantity of a time step.
#[component]
fn Gradient(
    /// The quantity's letter.
    of: &'static str,
    /// The time step.
    time: &'static str,
) -> impl IntoView {
    view! { <span class="term">"∂" <i>"L"</i> "/∂" <i>{of}</i> <sub>{time}</sub></span> }
}

/// How the gradient goes back one time step of a cell:
///
/// | cell | |
/// | --- | --- |
/// | plain | `∂L/∂h_{t−1} = (∂L/∂h_t ⊙ φ′(z_t)) W_hhᵀ` |
/// | LSTM | `∂L/∂c_{t−1} = ∂L/∂c_t ⊙ f_t + …`, the rest through W_hh |
/// | GRU | `∂L/∂h_{t−1} = ∂L/∂h_t ⊙ z_t + …`, likewise |
#[component]
pub fn TimeStep(
    /// The cell.
    cell: Cell,
) -> impl IntoView {
    let (of, gate) = match cell {
        Cell::Tanh | Cell::Relu => {
            return view! {
                <Gradient of="h" time="t−1" />
                " = ("
                <Gradient of="h" time="t" />
                " ⊙ "
                <span class="term"><i>"φ"</i> "′(" <i>"z"</i> <sub>"t"</sub> "))"</span>
                " · "
                <span class="term"><i>"W"</i> <sub>"hh"</sub> <sup>"⊤"</sup></span>
            }
            .into_any();
        }
        Cell::Lstm => ("c", "f"),
        Cell::Gru => ("h", "z"),
    };
    view! {
        <Gradient of time="t−1" />
        " = "
        <Gradient of time="t" />
        " ⊙ "
        <b class="term"><i>{gate}</i> <sub>"t"</sub></b>
        " + …"
    }
    .into_any()
}
