//! The parameters of a recurrent network.

use super::spec::{Cell, RecurrentSpec};
use crate::kernel::{LANES, Panels, Real};
use crate::nn::{Linear, Parameter};
use ndarray::{Array2, s};

/// The parameters of a recurrent network, in the order in which the input passes them.
#[derive(Clone, Debug)]
pub struct Recurrent<T> {
    /// What the network is.
    pub spec: RecurrentSpec,
    /// Where symbols have vectors: (symbols, inputs), a row each.
    pub embedding: Option<Parameter<T>>,
    /// The layers on top of each other, the first of which reads the input.
    pub levels: Vec<Level<T>>,
    /// W_ho (hidden, outputs) and b_o.
    pub readout: Linear<T>,
}

/// The parameters of one level.
///
/// Each gate's columns begin at a multiple of eight, with columns of zeros between that are never anything else. So
/// matrices are (rows, gates × hidden rounded up); [`spread`] and [`joined`] go from and to those without.
#[derive(Clone, Debug)]
pub struct Level<T> {
    /// W_ih (inputs, gates × hidden) and b_ih.
    pub input: Linear<T>,
    /// W_hh (hidden, gates × hidden) and b_hh, unless the cell has one bias only.
    pub recurrent: Linear<T>,
}

/// The parameters of one level, as plain arrays without columns of zeros between the gates.
#[derive(Clone, Debug)]
pub struct LevelArrays {
    /// W_ih (inputs, gates × hidden).
    pub input: Array2<f64>,
    /// b_ih (1, gates × hidden).
    pub input_bias: Array2<f64>,
    /// W_hh (hidden, gates × hidden).
    pub recurrent: Array2<f64>,
    /// b_hh (1, gates × hidden); `None` for a cell with one bias only.
    pub recurrent_bias: Option<Array2<f64>>,
}

/// All parameters of a recurrent network as plain arrays.
#[derive(Clone, Debug)]
pub struct RecurrentArrays {
    /// (symbols, inputs).
    pub embedding: Option<Array2<f64>>,
    /// Of each level.
    pub levels: Vec<LevelArrays>,
    /// W_ho (hidden, outputs).
    pub readout: Array2<f64>,
    /// b_o (1, outputs).
    pub readout_bias: Array2<f64>,
}

/// Panels of eight units that a block of columns has.
pub fn panels_of(hidden: usize) -> usize {
    hidden.div_ceil(LANES)
}

/// A matrix whose blocks of `hidden` columns begin at multiples of eight.
pub fn spread(joined: &Array2<f64>, hidden: usize) -> Array2<f64> {
    let (blocks, width) = (joined.ncols() / hidden, panels_of(hidden) * LANES);
    let mut spread = Array2::zeros((joined.nrows(), blocks * width));
    for block in 0..blocks {
        let from = joined.slice(s![.., block * hidden..(block + 1) * hidden]);
        spread.slice_mut(s![.., block * width..block * width + hidden]).assign(&from);
    }
    spread
}

/// The inverse of [`spread`].
pub fn joined(spread: &Array2<f64>, hidden: usize) -> Array2<f64> {
    let width = panels_of(hidden) * LANES;
    let blocks = spread.ncols() / width;
    let column = |col: usize| col / hidden * width + col % hidden;
    Array2::from_shape_fn((spread.nrows(), blocks * hidden), |(row, col)| spread[[row, column(col)]])
}

impl<T: Real> Recurrent<T> {
    /// A network of these parameters.
    ///
    /// # Panics
    /// If they are not of the shapes that the description says.
    pub fn new(spec: RecurrentSpec, arrays: &RecurrentArrays) -> Self {
        let (hidden, columns) = (spec.hidden, spec.cell.blocks() * spec.hidden);
        assert_eq!(arrays.embedding.as_ref().map(Array2::dim), spec.embedding.map(|symbols| (symbols, spec.inputs)));
        assert_eq!((arrays.levels.len(), arrays.readout.dim()), (spec.stack, (hidden, spec.outputs)));
        let levels = arrays.levels.iter().enumerate().map(|(index, level)| {
            let inputs = if index == 0 { spec.inputs } else { hidden };
            let shapes = (level.input.dim(), level.input_bias.dim(), level.recurrent.dim());
            assert_eq!(shapes, ((inputs, columns), (1, columns), (hidden, columns)), "shapes of a level");
            let spread = |array: &Array2<f64>| spread(array, hidden);
            Level {
                input: Linear::new(&spread(&level.input), Some(&spread(&level.input_bias))),
                recurrent: Linear::new(&spread(&level.recurrent), level.recurrent_bias.as_ref().map(spread).as_ref()),
            }
        });
        Self {
            spec,
            embedding: arrays.embedding.as_ref().map(Parameter::new),
            levels: levels.collect(),
            readout: Linear::new(&arrays.readout, Some(&arrays.readout_bias)),
        }
    }

    /// The parameters, or their gradients, or whatever else is found of each, as plain arrays.
    pub fn arrays(&self, of: impl Fn(&Parameter<T>) -> Array2<f64>) -> RecurrentArrays {
        let hidden = self.spec.hidden;
        let of_level = |parameter: &Parameter<T>| joined(&of(parameter), hidden);
        let bias = |linear: &Linear<T>| linear.bias.as_ref().map(of_level);
        let levels = self.levels.iter().map(|level| LevelArrays {
            input: of_level(&level.input.weight),
            input_bias: bias(&level.input).unwrap_or_default(),
            recurrent: of_level(&level.recurrent.weight),
            recurrent_bias: bias(&level.recurrent),
        });
        RecurrentArrays {
            embedding: self.embedding.as_ref().map(&of),
            levels: levels.collect(),
            readout: of(&self.readout.weight),
            readout_bias: self.readout.bias.as_ref().map(&of).unwrap_or_default(),
        }
    }

    /// The same network in another format.
    pub fn in_format<U: Real>(&self) -> Recurrent<U> {
        Recurrent::new(self.spec, &self.arrays(|parameter| parameter.value.to_array()))
    }

    /// W_hh of one block of columns of a level, (hidden, hidden), in f64.
    ///
    /// # Panics
    /// If there is no such level or block.
    pub fn recurrent_block(&self, level: usize, block: usize) -> Array2<f64> {
        recurrent_block(&self.levels[level].recurrent.weight.value, self.spec.hidden, block)
    }

    /// The groups of parameters in the order of a report: each is the weights and their bias, if they have one.
    pub fn groups(&self) -> impl Iterator<Item = Group<&Parameter<T>>> {
        let embedding = self.embedding.iter().map(|table| Group { weight: table, bias: None });
        let levels = self.levels.iter().flat_map(|level| [&level.input, &level.recurrent]);
        let linears = levels.chain([&self.readout]);
        embedding.chain(linears.map(|linear| Group { weight: &linear.weight, bias: linear.bias.as_ref() }))
    }

    /// All parameters in the order of their groups.
    pub fn parameters(&self) -> impl Iterator<Item = &Parameter<T>> {
        self.groups().flat_map(|Group { weight, bias }| std::iter::once(weight).chain(bias))
    }

    /// The same, for writing.
    pub fn parameters_mut(&mut self) -> impl Iterator<Item = &mut Parameter<T>> {
        let Self { embedding, levels, readout, .. } = self;
        let levels = levels.iter_mut().flat_map(|level| [&mut level.input, &mut level.recurrent]);
        let linears = levels.chain([readout]);
        embedding.iter_mut().chain(linears.flat_map(|Linear { weight, bias }| std::iter::once(weight).chain(bias)))
    }

    /// The level of each group, from 1, with the readout above all; `None` of the table of an embedding.
    pub fn level_of_group(&self, group: usize) -> Option<usize> {
        let group = if self.embedding.is_some() { group.checked_sub(1)? } else { group };
        Some(group / 2 + 1)
    }

    /// The memory that the numbers take.
    pub fn bytes(&self) -> usize {
        self.parameters().map(Parameter::bytes).sum()
    }
}

/// W_hh of one block of columns, (hidden, hidden), of weights as a [`Level`] has them: those in place or those before.
pub fn recurrent_block<T: Real>(weight: &Panels<T>, hidden: usize, block: usize) -> Array2<f64> {
    let first = block * panels_of(hidden) * LANES;
    Array2::from_shape_fn((hidden, hidden), |(row, col)| weight.get(row, first + col).to_f64())
}

/// Weights with the bias that is added to their product.
#[derive(Clone, Copy, Debug)]
pub struct Group<P> {
    /// W.
    pub weight: P,
    /// b.
    pub bias: Option<P>,
}

impl Cell {
    /// Where the panels of a column block of W_ih go in the space that a level computes its gates in, counted in blocks.
    /// A GRU has one block before all others, of `q = h W_hn + b_hn`, so that what is multiplied by W_hhᵀ on the way back
    /// stands side by side, and what is multiplied by W_ihᵀ too.
    pub(super) fn input_block(self, block: usize) -> usize {
        if self == Self::Gru { block + 1 } else { block }
    }

    /// The same for a column block of W_hh.
    pub(super) fn recurrent_block(self, block: usize) -> usize {
        match (self, block) {
            (Self::Gru, 2) => 0,
            (Self::Gru, block) => block + 1,
            (_, block) => block,
        }
    }

    /// How many blocks that space has.
    pub(crate) fn work_blocks(self) -> usize {
        if self == Self::Gru { 4 } else { self.blocks() }
    }
}
