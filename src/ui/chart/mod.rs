//! The charts on the page: canvases, reading by pointer and keyboard, tables and summaries around the drawing code of
//! [`crate::plot`].

mod by_place;
mod canvas;
mod cell_histogram;
mod curve;
mod export;
mod figure;
mod gates;
mod gradient_by_place;
mod gradient_over_time;
mod histogram;
mod lag_share;
mod layer_histogram;
mod layer_inspector;
mod learned;
mod loss;
mod network;
mod observe;
mod optimizer;
mod quantity;
mod reading;
mod segments;
mod stage;
mod sweep;
mod table;
mod theme;
mod time_marks;
mod timing;
mod toggle;
mod tools;
mod unrolled;

pub use cell_histogram::CellHistograms;
pub use gates::GatesOverTime;
pub use gradient_by_place::GradientByPlace;
pub use gradient_over_time::GradientOverTime;
pub use lag_share::{LagShare, lag_words};
pub use layer_inspector::LayerInspector;
pub use learned::LearnedChart;
pub(super) use learned::sample_picture;
pub use loss::LossChart;
pub use network::NetworkPicture;
pub use optimizer::OptimizerChart;
pub use sweep::{CellReading, SweepCurve, SweepFigure, SweepMap};
pub use table::Table;
pub(super) use theme::follow_theme;
pub use unrolled::UnrolledPicture;
