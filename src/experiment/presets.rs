//! Named experiments to start a lesson from, each a fragment of the form that every shared link has.

use super::{Experiment, share};
use crate::choice::choice;

choice! {
    /// A named experiment. Its name is the key of its words in the message catalogue.
    pub enum Preset {
        /// Twelve sigmoid layers: the gradient shrinks about fourfold a layer.
        Vanishing => "vanishing",
        /// The same depth with tanh and Xavier weights.
        TanhXavier => "tanh-xavier",
        /// The same depth with ReLU and Kaiming weights.
        ReluKaiming => "relu-kaiming",
        /// ReLU with weights two and a half times too large.
        Exploding => "exploding",
        /// ReLU units that a large learning rate has pushed below zero for every sample.
        DeadRelu => "dead-relu",
        /// Adam on the vanishing network: it moves every layer, but the gradient still vanishes.
        AdamVanishing => "adam-vanishing",
        /// Plain SGD on a deep tanh network.
        PlainSgd => "plain-sgd",
        /// The same network with momentum.
        Momentum => "momentum",
        /// Random-normal inputs regressed on random-normal targets, ten to ten, with Adam.
        RandomRegression => "random-regression",
        /// Sigmoid, a hundred layers deep: gradients far below the range of f32.
        Underflow => "underflow",
        /// A plain recurrent network that is to remember its first symbol: the gradient does not reach it.
        ForgetfulRnn => "forgetful-rnn",
        /// A plain recurrent network whose recurrent weights are a fifth too large: the first step of SGD ends it.
        ExplodingRnn => "exploding-rnn",
        /// The same, its gradient clipped: the loss falls, and the gradient explodes all the same.
        ClippedRnn => "clipped-rnn",
        /// ReLU with the identity as recurrent weights.
        Irnn => "irnn",
        /// An LSTM that forgets half at each time step.
        LstmForgetZero => "lstm-forget-0",
        /// An LSTM that keeps nearly all.
        LstmForgetThree => "lstm-forget-3",
        /// A GRU on the same task.
        Gru => "gru",
        /// A plain network reads a sentence whose decisive word is early.
        RnnEarlyWord => "rnn-early-word",
        /// The same, and the word is late.
        RnnLateWord => "rnn-late-word",
        /// An LSTM reads a sentence whose decisive word is early.
        LstmEarlyWord => "lstm-early-word",
        /// The same, and the word is late.
        LstmLateWord => "lstm-late-word",
        /// Sentences are filled up after their last word, and read at the end.
        PaddingAfter => "padding-after",
        /// A small language model.
        NextCharacter => "next-character",
    }
}

impl Preset {
    /// The preset as a URL fragment, without the `#`.
    pub fn fragment(self) -> &'static str {
        match self {
            Self::Vanishing => "v=1",
            Self::TanhXavier => "v=1&activation=tanh",
            Self::ReluKaiming => "v=1&activation=relu&init=kaiming-normal",
            Self::Exploding => "v=1&activation=relu&init=kaiming-normal&gain=2.5",
            Self::DeadRelu => "v=1&depth=4&activation=relu&init=kaiming-normal&lr=3&step=20",
            Self::AdamVanishing => "v=1&optimizer=adam&step=100",
            Self::PlainSgd => "v=1&depth=6&activation=tanh&dataset=spiral&lr=0.03&step=1500&speed=max",
            Self::Momentum => {
                "v=1&depth=6&activation=tanh&dataset=spiral&optimizer=momentum&lr=0.03&step=1500&speed=max"
            }
            Self::RandomRegression => {
                "v=1&depth=2&width=32&activation=relu&init=pytorch&dataset=noise&samples=64&batch=full&optimizer=adam&lr=0.001&step=100"
            }
            Self::Underflow => "v=1&depth=100",
            Self::ForgetfulRnn => "v=1&model=rnn&length=60&step=100",
            Self::ExplodingRnn => "v=1&model=rnn&activation=relu&rec-init=identity&rho=1.2&length=60&optimizer=sgd",
            Self::ClippedRnn => {
                "v=1&model=rnn&activation=relu&rec-init=identity&rho=1.2&length=60&optimizer=sgd&clip=norm&step=10"
            }
            Self::Irnn => "v=1&model=rnn&activation=relu&rec-init=identity&length=60&step=100",
            Self::LstmForgetZero => "v=1&model=lstm&forget-bias=0&length=60",
            Self::LstmForgetThree => "v=1&model=lstm&forget-bias=3&length=60",
            Self::Gru => "v=1&model=gru&length=20&step=500&speed=max",
            Self::RnnEarlyWord => "v=1&model=rnn&task=sentiment&decisive=early&step=300&speed=max",
            Self::RnnLateWord => "v=1&model=rnn&task=sentiment&step=300&speed=max",
            Self::LstmEarlyWord => "v=1&model=lstm&task=sentiment&decisive=early&step=300&speed=max",
            Self::LstmLateWord => "v=1&model=lstm&task=sentiment&step=300&speed=max",
            Self::PaddingAfter => "v=1&model=lstm&length=60&task=sentiment&padding=after&step=100",
            Self::NextCharacter => "v=1&model=lstm&task=next-character&step=50&speed=max",
        }
    }

    /// Whether its gradient goes back through time, and not through layers.
    pub fn is_through_time(self) -> bool {
        self as usize >= Self::ForgetfulRnn as usize
    }

    /// The experiment that the preset describes.
    pub fn experiment(self) -> Experiment {
        share::from_fragment(self.fragment()).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;

    #[test]
    fn every_preset_is_a_link_without_notices() {
        for &preset in Preset::ALL {
            let (experiment, notices) = share::from_fragment(preset.fragment());
            assert_eq!(notices, [], "{preset:?}");
            let (again, _) = share::from_fragment(&share::to_fragment(&experiment));
            assert_eq!(experiment, again, "{preset:?}");
            assert_eq!(preset.is_through_time(), experiment.model.is_recurrent(), "{preset:?}");
        }
    }
}
