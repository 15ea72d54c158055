//! How long drawing takes, for `cargo xtask bench`: entries of the browser's performance timeline, made only where the
//! page's address asks for them (`?timing`), because the timeline keeps them all.

use crate::ui::reactive::element;
use leptos::html;
use leptos::prelude::*;
use std::cell::OnceCell;

thread_local! {
    static IS_ASKED: OnceCell<bool> = const { OnceCell::new() };
}

/// Draws, and notes how long that took under the layer's name and that of the chart whose frame this is.
pub(super) fn timed<R>(frame: NodeRef<html::Div>, layer: &str, draw: impl FnOnce() -> R) -> R {
    let asks = || window().location().search().is_ok_and(|query| query == "?timing");
    let clock = IS_ASKED.with(|is_asked| *is_asked.get_or_init(asks)).then(|| window().performance()).flatten();
    let Some(clock) = clock else { return draw() };
    let mark = "draw-begins";
    let _ = clock.mark(mark);
    let result = draw();
    let figure = element(frame).and_then(|frame| frame.closest("figure").ok().flatten());
    let chart = figure.and_then(|figure| figure.get_attribute("data-chart")).unwrap_or_default();
    let _ = clock.measure_with_start_mark(&format!("{chart} {layer}"), mark);
    clock.clear_marks_with_mark_name(mark);
    result
}
