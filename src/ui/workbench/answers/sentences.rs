//! The network's answers to sentences.

use crate::look::learned_sequences::{LearnedSequences, OwnSentence as Own, Sentence, Sentences};
use crate::plot::number::percent;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, Views, live};
use leptos::prelude::*;

/// The sentences that the network gets wrong, and some that it gets right.
#[component]
pub(super) fn SentencesList(
    /// Them.
    sentences: Sentences,
) -> impl IntoView {
    let i18n = use_i18n();
    let Sentences { count, wrong, worst, right, .. } = sentences;
    let head = match wrong {
        0 => t_string!(i18n, answers.all_right, count = count).to_string(),
        _ => t_string!(i18n, answers.wrong, wrong = wrong, count = count).to_string(),
    };
    let item = move |sentence: Sentence| {
        let truth = t_string!(i18n, answers.is, label = label(i18n, sentence.praises)).to_string();
        view! {
            <li>
                <q>{joined(&sentence.words)}</q>
                " "
                <small>{says(i18n, sentence.probability)} "; " {truth}</small>
            </li>
        }
    };
    let list = move |title: &'static str, name: &'static str, of: Vec<Sentence>| {
        (!of.is_empty()).then(|| {
            view! {
                <h3>{title}</h3>
                <ul class="answers-sentences" data-answers=name>{of.into_iter().map(item).views()}</ul>
            }
        })
    };
    view! {
        <p class="answers-count" data-answers="count" data-wrong=wrong.to_string()>{head}</p>
        {list(t_string!(i18n, answers.worst), "wrong", worst)}
        {list(t_string!(i18n, answers.right), "right", right)}
    }
}

/// A field for a sentence of the reader's own, and what the network says of it.
#[component]
pub(super) fn OwnSentence(
    /// What the worker saw.
    seen: Memo<Option<Box<LearnedSequences>>>,
) -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let asked = lab.instruments.own_sentence;
    let own = Memo::new(move |_| {
        seen.with(|seen| seen.as_ref()?.sentences.as_ref()?.own.clone())
            .filter(|own| asked.with(|now| *now == own.asked))
    });
    let answer = move || {
        if asked.with(|asked| asked.trim().is_empty()) {
            return vec![t_string!(i18n, answers.own_empty).to_owned()];
        }
        let Some(Own { words, left_out, probability, .. }) = own.get() else { return Vec::new() };
        let mut lines = vec![match probability {
            Some(probability) => says(i18n, probability),
            None => t_string!(i18n, answers.own_none).to_owned(),
        }];
        let unknown: Vec<&str> = words.iter().filter(|(_, is_known)| !is_known).map(|(word, _)| &**word).collect();
        if !unknown.is_empty() {
            lines.push(t_string!(i18n, answers.own_unknown, words = unknown.join(", ")).to_string());
        }
        if left_out > 0 {
            // What was read is then as long as it can be.
            lines.push(t_string!(i18n, answers.own_left_out, count = left_out, length = words.len()).to_string());
        }
        lines
    };
    view! {
        <div class="answers-own">
            <label for="own-sentence">{live(move || t_string!(i18n, answers.own_sentence))}</label>
            <input
                type="text"
                id="own-sentence"
                maxlength="400"
                autocomplete="off"
                prop:value=move || asked.get()
                on:input=move |event| asked.set(event_target_value(&event))
            />
            <div role="status" data-answers="own-sentence">
                {live(move || answer().into_iter().map(|line| view! { <p>{line}</p> }).views())}
            </div>
        </div>
    }
}

/// What the network says of a sentence with this probability that it praises; where it is not a number, that it says nothing.
fn says(i18n: Words, probability: f64) -> String {
    if probability.is_nan() {
        return t_string!(i18n, answers.says_nothing).to_owned();
    }
    let praises = probability > 0.5;
    let sure = if praises { probability } else { 1.0 - probability };
    t_string!(i18n, answers.says, label = label(i18n, praises), percent = percent(sure)).to_string()
}

fn label(i18n: Words, praises: bool) -> &'static str {
    if praises { t_string!(i18n, answers.praises) } else { t_string!(i18n, answers.blames) }
}

/// Words with spaces between them where their language has some.
fn joined(words: &[String]) -> String {
    let has_spaces = words.iter().all(|word| word.is_ascii());
    words.join(if has_spaces { " " } else { "" })
}
