//! How the parameters of a recurrent network are drawn before training.

use super::network::{LevelArrays, Recurrent, RecurrentArrays};
use super::spec::{Gate, RecurrentInit, RecurrentSpec};
use crate::kernel::Real;
use crate::kernel::eigenvalues::spectral_radius;
use crate::nn::Initializer;
use crate::random::Random;
use ndarray::{Array2, Axis, concatenate, s};

/// What decides how parameters are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecurrentDraw {
    /// How W_hh is drawn.
    pub init: RecurrentInit,
    /// The spectral radius ρ of each block of W_hh, unless it is PyTorch's.
    pub rho: f64,
    /// The forget gate's bias in every level of an LSTM: b_ih has it, and b_hh 0.
    pub forget_bias: f64,
}

impl RecurrentDraw {
    /// Draws a network. Each tensor has random numbers of its own: `random` is given the tensor's number, 0 of the embedding,
    /// 1 of the readout and from 2 on those of the levels, two of each.
    ///
    /// W_ih, W_hh of `pytorch`, all biases and the readout are U(±1/√hidden), the embedding N(0, 1) with zeros for symbol 0
    /// where `has_padding`.
    pub fn draw<T: Real>(
        self,
        spec: RecurrentSpec,
        has_padding: bool,
        random: &mut dyn FnMut(u32) -> Random,
    ) -> Recurrent<T> {
        let hidden = spec.hidden;
        let columns = spec.cell.blocks() * hidden;
        let bound = 1.0 / (hidden as f64).sqrt();
        let embedding = spec.embedding.map(|symbols| {
            let mut random = random(0);
            let mut table = Array2::from_shape_simple_fn((symbols, spec.inputs), || random.normal());
            if has_padding {
                table.row_mut(0).fill(0.0);
            }
            table
        });
        let uniform = |shape: (usize, usize), random: &mut Random| {
            Array2::from_shape_simple_fn(shape, || random.uniform(-bound, bound))
        };
        let mut of_readout = random(1);
        let readout = uniform((hidden, spec.outputs), &mut of_readout);
        let readout_bias = uniform((1, spec.outputs), &mut of_readout);
        let levels = (0..spec.stack).map(|level| {
            let inputs = if level == 0 { spec.inputs } else { hidden };
            let mut of_input = random(2 + 2 * level as u32);
            let mut of_recurrent = random(3 + 2 * level as u32);
            let input = uniform((inputs, columns), &mut of_input);
            let mut input_bias = uniform((1, columns), &mut of_input);
            let recurrent = self.recurrent(spec, &mut of_recurrent);
            let mut recurrent_bias = uniform((1, columns), &mut of_recurrent);
            if let Some(block) = spec.cell.gates().iter().position(|gate| *gate == Gate::Forget) {
                let of_forget_gate = s![.., block * hidden..(block + 1) * hidden];
                input_bias.slice_mut(of_forget_gate).fill(self.forget_bias);
                recurrent_bias.slice_mut(of_forget_gate).fill(0.0);
            }
            LevelArrays { input, input_bias, recurrent, recurrent_bias: Some(recurrent_bias) }
        });
        let levels = levels.collect();
        Recurrent::new(spec, &RecurrentArrays { embedding, levels, readout, readout_bias })
    }

    /// W_hh, each block by itself.
    fn recurrent(self, spec: RecurrentSpec, random: &mut Random) -> Array2<f64> {
        let Self { init, rho, .. } = self;
        let shape = (spec.hidden, spec.hidden);
        let bound = 1.0 / (spec.hidden as f64).sqrt();
        let block = |_| match init {
            RecurrentInit::Pytorch => Array2::from_shape_simple_fn(shape, || random.uniform(-bound, bound)),
            RecurrentInit::Normal => {
                let block = Array2::from_shape_simple_fn(shape, || bound * random.normal());
                let radius = spectral_radius(&block);
                // A matrix without eigenvalues but 0 has none of another size.
                if radius > 0.0 { block * (rho / radius) } else { block }
            }
            RecurrentInit::Orthogonal => Initializer::Orthogonal.draw(spec.hidden, spec.hidden, rho, 0.0, random).0,
            RecurrentInit::Identity => Array2::eye(spec.hidden) * rho,
        };
        let blocks: Vec<Array2<f64>> = (0..spec.cell.blocks()).map(block).collect();
        let views: Vec<_> = blocks.iter().map(|block| block.view()).collect();
        concatenate(Axis(1), &views).expect("blocks of one height")
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cell, Reading};
    use super::*;
    use crate::random::Purpose;

    fn spec(cell: Cell, hidden: usize) -> RecurrentSpec {
        let (inputs, stack, outputs, times, reading, embedding, window) = (3, 2, 1, 5, Reading::Last, Some(7), 5);
        RecurrentSpec { cell, inputs, hidden, stack, outputs, times, reading, embedding, window }
    }

    fn draw(init: RecurrentInit, rho: f64, cell: Cell, hidden: usize) -> Recurrent<f64> {
        let draw = RecurrentDraw { init, rho, forget_bias: 2.5 };
        draw.draw(spec(cell, hidden), true, &mut |layer| Random::new(5, Purpose::Parameters { layer }))
    }

    #[test]
    fn each_block_has_the_spectral_radius_that_is_asked_for() {
        for init in [RecurrentInit::Normal, RecurrentInit::Orthogonal, RecurrentInit::Identity] {
            for (cell, hidden) in [(Cell::Tanh, 1), (Cell::Lstm, 11), (Cell::Gru, 16), (Cell::Relu, 128)] {
                let network = draw(init, 0.8, cell, hidden);
                for (level, block) in (0..2).flat_map(|level| (0..cell.blocks()).map(move |block| (level, block))) {
                    let radius = spectral_radius(&network.recurrent_block(level, block));
                    assert!((radius - 0.8).abs() < 1e-12, "{init:?} {cell:?} {hidden}: {radius}");
                }
            }
        }
    }

    #[test]
    fn a_forget_gate_has_one_effective_bias_in_every_level() {
        let network = draw(RecurrentInit::Pytorch, 1.0, Cell::Lstm, 5).arrays(|parameter| parameter.value.to_array());
        for level in &network.levels {
            let (bias, recurrent) = (&level.input_bias, level.recurrent_bias.as_ref().unwrap());
            for unit in 0..20 {
                let (ours, theirs) = (bias[[0, unit]], recurrent[[0, unit]]);
                if (5..10).contains(&unit) {
                    assert_eq!((ours, theirs), (2.5, 0.0));
                } else {
                    assert!(ours.abs() <= 0.2_f64.sqrt() && theirs.abs() <= 0.2_f64.sqrt() && ours != theirs);
                }
            }
        }
        let table = network.embedding.unwrap();
        assert!(table.row(0).iter().all(|x| *x == 0.0) && table.row(1).iter().all(|x| *x != 0.0));
    }
}
