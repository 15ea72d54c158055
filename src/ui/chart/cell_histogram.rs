//! The histograms of a recurrent network's cells: gates, states, and the recurrent weights.

use super::histogram::{HistogramFigure, Named, Seen};
use super::segments::Segments;
use crate::look::recurrent_view::{BlockView, CellView};
use crate::look::view::Histogram;
use crate::nn::recurrent::Cell;
use crate::nn::recurrent::Gate;
use crate::plot::color::Rgb;
use crate::plot::theme::Theme;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{Lab, use_lab};
use crate::ui::reactive::{Memo, Show, Signal, Views, live};
use leptos::prelude::*;
use std::sync::Arc;

/// Which of a cell's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A block of columns by its number: a gate, or what its function is taken of.
    Block(usize),
    /// c.
    CellState,
    /// h.
    State,
    /// W_hh.
    Weights,
    /// ∂L/∂W_hh.
    Gradients,
    /// ΔW_hh.
    Updates,
}

impl Kind {
    /// Those of a cell, as they stand from left to right.
    fn of(cell: Cell) -> Vec<Self> {
        let blocks = (0..cell.blocks()).map(Self::Block);
        let cell_state = cell.has_cell_state().then_some(Self::CellState);
        blocks.chain(cell_state).chain([Self::State, Self::Weights, Self::Gradients, Self::Updates]).collect()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Block(block) => ["cell-gate-1", "cell-gate-2", "cell-gate-3", "cell-gate-4"][block.min(3)],
            Self::CellState => "cell-c",
            Self::State => "cell-h",
            Self::Weights => "cell-w",
            Self::Gradients => "cell-grad-w",
            Self::Updates => "cell-update",
        }
    }

    /// What was seen of it at a step; `None` for the update at step 0. A plain cell's block is shown before its function,
    /// because behind it is h.
    fn content(self, step: u64, seen: &CellView, is_before: bool) -> Option<Seen> {
        let plain = |histogram: &Histogram| Seen { step, histogram: histogram.clone(), slope: None };
        Some(match self {
            Self::Block(block) => {
                let block: &BlockView = seen.blocks.get(block)?;
                if is_before || block.gate.is_none() {
                    let slope = Some((block.slope.clone(), block.largest_slope));
                    Seen { step, histogram: block.pre_activation.clone(), slope }
                } else {
                    plain(&block.values)
                }
            }
            Self::CellState => plain(seen.cell_states.as_ref()?),
            Self::State => plain(&seen.states),
            Self::Weights => plain(&seen.weights),
            Self::Gradients => plain(&seen.gradients),
            Self::Updates => plain(seen.updates.as_ref()?),
        })
    }

    fn color(self) -> fn(&Theme) -> Rgb {
        match self {
            Self::Block(_) | Self::CellState | Self::State => |theme| theme.grad_z,
            Self::Weights => |theme| theme.muted,
            Self::Gradients => |theme| theme.grad_w,
            Self::Updates => |theme| theme.update,
        }
    }

    fn words(self, i18n: Words, cell: Cell, is_before: bool) -> String {
        let words = match self {
            Self::Block(block) => match cell.gates().get(block) {
                None => t_string!(i18n, cell.axis.plain),
                Some(gate) if is_before => {
                    return t_string!(i18n, cell.axis.pre, gate = gate_words(i18n, cell, *gate)).to_string();
                }
                Some(gate) => return gate_words(i18n, cell, *gate),
            },
            Self::CellState => t_string!(i18n, cell.axis.cell_state),
            Self::State => t_string!(i18n, cell.axis.state),
            Self::Weights => t_string!(i18n, cell.axis.weights),
            Self::Gradients => t_string!(i18n, cell.axis.gradient),
            Self::Updates => t_string!(i18n, cell.axis.update),
        };
        words.to_owned()
    }

    fn formula(self, cell: Cell, is_before: bool) -> String {
        match self {
            Self::Block(block) => match cell.gates().get(block) {
                None => "a + q".to_owned(),
                Some(gate) if is_before => format!("a + q → {}", letter(cell, *gate)),
                Some(gate) => letter(cell, *gate).to_owned(),
            },
            Self::CellState => "c".to_owned(),
            Self::State => "h".to_owned(),
            Self::Weights => "Wₕₕ".to_owned(),
            Self::Gradients => "∂L/∂Wₕₕ".to_owned(),
            Self::Updates => "ΔWₕₕ".to_owned(),
        }
    }
}

/// A gate's letter.
pub(super) fn letter(cell: Cell, gate: Gate) -> &'static str {
    match gate {
        Gate::Input => "i",
        Gate::Forget => "f",
        Gate::Candidate if cell == Cell::Lstm => "g",
        Gate::Candidate => "n",
        Gate::Output => "o",
        Gate::Reset => "r",
        Gate::Update => "z",
    }
}

fn gate_words(i18n: Words, cell: Cell, gate: Gate) -> String {
    match gate {
        Gate::Input => t_string!(i18n, cell.gate.input).to_owned(),
        Gate::Forget => t_string!(i18n, cell.gate.forget).to_owned(),
        Gate::Candidate => format!("{} {}", t_string!(i18n, cell.gate.candidate), letter(cell, gate)),
        Gate::Output => t_string!(i18n, cell.gate.output).to_owned(),
        Gate::Reset => t_string!(i18n, cell.gate.reset).to_owned(),
        Gate::Update => t_string!(i18n, cell.gate.update).to_owned(),
    }
}

/// What was seen of the chosen level's cells at the chosen time step, with the step; follows every change of either.
fn seen<R>(lab: Lab, read: impl FnOnce(u64, &CellView) -> R) -> Option<R> {
    let (level, time) = (lab.instruments.level.get(), lab.instruments.time.get());
    lab.instruments.view.with(|view| {
        let view = view.as_deref()?;
        let cell = view.cell.as_ref().filter(|cell| cell.level == level && cell.time == time)?;
        Some(read(view.step, cell))
    })
}

/// The histograms of the chosen level's cells, over time or at one time step.
#[component]
pub fn CellHistograms() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let is_before = lab.instruments.looks.is_before_gates;
    let cell = Memo::new(move |_| lab.measured.with(|experiment| experiment.cell()));
    let is_missing = Memo::new(move |_| seen(lab, |_, _| ()).is_none());
    let words = move || [t_string!(i18n, cell.values.gates).to_owned(), t_string!(i18n, cell.values.pre).to_owned()];
    let charts = move || {
        let kinds = cell.get().map(|cell| Kind::of(cell).into_iter().map(move |kind| (cell, kind)));
        kinds.into_iter().flatten().map(|(cell, kind)| view! { <CellHistogram cell kind /> }).views()
    };
    view! {
        <section class="cell-histograms">
            <Show when=Signal::derive(move || cell.get().is_some_and(|cell| !cell.gates().is_empty()))>
                <Segments
                    name="cell-values"
                    legend=Signal::derive(move || t_string!(i18n, cell.values.legend).to_owned())
                    choice=is_before
                    words=Signal::derive(words)
                />
            </Show>
            <div class="inspector-charts">{live(charts)}</div>
            <Show when=is_missing>
                <p class="inspector-waiting">{live(move || t_string!(i18n, cell.waiting))}</p>
            </Show>
        </section>
    }
}

/// One kind of a cell's numbers as a histogram.
#[component]
fn CellHistogram(cell: Cell, kind: Kind) -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let is_before = lab.instruments.looks.is_before_gates;
    let content = move || seen(lab, |step, cell| kind.content(step, cell, is_before.get())).flatten().map(Arc::new);
    let named = move || Named {
        title: kind.formula(cell, is_before.get()),
        words: kind.words(i18n, cell, is_before.get()),
        formula: kind.formula(cell, is_before.get()),
        of: Some(place(i18n, lab)),
    };
    let has_no_step =
        Memo::new(move |_| kind == Kind::Updates && seen(lab, |_, cell| cell.updates.is_none()) == Some(true));
    view! {
        <div class="histogram">
            <HistogramFigure
                name=kind.name()
                named=Signal::derive(named)
                color=kind.color()
                content=Signal::derive(content)
                beside=Signal::derive(|| None)
            />
            <Show when=has_no_step>
                <p class="histogram-nothing">{live(move || t_string!(i18n, cell.no_step))}</p>
            </Show>
        </div>
    }
}

/// Which level, and which time step, in words.
fn place(i18n: Words, lab: Lab) -> String {
    let level = t_string!(i18n, cell.level_name, number = lab.instruments.level.get() + 1).to_string();
    let time = match lab.instruments.time.get() {
        Some(time) => t_string!(i18n, cell.time_name, number = time + 1).to_string(),
        None => t_string!(i18n, cell.all_times).to_owned(),
    };
    t_string!(i18n, cell.of, level = level, time = time).to_string()
}
