//! What the numbers of a report are of: places in an order, each with named quantities, and the weights.

use super::quantity::Quantity;
use crate::experiment::Experiment;
use crate::nn::recurrent::Cell;
use serde::{Deserialize, Serialize};

/// What the numbers of a report are of.
///
/// A network has *places* in an order, the one where the loss is last: the gradient comes from there and goes back to the
/// first. And it has *weights*: matrices with the bias that is added to their product. In a multilayer perceptron both are
/// its layers. A recurrent network has a place for each time step, in each of its layers, which are called *levels* here,
/// and uses the same weights in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// Of a multilayer perceptron with so many layers, the output layer included.
    Layers(usize),
    /// Of a recurrent network.
    Times {
        /// Its cell.
        cell: Cell,
        /// Time steps T.
        times: usize,
        /// Layers on top of each other.
        levels: usize,
        /// Whether its inputs are symbols with a table of trained vectors.
        has_embedding: bool,
    },
}

impl From<usize> for Layout {
    fn from(layers: usize) -> Self {
        Self::Layers(layers)
    }
}

/// Which weights, in the order of the network from the input to the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// W and b of a layer of a multilayer perceptron, from 0.
    Layer(usize),
    /// The table of trained vectors.
    Embedding,
    /// W_ih and b_ih of a level, from 0.
    Input(usize),
    /// W_hh and b_hh of a level, from 0.
    Recurrent(usize),
    /// W_ho and b_o of the readout.
    Readout,
}

impl Layout {
    /// That of an experiment.
    pub fn of(experiment: &Experiment) -> Self {
        match experiment.cell() {
            None => Self::Layers(experiment.layer_specs().len()),
            Some(cell) => Self::Times {
                cell,
                times: experiment.length as usize,
                levels: experiment.stack as usize,
                has_embedding: experiment.task.has_embedding(),
            },
        }
    }

    /// How many places there are; the last is where the gradient comes from.
    pub fn places(self) -> usize {
        match self {
            Self::Layers(layers) => layers,
            Self::Times { times, .. } => times,
        }
    }

    /// Over how many levels places are measured.
    pub fn levels(self) -> usize {
        match self {
            Self::Layers(_) => 1,
            Self::Times { levels, .. } => levels,
        }
    }

    /// Whether places are time steps.
    pub fn is_through_time(self) -> bool {
        matches!(self, Self::Times { .. })
    }

    /// The quantities of each place, in the order of their numbers.
    pub fn quantities(self) -> &'static [Quantity] {
        use Quantity::{
            ActivationMean, ActivationStd, ForgetGate, GradC, GradH, GradZ, InputGate, OutputGate, ResetGate,
            Saturated, UpdateGate,
        };
        match self {
            Self::Layers(_) => Quantity::OF_LAYERS,
            Self::Times { cell: Cell::Tanh | Cell::Relu, .. } => {
                &[GradH, GradZ, ActivationMean, ActivationStd, Saturated]
            }
            Self::Times { cell: Cell::Lstm, .. } => {
                &[GradH, GradZ, ActivationMean, ActivationStd, Saturated, GradC, InputGate, ForgetGate, OutputGate]
            }
            Self::Times { cell: Cell::Gru, .. } => {
                &[GradH, GradZ, ActivationMean, ActivationStd, Saturated, ResetGate, UpdateGate]
            }
        }
    }

    /// The quantity that the main chart and the verdict read: how large the gradient is at a place.
    pub fn leading(self) -> Quantity {
        if self.is_through_time() { Quantity::GradH } else { Quantity::GradZ }
    }

    /// The weights in their order.
    pub fn weights(self) -> Vec<Weights> {
        match self {
            Self::Layers(layers) => (0..layers).map(Weights::Layer).collect(),
            Self::Times { levels, has_embedding, .. } => {
                let embedding = has_embedding.then_some(Weights::Embedding);
                let of_levels = (0..levels).flat_map(|level| [Weights::Input(level), Weights::Recurrent(level)]);
                embedding.into_iter().chain(of_levels).chain([Weights::Readout]).collect()
            }
        }
    }

    /// How many weights there are.
    pub fn weights_len(self) -> usize {
        match self {
            Self::Layers(layers) => layers,
            Self::Times { levels, has_embedding, .. } => usize::from(has_embedding) + 2 * levels + 1,
        }
    }

    /// How many numbers a report has.
    pub(super) fn row_len(self) -> usize {
        HEAD + self.levels() * self.places() * self.quantities().len() + self.own_weights() * Quantity::OF_WEIGHTS.len()
    }

    /// Weights that are not the places'.
    fn own_weights(self) -> usize {
        if self.is_through_time() { self.weights_len() } else { 0 }
    }

    /// Where in a report's row the number of a place is; `None` where the kind of network has no such quantity.
    pub(super) fn index(self, level: usize, place: usize, quantity: Quantity) -> Option<usize> {
        let quantities = self.quantities();
        let position = match self {
            Self::Layers(_) => Some(quantity as usize).filter(|position| *position < quantities.len()),
            Self::Times { .. } => quantities.iter().position(|other| *other == quantity),
        };
        Some(HEAD + (level * self.places() + place) * quantities.len() + position?)
    }

    /// Where in a report's row the number of some weights is; `None` where weights have no such quantity.
    pub(super) fn weights_index(self, weights: usize, quantity: Quantity) -> Option<usize> {
        let position = Quantity::OF_WEIGHTS.iter().position(|other| *other == quantity)?;
        match self {
            Self::Layers(_) => self.index(0, weights, quantity),
            Self::Times { .. } => {
                let places = self.levels() * self.places() * self.quantities().len();
                Some(HEAD + places + weights * Quantity::OF_WEIGHTS.len() + position)
            }
        }
    }
}

/// Numbers of a report before those of its places.
const HEAD: usize = 2;
