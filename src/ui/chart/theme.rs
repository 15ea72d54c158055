//! The theme of the charts, from the custom properties of `style/charts.css`.

use super::observe::{AttributeWatch, MediaWatch};
use crate::decimal;
use crate::plot::color::Rgb;
use crate::plot::theme::Theme;
use crate::ui::reactive::RwSignal;
use leptos::prelude::*;

/// The theme that holds now, and again whenever the page's or the system's changes.
pub(in crate::ui) fn follow_theme() -> RwSignal<Theme> {
    let theme = RwSignal::new(read_theme());
    let read_again = move || {
        let now = read_theme();
        if theme.try_with_untracked(|before| *before != now) == Some(true) {
            theme.try_set(now);
        }
    };
    let root = document().document_element();
    let attribute = root.and_then(|root| AttributeWatch::new(&root, "data-theme", read_again));
    // What is stored is dropped, and so disconnected, with the component.
    StoredValue::new_local((attribute, MediaWatch::new("(prefers-color-scheme: dark)", read_again)));
    theme
}

fn read_theme() -> Theme {
    let fallback = Theme::light();
    let style = document().document_element().and_then(|root| window().get_computed_style(&root).ok().flatten());
    let Some(style) = style else { return fallback };
    let text = |name: &str| style.get_property_value(name).unwrap_or_default();
    let color = |name: &str, fallback: Rgb| Rgb::parse(&text(name)).unwrap_or(fallback);
    let family = text("--chart-font").trim().to_owned();
    Theme {
        background: color("--chart-background", fallback.background),
        text: color("--chart-text", fallback.text),
        muted: color("--chart-muted", fallback.muted),
        grid: color("--chart-grid", fallback.grid),
        axis: color("--chart-axis", fallback.axis),
        strip: color("--chart-strip", fallback.strip),
        grad_z: color("--series-grad-z", fallback.grad_z),
        grad_w: color("--series-grad-w", fallback.grad_w),
        update: color("--series-update", fallback.update),
        loss: color("--series-loss", fallback.loss),
        zero: color("--chart-zero", fallback.zero),
        infinite: color("--chart-infinite", fallback.infinite),
        not_a_number: color("--chart-nan", fallback.not_a_number),
        band_opacity: decimal::parse(text("--chart-band").trim()).unwrap_or(fallback.band_opacity),
        font_family: if family.is_empty() { fallback.font_family } else { family },
        ..fallback
    }
}
