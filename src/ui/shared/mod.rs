//! What all rooms of the page share: words, pictures, pieces of formulas, and the browser's small services.

pub mod clipboard;
pub mod dropdown;
pub mod formula;
pub mod icon;
pub mod part;
pub mod rule;
pub mod storage;
pub mod words;
