//! The panes that a first visit does not show. Each is a part of its own (`ui/shared/part.rs`).

use crate::ui::chart::{LayerInspector, OptimizerChart};
use crate::ui::lab::use_lab;
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
    LAYER, layer => {
        use_lab().instruments.read_views();
        view! { <LayerInspector /> }.into_any()
    }
}

part! {
    /// The cells of a recurrent network.
    CELL, cell => {
        use_lab().instruments.read_views();
        view! { <CellPane /> }.into_any()
    }
}

part! {
    /// What the optimizer makes of the gradient.
    OPTIMIZER, optimizer => {
        use_lab().instruments.read_views();
        view! { <OptimizerChart /> }.into_any()
    }
}

part! {
    /// Units and weights, and one step slowly.
    NETWORK, network => {
        use_lab().instruments.read_views();
        view! { <NetworkPane /> }.into_any()
    }
}

part! {
    /// A recurrent network unrolled, and one step slowly through time.
    UNROLLED, unrolled => {
        use_lab().instruments.read_views();
        view! { <UnrolledPane /> }.into_any()
    }
}

part! {
    /// What the network makes of its inputs.
    LEARNED, learned => {
        use_lab().instruments.read_views();
        view! { <LearnedPane /> }.into_any()
    }
}

part! {
    /// What the network makes of sequences.
    ANSWERS, answers => {
        use_lab().instruments.read_views();
        view! { <AnswersPane /> }.into_any()
    }
}

part! {
    /// Claims checked on the live run.
    PROOF, proof => view! { <ProofPane /> }.into_any()
}
