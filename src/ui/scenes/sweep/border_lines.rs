//! Theory's lines over a map, as they lie on its axes.

use crate::plot::sweep_lines::{Grid, Lines};
use crate::sweep::border::{Border, SCALES};
use crate::sweep::{Axis, Plan};

/// The lines of a map. They are the same however many of its runs are made.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct BorderLines {
    /// Where χ = 1.
    pub critical: Lines,
    /// Where the network is six depth scales deep, on both sides of it.
    pub scales: Lines,
}

impl BorderLines {
    /// The lines of theory's word on a map.
    pub(super) fn of(plan: &Plan, border: &Border) -> Self {
        let is_of_numbers = |axis: Option<&Axis>| axis.is_some_and(Axis::is_of_numbers);
        let grid = Grid {
            values: &border.values,
            columns: border.columns,
            rows: border.rows,
            across: (plan.columns(), is_of_numbers(Some(&plan.sweep.across))),
            up: (plan.rows(), is_of_numbers(plan.sweep.up.as_ref())),
        };
        let mut scales = grid.lines(-SCALES);
        scales.extend(grid.lines(SCALES));
        Self { critical: grid.lines(0.0), scales }
    }
}
