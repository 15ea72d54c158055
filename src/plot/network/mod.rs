//! A picture of the network: a column of units for each layer and a line for each weight; or a band for each layer where
//! there is no room for units.

mod axes;
mod drawing;
mod legend;
mod picture;
mod unit;

pub use axes::{Axes, Data, Labels, Pointed, Shade};
