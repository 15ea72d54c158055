//! What the rows of the table are made into: the keys and what each says, and [`Experiment`] with a field for each.

use super::model::Model;
use super::table::for_each_parameter;
use super::value::{Batch, Field, Kind, NEVER, Precision, Scale, Speed, Window, integer, one_of, real};
use crate::choice::{Choice, choice};
use crate::data::DatasetKind;
use crate::data::sequences::{Decisive, Language, Padding, Task};
use crate::nn::recurrent::RecurrentInit;
use crate::nn::{Activation, Initializer, Loss, Normalization, Residual};
use crate::optim::{ClipKind, OptimizerKind, ScheduleKind};
use serde::{Deserialize, Serialize};

/// When a change takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It changes what the network is: training restarts from the same seed.
    Restart,
    /// It changes how the network learns: it holds from the next step on.
    Live,
    /// It says how the page opens, and changes no number.
    Opening,
}

/// A section of the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What the network is.
    Network,
    /// How it learns.
    Optimizer,
    /// What it learns from.
    Data,
}

/// Where on the page a parameter's control stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the panel, always in view.
    First(Group),
    /// In the panel, under *More*.
    More(Group),
    /// Not in the panel: in the run bar or the dialog of links.
    Elsewhere,
}

/// The letter that formulas use for a parameter, and its index. They are the same in every language.
pub type Symbol = (&'static str, Option<&'static str>);

/// What a row says that holds in every experiment.
struct Row {
    kind: Kind,
    effect: Effect,
    place: Place,
    symbol: Option<Symbol>,
}

const fn symbol(letters: &[&'static str]) -> Option<Symbol> {
    match *letters {
        [] => None,
        [letter] => Some((letter, None)),
        [letter, index, ..] => Some((letter, Some(index))),
    }
}

macro_rules! declare {
    ($(
        $(#[$doc:meta])*
        $Key:ident $field:ident {
            $name:literal, $type:ty = $default:expr, $kind:expr, $effect:ident, $place:expr
            $(, letter $letter:literal $($index:literal)?)?
            $(, only $names:expr)?
            $(, when $condition:expr)?
        }
    )+) => {
        choice! {
            /// One parameter. Its name is the key in a URL and the `id` of its control on the page.
            pub enum Key { $($(#[$doc])* $Key => $name),+ }
        }

        static ROWS: [Row; Key::ALL.len()] = {
            use Group::{Data, Network, Optimizer};
            use Place::{Elsewhere, First, More};
            use Scale::{Linear, Logarithmic, LogarithmicFromZero, NearOne, NoSlider};
            [$(Row {
                kind: $kind,
                effect: Effect::$effect,
                place: $place,
                symbol: symbol(&[$($letter $(, $index)?)?]),
            }),+]
        };

        /// Everything that defines a run, one field a [`Key`].
        ///
        /// Values are changed by [`Experiment::set`], which keeps each within what its key allows.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct Experiment { $($(#[$doc])* pub $field: $type),+ }

        impl Default for Experiment {
            /// A 12-layer sigmoid network under plain SGD, whose gradient vanishes.
            fn default() -> Self {
                // One after another, because a default may depend on the fields above it.
                $(let $field: $type = $default;)+
                Self { $($field),+ }
            }
        }

        #[allow(unused_variables, reason = "most rows name no other field")]
        impl Experiment {
            /// The default of every parameter beside the present values of those that it depends on.
            pub(super) fn defaults(&self) -> Self {
                let Self { $($field),+ } = *self;
                Self { $($field: $default),+ }
            }

            /// The values that a parameter allows in this experiment: those of [`Key::kind`], less those that its
            /// other parameters rule out.
            pub fn allowed(&self, key: Key) -> Kind {
                let Self { $($field),+ } = *self;
                match key {
                    $($(Key::$Key => Kind::Choice($names),)?)+
                    _ => key.kind(),
                }
            }

            /// Whether a parameter changes anything under the present choice of the others.
            pub fn is_relevant(&self, key: Key) -> bool {
                let Self { $($field),+ } = *self;
                match key {
                    $($(Key::$Key => $condition,)?)+
                    _ => true,
                }
            }

            pub(super) fn field(&self, key: Key) -> &dyn Field {
                match key { $(Key::$Key => &self.$field),+ }
            }

            pub(super) fn field_mut(&mut self, key: Key) -> &mut dyn Field {
                match key { $(Key::$Key => &mut self.$field),+ }
            }
        }
    };
}

for_each_parameter!(declare);

impl Key {
    fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The values that the parameter allows.
    pub fn kind(self) -> Kind {
        self.row().kind
    }

    /// When a change of the parameter takes effect.
    pub fn effect(self) -> Effect {
        self.row().effect
    }

    /// Whether the parameter changes a number of the run. The others say how the page opens, how fast the run goes and where
    /// it pauses by itself.
    pub fn changes_numbers(self) -> bool {
        self.effect() != Effect::Opening && !matches!(self, Self::Speed | Self::StopAt | Self::StopLoss)
    }

    /// Where the parameter's control stands.
    pub fn place(self) -> Place {
        self.row().place
    }

    /// What formulas call the parameter, if it is in any.
    pub fn symbol(self) -> Option<Symbol> {
        self.row().symbol
    }
}
