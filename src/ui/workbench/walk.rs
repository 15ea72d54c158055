//! Going through a step phase by phase, whatever the network: on and back, by button and by key.

use crate::look::phase::Phase;
use crate::train::Layout;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::{Lab, keyboard, use_lab};
use crate::ui::reactive::{Memo, Signal, attribute, live};
use leptos::ev;
use leptos::prelude::*;

/// Layers of the network, the output layer included, or its time steps.
pub(super) fn places(lab: Lab) -> usize {
    lab.measured.with_untracked(|experiment| Layout::of(experiment).places())
}

/// Goes to a phase, or the nearest that there is, and returns it.
pub(super) fn set_phase(lab: Lab, phase: Phase) -> Phase {
    let phase = phase.within(places(lab));
    if lab.instruments.phase.get_untracked() != phase {
        lab.instruments.phase.set(phase);
    }
    phase
}

/// Where somebody is in a step.
#[derive(Clone, Copy)]
pub(super) struct Walk {
    lab: Lab,
    is_running: Memo<bool>,
    go_to: Callback<Phase>,
}

impl Walk {
    /// At the phase where it was left; `go_to` goes to another. The keys lead on and back while `is_seen`.
    pub(super) fn begin(go_to: Callback<Phase>, is_seen: impl Fn() -> bool + 'static) -> Self {
        let lab = use_lab();
        let walk = Self { lab, is_running: Memo::new(move |_| lab.is_under_way()), go_to };
        let keys = window_event_listener(ev::keydown, move |event| {
            let is_mine =
                !keyboard::is_taken(&event) && walk.is_running.try_get_untracked() == Some(false) && is_seen();
            match event.key().as_str() {
                "." if is_mine => walk.next(),
                "," if is_mine => walk.back(),
                _ => return,
            }
            event.prevent_default();
        });
        on_cleanup(move || keys.remove());
        walk
    }

    /// Whether the run goes on, and nobody goes slowly.
    pub(super) fn is_running(self) -> bool {
        self.is_running.get()
    }

    /// The phase that the picture lights.
    pub(super) fn lit(self) -> Option<Phase> {
        (!self.is_running.get()).then(|| self.lab.instruments.phase.get())
    }

    fn back(self) {
        if let Some(phase) = self.lab.instruments.phase.get_untracked().previous(places(self.lab)) {
            self.go_to.run(phase);
        }
    }

    /// On to the next phase; after the last one, another step is made. The first step of a run is made where its numbers
    /// are wanted: all before it is the same at step 0 and at step 1, and only the update is still to come.
    fn next(self) {
        let lab = self.lab;
        if let Some(phase) = lab.instruments.phase.get_untracked().next(places(self.lab)) {
            self.go_to.run(phase);
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
            self.go_to.run(Phase::FIRST);
        }
    }

    /// Whether there is a phase after this one, or a step to be made.
    fn can_go_on(self) -> bool {
        let lab = self.lab;
        lab.instruments.phase.get().next(places(self.lab)).is_some() || lab.visited.get().is_some() || lab.can_go_on()
    }
}

/// The buttons that lead on and back, and the place between them.
#[component]
pub(super) fn WalkButtons(walk: Walk, is_hidden: Signal<bool>) -> impl IntoView {
    let (lab, i18n) = (walk.lab, use_i18n());
    let position = move || {
        let places = lab.measured.with(|experiment| Layout::of(experiment).places());
        let (position, count) = (lab.instruments.phase.get().position(places) + 1, Phase::count(places));
        t_string!(i18n, network.slow.place, position = position, count = count).to_string()
    };
    view! {
        <div class="slow-steps" hidden=attribute(move || is_hidden.get())>
            <button
                type="button"
                class="button"
                title=attribute(move || t_string!(i18n, network.slow.back_key))
                disabled=attribute(move || lab.instruments.phase.get() == Phase::FIRST)
                on:click=move |_| walk.back()
            >
                {live(move || t_string!(i18n, network.slow.back))}
            </button>
            <span class="slow-place">{live(position)}</span>
            <button
                type="button"
                class="button primary"
                title=attribute(move || t_string!(i18n, network.slow.next_key))
                disabled=attribute(move || !walk.can_go_on())
                on:click=move |_| walk.next()
            >
                {live(move || t_string!(i18n, network.slow.next))}
            </button>
        </div>
    }
}
