//! All parameters of a network one by one, to the last digit of their format.

use super::csv::push_line;
use crate::look::view::{Parameters, TensorKind};

/// One parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// Its layer, from 0.
    pub layer: usize,
    /// The letter of its tensor.
    pub letter: &'static str,
    /// The unit that a weight comes from, from 0; `None` for what is no weight.
    pub from: Option<usize>,
    /// Its unit in the layer, from 0.
    pub to: usize,
    /// Its value before the step's update.
    pub before: f64,
    /// The value after it, if the update was made.
    pub after: Option<f64>,
}

/// The parameters layer by layer, of each W row by row, b, γ and β.
pub fn entries(parameters: &Parameters) -> impl Iterator<Item = Entry> + '_ {
    parameters.tensors.iter().flat_map(|tensor| {
        let letter = match tensor.kind {
            TensorKind::Weight => "W",
            TensorKind::Bias => "b",
            TensorKind::Scale => "γ",
            TensorKind::Shift => "β",
        };
        let cols = tensor.cols.max(1);
        tensor.before.iter().enumerate().map(move |(index, &before)| Entry {
            layer: tensor.layer,
            letter,
            from: (tensor.kind == TensorKind::Weight).then_some(index / cols),
            to: index % cols,
            before,
            after: tensor.after.get(index).copied(),
        })
    })
}

/// A number in the fewest digits that its format reads back as the same number.
pub fn shortest(value: f64, is_single: bool) -> String {
    // Every f32 was made an f64 without loss.
    if is_single { format!("{:?}", value as f32) } else { format!("{value:?}") }
}

/// The parameters as comma-separated values under six heads: layer, tensor, from, to, before and after. All is counted from 1.
pub fn to_csv(heads: [&str; 6], parameters: &Parameters, is_single: bool) -> String {
    let mut text = String::new();
    push_line(&mut text, heads.into_iter().map(str::to_owned));
    for Entry { layer, letter, from, to, before, after } in entries(parameters) {
        let fields = [
            (layer + 1).to_string(),
            letter.to_owned(),
            from.map(|from| (from + 1).to_string()).unwrap_or_default(),
            (to + 1).to_string(),
            shortest(before, is_single),
            after.map(|after| shortest(after, is_single)).unwrap_or_default(),
        ];
        push_line(&mut text, fields.into_iter());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::view::Tensor;

    fn parameters() -> Parameters {
        let tensor = |layer, kind, cols, before: &[f64], after: &[f64]| {
            let (before, after) = (before.to_vec(), after.to_vec());
            Tensor { layer, kind, cols, before, after }
        };
        let tenth = f64::from(0.1_f32);
        let tensors = vec![
            tensor(0, TensorKind::Weight, 2, &[tenth, -2.0, 1e-9, 3.5], &[0.5, -1.0, 0.0, 4.0]),
            tensor(0, TensorKind::Bias, 2, &[0.0, 0.25], &[0.125, 0.25]),
            tensor(1, TensorKind::Shift, 1, &[7.0], &[]),
        ];
        Parameters { count: 7, tensors }
    }

    #[test]
    fn every_parameter_has_its_place() {
        let of = |index: usize| {
            let Entry { layer, letter, from, to, before, after } = entries(&parameters()).nth(index).unwrap();
            (layer, letter, from, to, before, after)
        };
        assert_eq!(of(1), (0, "W", Some(0), 1, -2.0, Some(-1.0)));
        assert_eq!(of(2), (0, "W", Some(1), 0, 1e-9, Some(0.0)));
        assert_eq!(of(5), (0, "b", None, 1, 0.25, Some(0.25)));
        assert_eq!(of(6), (1, "β", None, 0, 7.0, None));
        assert_eq!(entries(&parameters()).count(), 7);
    }

    #[test]
    fn a_number_is_as_short_as_its_format_reads_it_back() {
        for value in [0.1_f32, -1.0 / 3.0, f32::MIN_POSITIVE, 1e-45, f32::MAX, 123_456.79] {
            let text = shortest(value.into(), true);
            assert_eq!(text.parse::<f32>().map(f32::to_bits), Ok(value.to_bits()), "{text}");
        }
        assert_eq!([shortest(0.1, false), shortest(f64::from(0.1_f32), true)], ["0.1", "0.1"]);
    }

    #[test]
    fn the_list_is_written_line_by_line() {
        let csv = to_csv(["layer", "tensor", "from", "to", "before", "after"], &parameters(), true);
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines.len(), 8);
        assert_eq!(lines[..2], ["layer,tensor,from,to,before,after", "1,W,1,1,0.1,0.5"]);
        assert_eq!(lines[5..], ["1,b,,1,0.0,0.125", "1,b,,2,0.25,0.25", "2,β,,1,7.0,"]);
    }
}
