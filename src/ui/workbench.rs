//! The instruments below the main chart: tabs, and the one that is open.

use crate::ui::chart::{GradientOverTime, LayerInspector, LossChart, OptimizerChart};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::instruments::Instrument;
use crate::ui::lab::use_lab;
use crate::ui::learned::LearnedPane;
use crate::ui::network::NetworkPane;
use crate::ui::proof::ProofPane;
use leptos::prelude::*;

const INSTRUMENTS: [Instrument; 6] = [
    Instrument::Overview,
    Instrument::Layer,
    Instrument::Optimizer,
    Instrument::Network,
    Instrument::Learned,
    Instrument::Proof,
];

/// Tabs, and the instrument that is open.
#[component]
pub fn Workbench() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let open = lab.instruments.open;
    let name = move |instrument| match instrument {
        Instrument::Overview => t_string!(i18n, workbench.overview),
        Instrument::Layer => t_string!(i18n, layer.tab),
        Instrument::Optimizer => t_string!(i18n, steps.tab),
        Instrument::Network => t_string!(i18n, network.tab),
        Instrument::Learned => t_string!(i18n, learned.tab),
        Instrument::Proof => t_string!(i18n, proof.tab),
    };
    let tab = move |instrument| {
        view! {
            <button
                type="button"
                role="tab"
                class="tab"
                aria-selected=move || (open.get() == instrument).to_string()
                on:click=move |_| open.set(instrument)
            >
                {move || name(instrument)}
            </button>
        }
    };
    view! {
        <section class="workbench">
            <div class="tabs" role="tablist" aria-label=move || t_string!(i18n, workbench.label)>
                {INSTRUMENTS.map(tab).collect_view()}
            </div>
            {move || match open.get() {
                Instrument::Overview => {
                    view! {
                        <div class="overview">
                            <GradientOverTime />
                            <LossChart />
                        </div>
                    }
                        .into_any()
                }
                Instrument::Layer => view! { <LayerInspector /> }.into_any(),
                Instrument::Optimizer => view! { <OptimizerChart /> }.into_any(),
                Instrument::Network => view! { <NetworkPane /> }.into_any(),
                Instrument::Learned => view! { <LearnedPane /> }.into_any(),
                Instrument::Proof => view! { <ProofPane /> }.into_any(),
            }}
        </section>
    }
}
