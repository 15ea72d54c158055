//! What can be done with any chart: read its numbers, take it along, have it fill the window.

use super::export::{self, Exported, Form, Taken};
use super::stage::Stage;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::Lab;
use crate::ui::reactive::{RwSignal, Signal, attribute, element, live};
use crate::ui::shared::dropdown::Dropdown;
use crate::ui::shared::icon::{Icon, Picture};
use crate::ui::shared::part::now;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

/// How long it is said what came of a wish.
const SAID: Duration = Duration::from_secs(4);

/// The step of what charts show, in the names of their files, where it is none of the run.
#[derive(Clone, Copy)]
pub struct StepOfFiles(pub Signal<u64>);

/// The buttons at the right end of a chart's head.
#[component]
pub(super) fn Tools(
    /// What is taken along.
    chart: Exported,
    /// Whether the table is shown.
    is_table_open: RwSignal<bool>,
    /// Whether the chart fills the window.
    is_maximized: RwSignal<bool>,
    /// Text that the browser does not put into its clipboard, for the reader to do so.
    to_copy: RwSignal<Option<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (lab, other) = (use_context::<Lab>(), use_context::<StepOfFiles>());
    let said = RwSignal::new(String::new());
    let say = move |text: String| {
        said.try_set(text.clone());
        set_timeout(
            move || {
                if said.try_with_untracked(|now| *now == text) == Some(true) {
                    said.try_set(String::new());
                }
            },
            SAID,
        );
    };
    let file_name = move |form: Form| {
        let of_run = || untrack(|| lab?.with_shown(|bucket| bucket.last.step));
        let step = other.map_or_else(of_run, |other| Some(other.0.get_untracked()));
        format!("{}-step-{}.{}", chart.name, step.unwrap_or(0), form.ending())
    };
    let tell = move |taken: Taken| match taken {
        Taken::Nothing => say(t_string!(i18n, charts.export.nothing).to_owned()),
        Taken::Saved(file) => say(t_string!(i18n, charts.export.saved, file = file).to_string()),
        Taken::Copied => say(t_string!(i18n, charts.export.copied).to_owned()),
        Taken::NotCopied(text) => to_copy.try_set(Some(text)),
    };
    // Whether it comes is told when something is to be taken along.
    let begin_fetching = move || spawn_local(async { _ = export::fetch().await });
    let take_along = move |form: Form| {
        spawn_local(async move {
            let mut fetching = Box::pin(export::fetch());
            let fetched = match now(fetching.as_mut()) {
                Some(fetched) => fetched,
                None => {
                    said.try_set(t_string!(i18n, charts.export.coming).to_owned());
                    fetching.await
                }
            };
            // It is there, or has not come: what is said of it goes.
            said.try_set(String::new());
            let taken = match fetched {
                Ok(()) => export::take(chart, form, file_name(form), Box::new(tell)).await,
                Err(missing) => Err(missing),
            };
            if taken.is_err() {
                say(t_string!(i18n, charts.export.missing).to_owned());
            }
        });
    };
    // Wherever the focus is: while one chart fills the window there is nothing else.
    let on_escape = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" && !event.default_prevented() && is_maximized.try_get_untracked() == Some(true) {
            event.prevent_default();
            is_maximized.try_set(false);
        }
    });
    on_cleanup(move || on_escape.remove());
    view! {
        <div class="chart-tools">
            <button
                type="button"
                class="chart-tool"
                aria-label=attribute(move || t_string!(i18n, charts.data))
                title=attribute(move || t_string!(i18n, charts.data_title))
                aria-expanded=attribute(move || is_table_open.get().to_string())
                on:click=move |_| is_table_open.update(|is_open| *is_open = !*is_open)
            >
                <Icon picture=Picture::Table />
            </button>
            // Fetched when the menu unfolds: a browser takes text into its clipboard only soon after a click.
            <div class="chart-export" on:click=move |_| begin_fetching()>
            <Dropdown
                label=Signal::derive(move || t_string!(i18n, charts.export.name).to_owned())
                picture=Picture::Export
            >
                <button type="button" on:click=move |_| take_along(Form::Png)>
                    {live(move || t_string!(i18n, charts.export.png))}
                </button>
                {chart
                    .picture
                    .map(|_| {
                        view! {
                            <button type="button" on:click=move |_| take_along(Form::Svg)>
                                {live(move || t_string!(i18n, charts.export.svg))}
                            </button>
                        }
                    })}
                <button type="button" on:click=move |_| take_along(Form::Csv)>
                    {live(move || t_string!(i18n, charts.export.csv))}
                </button>
            </Dropdown>
            </div>
            <button
                type="button"
                class="chart-tool"
                aria-label=attribute(move || t_string!(i18n, charts.maximize))
                title=attribute(move || {
                    if is_maximized.get() {
                        t_string!(i18n, charts.restore_title)
                    } else {
                        t_string!(i18n, charts.maximize)
                    }
                })
                aria-pressed=attribute(move || is_maximized.get().to_string())
                on:click=move |_| is_maximized.update(|is_maximized| *is_maximized = !*is_maximized)
            >
                <Icon picture=Signal::derive(move || {
                    if is_maximized.get() { Picture::Restore } else { Picture::Maximize }
                }) />
            </button>
            <p class="chart-said" role="status">{live(move || said.get())}</p>
        </div>
    }
}

/// Text over the chart, selected for the reader to copy.
#[component]
pub(super) fn ToCopy(
    /// The text.
    text: String,
    /// Where it comes from; emptied when the reader is done.
    to_copy: RwSignal<Option<String>>,
    /// What has the focus then.
    stage: Stage,
) -> impl IntoView {
    let i18n = use_i18n();
    let field = NodeRef::<html::Textarea>::new();
    field.on_load(|field| {
        // It is made now, but stands on the page only in the next frame.
        request_animation_frame(move || {
            let _ = field.focus();
            field.select();
        });
    });
    let close = move || {
        to_copy.try_set(None);
        if let Some(frame) = element(stage.frame) {
            let _ = frame.focus();
        }
    };
    let on_keydown = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            close();
        }
    };
    view! {
        <div class="chart-copy" on:keydown=on_keydown>
            <p role="status">{live(move || t_string!(i18n, charts.export.selected))}</p>
            <button
                type="button"
                class="chart-tool"
                aria-label=attribute(move || t_string!(i18n, charts.export.close))
                title=attribute(move || t_string!(i18n, charts.export.close))
                on:click=move |_| close()
            >
                <Icon picture=Picture::Close />
            </button>
            <textarea
                readonly
                node_ref=field
                aria-label=attribute(move || t_string!(i18n, charts.export.text))
                prop:value=text
            ></textarea>
        </div>
    }
}
