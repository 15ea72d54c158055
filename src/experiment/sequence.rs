//! The recurrent network that an experiment describes.

use super::{Experiment, Given, Key, Model, Rejection, Window};
pub use crate::data::sequences::BadText;
use crate::data::sequences::{LONGEST_SENTENCE, SequenceSpec, Task, padding_shares};
use crate::nn::Activation;
use crate::nn::recurrent::{Cell, Reading, RecurrentSpec};

impl Experiment {
    /// Whether a text of the user's own may take the place of the one that is shipped.
    pub fn takes_own_text(&self) -> bool {
        self.model.is_recurrent() && self.task == Task::NextCharacter
    }

    /// Why a text does not do for the length of the sequences; `None` where it does.
    pub fn bad_text(&self, text: &str) -> Option<BadText> {
        BadText::of(text, self.length as usize)
    }

    /// What is said of the task where there is no text for it.
    pub fn rejected_task(&self) -> Rejection {
        Rejection { key: Key::Task, given: Given::Value(self.get(Key::Task)), allowed: self.allowed(Key::Task) }
    }

    /// The cell of a recurrent network; `None` for the multilayer perceptron.
    pub fn cell(&self) -> Option<Cell> {
        match self.model {
            Model::Mlp => None,
            Model::Rnn if self.activation == Activation::Relu => Some(Cell::Relu),
            Model::Rnn => Some(Cell::Tanh),
            Model::Lstm => Some(Cell::Lstm),
            Model::Gru => Some(Cell::Gru),
        }
    }

    /// The sequences of the task; not of points, which are none. A multilayer perceptron reads whole sentences.
    pub fn sequence_spec(&self) -> SequenceSpec {
        SequenceSpec {
            task: self.task,
            times: if self.model.is_recurrent() { self.length as usize } else { LONGEST_SENTENCE },
            samples: self.sample_count() as usize,
            language: self.language,
            decisive: self.decisive,
            padding: self.padding,
            seed: self.seed,
        }
    }

    /// The recurrent network on inputs of the task, of which `vocabulary` symbols are known, where it has any; `None` for the
    /// multilayer perceptron.
    pub fn recurrent_spec(&self, vocabulary: usize) -> Option<RecurrentSpec> {
        let (task, times) = (self.task, self.length as usize);
        let embedding = task.has_embedding().then_some(vocabulary);
        Some(RecurrentSpec {
            cell: self.cell()?,
            inputs: if embedding.is_some() { self.embedding as usize } else { task.inputs(vocabulary) },
            hidden: self.hidden as usize,
            stack: self.stack as usize,
            outputs: task.outputs(vocabulary),
            times,
            reading: task.reading(),
            embedding,
            window: match self.window {
                Window::Full => times,
                Window::Steps(steps) => (steps as usize).min(times),
            },
        })
    }

    /// Whether there is a loss at every time step, so that each has a gradient of its own, and not only one at the end.
    pub fn has_loss_at_each_step(&self) -> bool {
        self.model.is_recurrent() && self.task.reading() == Reading::Each
    }

    /// The time steps, from 1, from whose next one truncation lets no gradient come; none of a multilayer perceptron.
    pub fn cuts_after(&self) -> Vec<usize> {
        let Some(spec) = self.recurrent_spec(0) else { return Vec::new() };
        (1..spec.times).filter(|time| spec.is_cut_after(*time)).collect()
    }

    /// For each time step the share of all sentences, from 0 to 1, that have only padding there; empty where nothing is
    /// filled up.
    pub fn padding_shares(&self) -> Vec<f64> {
        if self.model.is_recurrent() && self.task == Task::Sentiment {
            padding_shares(self.language, self.padding, self.length as usize)
        } else {
            Vec::new()
        }
    }
}
