//! The chart of how often one kind of a layer's numbers falls where.

use super::histogram::{HistogramFigure, Named, Seen};
use crate::look::view::{LayerView, View};
use crate::nn::Normalization;
use crate::plot::color::Rgb;
use crate::plot::theme::Theme;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{Lab, use_lab};
use crate::ui::reactive::{Memo, Show, Signal, live};
use crate::ui::shared::words::layer_name_in;
use leptos::prelude::*;
use std::sync::Arc;

/// Which of a layer's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// z, or u where the layer has a normalization, with φ′ over it.
    PreActivation,
    /// a.
    Activations,
    /// W.
    Weights,
    /// ∂L/∂W.
    Gradients,
    /// ΔW.
    Updates,
}

impl Kind {
    /// All, as they stand from left to right.
    pub(super) const ALL: [Self; 5] =
        [Self::PreActivation, Self::Activations, Self::Weights, Self::Gradients, Self::Updates];

    /// The name of the chart of the first layer, and of that of the layer compared with it.
    fn names(self) -> [&'static str; 2] {
        match self {
            Self::PreActivation => ["histogram-z", "histogram-z-2"],
            Self::Activations => ["histogram-a", "histogram-a-2"],
            Self::Weights => ["histogram-w", "histogram-w-2"],
            Self::Gradients => ["histogram-grad-w", "histogram-grad-w-2"],
            Self::Updates => ["histogram-update", "histogram-update-2"],
        }
    }

    /// What a layer has of it at a step; `None` for the update at step 0.
    fn content(self, step: u64, seen: &LayerView) -> Option<Seen> {
        let slope = (self == Self::PreActivation).then(|| (seen.slope.clone(), seen.activation.largest_slope()));
        let histogram = match self {
            Self::PreActivation => &seen.pre_activation,
            Self::Activations => &seen.activations,
            Self::Weights => &seen.weights,
            Self::Gradients => &seen.gradients,
            Self::Updates => seen.updates.as_ref()?,
        };
        Some(Seen { step, histogram: histogram.clone(), slope })
    }

    fn formula(self, is_normalized: bool) -> &'static str {
        match self {
            Self::PreActivation if is_normalized => "u",
            Self::PreActivation => "z",
            Self::Activations => "a",
            Self::Weights => "W",
            Self::Gradients => "∂L/∂W",
            Self::Updates => "ΔW",
        }
    }

    fn words(self, i18n: Words, is_normalized: bool) -> &'static str {
        match self {
            Self::PreActivation if is_normalized => t_string!(i18n, layer.axis.u),
            Self::PreActivation => t_string!(i18n, layer.axis.z),
            Self::Activations => t_string!(i18n, layer.axis.a),
            Self::Weights => t_string!(i18n, layer.axis.weights),
            Self::Gradients => t_string!(i18n, layer.axis.gradient),
            Self::Updates => t_string!(i18n, layer.axis.update),
        }
    }

    fn color(self) -> fn(&Theme) -> Rgb {
        match self {
            Self::PreActivation | Self::Activations => |theme| theme.grad_z,
            Self::Weights => |theme| theme.muted,
            Self::Gradients => |theme| theme.grad_w,
            Self::Updates => |theme| theme.update,
        }
    }
}

/// What was seen of a layer.
pub(super) fn seen(view: &View, layer: Option<usize>) -> Option<&LayerView> {
    view.layers.iter().find(|seen| Some(seen.layer) == layer)
}

/// Whether φ of a layer is taken of u = norm(z).
pub(super) fn is_normalized(lab: Lab, layer: Option<usize>) -> bool {
    lab.measured.with(|experiment| {
        let is_hidden = layer.is_some_and(|layer| experiment.way().places.contains(&layer));
        is_hidden && experiment.norm != Normalization::None
    })
}

/// One kind of a layer's numbers as a histogram.
#[component]
pub(super) fn HistogramChart(
    /// Which numbers.
    kind: Kind,
    /// Whether it is of the layer compared with the first.
    is_compared: bool,
    /// Of which layer.
    #[prop(into)]
    layer: Signal<Option<usize>>,
    /// The layer with which it has its value axis in common.
    #[prop(into)]
    beside: Signal<Option<usize>>,
) -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let view = lab.instruments.view;
    let normalized = Memo::new(move |_| is_normalized(lab, layer.get()));
    let content = move |layer: Option<usize>| {
        view.with(|view| {
            let view = view.as_deref()?;
            kind.content(view.step, seen(view, layer)?).map(Arc::new)
        })
    };
    let named = Signal::derive(move || Named {
        title: match kind {
            Kind::PreActivation => format!("{}, φ′", kind.formula(normalized.get())),
            _ => kind.formula(false).to_owned(),
        },
        words: kind.words(i18n, normalized.get()).to_owned(),
        formula: kind.formula(normalized.get()).to_owned(),
        of: layer.get().map(|layer| lab.measured.with(|experiment| layer_name_in(i18n, experiment, layer))),
    });
    let has_no_step = Memo::new(move |_| {
        let layer = layer.get();
        let is_seen = view.with(|view| view.as_deref().is_some_and(|view| seen(view, layer).is_some()));
        is_seen && content(layer).is_none()
    });
    view! {
        <div class="histogram" class:wide=kind == Kind::PreActivation>
            <HistogramFigure
                name=kind.names()[usize::from(is_compared)]
                named
                color=kind.color()
                content=Signal::derive(move || content(layer.get()))
                beside=Signal::derive(move || beside.get().and_then(|beside| content(Some(beside))))
            />
            <Show when=has_no_step>
                <p class="histogram-nothing">{live(move || t_string!(i18n, layer.no_step))}</p>
            </Show>
        </div>
    }
}
