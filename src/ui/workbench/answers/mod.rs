//! What a network makes of sequences: its answers to some that it never saw, and what it writes.

mod own_text;
mod sentences;
mod shown;

use crate::look::finding::Finding;
use crate::look::learned_sequences::{Chance, LearnedSequences, SampledText};
use crate::plot::number::{percent, readable, significant};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::{paced, use_lab};
use crate::ui::reactive::{Memo, live};
use crate::ui::shared::words::Words;
use crate::ui::workbench::learned::scores::Scores;
use leptos::prelude::*;
use own_text::OwnText;
use sentences::SentencesList;
use shown::Shown;

/// What a network makes of sequences.
#[component]
pub fn AnswersPane() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let instruments = lab.instruments;
    let shown_step = Memo::new(move |_| lab.shown_step());
    let refreshed = paced(lab, 300.0);
    let evaluation = Memo::new(move |_| {
        refreshed.get();
        let read = move || instruments.evaluation_at(shown_step.get());
        if lab.running.get() { untrack(read) } else { read() }
    });
    let seen = Memo::new(move |_| {
        let view = instruments.view.get()?;
        view.sequences.clone()
    });
    let sentence = move || match (evaluation.get(), seen.with(|seen| seen.as_ref().map(|seen| seen.chance))) {
        (Some(evaluation), Some(chance)) => words_of(i18n, evaluation.finding_by(&chance), chance),
        _ => t_string!(i18n, learned.waiting).to_owned(),
    };
    let is_stale = Memo::new(move |_| {
        let is_scored = evaluation.get().is_some_and(|evaluation| evaluation.step == shown_step.get());
        !(lab.running.get() || is_scored && lab.is_view_current())
    });
    let takes_text = Memo::new(move |_| lab.experiment.with(|experiment| experiment.takes_own_text()));
    let has_sentences = Memo::new(move |_| seen.with(|seen| seen.as_ref().is_some_and(|s| s.sentences.is_some())));
    view! {
        <section class="pane answers" class:stale=move || is_stale.get() aria-labelledby="answers-title">
            <div class="answers-head">
                <h2 id="answers-title" class="chart-title">{live(move || t_string!(i18n, answers.title))}</h2>
                <p class="learned-sentence">{live(sentence)}</p>
                <Scores evaluation />
            </div>
            <div class="answers-body">
                {live(move || seen.get().map(|seen| view! { <Seen seen=*seen /> }))}
                {live(move || has_sentences.get().then(|| view! { <sentences::OwnSentence seen /> }))}
                {live(move || takes_text.get().then(|| view! { <OwnText /> }))}
            </div>
        </section>
    }
}

/// What was seen at one step.
#[component]
fn Seen(
    /// It.
    seen: LearnedSequences,
) -> impl IntoView {
    let LearnedSequences { shown, sentences, text, .. } = seen;
    view! {
        {text.map(|text| view! { <Written text /> })}
        {sentences.map(|sentences| view! { <SentencesList sentences /> })}
        {(!shown.is_empty()).then(|| view! { <Shown shown /> })}
    }
}

/// A text that the network wrote.
#[component]
fn Written(
    /// It.
    text: SampledText,
) -> impl IntoView {
    let i18n = use_i18n();
    let is_empty = text.written.is_empty();
    view! {
        <h3>{t_string!(i18n, answers.written)}</h3>
        <p class="answers-text" data-answers="text">
            <span class="answers-prompt">{text.prompt}</span>
            {text.written}
        </p>
        <p class="hint">
            {if is_empty { t_string!(i18n, answers.no_text) } else { t_string!(i18n, answers.written_hint) }}
        </p>
    }
}

/// The finding as a sentence.
fn words_of(i18n: Words, finding: Finding, chance: Chance) -> String {
    match finding {
        Finding::NotFinite => t_string!(i18n, learned.not_finite).to_owned(),
        Finding::Overfit(factor) => t_string!(i18n, answers.overfit, factor = significant(factor, 2)).to_string(),
        Finding::Guessing(share) => t_string!(i18n, answers.guessing, share = percent(share)).to_string(),
        Finding::Names(share) => {
            let chance = percent(chance.accuracy.unwrap_or_default());
            t_string!(i18n, answers.names, share = percent(share), chance = chance).to_string()
        }
        Finding::Mean(loss) | Finding::Fits(loss) => {
            t_string!(i18n, answers.mean, loss = readable(loss), chance = readable(chance.loss)).to_string()
        }
    }
}
