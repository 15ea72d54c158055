//! Recurrent networks: cells that are applied once a time step with the same weights, and the readout above them.
//!
//! Formulas, names and the order of the gates are PyTorch's. With `a_t = x_t W_ih + b_ih` and `q_t = h_{t-1} W_hh + b_hh`
//! (W is (inputs, gates × hidden), the transpose of PyTorch's `weight_ih`):
//!
//! | cell | step |
//! | --- | --- |
//! | plain | `h_t = φ(a_t + q_t)`, φ tanh or ReLU |
//! | LSTM | gates i, f, g, o in this order: `c_t = f c_{t-1} + i g`, `h_t = o tanh(c_t)` |
//! | GRU | gates r, z, n in this order: `n = tanh(a_n + r q_n)`, `h_t = (1 − z) n + z h_{t-1}` |

mod apart;
mod backward;
mod branch;
mod draw;
mod forward;
mod network;
mod spec;
mod stepper;
mod unrolled;
mod weights;

pub(crate) use branch::Branches;
pub use draw::RecurrentDraw;
pub use network::{Group, Level, LevelArrays, Recurrent, RecurrentArrays, joined, recurrent_block, spread};
pub use spec::{Cell, Gate, Reading, RecurrentInit, RecurrentSpec};
pub use stepper::Stepper;
pub use unrolled::{InputKind, Loading, TimeStep, Unrolled, UnrolledLevel};
