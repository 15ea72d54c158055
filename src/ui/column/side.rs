//! The column beside the charts: what is happening, why, and what to try.

use super::post_mortem::PostMortem;
use super::verdict::Verdict;
use super::why::Why;
use crate::diagnosis::{Condition, MOST_OFFERED, Repair};
use crate::plot::number;
use crate::theory::Outlook;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::foreseen::Foreseen;
use crate::ui::lab::reading::{Finding, Reading};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, Views, attribute, effect, live};
use crate::ui::shared::icon::{Icon, Picture};
use crate::ui::shared::words;
use leptos::prelude::*;

/// The column.
#[component]
pub fn Side() -> impl IntoView {
    view! {
        <div class="side" id="happening">
            <Question />
            <Verdict />
            <PostMortem />
            <Repairs />
            <Why />
        </div>
    }
}

/// The question of the lesson that is on.
#[component]
fn Question() -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let question = move || {
        let preset = lab.lesson.get()?;
        Some(view! {
            <p class="question">
                <span>{t_string!(i18n, page.side.question)}</span>
                " "
                {words::question(i18n, preset)}
            </p>
        })
    };
    view! { {live(question)} }
}

/// What would mend it, each a button, and the way back.
#[component]
fn Repairs() -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let shown = expect_context::<Reading>().shown;
    let offered = Memo::new(move |_| shown.with(|finding| finding.as_ref().map(|f| f.diagnosis.repairs.clone())));
    let is_mended_at = move |outlook: Outlook| {
        let mends = |finding: &Finding| finding.diagnosis.is_mended_at(outlook.total, outlook.beyond_readout);
        shown.with_untracked(|finding| finding.as_ref().is_none_or(mends))
    };
    let is_diverged = Memo::new(move |_| {
        shown.with(|f| f.as_ref().is_some_and(|f| f.diagnosis.conditions.first() == Some(&Condition::Diverged)))
    });
    let last_made = Memo::new(move |_| lab.repairs.with(|repairs| repairs.last().map(|made| made.repair)));
    // What changes the network is offered if the gradient arrives in it, as far as that is known.
    let shown_repairs = Memo::new(move |_| {
        let foreseen = lab.foreseen.get();
        let of = |repair: &Repair| foreseen.iter().find(|(asked, _)| asked == repair).map(|(_, found)| *found);
        let arrives = |repair: &Repair| match of(repair) {
            None | Some(Foreseen::Nothing) => true,
            Some(Foreseen::Waiting) => false,
            Some(Foreseen::Outlook(outlook)) => is_mended_at(outlook),
        };
        let offered = offered.get().unwrap_or_default();
        offered.into_iter().filter(arrives).take(MOST_OFFERED).collect::<Vec<_>>()
    });
    let is_empty =
        Memo::new(move |_| shown_repairs.with(Vec::is_empty) && last_made.get().is_none() && !is_diverged.get());
    effect(move || {
        // The same repairs do other things to another network.
        lab.measured.track();
        lab.foresee(&offered.get().unwrap_or_default());
    });
    let buttons = move || {
        let outlook = move |repair| {
            let found = lab.foreseen.with(|foreseen| foreseen.iter().find(|(asked, _)| *asked == repair).copied());
            match found {
                Some((_, Foreseen::Outlook(outlook))) => Some(outlook),
                _ => None,
            }
        };
        // Where the repair changes how many steps the gradient goes, its factors a step are no comparison.
        let goes_another_way = move |repair: Repair| {
            lab.experiment.with(|experiment| {
                experiment.model.is_recurrent()
                    && repair.apply(experiment).way().factors() != experiment.way().factors()
            })
        };
        let factor_words = move |repair| {
            let outlook = outlook(repair)?;
            let repaired = lab.experiment.with(|experiment| repair.apply(experiment));
            let way = repaired.way();
            let averaged = way.factors() - way.readout_of(way.factors());
            let factor = number::factor_of_total(outlook.factor_per_place, outlook.beyond_readout, averaged);
            Some(if goes_another_way(repair) {
                let total = number::significant(outlook.total, 2);
                t_string!(i18n, page.side.expected_in_all, factor = total).to_string()
            } else if repaired.model.is_recurrent() {
                t_string!(i18n, page.side.expected_in_step, factor = factor).to_string()
            } else {
                t_string!(i18n, page.side.expected, factor = factor).to_string()
            })
        };
        let expected = move |repair| {
            let outlook = outlook(repair)?;
            let factor = outlook.factor_per_place;
            let is_recurrent = lab.experiment.with(|experiment| experiment.model.is_recurrent());
            let hint = if goes_another_way(repair) {
                t_string!(i18n, page.side.expected_hint_all)
            } else if is_recurrent {
                t_string!(i18n, page.side.expected_hint_time)
            } else if outlook.is_drawn {
                t_string!(i18n, page.side.expected_hint)
            } else {
                t_string!(i18n, page.side.expected_hint_theory)
            };
            Some(view! {
                <small class="expected-factor" data-factor=number::exact(factor) title=hint>{factor_words(repair)}</small>
            })
        };
        let button = |repair: Repair| {
            view! {
                // Its name is what is seen on it, to which the factor does not belong.
                <div class="button repair">
                    <button
                        type="button"
                        class="repair-name"
                        aria-description=attribute(move || factor_words(repair))
                        on:click=move |_| lab.repair(repair)
                    >
                        {words::repair(i18n, repair)}
                    </button>
                    {live(move || expected(repair))}
                </div>
            }
        };
        shown_repairs.get().into_iter().map(button).views()
    };
    let back_to_start = move || {
        (is_diverged.get() && lab.status.with(|status| status.step > 0)).then(|| {
            view! {
                <button type="button" class="button quiet repair" on:click=move |_| lab.reset()>
                    <Icon picture=Picture::Reset />
                    <span>{t_string!(i18n, page.side.from_start)}</span>
                </button>
            }
        })
    };
    let undo = move || {
        let repair = last_made.get()?;
        Some(view! {
            <button type="button" class="button quiet repair undo" on:click=move |_| lab.undo_repair()>
                <Icon picture=Picture::Undo />
                <span>{t_string!(i18n, page.side.undo, repair = words::repair(i18n, repair))}</span>
            </button>
        })
    };
    view! {
        <section class="try" aria-labelledby="try-title" hidden=attribute(move || is_empty.get())>
            <h2 id="try-title">{live(move || t_string!(i18n, page.side.remedies))}</h2>
            <div class="repairs">{live(buttons)} {live(back_to_start)} {live(undo)}</div>
        </section>
    }
}
