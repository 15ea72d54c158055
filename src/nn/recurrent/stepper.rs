//! A recurrent network applied one time step after another, with its states carried along.

use super::network::Recurrent;
use super::unrolled::{InputKind, Loading, Unrolled};
use crate::kernel::{Panels, Real};

/// The states of some sequences that a network reads one time step at a time: for answers to sequences of any number, and for
/// text that it writes itself. The numbers are those of [`Unrolled::forward`] to the last bit.
#[derive(Clone, Debug)]
pub struct Stepper<T> {
    /// Two time steps: the one before, and the present one.
    unrolled: Unrolled<T>,
}

impl<T: Real> Stepper<T> {
    /// So many sequences before their first time step.
    pub fn new(network: &Recurrent<T>, kind: InputKind, sequences: usize) -> Self {
        Self { unrolled: Unrolled::with_times(network.spec, kind, sequences, sequences, 2, false) }
    }

    /// Reads one time step of each sequence: `fill` is given the present rows' symbols, and the numbers with the first row of
    /// them. What is returned is o, a row for each sequence.
    pub fn step(&mut self, network: &Recurrent<T>, fill: impl FnOnce(&mut [u16], &mut Panels<T>, usize)) -> &Panels<T> {
        let batch = self.unrolled.batch;
        for level in &mut self.unrolled.levels {
            for states in [&mut level.h, &mut level.c] {
                (0..states.panels()).for_each(|panel| states.panel_mut(panel).copy_within(batch.., 0));
            }
        }
        let Loading { symbols, numbers, reads } = self.unrolled.load(batch);
        let present = symbols.len() / 2;
        fill(&mut symbols[present..], numbers, batch);
        reads.extend((batch..2 * batch).map(|row| row as u32));
        self.unrolled.forward_from(network, 1..2);
        &self.unrolled.output
    }

    /// h of each level after the last step: its matrix, in which the present states are the rows from the number of sequences on.
    pub fn h(&self, level: usize) -> &Panels<T> {
        &self.unrolled.levels[level].h
    }
}
