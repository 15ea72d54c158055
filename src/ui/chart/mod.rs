//! The charts on the page: canvases, reading by pointer and keyboard, tables and summaries around the drawing code of
//! [`crate::plot`].

mod canvas;
mod figure;
mod gradient_by_layer;
mod gradient_over_time;
mod layer_inspector;
mod learned;
mod loss;
mod observe;
mod optimizer;
mod pace;
mod quantity;
mod segments;
mod stage;
mod table;
mod theme;

pub use gradient_by_layer::GradientByLayer;
pub use gradient_over_time::GradientOverTime;
pub use layer_inspector::LayerInspector;
pub use learned::LearnedChart;
pub use loss::LossChart;
pub use optimizer::OptimizerChart;
pub(super) use pace::paced;
pub(super) use theme::follow_theme;
