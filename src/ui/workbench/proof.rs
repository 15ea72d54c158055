//! Claims about gradients, checked on the live network.

use crate::choice::Choice;
use crate::experiment::{Experiment, Key};
use crate::look::proof::{Check, Claim, Found, NotClaimed};
use crate::plot::number::{exact, grouped, significant};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::scene::FurtherClaim;
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, Views, attribute, live};
use crate::ui::shared::icon::{Icon, Picture};
use crate::ui::shared::part::Missing;
use crate::ui::shared::words::{self, Words};
use crate::worker::protocol::{Need, Way};
use leptos::prelude::*;
use std::cmp::Ordering;

/// Claims about gradients, checked on the live network.
#[component]
pub fn ProofPane() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let (proof, proving) = (lab.instruments.proof, lab.instruments.proving);
    let checked_step = Memo::new(move |_| proof.with(|proof| proof.as_ref().map(|(step, _)| *step)));
    let shown_step = Memo::new(move |_| lab.shown_step());
    let absent = Memo::new(move |_| lab.absent_to_prove());
    let is_coming = move || absent.get().is_some_and(|(_, way)| way == Way::Coming);
    let missing = Memo::new(move |_| absent.get().filter(|(_, way)| *way == Way::Missing).map(|(part, _)| part));
    let claims = Memo::new(move |_| lab.measured.with(claims_of));
    let button = move || {
        if proving.get().is_some() && is_coming() {
            t_string!(i18n, proof.coming).to_owned()
        } else if let Some(progress) = proving.get() {
            let percent = (100.0 * progress).round();
            t_string!(i18n, proof.checking, percent = percent).to_string()
        } else if checked_step.get().is_some_and(|step| step != shown_step.get()) {
            t_string!(i18n, proof.again).to_owned()
        } else {
            t_string!(i18n, proof.check).to_owned()
        }
    };
    let when = move || {
        if lab.no_room.get() == Some(Need::Proof) {
            return t_string!(i18n, proof.no_room).to_owned();
        }
        let Some(step) = checked_step.get() else { return t_string!(i18n, proof.intro).to_owned() };
        let (now, then) = (shown_step.get(), grouped(step));
        let (holding, made) = proof.with(|proof| {
            let checks = proof.iter().flat_map(|(_, checks)| checks.iter());
            let found: Vec<Found> = checks.filter_map(|check| check.found.ok()).collect();
            (found.iter().filter(|found| found.holds()).count(), found.len())
        });
        match now.cmp(&step) {
            Ordering::Equal => t_string!(i18n, proof.at, step = then, holding = holding, made = made).to_string(),
            Ordering::Greater => {
                let now = grouped(now);
                t_string!(i18n, proof.moved_on, step = then, holding = holding, made = made, now = now).to_string()
            }
            Ordering::Less => {
                let now = grouped(now);
                t_string!(i18n, proof.moved_back, step = then, holding = holding, made = made, now = now).to_string()
            }
        }
    };
    view! {
        <section class="pane proof" aria-labelledby="proof-title">
            <div class="proof-head">
                <h2 id="proof-title" class="chart-title">{live(move || t_string!(i18n, proof.title))}</h2>
                <p class="proof-step" aria-live="polite">{live(when)}</p>
                <button
                    type="button"
                    class="button primary"
                    disabled=attribute(move || {
                        let has_code = lab.absent_to_run().is_none();
                        proving.get().is_some() || !has_code || !lab.failure.with(Option::is_none)
                    })
                    on:click=move |_| lab.prove()
                >
                    {live(button)}
                </button>
            </div>
            {live(move || {
                let name = missing.get()?.name();
                // What was asked of it is asked again.
                Some(view! { <Missing name again=Callback::new(move |()| lab.prove()) /> })
            })}
            <div class="claims">
                {use_context::<FurtherClaim>().map(|FurtherClaim(claim)| claim())}
                {live(move || claims.get().into_iter().map(|claim| view! { <ClaimCard claim /> }).views())}
            </div>
        </section>
    }
}

/// What is claimed of the network of an experiment.
fn claims_of(experiment: &Experiment) -> [Claim; 4] {
    if experiment.model.is_recurrent() { Claim::THROUGH_TIME } else { Claim::OF_LAYERS }
}

/// One claim: what came of its check, the numbers, the formula, and what it means.
#[component]
fn ClaimCard(
    /// The claim.
    claim: Claim,
) -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let check = Memo::new(move |_| -> Option<Check> {
        lab.instruments.proof.with(|proof| {
            let (_, checks) = proof.as_ref()?;
            checks.iter().find(|check| check.claim == claim).copied()
        })
    });
    let not_in_link = Memo::new(move |_| lab.not_in_link());
    let is_in_time = Memo::new(move |_| lab.measured.with(|experiment| experiment.model.is_recurrent()));
    let meaning = move || {
        if claim == Claim::FiniteDifference && is_in_time.get() {
            return t_string!(i18n, proof.finite_difference.through_time).to_owned();
        }
        meaning(i18n, claim, not_in_link.get())
    };
    // Of a recurrent network no layers are counted, but tensors.
    let layers = Memo::new(move |_| {
        lab.measured.with(|experiment| (!experiment.model.is_recurrent()).then_some(experiment.layer_count() as u64))
    });
    let found = move || check.get().map(|check| check.found);
    let result = move || match found() {
        None => Outcome::Unchecked,
        Some(Err(_)) => Outcome::NotClaimed,
        Some(Ok(found)) if found.holds() => Outcome::Holds,
        Some(Ok(_)) => Outcome::Fails,
    };
    let numbers = move || match found()? {
        Ok(found) => Some(numbers(i18n, claim, found, layers.get())),
        Err(why) => Some(why_not(i18n, why).to_owned()),
    };
    view! {
        <article
            class="claim"
            data-claim=claim.name()
            data-result=attribute(move || result().name())
            data-error=attribute(move || found().and_then(Result::ok).map(|found| exact(found.error)))
        >
            <h3>{live(name(i18n, claim))}</h3>
            <p class="claim-result">
                {live(move || result().picture().map(|picture| view! { <Icon picture /> }))}
                {live(move || result().word(i18n))}
            </p>
            <p class="claim-formula">{formula(claim)}</p>
            <p class="claim-numbers">{live(numbers)}</p>
            <p class="claim-meaning">{live(meaning)}</p>
        </article>
    }
}

/// What came of a check.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Holds,
    Fails,
    NotClaimed,
    Unchecked,
}

impl Outcome {
    /// The name by which style sheets and tests know it.
    fn name(self) -> &'static str {
        match self {
            Self::Holds => "pass",
            Self::Fails => "fail",
            Self::NotClaimed => "none",
            Self::Unchecked => "unchecked",
        }
    }

    fn picture(self) -> Option<Picture> {
        match self {
            Self::Holds => Some(Picture::Check),
            Self::Fails => Some(Picture::Close),
            Self::NotClaimed => Some(Picture::Dash),
            Self::Unchecked => None,
        }
    }

    fn word(self, i18n: Words) -> &'static str {
        match self {
            Self::Holds => t_string!(i18n, proof.holds),
            Self::Fails => t_string!(i18n, proof.fails),
            Self::NotClaimed => t_string!(i18n, proof.not_claimed),
            Self::Unchecked => t_string!(i18n, proof.unchecked),
        }
    }
}

fn name(i18n: Words, claim: Claim) -> impl Fn() -> &'static str {
    move || match claim {
        Claim::FiniteDifference => t_string!(i18n, proof.finite_difference.name),
        Claim::WeightGradient => t_string!(i18n, proof.weight_gradient.name),
        Claim::AdamFirstStep => t_string!(i18n, proof.adam_first_step.name),
        Claim::SumOverTime => t_string!(i18n, proof.sum_over_time.name),
        Claim::FullWindow => t_string!(i18n, proof.full_window.name),
        Claim::SameBits => t_string!(i18n, proof.same_bits.name),
    }
}

fn meaning(i18n: Words, claim: Claim, not_in_link: Option<(Key, u64)>) -> String {
    match (claim, not_in_link) {
        (Claim::FiniteDifference, _) => t_string!(i18n, proof.finite_difference.meaning).to_owned(),
        (Claim::WeightGradient, _) => t_string!(i18n, proof.weight_gradient.meaning).to_owned(),
        (Claim::AdamFirstStep, _) => t_string!(i18n, proof.adam_first_step.meaning).to_owned(),
        (Claim::SumOverTime, _) => t_string!(i18n, proof.sum_over_time.meaning).to_owned(),
        (Claim::FullWindow, _) => t_string!(i18n, proof.full_window.meaning).to_owned(),
        (Claim::SameBits, None) => t_string!(i18n, proof.same_bits.meaning).to_owned(),
        (Claim::SameBits, Some((key, step))) => {
            t_string!(i18n, proof.same_bits.changed, label = words::label(i18n, key), step = grouped(step)).to_string()
        }
    }
}

fn formula(claim: Claim) -> &'static str {
    match claim {
        Claim::FiniteDifference => "(L(W + hd) − L(W − hd)) / 2h = ‖∂L/∂W‖",
        Claim::WeightGradient => "⟨Wˡ, ∂L/∂Wˡ⟩ + ⟨bˡ, ∂L/∂bˡ⟩ = ⟨Wˡ⁺¹, ∂L/∂Wˡ⁺¹⟩",
        Claim::AdamFirstStep => "|Δw| = η |g| / (|g| + ε)",
        Claim::SumOverTime => "∂L/∂Wₕₕ = Σₜ hₜ₋₁ᵀ δₜ",
        Claim::FullWindow => "∂L/∂θ (window T) = ∂L/∂θ (full)",
        Claim::SameBits => "θ(seed, t) = θ(seed, t)",
    }
}

fn numbers(i18n: Words, claim: Claim, found: Found, layers: Option<u64>) -> String {
    let Found { error, allowed, compared, too_small } = found;
    let short = |number: f64| significant(number, 2);
    let sampled = compared + too_small;
    let compared = grouped(compared);
    let main = match claim {
        Claim::FiniteDifference => match layers {
            Some(all) => {
                let (error, all, allowed) = (short(error), grouped(all), short(allowed));
                t_string!(i18n, proof.layers, error, compared, all, allowed).to_string()
            }
            None => {
                let (error, allowed) = (short(error), short(allowed));
                t_string!(i18n, proof.tensors, error, compared, allowed).to_string()
            }
        },
        Claim::SumOverTime => {
            let (error, allowed) = (short(error), short(allowed));
            t_string!(i18n, proof.products, error, compared, allowed).to_string()
        }
        Claim::WeightGradient => {
            t_string!(i18n, proof.pairs, error = short(error), compared = compared, allowed = short(allowed))
                .to_string()
        }
        Claim::AdamFirstStep => {
            t_string!(i18n, proof.entries, error = short(error), compared = compared, allowed = short(allowed))
                .to_string()
        }
        Claim::SameBits | Claim::FullWindow => {
            let differing = grouped(error as u64);
            t_string!(i18n, proof.bits, error = differing, compared = compared, allowed = short(allowed)).to_string()
        }
    };
    let mut sentences = vec![main];
    if too_small > 0 {
        sentences.push(t_string!(i18n, proof.too_small, count = grouped(too_small)).to_string());
    }
    if claim == Claim::FiniteDifference
        && let Some(layers) = layers
    {
        match layers.saturating_sub(sampled) {
            0 => {}
            1 => sentences.push(t_string!(i18n, proof.not_sampled_one).to_owned()),
            count => sentences.push(t_string!(i18n, proof.not_sampled, count = grouped(count)).to_string()),
        }
    }
    sentences.join(" ")
}

fn why_not(i18n: Words, why: NotClaimed) -> &'static str {
    match why {
        NotClaimed::Activation => t_string!(i18n, proof.why.activation),
        NotClaimed::Truncated => t_string!(i18n, proof.why.truncated),
        NotClaimed::Structure => t_string!(i18n, proof.why.structure),
        NotClaimed::TooSmall => t_string!(i18n, proof.why.too_small),
        NotClaimed::NotFinite => t_string!(i18n, proof.why.not_finite),
        NotClaimed::TooFar => t_string!(i18n, proof.why.too_far),
    }
}
