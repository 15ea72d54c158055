//! What weight decay makes of the weights, in numbers.

use crate::diagnosis::Decay;
use crate::plot::number::factor_of_total;
use crate::ui::lab::reading::Finding;
use leptos::prelude::*;

/// To as many digits as all its steps together need.
pub fn decay_factor(finding: &Finding, decay: Decay) -> Option<String> {
    let factor = decay.factor?;
    let steps = finding.step as usize;
    let is_shrinking = !decay.drives_away() && factor > 0.0;
    let total = if is_shrinking { libm::pow(factor, steps as f64) } else { f64::NAN };
    Some(factor_of_total(factor, total, steps))
}

/// 1 − ηλ, what decay alone makes of the weights in a step, where that is all.
pub fn decay_formula(finding: &Finding, decay: Decay) -> AnyView {
    let factor = decay_factor(finding, decay).filter(|_| decay.is_plain).map(|factor| {
        view! {
            <p class="formula">
                <span class="term">"1 − " <i>"ηλ"</i></span>
                " = "
                <b>{factor}</b>
            </p>
        }
    });
    factor.into_any()
}
