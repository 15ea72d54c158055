//! How well the network does on samples that it learns from and on others.

use crate::look::view::{Evaluation, Score};
use crate::plot::number::{exact, percent, readable};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::reactive::{Signal, attribute, live};
use leptos::prelude::*;

/// Loss and accuracy on training and held-out samples.
#[component]
pub(in crate::ui::workbench) fn Scores(
    /// How well the network does; `None` while it is not known.
    #[prop(into)]
    evaluation: Signal<Option<Evaluation>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let score = move |is_held_out: bool| -> Option<Score> {
        evaluation.get().map(|of| if is_held_out { of.held_out } else { of.training })
    };
    let accuracy = move |is_held_out: bool| score(is_held_out).and_then(|score| score.accuracy);
    let accuracy_cell = move |is_held_out: bool| {
        view! {
            <td data-value=attribute(move || accuracy(is_held_out).map(exact))>
                {live(move || {
                    accuracy(is_held_out)
                        .map(|share| t_string!(i18n, learned.percent, share = percent(share)).to_string())
                })}
            </td>
        }
    };
    let loss_cell = move |is_held_out: bool| {
        view! {
            <td data-value=attribute(move || score(is_held_out).map(|score| exact(score.loss)))>
                {live(move || score(is_held_out).map(|score| readable(score.loss)))}
            </td>
        }
    };
    view! {
        <table class="learned-scores">
            <thead>
                <tr>
                    <td></td>
                    <th scope="col">{live(move || t_string!(i18n, learned.training))}</th>
                    <th scope="col">{live(move || t_string!(i18n, learned.held_out))}</th>
                </tr>
            </thead>
            <tbody>
                <tr data-score="accuracy" hidden=attribute(move || accuracy(false).is_none())>
                    <th scope="row">{live(move || t_string!(i18n, learned.right))}</th>
                    {accuracy_cell(false)}
                    {accuracy_cell(true)}
                </tr>
                <tr data-score="loss">
                    <th scope="row">{live(move || t_string!(i18n, learned.loss))}</th>
                    {loss_cell(false)}
                    {loss_cell(true)}
                </tr>
            </tbody>
        </table>
    }
}
