//! Lines of one value over a map of runs.

use super::contour::contour;
use super::scale::segments;

/// Numbers over a map, row by row from the bottom up: along an axis of numbers evenly from its first value to its last, along one
/// of names one for each.
#[derive(Clone, Copy, Debug)]
pub struct Grid<'a> {
    /// The numbers.
    pub values: &'a [f64],
    /// Of each row.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// Values of the axis across, and whether they are numbers.
    pub across: (usize, bool),
    /// The same of the axis upwards; one where there is none.
    pub up: (usize, bool),
}

/// A map's lines, as points in places of its axes: 0 is the middle of the first value.
pub type Lines = Vec<Vec<(f64, f64)>>;

impl Grid<'_> {
    /// The lines along which the numbers are `level`. Beside a name it is a piece as wide as the name's place.
    pub fn lines(&self, level: f64) -> Lines {
        if self.values.len() != self.columns * self.rows {
            return Lines::new();
        }
        let is_smooth =
            |samples: usize, (values, is_of_numbers): (usize, bool)| is_of_numbers && values > 1 && samples > 1;
        let along = |index: f64, samples: usize, values: usize| {
            index * values.saturating_sub(1) as f64 / samples.saturating_sub(1).max(1) as f64
        };
        let (is_across, is_up) = (is_smooth(self.columns, self.across), is_smooth(self.rows, self.up));
        if is_across && is_up {
            let values: Vec<f32> = self.values.iter().map(|value| *value as f32).collect();
            let to_place = |(column, row): (f64, f64)| {
                (along(column, self.columns, self.across.0), along(row, self.rows, self.up.0))
            };
            let lines = contour(&values, self.columns, level);
            return lines.into_iter().map(|line| line.into_iter().map(to_place).collect()).collect();
        }
        let at = |column: usize, row: usize| self.values[row * self.columns + column] - level;
        if is_across {
            let pieces = (0..self.rows).flat_map(|row| {
                let places = crossings((0..self.columns).map(|column| at(column, row)));
                places.into_iter().map(move |column| (along(column, self.columns, self.across.0), row as f64))
            });
            return pieces.map(|(x, y)| vec![(x, y - 0.5), (x, y + 0.5)]).collect();
        }
        if !is_up {
            return Lines::new();
        }
        let pieces = (0..self.columns).flat_map(|column| {
            let places = crossings((0..self.rows).map(|row| at(column, row)));
            places.into_iter().map(move |row| (column as f64, along(row, self.rows, self.up.0)))
        });
        pieces.map(|(x, y)| vec![(x - 0.5, y), (x + 0.5, y)]).collect()
    }
}

/// Where numbers in a row change their sign, between them as fractions.
fn crossings(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let numbered = numbers.enumerate().map(|(index, number)| number.is_finite().then_some((index as f64, number)));
    let stretches = segments(numbered);
    let pairs = stretches.iter().flat_map(|stretch| stretch.windows(2));
    let crossed = pairs.filter(|pair| (pair[0].1 < 0.0) != (pair[1].1 < 0.0));
    crossed.map(|pair| pair[0].0 + pair[0].1 / (pair[0].1 - pair[1].1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_numbers_a_line_goes_through_and_beside_names_it_has_pieces() {
        // 2 column − row over 9 × 9 samples of 5 × 3 values.
        let values: Vec<f64> = (0..81).map(|index| 2.0 * f64::from(index % 9) - f64::from(index / 9)).collect();
        let both = Grid { values: &values, columns: 9, rows: 9, across: (5, true), up: (3, true) };
        let lines = both.lines(0.0);
        assert_eq!(lines.len(), 1);
        let ends = [lines[0][0], lines[0][lines[0].len() - 1]];
        assert!(ends.contains(&(0.0, 0.0)) && ends.contains(&(2.0, 2.0)), "{ends:?}");

        // The same over 9 × 5.
        let values: Vec<f64> = (0..45).map(|index| 2.0 * f64::from(index % 9) - 2.0 * f64::from(index / 9)).collect();
        let oblong = Grid { values: &values, columns: 9, rows: 5, across: (5, true), up: (3, true) };
        let lines = oblong.lines(0.0);
        let ends = [lines[0][0], lines[0][lines[0].len() - 1]];
        assert!(lines.len() == 1 && ends.contains(&(0.0, 0.0)) && ends.contains(&(2.0, 2.0)), "{lines:?}");

        let values: Vec<f64> = (0..27).map(|index| f64::from(index / 3) - 2.0 * f64::from(index % 3)).collect();
        let named = Grid { values: &values, columns: 3, rows: 9, across: (3, false), up: (5, true) };
        assert_eq!(named.lines(0.0), [vec![(0.5, 1.0), (1.5, 1.0)], vec![(1.5, 2.0), (2.5, 2.0)]]);
        let single =
            Grid { values: &[-1.0, 0.0, 1.0, 2.0, 3.0], columns: 5, rows: 1, across: (9, true), up: (1, false) };
        assert_eq!(single.lines(0.5), [vec![(3.0, -0.5), (3.0, 0.5)]]);
    }

    #[test]
    fn what_is_no_number_ends_a_line_and_nothing_else() {
        assert_eq!(crossings([-1.0, f64::NAN, 1.0, -1.0].into_iter()), [2.5]);
        let none = Grid { values: &[f64::NAN; 4], columns: 2, rows: 2, across: (2, true), up: (2, true) };
        assert!(none.lines(0.0).is_empty());
        assert!(Grid { columns: 3, ..none }.lines(0.0).is_empty());
        assert!(
            Grid { across: (2, false), up: (2, false), values: &[-1.0, 1.0, 1.0, -1.0], ..none }.lines(0.0).is_empty()
        );
    }
}
