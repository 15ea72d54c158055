//! Sequences that are drawn from random numbers alone.

use super::set::{NO_TARGET, SequenceInputs, SequenceSet, SequenceTargets};
use super::task::SYMBOLS;
use crate::random::Random;

/// *Remember the first symbol*: one of [`SYMBOLS`], each as often; after it noise, each step one of the same symbols, each as
/// likely. The class is the first symbol.
///
/// So nothing but its place tells the first symbol from the noise: to keep it, a network has to let in nothing else.
pub(super) fn first_symbol(samples: usize, times: usize, random: &mut Random) -> SequenceSet {
    let classes = dealt(SYMBOLS, samples, random);
    let mut symbols = Vec::with_capacity(samples * times);
    for &class in &classes {
        symbols.push(class as u16);
        symbols.extend((1..times).map(|_| random.below(SYMBOLS) as u16));
    }
    SequenceSet::whole(samples, times, of_symbols(symbols), SequenceTargets::Classes(classes))
}

/// *Copy*: a symbol a step, each as likely; from the step after d = T/2 (rounded down, at least 1) on, the class is the
/// symbol that was read d steps before.
pub(super) fn copy(samples: usize, times: usize, random: &mut Random) -> SequenceSet {
    let delay = (times / 2).max(1);
    let symbols: Vec<u16> = (0..samples * times).map(|_| random.below(SYMBOLS) as u16).collect();
    let target = |at: usize| if at % times < delay { NO_TARGET } else { u32::from(symbols[at - delay]) };
    let targets = (0..symbols.len()).map(target).collect();
    SequenceSet::whole(samples, times, of_symbols(symbols), SequenceTargets::EachClasses(targets))
}

/// *Adding*: two numbers a step, a value uniform on [0, 1) and a mark. Two steps are marked by 1, one of the first T/2
/// (rounded down) and one of the others, each as likely; the marks of all others are 0. The target is the sum of the two
/// marked values, whose variance is 1/6.
///
/// That is the form in which the task is commonly used (Martens, Sutskever 2011; Le, Jaitly, Hinton 2015). Hochreiter and
/// Schmidhuber (1997) have values of [−1, 1], marks of −1 at both ends, lengths that vary, and the target 0.5 + sum / 4.
pub(super) fn adding(samples: usize, times: usize, random: &mut Random) -> SequenceSet {
    let half = times / 2;
    let mut numbers = Vec::with_capacity(2 * samples * times);
    let mut sums = Vec::with_capacity(samples);
    for _ in 0..samples {
        let marked = [random.below(half), half + random.below(times - half)];
        let mut sum = 0.0;
        for time in 0..times {
            let (value, is_marked) = (random.unit(), marked.contains(&time));
            numbers.extend([value, f64::from(u8::from(is_marked))]);
            sum += if is_marked { value } else { 0.0 };
        }
        sums.push(sum);
    }
    SequenceSet::whole(samples, times, SequenceInputs::Numbers { width: 2, numbers }, SequenceTargets::Numbers(sums))
}

/// *Parity*: 1 or 0 at each step. The target is 1 where the number of ones is odd. All bits but the last are drawn, and the
/// last is what the class makes it: so every bit is as likely 1 as 0, and both classes are equally many.
pub(super) fn parity(samples: usize, times: usize, random: &mut Random) -> SequenceSet {
    let classes = dealt(2, samples, random);
    let mut numbers = Vec::with_capacity(samples * times);
    for &class in &classes {
        let mut odd = class as usize;
        for _ in 1..times {
            let bit = random.below(2);
            odd ^= bit;
            numbers.push(bit as f64);
        }
        numbers.push(odd as f64);
    }
    let targets = classes.into_iter().map(f64::from).collect();
    SequenceSet::whole(samples, times, SequenceInputs::Numbers { width: 1, numbers }, SequenceTargets::Numbers(targets))
}

/// So many classes, dealt out in turn and shuffled.
fn dealt(classes: usize, samples: usize, random: &mut Random) -> Vec<u32> {
    let mut dealt: Vec<u32> = (0..samples).map(|sample| (sample % classes) as u32).collect();
    random.shuffle(&mut dealt);
    dealt
}

fn of_symbols(symbols: Vec<u16>) -> SequenceInputs {
    SequenceInputs::Symbols { vocabulary: SYMBOLS, symbols, has_padding: false }
}
