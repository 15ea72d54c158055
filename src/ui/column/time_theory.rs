//! What theory expects of a recurrent network at the start, and whether what was measured there agrees. A first visit shows
//! none.

use super::standing::name_of;
use crate::diagnosis::Flow;
use crate::experiment::Way;
use crate::plot::number::significant;
use crate::theory::{Forecast, GradientBound, NoPrediction, Standing, gradient_bound};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, live};
use crate::ui::shared::words::Words;
use leptos::prelude::*;

/// What the largest singular value of W_hh says of a plain network, at the step that was last looked at: Pascanu's two
/// conditions with their numbers.
#[component]
pub fn Bounds() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    lab.instruments.read_views();
    let numbers = Memo::new(move |_| {
        lab.instruments.view.with(|view| match &view.as_deref()?.spectrum[..] {
            [plain] => Some((plain.radius, plain.largest_singular)),
            _ => None,
        })
    });
    let said = move || {
        let (radius, largest) = numbers.get()?;
        let (name, words) = match gradient_bound(largest)? {
            GradientBound::Vanishes => ("vanishes", t_string!(i18n, through_time.theory.bound_vanishes)),
            GradientBound::Bounded => ("bounded", t_string!(i18n, through_time.theory.bound_bounded)),
            GradientBound::MayExplode => ("may-explode", t_string!(i18n, through_time.theory.bound_may_explode)),
        };
        let matrix = || view! { "(" <i>"W"</i> <sub>"hh"</sub> ") = " };
        Some(view! {
            <div class="theory" data-bound=name>
                <p class="formula">
                    <span class="term"><i>"ρ"</i> {matrix()} <b>{significant(radius, 3)}</b></span>
                    ", "
                    <span class="term"><i>"σ"</i> <sub>"max"</sub> {matrix()} <b>{significant(largest, 3)}</b></span>
                </p>
                <p>{words}</p>
            </div>
        })
    };
    live(said)
}

/// The factor of a time step by theory and the measured one, and where the first step that a gradient comes to lies.
#[component]
pub fn TimeTheory() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let said = move || {
        lab.forecast.with(|forecast| {
            let forecast = forecast.as_ref()?;
            let way =
                lab.measured.with_untracked(|experiment| experiment.model.is_recurrent().then(|| experiment.way()))?;
            let first = way.places.start;
            let standing = forecast.standing(first);
            Some(view! {
                <div class="theory" data-standing=standing.map(name_of)>
                    {formula(i18n, forecast, &way)}
                    <p>{sentence(i18n, forecast, standing, first + 1)}</p>
                </div>
            })
        })
    };
    live(said)
}

fn formula(i18n: Words, forecast: &Forecast, way: &Way) -> Option<AnyView> {
    let expected = forecast.factor()?;
    let measured = Flow::along(way, &forecast.measured).factor;
    let memory = forecast.memory().filter(|memory| memory.is_finite()).map(|memory| {
        let words = t_string!(i18n, through_time.theory.memory, steps = significant(memory, 2)).to_string();
        view! { <span class="term measured">{words}</span> }
    });
    let view = view! {
        <p class="formula">
            <span class="term measured">{t_string!(i18n, through_time.theory.by_theory)}</span>
            <b>{significant(expected, 3)}</b>
            {memory}
            <span class="term measured">{t_string!(i18n, page.theory.measured)} " " {significant(measured, 3)}</span>
        </p>
    };
    Some(view.into_any())
}

fn sentence(i18n: Words, forecast: &Forecast, standing: Option<Standing>, time: usize) -> String {
    let reason = forecast.reason().or(forecast.band.as_ref().err().copied()).and_then(|reason| match reason {
        NoPrediction::DependentWeights => Some(t_string!(i18n, through_time.theory.dependent_weights)),
        NoPrediction::EveryStep => Some(t_string!(i18n, through_time.theory.every_step)),
        NoPrediction::Levels => Some(t_string!(i18n, through_time.theory.levels)),
        NoPrediction::Padding => Some(t_string!(i18n, through_time.theory.padding)),
        NoPrediction::Overflow => Some(t_string!(i18n, through_time.theory.overflow)),
        NoPrediction::Width => Some(t_string!(i18n, through_time.theory.width)),
        NoPrediction::NoText => Some(t_string!(i18n, page.theory.no_text)),
        // Of layers.
        NoPrediction::ZeroWeights
        | NoPrediction::EqualWeights
        | NoPrediction::FewSamples
        | NoPrediction::FewUnits
        | NoPrediction::Geometry => None,
    });
    // Where the line leaves the band, that has been said.
    let is_to_say = forecast.has_stand_in() && !forecast.line_leaves_band();
    let stand_in = is_to_say.then(|| t_string!(i18n, page.theory.stand_in));
    let band = match standing {
        Some(Standing::Inside) => Some(t_string!(i18n, through_time.theory.inside, time).to_string()),
        Some(Standing::Below) => Some(t_string!(i18n, through_time.theory.below, time).to_string()),
        Some(Standing::Above) => Some(t_string!(i18n, through_time.theory.above, time).to_string()),
        None if forecast.band != Ok(None) => None,
        None if forecast.is_complete => Some(t_string!(i18n, page.theory.no_band).to_owned()),
        None => Some(t_string!(i18n, page.theory.drawing).to_owned()),
    };
    let texts = [reason, stand_in].map(|text| text.map(str::to_owned));
    texts.into_iter().flatten().chain(band).collect::<Vec<_>>().join(" ")
}
