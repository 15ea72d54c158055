//! The instruments below the main chart: tabs, and the one that is open.

use crate::choice::Choice;
use crate::data::sequences::Task;
use crate::ui::chart::{GradientOverTime, LossChart};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::instruments::Instrument;
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, RwSignal, Views, attribute, element, live};
use crate::ui::shared::icon::{Icon, Picture};
use crate::ui::shared::part::{Fetched, Missing, Part};
use crate::ui::workbench::panes;
use crate::worker::protocol::Way;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

/// The tabs in their order, with the names by which tests and embedders find them.
const TABS: [(Instrument, &str); 6] = [
    (Instrument::Overview, "overview"),
    (Instrument::Layer, "layer"),
    (Instrument::Optimizer, "optimizer"),
    (Instrument::Network, "network"),
    (Instrument::Learned, "learned"),
    (Instrument::Proof, "proof"),
];

/// Tabs, and the instrument that is open.
#[component]
pub fn Workbench() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let open = lab.instruments.open;
    // The main chart makes room then (style/workbench.css).
    let is_large = RwSignal::new(false);
    let tabs = TABS.map(|_| NodeRef::<html::Button>::new());
    let is_recurrent = Memo::new(move |_| lab.measured.with(|experiment| experiment.model.is_recurrent()));
    // Of a recurrent network the cell stands in the layer's place.
    let named = move |(instrument, name): (Instrument, &'static str)| {
        if instrument == Instrument::Layer && is_recurrent.get() { "cell" } else { name }
    };
    let words = move |instrument| match instrument {
        Instrument::Overview => t_string!(i18n, workbench.overview),
        Instrument::Layer if is_recurrent.get() => t_string!(i18n, cell.tab),
        Instrument::Layer => t_string!(i18n, layer.tab),
        Instrument::Optimizer => t_string!(i18n, steps.tab),
        Instrument::Network => t_string!(i18n, network.tab),
        Instrument::Learned => t_string!(i18n, learned.tab),
        Instrument::Proof => t_string!(i18n, proof.tab),
    };
    // The tab key comes to the open tab alone; the arrow keys go from there, round the ends.
    let on_keydown = move |event: ev::KeyboardEvent| {
        let (now, last) = (place_of(open.get_untracked()), TABS.len() - 1);
        let place = match event.key().as_str() {
            "ArrowLeft" => now.checked_sub(1).unwrap_or(last),
            "ArrowRight" if now == last => 0,
            "ArrowRight" => now + 1,
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        event.prevent_default();
        open.set(TABS[place].0);
        if let Some(tab) = element(tabs[place]) {
            let _ = tab.focus();
        }
    };
    let tab = move |((instrument, name), node): ((Instrument, &'static str), NodeRef<html::Button>)| {
        let is_open = move || open.get() == instrument;
        view! {
            <button
                type="button"
                role="tab"
                class="tab"
                id=attribute(move || format!("tab-{}", named((instrument, name))))
                data-tab=attribute(move || named((instrument, name)))
                node_ref=node
                aria-selected=attribute(move || is_open().to_string())
                aria-controls=attribute(move || is_open().then(|| format!("pane-{}", named((instrument, name)))))
                tabindex=attribute(move || if is_open() { "0" } else { "-1" })
                on:click=move |_| open.set(instrument)
            >
                {live(move || words(instrument))}
            </button>
        }
    };
    // What these show first of all is what the worker sees, and it cannot look.
    let is_of_sequences = Memo::new(move |_| lab.measured.with(|measured| measured.task != Task::Points));
    let blind = Memo::new(move |_| lab.absent_to_look().filter(|(_, way)| *way == Way::Missing).map(|(part, _)| part));
    let open_name = move || named(TABS[place_of(open.get())]);
    view! {
        <section class="workbench" class:large=move || is_large.get() aria-label=attribute(move || t_string!(i18n, workbench.label))>
            <div class="workbench-head">
                <div
                    class="tabs"
                    role="tablist"
                    aria-label=attribute(move || t_string!(i18n, workbench.label))
                    on:keydown=on_keydown
                >
                    {TABS.into_iter().zip(tabs).map(tab).views()}
                </div>
                <button
                    type="button"
                    class="chart-tool workbench-enlarge"
                    aria-label=attribute(move || t_string!(i18n, workbench.enlarge))
                    title=attribute(move || {
                        if is_large.get() {
                            t_string!(i18n, workbench.shrink)
                        } else {
                            t_string!(i18n, workbench.enlarge)
                        }
                    })
                    aria-pressed=attribute(move || is_large.get().to_string())
                    on:click=move |_| is_large.update(|is_large| *is_large = !*is_large)
                >
                    <Icon picture=Picture::Taller />
                </button>
            </div>
            <div
                class="workbench-pane"
                role="tabpanel"
                id=attribute(move || format!("pane-{}", open_name()))
                aria-labelledby=attribute(move || format!("tab-{}", open_name()))
            >
                {live(move || match open.get() {
                    Instrument::Overview => {
                        view! {
                            <div class="overview">
                                <GradientOverTime />
                                <LossChart />
                            </div>
                        }
                            .into_any()
                    }
                    Instrument::Layer | Instrument::Network | Instrument::Learned if let Some(part) = blind.get() => {
                        let again = Callback::new(move |()| lab.fetch_again(part));
                        view! { <Missing name=part.name() again /> }.into_any()
                    }
                    Instrument::Layer if is_recurrent.get() => fetched(&panes::CELL),
                    Instrument::Layer => fetched(&panes::LAYER),
                    Instrument::Optimizer => fetched(&panes::OPTIMIZER),
                    Instrument::Network if is_recurrent.get() => fetched(&panes::UNROLLED),
                    Instrument::Network => fetched(&panes::NETWORK),
                    Instrument::Learned if is_of_sequences.get() => fetched(&panes::ANSWERS),
                    Instrument::Learned => fetched(&panes::LEARNED),
                    Instrument::Proof => fetched(&panes::PROOF),
                })}
            </div>
        </section>
    }
}

fn fetched(part: &'static Part) -> AnyView {
    view! { <Fetched part /> }.into_any()
}

/// The place of an instrument's tab.
fn place_of(instrument: Instrument) -> usize {
    TABS.iter().position(|(other, _)| *other == instrument).unwrap_or(0)
}
