//! The bar with which a run is driven.

use super::status_line::StatusLine;
use crate::experiment::Key;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, Signal, attribute, live};
use crate::ui::settings::Control;
use crate::ui::shared::icon::{Icon, Picture};
use leptos::prelude::*;

/// Run or Pause, Step, Reset, the speed, and where the run stands.
#[component]
pub fn RunBar() -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let is_running = Memo::new(move |_| lab.is_under_way());
    let is_stuck = Memo::new(move |_| !lab.can_go_on());
    let run_picture = Signal::derive(move || if is_running.get() { Picture::Pause } else { Picture::Play });
    let run_words = move || match is_running.get() {
        true => t_string!(i18n, page.run_bar.pause),
        false => t_string!(i18n, page.run_bar.run),
    };
    let run_hint = move || match is_running.get() {
        true => t_string!(i18n, page.run_bar.pause_hint),
        false => t_string!(i18n, page.run_bar.run_hint),
    };
    view! {
        <section class="run-bar" aria-label=attribute(move || t_string!(i18n, page.run_bar.label))>
            <div class="run-buttons">
                <button
                    type="button"
                    class="button primary run-button"
                    title=attribute(run_hint)
                    disabled=attribute(move || is_stuck.get())
                    on:click=move |_| lab.toggle_run()
                >
                    <Icon picture=run_picture />
                    <span>{live(run_words)}</span>
                </button>
                <button
                    type="button"
                    class="button"
                    title=attribute(move || t_string!(i18n, page.run_bar.step_hint))
                    disabled=attribute(move || is_stuck.get())
                    on:click=move |_| lab.step()
                >
                    <Icon picture=Picture::Step />
                    <span>{live(move || t_string!(i18n, page.run_bar.step))}</span>
                </button>
                <button
                    type="button"
                    class="button"
                    title=attribute(move || t_string!(i18n, page.run_bar.reset_hint))
                    on:click=move |_| lab.reset()
                >
                    <Icon picture=Picture::Reset />
                    <span>{live(move || t_string!(i18n, page.run_bar.reset))}</span>
                </button>
            </div>
            <Control key=Key::Speed />
            <StatusLine />
        </section>
    }
}
