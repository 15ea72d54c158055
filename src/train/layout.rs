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
    /// Of a multilayer perceptron.
    Layers {
        /// Its layers, the output layer included.
        layers: usize,
        /// Whether the first of them is the embedding of words, which is no hidden layer.
        has_embedding: bool,
    },
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
        Self::Layers { layers, has_embedding: false }
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
            None => Self::Layers { layers: experiment.layer_count(), has_embedding: experiment.has_embedding_layer() },
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
            Self::Layers { layers, .. } => layers,
            Self::Times { times, .. } => times,
        }
    }

    /// Over how many levels places are measured.
    pub fn levels(self) -> usize {
        match self {
            Self::Layers { .. } => 1,
            Self::Times { levels, .. } => levels,
        }
    }

    /// The number by which readers know a place (from 0): time steps and hidden layers are counted from 1, and an embedding
    /// before them is 0.
    pub fn number(self, place: usize) -> usize {
        if self.is_embedding(0) { place } else { place + 1 }
    }

    /// Whether a place (from 0) is the layer of a multilayer perceptron that makes vectors of words.
    pub fn is_embedding(self, place: usize) -> bool {
        place == 0 && matches!(self, Self::Layers { has_embedding: true, .. })
    }

    /// The places that are judged: all time steps, or the hidden layers.
    pub fn judged(self) -> usize {
        match self {
            Self::Layers { layers, has_embedding } => layers.saturating_sub(1 + usize::from(has_embedding)),
            Self::Times { times, .. } => times,
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
            Self::Layers { .. } => Quantity::OF_LAYERS,
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
            Self::Layers { layers, .. } => (0..layers).map(Weights::Layer).collect(),
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
            Self::Layers { layers, .. } => layers,
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
            Self::Layers { .. } => Some(quantity as usize).filter(|position| *position < quantities.len()),
            Self::Times { .. } => quantities.iter().position(|other| *other == quantity),
        };
        Some(HEAD + (level * self.places() + place) * quantities.len() + position?)
    }

    /// Where in a report's row the number of some weights is; `None` where weights have no such quantity.
    pub(super) fn weights_index(self, weights: usize, quantity: Quantity) -> Option<usize> {
        let position = Quantity::OF_WEIGHTS.iter().position(|other| *other == quantity)?;
        match self {
            Self::Layers { .. } => self.index(0, weights, quantity),
            Self::Times { .. } => {
                let places = self.levels() * self.places() * self.quantities().len();
                Some(HEAD + places + weights * Quantity::OF_WEIGHTS.len() + position)
            }
        }
    }
}

/// Numbers of a report before those of its places.
const HEAD: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::from_fragment;

    #[test]
    fn a_layout_counts_the_layers_that_the_experiment_makes_and_an_embedding_as_none_of_the_hidden_ones() {
        for (fragment, judged, numbers) in [
            ("depth=3", 3, [1, 2, 3, 4].as_slice()),
            ("task=sentiment&depth=3", 3, &[0, 1, 2, 3, 4]),
            ("task=sentiment&depth=1", 1, &[0, 1, 2]),
            ("model=gru&task=sentiment&length=3", 3, &[1, 2, 3]),
        ] {
            let (experiment, notices) = from_fragment(fragment);
            assert_eq!(notices, [], "{fragment}");
            let layout = Layout::of(&experiment);
            if experiment.cell().is_none() {
                assert_eq!(layout.places(), experiment.layer_specs().len(), "{fragment}");
                assert_eq!(experiment.way().places.len(), judged, "{fragment}");
            }
            assert_eq!(layout.judged(), judged, "{fragment}");
            let counted: Vec<_> = (0..layout.places()).map(|place| layout.number(place)).collect();
            assert_eq!(counted, numbers, "{fragment}");
            assert_eq!(layout.is_embedding(0), experiment.has_embedding_layer(), "{fragment}");
        }
    }
}
