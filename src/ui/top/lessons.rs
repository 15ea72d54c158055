//! The lessons: named experiments, each with a question for the class.

use crate::choice::Choice;
use crate::experiment::presets::Preset;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Signal, Views, attribute, live};
use crate::ui::shared::dropdown::Dropdown;
use crate::ui::shared::words;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// The menu of lessons. Each is a link, so it can be opened in a tab of its own or copied into a plan.
#[component]
pub fn Lessons() -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let item = move |preset: Preset| {
        let on_click = move |event: MouseEvent| {
            if event.ctrl_key() || event.meta_key() || event.shift_key() {
                return;
            }
            // The browser follows the link, so that its Back button leads here again; but not to where it already is.
            let is_here =
                window().location().hash().is_ok_and(|hash| hash.trim_start_matches('#') == preset.fragment());
            if is_here {
                event.prevent_default();
                lab.link_notices.set(Vec::new());
                lab.open(preset.experiment());
            }
        };
        view! {
            <li>
                <a
                    href=format!("#{}", preset.fragment())
                    data-lesson=preset.name()
                    aria-current=attribute(move || (lab.lesson.get() == Some(preset)).then_some("true"))
                    on:click=on_click
                >
                    <strong>{live(move || words::lesson(i18n, preset))}</strong>
                    <span>{live(move || words::question(i18n, preset))}</span>
                </a>
            </li>
        }
    };
    let group = move |is_through_time: bool| {
        let title = move || match is_through_time {
            false => t_string!(i18n, page.lesson.layers),
            true => t_string!(i18n, page.lesson.time),
        };
        let lessons = Preset::ALL.iter().copied().filter(|preset| preset.is_through_time() == is_through_time);
        view! {
            <section>
                <h2>{live(title)}</h2>
                <ul class="lessons">{lessons.map(item).views()}</ul>
            </section>
        }
    };
    view! {
        <Dropdown label=Signal::derive(move || t_string!(i18n, page.run_bar.lessons).to_owned())>
            <div class="lesson-groups">{[false, true].map(group).views()}</div>
        </Dropdown>
    }
}
