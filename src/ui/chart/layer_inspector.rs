//! One layer, or two side by side, as histograms.

use super::layer_histogram::{HistogramChart, Kind, is_normalized, seen};
use super::quantity::root_of_elements;
use super::segments::Segments;
use crate::experiment::Experiment;
use crate::nn::Activation;
use crate::plot::histogram::mean_square;
use crate::plot::number::{percent, significant};
use crate::train::{Quantity, StepReport};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{Lab, paced, use_lab};
use crate::ui::reactive::{Memo, RwSignal, Show, Signal, Views, attribute, effect, live};
use crate::ui::shared::words::{layer_name_in, place_name};
use leptos::prelude::*;

/// One layer, or two side by side, as histograms.
#[component]
pub fn LayerInspector() -> impl IntoView {
    let lab = use_lab();
    let (layer, compared) = (lab.instruments.layer, lab.instruments.compared);
    let layers = Memo::new(move |_| lab.measured.with(|experiment| experiment.layer_count()));
    // Another network may have fewer layers than the one that was chosen in.
    effect(move || {
        let layers = layers.get();
        if layer.get() >= layers {
            layer.set(layers.saturating_sub(1));
        }
        if compared.get().is_some_and(|compared| compared >= layers) {
            compared.set(None);
        }
    });
    let has_same_axes = lab.instruments.looks.has_same_axes;
    let is_comparing = Memo::new(move |_| compared.get().is_some());
    let first = Signal::derive(move || Some(layer.get()));
    let second = Signal::derive(move || compared.get());
    // A view that comes a moment later is not worth a flicker: the style sheet lets some time pass.
    let is_stale = move || !lab.is_under_way() && !lab.is_view_current();
    view! {
        <div class="pane inspector" class:stale=is_stale class:comparing=move || is_comparing.get()>
            <div class="inspector-head">
                <LayerChoice layers has_same_axes />
                <Show when=Signal::derive(move || !is_comparing.get())>
                    <LayerWords layer=first is_named=false />
                </Show>
            </div>
            <LayerCharts layer=first other=second has_same_axes is_compared=false />
            <Show when=is_comparing>
                <LayerCharts layer=second other=first has_same_axes is_compared=true />
            </Show>
        </div>
    }
}

/// The histograms of one layer.
#[component]
fn LayerCharts(
    #[prop(into)] layer: Signal<Option<usize>>,
    /// The other layer, if two are compared.
    #[prop(into)]
    other: Signal<Option<usize>>,
    /// Whether both have the same value axes.
    has_same_axes: RwSignal<bool>,
    /// Whether it is the layer compared with the first.
    is_compared: bool,
) -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let beside = Signal::derive(move || other.get().filter(|_| has_same_axes.get()));
    let is_comparing = Memo::new(move |_| lab.instruments.compared.get().is_some());
    let is_missing = Memo::new(move |_| {
        let layer = layer.get();
        lab.instruments.view.with(|view| view.as_deref().is_none_or(|view| seen(view, layer).is_none()))
    });
    let charts = Kind::ALL.map(|kind| view! { <HistogramChart kind is_compared layer beside /> });
    view! {
        <section class="inspector-layer">
            <Show when=is_comparing>
                <LayerWords layer is_named=true />
            </Show>
            <div class="inspector-charts">{charts.into_iter().views()}</div>
            <Show when=is_missing>
                <p class="inspector-waiting">{live(move || t_string!(i18n, layer.waiting))}</p>
            </Show>
        </section>
    }
}

/// Which layer, and which other.
#[component]
fn LayerChoice(layers: Memo<usize>, has_same_axes: RwSignal<bool>) -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let (layer, compared) = (lab.instruments.layer, lab.instruments.compared);
    lab.focus_inspector();
    let option = move |index: usize, is_chosen: Signal<bool>| {
        let name = move || lab.measured.with(|experiment| layer_name_in(i18n, experiment, index));
        view! {
            <option value=index.to_string() prop:selected=move || is_chosen.get()>
                {live(name)}
            </option>
        }
    };
    let choose = move |event| {
        if let Ok(index) = event_target_value(&event).parse() {
            layer.set(index);
        }
    };
    let compare = move |event| compared.set(event_target_value(&event).parse().ok());
    let is_last = move || layer.get() + 1 >= layers.get();
    let go_on = move |_| {
        let last = layers.try_get_untracked().unwrap_or_default().saturating_sub(1);
        layer.update(|layer| *layer = (*layer + 1).min(last));
    };
    let words = move || [t_string!(i18n, layer.axes.own).to_owned(), t_string!(i18n, layer.axes.same).to_owned()];
    view! {
        <div class="inspector-choice">
            <button
                type="button"
                class="chart-button"
                aria-label=attribute(move || t_string!(i18n, layer.previous))
                title=attribute(move || t_string!(i18n, layer.previous))
                disabled=attribute(move || layer.get() == 0)
                on:click=move |_| layer.update(|layer| *layer = layer.saturating_sub(1))
            >
                "‹"
            </button>
            <label class="chart-select">
                <span>{live(move || t_string!(i18n, layer.choose))}</span>
                <select id="inspected-layer" on:change=choose>
                    {live(move || {
                        (0..layers.get())
                            .map(|index| option(index, Signal::derive(move || layer.get() == index)))
                            .views()
                    })}
                </select>
            </label>
            <button
                type="button"
                class="chart-button"
                aria-label=attribute(move || t_string!(i18n, layer.next))
                title=attribute(move || t_string!(i18n, layer.next))
                disabled=attribute(is_last)
                on:click=go_on
            >
                "›"
            </button>
            <label class="chart-select inspector-compare">
                <span>{live(move || t_string!(i18n, layer.compare))}</span>
                <select id="compared-layer" on:change=compare>
                    <option value="" prop:selected=move || compared.get().is_none()>
                        {live(move || t_string!(i18n, layer.alone))}
                    </option>
                    {live(move || {
                        (0..layers.get())
                            .map(|index| option(index, Signal::derive(move || compared.get() == Some(index))))
                            .views()
                    })}
                </select>
            </label>
            <Show when=Signal::derive(move || compared.get().is_some())>
                <Segments
                    name="layer-axes"
                    legend=Signal::derive(move || t_string!(i18n, layer.axes.legend).to_owned())
                    choice=has_same_axes
                    words=Signal::derive(words)
                />
            </Show>
        </div>
    }
}

/// A layer's numbers in words.
#[component]
fn LayerWords(
    #[prop(into)] layer: Signal<Option<usize>>,
    /// Whether they begin with the layer's name.
    is_named: bool,
) -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let refreshed = paced(lab, 400.0);
    let words = Memo::new(move |_| {
        refreshed.get();
        lab.visited.track();
        let layer = layer.get()?;
        // What is shown changes with every frame, and is read at the pace above.
        let (numbers, step, layout) = untrack(|| {
            lab.with_shown(|bucket| {
                let report = &bucket.last;
                let numbers = lab.measured.with(|experiment| numbers(i18n, experiment, report, layer));
                Some((numbers?, report.step, report.layout()))
            })
        })??;
        let theory = (step == 0).then(|| theory(i18n, lab, layer)).flatten();
        let text = [Some(numbers), theory].into_iter().flatten().collect::<Vec<_>>().join(" ");
        Some((place_name(i18n, layout, layer), text))
    });
    let name = move || words.get().filter(|_| is_named).map(|(name, _)| view! { <b>{name}": "</b> });
    view! { <p class="inspector-words">{live(name)} {live(move || words.get().map(|(_, text)| text))}</p> }
}

/// What the report says of a layer; `None` where it has no such layer.
fn numbers(i18n: Words, experiment: &Experiment, report: &StepReport, layer: usize) -> Option<String> {
    let found = |quantity: Quantity| report.find(0, layer, quantity);
    let in_words = |value: f64| significant(value, 2);
    let norm = found(Quantity::GradW)?;
    let gradient = in_words(norm / root_of_elements(experiment, report.step, Quantity::GradW, layer));
    // What ReLU has at slope 0 is a unit that is off; that it is off for all samples is what matters.
    let can_die = experiment.activation == Activation::Relu && experiment.way().places.contains(&layer);
    let inactive = if can_die {
        t_string!(i18n, layer.words.dead, dead = percent(found(Quantity::Dead)?)).to_string()
    } else {
        t_string!(i18n, layer.words.saturated, saturated = percent(found(Quantity::Saturated)?)).to_string()
    };
    let spread = in_words(found(Quantity::ActivationStd)?);
    let text = if report.step == 0 {
        t_string!(i18n, layer.words.before, inactive = inactive, spread = spread, gradient = gradient).to_string()
    } else {
        let ratio = in_words(found(Quantity::UpdateRatio)?);
        t_string!(i18n, layer.words.after, inactive = inactive, spread = spread, gradient = gradient, ratio = ratio)
            .to_string()
    };
    Some(text)
}

/// What theory expects of a layer before the first step, beside what was measured where that is seen.
fn theory(i18n: Words, lab: Lab, layer: usize) -> Option<String> {
    let q = lab.forecast.with(|forecast| {
        let line = forecast.as_ref()?.line.as_ref().ok()?;
        line.mean_squares.get(layer).map(|q| significant(*q, 2))
    })?;
    let measured = lab.instruments.view.with(|view| {
        let view = view.as_deref().filter(|view| view.step == 0)?;
        seen(view, Some(layer)).map(|seen| significant(mean_square(&seen.pre_activation), 2))
    });
    Some(match measured.filter(|_| !is_normalized(lab, Some(layer))) {
        Some(measured) => t_string!(i18n, layer.words.theory_measured, measured = measured, q = q).to_string(),
        None => t_string!(i18n, layer.words.theory, q = q).to_string(),
    })
}
