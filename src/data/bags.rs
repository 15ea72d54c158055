//! Sentences without the order of their words.

use super::Dataset;
use super::sequences::{SequenceInputs, SequenceSet, SequenceTargets};
use ndarray::Array2;

impl Dataset {
    /// Sequences of symbols that are asked once, each as the shares of its symbols: `x[i]` is how often symbol i comes,
    /// over the number of all, padding left aside. Of numbers, and of what is asked at each step, nothing is kept.
    pub fn bags(sequences: &SequenceSet) -> Self {
        let vocabulary = match sequences.inputs {
            SequenceInputs::Symbols { vocabulary, .. } => vocabulary,
            SequenceInputs::Numbers { .. } => 0,
        };
        let mut x = Array2::zeros((sequences.samples, vocabulary));
        if let SequenceInputs::Symbols { symbols, .. } = &sequences.inputs {
            for ((mut row, symbols), &(start, end)) in
                x.outer_iter_mut().zip(symbols.chunks_exact(sequences.times)).zip(&sequences.spans)
            {
                for &symbol in &symbols[start as usize..end as usize] {
                    row[usize::from(symbol)] += 1.0 / f64::from(end - start);
                }
            }
        }
        let y = match &sequences.targets {
            SequenceTargets::Numbers(numbers) => Array2::from_shape_fn((sequences.samples, 1), |(row, _)| numbers[row]),
            _ => Array2::zeros((sequences.samples, 0)),
        };
        Self { x, y }
    }
}
