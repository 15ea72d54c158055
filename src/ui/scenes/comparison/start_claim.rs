//! That equal seeds give an equal start, checked on the runs' own bits.

use super::runs::{Run, Runs};
use crate::experiment::same_start::SameStart;
use crate::plot::runs::LETTERS;
use crate::train::Alike;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::reactive::{Memo, Views, attribute, live};
use crate::ui::shared::icon::{Icon, Picture};
use leptos::prelude::*;

/// What is said of a run's beginning beside that of the first, and what was found.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Compared {
    place: usize,
    said: SameStart,
    found: Option<Alike>,
}

impl Compared {
    fn of(first: &Run, run: &Run, place: usize) -> Self {
        let said = first.lab.measured.with(|one| run.lab.measured.with(|other| first.same_start(run, one, other)));
        let found = first.lab.instruments.beginning.with(|one| {
            let one = one.as_ref()?;
            run.lab.instruments.beginning.with(|other| Some(one.alike(other.as_ref()?)))
        });
        Self { place, said, found }
    }

    /// Whether all that is said is so; `None` before it was checked.
    fn holds(self) -> Option<bool> {
        let (said, found) = (self.said, self.found?);
        let weights = !said.weights || found.same == found.comparable;
        Some(weights && (!said.data || found.data) && (!said.batches || found.batches))
    }

    fn text(self, i18n: Words) -> String {
        let run = LETTERS[self.place % LETTERS.len()];
        let Some(found) = self.found else {
            return t_string!(i18n, comparison.proof.unchecked, run = run).to_string();
        };
        let word = |is_same: bool| match is_same {
            true => t_string!(i18n, comparison.proof.same),
            false => t_string!(i18n, comparison.proof.other),
        };
        let (same, comparable) = (found.same, found.comparable);
        let (data, batches) = (word(found.data), word(found.batches));
        t_string!(
            i18n,
            comparison.proof.line,
            run = run,
            same = same,
            comparable = comparable,
            data = data,
            batches = batches
        )
        .to_string()
    }
}

/// The claim among those of the proof.
#[component]
pub fn StartClaim() -> impl IntoView {
    let (i18n, runs) = (use_i18n(), expect_context::<Runs>());
    let compared = Memo::new(move |_| {
        let all = runs.all.get();
        let others = all.iter().enumerate().skip(1);
        others.map(|(place, run)| Compared::of(&all[0], run, place)).collect::<Vec<_>>()
    });
    let is_checking =
        Memo::new(move |_| runs.all.with(|all| all.iter().any(|run| run.lab.instruments.proving.get().is_some())));
    // Whether anything is claimed at all.
    let is_claimed = move || compared.with(|all| all.iter().any(|one| one.said.seed));
    let holds =
        Memo::new(move |_| compared.with(|all| all.iter().try_fold(true, |holds, one| Some(one.holds()? && holds))));
    let result = move || match holds.get() {
        _ if !is_claimed() => "none",
        None => "unchecked",
        Some(true) => "pass",
        Some(false) => "fail",
    };
    let picture = move || match result() {
        "pass" => Some(view! { <Icon picture=Picture::Check /> }.into_any()),
        "fail" => Some(view! { <Icon picture=Picture::Close /> }.into_any()),
        "none" => Some(view! { <Icon picture=Picture::Dash /> }.into_any()),
        _ => None,
    };
    let word = move || match result() {
        "pass" => t_string!(i18n, proof.holds),
        "fail" => t_string!(i18n, proof.fails),
        "none" => t_string!(i18n, proof.not_claimed),
        _ => t_string!(i18n, proof.unchecked),
    };
    let lines = move || compared.get().into_iter().map(|one| view! { <li>{one.text(i18n)}</li> }).views();
    let check = move |_| runs.all.get_untracked().into_iter().for_each(|run| run.lab.prove());
    view! {
        <article class="claim" data-claim="same-start" data-result=attribute(result)>
            <h3>{live(move || t_string!(i18n, comparison.proof.title))}</h3>
            <p class="claim-result">{live(picture)} {live(word)}</p>
            <ul class="claim-numbers start-claim">{live(lines)}</ul>
            <p class="claim-meaning">{live(move || t_string!(i18n, comparison.proof.meaning))}</p>
            <button type="button" class="button" disabled=attribute(move || is_checking.get()) on:click=check>
                {live(move || t_string!(i18n, comparison.proof.check))}
            </button>
        </article>
    }
}
