//! What a recurrent network is, besides its parameters.

use crate::choice::choice;
use serde::{Deserialize, Serialize};

/// What is done at each time step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cell {
    /// `h_t = tanh(a_t + q_t)`.
    Tanh,
    /// `h_t = max(a_t + q_t, 0)`.
    Relu,
    /// Long short-term memory.
    Lstm,
    /// Gated recurrent unit, reset after the product.
    Gru,
}

choice! {
    /// A block of a cell's columns.
    pub enum Gate {
        /// i of the LSTM.
        Input => "input",
        /// f of the LSTM.
        Forget => "forget",
        /// g of the LSTM and n of the GRU, the candidate.
        Candidate => "candidate",
        /// o of the LSTM.
        Output => "output",
        /// r of the GRU.
        Reset => "reset",
        /// z of the GRU.
        Update => "update",
    }
}

impl Cell {
    /// The blocks of columns of W_ih and W_hh in their order; none in a plain cell, which has a single block without a name.
    pub fn gates(self) -> &'static [Gate] {
        match self {
            Self::Tanh | Self::Relu => &[],
            Self::Lstm => &[Gate::Input, Gate::Forget, Gate::Candidate, Gate::Output],
            Self::Gru => &[Gate::Reset, Gate::Update, Gate::Candidate],
        }
    }

    /// How many blocks of columns there are.
    pub fn blocks(self) -> usize {
        self.gates().len().max(1)
    }

    /// Whether the cell has a state c_t beside h_t.
    pub fn has_cell_state(self) -> bool {
        self == Self::Lstm
    }
}

choice! {
    /// How W_hh is drawn; W_ih, biases and readout are always U(±1/√hidden), PyTorch's default.
    pub enum RecurrentInit {
        /// PyTorch's default, U(±1/√hidden).
        Pytorch => "pytorch",
        /// Normal, and then scaled so that each block has the spectral radius ρ.
        Normal => "normal",
        /// Orthogonal times ρ, each block by itself.
        Orthogonal => "orthogonal",
        /// The identity times ρ in each block (Le, Jaitly, Hinton 2015).
        Identity => "identity",
    }
}

/// At which time steps the readout `o = h W_ho + b_o` is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reading {
    /// At the last one: of h_T, or where padding is masked at the end, of the sample's own last step.
    Last,
    /// At each.
    Each,
}

/// What a recurrent network is, besides its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecurrentSpec {
    /// The cell of every layer.
    pub cell: Cell,
    /// Numbers that the first layer is given at each time step.
    pub inputs: usize,
    /// Units of every layer.
    pub hidden: usize,
    /// Layers on top of each other.
    pub stack: usize,
    /// Outputs of the readout.
    pub outputs: usize,
    /// Time steps T.
    pub times: usize,
    /// When the readout is taken.
    pub reading: Reading,
    /// Where the inputs are symbols that a table of vectors stands for: how many symbols; the vectors have `inputs` numbers.
    pub embedding: Option<usize>,
    /// Time steps that the gradient passes before it is cut, counted from the last; T for full backpropagation through
    /// time. Windows lie end to end from T backwards: no gradient passes from step t + 1 to t where `(T − t) mod window = 0`.
    pub window: usize,
}

impl RecurrentSpec {
    /// Whether no gradient passes from the next time step to this one, counted from 1.
    pub fn is_cut_after(&self, time: usize) -> bool {
        time < self.times && (self.times - time).is_multiple_of(self.window)
    }
}
