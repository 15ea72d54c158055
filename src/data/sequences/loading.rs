//! Sequences and their targets, laid out as an unrolled network reads them.

use super::set::{NO_TARGET, SequenceInputs, SequenceSet, SequenceTargets};
use crate::kernel::{Panels, Real};
use crate::nn::recurrent::{InputKind, Reading, RecurrentSpec};
use crate::nn::{Loss, Targets};

impl InputKind {
    /// How the inputs of a set are read by a network; symbols of which one is padding only by a table.
    pub fn of(spec: &RecurrentSpec, set: &SequenceSet) -> Self {
        match set.inputs {
            SequenceInputs::Numbers { .. } => Self::Numbers,
            SequenceInputs::Symbols { has_padding, .. } if spec.embedding.is_some() => Self::Embedded { has_padding },
            SequenceInputs::Symbols { .. } => Self::OneHot,
        }
    }
}

/// Room for the targets of so many states that are read.
pub(crate) fn room_for_targets<T: Real>(loss: Loss, reads: usize, outputs: usize) -> Targets<T> {
    match loss {
        Loss::SoftmaxCrossEntropy => Targets::Classes(Vec::with_capacity(reads)),
        Loss::BceWithLogits | Loss::Mse => Targets::Values(Panels::zeros(reads, outputs)),
    }
}

/// Fills the rows of some time steps of some sequences, in the order of time: all of `symbols`, and those of `numbers` from one
/// on.
pub(crate) fn load_inputs<T: Real>(
    symbols: &mut [u16],
    numbers: &mut Panels<T>,
    first_row: usize,
    set: &SequenceSet,
    sequences: &[usize],
    times: std::ops::Range<usize>,
) {
    let batch = sequences.len();
    match &set.inputs {
        SequenceInputs::Symbols { symbols: all, .. } => {
            for (rows, time) in symbols.chunks_mut(batch).zip(times) {
                let of = |sequence: &usize| all[sequence * set.times + time];
                rows.iter_mut().zip(sequences).for_each(|(symbol, sequence)| *symbol = of(sequence));
            }
        }
        SequenceInputs::Numbers { width, numbers: all } => {
            for (step, time) in times.enumerate() {
                for (row, sequence) in sequences.iter().enumerate() {
                    let first = (sequence * set.times + time) * width;
                    let row = first_row + step * batch + row;
                    let given = all[first..first + width].iter().enumerate();
                    given.for_each(|(col, x)| numbers.set(row, col, T::from_f64(*x)));
                }
            }
        }
    }
}

/// Calls `visit` with the time step and the place in `sequences` of each state that is read, in the order of time.
pub(crate) fn for_each_asked(
    set: &SequenceSet,
    reading: Reading,
    sequences: &[usize],
    mut visit: impl FnMut(usize, usize),
) {
    if reading == Reading::Last {
        let rows = sequences.iter().enumerate();
        rows.for_each(|(row, &sequence)| visit(set.read_at[sequence] as usize, row));
        return;
    }
    for time in 0..set.times {
        for (row, &sequence) in sequences.iter().enumerate() {
            let is_asked = match &set.targets {
                SequenceTargets::EachClasses(classes) => classes[sequence * set.times + time] != NO_TARGET,
                _ => true,
            };
            if is_asked {
                visit(time, row);
            }
        }
    }
}

/// Makes targets those of some sequences at some time steps.
pub(crate) fn load_targets<T: Real>(
    targets: &mut Targets<T>,
    set: &SequenceSet,
    asked: impl ExactSizeIterator<Item = (usize, usize)>,
) {
    let class = |sequence: usize, time: usize| match &set.targets {
        SequenceTargets::Classes(classes) => classes[sequence],
        SequenceTargets::EachClasses(classes) => classes[sequence * set.times + time],
        SequenceTargets::Numbers(_) | SequenceTargets::EachNumbers(_) => unreachable!("numbers are no classes"),
    };
    match targets {
        Targets::Classes(classes) => {
            classes.clear();
            classes.extend(asked.map(|(sequence, time)| class(sequence, time)));
        }
        Targets::Values(values) => {
            values.set_rows(asked.len());
            let outputs = values.cols();
            for (row, (sequence, time)) in asked.enumerate() {
                for col in 0..outputs {
                    let value = match &set.targets {
                        SequenceTargets::Numbers(all) => all[sequence * outputs + col],
                        SequenceTargets::EachNumbers(all) => all[(sequence * set.times + time) * outputs + col],
                        SequenceTargets::Classes(_) | SequenceTargets::EachClasses(_) => {
                            f64::from(class(sequence, time))
                        }
                    };
                    values.set(row, col, T::from_f64(value));
                }
            }
        }
    }
}
