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
            Self::AdamVanishing => "v=1&optimizer=adam",
            Self::PlainSgd => "v=1&depth=6&activation=tanh&dataset=spiral&lr=0.03&speed=max",
            Self::Momentum => "v=1&depth=6&activation=tanh&dataset=spiral&optimizer=momentum&lr=0.03&speed=max",
            Self::RandomRegression => {
                "v=1&depth=2&width=32&activation=relu&init=pytorch&dataset=noise&samples=64&batch=full&optimizer=adam&lr=0.001&step=100"
            }
            Self::Underflow => "v=1&depth=100",
        }
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
        }
    }
}
