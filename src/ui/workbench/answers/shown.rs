//! Held-out sequences with the network's answers.

use crate::look::learned_sequences::{ShownAnswer, ShownSequence};
use crate::look::recurrent_view::Input;
use crate::plot::number::{percent, significant};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::reactive::Views;
use leptos::prelude::*;

/// Held-out sequences with the network's answers.
#[component]
pub(super) fn Shown(
    /// Them.
    shown: Vec<ShownSequence>,
) -> impl IntoView {
    let i18n = use_i18n();
    let row = move |sequence: ShownSequence| {
        let read = words_of(i18n, &sequence.inputs);
        let (mut expected, mut answered) = (Vec::new(), Vec::new());
        for answer in &sequence.answers {
            let (target, predicted) = names(answer);
            expected.push(view! { <span>{target}</span> });
            answered.push(view! { <span class:answers-wrong=is_wrong(answer)>{predicted}</span> });
        }
        let sure = match &sequence.answers[..] {
            [ShownAnswer { probability: Some(p), .. }] => {
                Some(t_string!(i18n, answers.sure, percent = percent(*p)).to_string())
            }
            _ => None,
        };
        view! {
            <tr>
                <td class="answers-read">{read}</td>
                <td class="answers-symbols">{expected.into_iter().views()}</td>
                <td class="answers-symbols">{answered.into_iter().views()} " " <small>{sure}</small></td>
            </tr>
        }
    };
    view! {
        <table class="answers-table" data-answers="sequences">
            <thead>
                <tr>
                    <th scope="col">{t_string!(i18n, answers.sequence)}</th>
                    <th scope="col">{t_string!(i18n, answers.expected)}</th>
                    <th scope="col">{t_string!(i18n, answers.answered)}</th>
                </tr>
            </thead>
            <tbody>{shown.into_iter().map(row).views()}</tbody>
        </table>
    }
}

/// What is read: symbols and bits in a row, and of numbers with a mark those that are marked.
fn words_of(i18n: Words, inputs: &[Input]) -> String {
    let marked: Vec<f64> = inputs.iter().filter_map(marked).collect();
    if let [first, second] = marked[..] {
        let (first, second) = (significant(first, 2), significant(second, 2));
        return t_string!(i18n, answers.pair, first = first, second = second).to_string();
    }
    inputs.iter().map(word).collect()
}

fn marked(input: &Input) -> Option<f64> {
    match input {
        Input::Numbers(numbers) if numbers.len() == 2 && numbers[1] == 1.0 => Some(numbers[0]),
        _ => None,
    }
}

fn word(input: &Input) -> String {
    match input {
        Input::Symbol(_, Some(name)) => visible(name),
        Input::Symbol(symbol, None) => letter(*symbol),
        Input::Padding => "·".to_owned(),
        Input::Numbers(numbers) => numbers.first().map(|number| significant(*number, 2)).unwrap_or_default(),
    }
}

/// The target and the answer in words.
fn names(answer: &ShownAnswer) -> (String, String) {
    match (&answer.names, answer.probability) {
        (Some((target, predicted)), _) => (visible(target), visible(predicted)),
        (None, Some(_)) if answer.is_symbol => (letter(answer.target as u16), letter(answer.predicted as u16)),
        (None, Some(_)) => (format!("{:.0}", answer.target), format!("{:.0}", answer.predicted)),
        (None, None) => (significant(answer.target, 3), significant(answer.predicted, 3)),
    }
}

/// Whether a class is named wrongly; numbers are never exact.
fn is_wrong(answer: &ShownAnswer) -> bool {
    answer.predicted.is_nan() || (answer.probability.is_some() && answer.predicted != answer.target)
}

/// A line end as a mark that can be seen.
fn visible(name: &str) -> String {
    name.replace('\n', "↵")
}

/// The symbols of tasks that have no text are called by letters.
fn letter(symbol: u16) -> String {
    char::from_u32(u32::from(b'A') + u32::from(symbol)).map(String::from).unwrap_or_default()
}
