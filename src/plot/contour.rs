//! The lines along which a number over a grid has one value.

/// The lines along which numbers over a grid are `level`, by marching squares with linear interpolation.
///
/// `values` stand row by row, `columns` of them in each. Points are (column, row), between grid points as
/// fractions; a closed line ends where it begins. Squares with a corner that is not finite have no line.
pub fn contour(values: &[f32], columns: usize, level: f64) -> Vec<Vec<(f64, f64)>> {
    let rows = values.len().checked_div(columns).unwrap_or(0);
    if columns < 2 || rows < 2 || values.len() != columns * rows {
        return Vec::new();
    }
    let at = |col: usize, row: usize| f64::from(values[row * columns + col]) - level;
    let mut chains = Chains::new(columns, rows);
    for (row, col) in (0..rows - 1).flat_map(|row| (0..columns - 1).map(move |col| (row, col))) {
        // Round the square from the corner at (col, row).
        let corners = [at(col, row), at(col + 1, row), at(col + 1, row + 1), at(col, row + 1)];
        if !corners.iter().all(|value| value.is_finite()) {
            continue;
        }
        let is_above = corners.map(|value| value >= 0.0);
        let edges = [
            chains.across(col, row),
            chains.upright(col + 1, row),
            chains.across(col, row + 1),
            chains.upright(col, row),
        ];
        let crossed: Vec<usize> =
            (0..4).filter(|edge| is_above[*edge] != is_above[(edge + 1) % 4]).map(|edge| edges[edge]).collect();
        match crossed[..] {
            [from, to] => chains.join(from, to),
            [first, second, third, fourth] => {
                // A saddle: its middle says which two corners belong together.
                if (corners.iter().sum::<f64>() >= 0.0) == is_above[0] {
                    chains.join(first, second);
                    chains.join(third, fourth);
                } else {
                    chains.join(fourth, first);
                    chains.join(second, third);
                }
            }
            _ => {}
        }
    }
    let point = |edge: usize| {
        let (cell, is_upright) = (edge / 2, edge % 2 == 1);
        let (col, row) = (cell % columns, cell / columns);
        let (from, to) = if is_upright { (at(col, row), at(col, row + 1)) } else { (at(col, row), at(col + 1, row)) };
        let along = from / (from - to);
        let (col, row) = (col as f64, row as f64);
        if is_upright { (col, row + along) } else { (col + along, row) }
    };
    chains.take().into_iter().map(|chain| chain.into_iter().map(point).collect()).collect()
}

/// Edges of the grid that a line crosses, each joined to the one or two that it crosses next.
struct Chains {
    columns: usize,
    next: Vec<[Option<usize>; 2]>,
}

impl Chains {
    fn new(columns: usize, rows: usize) -> Self {
        Self { columns, next: vec![[None; 2]; 2 * columns * rows] }
    }

    /// The edge from a grid point to the one on its right.
    fn across(&self, col: usize, row: usize) -> usize {
        2 * (row * self.columns + col)
    }

    /// The edge from a grid point to the one in the next row.
    fn upright(&self, col: usize, row: usize) -> usize {
        self.across(col, row) + 1
    }

    fn join(&mut self, one: usize, other: usize) {
        for (edge, joined) in [(one, other), (other, one)] {
            let free = usize::from(self.next[edge][0].is_some());
            self.next[edge][free] = Some(joined);
        }
    }

    /// All chains: first those with ends, then the closed ones.
    fn take(mut self) -> Vec<Vec<usize>> {
        let mut chains = Vec::new();
        for is_end in [true, false] {
            for edge in 0..self.next.len() {
                if self.next[edge][0].is_some() && (self.next[edge][1].is_none() == is_end) {
                    chains.push(self.follow(edge));
                }
            }
        }
        chains
    }

    /// The chain from an edge on, which is taken out.
    fn follow(&mut self, start: usize) -> Vec<usize> {
        let mut chain = vec![start];
        let mut here = start;
        while let Some(next) = self.next[here].iter_mut().find_map(Option::take) {
            if let Some(back) = self.next[next].iter_mut().find(|back| **back == Some(here)) {
                *back = None;
            }
            self.next[here].sort_by_key(Option::is_none);
            self.next[next].sort_by_key(Option::is_none);
            chain.push(next);
            here = next;
        }
        chain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(side: usize, value: impl Fn(f64, f64) -> f64) -> Vec<f32> {
        (0..side * side).map(|index| value((index % side) as f64, (index / side) as f64) as f32).collect()
    }

    #[test]
    fn a_slope_has_one_straight_line() {
        let lines = contour(&grid(5, |col, row| col + 2.0 * row), 5, 5.0);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].iter().all(|(col, row)| (col + 2.0 * row - 5.0).abs() < 1e-6), "{lines:?}");
        let (first, last) = (lines[0][0], lines[0][lines[0].len() - 1]);
        let ends = [first.1.min(last.1), first.1.max(last.1)];
        assert_eq!(ends, [0.5, 2.5], "from edge to edge");
    }

    #[test]
    fn a_grid_need_not_be_square() {
        for (columns, rows) in [(2, 7), (7, 2), (4, 9)] {
            let values: Vec<f32> = (0..columns * rows).map(|index| (index / columns) as f32).collect();
            let level = rows as f64 - 1.5;
            let lines = contour(&values, columns, level);
            assert_eq!(lines.len(), 1, "{columns} × {rows}");
            assert_eq!(lines[0].len(), columns, "{columns} × {rows}: {lines:?}");
            assert!(lines[0].iter().all(|(_, row)| (row - level).abs() < 1e-6), "{lines:?}");
        }
    }

    #[test]
    fn a_hill_has_a_closed_line() {
        let lines = contour(&grid(21, |col, row| (col - 10.0).hypot(row - 10.0)), 21, 6.0);
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        assert_eq!(line[0], line[line.len() - 1]);
        assert!(line.len() > 30);
        for (col, row) in line {
            assert!(((col - 10.0).hypot(row - 10.0) - 6.0).abs() < 0.05, "({col}, {row})");
        }
    }

    #[test]
    fn two_hills_and_saddles_are_told_apart() {
        let hills = grid(21, |col, row| (col - 5.0).hypot(row - 10.0).min((col - 15.0).hypot(row - 10.0)));
        assert_eq!(contour(&hills, 21, 3.0).len(), 2);
        // Above at (0, 0) and (1, 1), below at the others: the middle joins the one pair or the other.
        for (high, cut_off, joined) in [(1.4, (1.0, 0.0), (0.0, 0.0)), (0.6, (0.0, 0.0), (1.0, 0.0))] {
            let lines = contour(&[high, -1.0, -1.0, high], 2, 0.0);
            assert_eq!(lines.len(), 2);
            let has_round = |corner: (f64, f64)| {
                lines.iter().any(|line| line.iter().all(|(x, y)| (x - corner.0).abs() + (y - corner.1).abs() <= 1.0))
            };
            assert!(has_round(cut_off) && !has_round(joined), "{high}: {lines:?}");
        }
    }

    #[test]
    fn what_has_no_line_has_none() {
        let cases: [(&[f32], usize); 7] = [
            (&[], 0),
            (&[1.0], 1),
            (&[1.0; 9], 3),
            (&[0.5; 9], 3),
            (&[f32::NAN; 9], 3),
            (&[0.0, 1.0, f32::INFINITY, 1.0], 2),
            (&[0.0, 1.0, 2.0], 2),
        ];
        for (values, side) in cases {
            assert!(contour(values, side, 0.5).is_empty(), "{values:?}");
        }
    }

    #[test]
    fn every_crossing_is_on_a_line_once() {
        let mut state = 1u32;
        let noise: Vec<f32> = (0..400)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1u32 << 24) as f32
            })
            .collect();
        let crossings = |pairs: &mut dyn Iterator<Item = (usize, usize)>| {
            pairs.filter(|(from, to)| (noise[*from] >= 0.5) != (noise[*to] >= 0.5)).count()
        };
        let across = &mut (0..400).filter(|index| index % 20 < 19).map(|index| (index, index + 1));
        let upright = &mut (0..380).map(|index| (index, index + 20));
        let expected = crossings(across) + crossings(upright);
        let lines = contour(&noise, 20, 0.5);
        // A closed line names its first point twice.
        let points: usize = lines.iter().map(|line| line.len() - usize::from(line[0] == line[line.len() - 1])).sum();
        assert_eq!(points, expected);
    }
}
