//! A recurrent network unrolled through time on a batch of sequences: what it is given, and where its numbers are.

use super::network::{Recurrent, panels_of};
use super::spec::{Cell, Gate, RecurrentSpec};
use crate::kernel::{LANES, Lane, Panels, Real};
use crate::nn::unscale;
use std::ops::Range;

/// What a network reads at each time step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// Numbers.
    Numbers,
    /// Symbols, as vectors that are 1 in one place. None of them is padding.
    OneHot,
    /// Symbols, as the vectors of the network's table; where there is padding, that of symbol 0 is not trained.
    Embedded {
        /// Whether symbol 0 is padding.
        has_padding: bool,
    },
}

impl InputKind {
    /// Whether symbol 0 is padding.
    pub fn has_padding(self) -> bool {
        matches!(self, Self::Embedded { has_padding: true })
    }
}

/// A network's numbers on a batch of sequences at all time steps.
///
/// All matrices have a row for each time step and sequence: that of sequence b at step t (from 0) is `t · batch + b`.
#[derive(Clone, Debug)]
pub struct Unrolled<T> {
    pub(super) spec: RecurrentSpec,
    pub(super) kind: InputKind,
    pub(super) batch: usize,
    /// Symbols, a row each.
    pub(super) symbols: Vec<u16>,
    /// Numbers, or the vectors that stand for symbols.
    pub(super) input: Panels<T>,
    pub(super) levels: Vec<UnrolledLevel<T>>,
    /// The rows whose states are read, in their order.
    pub(super) reads: Vec<u32>,
    /// Those states, o, and ∂L/∂o.
    pub(super) read: Panels<T>,
    pub(super) output: Panels<T>,
    pub(super) grad_output: Panels<T>,
    pub(super) work: Workspace<T>,
}

/// The numbers of one level at all time steps.
#[derive(Clone, Debug)]
pub struct UnrolledLevel<T> {
    pub(super) cell: Cell,
    pub(super) panels: usize,
    /// The pre-activations of the gates, block after block as [`Cell::input_block`] says, then the slopes there, and at last
    /// ∂L/∂a.
    pub(super) work: Panels<T>,
    /// The gates; of a plain cell, whose only one is h, there are none.
    pub(super) gates: Panels<T>,
    pub(super) h: Panels<T>,
    /// Of an LSTM c and tanh(c), and the slope of that, which becomes ∂L/∂c.
    pub(super) c: Panels<T>,
    pub(super) tanh_c: Panels<T>,
    pub(super) grad_c: Panels<T>,
    /// ∂L/∂h: at first what comes from above, and then all.
    pub(super) grad_h: Panels<T>,
    /// The power of two that the gradients of each row are carried with: those of `grad_h`, and then of all.
    pub(super) exponents: Vec<i32>,
    pub(super) times: Vec<TimeStep>,
}

/// What was measured of a level at one time step.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeStep {
    /// The mean of h_t over batch and units.
    pub mean: f64,
    /// Their standard deviation.
    pub std: f64,
    /// Fraction of the slopes of φ or of all gates that are under 5 % of their maximum.
    pub saturated: f64,
    /// The means of the gates, in the order of [`Cell::gates`]; of a candidate too.
    pub gates: [f64; 4],
    /// ‖∂L/∂h_t‖, true however small.
    pub grad_h: f64,
    /// ‖∂L/∂c_t‖ of an LSTM, true however small; 0 in other cells.
    pub grad_c: f64,
    /// ‖∂L/∂a_t‖ of all gates together, true however small.
    pub grad_z: f64,
    /// The power of two of the largest gradients: of every row, unless they are apart.
    pub(super) exponent: i32,
    /// Whether not all rows have that power of two.
    pub(super) is_apart: bool,
    /// What comes from above, if anything does.
    pub(super) direct: Option<Scale>,
}

/// How large the gradients of one time step are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// Their root mean square, in the scale of the power of two. Of what comes from above it is not known where that is apart.
    pub size: f64,
    /// The power of two of the largest.
    pub exponent: i32,
    /// Whether the rows have powers of two of their own, or are so far apart that they need them.
    pub is_apart: bool,
}

/// What is known of one row of a time step where rows are apart.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RowScale<T> {
    /// The root mean square of the next time step's gradients in the row, in their scale.
    pub size: f64,
    /// The power of two that the row wants, if any gradient comes to it.
    pub wanted: Option<i32>,
    /// What brings the gradient that comes from the next time step, and that from above, to that power of two.
    pub factor: T,
    pub direct_factor: T,
}

impl TimeStep {
    /// Whether any gradient comes to the pre-activations.
    pub(super) fn is_live(&self) -> bool {
        self.grad_z != 0.0
    }
}

/// Time steps whose gradients have one power of two, and not more rows than stay near the processor.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    pub times: Range<usize>,
    /// What the sums before it are to be multiplied by, as a power of two, to be in its scale.
    pub change: i32,
    /// Whether the rows of its one time step have powers of two of their own, of which the least is that of the sums.
    pub is_apart: bool,
}

/// What is computed in for one level and time step after the other.
#[derive(Clone, Debug)]
pub(super) struct Workspace<T> {
    /// The bias of each panel of a level's gates.
    pub bias: Vec<Lane<T>>,
    /// A panel of the product with W_hhᵀ, or of ∂L/∂a where its rows are brought to one power of two.
    pub product: Vec<Lane<T>>,
    /// What of ∂L/∂c, or of ∂L/∂h of a GRU, goes to the step before without a product; zeros in a plain cell.
    pub carry: Panels<T>,
    /// A state before the first.
    pub zeros: Vec<Lane<T>>,
    /// W_hhᵀ, or W_ihᵀ.
    pub transposed: Panels<T>,
    /// ∂L/∂ of the states that are read, and ∂L/∂x of the vectors of symbols.
    pub grad_read: Panels<T>,
    pub grad_input: Panels<T>,
    /// Stretches of time whose gradients have one power of two.
    pub stretches: Vec<Stretch>,
    /// Of each row of a time step, where they are apart.
    pub rows: Vec<RowScale<T>>,
}

impl<T: Real> UnrolledLevel<T> {
    fn new(spec: &RecurrentSpec, batch: usize, times: usize, has_backward: bool) -> Self {
        let (cell, rows, panels) = (spec.cell, batch * times, panels_of(spec.hidden));
        let blocks = |blocks: usize| Panels::for_batch(rows, blocks * panels * LANES);
        let states = |is_there: bool| Panels::for_batch(rows, if is_there { spec.hidden } else { 0 });
        let has_c = cell.has_cell_state();
        Self {
            cell,
            panels,
            work: blocks(cell.work_blocks()),
            gates: blocks(cell.gates().len()),
            h: states(true),
            c: states(has_c),
            tanh_c: states(has_c),
            grad_c: states(has_c),
            grad_h: states(has_backward),
            exponents: vec![0; if has_backward { rows } else { 0 }],
            times: vec![TimeStep::default(); times],
        }
    }

    fn set_rows(&mut self, rows: usize) {
        let Self { work, gates, h, c, tanh_c, grad_c, grad_h, .. } = self;
        [work, gates, h, c, tanh_c, grad_c, grad_h].into_iter().for_each(|panels| panels.set_rows(rows));
    }

    /// h_t.
    pub fn h(&self) -> &Panels<T> {
        &self.h
    }

    /// c_t of an LSTM; without columns in other cells.
    pub fn c(&self) -> &Panels<T> {
        &self.c
    }

    /// The power of two that all gradients of a row are carried with.
    pub fn exponent(&self, row: usize) -> i32 {
        self.exponents[row]
    }

    /// ∂L/∂h_t, each row times `2^exponent` of it.
    pub fn grad_h(&self) -> &Panels<T> {
        &self.grad_h
    }

    /// ∂L/∂c_t of an LSTM, each row times `2^exponent` of it; without columns in other cells.
    pub fn grad_c(&self) -> &Panels<T> {
        &self.grad_c
    }

    /// A gate at one row and unit.
    ///
    /// # Panics
    /// If the cell has no such gate.
    pub fn gate(&self, gate: Gate, row: usize, unit: usize) -> T {
        let block = self.cell.gates().iter().position(|other| *other == gate).expect("a gate of the cell");
        self.gates.get(row, block * self.panels * LANES + unit)
    }

    /// ∂L/∂a_t of a block of columns at one row and unit, times `2^exponent` of the row; 0 is the only block of a plain cell.
    ///
    /// # Panics
    /// If there is no such block.
    pub fn grad_a(&self, block: usize, row: usize, unit: usize) -> T {
        self.work.get(row, self.cell.input_block(block) * self.panels * LANES + unit)
    }

    /// The same of `q_t = h_{t−1} W_hh + b_hh`: of a GRU's candidate it is another.
    ///
    /// # Panics
    /// If there is no such block.
    pub fn grad_q(&self, block: usize, row: usize, unit: usize) -> T {
        self.work.get(row, self.cell.recurrent_block(block) * self.panels * LANES + unit)
    }

    /// What was measured at each time step.
    pub fn times(&self) -> &[TimeStep] {
        &self.times
    }

    fn bytes(&self) -> usize {
        let Self { work, gates, h, c, tanh_c, grad_c, grad_h, exponents, times, .. } = self;
        let panels = [work, gates, h, c, tanh_c, grad_c, grad_h];
        panels.map(Panels::bytes).iter().sum::<usize>() + size_of_val(&exponents[..]) + size_of_val(&times[..])
    }
}

impl<T: Real> Unrolled<T> {
    /// Room for batches of at most `max_batch` sequences, of which `max_reads` states are read at the most.
    pub fn new(spec: RecurrentSpec, kind: InputKind, max_batch: usize, max_reads: usize) -> Self {
        Self::with_times(spec, kind, max_batch, max_reads, spec.times, true)
    }

    /// The same for so many time steps at once, and without a way back where none is needed.
    pub(super) fn with_times(
        spec: RecurrentSpec,
        kind: InputKind,
        max_batch: usize,
        max_reads: usize,
        times: usize,
        has_backward: bool,
    ) -> Self {
        let (rows, panels) = (max_batch * times, panels_of(spec.hidden));
        let has_symbols = kind != InputKind::Numbers;
        let has_vectors = !matches!(kind, InputKind::OneHot);
        let is_embedded = has_vectors && has_symbols && has_backward;
        let backward = |cols: usize| if has_backward { cols } else { 0 };
        let columns = spec.cell.blocks() * panels * LANES;
        let widest = spec.hidden.max(spec.inputs);
        Self {
            spec,
            kind,
            batch: max_batch,
            symbols: vec![0; if has_symbols { rows } else { 0 }],
            input: Panels::for_batch(rows, if has_vectors { spec.inputs } else { 0 }),
            levels: (0..spec.stack).map(|_| UnrolledLevel::new(&spec, max_batch, times, has_backward)).collect(),
            reads: Vec::with_capacity(max_reads),
            read: Panels::for_batch(max_reads, spec.hidden),
            output: Panels::for_batch(max_reads, spec.outputs),
            grad_output: Panels::for_batch(max_reads, backward(spec.outputs)),
            work: Workspace {
                bias: vec![[T::ZERO; LANES]; columns / LANES],
                product: vec![[T::ZERO; LANES]; max_batch],
                carry: Panels::for_batch(max_batch, backward(spec.hidden)),
                zeros: vec![[T::ZERO; LANES]; max_batch],
                transposed: Panels::zeros(columns.max(spec.outputs), backward(widest)),
                grad_read: Panels::for_batch(max_reads, backward(spec.hidden)),
                grad_input: Panels::for_batch(rows, if is_embedded { spec.inputs } else { 0 }),
                stretches: Vec::with_capacity(times),
                rows: vec![RowScale::default(); backward(max_batch)],
            },
        }
    }

    /// What the network is.
    pub fn spec(&self) -> &RecurrentSpec {
        &self.spec
    }

    /// Sequences of the batch.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// The row of a sequence at a time step, both from 0.
    pub fn row(&self, time: usize, sequence: usize) -> usize {
        time * self.batch + sequence
    }

    /// Begins a batch of so many sequences: its symbols or its numbers, a row each, and the rows that are to be read, in the
    /// order of the targets, all to be filled.
    ///
    /// # Panics
    /// If there are more than there is room for.
    pub fn load(&mut self, batch: usize) -> Loading<'_, T> {
        let times = self.levels[0].times.len();
        let rows = batch * times;
        self.batch = batch;
        self.input.set_rows(rows);
        self.work.grad_input.set_rows(rows);
        self.work.carry.set_rows(batch);
        self.levels.iter_mut().for_each(|level| level.set_rows(rows));
        if self.kind != InputKind::Numbers {
            self.symbols.truncate(rows);
            self.symbols.resize(rows, 0);
        }
        self.reads.clear();
        Loading { symbols: &mut self.symbols, numbers: &mut self.input, reads: &mut self.reads }
    }

    /// The numbers of each level.
    pub fn levels(&self) -> &[UnrolledLevel<T>] {
        &self.levels
    }

    /// The symbols that were read; none where numbers are.
    pub fn symbols(&self) -> &[u16] {
        &self.symbols
    }

    /// The numbers that the first level was given, or the vectors that stood for the symbols; without columns where symbols are
    /// read one-hot.
    pub fn input(&self) -> &Panels<T> {
        &self.input
    }

    /// The rows whose states were read, in the order of the rows of [`Unrolled::output`].
    pub fn reads(&self) -> &[u32] {
        &self.reads
    }

    /// o, a row for each that was read.
    pub fn output(&self) -> &Panels<T> {
        &self.output
    }

    /// ∂L/∂o, a row for each that was read.
    pub fn grad_output(&self) -> &Panels<T> {
        &self.grad_output
    }

    /// o, and zeros to be filled with ∂L/∂o for the backward pass.
    pub fn output_and_grad(&mut self) -> (&Panels<T>, &mut Panels<T>) {
        let grad = &mut self.grad_output;
        (0..grad.panels()).for_each(|panel| grad.panel_mut(panel).fill([T::ZERO; LANES]));
        (&self.output, grad)
    }

    /// ∂L/∂h_t of an entry of a level, true however small.
    pub fn grad_h_at(&self, level: usize, time: usize, sequence: usize, unit: usize) -> f64 {
        let level = &self.levels[level];
        let row = self.row(time, sequence);
        unscale(level.grad_h.get(row, unit).to_f64(), level.exponents[row])
    }

    /// The memory that the numbers take.
    pub fn bytes(&self) -> usize {
        let Workspace { bias, product, carry, zeros, transposed, grad_read, grad_input, stretches, rows } = &self.work;
        let panels =
            [&self.input, &self.read, &self.output, &self.grad_output, carry, transposed, grad_read, grad_input];
        let lanes = [bias, product, zeros].map(|lanes| size_of_val(&lanes[..])).iter().sum::<usize>();
        let lists = size_of_val(&self.symbols[..])
            + 4 * self.reads.capacity()
            + size_of_val(&stretches[..])
            + size_of_val(&rows[..]);
        let levels = self.levels.iter().map(UnrolledLevel::bytes).sum::<usize>();
        panels.map(Panels::bytes).iter().sum::<usize>() + lanes + lists + levels
    }
}

/// A batch to be filled.
#[derive(Debug)]
pub struct Loading<'a, T> {
    /// A symbol for each row; none where numbers are read.
    pub symbols: &'a mut [u16],
    /// The numbers of each row; where symbols are read they are not to be filled.
    pub numbers: &'a mut Panels<T>,
    /// The rows whose states are to be read; empty at first.
    pub reads: &'a mut Vec<u32>,
}

impl<T: Real> Recurrent<T> {
    /// Whether the parameters are those of a network that was unrolled so.
    pub(super) fn fits(&self, unrolled: &Unrolled<T>) -> bool {
        let (ours, theirs) = (&self.spec, &unrolled.spec);
        (ours.cell, ours.inputs, ours.hidden, ours.stack, ours.outputs)
            == (theirs.cell, theirs.inputs, theirs.hidden, theirs.stack, theirs.outputs)
    }
}
