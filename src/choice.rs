//! Closed sets of named alternatives: the activations, the optimizers, the data sets and their like.

/// One of a closed set of alternatives, each with the name it has in URLs and in option lists.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every alternative, in the order in which lists show them.
    const ALL: &'static [Self];
    /// The names of [`Choice::ALL`], in the same order.
    const NAMES: &'static [&'static str];

    /// The name used in URLs, in lower case.
    fn name(self) -> &'static str;

    /// The alternative of that name, if there is one.
    fn from_name(name: &str) -> Option<Self> {
        position(Self::NAMES, name).map(|index| Self::ALL[index])
    }
}

/// One loop for all sets: as a part of each it would be in the page a dozen times.
#[inline(never)]
fn position(names: &[&str], name: &str) -> Option<usize> {
    names.iter().position(|&other| other == name)
}

/// Declares an enum and its [`Choice`] names in one place.
macro_rules! choice {
    ($(#[$meta:meta])* pub enum $Enum:ident { $($(#[$variant_meta:meta])* $Variant:ident => $name:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $Enum { $($(#[$variant_meta])* $Variant),+ }

        impl $crate::choice::Choice for $Enum {
            const ALL: &'static [Self] = &[$($Enum::$Variant),+];
            const NAMES: &'static [&'static str] = &[$($name),+];

            fn name(self) -> &'static str {
                Self::NAMES[self as usize]
            }
        }
    };
}
pub(crate) use choice;
