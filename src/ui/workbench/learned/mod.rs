//! What the network makes of its inputs: its answers as a chart, and how many of them are right.

mod finding;
pub(super) mod scores;

use crate::plot::learned::class_color;
use crate::plot::theme::Theme;
use crate::ui::chart::{LearnedChart, follow_theme, sample_picture};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::{paced, use_lab};
use crate::ui::reactive::{Memo, RwSignal, Views, live};
use leptos::prelude::*;
use scores::Scores;

/// What the network makes of its inputs.
#[component]
pub fn LearnedPane() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let instruments = lab.instruments;
    let shown_step = Memo::new(move |_| lab.shown_step());
    let refreshed = paced(lab, 300.0);
    let evaluation = Memo::new(move |_| {
        refreshed.get();
        let read = move || instruments.evaluation_at(shown_step.get());
        // While the run goes on, figures change at a pace at which they can be read.
        if lab.running.get() { untrack(read) } else { read() }
    });
    let classes = Memo::new(move |_| lab.measured.with(|experiment| experiment.dataset.classes()));
    let samples = Memo::new(move |_| lab.measured.with(|experiment| experiment.samples as usize));
    let sentence = Memo::new(move |_| match evaluation.get() {
        Some(evaluation) => finding::sentence(i18n, evaluation.finding(classes.get(), samples.get())),
        None => t_string!(i18n, learned.waiting).to_owned(),
    });
    let is_stale = Memo::new(move |_| {
        let is_scored = evaluation.get().is_some_and(|evaluation| evaluation.step == shown_step.get());
        let is_current = is_scored && lab.is_view_current();
        !lab.running.get() && !is_current
    });
    let theme = follow_theme();
    view! {
        <div class="pane learned" class:stale=move || is_stale.get()>
            <LearnedChart sentence />
            <div class="learned-words">
                <p class="learned-sentence">{live(move || sentence.get())}</p>
                <Scores evaluation />
                {live(move || classes.get().map(|classes| view! { <Legend classes theme /> }))}
            </div>
        </div>
    }
}

/// The marks of the classes, and of answers that are wrong.
#[component]
fn Legend(
    /// How many there are.
    classes: usize,
    /// The colours.
    theme: RwSignal<Theme>,
) -> impl IntoView {
    let i18n = use_i18n();
    let mark = move |class: usize| {
        view! {
            <li>
                {live(move || sample_picture(class, theme.with(|theme| class_color(theme, class).mix(theme.text, 0.2)), false))}
                {live(move || t_string!(i18n, learned.class, number = class).to_string())}
            </li>
        }
    };
    view! {
        <ul class="learned-legend">
            {(0..classes).map(mark).views()}
            <li>
                <svg class="chart-mark" viewBox="0 0 16 16" aria-hidden="true">
                    <circle cx="8" cy="8" r="4.5" fill="none" stroke="currentcolor" stroke-width="3"></circle>
                </svg>
                {live(move || t_string!(i18n, learned.wrong))}
            </li>
        </ul>
    }
}
