//! What is being looked at besides the reports: the instrument that is open, the layers chosen, and what came of it.

use crate::experiment::presets::Preset;
use crate::look::learned_sequences::SequencesWatch;
use crate::look::phase::Phase;
use crate::look::proof::Check;
use crate::look::recurrent_view::{RecurrentWatch, SampleWatch};
use crate::look::view::{Evaluation, View, Watch};
use crate::nn::recurrent::Cell;
use crate::plot::gradient_over_time::Mapped;
use crate::train::{Beginning, Layout};
use crate::ui::reactive::RwSignal;
use crate::worker::protocol::decode;
use leptos::prelude::{GetValue, SetValue, StoredValue, UpdateValue};
use std::sync::Arc;

/// The instruments below the main chart, of which one is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instrument {
    /// The heat map over time, and the loss.
    Overview,
    /// One layer, or two, as histograms.
    Layer,
    /// What the optimizer makes of the gradient.
    Optimizer,
    /// Units and weights, and one step slowly.
    Network,
    /// What the network makes of its inputs.
    Learned,
    /// Claims checked on the live run.
    Proof,
}

impl Instrument {
    /// The one that a lesson's question is about; `None` where the main chart answers it, beside whatever is open.
    pub(super) fn asked_of(lesson: Preset) -> Option<Self> {
        // Read what the network writes as it learns.
        (lesson == Preset::NextCharacter).then_some(Self::Learned)
    }
}

/// How the instruments show what they show. It is kept while another one is open.
#[derive(Clone, Copy)]
pub struct Looks {
    /// What the map over time shows, once that was chosen.
    pub mapped: RwSignal<Option<Mapped>>,
    /// Whether the loss has a logarithmic axis.
    pub is_loss_log: RwSignal<bool>,
    /// Whether the accuracy stands in the loss's place, where there is one.
    pub is_accuracy: RwSignal<bool>,
    /// Which of the optimizer's curves are shown.
    pub optimizer_curves: [RwSignal<bool>; 4],
    /// Whether the network's lines show weights, and not gradients.
    pub is_weight: RwSignal<bool>,
    /// Whether the training samples are shown.
    pub has_training: RwSignal<bool>,
    /// Whether the held-out samples are shown.
    pub has_held_out: RwSignal<bool>,
    /// Whether two layers that are compared have the same axes.
    pub has_same_axes: RwSignal<bool>,
    /// Whether a cell's gates are shown before their functions, and not after.
    pub is_before_gates: RwSignal<bool>,
    /// Which of the curves of gates over time are shown.
    pub gate_curves: [RwSignal<bool>; 4],
    /// Whether the shares of lags have a logarithmic axis.
    pub is_lag_log: RwSignal<bool>,
}

impl Default for Looks {
    fn default() -> Self {
        Self {
            mapped: RwSignal::new(None),
            is_loss_log: RwSignal::new(true),
            is_accuracy: RwSignal::new(false),
            optimizer_curves: [(); 4].map(|()| RwSignal::new(true)),
            is_weight: RwSignal::new(false),
            has_training: RwSignal::new(true),
            has_held_out: RwSignal::new(true),
            has_same_axes: RwSignal::new(true),
            is_before_gates: RwSignal::new(false),
            gate_curves: [(); 4].map(|()| RwSignal::new(true)),
            is_lag_log: RwSignal::new(true),
        }
    }
}

/// Reads what the worker saw.
type Reader = fn(&[u8]) -> Option<View>;

/// The state of the instruments.
#[derive(Clone, Copy)]
pub struct Instruments {
    /// Which is open.
    pub open: RwSignal<Instrument>,
    /// Whether the layer inspector was opened from a chart, and has not come yet to take the focus.
    pub(super) is_focus_due: StoredValue<bool>,
    /// The layer that was chosen, from 0.
    pub layer: RwSignal<usize>,
    /// The layer beside it, if two are compared.
    pub compared: RwSignal<Option<usize>>,
    /// The unit that was chosen in the network (layer, or level of a recurrent network, and unit, from 0).
    pub unit: RwSignal<Option<(usize, usize)>>,
    /// The level of a recurrent network whose cells are looked at, from 0.
    pub level: RwSignal<usize>,
    /// The time step whose cells are looked at, from 0; `None` for all of them together.
    pub time: RwSignal<Option<usize>>,
    /// The sample that is followed through time, by its place in the batch.
    pub sample: RwSignal<usize>,
    /// The phase at which a step is gone through slowly.
    pub phase: RwSignal<Phase>,
    /// Whether all parameters are listed in the place of the phase.
    pub has_parameters: RwSignal<bool>,
    /// The sentence that the network is asked about, for *sentiment*.
    pub own_sentence: RwSignal<String>,
    /// The text in the field for one of the reader's own, for *next character*.
    pub text_draft: RwSignal<String>,
    /// How they show it.
    pub looks: Looks,
    reader: StoredValue<Option<Reader>>,
    /// What came before anyone could read it.
    unread: StoredValue<Option<Vec<u8>>>,
    /// What the worker last saw of what is watched. Of another step than is shown it is stale.
    pub view: RwSignal<Option<Arc<View>>>,
    /// How well the network did whenever it was looked at, by step; thinned when they are many.
    pub evaluations: RwSignal<Arc<Vec<Evaluation>>>,
    /// What came of the checks, and at which step; `None` until asked for.
    pub proof: RwSignal<Option<(u64, Arc<Vec<Check>>)>>,
    /// What the run begins with, once that was checked.
    pub beginning: RwSignal<Option<Arc<Beginning>>>,
    /// The share of the checks under way that is done, from 0 to 1.
    pub proving: RwSignal<Option<f64>>,
}

/// Evaluations that are kept; of more, every other is dropped.
const MOST_EVALUATIONS: usize = 1_024;

impl Default for Instruments {
    fn default() -> Self {
        Self {
            open: RwSignal::new(Instrument::Overview),
            is_focus_due: StoredValue::new(false),
            layer: RwSignal::new(0),
            compared: RwSignal::new(None),
            unit: RwSignal::new(None),
            level: RwSignal::new(0),
            time: RwSignal::new(None),
            sample: RwSignal::new(0),
            phase: RwSignal::new(Phase::FIRST),
            has_parameters: RwSignal::new(false),
            own_sentence: RwSignal::default(),
            text_draft: RwSignal::default(),
            looks: Looks::default(),
            reader: StoredValue::new(None),
            unread: StoredValue::new(None),
            view: RwSignal::new(None),
            evaluations: RwSignal::default(),
            proof: RwSignal::new(None),
            beginning: RwSignal::new(None),
            proving: RwSignal::new(None),
        }
    }
}

impl Instruments {
    /// What the open instrument needs to be sent of a run with this layout and seed; follows every change of it.
    pub fn watch(self, layout: Layout, seed: u32) -> Watch {
        let (open, evaluation) = (self.open.get(), true);
        let learned = open == Instrument::Learned;
        let is_network = open == Instrument::Network;
        let sequences = match open {
            Instrument::Learned => SequencesWatch { seed, sentence: self.own_sentence.get() },
            _ => SequencesWatch::default(),
        };
        if layout.is_through_time() {
            let mut recurrent = self.recurrent_watch(layout);
            // What Pascanu's conditions are of; gates have other ways.
            recurrent.spectrum = matches!(layout, Layout::Times { cell: Cell::Tanh | Cell::Relu, .. });
            return Watch { learned, sequences, evaluation, recurrent, ..Watch::default() };
        }
        let layers = (open == Instrument::Layer).then(|| std::iter::once(self.layer.get()).chain(self.compared.get()));
        Watch {
            layers: layers.into_iter().flatten().collect(),
            network: is_network,
            unit: self.unit.get().filter(|_| is_network),
            parameters: is_network && self.has_parameters.get(),
            learned,
            evaluation,
            sequences,
            recurrent: RecurrentWatch::default(),
            unseen: false,
        }
    }

    fn recurrent_watch(self, layout: Layout) -> RecurrentWatch {
        match self.open.get() {
            Instrument::Layer => {
                let (level, time) = (self.level.get(), self.time.get());
                RecurrentWatch { time: Some(level), cell: Some((level, time)), ..RecurrentWatch::default() }
            }
            Instrument::Network => {
                let (level, unit) = self.unit.get().unwrap_or_default();
                // The loss and the update are seen at the last time step.
                let time = self.phase.get().place().unwrap_or(layout.places().saturating_sub(1));
                let sample = SampleWatch { sample: self.sample.get(), level, unit: Some((unit, time)) };
                RecurrentWatch { sample: Some(sample), ..RecurrentWatch::default() }
            }
            Instrument::Optimizer => RecurrentWatch { weight_entries: true, ..RecurrentWatch::default() },
            Instrument::Overview | Instrument::Learned | Instrument::Proof => RecurrentWatch::default(),
        }
    }

    /// Takes in how well the network does.
    pub fn take_scores(self, evaluation: Evaluation) {
        self.evaluations.try_update(|evaluations| {
            let evaluations = Arc::make_mut(evaluations);
            // On a visit it is one between others.
            let place = evaluations.partition_point(|earlier| earlier.step < evaluation.step);
            if evaluations.get(place).is_none_or(|later| later.step > evaluation.step) {
                evaluations.insert(place, evaluation);
            }
            if evaluations.len() > MOST_EVALUATIONS {
                // The first and the last stay.
                let last = evaluations.len() - 1;
                let mut index = 0;
                evaluations.retain(|_| {
                    index += 1;
                    index % 2 == 1 || index > last
                });
            }
        });
    }

    /// Takes in what the worker saw besides.
    pub fn take(self, bytes: Vec<u8>) {
        match self.reader.try_get_value().flatten() {
            Some(read) => self.show(read(&bytes)),
            // The pane that asked for it is on its way.
            None => _ = self.unread.try_update_value(|unread| *unread = Some(bytes)),
        }
    }

    /// Can read what the worker sees from now on. The code for that is with the panes that show it, each of which calls this.
    pub fn read_views(self) {
        let read: Reader = |bytes| decode::<View>(bytes);
        self.reader.set_value(Some(read));
        if let Some(bytes) = self.unread.try_update_value(Option::take).flatten() {
            self.show(read(&bytes));
        }
    }

    fn show(self, view: Option<View>) {
        // Of a build that writes otherwise no message is taken (`worker/client.rs`).
        if let Some(view) = view {
            self.view.try_set(Some(Arc::new(view)));
        }
    }

    /// How well the network did at a step, or when it was last looked at before.
    pub fn evaluation_at(self, step: u64) -> Option<Evaluation> {
        self.evaluations.with(|evaluations| Evaluation::last_by(evaluations, step).copied())
    }

    /// Forgets what was seen of the steps after one.
    pub fn forget_after(self, step: u64) {
        self.evaluations.update(|evaluations| Arc::make_mut(evaluations).retain(|evaluation| evaluation.step <= step));
        if self.view.with_untracked(|view| view.as_ref().is_some_and(|view| view.step > step)) {
            self.view.set(None);
        }
        if self.proof.with_untracked(|proof| proof.as_ref().is_some_and(|(checked, _)| *checked > step)) {
            self.proof.set(None);
        }
    }

    /// Forgets what was seen of another run.
    pub fn clear(self) {
        self.view.try_set(None);
        self.unread.try_update_value(|unread| *unread = None);
        self.evaluations.try_set(Arc::default());
        self.proof.try_set(None);
        self.beginning.try_set(None);
        self.proving.try_set(None);
    }
}
