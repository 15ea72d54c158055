//! One step, slowly through time: forward from the first time step to the last, the loss, back again, and the update; each
//! with its formulas and the numbers of a chosen unit.

use super::formulas::{self, Scene};
use crate::look::phase::Phase;
use crate::plot::number::grouped;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{Lab, use_lab};
use crate::ui::reactive::{Memo, RwSignal, Signal, attribute, effect, live};
use crate::ui::workbench::walk::{Walk, WalkButtons, places, set_phase};
use leptos::prelude::*;
use std::sync::Arc;

/// Where somebody is in a step.
#[derive(Clone, Copy)]
pub(super) struct SlowWalk {
    lab: Lab,
    walk: Walk,
    /// What stands there: the last phase whose numbers have come.
    scene: RwSignal<Option<Arc<Scene>>>,
}

impl SlowWalk {
    /// At the phase where it was left, with a unit chosen.
    pub(super) fn begin() -> Self {
        let lab = use_lab();
        let go_to = Callback::new(move |phase| _ = set_phase(lab, phase));
        let walk = Self { lab, walk: Walk::begin(go_to, || true), scene: RwSignal::new(None) };
        // Another network may lack the time step, the level or the unit.
        effect(move || {
            lab.measured.track();
            set_phase(lab, lab.instruments.phase.get_untracked());
            let (level, unit) = lab.instruments.unit.get_untracked().unwrap_or_default();
            walk.set_unit(level, unit);
        });
        effect(move || {
            if !walk.walk.is_running()
                && let Some(scene) = walk.arrived()
            {
                walk.scene.set(Some(Arc::new(scene)));
            }
        });
        walk
    }

    /// The phase that the picture lights.
    pub(super) fn lit(self) -> Option<Phase> {
        self.walk.lit()
    }

    /// Goes to a time step in the same direction, and chooses a level.
    pub(super) fn choose(self, time: usize, level: usize) {
        let phase = match self.lab.instruments.phase.get_untracked() {
            // These are of no time step: the way to one is forward.
            Phase::Loss | Phase::Update => Phase::Forward(time),
            phase => phase.with_place(time),
        };
        set_phase(self.lab, phase);
        let (_, unit) = self.lab.instruments.unit.get_untracked().unwrap_or_default();
        self.set_unit(level, unit);
    }

    /// The level and the unit, or the nearest that there are.
    fn set_unit(self, level: usize, unit: usize) {
        let (levels, units) = self.lab.measured.with_untracked(|experiment| (experiment.stack, experiment.hidden));
        let chosen = (level.min(levels.saturating_sub(1) as usize), unit.min(units.saturating_sub(1) as usize));
        let instruments = self.lab.instruments;
        if instruments.unit.get_untracked() != Some(chosen) {
            instruments.unit.set(Some(chosen));
        }
    }

    /// The phase with its numbers, once they have come: those of the step that is shown, of the chosen unit and sample.
    fn arrived(self) -> Option<Scene> {
        let (lab, instruments) = (self.lab, self.lab.instruments);
        let (phase, chosen) = (instruments.phase.get(), instruments.unit.get());
        let view = instruments.view.get()?;
        let sample = view.sample.as_ref()?;
        let unit = sample.unit.as_ref().filter(|unit| chosen == Some((sample.level, unit.unit)))?;
        let experiment = lab.measured.get();
        let time = phase.place().unwrap_or(sample.inputs.len().saturating_sub(1));
        if !lab.is_view_current() || !experiment.model.is_recurrent() || unit.time != time {
            return None;
        }
        let hyper = lab.hyper_of_step(view.step);
        Some(Scene { phase, step: view.step, sample: sample.clone(), unit: unit.clone(), experiment, hyper })
    }

    /// Whether what stands there is of another phase, unit, sample or step than what was asked for.
    fn is_waiting(self) -> bool {
        let instruments = self.lab.instruments;
        let (phase, chosen) = (instruments.phase.get(), instruments.unit.get());
        let is_there = self.scene.with(|scene| {
            let scene = scene.as_ref();
            scene.is_some_and(|scene| scene.phase == phase && chosen == Some((scene.sample.level, scene.unit.unit)))
        });
        !is_there || !self.lab.is_view_current()
    }
}

/// One step, slowly, in words and numbers.
#[component]
pub(super) fn SlowWalkView(walk: SlowWalk) -> impl IntoView {
    let (lab, i18n) = (walk.lab, use_i18n());
    let is_running = move || walk.walk.is_running();
    let is_waiting = Memo::new(move |_| walk.is_waiting());
    let named = move || {
        let scene = walk.scene.with(|scene| scene.as_ref().map(|scene| scene.phase));
        scene.unwrap_or_else(|| lab.instruments.phase.get()).name()
    };
    // While a run goes on, and until the first numbers have come, the name of it all.
    let heading = move || {
        let scene = walk.scene.get().filter(|_| !is_running());
        scene.map_or_else(|| t_string!(i18n, unrolled.slow.title).to_owned(), |scene| title(i18n, &scene))
    };
    let body = move || {
        if is_running() {
            return view! { <p class="slow-words">{t_string!(i18n, unrolled.slow.pause)}</p> }.into_any();
        }
        match walk.scene.get() {
            None => view! { <p class="slow-words">{t_string!(i18n, network.slow.waiting)}</p> }.into_any(),
            Some(scene) => formulas::view(i18n, &scene),
        }
    };
    let open_cell = move |_| {
        let (level, _) = lab.instruments.unit.get_untracked().unwrap_or_default();
        lab.instruments.level.set(level);
        let times = places(lab);
        lab.open_layer(lab.instruments.phase.get_untracked().place().unwrap_or(times.saturating_sub(1)));
    };
    view! {
        <section
            class="slow"
            role="group"
            aria-labelledby="slow-title"
            data-phase=attribute(named)
            data-step=attribute(move || walk.scene.with(|scene| scene.as_ref().map(|scene| scene.step.to_string())))
            aria-busy=attribute(move || (is_waiting.get() && !is_running()).to_string())
        >
            <div class="slow-head">
                <Choices walk />
                <WalkButtons walk=walk.walk is_hidden=Signal::derive(is_running) />
            </div>
            <h3 id="slow-title">{live(heading)}</h3>
            <div class="slow-body" tabindex="0" role="region" aria-labelledby="slow-title">
                <div class="slow-scene" aria-live="polite">{live(body)}</div>
                <button type="button" class="slow-open slow-layer" on:click=open_cell>
                    {live(move || t_string!(i18n, unrolled.slow.open_cell))}
                </button>
            </div>
        </section>
    }
}

/// Which sample of the batch, and which unit.
#[component]
fn Choices(walk: SlowWalk) -> impl IntoView {
    let (lab, i18n) = (walk.lab, use_i18n());
    let sample = lab.instruments.sample;
    let batch = Memo::new(move |_| {
        let seen = lab.instruments.view.with(|view| view.as_ref()?.sample.as_ref().map(|sample| sample.batch));
        seen.unwrap_or(1)
    });
    let unit = Memo::new(move |_| lab.instruments.unit.get().map_or(0, |(_, unit)| unit));
    let units = Memo::new(move |_| lab.measured.with(|experiment| experiment.hidden as usize));
    let move_unit = move |unit: usize| {
        let (level, _) = lab.instruments.unit.get_untracked().unwrap_or_default();
        walk.set_unit(level, unit);
    };
    let shown_sample = Signal::derive(move || sample.get().min(batch.get().saturating_sub(1)));
    view! {
        <div class="walk-choices">
            <Stepper
                name=Signal::derive(move || t_string!(i18n, unrolled.sample).to_owned())
                words=Signal::derive(move || [t_string!(i18n, unrolled.earlier_sample).to_owned(), t_string!(i18n, unrolled.later_sample).to_owned()])
                at=shown_sample
                count=batch
                go=Callback::new(move |to| sample.set(to))
            />
            <Stepper
                name=Signal::derive(move || t_string!(i18n, unrolled.unit).to_owned())
                words=Signal::derive(move || [t_string!(i18n, unrolled.earlier_unit).to_owned(), t_string!(i18n, unrolled.later_unit).to_owned()])
                at=unit
                count=units
                go=Callback::new(move_unit)
            />
        </div>
    }
}

/// A number with a button to the one before and one to the one after.
#[component]
fn Stepper(
    /// What is counted.
    #[prop(into)]
    name: Signal<String>,
    /// What the buttons do.
    #[prop(into)]
    words: Signal<[String; 2]>,
    /// Where it is, from 0.
    #[prop(into)]
    at: Signal<usize>,
    /// How many there are.
    #[prop(into)]
    count: Signal<usize>,
    /// Goes to another.
    #[prop(into)]
    go: Callback<usize>,
) -> impl IntoView {
    let i18n = use_i18n();
    let place = move || {
        let (number, count) = (grouped(at.get() as u64 + 1), grouped(count.get() as u64));
        t_string!(i18n, unrolled.sample_name, number = number, count = count).to_string()
    };
    view! {
        <div class="walk-choice">
            <span>{live(move || name.get())}</span>
            <button
                type="button"
                class="chart-button"
                aria-label=attribute(move || words.with(|words| words[0].clone()))
                title=attribute(move || words.with(|words| words[0].clone()))
                disabled=attribute(move || at.get() == 0)
                on:click=move |_| go.run(at.get_untracked().saturating_sub(1))
            >
                "‹"
            </button>
            <span class="walk-number">{live(place)}</span>
            <button
                type="button"
                class="chart-button"
                aria-label=attribute(move || words.with(|words| words[1].clone()))
                title=attribute(move || words.with(|words| words[1].clone()))
                disabled=attribute(move || at.get() + 1 >= count.get())
                on:click=move |_| go.run(at.get_untracked() + 1)
            >
                "›"
            </button>
        </div>
    }
}

/// What phase it is, of which time step and unit.
fn title(i18n: Words, scene: &Scene) -> String {
    let unit = scene.unit.unit + 1;
    let of = match scene.experiment.stack {
        1 => t_string!(i18n, unrolled.slow.of_one, unit = unit).to_string(),
        _ => t_string!(i18n, unrolled.slow.of_level, level = scene.sample.level + 1, unit = unit).to_string(),
    };
    match scene.phase {
        Phase::Forward(time) => t_string!(i18n, unrolled.slow.forward, time = time + 1, of = of).to_string(),
        Phase::Loss => t_string!(i18n, unrolled.slow.loss).to_owned(),
        Phase::Backward(time) => t_string!(i18n, unrolled.slow.backward, time = time + 1, of = of).to_string(),
        Phase::Update => t_string!(i18n, unrolled.slow.update, step = grouped(scene.step), of = of).to_string(),
    }
}
