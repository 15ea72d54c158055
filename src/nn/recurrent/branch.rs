//! The states along one branch of each ReLU, as [`crate::nn::Mlp`] has them for its layers.
//!
//! A unit that is off at one time step is so at many, and one that crosses 0 when a parameter is moved changes all states after
//! it. Held on the side on which it was, each is as smooth as backpropagation takes it to be.

use super::forward::{Source, add_biases};
use super::network::{Level, Recurrent};
use super::spec::Cell;
use super::unrolled::{Unrolled, UnrolledLevel, Workspace};
use crate::kernel::Panels;
use crate::kernel::product::{Part, add_product_panel};

/// The side of 0 on which each unit was at each time step of a pass: h of every level, which is above 0 where u is. Nothing of
/// cells without a kink.
#[derive(Clone, Debug)]
pub(crate) struct Branches(Vec<Panels<f64>>);

impl Unrolled<f64> {
    /// The branches of the last forward pass.
    pub(crate) fn branches(&self) -> Branches {
        let has_kinks = self.spec.cell == Cell::Relu;
        Branches(self.levels.iter().filter(|_| has_kinks).map(|level| level.h.clone()).collect())
    }

    /// As [`Unrolled::forward`], with every unit held on its branch of a pass on the same batch; nothing is measured of it.
    ///
    /// # Panics
    /// As there.
    pub(crate) fn forward_on_branches(&mut self, network: &Recurrent<f64>, branches: &Branches) {
        let times = 0..self.levels[0].times.len();
        let mut bases = branches.0.iter();
        self.forward_by(network, times.clone(), |level, weights, source, batch, work| match bases.next() {
            Some(base) => level.forward_on_branches(weights, source, batch, base, work),
            None => level.forward(weights, source, batch, times.clone(), work),
        });
    }
}

impl UnrolledLevel<f64> {
    fn forward_on_branches(
        &mut self,
        weights: &Level<f64>,
        source: Source<'_, f64>,
        batch: usize,
        base: &Panels<f64>,
        work: &mut Workspace<f64>,
    ) {
        add_biases(self.cell, weights, &mut work.bias);
        let w = &weights.recurrent.weight.value;
        for time in 0..self.times.len() {
            let rows = time * batch..(time + 1) * batch;
            self.read_input(weights, source, rows.clone(), &work.bias);
            for panel in 0..self.panels {
                let u = &mut self.work.panel_mut(panel)[rows.clone()];
                if time > 0 {
                    add_product_panel(Part::from_row(&self.h, rows.start - batch), w, panel, u);
                }
                let then = &base.panel(panel)[rows.clone()];
                for ((u, h), then) in u.iter_mut().zip(&mut self.h.panel_mut(panel)[rows.clone()]).zip(then) {
                    let slope = then.map(|h| f64::from(u8::from(h > 0.0)));
                    *h = std::array::from_fn(|i| if slope[i] > 0.0 { u[i] } else { 0.0 });
                    *u = slope;
                }
            }
        }
    }
}
