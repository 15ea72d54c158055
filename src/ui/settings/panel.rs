//! The panel of settings: one section a group, the less common ones under *More*.

use crate::choice::Choice;
use crate::experiment::{Group, Key, Place, Value};
use crate::optim::OptimizerKind;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, Views, attribute, live};
use crate::ui::settings::Control;
use crate::ui::shared::{storage, words};
use leptos::prelude::*;

/// All settings of the experiment, by group.
#[component]
pub fn Panel() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <aside class="panel" aria-label=attribute(move || t_string!(i18n, page.panel.label))>
            <PanelSection group=Group::Network name="network" />
            <PanelSection group=Group::Optimizer name="optimizer" />
            <PanelSection group=Group::Data name="data" />
        </aside>
    }
}

#[component]
fn PanelSection(
    group: Group,
    /// Names the section in the document and in what the browser remembers.
    name: &'static str,
) -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let heading = move || match group {
        Group::Network => t_string!(i18n, page.panel.network),
        Group::Optimizer => t_string!(i18n, page.panel.optimizer),
        Group::Data => t_string!(i18n, page.panel.data),
    };
    // What all the rest of a section depends on stands beside its name, where it takes no line of its own.
    let head = match group {
        Group::Network => Some(Key::Model),
        Group::Optimizer => None,
        Group::Data => Some(Key::Task),
    };
    let controls = move |place: Place| {
        let keys = Key::ALL.iter().filter(|&&key| key.place() == place && head != Some(key)).copied();
        // The rule first, then how many samples it sees.
        let (batch, others): (Vec<Key>, Vec<Key>) = keys.partition(|&key| key == Key::Batch);
        others.into_iter().chain(batch).map(|key| view! { <Control key=key /> }).views()
    };
    // A setting that was changed must not hide.
    let changed = Memo::new(move |_| {
        lab.experiment.with(|experiment| {
            let is_hidden = |key: &&Key| key.place() == Place::More(group) && experiment.is_relevant(**key);
            Key::ALL.iter().filter(is_hidden).filter(|key| !experiment.is_default(**key)).count()
        })
    });
    let more = move || match changed.get() {
        0 => t_string!(i18n, page.panel.more).to_owned(),
        count => t_string!(i18n, page.panel.more_changed, count = count),
    };
    let remembered = format!("more-{name}");
    let is_open = storage::load(&remembered).is_some_and(|open| open == "1");
    let on_toggle = move |event| {
        let details = event_target::<web_sys::HtmlDetailsElement>(&event);
        storage::store(&remembered, if details.open() { "1" } else { "0" });
    };
    view! {
        <section class=format!("settings settings-{name}") aria-labelledby=format!("settings-{name}")>
            <div class="settings-head">
                <h2 id=format!("settings-{name}")>{live(heading)}</h2>
                {head.map(|key| view! { <Control key=key /> })}
            </div>
            {controls(Place::First(group))}
            {(group == Group::Optimizer).then(|| view! { <Method /> })}
            <details class="more" open=is_open on:toggle=on_toggle>
                <summary>{live(more)}</summary>
                {controls(Place::More(group))}
            </details>
        </section>
    }
}

/// What update rule and batch are called together.
#[component]
fn Method() -> impl IntoView {
    let lab = use_lab();
    let i18n = use_i18n();
    let parts = Memo::new(move |_| {
        lab.experiment.with(|experiment| {
            let batch = match experiment.get(Key::Batch) {
                Value::Integer(size) if size < experiment.sample_count() => Some(size),
                _ => None,
            };
            (experiment.optimizer, batch)
        })
    });
    let name = move || {
        let (optimizer, batch) = parts.get();
        if optimizer == OptimizerKind::Sgd {
            return match batch {
                None => t_string!(i18n, page.panel.method.gd).to_owned(),
                Some(1) => t_string!(i18n, page.panel.method.stochastic).to_owned(),
                Some(size) => t_string!(i18n, page.panel.method.mini_batch, size = size),
            };
        }
        let optimizer = words::choice(i18n, Key::Optimizer, optimizer.name());
        match batch {
            None => t_string!(i18n, page.panel.method.other_full, optimizer = optimizer),
            Some(1) => t_string!(i18n, page.panel.method.other_single, optimizer = optimizer),
            Some(size) => t_string!(i18n, page.panel.method.other_batch, optimizer = optimizer, size = size),
        }
    };
    view! { <p class="method" id="method">{live(name)}</p> }
}
