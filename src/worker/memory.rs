//! Whether there is memory for what a run can do without, and for runs that may take all there is.
//!
//! Memory that is refused ends a worker: nothing can be done about it any more where it happens. So what is large and
//! not the run itself asks first, and whoever is refused makes room, does without, or says so. Recurrent networks are run on
//! all time steps at once and may be larger than any memory, so they ask before they are made.

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

    #[test]
    fn a_little_can_be_had() {
        // That all cannot is in `tests/memory.rs`, where there is an end to it.
        assert!(has_room(0));
        assert!(has_room(PIECE + 1));
    }
}
