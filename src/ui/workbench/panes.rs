//! The panes that a first visit does not show. Each is a part of its own (`ui/shared/part.rs`).

use crate::ui::chart::{LayerInspector, OptimizerChart};
use crate::ui::shared::part::part;
use crate::ui::workbench::answers::AnswersPane;
use crate::ui::workbench::cell::CellPane;
use crate::ui::workbench::learned::LearnedPane;
use crate::ui::workbench::network::NetworkPane;
use crate::ui::workbench::proof::ProofPane;
use crate::ui::workbench::unrolled::UnrolledPane;
use leptos::prelude::*;

part! {
    /// One layer, or two, as histograms.
    LAYER, layer => view! { <LayerInspector /> }.into_any()
}

part! {
    /// The cells of a recurrent network.
    CELL, cell => view! { <CellPane /> }.into_any()
}

part! {
    /// What the optimizer makes of the gradient.
    OPTIMIZER, optimizer => view! { <OptimizerChart /> }.into_any()
}

part! {
    /// Units and weights, and one step slowly.
    NETWORK, network => view! { <NetworkPane /> }.into_any()
}

part! {
    /// A recurrent network unrolled, and one step slowly through time.
    UNROLLED, unrolled => view! { <UnrolledPane /> }.into_any()
}

part! {
    /// What the network makes of its inputs.
    LEARNED, learned => view! { <LearnedPane /> }.into_any()
}

part! {
    /// What the network makes of sequences.
    ANSWERS, answers => view! { <AnswersPane /> }.into_any()
}

part! {
    /// Claims checked on the live run.
    PROOF, proof => view! { <ProofPane /> }.into_any()
}
