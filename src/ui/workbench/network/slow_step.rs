//! One step, slowly: phase by phase, each with its formula and the numbers of a chosen unit.

use super::formulas::{self, Scene};
use super::parameters;
use crate::experiment::Experiment;
use crate::look::phase::Phase;
use crate::plot::number::grouped;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::{Lab, use_lab};
use crate::ui::reactive::{Memo, RwSignal, Signal, attribute, effect, live};
use crate::ui::shared::words::{Words, layer_name_in};
use crate::ui::workbench::walk::{Walk, WalkButtons, places, set_phase};
use leptos::prelude::*;
use std::sync::Arc;

/// Where somebody is in a step.
#[derive(Clone, Copy)]
pub(super) struct SlowStep {
    lab: Lab,
    walk: Walk,
    /// What stands there: the last phase whose numbers have come.
    scene: RwSignal<Option<Arc<Scene>>>,
    /// The number of the unit that was asked for, which the narrower layers on the way do not have.
    wanted: StoredValue<usize>,
}

impl SlowStep {
    /// At the phase where it was left, with a unit of that phase's layer chosen.
    pub(super) fn begin() -> Self {
        let lab = use_lab();
        let chosen = lab.instruments.unit.get_untracked();
        let wanted = StoredValue::new(chosen.map_or(0, |(_, unit)| unit));
        let go_to = Callback::new(move |phase| go_to(lab, wanted, phase));
        let walk = Walk::begin(go_to, move || !lab.instruments.has_parameters.get_untracked());
        let slow = Self { lab, walk, scene: RwSignal::new(None), wanted };
        // Another network may lack the layer or the unit.
        effect(move || {
            lab.measured.track();
            go_to.run(lab.instruments.phase.get_untracked());
        });
        effect(move || {
            if !slow.walk.is_running()
                && let Some(scene) = slow.arrived()
            {
                slow.scene.set(Some(Arc::new(scene)));
            }
        });
        slow
    }

    /// The phase that the picture lights.
    pub(super) fn lit(self) -> Option<Phase> {
        self.walk.lit()
    }

    /// Chooses a unit, and goes to its layer in the same direction.
    pub(super) fn choose(self, layer: usize, unit: usize) {
        self.wanted.set_value(unit);
        let phase = self.lab.instruments.phase.get_untracked().with_place(layer);
        go_to(self.lab, self.wanted, phase);
        // The loss and the update are of no layer: there the choice stands.
        set_unit(self.lab, self.wanted, layer);
    }

    /// The phase with its numbers, once they have come: those of the step that is shown and of the chosen unit.
    fn arrived(self) -> Option<Scene> {
        let (lab, instruments) = (self.lab, self.lab.instruments);
        let (phase, chosen) = (instruments.phase.get(), instruments.unit.get());
        let view = instruments.view.get()?;
        let unit = view.unit.as_ref().filter(|unit| chosen == Some((unit.layer, unit.unit)))?;
        let experiment = lab.measured.get();
        if !lab.is_view_current() || unit.layer >= experiment.layer_count() {
            return None;
        }
        let hyper = lab.hyper_of_step(view.step);
        Some(Scene { phase, step: view.step, unit: unit.clone(), experiment, hyper })
    }

    /// Whether what stands there is of another phase, unit or step than what was asked for.
    fn is_waiting(self) -> bool {
        let (phase, chosen) = (self.lab.instruments.phase.get(), self.lab.instruments.unit.get());
        let is_there = self.scene.with(|scene| {
            let scene = scene.as_ref();
            scene.is_some_and(|scene| scene.phase == phase && chosen == Some((scene.unit.layer, scene.unit.unit)))
        });
        !is_there || !self.lab.is_view_current()
    }
}

/// Goes to a phase, with the unit of the wanted number in its layer.
fn go_to(lab: Lab, wanted: StoredValue<usize>, phase: Phase) {
    let layer = match set_phase(lab, phase) {
        Phase::Forward(layer) | Phase::Backward(layer) => layer,
        Phase::Loss => places(lab) - 1,
        Phase::Update => lab.instruments.unit.get_untracked().map_or(0, |(layer, _)| layer),
    };
    set_unit(lab, wanted, layer);
}

/// Chooses the unit of the wanted number in a layer, or the nearest that there is.
fn set_unit(lab: Lab, wanted: StoredValue<usize>, layer: usize) {
    let layer = layer.min(places(lab) - 1);
    let width = lab.measured.with_untracked(|experiment| width_of(experiment, layer));
    let unit = wanted.try_get_value().unwrap_or(0).min(width.saturating_sub(1));
    let instruments = lab.instruments;
    if instruments.unit.get_untracked() != Some((layer, unit)) {
        instruments.unit.set(Some((layer, unit)));
    }
}

/// One step, slowly, in words and numbers.
#[component]
pub(super) fn SlowStepView(slow: SlowStep) -> impl IntoView {
    let (lab, i18n) = (slow.lab, use_i18n());
    let is_running = move || slow.walk.is_running();
    let is_waiting = Memo::new(move |_| slow.is_waiting());
    let named = move || {
        let scene = slow.scene.with(|scene| scene.as_ref().map(|scene| scene.phase));
        scene.unwrap_or_else(|| lab.instruments.phase.get()).name()
    };
    // While a run goes on, and until the first numbers have come, the name of it all.
    let has_parameters = lab.instruments.has_parameters;
    let is_listing = move || has_parameters.get() && !is_running();
    let heading = move || {
        if is_listing() {
            return t_string!(i18n, network.parameters.title).to_owned();
        }
        let scene = slow.scene.get().filter(|_| !is_running());
        scene.map_or_else(|| t_string!(i18n, network.slow.title).to_owned(), |scene| title(i18n, &scene))
    };
    let body = move || {
        if is_running() {
            return view! { <p class="slow-words">{t_string!(i18n, network.slow.pause)}</p> }.into_any();
        }
        if has_parameters.get() {
            let seen = lab.instruments.view.get().filter(|view| lab.is_view_current() && view.parameters.is_some());
            return match seen {
                Some(seen) => parameters::view(lab, seen),
                None => view! { <p class="slow-words">{t_string!(i18n, network.slow.waiting)}</p> }.into_any(),
            };
        }
        match slow.scene.get() {
            None => view! { <p class="slow-words">{t_string!(i18n, network.slow.waiting)}</p> }.into_any(),
            Some(scene) => scene_view(i18n, &scene),
        }
    };
    let open_layer = move |_| {
        if let Some((layer, _)) = lab.instruments.unit.get_untracked() {
            lab.open_layer(layer);
        }
    };
    view! {
        <section
            class="slow"
            class:listing=is_listing
            role="group"
            aria-labelledby="slow-title"
            data-phase=attribute(named)
            data-step=attribute(move || slow.scene.with(|scene| scene.as_ref().map(|scene| scene.step.to_string())))
            aria-busy=attribute(move || (is_waiting.get() && !is_running()).to_string())
        >
            <div class="slow-head">
                <WalkButtons walk=slow.walk is_hidden=Signal::derive(move || is_running() || has_parameters.get()) />
            </div>
            <h3 id="slow-title">{live(heading)}</h3>
            <div class="slow-body" tabindex="0" role="region" aria-labelledby="slow-title">
                <div class="slow-scene" aria-live="polite">{live(body)}</div>
                <button type="button" class="slow-open slow-layer" on:click=open_layer>
                    {live(move || t_string!(i18n, network.open_layer))}
                </button>
                <button
                    type="button"
                    class="slow-open"
                    id="all-parameters"
                    on:click=move |_| has_parameters.update(|is_shown| *is_shown = !*is_shown)
                >
                    {live(move || {
                        if has_parameters.get() {
                            t_string!(i18n, network.slow.title)
                        } else {
                            t_string!(i18n, network.parameters.title)
                        }
                    })}
                </button>
            </div>
        </section>
    }
}

fn scene_view(i18n: Words, scene: &Scene) -> AnyView {
    let note = match scene.unit.batch {
        1 => t_string!(i18n, network.slow.only_sample).to_owned(),
        batch => t_string!(i18n, network.slow.sample, batch = grouped(batch as u64)).to_string(),
    };
    view! {
        {formulas::view(i18n, scene)}
        <p class="slow-note">{note}</p>
    }
    .into_any()
}

/// What phase it is, of which layer and unit.
fn title(i18n: Words, scene: &Scene) -> String {
    let layer = layer_name_in(i18n, &scene.experiment, scene.unit.layer);
    let unit = t_string!(i18n, network.unit, number = scene.unit.unit + 1).to_string();
    let of_unit = t_string!(i18n, network.unit_of, layer = layer, unit = unit).to_string();
    match scene.phase {
        Phase::Forward(_) => t_string!(i18n, network.slow.forward, unit = of_unit).to_string(),
        Phase::Loss => t_string!(i18n, network.slow.loss).to_owned(),
        Phase::Backward(_) => t_string!(i18n, network.slow.backward, unit = of_unit).to_string(),
        Phase::Update => t_string!(i18n, network.slow.update, step = grouped(scene.step), unit = of_unit).to_string(),
    }
}

/// Units of a layer, from 0.
fn width_of(experiment: &Experiment, layer: usize) -> usize {
    experiment.layer_specs().get(layer).map_or(1, |spec| spec.fan_out)
}
