//! The page as a whole.

use crate::experiment::scene::Scene;
use crate::train::Layout;
use crate::ui::chart::GradientByPlace;
use crate::ui::column::Side;
use crate::ui::i18n::{provide_words, t_string, use_i18n};
use crate::ui::lab::reading::{Reading, provide_reading};
use crate::ui::lab::scene::{Shown, use_shown};
use crate::ui::lab::{Lab, address, keyboard, use_lab};
use crate::ui::reactive::{Memo, live};
use crate::ui::run_bar::{RunBar, Scrubber};
use crate::ui::scenes;
use crate::ui::settings::Panel;
use crate::ui::shared::part::Fetched;
use crate::ui::top::{Lessons, More, Notices, Share, ThemeButton, provide_theme, show_panics};
use crate::ui::workbench::Workbench;
use leptos::prelude::*;

/// Puts the page into the document. What stood there while it loaded removes itself (`index.html`).
pub fn start() {
    show_panics();
    mount_to_body(App);
}

/// The page.
#[component]
pub fn App() -> impl IntoView {
    // Everything below is owned by the root and lives as long as the page.
    let lab = Lab::new();
    provide_context(lab);
    provide_words();
    provide_theme();
    provide_reading(lab);
    lab.start_worker();
    let shown = Shown::default();
    provide_context(shown);
    address::follow_address(lab, shown);
    keyboard::listen(lab, shown);
    view! {
        <Frame />
    }
}

#[component]
fn Frame() -> impl IntoView {
    let (shown, i18n) = (use_shown(), use_i18n());
    let (lab, reading) = (use_lab(), expect_context::<Reading>());
    let scene = Memo::new(move |_| shown.scene.get());
    // What drives a run has nothing to drive where there is none.
    let has_run = Memo::new(move |_| scene.get().has_run());
    view! {
        <header class="top">
            <h1>{live(move || t_string!(i18n, page.title))}</h1>
            <Lessons />
            <More />
            {live(move || {
                has_run.get().then(|| {
                    // Whichever was provided here before is still known here when this is made again.
                    let (lab, reading) = shown.chosen.get().unwrap_or((lab, reading));
                    provide_context(lab);
                    provide_context(reading);
                    view! { <RunBar /> }
                })
            })}
            <div class="top-end">
                <ThemeButton />
                <Share />
            </div>
        </header>
        <Notices />
        {live(move || match scene.get() {
            Scene::Run => view! { <Run /> }.into_any(),
            Scene::Comparison => view! { <Fetched part=&scenes::COMPARISON /> }.into_any(),
            Scene::Sweep => view! { <Fetched part=&scenes::SWEEP /> }.into_any(),
            Scene::Surface => view! { <Fetched part=&scenes::SURFACE /> }.into_any(),
        })}
    }
}

/// A single run.
#[component]
fn Run() -> impl IntoView {
    let lab = use_lab();
    let is_through_time = Memo::new(move |_| lab.measured.with(|run| Layout::of(run).is_through_time()));
    view! {
        // In the order of a phone's single column, which is also the order of importance.
        <main class="lab">
            <div class="area-hero">
                {live(move || view! { <GradientByPlace is_through_time=is_through_time.get() /> })}
                <Scrubber />
            </div>
            <Side />
            <Panel />
            <Workbench />
        </main>
    }
}
