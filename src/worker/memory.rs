//! Whether there is memory for what a run can do without, and for runs that may take all there is.
//!
//! Memory that is refused ends a worker: nothing can be done about it any more where it happens. So what is large and
//! not the run itself asks first, and whoever is refused makes room, does without, or says so. Recurrent networks are run on
//! all time steps at once and may be larger than any memory, so they ask before they are made. Perceptrons do not: the largest
//! that parameters allow takes 2.0 GB, half of the 4 GiB that a module can address.

/// What has to stay free for all that does not ask: frames, looks, scores, the page's requests.
const RESERVE: usize = 16 << 20;

/// Memory is tried for in pieces: what a run needs is in many pieces too, and one of all bytes may be larger than any
/// single one can be.
const PIECE: usize = 32 << 20;

/// Whether so many bytes can be had, and some more for all that does not ask. They are taken and given back at once,
/// untouched, so that this costs address space and no memory.
pub(super) fn has_room(bytes: usize) -> bool {
    let mut left = bytes.saturating_add(RESERVE);
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    while left > 0 {
        let mut piece = Vec::new();
        if pieces.try_reserve(1).is_err() || piece.try_reserve_exact(left.min(PIECE)).is_err() {
            return false;
        }
        left -= left.min(PIECE);
        // Memory that nobody seems to use would be left out by the compiler, and always be there.
        pieces.push(std::hint::black_box(piece));
    }
    true
}

/// Why a run of so many bytes is not made, if there is no room for it. By these words the page knows that it is memory that is
/// wanting, and says what needs less ([`super::failure`]).
pub(super) fn refusal(bytes: usize) -> Option<String> {
    let is_small = bytes < RESERVE;
    (!is_small && !has_room(bytes))
        .then(|| ["out of memory: it takes about ", &(bytes >> 20).to_string(), " MB"].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;
    use crate::experiment::{Batch, Experiment, Key, Kind, Precision};
    use crate::nn::{Initializer, Normalization, Residual};
    use crate::optim::OptimizerKind;
    use crate::run::AnyTrainer;

    /// The largest value of a parameter.
    fn most(key: Key) -> u32 {
        match key.kind() {
            Kind::Integer { max, .. } => max,
            kind => panic!("{key:?} is {kind:?}"),
        }
    }

    /// Every hidden layer but the first takes what the one before it does, so that none of a hundred has to be made.
    #[test]
    fn the_largest_perceptron_takes_half_of_what_a_module_can_have() {
        let optimizer = OptimizerKind::Adam;
        assert!(OptimizerKind::ALL.iter().all(|other| other.slots(true) <= optimizer.slots(true)), "it keeps the most");
        let structures =
            Normalization::ALL.iter().flat_map(|&norm| Residual::ALL.iter().map(move |skip| (norm, *skip)));
        let largest = structures.map(|(norm, residual)| {
            let bytes = |depth| {
                let (width, samples) = (most(Key::Width), most(Key::Samples));
                let size = Experiment { depth, width, samples, batch: Batch::Full, ..Experiment::default() };
                let (init, precision) = (Initializer::Zeros, Precision::F64);
                let experiment = Experiment { norm, residual, optimizer, amsgrad: true, init, precision, ..size };
                AnyTrainer::new(&experiment).unwrap().bytes()
            };
            let (two, three) = (bytes(2), bytes(3));
            two + (three - two) * (most(Key::Depth) as usize - 2)
        });
        let gigabytes = largest.max().unwrap() as f64 / 1e9;
        assert!((1.95..2.05).contains(&gigabytes), "{gigabytes} GB");
    }

    #[test]
    fn a_little_can_be_had() {
        // That all cannot is in `tests/memory.rs`, where there is an end to it.
        assert!(has_room(0));
        assert!(has_room(PIECE + 1));
    }
}
