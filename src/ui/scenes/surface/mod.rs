//! Optimizers on a function of two parameters: the map, what the paths come to, and the controls of all of it.

mod bar;
mod entries;
mod function;
mod notices;
mod number_row;
mod paths;
mod readout;
mod state;
mod words;

pub use entries::Entries;

use crate::surface::Function;
use crate::ui::chart::{Drawn, LevelMap, StepCurves, StepOfFiles};
use crate::ui::i18n::use_i18n;
use crate::ui::lab::scene::use_shown;
use crate::ui::reactive::{Memo, Signal, live};
use crate::ui::scenes::question::Headline;
use leptos::prelude::*;
use state::State;

/// Optimizers on a function of two parameters.
#[component]
pub fn Surface() -> impl IntoView {
    let i18n = use_i18n();
    let state = State::new(use_shown());
    provide_context(state);
    provide_context(StepOfFiles(Signal::derive(move || state.step.get() as u64)));
    state.listen();
    let function = Memo::new(move |_| state.setting.with(|setting| setting.objective.function));
    let is_online = Memo::new(move |_| function.get() == Function::Online);
    let names = state.names(i18n);
    let summary = Memo::new(move |_| state.paths.with(|paths| words::summary(i18n, paths, state.step.get())));
    let map = move || {
        let (paths, step) = (state.paths, state.step);
        if is_online.get() {
            view! { <StepCurves name="parameter" drawn=Drawn::Parameter paths step names summary /> }.into_any()
        } else {
            let move_start = Callback::new(move |start| state.change(|setting| setting.start = start));
            view! { <LevelMap paths step names move_start summary /> }.into_any()
        }
    };
    let curves = move || {
        let (paths, step) = (state.paths, state.step);
        let (name, drawn) = if is_online.get() { ("regret", Drawn::Regret) } else { ("descent", Drawn::Descent) };
        view! { <StepCurves name drawn paths step names summary /> }
    };
    let question = Memo::new(move |_| state.example.get().map(|example| entries::question(i18n, example).to_owned()));
    view! {
        <main class="surface">
            <notices::Notices />
            <section class="surface-settings">
                <function::FunctionControls />
                <paths::PathControls names />
            </section>
            <div class="surface-map">
                <Headline question />
                {live(map)}
                <bar::Bar />
            </div>
            <div class="surface-curves">{live(curves)}</div>
            <readout::Readout names />
        </main>
    }
}
