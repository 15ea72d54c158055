//! One step, slowly: phase by phase, each with its formula and the numbers of a chosen unit.

use super::formulas::{self, Scene};
use super::parameters;
use crate::experiment::Experiment;
use crate::look::phase::Phase;
use crate::optim::Hyper;
use crate::plot::number::grouped;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::{Lab, keyboard, use_lab};
use crate::ui::reactive::{Memo, RwSignal, attribute, effect, live};
use crate::ui::shared::words::{Words, layer_name_in};
use leptos::ev;
use leptos::prelude::*;
use std::sync::Arc;

/// Where somebody is in a step.
#[derive(Clone, Copy)]
pub(super) struct SlowStep {
    lab: Lab,
    is_running: Memo<bool>,
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
        let slow = Self {
            lab,
            is_running: Memo::new(move |_| lab.is_under_way()),
            scene: RwSignal::new(None),
            wanted: StoredValue::new(chosen.map_or(0, |(_, unit)| unit)),
        };
        // Another network may lack the layer or the unit.
        effect(move || {
            lab.measured.track();
            slow.go_to(lab.instruments.phase.get_untracked());
        });
        effect(move || {
            if !slow.is_running.get()
                && let Some(scene) = slow.arrived()
            {
                slow.scene.set(Some(Arc::new(scene)));
            }
        });
        let keys = window_event_listener(ev::keydown, move |event| {
            let is_seen = || !slow.lab.instruments.has_parameters.get_untracked();
            let is_mine =
                !keyboard::is_taken(&event) && slow.is_running.try_get_untracked() == Some(false) && is_seen();
            match event.key().as_str() {
                "." if is_mine => slow.next(),
                "," if is_mine => slow.back(),
                _ => return,
            }
            event.prevent_default();
        });
        on_cleanup(move || keys.remove());
        slow
    }

    /// The phase that the picture lights.
    pub(super) fn lit(self) -> Option<Phase> {
        (!self.is_running.get()).then(|| self.lab.instruments.phase.get())
    }

    /// Chooses a unit, and goes to its layer in the same direction.
    pub(super) fn choose(self, layer: usize, unit: usize) {
        self.wanted.set_value(unit);
        let phase = self.lab.instruments.phase.get_untracked().with_place(layer);
        self.go_to(phase);
        // The loss and the update are of no layer: there the choice stands.
        self.set_unit(layer);
    }

    fn go_to(self, phase: Phase) {
        let layers = self.layers();
        let phase = phase.within(layers);
        if self.lab.instruments.phase.get_untracked() != phase {
            self.lab.instruments.phase.set(phase);
        }
        self.set_unit(match phase {
            Phase::Forward(layer) | Phase::Backward(layer) => layer,
            Phase::Loss => layers - 1,
            Phase::Update => self.lab.instruments.unit.get_untracked().map_or(0, |(layer, _)| layer),
        });
    }

    fn set_unit(self, layer: usize) {
        let layer = layer.min(self.layers() - 1);
        let width = self.lab.measured.with_untracked(|experiment| width_of(experiment, layer));
        let unit = self.wanted.try_get_value().unwrap_or(0).min(width.saturating_sub(1));
        let instruments = self.lab.instruments;
        if instruments.unit.get_untracked() != Some((layer, unit)) {
            instruments.unit.set(Some((layer, unit)));
        }
    }

    fn back(self) {
        if let Some(phase) = self.lab.instruments.phase.get_untracked().previous(self.layers()) {
            self.go_to(phase);
        }
    }

    /// On to the next phase; after the last one, another step is made. The first step of a run is made where its numbers
    /// are wanted: all before it is the same at step 0 and at step 1, and only the update is still to come.
    fn next(self) {
        let lab = self.lab;
        if let Some(phase) = lab.instruments.phase.get_untracked().next(self.layers()) {
            self.go_to(phase);
            return;
        }
        if !untrack(move || self.can_go_on()) {
            return;
        }
        let step = untrack(move || lab.with_shown(|bucket| bucket.last.step));
        match lab.visited.get_untracked() {
            Some(visited) => lab.show_step(visited + 1),
            None => lab.step(),
        }
        if step.is_some_and(|step| step > 0) {
            self.go_to(Phase::FIRST);
        }
    }

    /// Whether there is a phase after this one, or a step to be made.
    fn can_go_on(self) -> bool {
        let lab = self.lab;
        lab.instruments.phase.get().next(self.layers()).is_some() || lab.visited.get().is_some() || lab.can_go_on()
    }

    /// Layers of the network, the output layer included.
    fn layers(self) -> usize {
        self.lab.measured.with_untracked(layers_of)
    }

    /// The phase with its numbers, once they have come: those of the step that is shown and of the chosen unit.
    fn arrived(self) -> Option<Scene> {
        let (lab, instruments) = (self.lab, self.lab.instruments);
        let (phase, chosen) = (instruments.phase.get(), instruments.unit.get());
        let view = instruments.view.get()?;
        let unit = view.unit.as_ref().filter(|unit| chosen == Some((unit.layer, unit.unit)))?;
        let experiment = lab.measured.get();
        if !lab.is_view_current() || unit.layer >= layers_of(&experiment) {
            return None;
        }
        let hyper = lab.changes.with(|changes| {
            let before = changes.iter().rev().find(|change| change.after_step < view.step);
            before.map_or_else(|| Hyper::of(&experiment), |change| change.hyper)
        });
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

/// One step, slowly, in words and numbers.
#[component]
pub(super) fn SlowStepView(slow: SlowStep) -> impl IntoView {
    let (lab, i18n) = (slow.lab, use_i18n());
    let is_running = slow.is_running;
    let is_waiting = Memo::new(move |_| slow.is_waiting());
    let named = move || {
        let scene = slow.scene.with(|scene| scene.as_ref().map(|scene| scene.phase));
        scene.unwrap_or_else(|| lab.instruments.phase.get()).name()
    };
    let layers = move || lab.measured.with(layers_of);
    let position = move || {
        let (phase, layers) = (lab.instruments.phase.get(), layers());
        let (position, count) = (phase.position(layers) + 1, Phase::count(layers));
        t_string!(i18n, network.slow.place, position = position, count = count).to_string()
    };
    // While a run goes on, and until the first numbers have come, the name of it all.
    let has_parameters = lab.instruments.has_parameters;
    let is_listing = move || has_parameters.get() && !is_running.get();
    let heading = move || {
        if is_listing() {
            return t_string!(i18n, network.parameters.title).to_owned();
        }
        let scene = slow.scene.get().filter(|_| !is_running.get());
        scene.map_or_else(|| t_string!(i18n, network.slow.title).to_owned(), |scene| title(i18n, &scene))
    };
    let body = move || {
        if is_running.get() {
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
            aria-busy=attribute(move || (is_waiting.get() && !is_running.get()).to_string())
        >
            <div class="slow-head">
                <div class="slow-steps" hidden=attribute(move || is_running.get() || has_parameters.get())>
                    <button
                        type="button"
                        class="button"
                        title=attribute(move || t_string!(i18n, network.slow.back_key))
                        disabled=attribute(move || lab.instruments.phase.get() == Phase::FIRST)
                        on:click=move |_| slow.back()
                    >
                        {live(move || t_string!(i18n, network.slow.back))}
                    </button>
                    <span class="slow-place">{live(position)}</span>
                    <button
                        type="button"
                        class="button primary"
                        title=attribute(move || t_string!(i18n, network.slow.next_key))
                        disabled=attribute(move || !slow.can_go_on())
                        on:click=move |_| slow.next()
                    >
                        {live(move || t_string!(i18n, network.slow.next))}
                    </button>
                </div>
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

/// Layers of an experiment's network, the output layer included.
fn layers_of(experiment: &Experiment) -> usize {
    experiment.layer_count()
}

/// Units of a layer, from 0.
fn width_of(experiment: &Experiment, layer: usize) -> usize {
    experiment.layer_specs().get(layer).map_or(1, |spec| spec.fan_out)
}
