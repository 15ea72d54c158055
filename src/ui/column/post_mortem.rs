//! What a run was like before it diverged, and the ways back.

use crate::diagnosis::{Decay, LastGood, WaysBack, last_good};
use crate::experiment::{Experiment, Key};
use crate::plot::number::{exact, grouped, readable, significant};
use crate::train::{Bucket, Divergence, History, Layout, Quantity, StepReport, Weights};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::{Lab, use_lab};
use crate::ui::reactive::{Memo, Views, live};
use crate::ui::shared::icon::{Icon, Picture};
use crate::ui::shared::part::{Fetched, part};
use crate::ui::shared::words::{Words, place_name};
use crate::worker::protocol::RunState;
use leptos::prelude::*;

/// The ways back from a diverged run, and its last steps as a table; nothing while the run is alive.
#[component]
pub fn PostMortem() -> impl IntoView {
    let lab = use_lab();
    let is_over = Memo::new(move |_| {
        let status = lab.status.get();
        let has_ended = status.state == RunState::Diverged && lab.ending.with(|ending| !ending.is_empty());
        has_ended && lab.visited.get().is_none() && !lab.awaiting.get()
    });
    live(move || is_over.get().then(|| view! { <Fetched part=&POST_MORTEM /> }))
}

part! {
    /// What [`PostMortem`] shows of a run that is over. Most never are.
    POST_MORTEM, post_mortem => view! { <Over /> }.into_any()
}

#[component]
fn Over() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let table = move || {
        let divergence = lab.status.with_untracked(|status| status.divergence);
        lab.ending.with(|ending| {
            let place = Place::of(ending.last()?.last.layout(), divergence);
            let caption = t_string!(i18n, travel.last_steps, layer = place.name(i18n)).to_string();
            Some(view! {
                <table class="last-steps">
                    <caption>{caption}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{t_string!(i18n, charts.step_head)}</th>
                            <th scope="col">{t_string!(i18n, charts.loss.name)}</th>
                            {place.heads().map(|head| view! { <th scope="col">{head}</th> }).views()}
                        </tr>
                    </thead>
                    <tbody>{ending.iter().map(|bucket| row(bucket, place)).views()}</tbody>
                </table>
            })
        })
    };
    let ways = move || {
        let good = lab.history.with_value(|history| lab.ending.with(|ending| last_good(history, ending)))?;
        Some(view! { <Ways good /> })
    };
    view! {
        <section class="post-mortem" aria-labelledby="post-mortem-title">
            <h2 id="post-mortem-title">{live(move || t_string!(i18n, travel.post_mortem))}</h2>
            {live(ways)}
            {live(table)}
        </section>
    }
}

/// Where in the network the run ended.
#[derive(Clone, Copy)]
enum Place {
    /// In a layer, from 0.
    Layer(Layout, usize),
    /// At a time step and in the recurrent weights of a level, from 0.
    Time { layout: Layout, time: usize, level: usize, weights: usize },
}

impl Place {
    fn of(layout: Layout, divergence: Option<Divergence>) -> Self {
        let layer = divergence.and_then(|divergence| divergence.layer).unwrap_or(1).max(1);
        if !layout.is_through_time() {
            return Self::Layer(layout, layer.min(layout.places()) - 1);
        }
        let level = layer.min(layout.levels()) - 1;
        let recurrent = layout.weights().iter().position(|weights| *weights == Weights::Recurrent(level));
        // What is of no single time step is looked at where the gradient arrives last.
        let time = divergence.and_then(|divergence| divergence.time).unwrap_or(1).clamp(1, layout.places()) - 1;
        Self::Time { layout, time, level, weights: recurrent.unwrap_or(0) }
    }

    fn name(self, i18n: Words) -> String {
        match self {
            Self::Layer(layout, place) | Self::Time { layout, time: place, .. } => place_name(i18n, layout, place),
        }
    }

    fn heads(self) -> [&'static str; 2] {
        match self {
            Self::Layer(..) => ["‖∂L/∂W‖", "‖W‖"],
            Self::Time { .. } => ["‖∂L/∂h‖", "‖Wₕₕ‖"],
        }
    }

    fn numbers(self, report: &StepReport) -> [f64; 2] {
        match self {
            Self::Layer(_, layer) => [Quantity::GradW, Quantity::Weight].map(|of| report.of_weights(layer, of)),
            Self::Time { time, level, weights, .. } => {
                [report.get_at(level, time, Quantity::GradH), report.of_weights(weights, Quantity::Weight)]
            }
        }
    }
}

/// One of the last steps, at the place where the run ended.
fn row(bucket: &Bucket, place: Place) -> impl IntoView + use<> {
    let report = &bucket.last;
    let [first, second] = place.numbers(report);
    let numbers = [report.loss(), first, second];
    view! {
        <tr>
            <th scope="row">{grouped(report.step)}</th>
            {numbers.map(|number| view! { <td data-value=exact(number)>{significant(number, 2)}</td> }).views()}
        </tr>
    }
}

/// Back to the last good step: as it was, and with what may be expected to let it go on, clipping or smaller steps.
#[component]
fn Ways(good: LastGood) -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let LastGood { step, loss, grad_norm, .. } = good;
    let WaysBack { clip_at, lower_lr } = lab.experiment.with_untracked(|experiment| {
        let start = |history: &History| {
            let first = history.buckets().first().map(|bucket| &bucket.last);
            good.ways_back(experiment, first.filter(|first| first.step == 0))
        };
        lab.history.with_value(start)
    });
    let lower = move |_| {
        let tenth = lab.experiment.with_untracked(Experiment::tenth_of_lr);
        change(lab, step, &[(Key::Lr, tenth.to_string())]);
    };
    let without_decay = move |_| change(lab, step, &[(Key::WeightDecay, "0".to_owned())]);
    // Where decay drives the weights away, clipping does not hold them: decay comes after it.
    let is_of_decay = untrack(|| {
        let experiment = lab.experiment.get();
        let last = lab.ending.with(|ending| Decay::as_cause(&experiment, &ending.last()?.last));
        last.is_some_and(|decay| decay.drives_away())
    });
    let last = move || match step {
        0 => t_string!(i18n, travel.last_good_start, loss = readable(loss)).to_string(),
        step => t_string!(i18n, travel.last_good, step = grouped(step), loss = readable(loss)).to_string(),
    };
    let clip = move |clip_at: f64| {
        let is_as_then = (0.9..1.1).contains(&(clip_at / grad_norm));
        let change = move |_| change(lab, step, &[(Key::Clip, "norm".to_owned()), (Key::ClipAt, clip_at.to_string())]);
        let words = move || {
            let (norm, step) = (significant(clip_at, 2), grouped(step));
            if is_as_then {
                t_string!(i18n, travel.clip, norm, step)
            } else {
                t_string!(i18n, travel.clip_from, norm, step)
            }
        };
        view! {
            <button type="button" class="button repair" data-way="clip" on:click=change>
                {live(words)}
            </button>
        }
    };
    view! {
        <p>{live(last)}</p>
        <div class="repairs">
            <button type="button" class="button repair" data-way="rewind" on:click=move |_| rewind(lab, step)>
                <Icon picture=Picture::Undo />
                <span>{live(move || t_string!(i18n, travel.rewind, step = grouped(step)))}</span>
            </button>
            {is_of_decay
                .then(|| {
                    view! {
                        <button type="button" class="button repair" data-way="no-decay" on:click=without_decay>
                            {live(move || t_string!(i18n, travel.no_decay, step = grouped(step)))}
                        </button>
                    }
                })}
            {clip_at.filter(|_| !is_of_decay).map(clip)}
            {lower_lr
                .then(|| {
                    view! {
                        <button type="button" class="button repair" data-way="lower-lr" on:click=lower>
                            {live(move || t_string!(i18n, travel.lower_lr, step = grouped(step)))}
                        </button>
                    }
                })}
        </div>
    }
}

fn rewind(lab: Lab, step: u64) {
    if step == 0 { lab.reset() } else { lab.show_step(step) }
}

fn change(lab: Lab, step: u64, settings: &[(Key, String)]) {
    lab.rewind_with(step, |experiment| {
        for (key, text) in settings {
            // Each is within what its key allows.
            let _ = experiment.set_text(*key, text);
        }
    });
}
