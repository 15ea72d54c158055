//! What the loss is worth: that of an answer which does not look at the input.

use super::Experiment;
use crate::data::sequences::{SYMBOLS, Task, character_entropy};
use crate::nn::Loss;

/// The entropy of the characters of the text that is shipped, in nats; the page has no text to count.
const SHIPPED_ENTROPY: f64 = 3.023_689_715_766_205_5;

impl Experiment {
    /// The loss on all training samples of the best constant answer: what guessing by the classes' shares alone comes
    /// to, or for regression always answering the mean. (Classes are as equally many as the number of samples allows, and
    /// targets of regression have variance 1.)
    ///
    /// | loss | of K classes with the shares `p` |
    /// | --- | --- |
    /// | softmax | `−Σ p ln p`; `ln K` for equal shares |
    /// | bce | the mean over the outputs of `−p ln p − (1−p) ln(1−p)`; `ln 2` for two equal classes |
    /// | mse | the mean over the outputs of `p (1−p)`, or the variance of the targets |
    ///
    /// Of *copy* and *next character* it is the mean over the steps at which something is asked, of symbols that are drawn
    /// each as likely (`ln 8`), and by the shares of the characters in the text that is shipped; of a text of the user's own
    /// it is [`Experiment::guess_loss_on`]. The sums of *adding* have the variance 1/6.
    pub fn guess_loss(&self) -> f64 {
        match self.task {
            Task::Adding => return 1.0 / 6.0,
            Task::Copy => return libm::log(SYMBOLS as f64),
            Task::NextCharacter => return SHIPPED_ENTROPY,
            Task::Points | Task::FirstSymbol | Task::Parity | Task::Sentiment => {}
        }
        let Some(classes) = self.task.classes(self.dataset, 0) else {
            return 1.0;
        };
        let (samples, classes) = (self.sample_count(), classes as u32);
        // Classes are dealt out in turn.
        let share =
            |class: u32| f64::from(samples / classes + u32::from(class < samples % classes)) / f64::from(samples);
        let entropy = |p: f64| if p > 0.0 { -p * libm::log(p) } else { 0.0 };
        // Two classes have a single output, that of the second.
        let (first, outputs) = if classes == 2 { (1, 1.0) } else { (0, f64::from(classes)) };
        let sum = |of: &dyn Fn(f64) -> f64| (first..classes).map(|class| of(share(class))).sum::<f64>();
        match self.loss {
            Loss::SoftmaxCrossEntropy => sum(&entropy),
            Loss::BceWithLogits => sum(&|p| entropy(p) + entropy(1.0 - p)) / outputs,
            Loss::Mse => sum(&|p| p * (1.0 - p)) / outputs,
        }
    }
}

impl Experiment {
    /// The same where a run may be on a text of the user's own, which no experiment holds: then by the shares of the
    /// characters in that one, [`character_entropy`].
    pub fn guess_loss_on(&self, own_text: Option<&str>) -> f64 {
        match own_text {
            Some(text) if self.takes_own_text() => character_entropy(text),
            _ => self.guess_loss(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sequences::Shipped;
    use crate::experiment::share::from_fragment;

    #[test]
    fn guessing_has_the_entropy_of_the_classes() {
        let cases = [
            ("v=1", core::f64::consts::LN_2),
            ("dataset=circle&loss=mse", 0.25),
            ("dataset=clouds", 4.0_f64.ln()),
            ("dataset=spiral3&samples=300", 3.0_f64.ln()),
            ("dataset=clouds&loss=mse", 0.25 * 0.75),
            ("dataset=plane", 1.0),
            ("dataset=noise", 1.0),
            ("model=lstm", 8.0_f64.ln()),
            ("model=rnn&task=copy", 8.0_f64.ln()),
            ("model=rnn&task=adding", 1.0 / 6.0),
            ("model=rnn&task=parity", core::f64::consts::LN_2),
            ("model=mlp&task=sentiment", core::f64::consts::LN_2),
            ("model=gru&task=sentiment&loss=mse", 0.25),
        ];
        for (fragment, expected) in cases {
            let guess = from_fragment(fragment).0.guess_loss();
            assert!((guess - expected).abs() < 1e-12, "{fragment}: {guess}, not {expected}");
        }
    }

    #[test]
    fn guessing_on_a_text_of_ones_own_is_by_its_own_characters() {
        let (experiment, _) = from_fragment("model=gru&task=next-character");
        let half = experiment.guess_loss_on(Some("abab"));
        assert!((half - core::f64::consts::LN_2).abs() < 1e-12, "{half}");
        assert_eq!(experiment.guess_loss_on(None), SHIPPED_ENTROPY);
        // Another task reads no text.
        let (other, _) = from_fragment("model=gru&task=copy");
        assert_eq!(other.guess_loss_on(Some("abab")), other.guess_loss());
    }

    #[test]
    fn the_entropy_of_the_shipped_text_is_that_of_its_characters() {
        let entropy = character_entropy((Shipped::all().text)());
        assert!((entropy - SHIPPED_ENTROPY).abs() < 1e-9, "{entropy}");
        // A fair coin, and one character that says nothing.
        assert!((character_entropy("abab") - core::f64::consts::LN_2).abs() < 1e-12);
        assert_eq!(character_entropy("aaaa"), 0.0);
    }
}
