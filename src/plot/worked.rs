//! Formulas printed so that they come out by hand: who computes with what is printed gets the result that is printed, to its
//! last digit.

use super::number::{rounded, short, significant};
use crate::look::by_hand::Formula;

/// A formula with its numbers as text.
#[derive(Clone, Debug, PartialEq)]
pub struct Worked {
    /// The numbers that it computes with, in their order.
    pub operands: Vec<String>,
    /// `=`, or `≈` where no sensible number of digits makes it come out.
    pub equals: &'static str,
    /// What it comes to.
    pub result: String,
}

/// Digits that a result has more than asked for, at the most.
const MORE_DIGITS: usize = 3;

/// The fewest digits that operands are tried with.
const FEWEST_DIGITS: usize = 2;

/// The most digits that operands are tried with, as many as an f32 has; and how many more than their result.
const MOST_DIGITS: (usize, usize) = (9, 3);

/// Digits of operands where none makes the formula come out.
const ROUGH_DIGITS: usize = 6;

impl From<Formula> for Worked {
    /// The formula with the fewest digits, the same for all operands, of which the printed result comes. It has a digit more
    /// than asked for where it is too near to the middle between two numbers that have as many.
    fn from(formula: Formula) -> Self {
        let Formula { operands, result, digits: least, .. } = &formula;
        let printed = |digits: usize| operands.iter().map(|value| operand(*value, digits)).collect::<Vec<_>>();
        for result_digits in *least..=least + MORE_DIGITS {
            let result = significant(*result, result_digits);
            for digits in FEWEST_DIGITS..=MOST_DIGITS.0.max(result_digits + MOST_DIGITS.1) {
                let read: Vec<f64> = operands.iter().map(|value| rounded(*value, digits)).collect();
                if formula.comes_to(&read).iter().all(|end| significant(*end, result_digits) == result) {
                    return Self { operands: printed(digits), equals: "=", result };
                }
            }
        }
        Self { operands: printed(ROUGH_DIGITS), equals: "≈", result: significant(*result, *least) }
    }
}

/// A number to so many digits; shorter where it has fewer.
pub fn operand(value: f64, digits: usize) -> String {
    // Larger ones have their digits in groups.
    if value.abs() >= 1000.0 || rounded(value, digits) != value {
        return significant(value, digits);
    }
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{}", short(value.abs()))
}

#[cfg(test)]
#[path = "worked_tests.rs"]
mod tests;
