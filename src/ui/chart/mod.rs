//! The charts on the page: canvases, hover, tables and summaries around the drawing code of [`crate::plot`].
