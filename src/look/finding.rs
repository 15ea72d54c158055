//! What the scores of a network say.

use super::learned_sequences::Chance;
use super::view::Evaluation;
use crate::data::MOST_HELD_OUT;

/// What the scores say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding {
    /// They are no numbers.
    NotFinite,
    /// Held-out loss is so many times the training loss.
    Overfit(f64),
    /// This share of the held-out samples is named rightly, which guessing would do.
    Guessing(f64),
    /// This share of the held-out samples is named rightly.
    Names(f64),
    /// The held-out loss is about that of always answering the mean.
    Mean(f64),
    /// The held-out loss.
    Fits(f64),
}

impl Evaluation {
    /// What the scores say; `classes` are those of the data, `None` for regression, and `samples` what the run learns from.
    pub fn finding(&self, classes: Option<usize>, samples: usize) -> Finding {
        // Targets have mean 0 and variance 1.
        let accuracy = Some(1.0 / classes.unwrap_or(2).max(1) as f64);
        self.finding_by(&Chance { answers: samples.clamp(1, MOST_HELD_OUT), accuracy, loss: 1.0 })
    }

    /// The same where it is known what always the same answer comes to.
    pub fn finding_by(&self, chance: &Chance) -> Finding {
        let Self { training, held_out, .. } = *self;
        if !(training.loss.is_finite() && held_out.loss.is_finite()) {
            return Finding::NotFinite;
        }
        // Between two losses that are both next to nothing a factor says nothing.
        let is_worse = held_out.loss > 0.05 && held_out.loss > 2.0 * training.loss;
        let factor = held_out.loss / training.loss;
        match (training.accuracy, held_out.accuracy) {
            (Some(seen), Some(unseen)) => {
                let by_chance = chance.accuracy.unwrap_or(0.5);
                // Of the share that guessing names rightly of so many: Bin(n, p) / n.
                let deviation = (by_chance * (1.0 - by_chance) / chance.answers.max(1) as f64).sqrt();
                if is_worse && seen - unseen > 0.03 {
                    Finding::Overfit(factor)
                } else if unseen <= by_chance + 2.0 * deviation {
                    Finding::Guessing(unseen)
                } else {
                    Finding::Names(unseen)
                }
            }
            _ if is_worse => Finding::Overfit(factor),
            _ if held_out.loss >= 0.9 * chance.loss => Finding::Mean(held_out.loss),
            _ => Finding::Fits(held_out.loss),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::view::Score;

    fn of(training: (f64, Option<f64>), held_out: (f64, Option<f64>), classes: Option<usize>) -> Finding {
        let score = |(loss, accuracy)| Score { loss, accuracy };
        Evaluation { step: 3, training: score(training), held_out: score(held_out) }.finding(classes, 256)
    }

    #[test]
    fn each_situation_has_its_finding() {
        let two = Some(2);
        let cases = [
            (of((0.69, Some(0.5)), (0.7, Some(0.52)), two), Finding::Guessing(0.52)),
            (of((0.1, Some(0.98)), (0.12, Some(0.97)), two), Finding::Names(0.97)),
            (of((0.1, Some(0.99)), (0.4, Some(0.9)), two), Finding::Overfit(4.0)),
            (of((0.01, Some(1.0)), (0.04, Some(0.99)), two), Finding::Names(0.99)),
            (of((0.01, Some(1.0)), (0.3, Some(0.98)), two), Finding::Names(0.98)),
            (of((1.0, Some(0.4)), (1.0, Some(0.4)), Some(4)), Finding::Names(0.4)),
            (of((1.3, Some(0.3)), (1.3, Some(0.3)), Some(4)), Finding::Guessing(0.3)),
            (of((1.1, Some(0.41)), (1.1, Some(0.41)), Some(3)), Finding::Names(0.41)),
            (of((1.1, Some(0.37)), (1.1, Some(0.37)), Some(3)), Finding::Guessing(0.37)),
            (of((f64::NAN, Some(0.5)), (0.3, Some(0.5)), two), Finding::NotFinite),
            (of((0.3, None), (f64::INFINITY, None), None), Finding::NotFinite),
            (of((1.0, None), (1.02, None), None), Finding::Mean(1.02)),
            (of((0.25, None), (1.5, None), None), Finding::Overfit(6.0)),
            (of((0.0, None), (1.5, None), None), Finding::Overfit(f64::INFINITY)),
            (of((0.02, None), (0.03, None), None), Finding::Fits(0.03)),
            (of((0.0, None), (0.0, None), None), Finding::Fits(0.0)),
        ];
        for (index, (found, expected)) in cases.into_iter().enumerate() {
            assert_eq!(found, expected, "case {index}");
        }
    }
}
